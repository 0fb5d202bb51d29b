"""The inspector: raw bytes of both directions and key-log lines in, every TLS message out, decoded."""

from __future__ import annotations

from harness.tls.inspector.conversation import inspect
from harness.tls.inspector.inspection import Inspection
from harness.tls.inspector.items import (
    Alert,
    ApplicationData,
    Certificate,
    CertificateRequest,
    CertificateVerify,
    ChangeCipherSpec,
    ClientHello,
    EncryptedExtensions,
    Finished,
    Handshake,
    Item,
    KeyUpdate,
    Malformed,
    NewSessionTicket,
    NotTls,
    ServerHello,
    Undecrypted,
)

__all__ = [
    "Alert",
    "ApplicationData",
    "Certificate",
    "CertificateRequest",
    "CertificateVerify",
    "ChangeCipherSpec",
    "ClientHello",
    "EncryptedExtensions",
    "Finished",
    "Handshake",
    "Inspection",
    "Item",
    "KeyUpdate",
    "Malformed",
    "NewSessionTicket",
    "NotTls",
    "ServerHello",
    "Undecrypted",
    "inspect",
]
