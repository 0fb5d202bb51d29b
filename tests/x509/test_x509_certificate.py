from __future__ import annotations

from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import AuthorityInformationAccessOID
from hypothesis import given
from hypothesis import strategies as st
from x509_forge import ANY, CLIENT, SERVER, SIP_DOMAIN, forge, root

from harness.x509.certificate import MAX_CERTIFICATE_BYTES, read_certificate
from harness.x509.extension_rules import DECODED, problem_of
from harness.x509.extensions import READERS
from harness.x509.status import pointers_of

ROOT = root("Lab Root", usages=["key_cert_sign", "crl_sign"], path_length=2)
EDGE = forge(
    "edge.example.com",
    by=ROOT,
    sans=[
        "dns:edge.example.com",
        "dns:example.com",
        "uri:sip:example.com",
        "srv:_sips.example.com",
        "ip:192.0.2.1",
        "email:ops@example.com",
    ],
    extended=[CLIENT, SERVER, ANY, SIP_DOMAIN, "1.2.3.4"],
    usages=["digital_signature"],
    starts=datetime(2026, 1, 1, tzinfo=UTC),
    ends=datetime(2026, 12, 31, tzinfo=UTC),
)


def test_a_leaf_is_read_whole() -> None:
    facts = read_certificate(EDGE.der)

    assert (facts.version, facts.subject, facts.issuer) == (3, "CN=edge.example.com", "CN=Lab Root")
    assert facts.common_names == ("edge.example.com",)
    assert facts.dns_names == ("edge.example.com", "example.com")
    assert (facts.uris, facts.srv_names) == (("sip:example.com",), ("_sips.example.com",))
    assert (facts.ip_addresses, facts.emails) == (("192.0.2.1",), ("ops@example.com",))
    assert facts.extended_key_usage == (
        "clientAuth",
        "serverAuth",
        "anyExtendedKeyUsage",
        "id-kp-sipDomain",
        "1.2.3.4",
    )
    assert facts.key_usage == ("digitalSignature",)
    assert (facts.not_before, facts.not_after) == (
        datetime(2026, 1, 1, tzinfo=UTC),
        datetime(2026, 12, 31, tzinfo=UTC),
    )
    assert (facts.key, facts.signature_hash, facts.is_ca, facts.self_issued) == (
        "ECDSA P-256",
        "sha256",
        False,
        False,
    )
    assert facts.authority_key_identifier == read_certificate(ROOT.der).subject_key_identifier != ""
    assert facts.problems == ()


def test_a_root_is_read_as_a_ca_that_issued_itself() -> None:
    facts = read_certificate(ROOT.der)

    assert (facts.is_ca, facts.path_length, facts.self_issued) == (True, 2, True)
    assert facts.key_usage == ("keyCertSign", "cRLSign")
    assert facts.extended_key_usage is None


def test_where_revocation_can_be_asked_about_is_read() -> None:
    crl, ldap, ocsp, issuer = (
        x509.UniformResourceIdentifier(url)
        for url in ("http://ca.example/1.crl", "ldap:///CN=CA", "http://ocsp.ca.example", "http://ca.example/ca.cer")
    )
    elsewhere = x509.DirectoryName(x509.Name([]))
    points = [x509.DistributionPoint(names, None, None, None) for names in ([crl, elsewhere], [ldap])]
    methods = {ocsp: AuthorityInformationAccessOID.OCSP, issuer: AuthorityInformationAccessOID.CA_ISSUERS}
    access = [x509.AccessDescription(method, place) for place, method in methods.items()]

    for value, read in (
        (x509.CRLDistributionPoints(points), {"crl_urls": ("http://ca.example/1.crl", "ldap:///CN=CA")}),
        (
            x509.AuthorityInformationAccess(access),
            {"ocsp_urls": ("http://ocsp.ca.example",), "issuer_urls": ("http://ca.example/ca.cer",)},
        ),
    ):
        _, reader = READERS[value.oid.dotted_string]
        assert reader(value.public_bytes()) == read


