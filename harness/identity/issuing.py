"""Whether one certificate says that another issued it, by OpenSSL's rules; signatures are checked elsewhere."""

from __future__ import annotations

from functools import lru_cache

from harness.identity.der import OCTET_STRING, SEQUENCE, fields, only
from harness.identity.encoded import EncodedCertificate, encoded
from harness.identity.extension_rules import malformed
from harness.identity.extensions import AUTHORITY_KEY_IDENTIFIER
from harness.identity.general_names import NameKind, canonical, general_names
from harness.identity.keys import may_have_signed

_SUBJECT_KEY_IDENTIFIER = "2.5.29.14"


@lru_cache(maxsize=1 << 14)
def names_issuer(child: bytes, issuer: bytes) -> bool:
    """Whether `child` (DER) names `issuer`: by its name, and by key identifier or issuer and serial where it has them.

    False for what cannot be taken apart.
    """
    try:
        return _names_issuer(encoded(child), encoded(issuer))
    except (ValueError, IndexError):
        return False


def likely_issued(child: bytes, issuer: bytes) -> bool:
    """Whether OpenSSL would take `issuer` for the issuer of `child`: named so, both readable, and a key that fits."""
    if malformed(child) or malformed(issuer) or not names_issuer(child, issuer):
        return False
    return may_have_signed(encoded(issuer), encoded(child))


def _names_issuer(child: EncodedCertificate, issuer: EncodedCertificate) -> bool:
    return canonical(child.issuer) == canonical(issuer.subject) and _identifiers_fit(child, issuer)


def _identifiers_fit(child: EncodedCertificate, issuer: EncodedCertificate) -> bool:
    """Compare the authorityKeyIdentifier, each field where it is present (RFC 5280 section 4.2.1.1)."""
    extension = child.extension(AUTHORITY_KEY_IDENTIFIER)
    if extension is None:
        return True
    named = fields(only(extension.value, SEQUENCE), 0x80, 0xA1, 0x82)
    held = issuer.extension(_SUBJECT_KEY_IDENTIFIER)
    if held and 0x80 in named and named[0x80] != only(held.value, OCTET_STRING):
        return False
    if 0x82 in named and _number(named[0x82]) != _number(issuer.serial):
        return False
    issuers = general_names(named.get(0xA1, b""))
    directory = next((name for name in issuers if name.kind is NameKind.DIRECTORY_NAME), None)
    return directory is None or canonical(directory.value) == canonical(issuer.issuer)


def _number(contents: bytes) -> int:
    return int.from_bytes(contents, signed=True)
