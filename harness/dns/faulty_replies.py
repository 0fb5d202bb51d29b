"""How a name server can misbehave: each function turns the honest response into another, raw bytes, or silence."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

import dns.flags
import dns.message
import dns.rdataclass
import dns.rrset
from dns.rcode import Rcode

from harness.dns.domain_names import name_of

ANOTHER_NAME = name_of("another-question.invalid")
"""What a response with the wrong question answers."""


@dataclass(frozen=True, slots=True)
class HonestReply:
    """The response that is to be faulty; `denial` is the SOA of the asked name's zone, where one is held here."""

    message: dns.message.Message
    denial: dns.rrset.RRset | None
    over_udp: bool


def silence(_: HonestReply) -> None:
    """Say nothing."""


def servfail(reply: HonestReply) -> dns.message.Message:
    """Say that the server could not find out."""
    return _bare(reply, Rcode.SERVFAIL)


def refused(reply: HonestReply) -> dns.message.Message:
    """Say that the server does not answer this asker."""
    return _bare(reply, Rcode.REFUSED)


def nxdomain(reply: HonestReply) -> dns.message.Message:
    """Say that the name does not exist."""
    message = _bare(reply, Rcode.NXDOMAIN)
    if reply.denial is not None:
        message.authority = [reply.denial]
    return message


def garbage(reply: HonestReply) -> bytes:
    """Return 32 octets, the same for the same question, that no reader can take for a message.

    The count of questions is raised beyond what could fit.
    """
    octets = bytearray(hashlib.sha256(str(reply.message.question[0]).encode()).digest())
    octets[4] |= 0x80
    return bytes(octets)


def wrong_id(reply: HonestReply) -> dns.message.Message:
    """Answer another query, to go by the id."""
    reply.message.id ^= 0x5555
    return reply.message


def wrong_question(reply: HonestReply) -> dns.message.Message:
    """Answer a question that nobody asked."""
    asked = reply.message.question[0]
    reply.message.question = [dns.rrset.RRset(ANOTHER_NAME, dns.rdataclass.IN, asked.rdtype)]
    return reply.message


def truncated(reply: HonestReply) -> dns.message.Message:
    """Cut the answer off over UDP; over TCP it is whole."""
    return _cut_off(reply) if reply.over_udp else reply.message


def oversized(reply: HonestReply) -> dns.message.Message | None:
    """Cut the answer off over UDP; over TCP nothing comes."""
    return _cut_off(reply) if reply.over_udp else None


def _cut_off(reply: HonestReply) -> dns.message.Message:
    message = _bare(reply, Rcode.NOERROR)
    message.flags |= dns.flags.TC
    return message


def _bare(reply: HonestReply, rcode: Rcode) -> dns.message.Message:
    message = reply.message
    message.answer, message.authority, message.additional = [], [], []
    message.set_rcode(rcode)
    return message
