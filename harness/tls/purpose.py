"""What an end does about the key usages (EKU) of a peer's certificate that OpenSSL objects to.

OpenSSL has one verify error (26) for a wrong extended key usage and for a wrong key usage. A check of the EKU that is
switched off forgives the first alone.
"""

from __future__ import annotations

from enum import StrEnum

from cryptography import x509
from cryptography.x509.oid import ExtendedKeyUsageOID


class PurposeCheck(StrEnum):
    """How much of the extended key usage is checked: that of the role, any of TLS, or nothing."""

    ROLE = "role"
    ANY_TLS_ROLE = "any-tls-role"
    NOTHING = "nothing"


def forgives(check: PurposeCheck, certificate: x509.Certificate, *, listens: bool) -> bool:
    """Return whether a certificate that serves the wrong purpose is taken all the same.

    `listens` says that the certificate is a client's. A certificate without the extension, or with the usage of its
    role in it, has another fault, and is never forgiven.
    """
    usages = _usages(certificate)
    role = ExtendedKeyUsageOID.CLIENT_AUTH if listens else ExtendedKeyUsageOID.SERVER_AUTH
    if check is PurposeCheck.ROLE or not usages or role in usages:
        return False
    return check is PurposeCheck.NOTHING or not usages.isdisjoint(_OF_TLS)


_OF_TLS = {ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH}


def _usages(certificate: x509.Certificate) -> frozenset[x509.ObjectIdentifier]:
    """Return the usages; none where the certificate has no extension for them, or extensions that nobody can read."""
    try:
        return frozenset(certificate.extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)
    except (x509.ExtensionNotFound, x509.DuplicateExtension, ValueError):
        return frozenset()
