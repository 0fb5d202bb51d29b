"""The log of the Expressways: each kind of line is produced by the play that its row names."""

from __future__ import annotations

import re
from dataclasses import replace
from functools import cache, partial

import pytest
import trio
import trio.testing
from recorded_stories import story
from report_bench import HOSTILE, is_inert
from shipped_library import LIBRARY

from harness.report.expressway_log import ROWS, expressway_log, log_lines
from harness.report.expressway_log.line import SIMULATED
from harness.report.expressway_log.row import Channel, LogRow
from harness.run.play import new_network, perform
from harness.scenario.plan import plan_of
from harness.transcript import ActorCard, Closed, Closing, Connection, Decision, Direction, End, Transcript

FIELD = re.compile(r'([A-Z][\w-]*)="([^"]*)"')
EVENT = re.compile(
    r'\S+ (?P<box>\S+) \(simulated\) tvcs: Event="(?P<event>[^"]+)" (Reason="[^"]+" )?Service="SIP" '
    r'Src-ip="[\d.]+" Src-port="\d+" Dst-ip="[\d.]+" Dst-port="(?P<port>\d+)" (Detail="(?P<detail>[^"]+)" )?'
    r'Protocol="TLS" (Common-name="(?P<name>[^"]+)" )?Level="1" UTCTime="\d{4}-\d\d-\d\d \d\d:\d\d:\d\d,\d{3}"'
)


@cache
def played(name: str, version: str = "1.2", network: str = "memory") -> Transcript:
    plan = plan_of(LIBRARY.scenarios((name,))[0], LIBRARY.healthy, version)
    clock = trio.testing.MockClock(autojump_threshold=0) if network == "memory" else None
    return trio.run(partial(perform, plan, LIBRARY.lab_pki, new_network(network)), clock=clock)


def searched(name: str, pattern: str, version: str = "1.2") -> list[str]:
    """What `grep` finds in the log of a play."""
    lines = expressway_log(played(name, version)).splitlines()
    return [line for line in lines if re.search(pattern, line)]


@pytest.mark.parametrize("row", ROWS, ids=[row.key for row in ROWS])
def test_every_row_is_written_by_the_play_that_it_names(row: LogRow) -> None:
    transcript = played(*row.shown_by)
    written = expressway_log(transcript).splitlines()[1:]

    mine = [text for line, text in zip(log_lines(transcript), written, strict=True) if line.row is row]
    assert mine
    for text in mine:
        said = dict(FIELD.findall(text))
        assert SIMULATED in text
        assert {"Src-ip", "Src-port", "Dst-ip", "Dst-port", "Level", "UTCTime"} <= set(said)
        assert (row.channel is Channel.EVENT) == (bool(EVENT.fullmatch(text)))
        for name, template in (("Event", row.event), ("Detail", row.detail), ("Reason", row.reason)):
            assert re.fullmatch(re.sub(r"\\\{\w+\\\}", ".+", re.escape(template)), said.get(name, "")), text


@pytest.mark.parametrize(
    ("name", "pattern", "event", "detail"),
    [
        ("I04", "identity was unacceptable", "Inbound", "Peer's TLS certificate identity was unacceptable"),
        ("O10", "identity was unacceptable", "Outbound", "Peer's TLS certificate identity was unacceptable"),
        ("I02", "self signed certificate", "Inbound", "self signed certificate in certificate chain"),
        ("I03", "unable to get local issuer", "Inbound", "unable to get local issuer certificate"),
        ("I05", "alert certificate unknown", "Inbound", "sslv3 alert certificate unknown"),
        ("O06", "alert certificate unknown", "Outbound", "sslv3 alert certificate unknown"),
        ("I06", "probably remote disconnect", "Inbound", "No SSL error available, probably remote disconnect"),
        ("B02", "did not return", "Inbound", "peer did not return a certificate"),
    ],
)
def test_a_search_for_the_words_of_the_handbook_finds_them(name: str, pattern: str, event: str, detail: str) -> None:
    scenario = LIBRARY.scenarios((name,))[0].name
    (found,) = searched(scenario, pattern)

    read = EVENT.fullmatch(found)
    assert read is not None
    assert (read["event"], read["detail"]) == (f"{event} TLS Negotiation Error", detail)
    assert read["box"] == "expressway-e"
    assert bool(read["name"]) == (event == "Outbound")


