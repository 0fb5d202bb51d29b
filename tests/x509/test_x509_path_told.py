"""What the chain explainer tells people: sentences, what is missing, and where it says that it cannot tell."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from x509_forge import CLIENT, NOW, SERVER, Forged, forge, root
from x509_openssl import store_objection
from x509_raw import Extension, Raw, alternatives, authority, common_name, dns, oid, pss, tlv
from x509_stories import EXTENDED, ISSUING, LEAF, ROOT, SUBJECT_KEY, UNKNOWN, Story, issuing, leaf

from harness.x509.certificate import CertificateFacts
from harness.x509.chain import MAX_CERTIFICATES, build_chain, continuation, in_date, links_of
from harness.x509.findings import FindingKind, Purpose
from harness.x509.path import PathExplanation, explain_path

K = FindingKind
DAY = timedelta(days=1)
YEAR_0 = tlv(0x18, b"00000101000000Z")
"""A date that no datetime can hold."""


def explained(
    sent: Sequence[bytes],
    trusted: Sequence[bytes] = (),
    known: Sequence[bytes] = (),
    purpose: Purpose | None = "client",
    at: datetime = NOW,
) -> PathExplanation:
    return explain_path(sent, trusted=trusted, known_authorities=known, purpose=purpose, at=at)


def first(explanation: PathExplanation) -> tuple[FindingKind, str]:
    found = explanation.findings[0]
    return found.kind, found.sentence


# --- chains as long as are looked at ---


def tower(height: int) -> list[bytes]:
    """A leaf and CAs above it, the root last."""
    raws = [LEAF, *(Raw(common_name(f"CA {number}"), "p256", (authority(),)) for number in range(height - 1))]
    return [each.made(above) for each, above in zip(raws, (*raws[1:], None), strict=True)]


def test_a_chain_is_built_from_64_certificates_at_most() -> None:
    *sent, anchor = tower(MAX_CERTIFICATES)
    assert MAX_CERTIFICATES == 64
    assert explained(sent, [anchor]).accepted

    *sent, anchor = tower(MAX_CERTIFICATES + 1)
    assert first(explained(sent, [anchor])) == (
        K.UNDECIDED,
        "the chain has more than 64 certificates, and nobody here looks further",
    )
    assert explained(sent, [anchor]).verify_code == 22
    assert len(build_chain(links_of(sent), links_of([anchor]), NOW).links) == 64


def test_what_is_missing_is_looked_for_up_to_64_certificates() -> None:
    for height, kind in ((64, K.MISSING_INTERMEDIATE), (65, K.CHAIN_INCOMPLETE_OR_UNKNOWN_ROOT)):
        sent, *known = tower(height)
        assert first(explained([sent], known[-1:], known))[0] is kind
    first_link, *others = links_of(tower(80))
    assert len(continuation(first_link, others)) == 63


def test_a_chain_of_nothing_is_an_error() -> None:
    with pytest.raises(ValueError, match="no chain"):
        build_chain((), links_of([ROOT.made()]), NOW)


# --- what is missing ---


def nameless(common: str, by: Forged | None = None) -> Forged:
    return forge(common, by=by, ca=True, identifiers=False)


def test_a_namesake_whose_key_did_not_sign_is_not_what_is_missing() -> None:
    trusted = nameless("Root")
    real, twin = nameless("Issuing", trusted), nameless("Issuing", trusted)
    edge = forge("edge", by=real, identifiers=False)

    assert first(explained([edge.der], [trusted.der], [twin.der]))[0] is K.CHAIN_INCOMPLETE_OR_UNKNOWN_ROOT
    assert first(explained([edge.der], [trusted.der], [twin.der, real.der]))[0] is K.MISSING_INTERMEDIATE


def test_an_intermediate_that_is_trusted_without_its_root_does_not_make_one_missing() -> None:
    """Between the leaf and a trusted CA a link is missing, and the trusted one is no root: that alone would not do."""
    top = root("Top")
    middle, below = forge("Middle", by=top, ca=True), None
    below = forge("Below", by=middle, ca=True)
    edge = forge("edge", by=below)

    kind, sentence = first(explained([edge.der], [middle.der], [below.der]))
    assert kind is K.CHAIN_INCOMPLETE_OR_UNKNOWN_ROOT
    assert "the evidence cannot tell which" in sentence
    assert first(explained([edge.der], [middle.der], [below.der, top.der]))[0] is K.UNKNOWN_ROOT


def test_a_trusted_ca_of_the_same_name_is_told_and_no_other() -> None:
    real, twin, stranger = root("Root"), root("Root"), root("Stranger")
    edge = forge("edge", by=real)

    assert first(explained([edge.der], [twin.der]))[1].endswith("A trusted authority has the same name and another key")
    assert first(explained([edge.der], [stranger.der]))[1].endswith("the evidence cannot tell which")


def test_one_missing_link_and_several_are_told_in_their_numbers() -> None:
    top = root("Top")
    middle = forge("Middle", by=top, ca=True)
    below = forge("Below", by=middle, ca=True)
    one, two = forge("one", by=middle), forge("two", by=below)

    assert first(explained([one.der], [top.der], [middle.der]))[1] == (
        'the intermediate "Middle" was not sent and is not trusted; it would lead from "one" to the trusted root "Top"'
    )
    assert first(explained([two.der], [top.der], [middle.der, below.der]))[1] == (
        'the intermediates "Below", "Middle" were not sent and are not trusted; they would lead from "two" to the '
        'trusted root "Top"'
    )


def test_a_ca_that_cannot_be_decoded_is_what_ends_the_search() -> None:
    broken = ISSUING.but(extensions=(authority(), Extension(SUBJECT_KEY, b"\5\0")))
    sent = [LEAF.made(broken), broken.made(ROOT)]

    for known in ([], [b"garbage"], [ROOT.made()]):
        kind, sentence = first(explained(sent, [ROOT.made(), b"junk"], known))
        assert kind is K.MALFORMED_EXTENSION
        assert sentence.startswith('"Issuing" has a malformed extension subjectKeyIdentifier')
    assert store_objection(sent, [ROOT.made()], "client", NOW) == (20, 0)


def test_a_malformed_ca_of_another_name_explains_nothing() -> None:
    broken = ISSUING.but(subject=common_name("Other"), extensions=(authority(), Extension(SUBJECT_KEY, b"\5\0")))

    assert first(explained([LEAF.made(ISSUING), broken.made(ROOT)], [ROOT.made()]))[0] is (
        K.CHAIN_INCOMPLETE_OR_UNKNOWN_ROOT
    )


# --- dates ---


def test_a_date_that_cannot_be_read_is_refused_and_told() -> None:
    for how, code, sentence in (
        ({"starts": YEAR_0}, 13, '"edge.example.com" has a start date that cannot be read'),
        ({"ends": YEAR_0}, 14, '"edge.example.com" has an end date that cannot be read'),
    ):
        found = leaf(**how).explained("client")
        assert (found.verify_code, found.findings[0].sentence) == (code, sentence)
        assert found.findings[0].kind is K.UNREADABLE
        assert ", dates unreadable, for any purpose" in found.lines[0].sentence


def test_of_two_cas_without_a_date_the_first_one_is_taken() -> None:
    undated = ISSUING.but(ends=YEAR_0)
    older, newer = undated.made(ROOT), undated.but(serial=9).made(ROOT)
    dated = ISSUING.but(ends=NOW - DAY, serial=8).made(ROOT)

    for others in ([older, newer], [dated, newer], [newer, dated]):
        chain = explained([LEAF.made(ISSUING), *others], [ROOT.made()])
        assert len(chain.chain) == 3
        assert not chain.accepted


def test_the_ends_of_a_term_are_within_it() -> None:
    """RFC 5280 section 4.1.2.5: through notAfter, inclusive."""
    starts, ends = NOW - DAY, NOW + DAY
    story = leaf(starts=starts, ends=ends)

    for at, accepted in ((starts, True), (ends, True), (starts - DAY / 86400, False), (ends + DAY / 86400, False)):
        assert explained(story.sent, story.trusted, at=at).accepted is accepted
        assert (store_objection(story.sent, story.trusted, "client", at) is None) is accepted
        facts = CertificateFacts("", not_before=starts, not_after=ends)
        assert in_date(facts, at) is accepted
    assert not in_date(CertificateFacts("", not_before=starts), NOW)
    assert not in_date(CertificateFacts("", not_after=ends), NOW)


# --- sentences ---


def test_each_line_says_what_a_certificate_is_and_for_whom() -> None:
    other = Raw(common_name("other"), extensions=(Extension(EXTENDED, tlv(0x30)),), ends=NOW - DAY)
    sent = [LEAF.but(starts=NOW + DAY).made(ISSUING), other.made(ROOT), ISSUING.made(ROOT), ROOT.made()]

    assert [line.sentence for line in explained(sent, [ROOT.made()], purpose=None).lines] == [
        'leaf "edge.example.com", issued by "CN=Issuing", valid only from 2026-06-02 to 2026-08-30, for any purpose',
        'other certificate "other", issued by "CN=Root", valid only from 2026-05-22 to 2026-05-31, for no purpose only',
        'intermediate "Issuing", issued by "CN=Root", in date until 2026-08-30, for any purpose',
        'root "Root", issued by itself, in date until 2026-08-30, for any purpose',
    ]


@pytest.mark.parametrize(
    ("usages", "purpose", "told"),
    [
        ((SERVER,), "client", "for serverAuth only (unfit for a TLS client)"),
        ((SERVER,), "server", "for serverAuth only"),
        ((SERVER,), None, "for serverAuth only"),
        ((SERVER, CLIENT), "client", "for serverAuth, clientAuth only"),
        ((), None, "for no purpose only"),
    ],
)
def test_a_line_says_whether_its_purpose_fits(usages: tuple[str, ...], purpose: Purpose | None, told: str) -> None:
    story = leaf(Extension(EXTENDED, tlv(0x30, *map(oid, usages))))

    assert explained(story.sent, story.trusted, purpose=purpose).lines[0].sentence.endswith(f", {told}")


def test_what_was_sent_for_nothing_is_named() -> None:
    sent, root_der = [LEAF.made(ISSUING), ISSUING.made(ROOT)], ROOT.made()
    other = Raw(common_name("other")).made()

    def told(*more: bytes) -> list[str]:
        return [each.sentence for each in explained([*sent, *more], [root_der]).findings]

    assert told() == []
    assert told(other) == [
        'more was sent than the chain needs: "other"',
        'the root "other" was sent along; a verifier never needs that',
    ]
    assert told(sent[1]) == ["more was sent than the chain needs: one of them twice"]


def test_what_cannot_be_read_is_told_with_its_place() -> None:
    found = explained([LEAF.made(ISSUING), b"garbage"], [ROOT.made()])

    assert [each.depth for each in found.findings] == [1]
    assert found.findings[0].sentence.startswith(
        "what was sent in place 1 is no certificate: the certificate could not"
    )
    assert found.lines[1].sentence.startswith("the certificate could not be read")
    assert (found.accepted, found.chain) == (False, ())


# --- strength of signatures ---


def signed(hashed: hashes.SHA224) -> list[bytes]:
    """A leaf and a root whose signatures use that hash."""
    top = root("Top")
    builder = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "edge")]))
        .issuer_name(top.certificate.subject)
        .public_key(top.key.public_key())
        .serial_number(5)
        .not_valid_before(NOW - DAY)
        .not_valid_after(NOW + DAY)
    )
    return [Forged(builder.sign(top.key, hashed), top.key).der, top.der]


def test_a_signature_of_112_bits_is_taken() -> None:
    sent, trusted = signed(hashes.SHA224())

    assert explained([sent], [trusted]).accepted


def test_a_signature_that_nobody_knows_is_refused_as_that() -> None:
    story = Story(LEAF.but(algorithm=pss("1.2.3")), ISSUING.but(key="rsa-2048"), ROOT)

    assert first(story.explained("client")) == (
        K.WEAK_SIGNATURE,
        '"edge.example.com" was signed with an algorithm that nobody here knows (1.2.840.113549.1.1.10)',
    )
    assert not story.explained("client").accepted


def test_a_weak_signature_is_told_with_the_level_that_takes_it() -> None:
    story = Story(LEAF.but(algorithm=pss("1.3.14.3.2.26")), ISSUING.but(key="rsa-2048"), ROOT)

    assert first(story.explained("client"))[1] == (
        '"edge.example.com" was signed with SHA1, which nobody should accept any more; '
        "OpenSSL takes it at security level 0 at most, and its default is 2"
    )


# --- odd extensions ---


def test_an_extension_that_openssl_does_not_decode_is_told_where_it_is_there_twice() -> None:
    """OpenSSL takes it up to 4.0, so the chain is accepted."""
    twice = Extension(UNKNOWN, b"\5\0")
    found = leaf(twice, twice, twice).explained("client")

    assert [(each.kind, each.depth) for each in found.findings] == [(K.REPEATED_EXTENSION, 0)]
    assert found.accepted
    assert leaf(alternatives(dns("b.example"))).explained("client").finding(K.REPEATED_EXTENSION) is None


RESOURCES = ("1.3.6.1.5.5.7.1.7", "1.3.6.1.5.5.7.1.8")


@pytest.mark.parametrize("identifier", RESOURCES)
def test_number_resources_are_undecided_and_count_as_refused(identifier: str) -> None:
    found = leaf(Extension(identifier, b"\x30\0")).explained("client")

    assert (found.findings[0].kind, found.verify_code, found.accepted) == (K.UNDECIDED, 46, False)
    assert issuing(Extension(identifier, b"\x30\0")).explained("client").finding(K.UNDECIDED) is None


def test_a_leaf_alone_may_spell_out_its_curve() -> None:
    alone = Raw(common_name("edge"), "p256-explicit").made()

    assert explained([alone], [alone]).accepted
    assert store_objection([alone], [alone], "client", NOW) is None
