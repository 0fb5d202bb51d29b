"""The ladder of a story that begins in DNS, chooses between nodes, or is refused by Control Hub."""

from __future__ import annotations

from dataclasses import replace

import pytest
from report_bench import CARDS, HOSTILE, connection, is_inert, outcome, transcript

from harness.dns.message import query_message
from harness.dns.records import Question
from harness.report.detail import play_detail
from harness.report.json_report import run_as_json
from harness.report.ladder import draw_ladder, ladder_of
from harness.report.results_table import run_table
from harness.report.wording import refusal
from harness.transcript import (
    ActorCard,
    Address,
    Connected,
    Connection,
    Decision,
    Dialled,
    Direction,
    DnsSeen,
    Event,
    StepEnded,
    StepStarted,
    Transcript,
)
from harness.verdict import Facts, Stage, StepVerdict, Verdict

SERVER = Address("127.0.0.53", 53)
QUERY = query_message(Question("_sips._tcp.example.com", "SRV"), number=7)
ANSWER = QUERY[:2] + b"\x81\x83" + QUERY[4:]
"""The question back, with the code NXDOMAIN."""

SENTENCE = "SRV _sips._tcp.example.com leads to us-expe1.example.com"
STARTED = StepStarted(0.0, "b2b-peer", "call")

NOBODY_SAW = Facts(None, None, None)


def asked(transport: str = "udp", answer: bytes = ANSWER) -> tuple[Event, ...]:
    """A question of the partner's edge and what came back."""
    return (
        DnsSeen(0.0, "b2b-peer", SERVER, transport, Direction.SENT, QUERY),
        DnsSeen(0.0, "b2b-peer", SERVER, transport, Direction.RECEIVED, answer),
    )


def decided(topic: str, result: str, actor: str = "b2b-peer", **facts: str) -> Decision:
    """A line of the actor's log."""
    return Decision(0.0, actor, 0, topic, result, facts)


def estate(*events: Event, connections: tuple[Connection, ...] = ()) -> Transcript:
    """A play with a name server, Control Hub and two nodes of the edge."""
    play = transcript(*events, connections=connections)
    more = (
        ActorCard("us-expe2", "Expressway-E us-expe2", "127.0.0.11"),
        ActorCard("name-server", "name server", "127.0.0.53"),
        ActorCard("control-hub", "Control Hub", "127.0.0.45"),
    )
    return Transcript(**{name: getattr(play, name) for name in play.__slots__} | {"actors": CARDS + more})


def told(step: StepVerdict) -> Verdict:
    """A verdict on one step."""
    return Verdict("geo/g01", "1.3", "memory", (step,), "none", "Well.", ())


REACHED = StepVerdict(
    "call", "b2b-peer", None, "", "", None, 200, "", 1, Facts(True, True, True), (), reached="us-expe2"
)


def test_a_question_goes_to_the_name_server_and_its_answer_comes_back() -> None:
    question, answer = ladder_of(estate(STARTED, *asked())).marks[1:]
    drawn = draw_ladder(estate(STARTED, *asked()), width=120)

    assert (question.sender, question.receiver) == ("b2b-peer", "name-server")  # type: ignore[union-attr]
    assert (answer.sender, answer.receiver) == ("name-server", "b2b-peer")  # type: ignore[union-attr]
    assert "SRV _sips._tcp.example.com?" in drawn
    assert "NXDOMAIN" in drawn


def test_a_question_over_tcp_says_so() -> None:
    drawn = draw_ladder(estate(STARTED, *asked("tcp")), width=120)

    assert "SRV _sips._tcp.example.com? (TCP)" in drawn


def test_bytes_that_are_no_dns_message_are_drawn_and_do_no_harm() -> None:
    drawn = draw_ladder(estate(STARTED, *asked(answer=HOSTILE.encode("utf-8", "surrogateescape"))))

    assert is_inert(drawn)


def test_whoever_is_asked_stands_left_and_another_node_beside_the_first() -> None:
    hub = decided("ownership", "refused", "control-hub", text="TXT example.com: no such record")
    nodes = (Decision(0.0, "us-expe2", 0, "cpl", "rejected"), Decision(0.0, "expressway-e", 0, "cpl", "rejected"))
    ladder = ladder_of(estate(STARTED, *asked(), *nodes, hub))

    order = [line.actor for line in ladder.lifelines]
    assert order[:3] == ["name-server", "control-hub", "b2b-peer"]
    assert set(order[3:]) == {"expressway-e", "us-expe2"}


