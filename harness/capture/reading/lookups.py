"""DNS in a capture: which names led to which addresses, what was asked before a connection, and what led nowhere."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import inf

from harness.dns.overheard import Overheard, overheard
from harness.dns.records import Host, Outcome, Srv
from harness.packets.segments import Datagram
from harness.transcript import Address, Direction, DnsSeen

_PORTS = {53, 5300, 5353}
_HEADER = 12
_QUERY_FLAGS = 0x7800
BEFORE = 10.0
"""Seconds before a connection in which a question may have led to it."""
_NANOSECONDS = 1e9
_LED_BY = {"A", "AAAA", "SRV", "NAPTR", "CNAME"}
_MOST_STEPS = 8
_WORDS = {
    Outcome.NO_NAME: "there is no such name (NXDOMAIN)",
    Outcome.NO_RECORD: "the name has no such record",
    Outcome.SERVER_FAILURE: "the name server failed (SERVFAIL)",
    Outcome.REFUSED: "the name server refused",
    Outcome.BAD_ANSWER: "what came back makes no sense",
    Outcome.LOOP: "an alias that leads back to itself",
}


def may_be_dns(datagram: Datagram) -> bool:
    """Whether a datagram looks like a DNS message with one question: media and other traffic are not kept."""
    data = datagram.data
    if len(data) <= _HEADER or int.from_bytes(data[4:6], "big") != 1:
        return False
    standard = not int.from_bytes(data[2:4], "big") & _QUERY_FLAGS
    return standard and bool({datagram.source.port, datagram.target.port} & _PORTS)


@dataclass(frozen=True, slots=True)
class _Message:
    at: float
    asker: Address
    server: Address
    raw: bytes
    read: Overheard


def _time(message: _Message) -> float:
    return message.at


class Lookups:
    """Every DNS message of a capture."""

    def __init__(self, datagrams: Iterable[Datagram], began: int) -> None:
        self._messages: list[_Message] = []
        self._names: dict[str, list[tuple[float, str]]] = {}
        self._led_from: dict[str, str] = {}
        self._by_asker: dict[str, list[_Message]] = {}
        for each in datagrams:
            read = overheard(each.data)
            if read is None:
                continue
            asker, server = (each.target, each.source) if read.is_response else (each.source, each.target)
            self._messages.append(_Message((each.at - began) / _NANOSECONDS, asker, server, each.data, read))
            self._learn(self._messages[-1])
        self._messages.sort(key=_time)
        for message in self._messages:
            self._by_asker.setdefault(message.asker.host, []).append(message)

    def _learn(self, message: _Message) -> None:
        answer = message.read.answer
        if answer is None or answer.outcome is not Outcome.FOUND:
            return
        name = message.read.question.name
        for record in answer.records:
            if isinstance(record, Host):
                self._names.setdefault(record.address, []).append((message.at, name))
            elif isinstance(record, Srv):
                self._led_from.setdefault(record.target, name)
        for target, addresses in answer.addresses.items():
            for address in addresses:
                self._names.setdefault(address, []).append((message.at, target))

    def names_of(self, host: str, before: float) -> tuple[str, ...]:
        """Return the names that had led to an address by then: the host's, and what led to that by SRV."""
        known = [name for at, name in self._names.get(host, ()) if at <= before]
        if not known:
            return ()
        chain = [known[-1]]
        while (led := self._led_from.get(chain[-1])) and led not in chain and len(chain) < _MOST_STEPS:
            chain.append(led)
        return tuple(chain)

    def before(self, asker: str, host: str, at: float, names: Iterable[str]) -> Iterator[DnsSeen]:
        """Yield the questions and answers of `asker` that may have led it to `host` at that time."""
        wanted, own = set(names), self._by_asker.get(asker, [])
        begin, end = bisect_left(own, at - BEFORE, key=_time), bisect_right(own, at, key=_time)
        for each in own[begin:end]:
            if each.read.question.name in wanted or _leads_to(each.read, host):
                direction = Direction.RECEIVED if each.read.is_response else Direction.SENT
                yield DnsSeen(each.at, "", each.server, "udp", direction, each.raw)

    def dead_ends(self, asker: str = "", since: float = 0.0, until: float = inf) -> Iterator[str]:
        """Yield a sentence for each name that was asked for and led nowhere, once: by anybody, or by one asker."""
        found: dict[tuple[str, str], list[Overheard]] = {}
        for each in self._messages:
            in_question = since <= each.at <= until and asker in {"", each.asker.host}
            if in_question and each.read.question.type in _LED_BY:
                found.setdefault((each.asker.host, each.read.question.name), []).append(each.read)
        for (host, name), told in found.items():
            answers = [each.answer for each in told if each.answer is not None]
            if any(answer.outcome is Outcome.FOUND or answer.aliases for answer in answers):
                continue
            kinds = " and ".join(dict.fromkeys(each.question.type for each in told))
            came = "an answer that was cut off" if any(each.is_response for each in told) else "no answer"
            if answers:
                came = _WORDS.get(answers[-1].outcome, answers[-1].outcome.value)
            yield f"{host} asked for {kinds} of {name}: {came}."


def _leads_to(read: Overheard, host: str) -> bool:
    answer = read.answer
    return answer is not None and any(isinstance(each, Host) and each.address == host for each in answer.records)
