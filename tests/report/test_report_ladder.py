"""The ladder as text: golden stories, and what a network engineer must see at a glance."""

from __future__ import annotations

import os
import random
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from recorded_stories import FOLDER, STORIES, no_certificate_verdict, story
from report_bench import HOSTILE, connection, is_inert, sip, transcript

from harness.report.ladder import draw_ladder
from harness.transcript import (
    ActorCard,
    AlertSeen,
    Closed,
    Closing,
    Connected,
    Decision,
    DialFailed,
    DialFailure,
    Dialled,
    Direction,
    Oddity,
    StepEnded,
    StepStarted,
)

SENT, RECEIVED = Direction.SENT, Direction.RECEIVED


@pytest.mark.parametrize("name", STORIES)
def test_a_recorded_story_is_told_as_it_was_last_read(name: str) -> None:
    golden = FOLDER / f"{name}.txt"
    drawn = draw_ladder(story(name))
    if os.environ.get("GOLDEN") == "record":
        golden.write_text(drawn, encoding="utf-8")
    assert drawn == golden.read_text(encoding="utf-8")


@pytest.mark.parametrize("name", STORIES)
@pytest.mark.parametrize("width", [80, 100, 132])
def test_no_line_is_wider_than_asked(name: str, width: int) -> None:
    assert max(map(len, draw_ladder(story(name), width=width).splitlines())) <= width


@pytest.mark.parametrize("name", STORIES)
def test_a_ladder_for_an_old_terminal_is_plain_ascii_and_as_long(name: str) -> None:
    modern, plain = draw_ladder(story(name)), draw_ladder(story(name), unicode=False)
    assert plain.isascii()
    assert len(plain.splitlines()) == len(modern.splitlines())


def test_a_tls_1_3_caller_believes_itself_done_before_it_is_refused() -> None:
    lines = draw_ladder(story("no-certificate-1.3"), no_certificate_verdict()).splitlines()
    order = [
        "CertificateRequest",
        "Certificate (EMPTY)",
        "B2B peer: handshake done",
        "never read by",
        "ALERT 116 certificate_required: Expressway-E refuses B2B peer",
        "STOPPED at acceptance: Expressway-E refused B2B peer, alert 116",
    ]
    places = [next(at for at, line in enumerate(lines) if word in line) for word in order]
    assert places == sorted(places)


def test_in_tls_1_2_nobody_believes_itself_done() -> None:
    drawn = draw_ladder(story("no-certificate-1.2"), no_certificate_verdict("1.2"))
    assert "handshake done" not in drawn
    assert "ALERT 40 handshake_failure: Expressway-E refuses B2B peer" in drawn
    assert "STOPPED at handshake: Expressway-E refused B2B peer" in drawn


def test_a_server_that_asks_for_no_certificate_is_told_to_do_so() -> None:
    signing_in, registering = draw_ladder(story("jabber-on-the-mutual-port-1.2"), width=200).split("register:")
    assert "no CertificateRequest" in signing_in
    assert "CertificateRequest (names" in registering


def test_an_answer_is_followed_through_all_its_hops_before_the_next_one() -> None:
    drawn = draw_ladder(story("call-from-the-cloud-1.3"))
    answers = [line for line in drawn.splitlines() if "(CSeq 1 INVITE)" in line]
    assert ["180 Ringing" in answer for answer in answers] == [True, True, True, False, False, False]


def test_a_set_up_that_went_well_is_left_out_unless_asked_for() -> None:
    play = story("no-certificate-1.2")
    assert "traversal-zone: active" not in draw_ladder(play)
    assert "traversal-zone: active" in draw_ladder(play, set_up=True)


def test_a_set_up_that_failed_is_shown() -> None:
    failed = Decision(0.0, "expressway-e", 0, "traversal-zone", "failed", {"zone": "Hybrid", "port": "7003"})
    play = transcript(failed, StepStarted(0.1, "b2b-peer", "call"))
    assert "traversal-zone: failed (zone Hybrid, port 7003)" in draw_ladder(play)


def test_a_message_that_nobody_read_is_lost_and_one_that_arrived_is_drawn_once() -> None:
    line = "INVITE sip:alice@example.com SIP/2.0"
    sent = sip(SENT, line, actor="b2b-peer")
    arrived = draw_ladder(transcript(sent, sip(RECEIVED, line, actor="expressway-e")), width=200)
    lost = draw_ladder(transcript(sent), width=200)
    assert (arrived.count("INVITE"), lost.count("INVITE")) == (1, 1)
    assert ("never read by Expressway-E" in arrived, "never read by Expressway-E" in lost) == (False, True)


