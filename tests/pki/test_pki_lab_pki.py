"""The lab's PKI makes each thing once, and what it makes fits together."""

from __future__ import annotations

from contextlib import suppress
from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509.oid import NameOID
from hypothesis import example, given, settings
from hypothesis import strategies as st
from pki_bench import CATALOGUE, NOW, lab_pki, parsed, private_key

from harness.errors import ScenarioError
from harness.pki import LabPki, LeafOrder, chain_pem, key_pem
from harness.pki.issuing import ORGANIZATION

ROLES = sorted(CATALOGUE.leaves)


@pytest.mark.parametrize("role", ROLES)
def test_a_healthy_holder_sends_its_intermediate_and_keeps_the_root(role: str) -> None:
    credentials = lab_pki().issue(LeafOrder(role))
    intermediate, root = credentials.issuers
    assert credentials.sent == (credentials.leaf, intermediate)
    parsed(credentials.leaf).verify_directly_issued_by(parsed(intermediate))
    parsed(intermediate).verify_directly_issued_by(parsed(root))
    parsed(root).verify_directly_issued_by(parsed(root))


@pytest.mark.parametrize("role", ROLES)
def test_a_healthy_leaf_looks_like_one_from_a_real_ca(role: str) -> None:
    leaf = parsed(lab_pki().issue(LeafOrder(role)).leaf)
    extensions = leaf.extensions
    assert leaf.not_valid_before_utc == NOW - timedelta(days=10)
    assert leaf.not_valid_after_utc - leaf.not_valid_before_utc == timedelta(days=190)
    assert 0 < leaf.serial_number < 2**159
    assert not extensions.get_extension_for_class(x509.BasicConstraints).value.ca
    assert extensions.get_extension_for_class(x509.KeyUsage).value.digital_signature
    assert len(list(extensions.get_extension_for_class(x509.ExtendedKeyUsage).value)) == 2
    assert isinstance(leaf.public_key(), ec.EllipticCurvePublicKey)


CRITICAL: dict[type[x509.ExtensionType], bool] = {
    x509.BasicConstraints: True,  # RFC 5280 section 4.2.1.9
    x509.KeyUsage: True,  # 4.2.1.3
    x509.NameConstraints: True,  # 4.2.1.10
    x509.SubjectAlternativeName: False,  # 4.2.1.6, where there is a subject
    x509.SubjectKeyIdentifier: False,  # 4.2.1.2
    x509.AuthorityKeyIdentifier: False,  # 4.2.1.1
    x509.ExtendedKeyUsage: False,  # 4.2.1.12: as every public CA has it
    x509.CRLDistributionPoints: False,  # 4.2.1.13
    x509.AuthorityInformationAccess: False,  # 4.2.2.1
}


def test_every_extension_is_as_critical_as_rfc_5280_has_it() -> None:
    shop = lab_pki()
    leaves = (shop.issue(LeafOrder(role, revocation=("crl", "ocsp"))).leaf for role in ROLES)
    extensions = [each for der in (*leaves, *shop.authorities().values()) for each in parsed(der).extensions]

    assert {type(each.value) for each in extensions} == set(CRITICAL)
    assert [each for each in extensions if each.critical is not CRITICAL[type(each.value)]] == []


def test_key_identifiers_lead_from_the_leaf_to_its_issuer() -> None:
    credentials = lab_pki().issue(LeafOrder("b2b-peer"))
    wanted = parsed(credentials.leaf).extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    issuer = parsed(credentials.issuers[0]).extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    assert wanted.key_identifier == issuer.digest


def test_every_subject_says_that_it_is_for_tests_only() -> None:
    shop = lab_pki()
    leaves = [shop.issue(LeafOrder(role)).leaf for role in ROLES]
    for certificate in (*leaves, *shop.authorities().values()):
        (organization,) = parsed(certificate).subject.get_attributes_for_oid(NameOID.ORGANIZATION_NAME)
        assert organization.value == ORGANIZATION == "sip-mtls TEST ONLY"


def test_the_same_order_gives_the_same_credentials_and_another_workshop_gives_others() -> None:
    shop = lab_pki()
    first, again = shop.issue(LeafOrder("unified-cm")), shop.issue(LeafOrder("unified-cm"))
    assert first is again
    assert lab_pki().issue(LeafOrder("unified-cm")).leaf != first.leaf


