"""Every play of the catalogue as packets, read back: the same cause, a coarser true one, or openly undecided.

What is compared with is the cause of the play, and that of each of its connections by itself, seen by both of its ends.
`pytest -s` prints the table.
"""

from __future__ import annotations

import io
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace

import pytest
from catalogue_plays import Played, played

from harness.capture.reading.lookups import may_be_dns
from harness.capture.reading.secrets import KeyTable
from harness.capture.reading.stories import Hints, Story, stories_of
from harness.capture.writing import capture_of
from harness.diagnosis.causes import CAUSES
from harness.diagnosis.connection_view import ConnectionView
from harness.diagnosis.judge import judge
from harness.lab.actors import TITLES
from harness.packets.capture import Capture, read_capture
from harness.report.outcome import PlayOutcome
from harness.transcript import Decision, StepEnded, StepStarted, Transcript, VerifyFailed
from harness.verdict import Stage, Verdict

__all__ = ["played"]

LOOKS_LIKE = {cause.key: set(cause.looks_like) for cause in CAUSES}
NO_CERTIFICATE, REFUSED = {"no-client-certificate"}, {"sip-refused"}
_NAMES = (
    "access-rule-denied", "another-service-answers", "name-imitated", "name-is-a-pattern", "name-is-no-host-name",
    "name-of-other-generation", "name-only-in-cn", "name-trailing-dot", "name-typo", "name-wildcard",
    "only-the-host-name",
)  # fmt: skip
COARSER: Mapping[str, set[str]] = {
    "b2bua-on-mutual-port": NO_CERTIFICATE,
    "client-store-expired": {"certificate-expired"},
    "cloud-demands-certificate": NO_CERTIFICATE,
    "cluster-no-client-auth": {"eku-no-client-auth"},
    "expressway-c-unknown-to-tomcat": {"unknown-root"},
    "inspected-by-proxy": {"foreign-certificate"},
    "interception-turned-away": NO_CERTIFICATE,
    "mra-on-mutual-port": NO_CERTIFICATE,
    "mra-translated-to-mutual-port": {"mra-on-mutual-port", *NO_CERTIFICATE},
    "mutual-tls-on-default-zone": {"mra-on-mutual-port", *NO_CERTIFICATE},
    "tomcat-certificate-untrusted": {"unknown-root", "self-signed-certificate"},
    "traversal-no-client-auth": {"eku-no-client-auth"},
    "trunk-no-client-auth": {"eku-no-client-auth"},
    "tunnel-no-client-auth": {"eku-no-client-auth"},
    "unified-cm-by-other-name": {"server-name-mismatch"},
    **{name: {"name-unknown"} for name in _NAMES},
}
"""What is true of a play or a connection as well, and says less."""

NOISE = "a connection besides"
"""A play that completed, and of which a connection that changed nothing was refused: the first of two targets."""


@dataclass(frozen=True, slots=True)
class Sight:
    """What whoever has the capture knows besides: the secrets, and who is who."""

    name: str
    keys: bool
    who: bool


SIGHTS = (
    Sight("keys, addresses known", keys=True, who=True),
    Sight("keys", keys=True, who=False),
    Sight("no keys", keys=False, who=False),
)


def captured(outcome: PlayOutcome, sight: Sight) -> tuple[Capture, tuple[Story, ...]]:
    """Write a play as packets and read it back."""
    file = capture_of([outcome.transcript], program="sip-mtls")
    capture = read_capture(io.BytesIO(file).read, wanted=may_be_dns)
    cards = outcome.transcript.actors if sight.who else ()
    who = {card.host: card.name for card in cards if card.name in TITLES}
    keys = KeyTable([capture.secrets] if sight.keys else [])
    return capture, stories_of(capture, keys, Hints({}, who, TITLES)).stories


def cause_alone(whole: Transcript, number: int) -> str:
    """What the judge says of one connection of a play alone, with all that both of its ends know."""
    connection = whole.connection(number)
    view = ConnectionView(whole, connection)
    own = [event for event in whole.events if getattr(event, "connection", 0) == number]
    settings = [event for event in whole.events if isinstance(event, Decision) and event.topic == "listener"]
    at, stands = (own[0].at if own else 0.0), view.stage is None and not view.lost
    step = (StepStarted(at, connection.dialler, "own"), *own, StepEnded(at, connection.dialler, "own", stands, ""))
    protocol = "https" if connection.protocol == "http" else connection.protocol
    connections = tuple(
        replace(each, step="own", protocol=protocol) if each.number == number else replace(each, step="other")
        for each in whole.connections
    )
    return judge(replace(whole, events=(*settings, *step), connections=connections)).cause