def test_a_message_to_a_stranger_is_not_called_lost() -> None:
    ours_only = replace(connection(), ends=connection().ends[:1])
    play = transcript(sip(SENT, "OPTIONS sip:example.com SIP/2.0", actor="b2b-peer"), connections=(ours_only,))
    assert "never read by" not in draw_ladder(play, width=200)


@pytest.mark.parametrize(
    ("failure", "words"),
    [
        (DialFailure.REFUSED, "RST: connection refused"),
        (DialFailure.TIMED_OUT, "no answer to the SYN"),
        (DialFailure.UNREACHABLE, "no route to the host"),
    ],
)
def test_a_port_that_leads_nowhere_still_names_whose_it_is(failure: DialFailure, words: str) -> None:
    nobody = connection(listener="")
    play = transcript(Dialled(0.0, "b2b-peer", 1), DialFailed(0.0, "b2b-peer", 1, failure), connections=(nobody,))
    drawn = draw_ladder(play)
    assert "SYN to port 5061" in drawn
    assert words in drawn
    assert "Expressway-E" in drawn


def test_a_reset_that_neither_end_sent_is_somebody_elses() -> None:
    forged = Closed(0.0, "b2b-peer", 1, RECEIVED, Closing.RST)
    assert "B2B peer: an RST came that Expressway-E never sent" in draw_ladder(transcript(forged))
    sent = Closed(0.0, "expressway-e", 1, SENT, Closing.RST, "Peer's TLS certificate identity was unacceptable")
    honest = draw_ladder(transcript(sent, forged))
    assert "never sent" not in honest
    assert "RST, by its log: Peer's TLS certificate" in honest


def test_a_silence_is_told_with_its_length() -> None:
    play = transcript(Connected(0.0, "b2b-peer", 1), Oddity(6.0, "expressway-e", 1, "nothing came"))
    assert "6.0 seconds later" in draw_ladder(play)


def test_what_strangers_wrote_reaches_the_terminal_inert() -> None:
    play = transcript(
        StepStarted(0.0, "b2b-peer", HOSTILE),
        sip(SENT, f"INVITE sip:{HOSTILE.strip()} SIP/2.0", actor="b2b-peer"),
        Oddity(0.0, "expressway-e", 1, HOSTILE),
        Decision(0.0, "expressway-e", 1, "identity", HOSTILE, {HOSTILE: HOSTILE, "near-miss": HOSTILE}),
        Closed(0.0, "expressway-e", 1, SENT, Closing.FIN, HOSTILE),
        StepEnded(0.0, "b2b-peer", HOSTILE, completed=False, detail=HOSTILE),
    )
    hostile_names = replace(play, actors=tuple(ActorCard(card.name, HOSTILE, card.host) for card in play.actors))
    for told in (play, hostile_names):
        for unicode in (True, False):
            drawn = draw_ladder(told, unicode=unicode)
            assert is_inert(drawn)
            assert "\\x1b[2J" in drawn
            drawn.encode("utf-8")


def test_wide_characters_do_not_push_the_lifelines_about() -> None:
    drawn = draw_ladder(transcript(Oddity(0.0, "b2b-peer", 1, "電話 e\u0301")))
    assert "\\u96fb\\u8a71 e\\u0301" in drawn


def test_an_alert_that_only_the_receiver_saw_still_has_its_sender() -> None:
    drawn = draw_ladder(transcript(AlertSeen(0.0, "b2b-peer", 1, RECEIVED, 2, 48)))
    assert "ALERT 48 unknown_ca: Expressway-E refuses B2B peer" in drawn


def test_an_empty_play_is_a_ladder_without_rungs() -> None:
    assert draw_ladder(transcript(connections=())).endswith("inside one actor\n")


@given(st.randoms(use_true_random=False), st.sampled_from(sorted(STORIES)))
@settings(max_examples=40)
def test_a_play_torn_to_pieces_still_makes_a_ladder(chance: random.Random, name: str) -> None:
    play = story(name)
    events = tuple(chance.sample(play.events, chance.randrange(len(play.events))))
    torn = tuple(replace(each, ends=each.ends[: chance.randrange(3)]) for each in play.connections)
    drawn = draw_ladder(replace(play, events=events, connections=torn))
    assert is_inert(drawn)
    assert max(map(len, drawn.splitlines())) <= 80
