"""Options that take one word of a table: the table is read when somebody asks, and a wrong word gets the nearest."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

import click

if TYPE_CHECKING:
    from collections.abc import Callable, Sequence


class Choice(click.Choice[str]):
    """One of `words`, or of those that a function gives: called when they are needed, so that others start fast."""

    def __init__(self, words: Sequence[str] | Callable[[], Sequence[str]]) -> None:
        self._words = words
        super().__init__(())

    @property
    def choices(self) -> tuple[str, ...]:
        """Return the words."""
        return tuple(self._words() if callable(self._words) else self._words)

    @choices.setter
    def choices(self, _: tuple[str, ...]) -> None:
        """Ignore those that click was given: the words are known by `words`."""

    def get_invalid_choice_message(self, value: Any, ctx: click.Context | None) -> str:
        """Return what is wrong with a word, and which was probably meant."""
        from harness.document.words import nearest  # noqa: PLC0415

        wrong = super().get_invalid_choice_message(value, ctx)
        meant = nearest(str(value), self.choices)
        return f"{wrong} Did you mean {meant!r}?" if meant else wrong


def _releases() -> Sequence[str]:
    from harness.lab.releases import RELEASE_NAMES  # noqa: PLC0415

    return RELEASE_NAMES


def _certificate_roles() -> Sequence[str]:
    from harness.lab.certificate_roles import ALL_ROLES  # noqa: PLC0415

    return ALL_ROLES


def _probe_roles() -> Sequence[str]:
    from harness.probe.roles import ROLES  # noqa: PLC0415

    return tuple(ROLES)


def _tls_versions() -> Sequence[str]:
    from harness.scenario.model import TLS_VERSIONS  # noqa: PLC0415

    return TLS_VERSIONS


def _behaviours() -> Sequence[str]:
    from harness.dns.walk_policy import Behaviour  # noqa: PLC0415

    return tuple(behaviour.value for behaviour in Behaviour)


def newest_release() -> str:
    """Return the newest release that is known here."""
    return _releases()[-1]


RELEASE = Choice(_releases)
CERTIFICATE_ROLE = Choice(_certificate_roles)
PROBE_ROLE = Choice(_probe_roles)
TLS_VERSION = Choice(_tls_versions)
NETWORK = Choice(("loopback", "memory"))
BEHAVIOUR = Choice(_behaviours)
