"""A look-alike is its model in everything that a peer looks at, and nothing that a peer outside the lab trusts."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import dsa, ec, mldsa, rsa
from cryptography.hazmat.primitives.serialization import Encoding, load_pem_private_key
from cryptography.x509.oid import ExtensionOID, NameOID, ObjectIdentifier
from cryptography.x509.verification import PolicyBuilder, Store
from hypothesis import given, settings
from hypothesis import strategies as st
from pki_bench import NOW, handshake, parsed
from pki_forge import (
    DAY,
    SCT_LIST,
    Forged,
    alternatives,
    chain_of,
    forge,
    key_of,
    name_of,
)

from harness.errors import ScenarioError
from harness.pki.certificate_names import marked_authority
from harness.pki.copying import Identity
from harness.pki.keys import resign_with_sha1
from harness.pki.look_alike import LookAlikeCredentials, LookAlikes
from harness.pki.twin_keys import key_like, signed_like
from harness.x509.der import whole_elements
from harness.x509.files import Holding, read_holding
from harness.x509.found_certificate import read_found, signature_fits
from harness.x509.structure import dissect

BINDS_KEYS = {ExtensionOID.SUBJECT_KEY_IDENTIFIER, ExtensionOID.AUTHORITY_KEY_IDENTIFIER}
COMMENT = ObjectIdentifier("2.16.840.1.113730.1.13")


def holding_of(*certificates: Forged) -> Holding:
    return read_holding(b"".join(each.pem for each in certificates), "old.pem")


def copies_of(*certificates: Forged) -> LookAlikeCredentials:
    return LookAlikes(NOW).credentials(holding_of(*certificates))


def in_64_bytes(text: str) -> str:
    """Return as much of the text as cryptography takes for a common name."""
    return text.encode()[:64].decode(errors="ignore")


def names_of(certificate: x509.Certificate) -> list[str]:
    return [str(each.value) for each in certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)]


def same_extensions(copy: x509.Certificate, model: x509.Certificate) -> None:
    """Check that all extensions but those of keys are the model's, in its order and byte for byte."""

    def lasting(one: x509.Certificate) -> list[tuple[str, bytes]]:
        changed = {each.dotted_string for each in (*BINDS_KEYS, SCT_LIST.oid, COMMENT)}
        parts = dissect(one.public_bytes(Encoding.DER)).extensions
        return [(each.identifier, each.whole) for each in parts if each.identifier not in changed]

    assert lasting(copy) == lasting(model)


@pytest.mark.parametrize("kind", ["p256", "p384", "p521", "rsa-2048", "rsa-1024", "ed25519", "ed448"])
def test_a_copied_chain_is_its_model_extension_by_extension(kind: str) -> None:
    chain = chain_of(kind)
    played = copies_of(*chain.all)

    assert len(played.credentials.sent) == 3
    for der, model in zip(played.credentials.sent, (each.certificate for each in chain.all), strict=True):
        copy = parsed(der)
        same_extensions(copy, model)
        assert copy.serial_number == model.serial_number
        assert copy.not_valid_before_utc == model.not_valid_before_utc
        assert copy.not_valid_after_utc == model.not_valid_after_utc
        assert copy.signature_algorithm_oid == model.signature_algorithm_oid
        assert type(copy.public_key()) is type(model.public_key())
        assert getattr(copy.public_key(), "key_size", 0) == getattr(model.public_key(), "key_size", 0)
        assert copy.public_key() != model.public_key()


@pytest.mark.parametrize("kind", ["p256", "rsa-2048", "ed25519"])
def test_the_copies_vouch_for_each_other_and_the_key_is_the_leafs(kind: str) -> None:
    played = copies_of(*chain_of(kind).all)
    leaf, issuing, root = (parsed(each) for each in played.credentials.sent)

    leaf.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(root)
    root.verify_directly_issued_by(root)
    key = load_pem_private_key(played.credentials.private_key, password=None)
    assert key.public_key() == leaf.public_key()
    assert played.root == root.public_bytes(Encoding.DER)
    assert played.credentials.issuers == played.credentials.sent[1:]


