"""What a person takes to another tool: the certificates that were presented."""

from __future__ import annotations

import re
from base64 import b64encode
from textwrap import wrap

from harness.inert import inert
from harness.tls.inspector import Inspection, inspect
from harness.transcript import Connection, End, Transcript
from harness.x509.certificate import read_certificate


def presented_certificates(transcript: Transcript) -> dict[str, str]:
    """Return PEM text by file name, such as `3-webex-cloud-presented.pem`, in the order of the connections.

    A file holds what one side of one connection sent, leaf first, each certificate under its subject,
    issuer and SHA-256; also when the peer refused it. A side that sent none has no file.
    """
    files = {}
    for connection in transcript.connections:
        seen = inspected(connection)
        sides = ((connection.dialler, seen.client_chain), (connection.listener, seen.server_chain))
        for actor, chain in sides:
            if chain:
                files[f"{connection.number}-{_file_word(actor)}-presented.pem"] = "\n".join(map(pem, chain))
    return files


def inspected(connection: Connection) -> Inspection:
    """Return the TLS messages of a connection as its dialler recorded them, else as its listener did."""
    end = recorded_end(connection)
    secrets = [line for each in connection.ends for line in each.key_log]
    return inspect(end.chunks, secrets, listens=end.listens) if end else Inspection(())


def recorded_end(connection: Connection) -> End | None:
    """Return the first end that spoke TLS and kept its bytes, None where none did."""
    return next((end for end in connection.ends if end.tls and end.chunks), None)


def pem(der: bytes) -> str:
    """Return one certificate as PEM, with what it is in the text before it (RFC 7468 section 2)."""
    facts = read_certificate(der)
    body = "\n".join(wrap(b64encode(der).decode("ascii"), 64))
    said = f"subject: {inert(facts.subject)}\nissuer: {inert(facts.issuer)}\nsha256: {facts.sha256}\n"
    return f"{said}-----BEGIN CERTIFICATE-----\n{body}\n-----END CERTIFICATE-----\n"


def _file_word(actor: str) -> str:
    """Return an actor's name as a part of a file name, whatever a transcript from elsewhere calls it."""
    return re.sub(r"[^a-z0-9]+", "-", actor.lower()).strip("-")[:40] or "unnamed"
