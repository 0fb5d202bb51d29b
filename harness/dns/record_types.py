"""Record types by name: those that dnspython knows, and every other as TYPE65280 (RFC 3597 section 5)."""

from __future__ import annotations

import dns.exception
import dns.rdatatype
from dns.rdatatype import RdataType


def type_of(text: str) -> RdataType:
    """Return the type that a record can have; ValueError for an unknown word and for a type of questions alone."""
    try:
        rdtype = dns.rdatatype.from_text(text)
    except (dns.exception.DNSException, ValueError):
        raise ValueError(f"unknown record type '{text}'") from None
    if rdtype == RdataType.NONE or dns.rdatatype.is_metatype(rdtype):
        raise ValueError(f"{text} is a type of questions; no record has it")
    return rdtype


def is_type(text: str) -> bool:
    """Whether a record can have that type."""
    try:
        return bool(type_of(text))
    except ValueError:
        return False
