"""Both ends of every refused handshake: domain.md 5.1 for OpenSSL as verifier, 5.3 for the cloud and for Java."""

from __future__ import annotations

from dataclasses import replace

import pytest
from engine_bench import (
    BOTH_VERSIONS,
    CALLER,
    CALLER_WITHOUT_CERTIFICATE,
    LAB_PKI,
    MUTUAL,
    ONE_WAY,
    RECEIVED,
    SENT,
    Meeting,
    at_version,
    credentials,
    fatal_alerts,
    meeting,
    objections,
    says,
    wearing,
)
from engine_refusals import (
    ACCEPTED,
    BAD_CERTIFICATE,
    CERTIFICATE_EXPIRED,
    CERTIFICATE_UNKNOWN,
    UNKNOWN_CA,
    Refusal,
    cases,
)
from engine_rows import NAMES_DATES_AS_CLIENT

from harness.tls.observations import VerifyError
from harness.tls.profile import Dialect, TlsProfile
from harness.transcript import ClientCertificate

HANDSHAKE_FAILURE, PROTOCOL_VERSION, CERTIFICATE_REQUIRED = 40, 70, 116
NOT_YET_VALID, EXPIRED = 9, 10
DIALECTS = tuple(Dialect)
OTHERS = tuple(NAMES_DATES_AS_CLIENT)

each_version = pytest.mark.parametrize("tls", BOTH_VERSIONS)
each_refused_caller = pytest.mark.parametrize(("refusal", "tls"), cases("client"), ids=str)
each_refused_server = pytest.mark.parametrize(("refusal", "tls"), cases("server"), ids=str)
each_dialect = pytest.mark.parametrize("dialect", DIALECTS)


def holder(role: str, faults: tuple[str, ...]) -> TlsProfile:
    """Return who wears that certificate; weak ones can only be worn by old gear."""
    weak = not {"rsa-1024", "sha1-signature"}.isdisjoint(faults)
    return replace(wearing(role, *faults), old_gear=weak)


def refused_by_the_server(met: Meeting) -> int:
    """Return the number with which the server refused, having made sure that both ends agree on it."""
    [(direction, number)] = fatal_alerts(met.server)
    assert (direction, met.server.failure) == (SENT, "alert-sent")
    assert fatal_alerts(met.client) == [(RECEIVED, number)]
    assert met.client.failure == "alert-received"
    assert not met.server.finished
    return number


def refused_by_the_client(met: Meeting) -> int:
    """Return the number with which the client refused, having made sure that both ends agree on it."""
    [(direction, number)] = fatal_alerts(met.client)
    assert (direction, met.client.failure) == (SENT, "alert-sent")
    assert fatal_alerts(met.server) == [(RECEIVED, number)]
    assert met.server.failure == "alert-received"
    assert not met.client.finished
    assert not met.server.finished
    return number


# --- OpenSSL as verifier, domain.md 5.1 ---


@each_refused_caller
def test_a_caller_with_a_bad_certificate_is_refused(refusal: Refusal, tls: str) -> None:
    met = meeting(at_version(holder("b2b-peer", refusal.faults), tls), MUTUAL)
    assert refused_by_the_server(met) == refusal.alert
    assert objections(met.server) == [(refusal.depth, refusal.code)]
    assert met.client.finished is (tls == "1.3")


@each_refused_server
def test_a_server_with_a_bad_certificate_is_refused(refusal: Refusal, tls: str) -> None:
    met = meeting(at_version(CALLER, tls), holder("expressway-e", refusal.faults))
    assert refused_by_the_client(met) == refusal.alert
    assert objections(met.client) == [(refusal.depth, refusal.code)]


@each_version
@pytest.mark.parametrize("faults", ACCEPTED, ids=str)
@each_dialect
def test_these_chains_are_good_enough_at_either_end(faults: tuple[str, ...], tls: str, dialect: Dialect) -> None:
    caller, called = holder("b2b-peer", faults), holder("expressway-e", faults)
    mutual = replace(called, request=ClientCertificate.REQUIRED, dialect=dialect)
    met = meeting(at_version(replace(caller, dialect=dialect), tls), mutual)
    assert met.client.finished
    assert met.server.finished
    assert met.client.peer_certificate == called.chain[0]
    assert met.server.peer_certificate == caller.chain[0]
    assert says(met.client, met.server, b"OPTIONS") == b"OPTIONS"
    assert says(met.server, met.client, b"200 OK") == b"200 OK"


@pytest.mark.parametrize(
    ("tls", "alert", "caller_thought_it_was_done"),
    [("1.2", HANDSHAKE_FAILURE, False), ("1.3", CERTIFICATE_REQUIRED, True)],
)
def test_a_caller_without_a_certificate_is_turned_away(tls: str, alert: int, caller_thought_it_was_done: bool) -> None:
    met = meeting(at_version(CALLER_WITHOUT_CERTIFICATE, tls), MUTUAL)
    assert refused_by_the_server(met) == alert
    assert objections(met.server) == []
    assert met.client.finished is caller_thought_it_was_done


@each_version
def test_a_caller_without_a_certificate_may_enter_where_one_is_optional(tls: str) -> None:
    optional = replace(ONE_WAY, request=ClientCertificate.OPTIONAL)
    met = meeting(at_version(CALLER_WITHOUT_CERTIFICATE, tls), optional)
    assert met.server.peer_certificate == b""
    assert says(met.client, met.server, b"OPTIONS") == b"OPTIONS"