def test_key_identifiers_lead_from_each_copy_to_the_one_above_it() -> None:
    leaf, issuing, root = (parsed(each) for each in copies_of(*chain_of().all).credentials.sent)

    for child, issuer in ((leaf, issuing), (issuing, root), (root, root)):
        wanted = child.extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
        held = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
        assert wanted.key_identifier == held.digest
        assert held == x509.SubjectKeyIdentifier.from_public_key(issuer.public_key())


def test_the_leaf_keeps_its_subject_and_says_what_it_is_in_its_issuer_and_in_a_comment() -> None:
    chain = chain_of()
    copy = parsed(copies_of(*chain.all).credentials.leaf)

    assert copy.subject.public_bytes() == chain.leaf.certificate.subject.public_bytes()
    assert copy.issuer.rfc4514_string() == "CN=TEST ONLY Big Issuing CA"
    comment = copy.extensions.get_extension_for_oid(COMMENT)
    assert not comment.critical
    assert b"TEST ONLY" in comment.value.public_bytes()


def test_a_copied_ca_says_test_only_before_its_common_name_and_keeps_the_rest() -> None:
    root = parsed(copies_of(*chain_of().all).root)
    assert root.subject.rfc4514_string() == "CN=TEST ONLY Big Root,O=Big CA,C=US"
    assert root.issuer == root.subject


def test_the_timestamps_of_the_real_one_are_left_out_and_that_is_said() -> None:
    played = copies_of(*chain_of().all)
    kept = {each.oid for each in parsed(played.credentials.leaf).extensions}
    assert SCT_LIST.oid not in kept
    assert "left out the signed certificate timestamps of 'edge.example.com'" in played.notes


def test_a_real_peer_does_not_trust_a_copy() -> None:
    chain = chain_of()
    leaf, issuing, _ = (parsed(each) for each in copies_of(*chain.all).credentials.sent)
    with pytest.raises((ValueError, InvalidSignature)):
        issuing.verify_directly_issued_by(chain.root.certificate)
    with pytest.raises((ValueError, InvalidSignature)):
        leaf.verify_directly_issued_by(chain.issuing.certificate)


def test_a_strict_verifier_accepts_the_copies() -> None:
    played = copies_of(*chain_of("p256").all)
    verifier = (
        PolicyBuilder()
        .store(Store([parsed(played.root)]))
        .time(NOW)
        .build_server_verifier(x509.DNSName("edge.example.com"))
    )
    above = [parsed(each) for each in played.credentials.issuers]
    assert len(verifier.verify(parsed(played.credentials.leaf), above)) == 3


@pytest.mark.parametrize("kind", ["p256", "p384", "rsa-2048", "ed25519"])
@pytest.mark.parametrize("tls", ["1.2", "1.3"])
def test_copies_shake_hands(kind: str, tls: str) -> None:
    played = copies_of(*chain_of(kind).all)
    outcome = handshake(played.credentials, played.credentials, "server", played.root, tls)
    assert outcome.checked
    assert outcome.verify_error == 0


def test_a_chain_that_stops_short_gets_a_root_that_is_made_up() -> None:
    chain = chain_of("rsa-2048")
    played = copies_of(chain.leaf, chain.issuing)
    leaf, issuing = (parsed(each) for each in played.credentials.sent)
    root = parsed(played.root)

    assert played.credentials.issuers == (*played.credentials.sent[1:], played.root)
    assert "made up a root above 'Big Issuing CA', since the CA that issued it is not at hand" in played.notes
    leaf.verify_directly_issued_by(issuing)
    issuing.verify_directly_issued_by(root)
    assert root.subject.rfc4514_string() == "CN=TEST ONLY Big Root,O=Big CA,C=US"
    assert root.not_valid_before_utc < NOW < root.not_valid_after_utc
    assert handshake(played.credentials, played.credentials, "client", played.root, "1.3").checked


def test_a_leaf_without_any_chain_is_issued_by_the_made_up_root() -> None:
    played = copies_of(chain_of().leaf)
    assert played.credentials.sent == (played.credentials.leaf,)
    assert played.credentials.issuers == (played.root,)
    parsed(played.credentials.leaf).verify_directly_issued_by(parsed(played.root))


