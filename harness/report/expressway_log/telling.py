"""From a transcript to the lines that its Expressways would have logged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from datetime import datetime

from harness.report.columns import in_columns
from harness.report.expressway_log.box_end import IDLE, BoxEnd
from harness.report.expressway_log.every_line import ROW_OF
from harness.report.expressway_log.line import LogLine, Said, written
from harness.sip.message import Response, parse_message
from harness.transcript import (
    AlertSeen,
    Closed,
    Connected,
    Connection,
    Decision,
    DialFailed,
    DialFailure,
    Dialled,
    Direction,
    End,
    Event,
    HandshakeFailed,
    HandshakeFinished,
    SipSeen,
    Transcript,
)

_WHY = {
    DialFailure.REFUSED: "Connection refused",
    DialFailure.TIMED_OUT: "Connection timed out",
    DialFailure.UNREACHABLE: "No route to host",
}
_SEARCHES = {"search-rule": "no-match", "preloaded-route": "refused", "cpl": "rejected"}
_FORBIDDEN = "403"
_POLICY_RESPONSE = "399"
_NO_TLS_ERROR = (("iResult", "0"), ("error", "5"))

Fields = tuple[tuple[str, str], ...]


def expressway_log(transcript: Transcript, *, unicode: bool = True) -> str:
    """Return the log of every Expressway of a play, in time order, under a heading.

    Only SIP is in it: sign-in and the tunnel are other services. With `unicode` off all of it is ASCII.
    """
    started = datetime.fromisoformat(transcript.started)
    heading = (
        f"# SIMULATED log of the Expressways: {transcript.scenario}, TLS {transcript.tls_version}. "
        "No real box wrote this."
    )
    lines = [written(line, started, unicode=unicode) for line in log_lines(transcript)]
    return "".join(f"{line}\n" for line in [in_columns(heading, unicode=unicode), *lines])


def log_lines(transcript: Transcript) -> Iterator[LogLine]:
    """Yield the lines of a play in the order of its events."""
    ends = _ends(transcript)
    for event in transcript.events:
        end = ends.get((event.actor, getattr(event, "connection", 0)))
        if end is not None:
            yield from (LogLine(event.at, event.actor, end.connection, said) for said in _told(end, event))


def _ends(transcript: Transcript) -> dict[tuple[str, int], BoxEnd]:
    """Return every end of a SIP connection that an Expressway recorded, by box and number."""
    boxes = {card.name for card in transcript.actors if card.role.startswith("Expressway-")}
    events: dict[tuple[str, int], list[Event]] = defaultdict(list)
    for event in transcript.events:
        events[event.actor, getattr(event, "connection", 0)].append(event)
    return {
        (end.actor, connection.number): BoxEnd(connection, end, tuple(events[end.actor, connection.number]))
        for connection in transcript.connections
        for end in (*connection.ends, *_end_without_connection(connection))
        if end.actor in boxes and connection.protocol == "sip"
    }


def _end_without_connection(connection: Connection) -> Iterator[End]:
    """Yield an end for a dialler that got no TCP connection, and so recorded none."""
    if not connection.ends:
        yield End(connection.dialler, listens=False, tls=False)


def _told(end: BoxEnd, event: Event) -> Iterator[Said]:
    """Yield what one event makes a box write."""
    match event:
        case Dialled():
            yield Said("tcp-connecting")
        case DialFailed(failure=failure):
            yield Said("tcp-failed", {"why": _WHY[failure]})
        case Connected():
            yield from _connected(end)
        case HandshakeFinished():
            yield Said("handshake-succeeded")
        case HandshakeFailed():
            yield from _failed(end)
        case AlertSeen(direction=Direction.RECEIVED) if end.failed is None and event is end.alert(Direction.RECEIVED):
            yield Said(f"alert-{end.side}", end.words, _common_name(end))
        case Decision():
            yield from _decided(end, event)
        case Closed():
            yield Said(_closing(end, event))
        case SipSeen(direction=Direction.SENT):
            yield from _answered(event.message)


def _connected(end: BoxEnd) -> Iterator[Said]:
    if end.end.listens:
        yield Said("tcp-connecting")
    yield Said("tcp-established")
    if end.end.tls and not (end.failed and end.failure == IDLE and end.end.listens and not end.end.bytes_received):
        yield Said("handshake-running")


def _failed(end: BoxEnd) -> Iterator[Said]:
    failure, words = end.failure, end.words
    if failure == "chain-refused":
        yield Said(f"verify-failed-as-{'server' if end.end.listens else 'client'}")
    if failure == "transport-vanished":
        yield Said("transport-vanished-trace", more=(*_NO_TLS_ERROR, ("bServer", str(end.end.listens).lower())))
    yield Said("handshake-failed")
    key = failure if failure in ROW_OF else f"{failure}-{end.side}"
    if key in ROW_OF:
        yield Said(key, {**words, "direction": end.side.capitalize()}, _common_name(end))


def _common_name(end: BoxEnd) -> Fields:
    """Return the field that outbound events have: the name that was looked for."""
    wanted = end.end.expected_names
    return (("Common-name", wanted[0]),) if wanted and not end.end.listens else ()


def _decided(end: BoxEnd, decision: Decision) -> Iterator[Said]:
    match decision.topic:
        case "zone-match":
            matched = decision.outcome == "matched"
            yield Said("zone-found" if matched else "zone-not-found", more=_zone_fields(decision, matched=matched))
        case "identity" if decision.outcome == "unacceptable":
            yield Said(f"name-refused-{end.side}", more=_common_name(end))
        case "search-rule" | "preloaded-route" | "cpl" if decision.outcome == _SEARCHES[decision.topic]:
            forbidden = decision.facts.get("status") == _FORBIDDEN
            yield Said("search-forbidden" if forbidden else "search-not-found")


def _zone_fields(decision: Decision, *, matched: bool) -> Fields:
    facts = decision.facts
    candidates = [named.rpartition(" ")[2] for named in facts.get("presented", "").split(", ")]
    told = [("Found", str(matched)), ("Candidates", ", ".join(dict.fromkeys(candidates)))]
    if matched:
        told += [
            ("MatchedZone", facts.get("zone", "")),
            ("MatchedIdentity", facts.get("matched", "").rpartition(" ")[2]),
        ]
    return (*told, ("MatchMechanism", "DNSZoneMatch"))


def _closing(end: BoxEnd, closed: Closed) -> str:
    """Return the row for the end of TCP; the first reason that this end has is the one that it logs."""
    if end.lacks_certificate:
        return "tcp-closed-without-certificate"
    if closed.direction is Direction.RECEIVED or end.failure in {"alert", "transport-vanished"}:
        return "tcp-closed-by-peer"
    return "tcp-closed-idle" if end.failure == IDLE else "tcp-closed"


def _answered(message: bytes) -> Iterator[Said]:
    """Yield the line for a final answer that policy gave: the one with Warning 399 in it."""
    parsed = parse_message(message)
    warning = (parsed.headers.get("warning") or "") if isinstance(parsed, Response) else ""
    if isinstance(parsed, Response) and warning.startswith(_POLICY_RESPONSE):
        method = (parsed.headers.get("cseq") or "").rpartition(" ")[2]
        answer = f"Sending Response Code={parsed.status}, Method={method}, Reason={parsed.reason}"
        yield Said("policy-response", {"answer": answer}, header=f"Warning: {warning}")
