"""What a pasted message means: the table walked, the ways people write things, and text that means nothing."""

from __future__ import annotations

import re
from time import process_time

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from harness.diagnosis.causes import CAUSES, cause_keys
from harness.diagnosis.causes.row import Cause
from harness.diagnosis.explain import MESSAGE_ROWS, MessageRow, explain
from harness.diagnosis.explain.reading import LONGEST_LINE, MOST_CHARACTERS, candidate, row_for
from harness.tls.verify_errors import TEXTS
from harness.verdict import Explanation

INBOUND = 'Event="Inbound TLS Negotiation Error" Service="SIP" Dst-port="5062" Detail="{}" Protocol="TLS"'
OUTBOUND = 'Event="Outbound TLS Negotiation Error" Service="SIP" Dst-port="5062" Detail="{}" Protocol="TLS"'
BESIDE = '2026-11-24T12:00:00+00:00 expe tvcs: UTCTime="2026-11-24 12:00:00,000" Thread="0x7f1c": '


def explained(line: str) -> Explanation:
    (only,) = explain(line).explanations
    return only


def causes_of(line: str) -> set[str]:
    return {each.cause for each in explained(line).candidates}


@pytest.mark.parametrize("row", MESSAGE_ROWS, ids=[row.key for row in MESSAGE_ROWS])
def test_every_row_claims_its_example_also_inside_a_log_line(row: MessageRow) -> None:
    assert row_for(row.example) is row
    assert row_for(BESIDE + row.example) is row
    assert row_for(row.example.upper()) is row


@pytest.mark.parametrize("row", MESSAGE_ROWS, ids=[row.key for row in MESSAGE_ROWS])
def test_every_row_says_what_it_means_and_names_causes_that_exist(row: MessageRow) -> None:
    named = [key for guess in row.guesses for key in guess.causes]

    assert row.meaning.endswith((".", "!"))
    assert row.source
    assert set(named) <= set(cause_keys())
    assert bool(row.stages) or not named
    assert len({other.key for other in MESSAGE_ROWS}) == len(MESSAGE_ROWS)


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("0x2e", "alert-46"), ("0x74", "alert-116"), ('TLS Negotiation Error error="5"', "transport-vanished"),
        ('MatchMechanism="DNSZoneMatch"', "zone-search"), ("Searched for DNS Zones by Subject Name", "zone-search"),
        ("116", "alert-116"), ("certificate_required", "alert-116"), ("46", "alert-46"),
        ("*** Received alert [42]: Certificate is bad", "alert-42"), ("SSL3 alert read:fatal:unknown CA", "alert-48"),
        ("The TLS protocol defined fatal alert code is 46.", "alert-46"), ("SSL_ERROR_BAD_CERT_ALERT", "alert-42"),
        ("The TLS protocol defined fatal error code is 48. The Windows SChannel error state is 1203.", "alert-48"),
        ('{tls_alert,{unknown_ca,"received SERVER ALERT: Fatal - Unknown CA"}}', "alert-48"),
        ("SSL_ERROR_RX_CERTIFICATE_REQUIRED_ALERT", "alert-116"), ("SEC_ERROR_UNKNOWN_ISSUER", "stack-untrusted"),
        ("invalid peer certificate: UnknownIssuer", "stack-untrusted"), ("ERR_TLS_CERT_ALTNAME_INVALID", "stack-name"),
        ("- Status: The certificate is NOT trusted. The certificate issuer is unknown. ", "stack-untrusted"),
        ("x509: certificate relies on legacy Common Name field, use SANs instead", "stack-name"),
        ("RemoteCertificateNameMismatch, RemoteCertificateChainErrors", "stack-name"),
        ("wolfSSL error: ASN no signer error to confirm failure", "stack-untrusted"),
        ("v:NotBefore: Jan  1 00:00:00 2026 GMT; NotAfter: Jan  1 00:00:00 2027 GMT", "s-client-listing"),
        ("error:0A00018E:SSL routines::ca md too weak", "own-too-weak"),
        ("certificate unknown", "alert-46"),
        ("unknown ca", "alert-48"), ("unknown_ca (48)", "alert-48"), ("alert 40", "alert-40"),
        ("error:14094416:SSL routines:ssl3_read_bytes:sslv3 alert certificate unknown", "alert-46"),
        ("14094416", "alert-46"), ("…416", "alert-46"), ("...45C", "alert-116"), ("0A000412", "alert-42"),
        ("error:0A000418:SSL routines::tlsv1 alert unknown ca:SSL alert number 48", "alert-48"),
        ("SSL routines::ssl/tls alert certificate required", "alert-116"),
        ("[SSL: TLSV1_ALERT_UNKNOWN_CA] tlsv1 alert unknown ca (_ssl.c:2580)", "alert-48"),
        ("[SSL: TLSV13_ALERT_CERTIFICATE_REQUIRED] tlsv13 alert certificate required", "alert-116"),
        ("remote error: tls: unknown certificate authority", "alert-48"),
        ("remote error: tls: bad certificate", "alert-42"),
        ("Alert (Level: Fatal, Description: Certificate Unknown)", "alert-46"),
        ("javax.net.ssl.SSLHandshakeException: Received fatal alert: bad_certificate", "alert-42"),
        ("received fatal alert: UnknownCA", "alert-48"), ("tlsv1 bad certificate status response", "alert-113"),
        ("…086", "openssl-verify"), ("error:14089086:SSL routines", "own-verify-failure-as-server"),
        ("[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed: self-signed certificate (_ssl.c:1)", "verify-18"),
        ("error 20 at 0 depth lookup: unable to get local issuer certificate", "verify-20"),
        ("curl: (60) SSL certificate problem: self signed certificate in certificate chain", "verify-19"),
        ("Verify return code: 10 (certificate has expired)", "verify-10"), ("X509_V_ERR_INVALID_PURPOSE", "verify-26"),
        ("18", "verify-18"), ("verify error:num=62", "verify-62"),
        ("sun.security.validator.ValidatorException: PKIX path building failed", "java-path"),
        ('TTSSL_continueHandshake: Failed to establish SSL connection iResult="0" error="5" bServer="true"',
         "transport-vanished"),
        ('error="5"', "transport-vanished"), ('bServer="true"', "role-in-handshake"),
        ("TLS failure", "control-hub-tls"), ("No DNS addresses found", "control-hub-no-dns"),
        ("Connection timed out", "openssl-timed-out"), ("TCP read/write failure", "control-hub-read-write"),
        ("40033", "alarm-40033"), ("alarm 60058", "alarm-60058"), ("40068: server certificate", "alarm-40068"),
        ("SIP/2.0 403 Forbidden", "sip-403"), ("404", "sip-404"), ("404 Not Found", "sip-404"),
        ('Warning: 399 192.0.2.1:5061 "Policy Response"', "sip-policy"),
        ("ConnectionResetError: [Errno 104] Connection reset by peer", "openssl-reset"),
        ('Event="Search Completed" Reason="Forbidden"', "search-forbidden"),
    ],
)  # fmt: skip
def test_it_is_read_however_people_write_it(text: str, key: str) -> None:
    assert explained(text).key == key


