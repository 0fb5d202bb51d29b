"""Small plays made by hand, for what a report says of one thing."""

from __future__ import annotations

import unicodedata

from harness.report.outcome import PlayOutcome
from harness.scenario.model import Scenario, Step
from harness.transcript import ActorCard, Address, Connection, Direction, End, Event, SipSeen, Transcript
from harness.verdict import Verdict

CARDS = (
    ActorCard("b2b-peer", "B2B peer", "127.0.0.70"),
    ActorCard("expressway-e", "Expressway-E", "127.0.0.10"),
)
HOSTILE = "evil\x1b[2J\x07\u202eman\u2066\x9b31m\udc80\n"
"""A repainted screen, a bell, two bidi controls, a C1 control, bytes that are no UTF-8, and a line end."""


def transcript(*events: Event, connections: tuple[Connection, ...] | None = None) -> Transcript:
    """A play between a partner and Expressway-E on connection 1."""
    return Transcript(
        scenario="b2b/b01-one-way-tls",
        tls_version="1.3",
        network="memory",
        started="2026-11-24T05:00:00+00:00",
        actors=CARDS,
        events=events,
        connections=(connection(),) if connections is None else connections,
    )


def connection(number: int = 1, *, listener: str = "expressway-e", tls: bool = False) -> Connection:
    """A connection from the partner, recorded at both ends."""
    ends = (End("b2b-peer", listens=False, tls=tls), End("expressway-e", listens=True, tls=tls))
    host = Address("127.0.0.10", 5061)
    return Connection(number, "b2b-peer", listener, Address("127.0.0.70", 40000), host, "sip", "call", ends)


def sip(direction: Direction, start_line: str, *, actor: str, cseq: str = "1 INVITE", at: float = 0.0) -> SipSeen:
    """A SIP message that crossed connection 1."""
    head = f"{start_line}\r\nCall-ID: one\r\nCSeq: {cseq}\r\n\r\n"
    return SipSeen(at, actor, 1, direction, head.encode("utf-8", "surrogateescape"))


def scenario(name: str = "b2b/b02-no-certificate-on-the-mutual-port") -> Scenario:
    """A scenario of that id, with the row that its id begins with."""
    return Scenario(
        name=name,
        file=f"scenarios/{name}.yaml",
        row=name.rpartition("/")[2][:3].upper(),
        title="A partner without a certificate dials the mutual port",
        story="The partner's edge has no client certificate.\nIts administrator was given 5062.",
        source=("seed",),
        tls_versions=("1.2", "1.3"),
        change={},
        play=(Step("b2b-peer", "call", "call"),),
        expectations={},
        control=None,
    )


def outcome(verdict: Verdict, *mismatches: str, told: Transcript, name: str = "") -> PlayOutcome:
    """A play with that verdict, whose control completed."""
    return PlayOutcome(
        scenario=scenario(name) if name else scenario(),
        verdict=verdict,
        transcript=told,
        mismatches=mismatches,
        control=Verdict(verdict.scenario, verdict.tls_version, verdict.network, (), "none", "All went well.", ()),
        control_differs=True,
        seconds=0.0421,
    )


def is_inert(text: str) -> bool:
    """Whether a terminal would show every character and obey none, line feeds apart."""
    return not any(unicodedata.category(each)[0] == "C" or each in "\u2028\u2029" for each in text if each != "\n")
