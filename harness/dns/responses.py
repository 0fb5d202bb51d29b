"""Between bytes and messages, at the answering end."""

from __future__ import annotations

import struct

import dns.exception
import dns.flags
import dns.message
from dns.rcode import Rcode

from harness.dns.lookup import Finding

HEADER_SIZE = 12
"""Octets of a message's header (RFC 1035 section 4.1.1)."""

_HEADER = struct.Struct("!6H")


def parsed_query(query: bytes) -> dns.message.Message | None:
    """Return the query, or None where the bytes are none that asks one question."""
    try:
        asked = dns.message.from_wire(bytes(query))
    except (dns.exception.DNSException, ValueError):
        return None
    return asked if len(asked.question) == 1 else None


def header_only(query: bytes, rcode: Rcode) -> bytes:
    """Return a response of a header alone, to a query of which no more could be read: id, opcode and RD are kept."""
    number, flags, *_ = _HEADER.unpack_from(query)
    kept = flags & (0x7800 | dns.flags.RD)
    return _HEADER.pack(number, dns.flags.QR | kept | rcode, 0, 0, 0, 0)


def fill(response: dns.message.Message, finding: Finding) -> None:
    """Put what was found into a response."""
    response.answer = list(finding.answer)
    response.authority = list(finding.authority)
    response.additional = list(finding.additional)
    response.set_rcode(finding.rcode)
    if finding.authoritative:
        response.flags |= dns.flags.AA


def to_wire(message: dns.message.Message, limit: int) -> bytes:
    """Return the bytes, cut off with TC where they exceed `limit`; dnspython would shuffle the records (measured)."""
    return message.to_wire(max_size=limit, prefer_truncation=True, want_shuffle=False)