@pytest.mark.parametrize(
    "text", ["", "   \n\n", "hello", "the phone does not ring", "12345", "Policy", "alert", "error"]
)
def test_what_is_not_known_is_not_guessed(text: str) -> None:
    reading = explain(text)

    assert reading.explanations == ()
    assert reading.candidates == ()
    assert reading.unknown == bool(text.strip())


@pytest.mark.parametrize("code", TEXTS)
def test_every_verify_error_is_known_by_number_and_text(code: int) -> None:
    assert explained(f"verify error:num={code}").key == f"verify-{code}"
    assert explained(INBOUND.format(TEXTS[code])).key == f"verify-{code}"


# --- who refused whom: logs read reversed ---


@pytest.mark.parametrize(
    ("line", "who"),
    [
        (INBOUND.format("sslv3 alert certificate unknown"), "The other side, the TLS client, which dialled, refused"),
        (
            OUTBOUND.format("sslv3 alert certificate unknown"),
            "The other side, the TLS server, which was dialled, refused",
        ),
        (
            INBOUND.format("self signed certificate"),
            "The side that wrote this, the TLS server, which was dialled, refused",
        ),
        (
            OUTBOUND.format("self signed certificate"),
            "The side that wrote this, the TLS client, which dialled, refused",
        ),
        (
            INBOUND.format("Peer's TLS certificate identity was unacceptable"),
            "The side that wrote this, the TLS server",
        ),
        (
            "TLS accept:error:14094418:SSL routines:ssl3_read_bytes:tlsv1 alert unknown ca (sni: unknown)",
            "The other side, the TLS client, which dialled, refused",
        ),
        (
            "(SSL: error:0A000418:SSL routines::tlsv1 alert unknown ca) while SSL handshaking to upstream",
            "The other side, the TLS server, which was dialled, refused",
        ),
        ('Reason="no certificate returned"', "The side that wrote this, the TLS server"),
        ("Received fatal alert: certificate_unknown", "The other side refused"),
        ("PKIX path building failed", "The side that wrote this refused"),
        ("certificate_unknown", "An alert alone does not say who sent it"),
        ("certificate_required", "Only the TLS server"),
        ("No SSL error available, probably remote disconnect", "Something between the two ends"),
    ],
)
def test_it_says_who_refused_whom(line: str, who: str) -> None:
    assert explained(line).who.startswith(who)


