"""What a row of the table of messages says: what it recognises, who refused whom, and the causes by who and when."""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import Enum, StrEnum
from functools import cached_property

from harness.verdict import Stage


class By(Enum):
    """Which end of the TLS connection refused: the server, which was dialled, the client, which dialled, or either."""

    SERVER = "the TLS server, which was dialled"
    CLIENT = "the TLS client, which dialled"
    EITHER = "either"


class Blame(Enum):
    """Who refused whom, seen from the end that wrote the message: logs read reversed (domain.md pain E2)."""

    PEER = "the other side refused this one"
    OWN = "this side refused the other"
    PATH = "something between the two ends"
    OPEN = "the message does not say"
    NOBODY = "nobody refused anybody"


class Kind(StrEnum):
    """The families of messages, in the order in which the documentation tells them."""

    EXPRESSWAY = "Expressway log lines"
    ALARM = "Expressway alarms"
    CONTROL_HUB = "Words of the Control Hub test"
    ALERT = "TLS alerts"
    VERIFY = "OpenSSL verify errors"
    OPENSSL = "Other words of OpenSSL and sockets"
    JAVA = "Words of Java (JSSE)"
    OTHER_STACKS = "Words of other TLS stacks"
    OWN_SETTINGS = "A program and its own certificate"
    SIP = "SIP and HTTP answers"


_SHORT = 40


@dataclass(frozen=True, slots=True)
class Guess:
    """Causes, most likely first, that fit where `by` refused and `when` holds; empty: always."""

    causes: tuple[str, ...]
    by: By = By.EITHER
    when: str = ""


@dataclass(frozen=True)
class MessageRow:
    """One kind of message. No number stands for one cause: guesses hold by who refused and when (trap X24).

    `pattern` is a regular expression without nested repetition, tried without regard to case; `example` a line that
    this row and no earlier one claims. `source` is a key of domain.md, or `measured`. `needs` are pieces in lower case,
    of which a longer line has one if the pattern fits it at all: finding them is a hundred times cheaper. `settled_by`
    is the row of a line beside which this one is no trouble of its own, empty for none.
    """

    key: str
    kind: Kind
    pattern: str
    example: str
    meaning: str
    blame: Blame
    stages: tuple[Stage, ...] = ()
    guesses: tuple[Guess, ...] = ()
    source: str = ""
    needs: tuple[str, ...] = ()
    settled_by: str = ""

    def recognises(self, line: str, lowered: str) -> bool:
        """Whether this row fits a line; `lowered` is the line in lower case."""
        hopeless = self.needs and len(line) > _SHORT and not any(piece in lowered for piece in self.needs)
        return not hopeless and self._expression.search(line) is not None

    def place_in(self, line: str) -> int:
        """Return where in a line the words stand that it recognises, 0 where it does not fit."""
        found = self._expression.search(line)
        return found.start() if found else 0

    @cached_property
    def _expression(self) -> re.Pattern[str]:
        """The pattern, compiled."""
        return re.compile(self.pattern, re.IGNORECASE | re.ASCII)

    @property
    def by(self) -> By:
        """Who refused, where every guess names the same end."""
        sides = {guess.by for guess in self.guesses}
        return sides.pop() if len(sides) == 1 else By.EITHER


WRONG_CLIENT_USE = (
    "eku-no-client-auth", "traversal-no-client-auth", "trunk-no-client-auth", "tunnel-no-client-auth",
    "cluster-no-client-auth", "eku-any-only", "eku-restricted-intermediate",
)  # fmt: skip
"""A client whose certificate is not for clients: the public edge first, then the links inside."""

IN_HANDSHAKE = (Stage.HANDSHAKE,)
LATE = (Stage.HANDSHAKE, Stage.ACCEPTANCE)
"""A refused client: its own handshake fails in TLS 1.2; in TLS 1.3 it finishes first (trap X8)."""


def server(*causes: str, when: str = "") -> Guess:
    """Return causes for a refusal by the TLS server."""
    return Guess(causes, By.SERVER, when)


def client(*causes: str, when: str = "") -> Guess:
    """Return causes for a refusal by the TLS client."""
    return Guess(causes, By.CLIENT, when)


def either(*causes: str, when: str = "") -> Guess:
    """Return causes for a refusal by either end."""
    return Guess(causes, By.EITHER, when)
