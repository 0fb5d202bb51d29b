"""What an actor can be told to do in a play: one table that the reader checks and the documentation prints."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class StepKind:
    """One thing that one actor can do.

    `options` maps each option's name to what it means; `needs` names those that have no default.
    """

    actor: str
    verb: str
    meaning: str
    options: dict[str, str]
    needs: tuple[str, ...] = ()


_PORT = "Expressway-E's port, by default the one that this actor's settings or the protocol name"
_TRANSPORT = "tls (default) or tcp"
_TO = "the called address, by default the user of Unified CM"
_ATTEMPTS = "how often it tries, 1 by default"

STEP_KINDS = (
    StepKind(
        "b2b-peer",
        "call",
        "dial Expressway-E and call a user of the company; hang up when it was answered",
        {"port": _PORT, "transport": _TRANSPORT, "to": _TO, "from": "the calling address"},
    ),
    StepKind(
        "b2b-peer",
        "options",
        "dial Expressway-E and ask OPTIONS",
        {"port": _PORT, "transport": _TRANSPORT},
    ),
    StepKind(
        "b2b-peer",
        "stay-silent",
        "open a TCP connection to Expressway-E and send nothing",
        {"port": _PORT, "seconds": "how long it stays, 6 by default"},
    ),
    StepKind("jabber", "sign-in", "sign in over HTTPS on the MRA port", {"port": _PORT}),
    StepKind("jabber", "register", "REGISTER over SIP TLS", {"port": _PORT, "attempts": _ATTEMPTS}),
    StepKind("mra-phone", "sign-in", "sign in over HTTPS on the MRA port", {"port": _PORT}),
    StepKind("mra-phone", "register", "REGISTER over SIP TLS", {"port": _PORT, "attempts": _ATTEMPTS}),
    StepKind(
        "webex-cloud",
        "call",
        "dial the SIP destination and call a user of the company",
        {"port": _PORT, "to": _TO},
    ),
    StepKind("webex-cloud", "options", "dial the SIP destination and ask OPTIONS", {"port": _PORT}),
    StepKind(
        "unified-cm",
        "call",
        "call out through Expressway-C and Expressway-E",
        {"to": "the called address"},
        needs=("to",),
    ),
)

_BY_NAME = {(kind.actor, kind.verb): kind for kind in STEP_KINDS}


def actors_with_steps() -> tuple[str, ...]:
    """Return the actors that can be told to do something."""
    return tuple(dict.fromkeys(kind.actor for kind in STEP_KINDS))


def verbs_of(actor: str) -> tuple[str, ...]:
    """Return what `actor` can be told to do."""
    return tuple(kind.verb for kind in STEP_KINDS if kind.actor == actor)


def step_kind(actor: str, verb: str) -> StepKind | None:
    """Return the table's row, or None where there is none."""
    return _BY_NAME.get((actor, verb))