def test_the_causes_of_one_number_hang_on_who_sent_it() -> None:
    from_the_dialler = causes_of(INBOUND.format("sslv3 alert certificate unknown"))
    from_the_dialled = causes_of(OUTBOUND.format("sslv3 alert certificate unknown"))

    assert "uploaded-list-overrides" in from_the_dialler - from_the_dialled
    assert "eku-no-client-auth" in from_the_dialled - from_the_dialler
    assert causes_of("certificate_unknown") >= from_the_dialler | from_the_dialled


def test_the_causes_of_alert_40_hang_on_when_it_came() -> None:
    conditions = {each.cause: each.when for each in explained("handshake_failure").candidates}

    assert conditions["no-client-certificate"] == "after its CertificateRequest, in TLS 1.2"
    assert conditions["no-common-cipher"] == "before any Certificate was sent"


def test_a_client_that_refuses_does_so_in_its_handshake() -> None:
    both = explained("unknown ca").stages
    by_the_client = explained(INBOUND.format("tlsv1 alert unknown ca")).stages

    assert [stage.value for stage in both] == ["handshake", "acceptance"]
    assert [stage.value for stage in by_the_client] == ["handshake"]


# --- several lines ---


def test_a_log_is_told_line_by_line_in_order_and_each_kind_once() -> None:
    log = [
        'Detail="TCP Connection Established"',
        "noise that nobody knows",
        'Detail="Handshake succeeded"',
        INBOUND.format("Peer's TLS certificate identity was unacceptable"),
        INBOUND.format("Peer's TLS certificate identity was unacceptable"),
        "# a comment",
    ]

    reading = explain("\n".join(log))

    assert [(each.key, each.times) for each in reading.explanations] == [("progress", 2), ("identity-unacceptable", 2)]
    assert reading.unknown == 1
    assert not reading.cut


def test_what_several_lines_name_comes_first() -> None:
    lines = (INBOUND.format("unable to get local issuer certificate"), INBOUND.format("certificate verify failed"))
    together = [each.cause for each in explain("\n".join(lines)).candidates]

    assert together[:2] == ["missing-intermediate", "unknown-root"]
    assert together.index("same-subject-ca") > 1


def test_the_end_of_a_connection_that_a_zone_took_is_no_trouble() -> None:
    end = 'Detail="TCP Connection Closed" Reason="Got EOF on socket"'
    took = 'Detail="Searched for DNS Zones by Subject Name" Found="True" MatchedZone="Webex Zone"'

    assert explain(end).candidates
    assert explain(f"{took}\n{end}").candidates == ()


def test_a_long_line_is_shown_around_what_was_read_in_it() -> None:
    shown = explained("x" * 500 + " Peer's TLS certificate identity was unacceptable " + "y" * 500).text

    assert "identity was unacceptable" in shown
    assert len(shown) < 180


@pytest.mark.parametrize("cause", CAUSES, ids=[cause.key for cause in CAUSES])
def test_what_tells_a_cause_apart_can_be_said_without_names(cause: Cause) -> None:
    told = candidate(cause.key).told_apart_by

    assert not re.search(r"[{}]", told)


# --- any text at all ---

FRAGMENTS = st.sampled_from([row.example for row in MESSAGE_ROWS]) | st.text(max_size=40)


@given(st.lists(FRAGMENTS, max_size=12).map(" ".join) | st.text())
@settings(max_examples=300)
def test_any_text_gives_a_reading(text: str) -> None:
    reading = explain(text)
    lines = [line for line in text.splitlines() if line.strip() and not line.startswith("# ")]

    assert sum(each.times for each in reading.explanations) + reading.unknown >= len(lines)
    assert all(len(each.text) < 180 for each in reading.explanations)


@pytest.mark.parametrize(
    "line",
    [
        "{} tlsv1 alert tlsv1 alert ssl/tls verify error",
        '{} Search Completed Searched for DNS Zones by Subject Name Found="',
        "{} Failed to establish SSL connection ms-diagnostics certificate 46 unknown self signed",
    ],
)
def test_a_flood_is_cut_off_and_read_in_bounded_time(line: str) -> None:
    """Lines that no two are alike, four times as many as are read; the bound leaves room for a slow machine."""
    text = "\n".join(line.format(number) for number in range(4 * MOST_CHARACTERS // len(line)))
    started = process_time()

    reading = explain(text)

    assert reading.cut
    assert process_time() - started < 60


def test_what_lies_beyond_the_limit_of_a_line_is_not_read() -> None:
    assert explain("x" * LONGEST_LINE + " unknown ca").explanations == ()
