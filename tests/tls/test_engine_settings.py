"""What each setting of a profile changes, seen from both ends and on the wire."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import mldsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import NameOID
from engine_bench import (
    BOTH_VERSIONS,
    CALLER,
    LAB_PKI,
    MUTUAL,
    NOW,
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
from engine_refusals import BOTH_ROLES

from harness.errors import LabError
from harness.tls.context import context_of
from harness.tls.engine import TlsEngine
from harness.tls.inspector import CertificateVerify, Inspection, NewSessionTicket, inspect
from harness.tls.observations import VerifyError
from harness.tls.profile import Dialect, TlsProfile
from harness.tls.purpose import PurposeCheck
from harness.transcript import Chunk, ClientCertificate, Direction

PUBLIC_ROOT = LAB_PKI.certificate_of("public-root")
PARTNER_ISSUING = LAB_PKI.certificate_of("partner-issuing")
PUBLIC_ISSUING = LAB_PKI.certificate_of("public-issuing")
PRIVATE_ROOT = LAB_PKI.certificate_of("private-root")

each_version = pytest.mark.parametrize("tls", BOTH_VERSIONS)


def inspected(met: Meeting) -> Inspection:
    """Return what crossed between the two, read with the server's key log."""
    chunks = [Chunk(0.0, Direction.SENT if who == "server" else Direction.RECEIVED, data) for who, data in met.crossed]
    return inspect(chunks, met.server.key_log, listens=True)


def overridden(engine: TlsEngine) -> set[int]:
    """Return the objections that a setting let pass."""
    return {seen.code for seen in engine.observed if isinstance(seen, VerifyError) and seen.overridden}


# --- the certificate request ---


@each_version
def test_a_mutual_listener_names_the_authorities_that_it_trusts(tls: str) -> None:
    met = meeting(at_version(CALLER, tls), replace(MUTUAL, trusted=(PUBLIC_ROOT, PRIVATE_ROOT)))
    request = inspected(met).certificate_request
    assert request is not None
    named = [name.partition(",")[0] for name in request.authorities]
    assert named == ["CN=TEST ONLY Public Root CA", "CN=TEST ONLY Enterprise Root CA"]
    assert "SSLv3/TLS read server certificate request" in met.client.states


@each_version
def test_a_listener_may_keep_the_names_of_its_authorities_to_itself(tls: str) -> None:
    met = meeting(at_version(CALLER, tls), replace(MUTUAL, announce_authorities=False))
    request = inspected(met).certificate_request
    assert request is not None
    assert request.authorities == ()
    assert met.server.peer_certificate == credentials("b2b-peer").leaf


@each_version
def test_a_one_way_listener_asks_for_nothing_and_gets_nothing(tls: str) -> None:
    met = meeting(at_version(CALLER, tls), ONE_WAY)
    assert inspected(met).certificate_request is None
    assert inspected(met).client_chain is None
    assert met.server.peer_certificate == b""
    assert met.client.finished
    assert met.server.finished


# --- chains ---


@each_version
@pytest.mark.parametrize(
    ("trusted", "sent"),
    [
        ((), 1),
        ((PRIVATE_ROOT,), 1),
        ((PUBLIC_ISSUING,), 2),
        ((PUBLIC_ISSUING, PUBLIC_ROOT), 3),
    ],
)
def test_expressway_completes_its_chain_from_its_trust_list_root_included(
    trusted: tuple[bytes, ...], sent: int, tls: str
) -> None:
    """domain.md 5.4: one list verifies peers and completes the chain (trap X11)."""
    leaf_only = replace(ONE_WAY, chain=ONE_WAY.chain[:1], trusted=trusted)
    met = meeting(at_version(CALLER, tls), replace(leaf_only, complete_chain=True))
    full = (credentials("expressway-e").leaf, PUBLIC_ISSUING, PUBLIC_ROOT)
    assert inspected(met).server_chain == full[:sent]
    assert met.client.finished is (sent > 1)
    assert met.server.finished is (sent > 1)