def test_a_missing_ca_is_taken_from_what_is_known_and_still_not_sent() -> None:
    chain = chain_of()
    played = LookAlikes(NOW, [chain.root.der, chain.issuing.der]).credentials(holding_of(chain.leaf))
    assert played.credentials.sent == (played.credentials.leaf,)
    issuing, root = (parsed(each) for each in played.credentials.issuers)
    same_extensions(issuing, chain.issuing.certificate)
    same_extensions(root, chain.root.certificate)
    assert played.root == played.credentials.issuers[-1]


def test_old_and_new_below_one_real_ca_are_below_one_copy_of_it() -> None:
    chain = chain_of()
    renewed = forge("edge.example.com", by=chain.issuing, key=key_of("p256-renewed"))
    both = LookAlikes(NOW)
    old, new = (
        both.credentials(holding_of(*chain.all)),
        both.credentials(holding_of(renewed, chain.issuing, chain.root)),
    )

    assert old.credentials.issuers == new.credentials.issuers
    assert old.root == new.root
    assert old.credentials.leaf != new.credentials.leaf
    assert LookAlikes(NOW).credentials(holding_of(*chain.all)).root != old.root


@pytest.mark.parametrize("first", ["shorter", "longer"])
def test_a_root_that_only_one_of_two_files_holds_is_the_root_of_both(first: str) -> None:
    chain = chain_of()
    renewed = forge("edge.example.com", by=chain.issuing, key=key_of("p256-renewed"))
    shorter, longer = holding_of(chain.leaf, chain.issuing), holding_of(renewed, chain.issuing, chain.root)
    both = LookAlikes(NOW)
    order = (shorter, longer) if first == "shorter" else (longer, shorter)
    one, other = (both.credentials(holding) for holding in order)

    for anchor in (one.root, other.root):
        for played in (one, other):
            assert handshake(played.credentials, played.credentials, "server", anchor, "1.3").checked
    assert both.credentials(order[0]) is one
    assert both.copy_of(chain.root.der) == both.credentials(longer).root


def test_old_and_new_below_two_real_cas_of_one_name_have_two_copies_of_one_name() -> None:
    both = LookAlikes(NOW)
    roots = []
    for key in ("p256-first", "p256-second"):
        root = forge("Rekeyed Root", key=key_of(key), ca=True)
        roots.append(parsed(both.credentials(holding_of(forge("leaf", by=root), root)).root))
    first, second = roots
    assert first.subject == second.subject
    assert first.public_key() != second.public_key()


def test_a_renewal_that_keeps_its_key_keeps_the_fresh_key_too() -> None:
    chain = chain_of()
    renewed = forge("edge.example.com", by=chain.issuing, key=chain.leaf.key)
    both = LookAlikes(NOW)
    old, new = both.credentials(holding_of(*chain.all)), both.credentials(holding_of(renewed))
    assert old.credentials.private_key == new.credentials.private_key


def test_a_trust_list_finds_the_copies_of_its_members() -> None:
    chain, stranger = chain_of(), forge("Stranger Root", ca=True)
    both = LookAlikes(NOW, [chain.root.der, stranger.der])
    played = both.credentials(holding_of(chain.leaf, chain.issuing))

    assert both.copy_of(chain.root.der) == played.root
    assert both.copy_of(chain.leaf.der) == played.credentials.leaf
    assert both.copy_of(stranger.der) is None


def test_a_cross_certificate_is_sent_where_it_was_and_both_of_its_roots_have_copies() -> None:
    old_root, root = forge("Old Root", ca=True), forge("New Root", ca=True)
    cross = forge("New Root", by=old_root, key=root.key, ca=True)
    leaf = forge("cross.example.com", by=root)
    both = LookAlikes(NOW, [root.der, old_root.der])
    played = both.credentials(holding_of(leaf, cross))

    anchor = both.copy_of(root.der)
    assert anchor is not None
    sent_leaf, sent_cross = (parsed(each) for each in played.credentials.sent)
    sent_leaf.verify_directly_issued_by(sent_cross)
    sent_leaf.verify_directly_issued_by(parsed(anchor))
    sent_cross.verify_directly_issued_by(parsed(played.root))
    assert both.copy_of(old_root.der) == played.root