def test_an_absent_extension_is_not_an_empty_one() -> None:
    bare = read_certificate(forge("bare").der)

    assert (bare.extended_key_usage, bare.key_usage, bare.path_length) == (None, None, None)
    assert not bare.has_san_extension


def test_rsa_keys_are_named_by_their_size() -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)

    assert read_certificate(forge("rsa", key=key).der).key == "RSA 2048"


def test_one_odd_name_spoils_only_itself() -> None:
    """So OpenSSL compares them (`openssl x509 -checkhost`, measured)."""
    good = EDGE.der
    name = good.rindex(b"edge.example.com")  # the first dNSName, which is to be ASCII
    facts = read_certificate(good[:name] + b"\xff" + good[name + 1 :])

    assert facts.has_san_extension
    assert (facts.dns_names, facts.uris) == (("example.com",), ("sip:example.com",))
    assert facts.problems == ("in the subjectAltName a dNSName is not ASCII",)


def test_one_broken_extension_spoils_only_itself() -> None:
    good = EDGE.der
    name = good.rindex(b"edge.example.com")
    facts = read_certificate(good[: name - 2] + b"\x8a" + good[name - 1 :])  # a name of no known kind

    assert facts.has_san_extension
    assert (facts.dns_names, facts.uris) == ((), ())
    assert facts.extended_key_usage is not None
    assert facts.key_usage == ("digitalSignature",)
    assert len(facts.problems) == 1
    assert facts.problems[0].startswith("the subjectAltName extension could not be read: ")


def test_garbage_is_a_certificate_with_one_problem() -> None:
    for garbage in (
        b"",
        b"\x30\x03\x02\x01\x01",
        b"-----BEGIN CERTIFICATE-----",
        bytes(MAX_CERTIFICATE_BYTES + 1),
    ):
        facts = read_certificate(garbage)
        assert not facts.readable
        assert len(facts.problems) == 1
        assert len(facts.sha256) == 64


@pytest.mark.filterwarnings("error")
def test_what_the_library_will_refuse_one_day_is_a_problem_and_no_noise() -> None:
    serial = EDGE.certificate.serial_number.to_bytes(20).lstrip(b"\0")
    negative = EDGE.der.replace(serial, b"\x8f" + serial[1:], 1)
    facts = read_certificate(negative)

    assert facts.common_names == ("edge.example.com",)
    assert any("serial" in problem for problem in facts.problems)


@given(at=st.integers(0, len(EDGE.der) - 1), patch=st.binary(min_size=1, max_size=3), cut=st.integers(0, 3))
def test_no_damage_to_a_certificate_raises(at: int, patch: bytes, cut: int) -> None:
    facts = read_certificate(EDGE.der[:at] + patch + EDGE.der[at + cut :])

    assert facts.readable or facts.problems


@given(st.binary(max_size=200))
def test_no_bytes_at_all_raise(garbage: bytes) -> None:
    assert read_certificate(garbage).problems


def test_reading_twice_gives_the_same_value() -> None:
    assert read_certificate(EDGE.der) is read_certificate(bytes(EDGE.der))


@given(at=st.integers(0, len(EDGE.der) - 1), patch=st.binary(min_size=1, max_size=3), cut=st.integers(0, 3))
def test_where_status_can_be_had_is_asked_of_any_bytes(at: int, patch: bytes, cut: int) -> None:
    for spoilt in (EDGE.der[:at] + patch + EDGE.der[at + cut :], patch):
        assert pointers_of(spoilt).lists == ()


@pytest.mark.parametrize("identifier", [*READERS, *DECODED])
@given(garbage=st.binary(max_size=40))
def test_no_value_of_an_extension_raises_anything_but_that_it_is_malformed(identifier: str, garbage: bytes) -> None:
    for decode in (READERS.get(identifier, ("", len))[1], DECODED.get(identifier, len)):
        assert isinstance(problem_of(decode, garbage), str)
