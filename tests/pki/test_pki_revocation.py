"""What a CA says of its certificates: lists and responses in every state, each with the fault it is named for."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from hypothesis import given
from hypothesis import strategies as st
from pki_bench import NOW, lab_pki, parsed

from harness.pki import Credentials, LeafOrder
from harness.pki.publications import list_path, responder_path
from harness.pki.revocation import LISTS, RESPONSES, Register, make_list
from harness.pki.status_responses import answer_request, make_staple, register_meant

LAB_PKI = lab_pki()
GOOD = LAB_PKI.issue(LeafOrder("expressway-e"))
BURNT = LAB_PKI.issue(LeafOrder("expressway-e", faults=("revoked",)))
CA = parsed(LAB_PKI.certificate_of("public-issuing"))
BOTH_SOURCES = ("crl", "ocsp")


def register() -> Register:
    found = LAB_PKI.register_at(list_path("public-issuing"))
    assert found is not None
    return found


def on(held: x509.CertificateRevocationList, credentials: Credentials) -> bool:
    return held.get_revoked_certificate_by_serial_number(parsed(credentials.leaf).serial_number) is not None


# --- lists ---


@pytest.mark.parametrize("state", [state for state, made in LISTS.items() if not made.garbage])
def test_a_list_has_the_fault_that_its_state_is_named_for_and_no_other(state: str) -> None:
    held = x509.load_der_x509_crl(make_list(register(), state))

    begins, ends = held.last_update_utc, held.next_update_utc
    assert ends is not None
    assert (ends < NOW) is (state == "stale")
    assert (begins > NOW) is (state == "not-yet-valid")
    assert held.is_signature_valid(CA.public_key()) is (state != "wrong-signer")  # type: ignore[arg-type]
    assert held.issuer == CA.subject
    assert on(held, BURNT)
    assert not on(held, GOOD)


def test_garbage_is_no_list() -> None:
    with pytest.raises(ValueError, match=r"ASN\.1|asn1|parsing"):
        x509.load_der_x509_crl(make_list(register(), "garbage"))


def test_each_ca_has_its_own_list() -> None:
    assert LAB_PKI.issue(LeafOrder("b2b-peer"))
    other = LAB_PKI.register_at(list_path("partner-issuing"))

    assert other is not None
    assert not on(x509.load_der_x509_crl(make_list(other)), BURNT)
    assert LAB_PKI.register_at("/nobody.crl") is None


def test_a_revoked_certificate_was_issued_before_it_was_revoked() -> None:
    held = x509.load_der_x509_crl(make_list(register()))
    entry = held.get_revoked_certificate_by_serial_number(parsed(BURNT.leaf).serial_number)

    assert entry is not None
    assert parsed(BURNT.leaf).not_valid_before_utc < entry.revocation_date_utc < NOW


# --- responses ---


def request(credentials: Credentials) -> bytes:
    built = ocsp.OCSPRequestBuilder().add_certificate(parsed(credentials.leaf), CA, SHA1()).build()  # noqa: S303
    return built.public_bytes(Encoding.DER)


@pytest.mark.parametrize(
    ("credentials", "status"), [(GOOD, ocsp.OCSPCertStatus.GOOD), (BURNT, ocsp.OCSPCertStatus.REVOKED)]
)
def test_a_responder_says_what_is_so(credentials: Credentials, status: ocsp.OCSPCertStatus) -> None:
    answer = ocsp.load_der_ocsp_response(answer_request(register(), request(credentials)))

    assert answer.certificate_status is status
    assert answer.serial_number == parsed(credentials.leaf).serial_number


def test_a_responder_that_knows_sha1_alone_answers_who_asks_by_sha1() -> None:
    answer = ocsp.load_der_ocsp_response(answer_request(register(), request(GOOD), "sha1-only"))

    assert answer.certificate_status is ocsp.OCSPCertStatus.GOOD


@pytest.mark.parametrize("state", [state for state, made in RESPONSES.items() if not (made.garbage or made.sha1_only)])
def test_a_staple_says_what_the_responder_would_say(state: str) -> None:
    staple = ocsp.load_der_ocsp_response(make_staple(register(), parsed(BURNT.leaf).serial_number, state))
    answer = ocsp.load_der_ocsp_response(answer_request(register(), request(BURNT), state))

    assert staple.certificate_status is answer.certificate_status
    assert (staple.this_update_utc, staple.next_update_utc) == (answer.this_update_utc, answer.next_update_utc)


def test_a_staple_is_the_same_one_each_time() -> None:
    assert LAB_PKI.staple_for(GOOD) == LAB_PKI.staple_for(GOOD) != b""
    assert LAB_PKI.staple_for(LAB_PKI.issue(LeafOrder("expressway-e", faults=("self-signed",)))) == b""


@given(st.binary(max_size=200))
def test_whatever_is_asked_a_responder_answers(asked: bytes) -> None:
    answer = ocsp.load_der_ocsp_response(answer_request(register(), asked))

    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST


# --- pointers ---


@pytest.mark.parametrize("sources", [(), ("crl",), ("ocsp",), BOTH_SOURCES])
def test_a_certificate_names_the_sources_that_were_ordered(sources: tuple[str, ...]) -> None:
    leaf = parsed(LAB_PKI.issue(LeafOrder("expressway-e", revocation=sources)).leaf)
    held = {extension.oid._name for extension in leaf.extensions}

    assert ("cRLDistributionPoints" in held, "authorityInfoAccess" in held) == ("crl" in sources, "ocsp" in sources)


def test_the_ca_of_a_grafted_certificate_is_asked_under_its_own_name() -> None:
    leaf = parsed(LAB_PKI.issue(LeafOrder("expressway-e", faults=("expired-intermediate",), revocation=("crl",))).leaf)
    [point] = leaf.extensions.get_extension_for_class(x509.CRLDistributionPoints).value
    assert point.full_name is not None
    path = "/" + point.full_name[0].value.rpartition("/")[2]

    found = LAB_PKI.register_at(path)

    assert found is not None
    assert leaf.serial_number in found.issued
    assert found.now - NOW == timedelta(0)
    assert LAB_PKI.register_at(responder_path(found.authority.name)) == found


# --- dates, reasons and who is meant ---

HOUR = timedelta(hours=1)
DATES = {
    "sound": (-6 * HOUR, 7 * 24 * HOUR),
    "stale": (-20 * 24 * HOUR, -10 * 24 * HOUR),
    "not-yet-valid": (10 * 24 * HOUR, 20 * 24 * HOUR),
    "wrong-signer": (-6 * HOUR, 7 * 24 * HOUR),
}


@pytest.mark.parametrize("state", DATES)
def test_a_list_and_a_response_have_the_dates_of_their_state(state: str) -> None:
    held = x509.load_der_x509_crl(make_list(register(), state))
    answer = ocsp.load_der_ocsp_response(answer_request(register(), request(GOOD), state))

    assert (held.last_update_utc, held.next_update_utc) == tuple(NOW + each for each in DATES[state])
    assert (answer.this_update_utc, answer.next_update_utc) == tuple(NOW + each for each in DATES[state])


def test_a_list_names_its_cas_key_and_why_each_of_its_certificates_is_on_it() -> None:
    held = x509.load_der_x509_crl(make_list(register()))
    (entry,) = held
    named = held.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier)
    number = held.extensions.get_extension_for_class(x509.CRLNumber)

    assert named.value.key_identifier == CA.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value.digest
    assert (number.value.crl_number, number.critical, named.critical) == (1, False, False)
    reason = entry.extensions.get_extension_for_class(x509.CRLReason)
    assert (reason.value.reason, reason.critical) == (x509.ReasonFlags.key_compromise, False)
    assert entry.revocation_date_utc == NOW - 48 * HOUR


def test_a_response_says_since_when_and_why() -> None:
    answer = ocsp.load_der_ocsp_response(answer_request(register(), request(BURNT)))

    assert answer.revocation_time_utc == NOW - 48 * HOUR
    assert answer.revocation_reason is x509.ReasonFlags.key_compromise
    sound = ocsp.load_der_ocsp_response(answer_request(register(), request(GOOD)))
    assert (sound.revocation_time_utc, sound.revocation_reason) == (None, None)


def test_who_was_not_issued_is_unknown_also_to_a_sound_responder() -> None:
    other = replace(register(), issued=frozenset(), revoked=frozenset())
    answer = ocsp.load_der_ocsp_response(answer_request(other, request(BURNT)))

    assert answer.certificate_status is ocsp.OCSPCertStatus.UNKNOWN
    forgetful = ocsp.load_der_ocsp_response(answer_request(register(), request(BURNT), "unknown"))
    assert (forgetful.certificate_status, forgetful.revocation_time_utc) == (ocsp.OCSPCertStatus.UNKNOWN, None)


def by(digest: SHA1 | SHA256, issuer: x509.Certificate = CA, leaf: bytes = GOOD.leaf) -> bytes:
    built = ocsp.OCSPRequestBuilder().add_certificate(parsed(leaf), issuer, digest).build()
    return built.public_bytes(Encoding.DER)


def test_a_responder_that_knows_sha1_alone_refuses_sha_256_and_others_take_both() -> None:
    def status(asked: bytes, state: str) -> ocsp.OCSPResponseStatus:
        return ocsp.load_der_ocsp_response(answer_request(register(), asked, state)).response_status

    refused, good = ocsp.OCSPResponseStatus.UNAUTHORIZED, ocsp.OCSPResponseStatus.SUCCESSFUL
    assert status(by(SHA256()), "sha1-only") is refused
    assert [status(by(digest), "sound") for digest in (SHA1(), SHA256())] == [good, good]  # noqa: S303
    stranger = parsed(LAB_PKI.certificate_of("partner-issuing"))
    assert status(by(SHA256(), stranger), "sound") is refused


def test_of_several_registers_the_one_is_meant_whose_ca_is_named() -> None:
    theirs = LAB_PKI.issue(LeafOrder("b2b-peer"))
    other = LAB_PKI.register_at(list_path("partner-issuing"))
    assert other is not None
    ours, asked = register(), by(SHA1(), parsed(theirs.issuers[0]), theirs.leaf)  # noqa: S303

    for several in ([ours, other], [other, ours]):
        assert register_meant(several, by(SHA256())).authority == ours.authority
        assert register_meant(several, asked).authority == other.authority
        assert register_meant(several, b"garbage") is several[0]


def test_garbage_is_neither_stapled_nor_a_response() -> None:
    serial = parsed(GOOD.leaf).serial_number

    assert make_staple(register(), serial, "garbage") == make_staple(register(), serial, "sha1-only") == b""
    assert answer_request(register(), request(GOOD), "garbage").startswith(b"<html>")
