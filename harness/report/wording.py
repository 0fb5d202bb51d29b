"""The words that every report uses for the same thing: actors, stages, alerts, and who refused whom."""

from __future__ import annotations

from harness.inert import inert
from harness.tls.alerts import alert_name
from harness.transcript import Transcript
from harness.verdict import Stage, StepVerdict

STAGE_WORDS = {
    Stage.DNS: "no address was found",
    Stage.UPLOAD: "the box did not take the certificate",
    Stage.OWNERSHIP: "nobody has proven whose domain it is",
    Stage.TCP: "no TCP connection came about",
    Stage.HANDSHAKE: "the dialler's own TLS handshake failed",
    Stage.ACCEPTANCE: "the handshake finished here and was refused there",
    Stage.IDENTITY: "the chain was trusted, the name was not accepted",
    Stage.SIP: "a SIP entity refused, or did not answer",
}
"""What it means to stop at a stage, as the second half of a sentence."""

CLOSING_WORDS = {"fin": "FIN", "rst": "RST", "close_notify": "close_notify"}
NETWORK = "network"
"""What a verdict names where neither end refused: a device in the path."""


def actor_names(transcript: Transcript) -> dict[str, str]:
    """Return what a person calls each actor of a transcript: its role, in inert text."""
    return {card.name: inert(card.role or card.name) for card in transcript.actors}


def several_edges(transcript: Transcript) -> bool:
    """Whether a play has more than one Expressway-E, so that it matters which of them was reached."""
    return sum(card.role.startswith("Expressway-E") for card in transcript.actors) > 1


def alert_words(number: int | None) -> str:
    """Return an alert as `116 certificate_required`, empty for none."""
    return "" if number is None else f"{number} {alert_name(number)}"


def stage_words(step: StepVerdict) -> str:
    """Return `completed`, or `stopped at acceptance`."""
    return "completed" if step.stopped_at is None else f"stopped at {step.stopped_at.value}"


def refusal(step: StepVerdict, names: dict[str, str]) -> str:
    """Return who refused whom and by what, empty for a step that completed.

    `names` are what a person calls the actors, as `actor_names` gives them.
    """
    if step.ok:
        return ""
    parts = [_who(step, names)]
    if step.alert is not None:
        parts.append(f"alert {alert_words(step.alert)}")
    if step.status is not None:
        parts.append(f"status {step.status}")
    if step.closing and len(parts) == 1:
        parts.append(f"closed by {CLOSING_WORDS.get(step.closing, inert(step.closing))}")
    return ", ".join(parts)


def _who(step: StepVerdict, names: dict[str, str]) -> str:
    by, refused = (names.get(actor, inert(actor)) for actor in (step.by, step.refused))
    if step.by == NETWORK:
        return f"something in the network cut off {refused}" if refused else "the network lost it"
    if step.stopped_at is Stage.TCP:
        return f"{refused} got no connection to {by}" if by else f"{refused} got no connection"
    if step.stopped_at is Stage.DNS:
        return f"{refused} got no address from DNS"
    if not by:
        return "nobody refused"
    return f"{by} refused {refused}" if refused not in {"", by} else f"{by} refused"