def numbers_of(capture: Capture, whole: Transcript) -> Mapping[int, int]:
    """The number of each captured connection in the play: the first towards a target is the first towards it."""
    waiting: dict[object, list[int]] = defaultdict(list)
    for connection in whole.connections:
        waiting[connection.target].append(connection.number)
    found = {}
    for place, captured_connection in enumerate(capture.connections, 1):
        if waiting[captured_connection.listener]:
            found[place] = waiting[captured_connection.listener].pop(0)
    return found


def rating(verdict: Verdict, cause: str, alone: str, *, certificate_refused: bool) -> str:
    """How a verdict from packets compares with what is true."""
    true = {cause, alone}
    wider = true.union(*(COARSER.get(each, set()) for each in true))
    likely = wider.union(*(LOOKS_LIKE.get(each, set()) for each in true))
    likely |= {"certificate-refused"} if certificate_refused else set()
    if verdict.cause in true - REFUSED:
        return "same"
    if verdict.cannot_tell and verdict.probe and likely & set(verdict.cannot_tell):
        return "undecided"
    if verdict.cause in wider | REFUSED:
        return "coarser"
    return "undecided, and not among the candidates" if verdict.cannot_tell else "WRONG"


_ORDER = ("WRONG", "same", "coarser", "undecided", "undecided, and not among the candidates")


def ratings(outcome: PlayOutcome, sight: Sight) -> Iterator[tuple[str, str]]:
    """Yield how each story that stopped compares, and its cause."""
    whole, cause = outcome.transcript, outcome.verdict.cause
    capture, stories = captured(outcome, sight)
    numbers = numbers_of(capture, whole)
    refused = any(isinstance(event, VerifyFailed) for event in whole.events)
    for story in stories:
        verdict = judge(story.transcript)
        if story.is_open or verdict.stopped is None or story.number not in numbers:
            continue
        alone = cause_alone(whole, numbers[story.number])
        yield rating(verdict, cause, alone, certificate_refused=refused), verdict.cause


def of_play(outcome: PlayOutcome, sight: Sight) -> tuple[str, list[tuple[str, str]]]:
    """How a play compares: by the best of its stories, unless one is wrong."""
    told = list(ratings(outcome, sight))
    best = next((each for each in _ORDER if any(rated == each for rated, _ in told)), "not in the packets")
    if outcome.verdict.cause == "none" and best != "WRONG":
        best = NOISE if told else "completed"
    return best, told


@pytest.mark.parametrize("sight", SIGHTS, ids=lambda sight: sight.name)
def test_no_play_gets_another_cause_from_its_packets(played: Played, sight: Sight) -> None:
    found: Counter[str] = Counter()
    wrong = []
    for (name, tls), outcome in played("memory").items():
        best, told = of_play(outcome, sight)
        found[best] += 1
        if best in {"WRONG", "undecided, and not among the candidates"}:
            wrong.append((name, tls, outcome.verdict.cause, told))
    print(f"\n{sight.name}: {', '.join(f'{count} {rated}' for rated, count in found.most_common())}")

    assert wrong == []
    assert found["same"] + found["coarser"] + found["undecided"] > 250


def test_a_late_refusal_that_no_key_opens_is_openly_undecided(played: Played) -> None:
    _, stories = captured(played("memory")["b2b/b02-no-certificate-on-the-mutual-port", "1.3"], SIGHTS[2])
    (verdict,) = (verdict for story in stories if not (verdict := judge(story.transcript)).steps[0].ok)

    assert (verdict.cause, verdict.stopped and verdict.stopped.stopped_at) == ("refusal-sealed", Stage.ACCEPTANCE)
    assert {"no-client-certificate", "unknown-root"} <= set(verdict.cannot_tell)
    assert "--keys" in verdict.probe


def test_what_is_not_in_the_packets_is_what_never_crossed_the_wire(played: Played) -> None:
    """Names that led nowhere, certificates that a box did not take, and a SYN behind which the capture ends."""
    stages = Counter(
        outcome.verdict.stopped.stopped_at
        for outcome in played("memory").values()
        if outcome.verdict.stopped and of_play(outcome, SIGHTS[0])[0] == "not in the packets"
    )

    assert {stage.value for stage in stages if stage} == {"dns", "ownership", "tcp", "upload"}
