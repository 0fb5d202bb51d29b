"""What OCSP responses are worth: each reason not to believe one, responders whom the CA appointed, any bytes at all."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID
from hypothesis import given
from hypothesis import strategies as st
from x509_forge import forge

from harness.pki import LabPki, LeafOrder, read_catalogue
from harness.pki.issuing import Authority
from harness.pki.keys import PrivateKey
from harness.pki.publications import responder_path
from harness.pki.revocation import RESPONSES
from harness.pki.status_responses import answer_request
from harness.x509.status import MOST_BYTES, Pointers, Status, pointers_of, read_response, request_about

NOW = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
CERTS = Path(__file__).parents[2] / "certs"
LAB_PKI = LabPki(
    read_catalogue({path.name: path.read_text(encoding="utf-8") for path in sorted(CERTS.glob("*.yaml"))}), NOW
)
CA: Authority = LAB_PKI.authority("public-issuing")
LEAF = LAB_PKI.issue(LeafOrder("expressway-e", revocation=("ocsp",))).leaf
BURNT = LAB_PKI.issue(LeafOrder("expressway-e", faults=("revoked",))).leaf
STRANGER = LAB_PKI.issue(LeafOrder("b2b-peer")).leaf


def answered(certificate: bytes, state: str = "sound") -> bytes:
    register = LAB_PKI.register_at(responder_path("public-issuing"))
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


# --- dates, keys and signers ---


def ca_of(key: CertificateIssuerPrivateKeyTypes) -> bytes:
    """The certificate of a CA of that key, issued by the CA above: nobody looks at its signature here."""
    built = (
        x509.CertificateBuilder()
        .subject_name(RESPONDER_NAME)
        .issuer_name(x509.load_der_x509_certificate(CA.certificate).subject)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(NOW - timedelta(days=1))
        .not_valid_after(NOW + timedelta(days=1))
    )
    return built.sign(RESPONDER_KEY, SHA256()).public_bytes(Encoding.DER)


def said_by(
    key: CertificateIssuerPrivateKeyTypes,
    issuer: bytes,
    *,
    status: ocsp.OCSPCertStatus = ocsp.OCSPCertStatus.GOOD,
    starts: datetime = NOW,
    ends: datetime | None = None,
    by: x509.Certificate | None = None,
    along: Sequence[x509.Certificate] = (),
) -> bytes:
    """A response about LEAF, as if `issuer` had issued it, in the name of `by`, signed by `key`."""
    authority = x509.load_der_x509_certificate(issuer)
    revoked = NOW - timedelta(days=2) if status is ocsp.OCSPCertStatus.REVOKED else None
    built = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=x509.load_der_x509_certificate(LEAF),
            issuer=authority,
            algorithm=SHA256(),
            cert_status=status,
            this_update=starts,
            next_update=ends,
            revocation_time=revoked,
            revocation_reason=None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.NAME, by or authority)
    )
    built = built.certificates(list(along)) if along else built
    hashed = None if isinstance(key, ed25519.Ed25519PrivateKey | ed448.Ed448PrivateKey) else SHA256()
    return built.sign(key, hashed).public_bytes(Encoding.DER)


SIGNERS: dict[str, Callable[[], CertificateIssuerPrivateKeyTypes]] = {
    "rsa": lambda: rsa.generate_private_key(65537, 2048),
    "ecdsa": lambda: ec.generate_private_key(ec.SECP384R1()),
    "ed25519": ed25519.Ed25519PrivateKey.generate,
    "ed448": ed448.Ed448PrivateKey.generate,
}


@pytest.mark.parametrize("kind", SIGNERS)
def test_a_response_is_believed_by_the_key_of_its_ca_and_by_no_other(kind: str) -> None:
    key, other = SIGNERS[kind](), SIGNERS[kind]()
    issuer, namesake = ca_of(key), x509.load_der_x509_certificate(ca_of(other))

    assert read_response(said_by(key, issuer), LEAF, issuer, NOW).status is Status.GOOD
    assert read_response(said_by(other, issuer, by=namesake), LEAF, issuer, NOW).status is Status.BAD_SIGNATURE


def test_a_key_that_nobody_here_can_check_is_not_believed() -> None:
    key = dsa.generate_private_key(2048)
    issuer = ca_of(key)

    assert read_response(said_by(key, issuer), LEAF, issuer, NOW).status is Status.BAD_SIGNATURE


SECOND = timedelta(seconds=1)


@pytest.mark.parametrize(
    ("starts", "ends", "status", "told"),
    [
        (NOW, None, Status.GOOD, "says good"),
        (NOW, NOW, Status.GOOD, "says good"),
        (NOW + SECOND, None, Status.NOT_YET_VALID, "is dated 2031-05-06, ahead"),
        (NOW - 2 * SECOND, NOW - SECOND, Status.STALE, "ran out on 2031-05-06"),
        (NOW - SECOND, NOW + SECOND, Status.GOOD, "says good"),
    ],
)
def test_a_response_counts_from_this_update_to_next_update(
    starts: datetime, ends: datetime | None, status: Status, told: str
) -> None:
    """RFC 6960 section 4.2.2.1: not before thisUpdate, and not where nextUpdate is earlier than now."""
    issuer = ca_of(RESPONDER_KEY)
    finding = read_response(said_by(RESPONDER_KEY, issuer, starts=starts, ends=ends), LEAF, issuer, NOW)

    assert finding.status is status
    assert told in finding.sentence


def test_a_responder_that_does_not_know_a_certificate_says_so() -> None:
    issuer = ca_of(RESPONDER_KEY)
    for status, read in ((ocsp.OCSPCertStatus.UNKNOWN, Status.UNKNOWN), (ocsp.OCSPCertStatus.REVOKED, Status.REVOKED)):
        assert read_response(said_by(RESPONDER_KEY, issuer, status=status), LEAF, issuer, NOW).status is read


def test_a_refusal_is_told_in_its_words() -> None:
    refusal = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    finding = read_response(refusal.public_bytes(Encoding.DER), LEAF, CA.certificate, NOW)

    assert (finding.status, finding.sentence) == (Status.REFUSED, "the responder answered the request with 'try later'")


def test_a_response_in_the_name_of_somebody_whom_the_ca_did_not_appoint_counts_for_nothing() -> None:
    """Whoever was appointed signs in his own name (RFC 6960 section 4.2.2.3), also where his certificate is along."""
    helper, stranger = appointed(SIGNS_STATUS), forge("stranger", key=RESPONDER_KEY).certificate
    for by, status in ((helper, Status.GOOD), (stranger, Status.UNAUTHORISED_SIGNER)):
        response = said_by(RESPONDER_KEY, CA.certificate, by=by, along=[helper])
        assert read_response(response, LEAF, CA.certificate, NOW).status is status
    both = said_by(RESPONDER_KEY, CA.certificate, by=helper, along=[appointed(None), helper])
    assert read_response(both, LEAF, CA.certificate, NOW).status is Status.GOOD


def test_a_request_names_a_certificate_by_sha_256() -> None:
    asked = ocsp.load_der_ocsp_request(request_about(LEAF, CA.certificate))

    assert asked.hash_algorithm.name == "sha256"
    assert asked.serial_number == x509.load_der_x509_certificate(LEAF).serial_number


def test_no_more_than_64_kib_of_a_response_are_looked_at() -> None:
    many = [appointed(SIGNS_STATUS)] * (MOST_BYTES // len(answered(LEAF)) + 200)
    response = said_by(RESPONDER_KEY, CA.certificate, by=many[0], along=many)

    assert MOST_BYTES == 65_536 < len(response)
    assert read_response(response, LEAF, CA.certificate, NOW).status is Status.UNREADABLE


# --- where to ask, and bytes of strangers ---


def test_a_certificate_says_where_it_can_be_asked_about() -> None:
    both = LAB_PKI.issue(LeafOrder("expressway-e", revocation=("crl", "ocsp"))).leaf

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