def test_with_its_private_key_a_holding_is_played_as_it_is() -> None:
    chain = chain_of()
    holding = read_holding(chain.leaf.key_pem + b"".join(each.pem for each in chain.all), "old.pem")
    played = LookAlikes(NOW).credentials(holding)

    assert played.credentials.sent == holding.certificates == tuple(each.der for each in chain.all)
    assert played.credentials.private_key == holding.private_key
    assert played.root == chain.root.der
    assert played.notes == ()


def test_a_real_chain_that_ends_before_its_root_has_none() -> None:
    chain = chain_of()
    holding = read_holding(chain.leaf.key_pem + chain.leaf.pem + chain.issuing.pem, "old.pem")
    played = LookAlikes(NOW).credentials(holding)
    assert played.root == b""
    assert played.notes == ("the CA above 'Big Issuing CA' is not at hand",)
    assert LookAlikes(NOW, [chain.root.der]).credentials(holding).root == chain.root.der


def test_a_leaf_that_signs_itself_is_marked_in_its_subject_and_is_its_own_root() -> None:
    played = copies_of(forge("factory.example.com", more=[alternatives("factory.example.com")]))
    copy = parsed(played.credentials.leaf)

    copy.verify_directly_issued_by(copy)
    assert names_of(copy) == ["factory.example.com"]
    assert copy.subject.rfc4514_string() == "OU=TEST ONLY look-alike,CN=factory.example.com"
    assert played.root == played.credentials.leaf
    assert played.credentials.issuers == ()
    assert "'factory.example.com' signs itself, so that its subject had to be marked TEST ONLY" in played.notes


def test_the_hash_of_the_signature_is_the_models_also_sha1() -> None:
    chain = chain_of("rsa-2048")
    assert isinstance(chain.issuing.key, rsa.RSAPrivateKey)
    weak = resign_with_sha1(chain.leaf.der, chain.issuing.key)
    played = LookAlikes(NOW).credentials(Holding((weak, chain.issuing.der, chain.root.der)))
    copy = parsed(played.credentials.leaf)
    assert isinstance(copy.signature_hash_algorithm, hashes.SHA1)
    assert len(played.credentials.issuers) == 2


def test_a_pss_signature_stays_one() -> None:
    root = forge("PSS Root", key=key_of("rsa-2048-pss"), ca=True, pss=True)
    leaf = forge("pss.example.com", by=root, pss=True)
    played = copies_of(leaf, root)
    copy = parsed(played.credentials.leaf)
    copy.verify_directly_issued_by(parsed(played.root))
    assert copy.signature_algorithm_oid == leaf.certificate.signature_algorithm_oid
    assert played.notes == ()


def test_an_authority_key_identifier_that_was_wrong_stays_wrong() -> None:
    root = forge("Root", ca=True)
    wrong = x509.AuthorityKeyIdentifier(b"\x13" * 20, None, None)
    leaf = forge("leaf.example.com", by=root, identifiers=False, more=[(wrong, False)])
    played = copies_of(leaf, root)
    kept = parsed(played.credentials.leaf).extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    assert kept == wrong
    assert any("names another key" in note for note in played.notes)


def test_an_authority_key_identifier_by_name_and_serial_names_the_copy() -> None:
    root = forge("Root", ca=True)
    named = x509.AuthorityKeyIdentifier(
        None, [x509.DirectoryName(root.certificate.issuer)], root.certificate.serial_number
    )
    leaf = forge("leaf.example.com", by=root, identifiers=False, more=[(named, False)])
    played = copies_of(leaf, root)
    kept = parsed(played.credentials.leaf).extensions.get_extension_for_class(x509.AuthorityKeyIdentifier).value
    copy = parsed(played.root)
    assert kept.authority_cert_issuer is not None
    assert kept.authority_cert_issuer[0].value == copy.issuer
    assert kept.authority_cert_serial_number == copy.serial_number


