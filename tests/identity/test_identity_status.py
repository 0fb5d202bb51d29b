"""What OCSP responses are worth: each reason not to believe one, responders whom the CA appointed, any bytes at all."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st

from harness.identity.pointers import Pointers, pointers_of
from harness.identity.status import Status, read_response, request_about
from harness.pki import LeafOrder, Workshop, read_catalogue
from harness.pki.issuing import Authority
from harness.pki.keys import PrivateKey
from harness.pki.revocation import RESPONSES
from harness.pki.status_responses import answer_request
from harness.pki.status_sources import responder_path

NOW = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
CERTS = Path(__file__).parents[2] / "certs"
WORKSHOP = Workshop(
    read_catalogue({path.name: path.read_text(encoding="utf-8") for path in sorted(CERTS.glob("*.yaml"))}), NOW
)
CA: Authority = WORKSHOP.authority("public-issuing")
LEAF = WORKSHOP.issue(LeafOrder("expressway-e", revocation=("ocsp",))).leaf
BURNT = WORKSHOP.issue(LeafOrder("expressway-e", faults=("revoked",))).leaf
STRANGER = WORKSHOP.issue(LeafOrder("b2b-peer")).leaf


def answered(certificate: bytes, state: str = "sound") -> bytes:
    register = WORKSHOP.register_at(responder_path("public-issuing"))
    assert register is not None
    return answer_request(register, request_about(certificate, CA.certificate), state)


READ_AS = {
    "sound": Status.GOOD,
    "stale": Status.STALE,
    "not-yet-valid": Status.NOT_YET_VALID,
    "wrong-signer": Status.BAD_SIGNATURE,
    "garbage": Status.UNREADABLE,
    "unknown": Status.UNKNOWN,
    "sha1-only": Status.REFUSED,
}


@pytest.mark.parametrize("state", RESPONSES)
def test_each_state_of_a_responder_has_its_own_word(state: str) -> None:
    assert read_response(answered(LEAF, state), LEAF, CA.certificate, NOW).status is READ_AS[state]


def test_a_revoked_certificate_is_called_revoked_and_since_when() -> None:
    finding = read_response(answered(BURNT), BURNT, CA.certificate, NOW)

    assert finding.status is Status.REVOKED
    assert "since 2031-05-04" in finding.sentence


def test_a_good_word_for_one_certificate_is_none_for_another() -> None:
    assert read_response(answered(LEAF), BURNT, CA.certificate, NOW).status is Status.OTHER_CERTIFICATE


def test_a_certificate_of_another_ca_is_none_of_a_responders_business() -> None:
    assert read_response(answered(STRANGER), STRANGER, CA.certificate, NOW).status is Status.REFUSED


# --- responders whom the CA appointed, RFC 6960 section 4.2.2.2 ---


RESPONDER_KEY = ec.generate_private_key(ec.SECP256R1())
RESPONDER_NAME = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "TEST ONLY responder")])
SIGNS_STATUS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.OCSP_SIGNING])
SERVES_TLS = x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH])


def appointed(usage: x509.ExtendedKeyUsage | None, signing_key: PrivateKey = CA.key) -> x509.Certificate:
    """Return a responder's certificate in the name of the CA, signed by its key or by another one."""
    builder = (
        x509.CertificateBuilder()
        .subject_name(RESPONDER_NAME)
        .issuer_name(x509.load_der_x509_certificate(CA.certificate).subject)
        .public_key(RESPONDER_KEY.public_key())
        .serial_number(6960)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
    )
    if usage is not None:
        builder = builder.add_extension(usage, critical=False)
    return builder.sign(signing_key, SHA256())


def answered_by(responder: x509.Certificate, encoding: ocsp.OCSPResponderEncoding) -> bytes:
    builder = ocsp.OCSPResponseBuilder().add_response(
        cert=x509.load_der_x509_certificate(LEAF),
        issuer=x509.load_der_x509_certificate(CA.certificate),
        algorithm=SHA256(),
        cert_status=ocsp.OCSPCertStatus.GOOD,
        this_update=NOW,
        next_update=None,
        revocation_time=None,
        revocation_reason=None,
    )
    signed = builder.responder_id(encoding, responder).certificates([responder]).sign(RESPONDER_KEY, SHA256())
    return signed.public_bytes(Encoding.DER)


@pytest.mark.parametrize("encoding", ocsp.OCSPResponderEncoding)
def test_a_responder_that_the_ca_appointed_is_believed(encoding: ocsp.OCSPResponderEncoding) -> None:
    response = answered_by(appointed(SIGNS_STATUS), encoding)

    assert read_response(response, LEAF, CA.certificate, NOW).status is Status.GOOD


@pytest.mark.parametrize("usage", [None, SERVES_TLS], ids=["no purpose", "another purpose"])
def test_an_ordinary_certificate_of_the_ca_does_not_make_a_responder(usage: x509.ExtendedKeyUsage | None) -> None:
    response = answered_by(appointed(usage), ocsp.OCSPResponderEncoding.NAME)

    assert read_response(response, LEAF, CA.certificate, NOW).status is Status.UNAUTHORISED_SIGNER


def test_nobody_appoints_himself() -> None:
    response = answered_by(appointed(SIGNS_STATUS, RESPONDER_KEY), ocsp.OCSPResponderEncoding.NAME)

    assert read_response(response, LEAF, CA.certificate, NOW).status is Status.UNAUTHORISED_SIGNER


# --- where to ask, and bytes of strangers ---


def test_a_certificate_says_where_it_can_be_asked_about() -> None:
    both = WORKSHOP.issue(LeafOrder("expressway-e", revocation=("crl", "ocsp"))).leaf

    assert pointers_of(both) == Pointers(
        lists=("http://validation.lab.example:8080/public-issuing.crl",),
        responders=("http://validation.lab.example:8080/ocsp/public-issuing",),
    )
    assert pointers_of(LEAF).lists == ()
    assert pointers_of(BURNT) == pointers_of(b"no certificate") == Pointers((), ())


@given(st.binary(max_size=400))
def test_whatever_a_responder_sends_is_a_finding(response: bytes) -> None:
    assert read_response(response, LEAF, CA.certificate, NOW).status is Status.UNREADABLE


@given(at=st.integers(0, 200), bit=st.integers(0, 7))
def test_a_response_that_was_touched_is_never_believed(at: int, bit: int) -> None:
    sound = bytearray(answered(BURNT))
    sound[at % len(sound)] ^= 1 << bit

    finding = read_response(bytes(sound), BURNT, CA.certificate, NOW)

    assert finding.status is not Status.GOOD
