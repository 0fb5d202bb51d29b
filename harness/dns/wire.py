"""Between bytes and dnspython's messages, within limits."""

from __future__ import annotations

import struct

import dns.exception
import dns.flags
import dns.message
from dns.rcode import Rcode

HEADER_SIZE = 12
"""Octets of a message's header (RFC 1035 section 4.1.1)."""

MAX_IN_QUERY = 8
"""Records beside its question that a query may carry: EDNS, and the SOA of a transfer."""

MAX_IN_RESPONSE = 512
"""Records of a response. One with a name of 120 labels takes dnspython 2 ms (measured), and 64 KB hold 5000 of them."""

_HEADER = struct.Struct("!6H")


def parsed(octets: bytes, limit: int) -> dns.message.Message | None:
    """Return the message, or None where the bytes are none or it has more than `limit` records."""
    if len(octets) < HEADER_SIZE or sum(_HEADER.unpack_from(octets)[3:]) > limit:
        return None
    try:
        return dns.message.from_wire(bytes(octets))
    except (dns.exception.DNSException, ValueError) as error:
        raise_interrupt_in(error)
        return None


def header_only(query: bytes, rcode: Rcode) -> bytes:
    """Return a response of a header alone, to a query of which no more could be read: id, opcode and RD are kept."""
    number, flags, *_ = _HEADER.unpack_from(query)
    kept = flags & (0x7800 | dns.flags.RD)
    return _HEADER.pack(number, dns.flags.QR | kept | rcode, 0, 0, 0, 0)


def to_wire(message: dns.message.Message, limit: int) -> bytes:
    """Return the bytes, cut off with TC where they exceed `limit`; dnspython would shuffle the records (measured)."""
    return message.to_wire(max_size=limit, prefer_truncation=True, want_shuffle=False)


def raise_interrupt_in(error: Exception) -> None:
    """Raise the KeyboardInterrupt from which dnspython made `error`; return where it made it from something else.

    `dns.exception.ExceptionWrapper`, around the reading of each record, turns every exception into one of its own.
    """
    if isinstance(error.__cause__, KeyboardInterrupt):
        raise error.__cause__