def test_a_comment_of_the_real_ca_gives_way_to_ours() -> None:
    theirs = x509.UnrecognizedExtension(COMMENT, bytes.fromhex("1602") + b"hi")
    root = forge("Root", ca=True)
    played = copies_of(forge("leaf.example.com", by=root, more=[(theirs, False)]), root)
    kept = parsed(played.credentials.leaf).extensions.get_extension_for_oid(COMMENT)
    assert b"TEST ONLY" in kept.value.public_bytes()
    assert "replaced the comment of 'leaf.example.com'" in played.notes


HUGE = rsa.RSAPublicNumbers(e=65537, n=(1 << 8999) + 1).public_key()
USELESS_TO_TLS = dsa.generate_private_key(2048).public_key()


@pytest.mark.parametrize(
    ("key", "what"), [(HUGE, "it has an RSA key of 9000 bits"), (USELESS_TO_TLS, "it has a key of a kind that TLS")]
)
def test_a_key_that_cannot_be_made_is_refused_with_a_sentence(
    key: rsa.RSAPublicKey | dsa.DSAPublicKey, what: str
) -> None:
    builder = x509.CertificateBuilder(
        name_of((NameOID.COMMON_NAME, "Root")),
        name_of((NameOID.COMMON_NAME, "odd.example.com")),
        key,
        7,
    )
    der = builder.not_valid_before(NOW).not_valid_after(NOW + DAY).sign(key_of("p256"), hashes.SHA256())
    with pytest.raises(ScenarioError, match=rf"odd\.example\.com: no look-alike can be made: {what}"):
        LookAlikes(NOW).credentials(Holding((der.public_bytes(Encoding.DER),)))


MlDsaKey = mldsa.MLDSA44PrivateKey | mldsa.MLDSA65PrivateKey | mldsa.MLDSA87PrivateKey


@pytest.mark.parametrize("kind", [mldsa.MLDSA44PrivateKey, mldsa.MLDSA65PrivateKey, mldsa.MLDSA87PrivateKey])
def test_a_chain_of_ml_dsa_keys_is_copied_with_keys_of_that_kind(kind: type[MlDsaKey]) -> None:
    above, own = kind.generate(), kind.generate()
    root, leaf = (name_of((NameOID.COMMON_NAME, text)) for text in ("PQ Root", "edge.example.com"))
    certificates = [
        x509.CertificateBuilder(root, subject, key.public_key(), 7)
        .not_valid_before(NOW)
        .not_valid_after(NOW + DAY)
        .sign(above, None)
        for subject, key in ((leaf, own), (root, above))
    ]
    holding = read_holding(b"".join(each.public_bytes(Encoding.PEM) for each in certificates), "pq.pem")
    played = LookAlikes(NOW).credentials(holding)
    copy = parsed(played.credentials.leaf)

    copy.verify_directly_issued_by(parsed(played.root))
    assert type(copy.public_key()) is type(own.public_key())
    assert (holding.notes, len(played.notes)) == ((), 0)


def test_an_expired_chain_is_copied_expired() -> None:
    long_ago = LookAlikes(datetime(2050, 1, 1, tzinfo=UTC)).credentials(holding_of(*chain_of().all))
    assert parsed(long_ago.credentials.leaf).not_valid_after_utc == NOW + timedelta(days=90)


@settings(max_examples=60)
@given(st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=64).map(in_64_bytes))
def test_a_marked_name_says_test_only_and_never_grows_too_long(common_name: str) -> None:
    marked = marked_authority(name_of((NameOID.COMMON_NAME, common_name)).public_bytes())
    text = marked[marked.index(b"TEST ONLY") :].decode()
    assert len(text) <= 64
    assert text == f"TEST ONLY {common_name}" or len(common_name) > 54


@pytest.mark.parametrize("kind", [x509.name._ASN1Type.BMPString, x509.name._ASN1Type.T61String])
def test_a_name_in_an_old_encoding_stays_in_it(kind: x509.name._ASN1Type) -> None:
    plain = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Old CA", _type=kind)])
    (attribute,) = whole_elements(
        whole_elements(whole_elements(marked_authority(plain.public_bytes()))[0].content)[0].content
    )
    _, value = whole_elements(attribute.content)
    encoding = "utf-16-be" if kind is x509.name._ASN1Type.BMPString else "latin-1"
    assert value.tag == kind.value
    assert value.content.decode(encoding) == "TEST ONLY Old CA"


