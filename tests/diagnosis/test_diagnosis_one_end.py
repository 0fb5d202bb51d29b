"""One end's evidence alone: what it shows is named, what it leaves open is said, and no alert is taken for a reason."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest
from catalogue_plays import Outcomes, Played, played
from diagnosis_bench import BOTH_VERSIONS, seen_by, shipped, step, told
from meeting import DIALLER, FINISHED, LISTENER, SILENT, Meeting, chain

from harness.diagnosis.causes import CAUSES
from harness.diagnosis.judge import judge
from harness.tls.alerts import FATAL
from harness.transcript import AlertSeen, ClientCertificate, Closing, End, Transcript
from harness.verdict import Stage, StepVerdict, Verdict

__all__ = ["played"]

NO_CLIENT_AUTH = {"eku-no-client-auth"}
COARSER = {
    "client-store-expired": {"certificate-expired"},
    "cluster-no-client-auth": NO_CLIENT_AUTH,
    "traversal-no-client-auth": NO_CLIENT_AUTH,
    "trunk-no-client-auth": NO_CLIENT_AUTH,
    "tunnel-no-client-auth": NO_CLIENT_AUTH,
    "cloud-demands-certificate": {"no-client-certificate"},
    "mutual-tls-on-default-zone": {"no-client-certificate", "mra-on-mutual-port"},
    "tomcat-certificate-untrusted": {"unknown-root", "self-signed-certificate"},
    "expressway-c-unknown-to-tomcat": {"unknown-root"},
    "unified-cm-by-other-name": {"server-name-mismatch"},
    "inspected-by-proxy": {"foreign-certificate"},
    "mra-translated-to-mutual-port": {"mra-on-mutual-port"},
}
"""What is true of a play as well, and says less."""
LOOKS_LIKE = {cause.key: set(cause.looks_like) for cause in CAUSES}
CLOUD_CALLS_OUT = step("unified-cm", "call", to="anna@example.calls.webex.com")


def end_of(side: str, stopped: StepVerdict, whole: Transcript) -> str:
    connection = whole.connection(stopped.connection or 0)
    return connection.dialler if side == DIALLER else connection.listener


def is_true_or_open(found: Verdict, cause: str) -> bool:
    """Whether a verdict from less evidence names the cause, a coarser one, or holds it open with what would tell."""
    wider = {cause} | COARSER.get(cause, set())
    held_open = {cause} | COARSER.get(cause, set()) | LOOKS_LIKE[cause]
    return found.cause in wider or bool(found.probe and held_open & set(found.cannot_tell))


def refused_by_alert(plays: Outcomes, tls: str) -> Iterator[tuple[str, Transcript, Verdict, StepVerdict]]:
    for (name, version), outcome in plays.items():
        stopped = outcome.verdict.stopped
        if version == tls and stopped and stopped.alert is not None and stopped.connection is not None:
            yield name, outcome.transcript, outcome.verdict, stopped


@pytest.mark.parametrize("knows_authorities", [True, False])
@pytest.mark.parametrize("side", [DIALLER, LISTENER])
@pytest.mark.parametrize("tls", BOTH_VERSIONS)
def test_no_play_of_the_catalogue_gets_another_cause_from_one_end(
    played: Played, tls: str, side: str, knows_authorities: bool
) -> None:
    wrong, plays = [], 0
    for name, whole, verdict, stopped in refused_by_alert(played("memory"), tls):
        plays += 1
        alone = judge(seen_by(end_of(side, stopped, whole), whole, knows_authorities=knows_authorities))
        if not is_true_or_open(alone, verdict.cause):
            wrong.append((name, verdict.cause, alone.cause, alone.cannot_tell))

    assert wrong == []
    assert plays > 50


def with_alert(number: int, transcript: Transcript) -> Transcript:
    """Let the far end have said another alert, as another stack would have."""
    events = tuple(
        replace(event, number=number) if isinstance(event, AlertSeen) and event.level == FATAL else event
        for event in transcript.events
    )
    return replace(transcript, events=events)


@pytest.mark.parametrize("number", [40, 41, 42, 43, 44, 45, 46, 47, 48, 49, 50, 51, 71, 80, 113])
@pytest.mark.parametrize("tls", BOTH_VERSIONS)
def test_whatever_alert_the_far_end_says_a_sound_certificate_is_not_blamed_for_sure(tls: str, number: int) -> None:
    """GnuTLS says 42 to everything, Java 46, others what they like: the number never tells why by itself."""
    refused = shipped("i10-no-verified-domain-in-the-certificate", tls)

    alone = judge(with_alert(number, seen_by("expressway-e", refused)))

    assert len(alone.cannot_tell) >= 2 or number == 44
    assert alone.probe


@pytest.mark.parametrize("tls", BOTH_VERSIONS)
@pytest.mark.parametrize(
    ("faults", "cause", "words"),
    [
        (["server-auth-only"], "eku-no-client-auth", "lacks clientAuth"),
        (["expired"], "client-store-expired", "has run out"),
        (["not-yet-valid"], "certificate-not-yet-valid", "lies in the future"),
    ],
)
def test_what_is_visible_in_the_sent_certificate_is_named_and_the_rest_is_open(
    tls: str, faults: list[str], cause: str, words: str
) -> None:
    change = {"expressway-e.client-certificate": {"profile": "expressway-e", "faults": faults}}
    alone = judge(seen_by("expressway-e", told(change, CLOUD_CALLS_OUT, tls=tls)))

    assert alone.cause == cause
    assert words in alone.diagnosis
    assert "does not say why" in alone.diagnosis
    assert alone.cannot_tell
    assert "log of the Webex cloud" in alone.probe


def test_a_sound_certificate_is_described_and_nothing_is_claimed() -> None:
    alone = judge(seen_by("expressway-e", shipped("i07-old-upload")))

    assert alone.cause == "certificate-refused"
    assert "us-expe1.example.com" in alone.diagnosis
    assert "in date until" in alone.diagnosis
    assert "it shows no flaw today" in alone.diagnosis
    assert {"unknown-root", "uploaded-list-overrides", "server-name-mismatch"} <= set(alone.cannot_tell)


@pytest.mark.parametrize("tls", BOTH_VERSIONS)
def test_a_root_that_the_port_names_in_its_request_is_not_called_unknown(tls: str) -> None:
    whole = shipped("i25-revocation-source-unreachable", tls)
    alone = judge(seen_by("webex-cloud", whole))

    assert judge(whole).cause == "revocation-source-unreachable"
    assert alone.cause == "certificate-refused"
    assert "one that stands above it is among them" in alone.diagnosis
    assert not {"unknown-root", "missing-intermediate"} & set(alone.cannot_tell)
    assert "revocation-source-unreachable" in alone.cannot_tell


def test_who_showed_a_bad_certificate_is_open_where_only_the_dialler_was_seen() -> None:
    proxied = shipped("m20-phone-proxy-with-a-public-certificate")
    alone = judge(seen_by("jabber", proxied))

    assert judge(proxied).cause == "foreign-certificate"
    assert alone.cannot_tell == ("foreign-certificate",)
    assert "a device between them may have answered" in alone.diagnosis
    assert "Fingerprints" in alone.probe


@pytest.mark.parametrize("actor", ["b2b-peer", "expressway-e"])
@pytest.mark.parametrize("tls", BOTH_VERSIONS)
def test_a_client_that_sends_no_hello_is_not_said_to_have_been_answered(tls: str, actor: str) -> None:
    nothing_to_offer = {"b2b-peer.tls-versions": ["1.0"], "b2b-peer.ciphers": "ECDHE-RSA-AES128-GCM-SHA256"}
    failed = told(nothing_to_offer, step("b2b-peer", "call"), tls=tls)
    silent = told({}, step("b2b-peer", "stay-silent", seconds=6), tls=tls)

    for found in (judge(failed), judge(seen_by(actor, failed))):
        assert found.cause == "no-client-hello"
        assert "had nothing to answer" in found.diagnosis
    for found in (judge(silent), judge(seen_by(actor, silent))):
        assert (found.cause, found.stopped and found.stopped.stopped_at) == ("handshake-timeout", Stage.HANDSHAKE)


def test_who_broke_off_over_versions_is_told_by_who_sent_the_alert() -> None:
    change = {"expressway-e.sip.tls-versions": ["1.1"]}
    by_partner = judge(told(change, step("b2b-peer", "call"), tls="1.2"))

    assert by_partner.cause == "no-common-version"
    assert "the B2B peer broke off by alert 70" in by_partner.diagnosis


@pytest.mark.parametrize("tls", BOTH_VERSIONS)
@pytest.mark.parametrize(
    ("actor", "verb", "root"), [("b2b-peer", "call", "public-root"), ("jabber", "register", "public-root")]
)
def test_a_device_that_cannot_pass_a_mutual_port_is_recognised_in_both_versions(
    tls: str, actor: str, verb: str, root: str
) -> None:
    change = {
        "firewall.rules": [{"to": "expressway-e", "port": 5062, "action": "intercept"}],
        "firewall.proxy-certificate.common-name": "us-expe1.example.com",
        "firewall.proxy-certificate.dns-names": ["us-expe1.example.com", "example.com"],
        f"{actor}.trusted-ca": [root, "proxy-root"],
    }
    found = judge(told(change, step(actor, verb, port=5062), tls=tls))

    assert found.cause == "interception-turned-away"
    assert "no device has that of" in found.diagnosis
    assert all("clientAuth" not in remedy.action for remedy in found.remedies)


def test_both_ends_on_record_leave_nothing_open(played: Played) -> None:
    for tls in BOTH_VERSIONS:
        for name, whole, verdict, _ in refused_by_alert(played("memory"), tls):
            ends: tuple[End, ...] = whole.connections[-1].ends
            assert len(ends) != 2 or not verdict.cannot_tell or verdict.cause == "incomplete-or-unknown-chain", name


# --- what an end alone may say of the other ---

FAR_REFUSED = Meeting(
    dialler="b2b-peer",
    seen=(DIALLER,),
    shows=chain("expressway-e"),
    requests=ClientCertificate.REQUIRED,
    client_shows=chain("b2b-peer"),
    alert=(LISTENER, 80),
    ends=("alert-received", SILENT),
)


def test_an_alert_that_says_nothing_may_be_about_a_certificate_that_came_before_it() -> None:
    shown = judge(FAR_REFUSED.transcript)
    empty = judge(FAR_REFUSED.but(client_shows=None, requests=ClientCertificate.NONE).transcript)

    assert shown.cause == empty.cause == "handshake-broken-off"
    assert "unknown-root" in shown.cannot_tell
    assert "hello-was-edited" not in shown.cannot_tell
    assert "without a certificate" in shown.probe
    assert "unknown-root" not in empty.cannot_tell
    assert "another server name" in empty.probe


def test_the_alert_that_names_the_reason_leaves_nothing_open() -> None:
    revoked = judge(FAR_REFUSED.but(alert=(LISTENER, 44)).transcript)

    assert (revoked.cause, revoked.cannot_tell) == ("certificate-revoked", ())
    assert "does not say why" not in revoked.diagnosis


def test_whoever_showed_no_certificate_was_not_dropped_for_its_name() -> None:
    dropped = FAR_REFUSED.but(alert=None, ends=(FINISHED, SILENT), closes=((LISTENER, Closing.FIN),))
    named = judge(dropped.transcript)
    nameless = judge(dropped.but(client_shows=None, requests=ClientCertificate.NONE).transcript)

    assert named.cause == nameless.cause == "closed-after-handshake"
    assert "name-unknown" in named.cannot_tell
    assert "refuses a name" in named.diagnosis
    assert nameless.cannot_tell == ("reset-by-middlebox",)
    assert "refuses a name" not in nameless.diagnosis
