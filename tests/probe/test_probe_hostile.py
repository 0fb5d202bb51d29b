"""Ports that refuse, stay silent, speak something else or never end: a finding at its stage, in the time given."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace

import hostile_ports as ports
import pytest
import trio
from hostile_ports import Handler, HostilePort, free_port
from probe_bench import HOST, WITHIN, kit, probed

from harness.diagnosis.causes.one_end import ONE_END_CAUSES
from harness.probe.card_text import probe_text
from harness.probe.credentials import ProbeCredentials
from harness.probe.notes import notes_of
from harness.probe.outcomes import Came
from harness.probe.probe_json import probe_as_json
from harness.probe.probing import Probe
from harness.transcript import Address, ClientCertificate
from harness.verdict import Stage

SPARE = 4.0
"""Seconds for everything that waits for nothing: DNS, the kernel, a loaded machine."""

HOSTILE: dict[Handler, tuple[Stage, str]] = {
    ports.never_says_a_word: (Stage.HANDSHAKE, "silent-in-handshake"),
    ports.drips: (Stage.HANDSHAKE, "silent-in-handshake"),
    ports.resets_at_once: (Stage.HANDSHAKE, "cut-in-handshake"),
    ports.hangs_up_on_a_hello: (Stage.HANDSHAKE, "cut-in-handshake"),
    ports.speaks_sip_in_clear: (Stage.HANDSHAKE, "tls-on-plaintext-port"),
    ports.greets_in_clear: (Stage.HANDSHAKE, "tls-on-plaintext-port"),
    ports.sends_a_record_of_ten_megabytes: (Stage.HANDSHAKE, "broken-tls"),
    ports.sends_a_message_of_ten_megabytes: (Stage.HANDSHAKE, "broken-tls"),
    ports.sends_an_endless_chain: (Stage.HANDSHAKE, "broken-tls"),
    ports.knows_no_such_name: (Stage.HANDSHAKE, "server-name-refused"),
    ports.refuses_whoever_asks_for_no_name: (Stage.HANDSHAKE, "refused-without-server-name"),
    ports.has_a_problem_of_its_own: (Stage.HANDSHAKE, "handshake-broken-off"),
    ports.chooses_tls_1_0: (Stage.HANDSHAKE, "only-old-versions"),
    ports.speaks_tls_1_0_only: (Stage.HANDSHAKE, "only-old-versions"),
    ports.silent_at_first: (Stage.HANDSHAKE, "unreliable-port"),
    ports.stalls_on_a_large_hello: (Stage.HANDSHAKE, "large-hello-stalls"),
    ports.floods_after_the_handshake: (Stage.SIP, "sip-unanswered"),
    ports.is_silent_after_the_handshake: (Stage.SIP, "sip-unanswered"),
}


@asynccontextmanager
async def hostile(handler: Handler, most: int = 1000) -> AsyncIterator[Address]:
    port = HostilePort(Address(HOST, free_port(HOST)), handler, most)
    async with trio.open_nursery() as nursery:
        await nursery.start(port.serve)
        yield port.address
        nursery.cancel_scope.cancel()


async def met(handler: Handler) -> Probe:
    async with hostile(handler) as place:
        return await probed(place)


@pytest.mark.parametrize("handler", HOSTILE, ids=lambda handler: handler.__name__.replace("_", " "))
async def test_a_port_that_means_no_good_is_a_finding_in_the_time_given(handler: Handler) -> None:
    stage, cause = HOSTILE[handler]
    began = trio.current_time()

    found = await met(handler)

    seconds = trio.current_time() - began
    assert found.verdict.stopped is not None
    assert (found.verdict.stopped.stopped_at, found.verdict.cause) == (stage, cause)
    assert not found.gets_through
    attempts = len(found.transcript.connections)
    assert attempts <= 10
    assert seconds < attempts * (2 * WITHIN + 2.0) + SPARE
    assert all(len(line) <= 80 for line in probe_text(found, width=80, unicode=True).splitlines())


def test_every_cause_of_the_far_side_is_met() -> None:
    assert {cause.key for cause in ONE_END_CAUSES} <= {cause for _, cause in HOSTILE.values()}


async def test_a_port_on_which_nobody_listens_refuses() -> None:
    found = await probed(Address(HOST, free_port(HOST)))

    assert found.verdict.stopped is not None
    assert (found.verdict.stopped.stopped_at, found.verdict.cause) == (Stage.TCP, "port-not-listening")
    assert len(found.transcript.connections) == 2  # once is no pattern


async def test_a_name_that_leads_nowhere_stops_at_dns_and_nothing_is_dialled() -> None:
    found = await probed("nowhere.invalid:5061")

    assert found.verdict.stopped is not None
    assert found.verdict.stopped.stopped_at is Stage.DNS
    assert found.card is None
    assert found.transcript.connections == ()


@pytest.mark.parametrize(
    ("handler", "words"),
    [(ports.speaks_sip_in_clear, "speaks SIP in clear"), (ports.greets_in_clear, "speaks SSH in clear"),
     (ports.speaks_gibberish, "answers with what is no TLS (41 41 41 41 41 41 41 41)")],
)  # fmt: skip
async def test_what_a_plain_port_speaks_is_told_by_its_first_bytes(handler: Handler, words: str) -> None:
    found = await met(handler)

    assert words in found.verdict.diagnosis
    assert "who gets in" not in probe_text(found, width=80, unicode=True)


@pytest.mark.parametrize(
    ("handler", "words"),
    [
        (ports.never_says_a_word, "nothing at all came back"),
        (ports.never_ends_its_handshake, "which ended no handshake"),
    ],
)
async def test_silence_is_told_from_a_handshake_without_end(handler: Handler, words: str) -> None:
    found = await met(handler)

    assert found.verdict.cause == "silent-in-handshake"
    assert words in found.verdict.diagnosis


async def test_a_port_of_tls_1_0_alone_is_known_for_what_it_is() -> None:
    found = await met(ports.speaks_tls_1_0_only)

    assert found.verdict.cause == "only-old-versions"
    assert [remedy.action for remedy in found.verdict.remedies] == [f"Let {HOST} speak TLS 1.2 or newer."]

    assert found.card is not None
    assert found.card.versions == {"1.0": True, "1.1": False, "1.2": False, "1.3": False}
    assert any("RFC 8996" in note for note in notes_of(found.card))


async def test_a_port_that_asks_for_a_certificate_in_tls_1_1_too_has_a_card() -> None:
    found = await met(ports.demands_a_certificate_in_every_version)

    assert found.card is not None
    assert found.card.versions == {"1.0": True, "1.1": True, "1.2": True, "1.3": True}
    assert any(each.asked and each.version == "1.1" for each in found.card.trials)
    assert "required" in probe_text(found, width=80, unicode=True)


async def test_a_port_that_hangs_up_on_a_hello_without_a_name_may_want_one() -> None:
    found = await met(ports.hangs_up_on_a_hello)

    assert found.verdict.cause == "cut-in-handshake"
    assert "refused-without-server-name" in found.verdict.cannot_tell
    assert "sent no server name (SNI)" in found.verdict.diagnosis


async def test_a_port_that_stalls_on_a_large_hello_is_probed_with_small_ones() -> None:
    found = await met(ports.stalls_on_a_large_hello)

    assert found.card is not None
    assert found.card.small_hello_only
    assert found.card.demands == {"1.2": ClientCertificate.NONE, "1.3": ClientCertificate.NONE}
    sizes = {trial.hello for trial in found.card.trials if trial.spoke_tls}
    assert max(sizes) < 600 < found.card.trials[0].hello


@pytest.mark.parametrize(
    ("handler", "unanswered"),
    [
        (ports.silent_at_first, lambda _: 1),
        (ports.silent_every_other_time, lambda dialled: dialled // 2),
        (ports.silent_every_third_time, lambda dialled: dialled // 3),
        (ports.answers_every_third_time, lambda dialled: dialled - dialled // 3),
        (ports.resets_every_third_time, lambda dialled: dialled // 3),
    ],
    ids=lambda value: getattr(value, "__name__", "").replace("_", " "),
)
async def test_a_port_that_answers_now_and_then_is_called_unreliable(
    handler: Handler, unanswered: Callable[[int], int]
) -> None:
    found = await met(handler)

    printed = " ".join(probe_text(found, width=80, unicode=True).split())
    assert found.card is not None
    counted = found.card.reliability
    assert counted is not None
    assert counted.unanswered == unanswered(counted.dialled)
    assert f"{counted.unanswered} of {counted.dialled} connections" in printed
    assert found.verdict.cause in {"unreliable-port", "none"}
    assert any("is unreliable" in warning for warning in found.verdict.warnings)
    assert not found.card.small_hello_only
    assert not found.card.fell_silent
    assert "P-256" not in printed
    assert found.let_in
    assert not found.gets_through
    assert "no handshake" not in printed
    assert found.card.versions == {"1.0": False, "1.1": False, "1.2": True, "1.3": True}


async def test_a_port_that_never_answers_old_versions_is_not_called_unreliable_nor_said_to_block() -> None:
    found = await met(ports.stalls_on_old_versions)

    assert found.card is not None
    assert found.card.reliability is None
    assert found.card.versions == {"1.0": None, "1.1": None, "1.2": None, "1.3": True}
    assert not found.card.fell_silent
    assert any("TLS 1.1 and TLS 1.2 alone got no answer at all" in note for note in notes_of(found.card))


@pytest.mark.parametrize("handler", [ports.knows_no_such_name, ports.refuses_whoever_asks_for_no_name])
async def test_a_refusal_without_a_server_name_says_nothing_of_versions(handler: Handler) -> None:
    found = await met(handler)

    printed = " ".join(probe_text(found, width=80, unicode=True).split())
    assert found.card is not None
    assert set(found.card.versions.values()) == {None}
    assert "1.3 no" not in printed
    assert "dialled by address" in printed
    assert "--sni NAME" in printed


async def test_a_port_that_is_gone_after_two_connections_may_have_banned_the_prober() -> None:
    async with hostile(ports.is_silent_after_the_handshake, most=2) as place:
        found = await probed(place)

    assert found.card is not None
    assert found.card.fell_silent
    assert any("you may be blocked" in note for note in notes_of(found.card))
    assert len(found.transcript.connections) == 4  # the refused one twice


async def test_what_a_stranger_answers_does_nothing_on_a_terminal() -> None:
    found = await met(ports.answers_with_escapes)

    assert found.let_in
    printed = probe_text(found, width=80, unicode=True)
    assert "SIP 200 \\x1b[2J<script>" in printed
    assert not {"\x1b", "\u202e"} & set(printed)
    assert probe_text(found, width=80, unicode=False).isascii()
    assert probe_as_json(found).isascii()


@pytest.mark.parametrize("handler", [ports.turns_the_first_away, ports.turns_every_other_one_away])
async def test_one_alert_is_no_pattern_and_a_port_that_turns_some_away_is_no_way_through(handler: Handler) -> None:
    found = await met(handler)

    assert found.card is not None
    assert found.card.versions == {"1.0": False, "1.1": False, "1.2": True, "1.3": True}
    assert found.card.turned_away == 1
    assert found.let_in
    assert not found.gets_through
    assert ", but 1 of " in probe_text(found, width=80, unicode=True)


async def test_a_request_that_got_no_answer_where_another_one_did_is_told() -> None:
    found = await met(ports.leaves_every_other_request)

    assert found.card is not None
    assert any(note.startswith("It left 1 of 2 requests without an answer") for note in notes_of(found.card))
    assert not found.gets_through


async def test_a_port_that_closes_on_the_request_has_refused_nobody() -> None:
    found = await met(ports.closes_on_a_request)

    printed = probe_text(found, width=80, unicode=True)
    assert found.card is not None
    assert {each.came for each in found.card.trials if each.version} == {Came.HUNG_UP}
    assert found.let_in is None
    assert "closed on the request" in printed
    assert "refuses late" not in printed
    assert all(len(line) <= 80 for line in printed.splitlines())


@pytest.mark.parametrize(
    ("handler", "let_in", "words"),
    [(ports.answers_in_http, True, "answered in HTTP"), (ports.answers_in_imap, None, "neither SIP nor HTTP")],
)
async def test_what_answers_in_another_protocol_is_no_way_through(
    handler: Handler, let_in: bool | None, words: str
) -> None:
    found = await met(handler)

    printed = " ".join(probe_text(found, width=80, unicode=True).split())
    assert found.let_in is let_in
    assert not found.was_understood
    assert not found.gets_through
    assert words in printed
    assert "what answered does not speak what it was asked in" in printed
    assert json.loads(probe_as_json(found))["result"]["understood"] is False


@pytest.mark.parametrize(
    ("carried", "names", "missing"),
    [(kit(), (), "without a name to look for (--name)"),
     (replace(kit(), anchors=()), ("us-expe1.example.com",), "without CA certificates (--ca)")],
    ids=["dialled by address", "without CA certificates"],
)  # fmt: skip
async def test_a_peer_that_cannot_say_whether_it_would_accept_the_port_does_not_get_through(
    carried: ProbeCredentials, names: tuple[str, ...], missing: str
) -> None:
    async with hostile(ports.answers) as place:
        found = await probed(place, "b2b-peer", carried, names=names)

    assert found.let_in
    assert found.accepts_port is None
    assert not found.gets_through
    assert f"not known, {missing}" in " ".join(probe_text(found, width=80, unicode=True).split())


async def test_an_alert_that_fits_everything_sent_to_everybody_says_nothing_of_certificates() -> None:
    found = await met(ports.asks_and_breaks_off)

    assert found.card is not None
    assert {each.alert for each in found.card.trials if each.version == "1.2"} == {80}
    assert found.card.demands["1.2"] is None
    assert any("refuses by the same alert whatever it is shown" in note for note in notes_of(found.card))


async def test_silence_after_a_handshake_of_tls_1_3_is_no_consent() -> None:
    found = await met(ports.asks_and_is_deaf)

    assert found.card is not None
    assert found.card.demands["1.3"] is None
    assert not any("does not verify" in note for note in notes_of(found.card))
    assert any("--within" in note for note in notes_of(found.card))  # TLS 1.2 was never finished


async def test_a_port_that_never_answered_did_not_answer_at_first() -> None:
    async with hostile(ports.hangs_up_on_a_hello, most=1) as place:
        found = await probed(place)

    assert found.card is not None
    assert found.card.trials[-1].stage is Stage.TCP
    assert not found.card.fell_silent
