"""Credentials as PEM text, for programs that read files. Writing them to disk is the caller's business."""

from __future__ import annotations

from collections.abc import Iterable

from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import load_der_x509_certificate

from harness.pki.lab_pki import Credentials


def certificates_pem(certificates: Iterable[bytes]) -> str:
    """Return DER certificates as PEM blocks, in their order."""
    loaded = (load_der_x509_certificate(certificate) for certificate in certificates)
    return "".join(certificate.public_bytes(Encoding.PEM).decode("ascii") for certificate in loaded)


def chain_pem(credentials: Credentials) -> str:
    """Return the chain that the holder presents, leaf first."""
    return certificates_pem(credentials.sent)


def key_pem(credentials: Credentials) -> str:
    """Return the private key, unencrypted PKCS#8. Whoever writes it to disk gives the file mode 0600."""
    return credentials.private_key.decode("ascii")
