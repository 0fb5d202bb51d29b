"""The words of certs/*.yaml that stand for parts of a certificate, and how a wrong word is answered."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID

from harness.document import hint_for

EXTENDED_KEY_USAGES: Final[dict[str, ObjectIdentifier]] = {
    "server-auth": ExtendedKeyUsageOID.SERVER_AUTH,
    "client-auth": ExtendedKeyUsageOID.CLIENT_AUTH,
    "any": ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    "sip-domain": ObjectIdentifier("1.3.6.1.5.5.7.3.20"),
}
"""Purposes of RFC 5280 section 4.2.1.12; `sip-domain` is id-kp-sipDomain of RFC 5924."""

KEY_USAGES: Final[dict[str, str]] = {
    "digital-signature": "digital_signature",
    "content-commitment": "content_commitment",
    "key-encipherment": "key_encipherment",
    "key-agreement": "key_agreement",
    "key-cert-sign": "key_cert_sign",
    "crl-sign": "crl_sign",
}
"""Bits of RFC 5280 section 4.2.1.3, as `cryptography.x509.KeyUsage` calls them."""


def one_of(known: Iterable[str]) -> Callable[[str], str]:
    """Return a check that passes a word in `known` and raises ValueError with the nearest word otherwise."""
    words = frozenset(known)

    def check(word: str) -> str:
        if word not in words:
            raise ValueError(f"'{word}' is not a word for this place; {hint_for(word, sorted(words))}")
        return word

    return check
