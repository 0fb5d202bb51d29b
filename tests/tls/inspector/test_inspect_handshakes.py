"""Handshakes between two OpenSSL ends, read from their bytes: the inspector says what OpenSSL says."""

from __future__ import annotations

import pytest
from cryptography.hazmat.primitives.asymmetric import ec
from OpenSSL import SSL
from recorded_handshakes import (
    NO_ENCRYPT_THEN_MAC,
    Meeting,
    authority,
    context,
    der,
    leaf,
    mutual,
)

from harness.tls.inspector import (
    Alert,
    Certificate,
    CertificateVerify,
    EncryptedExtensions,
    Finished,
    Malformed,
    NewSessionTicket,
    ServerHello,
    Undecrypted,
)

SUITES = [
    ("1.0", "ECDHE-RSA-AES128-SHA", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA"),
    ("1.0", "AES256-SHA", "TLS_RSA_WITH_AES_256_CBC_SHA"),
    ("1.1", "ECDHE-RSA-AES256-SHA", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA"),
    ("1.1", "AES128-SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"),
    ("1.2", "AES128-SHA", "TLS_RSA_WITH_AES_128_CBC_SHA"),
    ("1.2", "AES256-SHA256", "TLS_RSA_WITH_AES_256_CBC_SHA256"),
    ("1.2", "AES128-CCM", "TLS_RSA_WITH_AES_128_CCM"),
    ("1.2", "AES256-GCM-SHA384", "TLS_RSA_WITH_AES_256_GCM_SHA384"),
    ("1.2", "ECDHE-RSA-AES128-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA256"),
    ("1.2", "ECDHE-RSA-AES256-SHA384", "TLS_ECDHE_RSA_WITH_AES_256_CBC_SHA384"),
    ("1.2", "ECDHE-RSA-AES128-GCM-SHA256", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256"),
    ("1.2", "ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256"),
    ("1.2", "ECDHE-ECDSA-AES256-CCM", "TLS_ECDHE_ECDSA_WITH_AES_256_CCM"),
    ("1.2", "ECDHE-ECDSA-AES128-CCM8", "TLS_ECDHE_ECDSA_WITH_AES_128_CCM_8"),
    ("1.3", "TLS_AES_128_GCM_SHA256", "TLS_AES_128_GCM_SHA256"),
    ("1.3", "TLS_AES_256_GCM_SHA384", "TLS_AES_256_GCM_SHA384"),
    ("1.3", "TLS_CHACHA20_POLY1305_SHA256", "TLS_CHACHA20_POLY1305_SHA256"),
    ("1.3", "TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_SHA256"),
    ("1.3", "TLS_AES_128_CCM_8_SHA256", "TLS_AES_128_CCM_8_SHA256"),
]


@pytest.mark.parametrize(("version", "suite", "iana_name"), SUITES)
def test_a_mutual_handshake_is_read_to_its_last_byte(version: str, suite: str, iana_name: str) -> None:
    kind = "ec" if "ECDSA" in suite else "rsa"
    meeting = mutual(version, suites=suite, kind=kind)
    seen = meeting.inspection()
    assert seen.version == version
    assert seen.server_hello is not None
    assert seen.server_hello.cipher_suite == iana_name
    assert seen.server_chain == (der(leaf("exp-e", kind)), der(authority()))
    assert seen.client_chain == (der(leaf("cloud")), der(authority()))
    assert [item.from_client for item in seen.of_kind(Finished)] == (
        [False, True] if version == "1.3" else [True, False]
    )
    assert seen.application_data(client=True) == b"OPTIONS sip:exp-e SIP/2.0"
    assert seen.application_data(client=False) == b"SIP/2.0 200 OK"
    assert [(alert.from_client, alert.name) for alert in seen.alerts] == [(True, "close_notify")]
    assert not list(seen.of_kind(Undecrypted))
    assert not list(seen.of_kind(Malformed))


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2"])
@pytest.mark.parametrize("outside", [True, False])
def test_a_cbc_record_is_read_with_its_mac_outside_or_inside(version: str, *, outside: bool) -> None:
    listener = context(version, own=leaf("exp-e"), suites="ECDHE-ECDSA-AES128-SHA")
    if not outside:
        listener.set_options(NO_ENCRYPT_THEN_MAC)
    meeting = Meeting(context(version, suites="ECDHE-ECDSA-AES128-SHA"), listener).shake_hands()
    for word in (b"one", b"two" * 11, b"x" * 40_000):
        meeting.client.sendall(word)
        meeting.shake_hands()
    seen = meeting.inspection()
    assert seen.server_hello is not None
    assert seen.server_hello.encrypt_then_mac is outside
    assert seen.application_data(client=True) == b"one" + b"two" * 11 + b"x" * 40_000


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_both_hellos_and_the_request_say_what_the_ends_were_told(version: str) -> None:
    listener = context(version, own=leaf("exp-e"), wants_certificate=True)
    listener.add_client_ca(authority().certificate)
    listener.add_client_ca(authority("Other, Root").certificate)
    listener.set_alpn_select_callback(lambda _end, _offered: b"sip/2")
    dialler = context(version, own=leaf("cloud"))
    dialler.set_alpn_protos([b"sip/2", b"http/1.1"])
    meeting = Meeting(dialler, listener)
    meeting.client.set_tlsext_host_name(b"exp-e.lab.example")
    seen = meeting.shake_hands().inspection()
    offer, choice, request = seen.client_hello, seen.server_hello, seen.certificate_request
    assert offer is not None
    assert choice is not None
    assert request is not None
    assert offer.versions == (version,)
    assert offer.random == meeting.server.client_random()
    assert choice.random == meeting.client.server_random()
    assert offer.server_name == "exp-e.lab.example"
    assert offer.alpn == ("sip/2", "http/1.1")
    assert "ecdsa_secp256r1_sha256" in offer.signature_algorithms
    assert "secp256r1" in offer.groups
    assert request.authorities == tuple(
        name.rfc4514_string() for name in meeting.client.get_client_ca_list(as_cryptography=True)
    )
    assert request.authorities == ("CN=Lab Root", "CN=Other\\, Root")
    assert request.certificate_types == (("rsa_sign", "dss_sign", "ecdsa_sign") if version == "1.2" else ())
    assert "ecdsa_secp256r1_sha256" in request.signature_algorithms
    chosen = [choice.alpn, *(item.alpn for item in seen.of_kind(EncryptedExtensions))]
    assert chosen == (["sip/2"] if version == "1.2" else [None, "sip/2"])
    proofs = [(item.from_client, item.scheme) for item in seen.of_kind(CertificateVerify)]
    assert (True, "ecdsa_secp256r1_sha256") in proofs


def test_the_hello_of_a_modern_stack_is_longer_than_one_segment() -> None:
    seen = Meeting(SSL.Context(SSL.TLS_METHOD), context("1.3", own=leaf("exp-e"))).shake_hands().inspection()
    assert seen.client_hello is not None
    assert seen.client_hello.versions == ("1.3", "1.2")
    assert seen.client_hello.length + 5 == len(_client_bytes_of_the_hello())
    assert seen.client_hello.length > 1460


def _client_bytes_of_the_hello() -> bytes:
    end = SSL.Connection(SSL.Context(SSL.TLS_METHOD))
    end.set_connect_state()
    with pytest.raises(SSL.WantReadError):
        end.do_handshake()
    return end.bio_read(65536)


@pytest.mark.parametrize(
    ("version", "alert", "sealed"),
    [("1.0", 40, False), ("1.1", 40, False), ("1.2", 40, False), ("1.3", 116, True)],
)
def test_a_caller_without_a_certificate_shows_an_empty_chain(version: str, alert: int, *, sealed: bool) -> None:
    listener = context(version, own=leaf("exp-e"), wants_certificate=True)
    meeting = Meeting(context(version), listener).shake_hands()
    seen = meeting.inspection()
    assert seen.client_chain == ()
    assert meeting.alerts == [(False, 2, alert)]
    assert [(item.from_client, item.level, item.number) for item in seen.alerts] == meeting.alerts
    assert seen.alerts[0].encrypted is sealed


@pytest.mark.parametrize("version", ["1.0", "1.1", "1.2", "1.3"])
def test_the_chain_of_a_refused_caller_is_seen_though_openssl_hides_it(version: str) -> None:
    stranger = leaf("stranger", issuer="Unknown Root")
    listener = context(version, own=leaf("exp-e"), wants_certificate=True)
    meeting = Meeting(context(version, own=stranger), listener).shake_hands()
    seen = meeting.inspection()
    assert meeting.server.get_peer_certificate() is None
    assert seen.client_chain == (der(stranger),)
    assert [(item.from_client, item.name) for item in seen.alerts] == [(False, "unknown_ca")]
    assert [(item.from_client, item.level, item.number) for item in seen.alerts] == meeting.alerts


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_caller_that_distrusts_the_listener_says_so_in_clear(version: str) -> None:
    meeting = Meeting(context(version, trusts="Unknown Root"), context(version, own=leaf("exp-e"))).shake_hands()
    seen = meeting.inspection()
    assert meeting.failed == {"client", "server"}
    alert = seen.alerts[0]
    assert (alert.from_client, alert.name, alert.encrypted) == (True, "unknown_ca", False)
    assert seen.server_chain == (der(leaf("exp-e")), der(authority()))
    assert seen.client_chain is None


def test_no_common_version_leaves_a_hello_and_an_alert() -> None:
    meeting = Meeting(context("1.2"), context("1.3", own=leaf("exp-e"))).shake_hands()
    seen = meeting.inspection()
    assert (seen.version, seen.server_hello) == (None, None)
    assert [(alert.from_client, alert.name) for alert in seen.alerts] == [(False, "protocol_version")]
    assert [(item.from_client, item.level, item.number) for item in seen.alerts] == meeting.alerts


def test_a_retried_hello_is_told_from_the_real_one() -> None:
    listener = context("1.3", own=leaf("exp-e"), wants_certificate=True)
    listener.set_tmp_ecdh(ec.SECP384R1())
    meeting = Meeting(context("1.3", own=leaf("cloud")), listener).shake_hands()
    seen = meeting.inspection()
    assert [(hello.retry, hello.group) for hello in seen.of_kind(ServerHello)] == [
        (True, "secp384r1"),
        (False, "secp384r1"),
    ]
    assert meeting.client.get_group_name() == "secp384r1"
    assert seen.server_hello is not None
    assert seen.server_hello.random == meeting.client.server_random()
    assert seen.client_chain == (der(leaf("cloud")), der(authority()))


@pytest.mark.parametrize("version", ["1.2", "1.3"])
def test_a_resumed_connection_shows_no_certificates(version: str) -> None:
    listener, dialler = context(version, own=leaf("exp-e")), context(version)
    first = Meeting(dialler, listener).shake_hands()
    ticket = first.client.get_session()
    assert ticket is not None
    assert list(first.inspection().of_kind(NewSessionTicket))
    second = Meeting(dialler, first.server_context)
    second.client.set_session(ticket)
    seen = second.shake_hands().inspection()
    assert seen.client_hello is not None
    assert seen.server_hello is not None
    assert seen.client_hello.ticket_offered
    assert seen.server_hello.pre_shared_key is (version == "1.3")
    assert not list(seen.of_kind(Certificate))
    assert [item.from_client for item in seen.of_kind(Finished)] == [False, True]


def test_a_certificate_that_is_asked_for_later_is_seen_under_the_first_key() -> None:
    listener = context("1.2", own=leaf("exp-e"))
    listener.set_options(SSL.OP_NO_TICKET)
    listener.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    meeting = Meeting(context("1.2", own=leaf("cloud")), listener)
    meeting.server.set_verify(SSL.VERIFY_NONE)
    meeting.shake_hands()
    assert meeting.inspection().client_chain is None
    meeting.server.set_verify(SSL.VERIFY_PEER, lambda _end, _certificate, _error, _depth, ok: bool(ok))
    assert meeting.server.renegotiate()
    seen = meeting.shake_hands().inspection()
    assert seen.client_chain == (der(leaf("cloud")), der(authority()))
    assert [item.encrypted for item in seen.of_kind(Certificate)] == [False, True, True]
    assert meeting.say(meeting.client, b"under new keys") == b"under new keys"
    assert meeting.inspection().application_data(client=True) == b"under new keys"
    assert not [item for item in seen.items if isinstance(item, Alert | Undecrypted | Malformed)]
