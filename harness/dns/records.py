"""The words of the domain name system that everybody here shares: questions, records, answers.

Names are written in lower case without the final dot; the root is ".". Times to live are seconds.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import TypeAlias

import dns.exception
import dns.rdatatype
from dns.rdatatype import RdataType

RECORD_TYPES = ("A", "AAAA", "CAA", "CNAME", "MX", "NAPTR", "NS", "PTR", "SOA", "SRV", "TXT")
"""The record types that messages name. Zones may hold any other too, by its name or as TYPE65280 (RFC 3597)."""


@dataclass(frozen=True, slots=True)
class Question:
    """What is asked: a name and a record type, by its name such as SRV, or as TYPE65280 (RFC 3597 section 5)."""

    name: str
    type: str

    def __str__(self) -> str:
        return f"{self.type} {self.name}"


@dataclass(frozen=True, slots=True)
class Srv:
    """Where a service is (RFC 2782). A target of "." says: nowhere, on purpose."""

    priority: int
    weight: int
    port: int
    target: str


@dataclass(frozen=True, slots=True)
class Naptr:
    """Which transports a domain wants, by `service` such as `SIPS+D2T` (RFC 3263 section 4.1, RFC 3403)."""

    order: int
    preference: int
    flags: str
    service: str
    regexp: str
    replacement: str


@dataclass(frozen=True, slots=True)
class Host:
    """An address, of an A or an AAAA record."""

    address: str


@dataclass(frozen=True, slots=True)
class Text:
    """A TXT record, its strings joined as RFC 7208 section 3.3 joins them (row V-05)."""

    value: str


Record: TypeAlias = Srv | Naptr | Host | Text


class Outcome(StrEnum):
    """What came of a question. All but FOUND are findings, and no two of them mean the same."""

    FOUND = "found"
    NO_NAME = "no-name"
    """NXDOMAIN: the name does not exist."""
    NO_RECORD = "no-record"
    """The name exists and has no record of that type (RFC 2308 section 2.2)."""
    SERVER_FAILURE = "server-failure"
    """SERVFAIL: the server could not answer."""
    REFUSED = "refused"
    """The server is not responsible for the name, or does not answer the asker."""
    NO_ANSWER = "no-answer"
    """Nothing came back within the time budget."""
    BAD_ANSWER = "bad-answer"
    """What came back is no DNS message, or answers something else."""
    TOO_LONG = "too-long"
    """The answer was cut off over UDP, and no whole one was to be had over TCP."""
    LOOP = "loop"
    """The name is an alias that leads back to itself."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What one question came to.

    `aliases` are the names that CNAME records led through, the asked one not counted. `addresses` are those of
    the additional section, by name. `ttl` is for how many seconds the answer may be kept: the smallest of its
    records, or for a negative one what the SOA allows (RFC 2308 section 5); 0 where nothing allows it. `detail`
    is a sentence for a person where the outcome alone does not say enough, such as the time budget that was used up.
    """

    question: Question
    outcome: Outcome
    records: tuple[Record, ...] = ()
    aliases: tuple[str, ...] = ()
    addresses: Mapping[str, tuple[str, ...]] = field(default_factory=dict)
    ttl: int = 0
    detail: str = ""


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