def test_a_ca_without_a_common_name_gets_one() -> None:
    unit = (NameOID.ORGANIZATIONAL_UNIT_NAME, "Class 3 CA")
    root = forge(name_of(unit), ca=True, key=key_of("p256-unit"))
    played = copies_of(forge("leaf.example.com", by=root), root)
    assert parsed(played.root).subject.rfc4514_string() == "CN=TEST ONLY look-alike,OU=Class 3 CA"


def test_two_long_names_stay_two_names() -> None:
    shared = "Example Certification Services of the Northern Hemisphere, "
    first, second = (
        marked_authority(name_of((NameOID.COMMON_NAME, shared + number)).public_bytes()) for number in ("One", "Two")
    )
    assert first != second
    assert all(name.count(b"TEST ONLY Example Certification") == 1 for name in (first, second))
    assert all(len(name[name.index(b"TEST ONLY") :]) == 64 for name in (first, second))


@pytest.mark.parametrize(
    ("digest", "curve"),
    [(hashes.SHA256(), "secp256r1"), (hashes.SHA384(), "secp384r1"), (hashes.SHA512(), "secp256r1")],
)
def test_a_root_that_is_made_up_has_a_key_that_suits_the_signature_it_made(
    digest: hashes.SHA256 | hashes.SHA384 | hashes.SHA512, curve: str
) -> None:
    played = copies_of(forge("leaf.example.com", by=chain_of().issuing, digest=digest))
    leaf, key = parsed(played.credentials.leaf), parsed(played.root).public_key()
    assert isinstance(key, ec.EllipticCurvePublicKey)
    assert key.curve.name == curve
    assert isinstance(leaf.signature_hash_algorithm, type(digest))
    leaf.verify_directly_issued_by(parsed(played.root))


def test_a_made_up_root_is_a_ca_as_rfc_5280_has_it_for_ten_years_around_now() -> None:
    """Sections 4.2.1.3 and 4.2.1.9: basicConstraints and keyUsage of a CA are critical."""
    root = parsed(copies_of(chain_of().leaf).root)
    basic = root.extensions.get_extension_for_class(x509.BasicConstraints)
    usage = root.extensions.get_extension_for_class(x509.KeyUsage)
    identifier = root.extensions.get_extension_for_class(x509.SubjectKeyIdentifier)

    assert (basic.critical, basic.value) == (True, x509.BasicConstraints(ca=True, path_length=None))
    assert usage.critical
    assert (usage.value.key_cert_sign, usage.value.crl_sign, usage.value.digital_signature) == (True, True, False)
    assert not identifier.critical
    assert (root.not_valid_before_utc, root.not_valid_after_utc) == (NOW - 3650 * DAY, NOW + 3650 * DAY)
    root.verify_directly_issued_by(root)


def test_what_plays_a_key_does_not_print_it() -> None:
    played = copies_of(*chain_of().all)
    identity = Identity(b"name", key_like(read_found(chain_of().leaf.der)))

    assert "PrivateKey" not in repr(identity)
    assert "PRIVATE" not in repr(played)
    assert all("key" not in repr(each) for each in LookAlikes(NOW).issued.values())


@pytest.mark.parametrize("kind", ["p256", "rsa-2048", "ed25519", "ed448"])
@pytest.mark.parametrize("model", ["p256", "rsa-2048", "ed25519", "ed448"])
def test_a_key_signs_like_the_model_where_it_is_of_its_kind_and_else_as_it_can(kind: str, model: str) -> None:
    signed = read_found(forge("leaf", by=forge("CA", key=key_of(model), ca=True)).der)
    key = key_of(kind)
    der, as_model = signed_like(signed, signed.anatomy, key)

    assert as_model is (kind == model)
    own = forge("own", key=key, ca=True).certificate
    assert parsed(der).signature_algorithm_oid == own.signature_algorithm_oid
    assert signature_fits(read_found(der), read_found(own.public_bytes(Encoding.DER))) is True