@each_version
def test_everybody_else_sends_exactly_the_chain_that_he_was_given(tls: str) -> None:
    leaf_only = replace(ONE_WAY, chain=ONE_WAY.chain[:1], trusted=(PUBLIC_ISSUING, PUBLIC_ROOT))
    met = meeting(at_version(CALLER, tls), leaf_only)
    assert inspected(met).server_chain == (credentials("expressway-e").leaf,)
    assert objections(met.client) == [(0, 20)]
    assert fatal_alerts(met.server) == [(RECEIVED, 48)]


@each_version
def test_both_ends_tell_the_chain_that_their_path_check_built(tls: str) -> None:
    met = meeting(at_version(CALLER, tls), MUTUAL)
    assert met.client.verified_chain == (credentials("expressway-e").leaf, PUBLIC_ISSUING, PUBLIC_ROOT)
    assert met.server.verified_chain == (credentials("b2b-peer").leaf, PARTNER_ISSUING, PUBLIC_ROOT)


@each_version
def test_the_chain_is_told_of_a_peer_whom_nobody_verifies_too(tls: str) -> None:
    met = meeting(at_version(replace(CALLER, verify=False), tls), ONE_WAY)
    assert met.client.verified_chain == (credentials("expressway-e").leaf, PUBLIC_ISSUING, PUBLIC_ROOT)
    assert met.server.verified_chain == ()


@each_version
def test_the_chain_of_a_refused_caller_is_on_the_wire_although_openssl_forgets_it(tls: str) -> None:
    caller = wearing("b2b-peer", "unknown-root")
    met = meeting(at_version(caller, tls), MUTUAL)
    assert met.server.peer_certificate == b""
    assert met.server.verified_chain == ()
    assert inspected(met).client_chain == caller.chain


# --- checks that can be switched off ---


@each_version
@pytest.mark.parametrize("dialect", tuple(Dialect))
def test_without_the_purpose_check_a_server_only_certificate_may_call(dialect: Dialect, tls: str) -> None:
    lenient = replace(MUTUAL, purpose=PurposeCheck.NOTHING, dialect=dialect)
    met = meeting(at_version(wearing("b2b-peer", "server-auth-only"), tls), lenient)
    assert objections(met.server) == [(0, 26)]
    assert overridden(met.server) == {26}
    assert says(met.client, met.server, b"OPTIONS") == b"OPTIONS"


@each_version
@pytest.mark.parametrize(
    ("flaws", "by_the_stricter_reading", "by_the_other"),
    [
        (("server-auth-only",), True, True),
        (("any-eku-only",), False, True),
        (("sip-domain-eku-only",), False, True),
        (("no-digital-signature",), False, False),  # no fault of the extended key usage
    ],
)
def test_a_check_that_is_off_forgives_by_how_its_text_is_read(
    flaws: tuple[str, ...], by_the_stricter_reading: bool, by_the_other: bool, tls: str
) -> None:
    for purpose, taken in (
        (PurposeCheck.ROLE, False),
        (PurposeCheck.ANY_TLS_ROLE, by_the_stricter_reading),
        (PurposeCheck.NOTHING, by_the_other),
    ):
        met = meeting(at_version(wearing("b2b-peer", *flaws), tls), replace(MUTUAL, purpose=purpose))
        assert fatal_alerts(met.server) == ([] if taken else [(SENT, 43)])


@each_version
def test_without_the_purpose_check_an_expired_certificate_is_refused_all_the_same(tls: str) -> None:
    lenient = replace(MUTUAL, purpose=PurposeCheck.NOTHING)
    met = meeting(at_version(wearing("b2b-peer", "server-auth-only", "expired"), tls), lenient)
    assert fatal_alerts(met.server) == [(SENT, 45)]
    assert fatal_alerts(met.client) == [(RECEIVED, 45)]
    assert overridden(met.server) == {26}


