"""Every line of domain.md 5.1 and 5.3 but those about revocation, against the engine, at both ends."""

from __future__ import annotations

from dataclasses import replace

import pytest
from engine_bench import (
    BOTH_VERSIONS,
    CALLER,
    ONE_WAY,
    RECEIVED,
    SENT,
    Meeting,
    at_version,
    fatal_alerts,
    meeting,
    says,
)
from engine_rows import CASES, OTHER_CASES, Case, NoCertificateRow

from harness.tls.engine import TlsEngine
from harness.tls.profile import Dialect


def refusal_of(met: Meeting) -> tuple[str, int] | None:
    """Return who refused with which alert, having made sure that the other end read the same."""
    told = {"client": fatal_alerts(met.client), "server": fatal_alerts(met.server)}
    for who, other in (("client", "server"), ("server", "client")):
        for direction, number in told[who]:
            if direction == SENT:
                assert told == {who: [(SENT, number)], other: [(RECEIVED, number)]}
                return who, number
    assert told == {"client": [], "server": []}
    return None


@pytest.mark.parametrize("case", CASES, ids=str)
def test_a_certificate_meets_what_the_table_says(case: Case) -> None:
    met = meeting(*case.ends)
    assert refusal_of(met) == case.refusal
    assert met.server.finished is (case.refusal is None)
    late = case.refusal is not None and case.refusal[0] == "server" and case.tls == "1.3"
    assert met.client.finished is (case.refusal is None or late)
    if case.refusal is None:
        assert says(met.client, met.server, b"OPTIONS") == b"OPTIONS"


@pytest.mark.parametrize(("row", "tls"), OTHER_CASES, ids=[f"{row}-{tls}" for row, tls in OTHER_CASES])
def test_two_ends_that_do_not_fit_part_as_the_table_says(row: NoCertificateRow, tls: str) -> None:
    met = meeting(at_version(row.caller, tls), row.listener)
    alert = row.alerts[tls]
    assert refusal_of(met) == (("server", alert) if alert else None)
    assert met.server.finished is (alert is None)


@pytest.mark.parametrize("tls", BOTH_VERSIONS)
@pytest.mark.parametrize(
    ("dialect", "alert"),
    [(Dialect.OPENSSL, 42), (Dialect.WEBEX, 46), (Dialect.JAVA_17_0_15, 46), (Dialect.JAVA_17_0_21, 46)],
)
def test_a_host_name_mismatch_in_the_handshake_is_refused_by_the_client(dialect: Dialect, alert: int, tls: str) -> None:
    caller = at_version(replace(CALLER, dialect=dialect), tls)
    met = meeting(caller, ONE_WAY, accept_name=lambda _: False)
    assert refusal_of(met) == ("client", alert)
    assert not met.server.finished


def test_plaintext_to_a_tls_port_is_answered_by_nothing() -> None:
    listener = TlsEngine(ONE_WAY, listens=True)
    listener.receive(b"INVITE sip:user1@example.com SIP/2.0\r\n\r\n")
    listener.handshake()
    assert (listener.failure, listener.outgoing(), fatal_alerts(listener)) == ("not-tls", b"", [])


def test_a_tls_client_says_nothing_more_to_a_plaintext_port() -> None:
    caller = TlsEngine(CALLER, listens=False)
    caller.handshake()
    assert caller.outgoing() != b""
    caller.receive(b"SIP/2.0 400 Bad Request\r\n\r\n")
    caller.handshake()
    assert (caller.failure, caller.outgoing(), fatal_alerts(caller)) == ("not-tls", b"", [])
