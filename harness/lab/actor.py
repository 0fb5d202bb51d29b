"""What a row of the table of actors says: one actor, its ports, and what it can be told to do."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from harness.transcript import ClientCertificate

if TYPE_CHECKING:  # the settings read the addresses of this table
    from harness.lab.settings import Lab

_SIMULATED = "(simulated by sip-mtls)"


@dataclass(frozen=True, slots=True)
class Verb:
    """One thing that an actor can be told to do in a play.

    `options` maps each option's name to what it means; `needs` names those that have no default.
    """

    word: str
    meaning: str
    options: Mapping[str, str] = field(default_factory=dict, hash=False)
    needs: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Port:
    """A port of an actor, as `sip-mtls serve` tells of it.

    `number` is the port, or the setting of the actor that has it. `asks` says what it does about client certificates,
    or which setting of the actor says so; None where nothing is said of it.
    """

    number: int | str
    service: str
    asks: ClientCertificate | str | None = None

    def number_in(self, settings: Any) -> int:
        """Return the port in these settings of the actor."""
        return getattr(settings, self.number) if isinstance(self.number, str) else self.number

    def request_in(self, settings: Any) -> ClientCertificate | None:
        """Return what it asks of clients in these settings of the actor, None where nothing is said of it."""
        if self.asks is None or isinstance(self.asks, ClientCertificate):
            return self.asks
        return ClientCertificate(getattr(settings, self.asks))


@dataclass(frozen=True, slots=True)
class Actor:
    """An actor of every lab.

    `octet` is the last one of its address in the lab's block. `column` is its place in a ladder, from left to right;
    whoever has that of another stands beside it. `at` is its place (x, y) in the picture of the estate, in pixels of
    1280 by 570. `software` is the product that it names in `Server` and `User-Agent` (RFC 3261 20.35, 20.41), with
    `{release}` where that of the lab stands; empty for one that stands for no product. `old_versions` returns its TLS
    versions where it can be old gear: with TLS 1.0 or 1.1 among them its security level is 0. `ports` are those that
    say less of themselves when they open. An actor with settings has a field of its name in `Lab`.
    """

    key: str
    title: str
    octet: int
    column: int
    at: tuple[int, int]
    software: str = ""
    is_expressway: bool = False
    old_versions: Callable[[Lab], tuple[str, ...]] | None = None
    ports: tuple[Port, ...] = ()
    verbs: tuple[Verb, ...] = ()

    def settings_in(self, lab: Lab) -> Any:
        """Return the group of settings of this actor, None for one without any."""
        return getattr(lab, self.key.replace("-", "_"), None)

    def software_on(self, release: str) -> str:
        """Return what it calls itself in a lab with that release. The comment at the end says that it is no product."""
        return f"{(self.software or self.key).format(release=release.upper())} {_SIMULATED}"
