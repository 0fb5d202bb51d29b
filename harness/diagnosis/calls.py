"""What the SIP messages and decisions of a step say beyond its hinge: for the causes and warnings about calls."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.diagnosis.decisive import FOUND, LOCATE, LOCATE_NOTE
from harness.diagnosis.evidence import Evidence
from harness.diagnosis.sip_heads import head_of, request_in
from harness.tls.inspector import inspect
from harness.tls.inspector.items import ClientHello
from harness.transcript import Address, ClientCertificate, Closed, Decision, Direction, SipSeen

_REASON = re.compile(r'(\d{1,5})\b.*?reason="([^"]{0,200})"', re.IGNORECASE | re.DOTALL)
_BY_SRV = re.compile(r"(\S+) \(([^\s,)]+), \d+/\d+\)")
SQUARED = "call-type=squared"


def diagnostics(evidence: Evidence) -> tuple[str, str]:
    """Return number and reason of the first ms-diagnostics header ([MS-OCER] 8.2), empty where there was none."""
    heads = (head for seen in _messages(evidence) if (head := head_of(seen)))
    values = (value for head in heads for value in head.headers.get_all("ms-diagnostics"))
    found = next((found for value in values if (found := _REASON.match(value))), None)
    return (found[1], found[2].encode("utf-8", "surrogateescape").decode("utf-8", "replace")) if found else ("", "")


def words_of_calls(evidence: Evidence) -> dict[str, str]:
    """Return what routing, message sizes and Microsoft's header said."""
    chosen, own = evidence.decision("search-rule", "dns-zone"), evidence.decision("own-route", "stripped")
    number, reason = diagnostics(evidence)
    return {
        "pattern": chosen.facts.get("pattern", "?") if chosen else "of an unknown pattern",
        "never_tried": (chosen.facts.get("never-tried") if chosen else "") or "Another rule",
        "routes": own.facts.get("routes", "") if own else "to somebody else",
        "diagnostics": f"{number} {reason.rstrip('.')}" if number else "no reason",
        "arrived": " and ".join(edited_versions(evidence)) or "something else",
    }


def way_found(evidence: Evidence) -> Decision | None:
    """Return the walk through DNS that led the dialler to what it met, None where it dialled an address."""
    walks = [
        event
        for event in evidence.events
        if isinstance(event, Decision) and event.topic == LOCATE and event.actor == evidence.dialler
    ]
    return walks[-1] if evidence.view is not None and walks and walks[-1].outcome == FOUND else None


def srv_label(evidence: Evidence) -> str:
    """Return the label whose SRV records were followed on the dialler's last walk, empty where none were.

    That is not the destination's where the Webex zone looks up another domain in its place.
    """
    label = ""
    for event in evidence.events:
        if not isinstance(event, Decision) or event.actor != evidence.dialler:
            continue
        if event.topic == LOCATE_NOTE and event.outcome == "srv-order":
            label = event.facts.get("name", "")
    return label


def where_srv_led(evidence: Evidence) -> tuple[str, str, Address] | None:
    """Return (destination, host, address) where an SRV record led the dialler to what it met; None: none did."""
    found = way_found(evidence)
    if evidence.view is None or found is None:
        return None
    met = evidence.view.connection.target
    host = dict(_BY_SRV.findall(found.facts.get("targets", ""))).get(str(met), "")
    return (found.facts.get("destination", "the destination"), host, met) if host else None


def alarms(evidence: Evidence) -> tuple[Decision, ...]:
    """Return the alarms that Expressways raised, before the play or in it."""
    decisions = (event for event in evidence.transcript.events if isinstance(event, Decision))
    return tuple(event for event in decisions if event.topic == "alarm")


def one_way_stands(evidence: Evidence) -> bool:
    """Whether a connection still stands that the unreachable peer had opened, showing no certificate on it (B28)."""
    closed = {event.connection for event in evidence.transcript.events if isinstance(event, Closed)}
    return any(
        (each.dialler, each.listener) == (evidence.listener, evidence.dialler)
        and each.number not in closed
        and any(end.certificate_request is ClientCertificate.NONE for end in each.ends)
        for each in evidence.transcript.connections
    )


def edited_versions(evidence: Evidence) -> tuple[str, ...]:
    """Return the versions that the listener was offered where the dialler had offered others, else ()."""
    hellos = [_hello(evidence, actor) for actor in (evidence.dialler, evidence.listener)]
    sent, arrived = ((hello.versions if hello else ()) for hello in hellos)
    return arrived if sent and arrived and sent != arrived else ()


def _hello(evidence: Evidence, actor: str) -> ClientHello | None:
    end = evidence.view.connection.end_of(actor) if evidence.view else None
    return inspect(end.chunks, (), listens=end.listens).client_hello if end else None


def who_dropped_the_mark(evidence: Evidence) -> str:
    """Return who sent the cloud's INVITE on without call-type=squared in its Contact (row I30), empty: nobody did."""
    marked = False
    for seen in _invites(evidence, Direction.SENT):
        head = head_of(seen)
        carries = head is not None and any(SQUARED in contact for contact in head.headers.get_all("contact"))
        if marked and not carries:
            return seen.actor
        marked = marked or carries
    return ""


def times_rung(evidence: Evidence, actor: str) -> int:
    """Return how many calls reached an actor in this step."""
    return sum(seen.actor == actor for seen in _invites(evidence, Direction.RECEIVED))


def _invites(evidence: Evidence, direction: Direction) -> Iterator[SipSeen]:
    for seen in _messages(evidence):
        if seen.direction is direction and request_in(seen, "INVITE"):
            yield seen


def _messages(evidence: Evidence) -> Iterator[SipSeen]:
    return (event for event in evidence.events if isinstance(event, SipSeen))