@each_version
@pytest.mark.parametrize(
    ("faults", "wrong"),
    [
        (("unknown-root",), {20}),
        (("self-signed",), {18}),
        (("unknown-root", "expired", "client-auth-only"), {10, 20, 26}),
    ],
)
def test_verify_off_lets_any_server_in_and_records_what_was_wrong(
    faults: tuple[str, ...], wrong: set[int], tls: str
) -> None:
    met = meeting(at_version(replace(CALLER, verify=False), tls), wearing("expressway-e", *faults))
    assert met.client.finished
    assert met.server.finished
    assert wrong <= overridden(met.client) == {code for _, code in objections(met.client)}
    assert says(met.server, met.client, b"200 OK") == b"200 OK"


@each_version
def test_verify_off_does_not_ask_about_names_either(tls: str) -> None:
    met = meeting(at_version(replace(CALLER, verify=False), tls), ONE_WAY, accept_name=lambda _: False)
    assert met.client.finished
    assert objections(met.client) == []


@each_version
@pytest.mark.parametrize(
    ("days", "alert", "code"), [(-40, 42, 9), (0, None, None), (400, 45, 10)], ids=["slow", "right", "fast"]
)
def test_a_listener_whose_clock_is_wrong_refuses_good_certificates(
    days: int, alert: int | None, code: int | None, tls: str
) -> None:
    skewed = replace(MUTUAL, clock=NOW + timedelta(days=days))
    met = meeting(at_version(CALLER, tls), skewed)
    assert fatal_alerts(met.server) == ([(SENT, alert)] if alert else [])
    assert fatal_alerts(met.client) == ([(RECEIVED, alert)] if alert else [])
    assert [objection for _, objection in objections(met.server)] == ([code] if code else [])


# --- versions, suites, old gear ---


@pytest.mark.parametrize(
    ("offered", "accepted", "agreed"),
    [
        (("1.2", "1.3"), ("1.2", "1.3"), "1.3"),
        (("1.2", "1.2"), ("1.2", "1.3"), "1.2"),
        (("1.2", "1.3"), ("1.0", "1.2"), "1.2"),
        (("1.0", "1.3"), ("1.1", "1.1"), "1.1"),
        (("1.0", "1.0"), ("1.0", "1.2"), "1.0"),
    ],
)
def test_the_highest_common_version_is_agreed_down_to_tls_1_0(
    offered: tuple[str, str], accepted: tuple[str, str], agreed: str
) -> None:
    caller = replace(CALLER, versions=offered, old_gear=True)
    met = meeting(caller, replace(MUTUAL, versions=accepted, old_gear=True))
    assert met.client.version == met.server.version == agreed
    assert met.client.cipher == met.server.cipher != ""
    assert says(met.client, met.server, b"OPTIONS") == b"OPTIONS"


@pytest.mark.parametrize("old", ["1.0", "1.1"])
def test_modern_gear_refuses_old_versions_even_when_they_are_switched_on(old: str) -> None:
    caller = replace(CALLER, versions=(old, old), old_gear=True)
    met = meeting(caller, replace(MUTUAL, versions=("1.0", "1.3")))
    assert fatal_alerts(met.server) == [(SENT, 70)]
    assert fatal_alerts(met.client) == [(RECEIVED, 70)]


@each_version
@pytest.mark.parametrize("weakness", ["rsa-1024", "sha1-signature"])
@pytest.mark.parametrize("role", BOTH_ROLES)
def test_old_gear_takes_weak_certificates(role: str, weakness: str, tls: str) -> None:
    weak = (weakness,)
    caller = wearing("b2b-peer", *(weak if role == "client" else ()))
    called = replace(wearing("expressway-e", *(weak if role == "server" else ())), request=ClientCertificate.REQUIRED)
    met = meeting(at_version(replace(caller, old_gear=True), tls), replace(called, old_gear=True))
    assert met.client.finished
    assert met.server.finished
    assert objections(met.client) == objections(met.server) == []


def test_modern_gear_cannot_even_wear_a_weak_key() -> None:
    with pytest.raises(LabError, match="ee key too small"):
        TlsEngine(wearing("expressway-e", "rsa-1024"), listens=True)