def test_two_roles_below_one_ca_share_its_certificate() -> None:
    shop = lab_pki()
    expressway_c, unified_cm = shop.issue(LeafOrder("expressway-c")), shop.issue(LeafOrder("unified-cm"))
    assert expressway_c.issuers == unified_cm.issuers == shop.chain_of("private-issuing")
    assert shop.certificate_of("private-root") == expressway_c.issuers[-1]
    assert shop.authority("private-issuing").certificate == expressway_c.issuers[0]


def test_the_workshop_knows_every_ca_by_name_also_those_it_had_to_graft() -> None:
    shop = lab_pki()
    assert set(shop.authorities()) == set(CATALOGUE.authorities)
    credentials = shop.issue(LeafOrder("expressway-c", ("leaf-as-issuer",)))
    grafts = set(shop.authorities()) - set(CATALOGUE.authorities)
    assert grafts == {"ordinary-leaf under private-issuing under private-root"}
    assert set(credentials.issuers) <= set(shop.authorities().values())


def test_an_unknown_authority_is_answered_with_the_nearest() -> None:
    with pytest.raises(ScenarioError, match="unknown authority 'private-rot'\n    did you mean 'private-root'"):
        lab_pki().chain_of("private-rot")


@pytest.mark.parametrize(
    ("key_type", "size"),
    [("ecdsa-p256", 256), ("ecdsa-p384", 384), ("rsa-1024", 1024), ("rsa-2048", 2048), ("rsa-4096", 4096)],
)
def test_the_key_is_of_the_type_that_was_ordered_and_fits_the_leaf(key_type: str, size: int) -> None:
    credentials = lab_pki().issue(LeafOrder("expressway-e", key_type=key_type))
    key = private_key(credentials)
    assert key.key_size == size
    assert isinstance(key, rsa.RSAPrivateKey) == key_type.startswith("rsa")
    assert key.public_key() == parsed(credentials.leaf).public_key()


def test_the_private_key_stays_out_of_what_is_printed() -> None:
    shop = lab_pki()
    credentials, authority = shop.issue(LeafOrder("expressway-e")), shop.authority("public-root")
    assert "private_key" not in repr(credentials)
    assert "PRIVATE KEY" not in repr(credentials)
    assert "key=" not in repr(authority)


def test_credentials_as_text_can_be_read_back() -> None:
    credentials = lab_pki().issue(LeafOrder("b2b-peer", ("with-root",)))
    chain = x509.load_pem_x509_certificates(chain_pem(credentials).encode())
    assert chain == [parsed(certificate) for certificate in credentials.sent]
    assert len(chain) == 3
    assert load_pem_private_key(key_pem(credentials).encode(), password=None)


@pytest.mark.parametrize("now", [datetime(2031, 1, 1), datetime(1999, 1, 1, tzinfo=UTC)])
def test_a_workshop_needs_a_time_with_a_zone_in_our_centuries(now: datetime) -> None:
    with pytest.raises(ScenarioError, match="no certificates can be issued at"):
        LabPki(CATALOGUE, now)


@pytest.mark.parametrize("year", [2000, 2199])
def test_at_the_ends_of_those_centuries_every_ca_can_still_be_made(year: int) -> None:
    assert set(LabPki(CATALOGUE, datetime(year, 6, 1, tzinfo=UTC)).authorities()) == set(CATALOGUE.authorities)


SHOP = lab_pki()


@settings(max_examples=50)
@example(common_name="0" + "\N{MATHEMATICAL BOLD CAPITAL A}" * 16, dns_names=(), uris=())
@given(
    common_name=st.text(max_size=70),
    dns_names=st.lists(st.text(max_size=70), max_size=2).map(tuple),
    uris=st.lists(st.text("sip:@[]/%#? a", max_size=20), max_size=2).map(tuple),
)
def test_any_names_at_all_are_issued_as_ordered_or_refused(
    common_name: str, dns_names: tuple[str, ...], uris: tuple[str, ...]
) -> None:
    order = LeafOrder("b2b-peer", common_name=common_name, dns_names=dns_names, uris=uris)
    carried: object = common_name
    with suppress(ScenarioError):
        (attribute,) = parsed(SHOP.issue(order).leaf).subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        carried = attribute.value
    assert carried == common_name
