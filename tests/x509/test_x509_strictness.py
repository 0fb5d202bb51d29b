"""What strict peers refuse, against the oracles that were measured: `openssl verify` with its stricter options."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from x509_forge import NOW
from x509_openssl import PROGRAM, program_objection
from x509_raw import ECDSA_SHA384, Extension, Raw, alternatives, authority, common_name, dns, name, oid, tlv
from x509_stories import AUTHORITY_KEY, BASIC, NULL, SUBJECT_KEY, USAGE, YES, Story

from harness.x509.chain import Link, links_of
from harness.x509.encoded import encoded
from harness.x509.keys import serves_tls
from harness.x509.path import explain_path
from harness.x509.policies import lacks_policy
from harness.x509.strictness import java_objections, strict_objections, wants_staple

pytestmark = [pytest.mark.skipif(PROGRAM is None, reason="openssl is not installed")]

AT_WORK = settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
SIGNS, SERVES, BOTH = (
    Extension(USAGE, bits, critical=True) for bits in (b"\x03\x02\x01\x06", b"\x03\x02\x07\x80", b"\x03\x02\x02\x84")
)
LISTS = Extension(USAGE, b"\x03\x02\x01\x82", critical=True)
POLICIES, MAPPINGS, DEMANDS, NO_ANY = "2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.54"
ANY, ONE, TWO = "2.5.29.32.0", "1.2.3.1", "1.2.3.2"


def held_by(holder: Raw, issuer: Raw | None) -> tuple[Extension, ...]:
    """Both key identifiers, as RFC 5280 wants them."""
    above = () if issuer is None else (Extension(AUTHORITY_KEY, tlv(0x30, tlv(0x80, issuer.key_identifier))),)
    return (Extension(SUBJECT_KEY, tlv(4, holder.key_identifier)), *above)


ROOT = Raw(common_name("Root"), "p256-root", (authority(), SIGNS), serial=1)
ROOT = ROOT.but(extensions=(*ROOT.extensions, *held_by(ROOT, None)))
ISSUING = Raw(common_name("Issuing"), "p256-issuing", (authority(), SIGNS), serial=2)
ISSUING = ISSUING.but(extensions=(*ISSUING.extensions, *held_by(ISSUING, ROOT)))
SAN = alternatives(dns("edge.example.com"))
LEAF = Raw(common_name("edge.example.com"), "p256", (SAN, SERVES))
LEAF = LEAF.but(extensions=(*LEAF.extensions, *held_by(LEAF, ISSUING)))
GOOD = Story(LEAF, ISSUING, ROOT)


def without(raw: Raw, *identifiers: str) -> tuple[Extension, ...]:
    return tuple(each for each in raw.extensions if each.identifier not in identifiers)


def instead(raw: Raw, *extensions: Extension) -> Raw:
    """The same with these extensions in the place of those of their kinds."""
    return raw.but(extensions=(*without(raw, *(each.identifier for each in extensions)), *extensions))


def parts(story: Story) -> tuple[tuple[Link, ...], Link]:
    return links_of(story.sent), links_of(story.trusted)[0]


def said(story: Story) -> list[str]:
    return list(strict_objections(*parts(story)))


STRICT: dict[str, tuple[Story, str]] = {
    "as it should be": (GOOD, ""),
    "no authority key in the leaf": (replace(GOOD, leaf=LEAF.but(extensions=without(LEAF, AUTHORITY_KEY))), "has no a"),
    "a bare one in the leaf": (
        replace(GOOD, leaf=instead(LEAF, Extension(AUTHORITY_KEY, b"\x30\0"))),
        "has no authori",
    ),
    "none in a CA": (
        replace(GOOD, issuing=ISSUING.but(extensions=without(ISSUING, AUTHORITY_KEY))),
        "has no authority",
    ),
    "a CA without key usage": (
        replace(GOOD, issuing=ISSUING.but(extensions=without(ISSUING, USAGE))),
        "is a CA without",
    ),
    "a root without key usage": (replace(GOOD, root=ROOT.but(extensions=without(ROOT, USAGE))), "is a CA without key"),
    "a CA without its key's name": (
        replace(GOOD, issuing=ISSUING.but(extensions=without(ISSUING, SUBJECT_KEY))),
        "is a CA without subjectKeyIdentifier",
    ),
    "a leaf without its key's name": (replace(GOOD, leaf=LEAF.but(extensions=without(LEAF, SUBJECT_KEY))), ""),
    "basicConstraints that are not critical": (
        replace(GOOD, issuing=instead(ISSUING, Extension(BASIC, tlv(0x30, YES)))),
        "is a CA, and its basicConstraints are not critical",
    ),
    "a leaf that may sign certificates": (
        replace(GOOD, leaf=instead(LEAF, BOTH)),
        "has keyCertSign in its key usage and",
    ),
    "an empty SAN": (replace(GOOD, leaf=instead(LEAF, alternatives())), "has a subjectAltName without a name"),
    "no subject, a SAN that is not critical": (
        replace(GOOD, leaf=LEAF.but(subject=name())),
        "has an empty subject, and its subjectAltName is not critical",
    ),
    "no subject, a critical SAN": (
        replace(GOOD, leaf=instead(LEAF, replace(SAN, critical=True)).but(subject=name())),
        "",
    ),
    "neither subject nor SAN": (
        replace(GOOD, leaf=LEAF.but(subject=name(), extensions=without(LEAF, SAN.identifier))),
        "has an empty subject",
    ),
    "a root with another algorithm inside": (
        replace(GOOD, root=ROOT.but(signed_as=ECDSA_SHA384)),
        "names another sign",
    ),
    "extensions in version 1": (replace(GOOD, leaf=LEAF.but(version=1)), "has extensions and is not of version 3"),
    "a root of version 1": (replace(GOOD, root=ROOT.but(version=1, extensions=())), "is a root and no CA by its basic"),
}


LENGTH = Extension(BASIC, tlv(0x30, tlv(2, b"\0")))
STRICT |= {
    "a path length in a leaf": (
        replace(GOOD, leaf=instead(LEAF, LENGTH, BOTH)),
        "has a path length and is no CA",
    ),
    "a path length of a CA that may not sign certificates": (
        replace(GOOD, leaf=instead(LEAF, authority(0), SERVES)),
        "has a path length and no keyCertSign in its key usage",
    ),
    "a path length of a CA without key usage": (
        replace(GOOD, leaf=instead(LEAF.but(extensions=without(LEAF, USAGE)), authority(0))),
        "has a path length and no keyCertSign in its key usage",
    ),
    "a leaf of version 1": (replace(GOOD, leaf=LEAF.but(version=1, extensions=())), ""),
    "a leaf that is a CA": (replace(GOOD, leaf=instead(LEAF, authority(0), BOTH)), ""),
    "no subject, and it signs lists": (
        replace(GOOD, leaf=instead(LEAF, LISTS, replace(SAN, critical=True)).but(subject=name())),
        "has an empty subject",
    ),
    "a root of version 1 without extensions and with key usage elsewhere": (
        replace(GOOD, issuing=ISSUING.but(version=1)),
        "has extensions and is not of version 3",
    ),
}


@pytest.mark.parametrize("what", STRICT)
def test_a_strict_openssl_objects_where_we_say_so_and_the_usual_one_does_not(what: str, tmp_path: Path) -> None:
    story, told = STRICT[what]
    oracle = program_objection(story.sent, story.trusted, "server", NOW, tmp_path, more=("-x509_strict",))

    assert program_objection(story.sent, story.trusted, "server", NOW, tmp_path) is None
    assert any(told in each for each in said(story)) if told else said(story) == []
    assert (oracle is not None) is bool(told)


SOMETIMES = st.sampled_from([True, True, True, False])
LEAVES = st.tuples(SOMETIMES, SOMETIMES, SOMETIMES, st.sampled_from([SERVES, SERVES, BOTH, SIGNS]), st.booleans())
AUTHORITIES = st.tuples(SOMETIMES, SOMETIMES, SOMETIMES, st.sampled_from([None, None, 0, 3]), SOMETIMES)


def drawn_leaf(wish: tuple[bool, bool, bool, Extension, bool]) -> Raw:
    named, has_san, has_key, usage, critical = wish
    raw = instead(LEAF, usage, replace(SAN, critical=critical))
    raw = raw if has_san else raw.but(extensions=without(raw, SAN.identifier))
    raw = raw if has_key else raw.but(extensions=without(raw, AUTHORITY_KEY))
    return raw if named else raw.but(subject=name())


def drawn_authority(raw: Raw, wish: tuple[bool, bool, bool, int | None, bool]) -> Raw:
    has_usage, has_subject_key, has_authority_key, length, critical = wish
    raw = instead(raw, replace(authority(length), critical=critical))
    keys = ((has_usage, USAGE), (has_subject_key, SUBJECT_KEY), (has_authority_key, AUTHORITY_KEY))
    return raw.but(extensions=without(raw, *(kind for holds, kind in keys if not holds)))


@AT_WORK
@given(leaf=LEAVES, issuing=AUTHORITIES, top=AUTHORITIES)
def test_generated_chains_meet_the_same_strictness_in_openssl(
    leaf: tuple[bool, bool, bool, Extension, bool],
    issuing: tuple[bool, bool, bool, int | None, bool],
    top: tuple[bool, bool, bool, int | None, bool],
    tmp_path: Path,
) -> None:
    story = Story(drawn_leaf(leaf), drawn_authority(ISSUING, issuing), drawn_authority(ROOT, top))
    usual = explain_path(story.sent, trusted=story.trusted, known_authorities=(), purpose="server", at=NOW)
    oracle = program_objection(story.sent, story.trusted, "server", NOW, tmp_path, more=("-x509_strict",))

    assert (oracle is None) is (usual.accepted and not said(story))


# --- policies ---


def policies(*identifiers: str) -> Extension:
    return Extension(POLICIES, tlv(0x30, *(tlv(0x30, oid(each)) for each in identifiers)))


def demanding(explicit: int | None = None, no_mapping: int | None = None) -> Extension:
    held = (
        b"" if number is None else tlv(tag, bytes([number])) for tag, number in ((0x80, explicit), (0x81, no_mapping))
    )
    return Extension(DEMANDS, tlv(0x30, *held), critical=True)


def mapping(above: str, below: str) -> Extension:
    return Extension(MAPPINGS, tlv(0x30, tlv(0x30, oid(above), oid(below))))


def chain_of(*of_each: Sequence[Extension]) -> list[bytes]:
    """A leaf, CAs and a root with these extensions each, the leaf first."""
    names = ("edge.example.com", *(f"CA {number}" for number in range(len(of_each) - 2)), "Root")
    raws = [
        Raw(common_name(each), f"p256-{each}", (*(() if number == 0 else (authority(),)), *more), serial=number + 1)
        for number, (each, more) in enumerate(zip(names, of_each, strict=True))
    ]
    return [each.made(issuer) for each, issuer in zip(raws, (*raws[1:], None), strict=True)]


def refused_by_policy(chain: Sequence[bytes], folder: Path) -> bool:
    options = ("-policy_check", "-policy", ANY)
    objection = program_objection(chain[:-1], chain[-1:], "server", NOW, folder, more=options)
    assert objection is None or objection[0] == 43
    return objection is not None


def number(octets: bytes) -> Extension:
    """policyConstraints with that explicit demand, written by hand."""
    return Extension(DEMANDS, tlv(0x30, tlv(0x80, octets)), critical=True)


DEMANDING: dict[str, tuple[list[bytes], bool]] = {
    "nobody demands": (chain_of((), (), ()), False),
    "a CA demands, and the leaf has none": (chain_of((), (policies(ONE), demanding(0)), ()), True),
    "a CA demands, and the leaf has it": (chain_of((policies(ONE),), (policies(ONE), demanding(0)), ()), False),
    "a CA demands, and the leaf has another": (chain_of((policies(TWO),), (policies(ONE), demanding(0)), ()), True),
    "a CA of any policy demands": (chain_of((policies(TWO),), (policies(ANY), demanding(0)), ()), False),
    "the leaf names any": (chain_of((policies(ANY),), (policies(ONE), demanding(0)), ()), False),
    "the leaf names any, and may not": (
        chain_of((policies(ANY),), (policies(ONE), demanding(0), Extension(NO_ANY, tlv(2, b"\0"))), ()),
        True,
    ),
    "the leaf has it under another name": (
        chain_of((policies(TWO),), (policies(ONE), demanding(0), mapping(ONE, TWO)), ()),
        False,
    ),
    "a mapping that is forbidden": (
        chain_of((policies(TWO),), (policies(ONE), mapping(ONE, TWO)), (policies(ONE), demanding(0, 0)), ()),
        True,
    ),
    "a demand that comes too late": (chain_of((), (policies(ONE), demanding(2)), ()), False),
    "a demand of the root": (chain_of((), (), (policies(ONE), demanding(0))), False),
    "the leaf names any, and its CA is one key later": (
        chain_of((policies(ANY),), (policies(ONE), demanding(0)), (policies(ONE), demanding(0)), ()),
        False,
    ),
    "a demand in one certificate's time": (chain_of((), (policies(ONE), demanding(1)), ()), True),
    "a demand of the leaf in time": (chain_of((demanding(1),), (), ()), False),
    "two demands": (chain_of((), (policies(ONE), demanding(3)), (policies(ONE), demanding(0)), ()), True),
    "any, forbidden in time": (
        chain_of((policies(ANY),), (policies(ONE), demanding(0), Extension(NO_ANY, tlv(2, b"\1"))), ()),
        False,
    ),
    "a mapping in time": (
        chain_of(
            (policies(TWO),), (policies(ONE), mapping(ONE, TWO), demanding(0)), (policies(ONE), demanding(None, 1)), ()
        ),
        False,
    ),
    "a demand of the leaf": (chain_of((demanding(0),), (), ()), True),
}


@pytest.mark.parametrize("what", DEMANDING)
def test_a_policy_is_missing_where_openssl_misses_it_when_asked(what: str, tmp_path: Path) -> None:
    chain, lacks = DEMANDING[what]
    assert lacks_policy(links_of(chain[:-1])) is lacks
    assert refused_by_policy(chain, tmp_path) is lacks


COUNTS = st.sampled_from([None, None, 0, 1, 2])
MAPPED = st.sampled_from([None, (ONE, TWO), (TWO, ONE)])
STATED = st.lists(st.sampled_from([ONE, TWO, ANY]), max_size=2, unique=True)
WISHES = st.tuples(STATED, COUNTS, COUNTS, COUNTS, MAPPED)
Wish = tuple[list[str], int | None, int | None, int | None, tuple[str, str] | None]


def wished(wish: Wish) -> tuple[Extension, ...]:
    stated, explicit, no_mapping, no_any, mapped = wish
    return (
        *((policies(*stated),) if stated else ()),
        *((demanding(explicit, no_mapping),) if (explicit, no_mapping) != (None, None) else ()),
        *((Extension(NO_ANY, tlv(2, bytes([no_any]))),) if no_any is not None else ()),
        *((mapping(*mapped),) if mapped else ()),
    )


@AT_WORK
@given(wishes=st.lists(WISHES, min_size=3, max_size=4))
def test_generated_policies_are_missed_where_openssl_misses_them(wishes: list[Wish], tmp_path: Path) -> None:
    leaf, *others = wishes
    chain = chain_of(wished((*leaf[:4], None)), *map(wished, others))

    assert lacks_policy(links_of(chain[:-1])) is refused_by_policy(chain, tmp_path)


BROKEN = {
    "policies": Extension(POLICIES, NULL),
    "a policy without identifier": Extension(POLICIES, tlv(0x30, tlv(0x30, NULL))),
    "demands": Extension(DEMANDS, NULL),
    "a demand of no octet": number(b""),
    "a demand below zero": number(b"\xff"),
    "a demand in 33 octets": number(bytes(32) + b"\1"),
    "mappings": Extension(MAPPINGS, NULL),
    "half a mapping": Extension(MAPPINGS, tlv(0x30, tlv(0x30, oid(ONE)))),
    "no number": Extension(NO_ANY, NULL),
}


@pytest.mark.parametrize("what", BROKEN)
def test_a_policy_that_cannot_be_read_is_missing(what: str) -> None:
    chain = chain_of((), (BROKEN[what],), ())

    assert lacks_policy(links_of(chain[:-1]))
    assert not lacks_policy(links_of(chain_of((), (), ())[:-1]))


# --- what only others look at ---


@pytest.mark.parametrize(
    ("value", "wants"), [("3003020105", True), ("3003020111", True), ("3003020117", False), ("3000", False)]
)
def test_must_staple_is_a_feature_of_tls(value: str, wants: bool) -> None:
    feature = Extension("1.3.6.1.5.5.7.1.24", bytes.fromhex(value))
    assert wants_staple(LEAF.but(extensions=(*LEAF.extensions, feature)).made(ISSUING)) is wants
    assert not wants_staple(LEAF.made(ISSUING))


def test_java_knows_fewer_extensions_and_does_not_look_at_its_anchor() -> None:
    lists = Extension("2.5.29.31", tlv(0x30), critical=True)
    odd, plain = LEAF.but(extensions=(*LEAF.extensions, lists)), replace(lists, critical=False)

    assert list(java_objections(links_of([odd.made(ISSUING)]))) == [
        '"edge.example.com" has the critical extension cRLDistributionPoints'
    ]
    assert list(java_objections(links_of([LEAF.but(extensions=(plain,)).made(ISSUING)]))) == []


@pytest.mark.parametrize(
    ("kind", "serves"),
    [("p256", True), ("p192", False), ("p224", False), ("rsa-1024", True), ("ed25519", True), ("p256-explicit", True)],
)
def test_tls_has_a_signature_for_three_curves_alone(kind: str, serves: bool) -> None:
    """A key that is too weak, or spelled out, is told as that."""
    assert serves_tls(encoded(LEAF.but(key=kind).made(ISSUING))) is serves