def test_a_healthy_call_leaves_no_event_in_the_log() -> None:
    log = expressway_log(played("cloud-inbound/i01-call-from-the-cloud"))

    assert "Event=" not in log
    assert 'Found="True"' in log
    assert 'MatchedZone="Webex Zone" MatchedIdentity="callservice.webex.com" MatchMechanism="DNSZoneMatch"' in log


def test_a_firewall_leaves_the_error_number_of_a_transport_that_vanished() -> None:
    (found,) = searched("cloud-inbound/i06-firewall-resets-the-handshake", 'error="5"')

    assert 'bServer="true"' in found


def test_in_tls_1_3_the_refusal_of_who_was_dialled_comes_after_success() -> None:
    name = "cloud-outbound/o06-client-store-without-client-auth"
    early = [line for line in searched(name, "Handshake|Outbound", "1.2") if 'Dst-port="5062"' in line]
    late = [line for line in searched(name, "Handshake|Outbound", "1.3") if 'Dst-port="5062"' in line]

    assert [re.search("succeeded|Failed|Event", line) is not None for line in early] == [False, True, True]
    assert "Handshake Failed" in early[1]
    assert "Handshake succeeded" in late[1]
    assert "sslv3 alert certificate unknown" in late[2]


def test_a_missing_certificate_and_a_silent_caller_end_for_reasons_of_their_own() -> None:
    assert searched("b2b/b02-no-certificate-on-the-mutual-port", 'Reason="no certificate returned"')
    assert searched("b2b/b26-silent-caller", 'Reason="Idle countdown expired"')
    assert searched("mra/m19-sip-inspection-swallows-tls", 'Reason="Idle countdown expired"')


def test_what_policy_refuses_is_told_as_a_search_and_as_an_answer() -> None:
    name = "cloud-outbound/o05-call-policy-the-wrong-way-round"

    assert searched(name, 'Event="Search Completed" Reason="Forbidden"')
    assert searched(name, r'Code=403.* SIPMSG: Warning: 399 [\d.]+:\d+ "Policy Response"$')


@pytest.mark.parametrize(
    "name",
    [
        "cloud-inbound/i04-subject-name-typo",
        "cloud-inbound/i05-expressway-sends-only-its-leaf",
        "cloud-inbound/i06-firewall-resets-the-handshake",
        "mra/m02-mutual-tls-on-the-default-zone",
    ],
)
def test_a_play_over_real_sockets_leaves_the_same_log(name: str) -> None:
    in_memory, over_sockets = (
        sorted((line.box, line.row.key) for line in log_lines(played(name, network=network)))
        for network in ("memory", "loopback")
    )

    assert in_memory == over_sockets


def test_what_strangers_wrote_is_inert_and_stays_on_its_line() -> None:
    told = played("cloud-inbound/i04-subject-name-typo")
    hostile = replace(
        told,
        scenario=HOSTILE,
        actors=(*told.actors, ActorCard(HOSTILE, "Expressway-E", "127.0.0.1")),
        events=(
            *told.events,
            Closed(1e308, HOSTILE, 4, Direction.SENT, Closing.RST),
            Decision(-1e308, HOSTILE, 4, "zone-match", "matched", {"presented": HOSTILE + '"', "zone": '" Level="9'}),
        ),
        connections=tuple(map(_haunted, told.connections)),
    )

    plain, log = expressway_log(told), expressway_log(hostile, unicode=False)

    assert is_inert(log)
    assert log.isascii()
    assert len(log.splitlines()) == len(plain.splitlines()) + 2
    assert 'Level="9' not in log


def _haunted(connection: Connection) -> Connection:
    ghost = End(HOSTILE, listens=False, tls=True, expected_names=(HOSTILE,))
    return replace(connection, ends=(*connection.ends, ghost))


def test_a_lab_without_expressway_has_a_heading_and_no_line() -> None:
    told = replace(story("no-certificate-1.2"), actors=())

    assert expressway_log(told).count("\n") == 1
    assert expressway_log(told).startswith("# SIMULATED log")