@each_version
def test_a_bad_certificate_is_worse_than_none_where_one_is_optional(tls: str) -> None:
    optional = replace(ONE_WAY, request=ClientCertificate.OPTIONAL)
    met = meeting(at_version(wearing("b2b-peer", "unknown-root"), tls), optional)
    assert refused_by_the_server(met) == UNKNOWN_CA
    assert met.client.finished is (tls == "1.3")


@each_version
def test_trusting_only_the_intermediate_is_not_enough(tls: str) -> None:
    only_intermediate = (LAB_PKI.certificate_of("partner-issuing"),)
    met = meeting(at_version(CALLER, tls), replace(MUTUAL, trusted=only_intermediate))
    assert refused_by_the_server(met) == UNKNOWN_CA
    assert objections(met.server) == [(1, 2)]


@each_version
@pytest.mark.parametrize(
    ("dialect", "alert"), [(Dialect.OPENSSL, BAD_CERTIFICATE), *((each, CERTIFICATE_UNKNOWN) for each in OTHERS)]
)
def test_a_client_that_checks_names_in_the_handshake_says_so_by_alert(dialect: Dialect, alert: int, tls: str) -> None:
    asked: list[bytes] = []

    def accept_nobody(leaf: bytes) -> bool:
        asked.append(leaf)
        return False

    met = meeting(at_version(replace(CALLER, dialect=dialect), tls), ONE_WAY, accept_name=accept_nobody)
    assert refused_by_the_client(met) == alert
    assert asked == [credentials("expressway-e").leaf]
    assert objections(met.client) == [(0, 62)]
    assert not any(seen.overridden for seen in met.client.observed if isinstance(seen, VerifyError))


@each_version
def test_no_common_version_is_refused_by_the_server(tls: str) -> None:
    other = "1.2" if tls == "1.3" else "1.3"
    met = meeting(at_version(CALLER, tls), at_version(MUTUAL, other))
    assert refused_by_the_server(met) == PROTOCOL_VERSION
    assert not met.client.finished


def test_no_common_suite_is_refused_by_the_server() -> None:
    caller = replace(CALLER, versions=("1.2", "1.2"), ciphers="AES128-GCM-SHA256")  # RSA key exchange
    met = meeting(caller, ONE_WAY)
    assert refused_by_the_server(met) == HANDSHAKE_FAILURE
    assert not met.client.finished


def test_a_server_that_may_not_sign_finds_no_suite_in_tls_1_2() -> None:
    met = meeting(at_version(CALLER, "1.2"), wearing("expressway-e", "no-digital-signature"))
    assert refused_by_the_server(met) == HANDSHAKE_FAILURE
    assert not met.client.finished


# --- Webex and Java as verifiers, domain.md 5.3 and harness.tls.dialects ---


@each_refused_caller
@pytest.mark.parametrize("dialect", OTHERS)
def test_a_cloud_or_java_server_says_certificate_unknown_to_everything(
    dialect: Dialect, refusal: Refusal, tls: str
) -> None:
    met = meeting(at_version(holder("b2b-peer", refusal.faults), tls), replace(MUTUAL, dialect=dialect))
    assert refused_by_the_server(met) == CERTIFICATE_UNKNOWN
    assert objections(met.server)[0] == (refusal.depth, refusal.code)
    assert met.client.finished is (tls == "1.3")


@each_refused_server
@pytest.mark.parametrize("dialect", OTHERS)
def test_a_cloud_or_java_client_names_at_most_a_wrong_date(dialect: Dialect, refusal: Refusal, tls: str) -> None:
    named = tls in NAMES_DATES_AS_CLIENT[dialect]
    dates = {NOT_YET_VALID: BAD_CERTIFICATE, EXPIRED: CERTIFICATE_EXPIRED} if named else {}
    caller = at_version(replace(CALLER, dialect=dialect), tls)
    met = meeting(caller, holder("expressway-e", refusal.faults))
    assert refused_by_the_client(met) == dates.get(refusal.code, CERTIFICATE_UNKNOWN)
    assert objections(met.client) == [(refusal.depth, refusal.code)]


@each_version
def test_an_old_java_server_says_bad_certificate_to_an_empty_one(tls: str) -> None:
    met = meeting(at_version(CALLER_WITHOUT_CERTIFICATE, tls), replace(MUTUAL, dialect=Dialect.JAVA_17_0_15))
    assert refused_by_the_server(met) == BAD_CERTIFICATE
    assert met.client.finished is (tls == "1.3")


# --- who sees what on the wire, domain.md 5.2 ---


@each_version
@each_dialect
def test_a_clients_alert_about_the_server_goes_out_in_clear(dialect: Dialect, tls: str) -> None:
    caller = replace(at_version(CALLER, tls), dialect=dialect)
    met = meeting(caller, wearing("expressway-e", "unknown-root"))
    number = refused_by_the_client(met)
    assert met.crossed[-1] == ("client", bytes([21, 3, 3, 0, 2, 2, number]))


@pytest.mark.parametrize(("tls", "in_clear"), [("1.2", True), ("1.3", False)])
@each_dialect
def test_a_servers_alert_about_the_client_is_sealed_in_tls_1_3_only(dialect: Dialect, tls: str, in_clear: bool) -> None:
    met = meeting(at_version(wearing("b2b-peer", "unknown-root"), tls), replace(MUTUAL, dialect=dialect))
    number = refused_by_the_server(met)
    who, last = met.crossed[-1]
    assert who == "server"
    assert (last == bytes([21, 3, 3, 0, 2, 2, number])) is in_clear
    assert last.startswith(b"\x15" if in_clear else b"\x17")
