"""One walk through DNS in the making: it asks within limits, and remembers what it saw and whom it can try."""

from __future__ import annotations

import ipaddress
from collections.abc import Generator, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeAlias

from harness.dns.destination import name_fault
from harness.dns.records import Answer, Outcome, Question
from harness.dns.walk_words import Finding, Note

MAX_QUESTIONS = 64
"""Questions that one walk asks."""

MAX_TARGETS = 64
"""Targets that one walk gives, and records of one answer that it looks at."""

KNOWN: Mapping[Outcome, str] = {
    Outcome.FOUND: "the answer holds no such record",
    Outcome.NO_NAME: "the name does not exist",
    Outcome.NO_RECORD: "the name has no such record",
}
"""The outcomes after which something is known, and what it is where no record came. All others end a walk."""

_FAILURES: Mapping[Outcome, str] = {
    Outcome.SERVER_FAILURE: "the name server could not answer {question} (SERVFAIL)",
    Outcome.REFUSED: "the name server refuses {question}",
    Outcome.NO_ANSWER: "nobody answered {question}",
    Outcome.BAD_ANSWER: "what came back to {question} is no answer to it",
    Outcome.TOO_LONG: "the answer to {question} never came whole",
    Outcome.LOOP: "{question} is an alias that leads back to itself",
}
_FAMILIES = {4: "A", 6: "AAAA"}


@dataclass(frozen=True, slots=True)
class Target:
    """An address to dial.

    `host` is the name that led there, or the address itself. `priority` and `weight` are those of its SRV record, None
    where none led there. `by` says what did: `literal`, `host-port`, `address-record`, `srv` or `naptr`.
    """

    transport: str
    address: str
    port: int
    host: str
    priority: int | None
    weight: int | None
    by: str


class WalkEndedError(Exception):
    """The walk cannot go on; `locate` catches it and nobody else sees it."""

    def __init__(self, finding: Finding) -> None:
        super().__init__(finding.text)
        self.finding = finding


Asking: TypeAlias = Generator[Question, Answer, Answer]
Steps: TypeAlias = Generator[Question, Answer, None]


class Walk:
    """What a walk has seen so far; `families` are the address record types that the asker can use, in their order."""

    def __init__(self, families: Sequence[str]) -> None:
        self.families = tuple(families)
        self.notes: list[Note] = []
        self.targets: list[Target] = []
        self.answers: list[Answer] = []

    @property
    def full(self) -> bool:
        """Whether no more targets are taken."""
        return len(self.targets) >= MAX_TARGETS

    def note(self, kind: str, text: str, **facts: str) -> None:
        """Remember a step."""
        self.notes.append(Note(kind, text, facts))

    def ask(self, name: str, record_type: str) -> Asking:
        """Ask one question; the walk ends where it brought no knowledge (row D13)."""
        answer = yield from self.ask_freely(name, record_type)
        if answer.outcome not in KNOWN:
            raise ended(answer.outcome.value, failure_of(answer), answer)
        return answer

    def ask_freely(self, name: str, record_type: str) -> Asking:
        """Ask one question, whatever comes of it; a name that nobody can ask for does not exist."""
        if len(self.answers) >= MAX_QUESTIONS:
            self.note("cut-short", f"more than {MAX_QUESTIONS} questions: the rest is left out")
            raise ended("too-long", f"the walk was not at its end after {MAX_QUESTIONS} questions", self.answers[-1])
        question = Question(name, record_type)
        fault = name_fault(name)
        answer = Answer(question, Outcome.NO_NAME, detail=fault) if fault else (yield question)
        self.answers.append(answer)
        return answer

    def add(self, template: Target, addresses: Iterable[str]) -> None:
        """Add a target for each address, as many as a walk takes."""
        for address in addresses:
            if self.full:
                self.note("cut-short", f"more than {MAX_TARGETS} targets: the rest is left out")
                return
            self.targets.append(replace(template, address=address))

    def fitting(self, addresses: Iterable[str]) -> list[str]:
        """Return the addresses that are such, of the families that the asker can use."""
        return [address for address in addresses if family_of(address) in self.families]


def ended(kind: str, text: str, answer: Answer | None = None) -> WalkEndedError:
    """Return what to raise where a walk cannot go on; `answer` is the one that ended it."""
    question, outcome = (answer.question, answer.outcome) if answer else (None, None)
    return WalkEndedError(Finding(kind, text, question, outcome))


def failure_of(answer: Answer) -> str:
    """Return what became of a question that brought no knowledge."""
    return _with_detail(_FAILURES[answer.outcome].format(question=answer.question), answer)


def denial_of(answer: Answer) -> str:
    """Return why an answer that brought knowledge brought no record."""
    return _with_detail(KNOWN[answer.outcome], answer)


def family_of(address: str) -> str:
    """Return the record type that holds such an address, empty where it is none."""
    try:
        return _FAMILIES[ipaddress.ip_address(address).version]
    except ValueError:
        return ""


def _with_detail(text: str, answer: Answer) -> str:
    return f"{text}: {answer.detail}" if answer.detail else text
