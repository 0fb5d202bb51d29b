"""The records of a master file one by one: owner, TTL, class, type, value; a fault costs its record only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

import dns.exception
import dns.name
import dns.rdata
import dns.rdataclass
import dns.rdatatype
import dns.ttl
from dns.rdatatype import RdataType

from harness.dns.master_file import Entry, Word, entries, fault_at
from harness.dns.records import RECORD_TYPES, type_of
from harness.dns.wire import raise_interrupt_in
from harness.document import hint_for
from harness.errors import Fault

DEFAULT_TTL = 3600
"""Seconds, where neither the record nor `$TTL` nor a record above says any."""

VALUES: Mapping[str, str] = {
    "A": "an IPv4 address, such as 192.0.2.10",
    "AAAA": "an IPv6 address, such as 2001:db8::10",
    "CAA": 'flags tag "value", such as 0 issue "ca.example.net"',
    "CNAME": "the name it leads to, such as us-expe1.example.com.",
    "MX": "preference exchange, such as 10 mail.example.com.",
    "NAPTR": 'order preference "flags" "service" "regexp" replacement, '
    'such as 30 50 "s" "SIPS+D2T" "" _sips._tcp.example.com.',
    "NS": "the name of a name server, such as ns.example.com.",
    "PTR": "the name of the address, such as us-expe1.example.com.",
    "SOA": "primary mailbox serial refresh retry expire minimum, "
    "such as ns.example.com. hostmaster.example.com. 1 3600 600 86400 300",
    "SRV": "priority weight port target, such as 10 10 5061 us-expe1.example.com.",
    "TXT": 'text in quotes of at most 255 octets each, such as "v=spf1 -all"',
}
"""What the value of a record of each type looks like."""

_ANY_VALUE = r"write its octets: \# <how many> <hexadecimal> (RFC 3597 section 5)"

_SIGNATURES = (RdataType.SIG, RdataType.RRSIG)
"""Held as octets: dnspython keeps the signatures of different types in different sets, and the lab checks none."""

_TTL = re.compile(r"\d+(?:[wdhms]\d*)*", re.IGNORECASE | re.ASCII)
_REFUSED = {
    "$INCLUDE": "write the records here: a zone is read from one text only",
    "$GENERATE": "write the records one by one",
}


@dataclass(frozen=True, slots=True)
class WrittenRecord:
    """A record and the place of its first word. `ttl` is in seconds."""

    name: dns.name.Name
    ttl: int
    rdtype: RdataType
    value: dns.rdata.Rdata
    place: Word


class _UnreadableError(Exception):
    """An entry that is no record: where, why, and what to write instead."""

    def __init__(self, word: Word, message: str, hint: str = "") -> None:
        super().__init__(message)
        self.word, self.message, self.hint = word, message, hint


class RecordReader:
    """Reads the entries of one master file into `records`, and what is none into `faults`."""

    def __init__(self, origin: dns.name.Name, file: str, first_line: int) -> None:
        self.origin, self.file, self.first_line = origin, file, first_line
        self.records: list[WrittenRecord] = []
        self.faults: list[Fault] = []
        self._relative_to = origin
        self._owner: dns.name.Name | None = None
        self._default_ttl: int | None = None
        self._last_ttl = DEFAULT_TTL

    def object_to(self, word: Word, message: str, hint: str = "") -> None:
        """Add a fault at that word."""
        self.faults.append(fault_at(word, self.file, self.first_line, message=message, hint=hint))

    def read(self, text: str, limit: int) -> None:
        """Read all entries, at most `limit` records."""
        unreadable: list[tuple[Word, str, str]] = []
        for entry in entries(text, unreadable):
            if len(self.records) == limit:
                self.object_to(entry.words[0], f"more than {limit} records", "split the zone")
                break
            try:
                self._take(entry)
            except _UnreadableError as wrong:
                self.object_to(wrong.word, wrong.message, wrong.hint)
        for place, message, hint in unreadable:
            self.object_to(place, message, hint)

    def _take(self, entry: Entry) -> None:
        if entry.owned and entry.words[0].text.startswith("$"):
            self._direct(*entry.words)
        else:
            self.records.append(self._record(entry))

    def _direct(self, directive: Word, *arguments: Word) -> None:
        match directive.text.upper(), arguments:
            case "$TTL", [seconds]:
                self._default_ttl = _ttl(seconds)
            case "$ORIGIN", [name]:
                self._relative_to = self._name(name)
            case ("$TTL" | "$ORIGIN") as known, _:
                raise _UnreadableError(directive, f"{known} takes one word")
            case known, _ if known in _REFUSED:
                raise _UnreadableError(directive, f"{known} is not read here", _REFUSED[known])
            case _:
                raise _UnreadableError(directive, f"unknown directive {directive.text}", "choose one of $ORIGIN, $TTL")

    def _record(self, entry: Entry) -> WrittenRecord:
        words = list(entry.words)
        place = words[0]
        if entry.owned:
            self._owner = None  # what follows a bad name must not end up at the name before it
            self._owner = self._name(words.pop(0))
        ttl = self._ttl_and_class(words)
        if not words:
            raise _UnreadableError(place, "the record ends before its type", f"choose one of {', '.join(RECORD_TYPES)}")
        rdtype, value = self._value(*words)
        if self._owner is None:
            raise _UnreadableError(
                place, "no name above to belong to", "begin the line with a name, or @ for the zone's own"
            )
        return WrittenRecord(self._owner, ttl, rdtype, value, place)

    def _ttl_and_class(self, words: list[Word]) -> int:
        """Take the TTL and the class, in any order, from the front of `words`; return the TTL."""
        for _ in range(2):
            if words and _TTL.fullmatch(words[0].text):
                self._last_ttl = _ttl(words.pop(0))
                return self._skip_class(words, self._last_ttl)
            self._skip_class(words, 0)
        return self._last_ttl if self._default_ttl is None else self._default_ttl

    @staticmethod
    def _skip_class(words: list[Word], ttl: int) -> int:
        if words and words[0].text.upper() in ("CH", "HS", "CS"):
            raise _UnreadableError(words[0], f"the class {words[0].text} is not the internet's", "write IN, or nothing")
        if words and words[0].text.upper() in ("IN", "CLASS1"):
            words.pop(0)
        return ttl

    def _value(self, kind: Word, *words: Word) -> tuple[RdataType, dns.rdata.Rdata]:
        rdtype = _type(kind)
        written = _as_written(words)
        try:
            value = dns.rdata.from_text(dns.rdataclass.IN, rdtype, written, self._relative_to, relativize=False)
        except (dns.exception.DNSException, ValueError) as error:
            raise_interrupt_in(error)
            place, known = words[0] if words else kind, dns.rdatatype.to_text(rdtype)
            wrong = f"this is no {known} record: {written or 'nothing'}"
            raise _UnreadableError(place, wrong, VALUES.get(known, _ANY_VALUE)) from None
        return rdtype, value.to_generic() if rdtype in _SIGNATURES else value

    def _name(self, word: Word) -> dns.name.Name:
        try:
            return dns.name.from_text(word.text, self._relative_to)
        except (dns.exception.DNSException, ValueError):
            raise _UnreadableError(word, f"'{word.text}' is no domain name") from None


def _as_written(words: tuple[Word, ...]) -> str:
    """Return the words of a value, blanks between them but inside a pair such as alpn="h2" (RFC 9460 section 2.1)."""
    written = ""
    end: tuple[int, int] | None = None
    for word in words:
        is_its_value = written.endswith("=") and word.text.startswith('"') and end == (word.line, word.column)
        written += word.text if not written or is_its_value else f" {word.text}"
        end = (word.line, word.column + len(word.text))
    return written


def _type(word: Word) -> RdataType:
    try:
        return type_of(word.text)
    except ValueError as error:
        raise _UnreadableError(word, str(error), hint_for(word.text, RECORD_TYPES)) from None


def _ttl(word: Word) -> int:
    try:
        return dns.ttl.from_text(word.text)
    except (dns.exception.DNSException, ValueError):
        raise _UnreadableError(
            word, f"'{word.text}' is no time to live", "seconds up to 2147483647, or 1h30m"
        ) from None