@pytest.mark.parametrize("nonsense", [{"ciphers": "NO-SUCH-SUITE"}, {"signature_algorithms": "no-such+algorithm"}])
def test_settings_that_openssl_does_not_know_are_a_lab_error(nonsense: dict[str, str]) -> None:
    profile = replace(CALLER, **nonsense)  # type: ignore[arg-type]  # both values are strings
    with pytest.raises(LabError):
        TlsEngine(profile, listens=False)


def test_a_chosen_suite_is_the_one_that_both_use() -> None:
    caller = replace(CALLER, versions=("1.2", "1.2"), ciphers="ECDHE-ECDSA-AES128-GCM-SHA256")
    met = meeting(caller, ONE_WAY)
    assert met.client.cipher == met.server.cipher == "ECDHE-ECDSA-AES128-GCM-SHA256"


def test_a_certificate_with_an_ml_dsa_key_can_be_worn_and_is_signed_with() -> None:
    key = mldsa.MLDSA65PrivateKey.generate()
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "TEST ONLY ML-DSA")])
    days = NOW - timedelta(days=1), NOW + timedelta(days=1)
    built = x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number(), *days)
    own = built.sign(key, None).public_bytes(Encoding.DER)
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    caller = replace(CALLER, trusted=(own,), versions=("1.3", "1.3"))
    met = meeting(caller, replace(ONE_WAY, chain=(own,), private_key=pem))
    assert met.client.peer_certificate == own
    assert says(met.server, met.client, b"200 OK") == b"200 OK"
    assert [proof.scheme for proof in inspected(met).of_kind(CertificateVerify)] == ["mldsa65"]


@each_version
def test_a_caller_that_knows_only_rsa_signatures_cannot_be_served_by_an_ecdsa_certificate(tls: str) -> None:
    caller = replace(at_version(CALLER, tls), signature_algorithms="rsa_pss_rsae_sha256")
    met = meeting(caller, ONE_WAY)
    assert fatal_alerts(met.server) == [(SENT, 40)]
    assert fatal_alerts(met.client) == [(RECEIVED, 40)]
    hello = inspected(met).client_hello
    assert hello is not None
    assert hello.signature_algorithms == ("rsa_pss_rsae_sha256",)


# --- small print ---


@each_version
def test_the_server_name_is_sent_only_where_there_is_one(tls: str) -> None:
    named = inspected(meeting(at_version(CALLER, tls), ONE_WAY, server_name="bücher.example")).client_hello
    nameless = inspected(meeting(at_version(CALLER, tls), ONE_WAY)).client_hello
    assert named is not None
    assert nameless is not None
    assert named.server_name == "xn--bcher-kva.example"
    assert nameless.server_name is None


@each_version
def test_secrets_are_the_same_at_both_ends(tls: str) -> None:
    met = meeting(at_version(CALLER, tls), MUTUAL)
    assert sorted(met.client.key_log) == sorted(met.server.key_log) != []


def test_a_profile_keeps_its_private_key_out_of_its_repr() -> None:
    assert b"PRIVATE KEY" in CALLER.private_key
    assert "PRIVATE KEY" not in repr(CALLER)


def test_profiles_that_are_equal_share_one_context() -> None:
    twin: TlsProfile = replace(CALLER)
    assert context_of(CALLER, False) is context_of(twin, False)
    assert context_of(CALLER, False) is not context_of(CALLER, True)


@pytest.mark.parametrize(("resumption", "tickets"), [(False, 0), (True, 1)])
def test_tickets_are_off_in_tls_1_2_unless_asked_for(resumption: bool, tickets: int) -> None:
    caller, called = replace(CALLER, resumption=resumption), replace(ONE_WAY, resumption=resumption)
    met = meeting(at_version(caller, "1.2"), called)
    assert len(list(inspected(met).of_kind(NewSessionTicket))) == tickets


def test_tls_1_3_sends_two_tickets_even_where_they_are_off() -> None:
    """OP_NO_TICKET only makes them stateful (domain.md 5.2). Nobody here can resume with them."""
    met = meeting(at_version(CALLER, "1.3"), MUTUAL)
    assert len(list(inspected(met).of_kind(NewSessionTicket))) == 2
