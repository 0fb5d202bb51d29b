"""Certificates that somebody else made: what is read of them, who signed them, who is above whom."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import dsa, mldsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID, ObjectIdentifier
from pki_bench import NOW
from pki_forge import DAY, Forged, alternatives, chain_of, forge, key_of, name_of

from harness.errors import ScenarioError
from harness.pki.publications import Kind, Location, Publications, copied_authority, location_of
from harness.pki.validity import DaysFromNow, issuing_time, read_date
from harness.x509.found_certificate import FoundCertificate, read_found, signature_fits
from harness.x509.lineage import Lineage, has_issued, is_self_signed
from harness.x509.structure import RawExtension, dissect, extension

CHAIN = chain_of("p256")
UNKNOWN = ObjectIdentifier("1.3.6.1.4.1.99999.1")


def found(forged: Forged) -> FoundCertificate:
    return read_found(forged.der)


def with_extensions(*extensions: RawExtension) -> FoundCertificate:
    """The leaf with these extensions and no others; its signature fits nothing."""
    return read_found(replace(dissect(CHAIN.leaf.der), extensions=extensions).signed(b"none"))


# --- what is read ---


def test_a_chain_is_read_field_by_field() -> None:
    leaf, issuing, root = map(found, CHAIN.all)

    assert [each.is_authority for each in (leaf, issuing, root)] == [False, True, True]
    assert (leaf.label, issuing.label, root.label) == ("edge.example.com", "Big Issuing CA", "Big Root")
    assert leaf.issuer == issuing.subject != leaf.subject
    assert leaf.authority_key_identifier == issuing.subject_key_identifier != b""
    assert all(each.problems == () for each in (leaf, issuing, root))


def test_what_has_no_identifiers_has_empty_ones() -> None:
    bare = found(forge("bare.example", identifiers=False))

    assert (bare.subject_key_identifier, bare.authority_key_identifier) == (b"", b"")


def broken(arc: int) -> RawExtension:
    """A key usage that nobody can read under another identifier each: 2.5.29.15 is read by all."""
    return extension("2.5.29.15", b"\x55\x1d\x0f", b"\xff" * arc)


def test_an_extension_that_occurs_twice_is_a_problem_though_each_can_be_read() -> None:
    whole = next(each for each in dissect(CHAIN.leaf.der).extensions if each.identifier == "2.5.29.17")

    assert with_extensions(whole, whole).problems == ("an extension occurs twice",)
    assert with_extensions(whole).problems == ()


def test_eight_problems_are_told() -> None:
    many = with_extensions(*(broken(arc) for arc in range(1, 12)))

    assert many.problems == ("the extension 2.5.29.15 cannot be read",) * 8


def test_what_can_be_read_beside_a_problem_is_read() -> None:
    kept = [each for each in dissect(CHAIN.issuing.der).extensions if each.identifier != "2.5.29.15"]
    one = with_extensions(broken(3), *kept)

    assert (one.is_authority, one.problems) == (True, ("the extension 2.5.29.15 cannot be read",))
    assert one.subject_key_identifier == found(CHAIN.issuing).subject_key_identifier


@pytest.mark.parametrize(
    ("subject", "sans", "label"),
    [
        (name_of((NameOID.COMMON_NAME, "x" * 64)), (), "x" * 64),
        (name_of((NameOID.ORGANIZATION_NAME, "Org")), (), "O=Org"),
        (name_of((NameOID.ORGANIZATION_NAME, "Org")), ("a.example",), "a.example"),
        (name_of((NameOID.COMMON_NAME, "x"), (NameOID.COMMON_NAME, "y")), ("a.example",), "x"),
        (name_of((NameOID.COMMON_NAME, "a\x1b[31m")), (), "a?[31m"),
        (x509.Name([]), (), "a certificate without a name"),
        (name_of((NameOID.ORGANIZATION_NAME, "o" * 64), (NameOID.ORGANIZATIONAL_UNIT_NAME, "u")), (), None),
    ],
)
def test_a_label_is_the_name_that_a_person_looks_for(
    subject: x509.Name, sans: tuple[str, ...], label: str | None
) -> None:
    more = [alternatives(*sans)] if sans else []
    read = found(forge(subject, key=key_of("p256-label"), more=more)).label

    assert len(read) <= 64
    assert label is None or read == label


def test_names_are_compared_without_case_and_blanks() -> None:
    """RFC 5280 section 7.1."""
    one, other, third = (found(forge(name)) for name in ("Big  CA", "BIG ca", "Big C A"))

    assert one.subject == other.subject != third.subject


# --- who signed it ---


KINDS = ["p256", "p384", "rsa-2048", "ed25519", "ed448"]


@pytest.mark.parametrize("kind", KINDS)
def test_a_signature_fits_the_key_that_made_it_and_no_other(kind: str) -> None:
    issuer = forge("CA", key=key_of(kind), ca=True)
    child = found(forge("leaf", by=issuer))

    assert signature_fits(child, found(issuer)) is True
    for other in ("p256-other", "rsa-2048-other", "ed25519", "ed448"):
        if other != kind:
            assert signature_fits(child, found(forge("CA", key=key_of(other), ca=True))) is False


def ca_of(key: mldsa.MLDSA44PrivateKey | dsa.DSAPrivateKey) -> FoundCertificate:
    """A CA with a key of a kind that the library alone matches with a signature."""
    public = key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
    return read_found(replace(dissect(forge("CA", ca=True, identifiers=False).der), public_key=public).signed(b"none"))


def test_a_namesake_with_a_key_of_another_kind_did_not_sign() -> None:
    """Not even where no identifier tells the two apart."""
    for kind in ("p256", "rsa-2048"):
        child = found(forge("leaf", by=forge("CA", key=key_of(kind), ca=True), identifiers=False))
        for key in (mldsa.MLDSA44PrivateKey.generate(), dsa.generate_private_key(1024)):  # noqa: S505 - its kind counts
            assert signature_fits(child, ca_of(key)) is False
            assert not has_issued(ca_of(key), child)


def test_a_signature_by_ml_dsa_fits_the_key_that_made_it() -> None:
    name = name_of((NameOID.COMMON_NAME, "CA"))
    key, other = mldsa.MLDSA44PrivateKey.generate(), mldsa.MLDSA44PrivateKey.generate()
    own, namesake = (
        x509.CertificateBuilder(name, name, each.public_key(), 7)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
        .sign(each, None)
        .public_bytes(Encoding.DER)
        for each in (key, other)
    )

    assert signature_fits(read_found(own), read_found(own)) is True
    assert signature_fits(read_found(own), read_found(namesake)) is False
    assert signature_fits(found(forge("CA", key=key_of("ed25519"), ca=True)), read_found(own)) is not True


def test_a_padded_signature_fits_its_key() -> None:
    issuer = forge("CA", key=key_of("rsa-2048"), ca=True)

    assert signature_fits(found(forge("leaf", by=issuer, pss=True)), found(issuer)) is True


def unusable(forged: Forged) -> FoundCertificate:
    """The same CA with a key of a kind that nobody here can use."""
    key = bytes.fromhex("300b3005060388370303020000")
    return read_found(replace(dissect(forged.der), public_key=key).signed(b"none"))


def test_where_a_signature_cannot_be_checked_the_key_identifiers_decide() -> None:
    issuer = forge("CA", ca=True)
    odd = unusable(issuer)
    child, other = found(forge("leaf", by=issuer)), found(forge("leaf", by=forge("CA", key=key_of("p256-x"), ca=True)))
    silent = found(forge("leaf", by=issuer, identifiers=False))

    assert odd.public_key is None
    assert signature_fits(child, odd) is None
    assert [has_issued(odd, each) for each in (child, other, silent)] == [True, False, True]
    assert not has_issued(odd, found(forge("leaf", by=forge("Another CA", ca=True))))


def test_a_certificate_signed_itself_by_its_key_and_not_by_its_name() -> None:
    real = forge("Root", ca=True)
    mimic = forge("Root", by=real, key=key_of("p256-mimic"), ca=True)

    assert is_self_signed(found(real))
    assert not is_self_signed(found(mimic))
    assert not is_self_signed(found(CHAIN.leaf))


# --- who is above whom ---


def tower(height: int) -> list[FoundCertificate]:
    """A root and CAs below it, the lowest first."""
    held = [forge("CA 0", ca=True, identifiers=False)]
    for number in range(1, height):
        held.append(forge(f"CA {number}", by=held[-1], ca=True, identifiers=False))
    return [found(each) for each in reversed(held)]


def test_a_path_of_32_is_followed_and_no_longer() -> None:
    for height, above in ((32, 31), (34, 31)):
        lowest, *others = tower(height)
        assert Lineage(others).path_above(lowest) == tuple(others[:above])
        assert Lineage(others).all_above(lowest) == tuple(others)


def test_sixteen_namesakes_are_tried_and_those_whose_key_is_named_first() -> None:
    real = forge("CA", key=key_of("p256-real"), ca=True)
    twins = [forge("CA", key=key_of(f"p256-twin-{number}"), ca=True) for number in range(16)]
    named = found(forge("leaf", by=real))
    silent = found(
        forge("leaf", by=forge("CA", key=key_of("p256-real"), ca=True, identifiers=False), identifiers=False)
    )
    crowd = Lineage([*map(found, twins), found(real)])

    assert crowd.issuers_of(named) == (found(real),)
    assert crowd.issuers_of(silent) == ()
    assert Lineage([*map(found, twins[:15]), found(real)]).issuers_of(silent) == (found(real),)


def test_a_certificate_is_at_hand_once_and_never_above_itself() -> None:
    root, leaf = found(CHAIN.root), found(CHAIN.leaf)
    lineage = Lineage([root, root])
    lineage.include([root, leaf, found(CHAIN.issuing)])

    assert lineage.issuers_of(root) == (root,)
    assert lineage.path_above(root) == lineage.all_above(root) == ()
    assert lineage.path_above(leaf) == lineage.all_above(leaf) == (found(CHAIN.issuing), root)


def test_a_self_signed_issuer_comes_before_a_cross_signed_one() -> None:
    key, other = key_of("p256-both"), forge("Other", ca=True)
    plain, crossed = forge("CA", key=key, ca=True), forge("CA", key=key, by=other, ca=True)
    leaf = found(forge("leaf", by=plain))

    for order in ((plain, crossed), (crossed, plain)):
        assert Lineage(map(found, order)).issuers_of(leaf) == (found(plain), found(crossed))


# --- where things are published, and when certificates live ---


@pytest.mark.parametrize(
    ("url", "location"),
    [
        ("http://CA.example/1.crl", Location("ca.example", 80, "/1.crl")),
        ("http://ca.example:8080/a?b=c#d", Location("ca.example", 8080, "/a?b=c")),
        ("http://ca.example", Location("ca.example", 80, "/")),
        ("http://[2001:DB8::1]/x", Location("2001:db8::1", 80, "/x")),
        ("HTTP://ca.example/", Location("ca.example", 80, "/")),
        ("https://ca.example/", None),
        ("ldap://ca.example/", None),
        ("http:///x", None),
        ("http://ca.example:99999/", None),
        ("http://[::1/", None),
        ("ca.example/x", None),
    ],
)
def test_only_an_http_url_leads_anywhere(url: str, location: Location | None) -> None:
    assert location_of(url) == location


@pytest.mark.parametrize(("year", "taken"), [(1999, False), (2000, True), (2199, True), (2200, False)])
def test_certificates_are_issued_in_the_years_2000_to_2199(year: int, taken: bool) -> None:
    now = datetime(year, 6, 1, tzinfo=UTC)
    if taken:
        assert issuing_time(now) is now
    else:
        with pytest.raises(ScenarioError, match="2000 to 2199"):
            issuing_time(now)


@pytest.mark.parametrize(
    ("text", "read"), [("1949-12-31", False), ("1950-01-01", True), ("2199-12-31", True), ("2200-01-01", False)]
)
def test_dates_go_from_1950_to_2199(text: str, read: bool) -> None:
    if read:
        assert read_date(text).isoformat() == text
    else:
        with pytest.raises(ValueError, match="too far away; years go from 1950 to 2199"):
            read_date(text)


def test_a_term_ends_after_it_begins() -> None:
    assert DaysFromNow(0, 1).ends == 1
    with pytest.raises(ValueError, match="must come after"):
        DaysFromNow(1, 1)


def test_a_place_is_a_kind_a_host_and_a_target() -> None:
    one, other = (
        copied_authority(found(forge(name, ca=True)).anatomy.subject, forge(name, ca=True).der, key_of(f"p256-{name}"))
        for name in ("One", "Other")
    )
    published = Publications()
    leaf, issuing = CHAIN.leaf.der, CHAIN.issuing.der

    assert published.add(Kind.LIST, "http://a.example/1.crl", leaf, one)
    assert published.add(Kind.RESPONDER, "http://a.example:8080/", leaf, one)
    assert published.add(Kind.RESPONDER, "http://a.example:8080/", issuing, other)
    assert published.add(Kind.LIST, "http://b.example/1.crl", issuing, other)
    assert not published.add(Kind.LIST, "ldap://c.example/", leaf, one)

    assert published.authorities_at(Kind.LIST, "a.example", "/1.crl") == (one,)
    assert published.authorities_at(Kind.LIST, "b.example", "/1.crl") == (other,)
    assert published.authorities_at(Kind.RESPONDER, "a.example", "/") == (one, other)
    for kind, host, target in (
        (Kind.ISSUER, "a.example", "/1.crl"),
        (Kind.LIST, "a.example", "/"),
        (Kind.LIST, "c.example", "/"),
    ):
        assert published.authorities_at(kind, host, target) == ()
    assert tuple(published.authorities()) == (one, other)
    assert published.issued_by(one) == {found(CHAIN.leaf).certificate.serial_number}
    assert published.issued_by(other) == {found(CHAIN.issuing).certificate.serial_number}
    assert (tuple(published.hosts()), tuple(published.ports())) == (("a.example", "b.example"), (80, 8080))
    assert [published.has_host(host) for host in ("a.example", "c.example")] == [True, False]
