"""The three kinds of exception; a peer's refusal is none of them, it is an observation in the transcript."""

from __future__ import annotations

from dataclasses import dataclass

from harness.inert import inert


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong in a file that a person wrote.

    `line` and `column` count from 1; 0 means that the place is the file as a whole. `hint` says what to
    do next (the nearest word, the range that is allowed) and may be empty.
    """

    file: str
    line: int
    column: int
    message: str
    hint: str = ""

    def __str__(self) -> str:
        file, message, hint = inert(self.file), inert(self.message), inert(self.hint)
        place = f"{file}:{self.line}:{self.column}" if self.line else file
        return f"{place}: {message}" + (f"\n    {hint}" if hint else "")


class ScenarioError(Exception):
    """What the user gave is wrong: a scenario, a lab file, an id, a certificate. Holds every fault found."""

    def __init__(self, faults: list[Fault]) -> None:
        self.faults = tuple(faults)
        super().__init__("\n".join(str(fault) for fault in faults))


class LabError(Exception):
    """The lab could not be set up: a busy port, a missing address or right. Says what to do next."""


def leaves_of(error: BaseException) -> list[BaseException]:
    """Return the exceptions inside groups, which nurseries wrap around everything."""
    if isinstance(error, BaseExceptionGroup):
        return [leaf for inner in error.exceptions for leaf in leaves_of(inner)]
    return [error]


class LocalProtocolError(Exception):
    """Our own code broke a protocol's rules: always a bug of the harness, never a finding about a peer."""