def test_the_walk_is_told_before_the_connection_that_followed_from_it() -> None:
    walk = decided("locate-note", "srv", text=SENTENCE)
    found = decided("locate", "found", destination="example.com", targets="tls 127.0.0.10:5061")
    dialled = Dialled(0.0, "b2b-peer", 1), Connected(0.0, "expressway-e", 1)
    drawn = draw_ladder(estate(STARTED, *asked(), walk, found, *dialled, connections=(connection(),)), width=200)

    words = ["SRV _sips", "NXDOMAIN", SENTENCE, "locate: found", "TCP connected to port 5061"]
    places = [drawn.index(word) for word in words]
    assert places == sorted(places)
    assert f"B2B peer: {SENTENCE}\n" in drawn


@pytest.mark.parametrize(
    ("decision", "sentence"),
    [
        (decided("locate", "no-records", text=SENTENCE), f"locate: no-records: {SENTENCE}"),
        (decided("ownership", "refused", "control-hub", text=SENTENCE), f"ownership: refused: {SENTENCE}"),
        (
            decided(
                "activation", "refused", "control-hub", organisation="Acme", unproven="email a.example", check="on"
            ),
            "activation: refused (organisation Acme, unproven email a.example)",
        ),
        (
            decided("failover", "next-target", failed="one", why="timed-out", next="two", seconds="10.0"),
            "failover: one: timed-out after 10.0 s; on to two",
        ),
        (
            decided("failover", "gave-up", failed="one", why="handshake", next="two", seconds="0.1"),
            "failover: one: handshake after 0.1 s; failover on TLS errors is Off",
        ),
    ],
)
def test_what_was_decided_is_told_in_a_sentence(decision: Decision, sentence: str) -> None:
    assert sentence in draw_ladder(estate(STARTED, decision), width=200)


def test_a_set_up_whose_lookup_failed_is_shown_and_one_that_went_well_is_not() -> None:
    failed = decided("locate", "no-answer", "expressway-e", text=SENTENCE)
    went_well = decided("locate", "found", "expressway-e", destination="us-expe1.example.com")

    assert SENTENCE in draw_ladder(estate(failed, STARTED), width=200)
    assert "us-expe1.example.com" not in draw_ladder(estate(went_well, STARTED), width=200)


def test_a_port_that_the_firewall_translates_is_drawn_with_both_numbers() -> None:
    dialled = Dialled(0.0, "b2b-peer", 1), Connected(0.0, "expressway-e", 1)
    led = replace(connection(), reached=Address("127.0.0.10", 5062))

    assert "TCP connected to port 5061, translated to 5062" in draw_ladder(
        transcript(STARTED, *dialled, connections=(led,)), width=120
    )
    assert "translated" not in draw_ladder(transcript(STARTED, *dialled), width=120)


def test_the_node_that_was_reached_is_named_where_there_is_a_choice() -> None:
    several, single = (outcome(told(REACHED), told=each) for each in (estate(), transcript()))

    assert "reached   Expressway-E us-expe2" in play_detail(several)
    assert "reached   " not in play_detail(single)
    assert "(met us-expe2)" in run_table([several])
    assert "(met us-expe2)" not in run_table([single])
    assert '"reached": "us-expe2"' in run_as_json([several], asked=1)


@pytest.mark.parametrize(
    ("stage", "words", "by", "who"),
    [
        (Stage.DNS, "no address was found", "name-server", "B2B peer got no address from DNS"),
        (Stage.OWNERSHIP, "nobody has proven", "control-hub", "Control Hub refused B2B peer"),
    ],
)
def test_a_story_that_dialled_nobody_is_told_in_full(stage: Stage, words: str, by: str, who: str) -> None:
    step = StepVerdict("call", "b2b-peer", stage, by, "b2b-peer", None, None, "", None, NOBODY_SAW, ())
    ended = StepEnded(1.0, "b2b-peer", "call", completed=False, detail="no connection")
    play = outcome(told(step), told=estate(STARTED, ended))

    assert words in play_detail(play)
    assert "handshake finished" not in play_detail(play)
    assert stage.value in run_table([play])
    assert f"STOPPED at {stage.value}: {who}" in draw_ladder(estate(STARTED, ended), told(step))


def test_control_hub_that_refuses_its_own_step_is_not_said_to_refuse_itself() -> None:
    hub = "control-hub"
    step = StepVerdict("verify", hub, Stage.OWNERSHIP, hub, hub, None, None, "", None, NOBODY_SAW, ())

    assert refusal(step, {hub: "Control Hub"}) == "Control Hub refused"
