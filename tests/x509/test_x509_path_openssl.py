"""The explainer against OpenSSL itself, on shapes that no library makes."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

import pytest
from cryptography import x509
from x509_forge import NOW, Forged
from x509_handshake import first_objection
from x509_openssl import PROGRAM, program_objection, store_objection
from x509_raw import (
    ECDSA_SHA384,
    Extension,
    address,
    alternatives,
    authority,
    common_name,
    constraints,
    directory,
    dns,
    email,
    key,
    name,
    oid,
    other,
    tlv,
    uri,
)
from x509_stories import (
    ACCESS,
    AUTHORITY_KEY,
    BASIC,
    CONSTRAINTS,
    EXTENDED,
    GOOD_MAIL,
    IN_ORG,
    IN_OTHER,
    ISSUING,
    LEAF,
    NETSCAPE,
    NO,
    NO_CHECK,
    NULL,
    ODD_MAIL,
    ORG,
    POLICIES,
    PROXY,
    ROOT,
    SAN,
    SUBJECT_KEY,
    UNKNOWN,
    USAGE,
    UTF8_MAILBOX,
    YES,
    Purpose,
    Story,
    bound,
    instead,
    issuing,
    key_named,
    leaf,
    root,
)

from harness.x509.findings import FindingKind
from harness.x509.general_names import NameKind
from harness.x509.path import PathExplanation, explain_path

K = FindingKind

EXTENSIONS: dict[str, tuple[Story, FindingKind | None]] = {
    "nothing odd": (leaf(), None),
    "unknown, not critical": (leaf(Extension(UNKNOWN, NULL)), None),
    "unknown, critical, in the leaf": (leaf(Extension(UNKNOWN, NULL, critical=True)), K.CRITICAL_EXTENSION),
    "unknown, critical, in a CA": (issuing(Extension(UNKNOWN, NULL, critical=True)), K.CRITICAL_EXTENSION),
    "unknown, critical, in the root": (
        root(authority(), Extension(UNKNOWN, NULL, critical=True)),
        K.CRITICAL_EXTENSION,
    ),
    "a critical key identifier": (leaf(Extension(AUTHORITY_KEY, b"\x30\x00", critical=True)), K.CRITICAL_EXTENSION),
    "a critical subject key": (leaf(Extension(SUBJECT_KEY, tlv(4, b"x"), critical=True)), K.CRITICAL_EXTENSION),
    "a critical access location": (leaf(Extension(ACCESS, b"\x30\x00", critical=True)), K.CRITICAL_EXTENSION),
    "a critical policy": (
        leaf(Extension(POLICIES, tlv(0x30, tlv(0x30, oid("2.5.29.32.0"))), critical=True)),
        None,
    ),
    "a critical no-check": (leaf(Extension(NO_CHECK, NULL, critical=True)), None),
    "a critical SAN": (instead(replace(alternatives(dns("edge.example.com")), critical=True)), None),
    "a CA whose basicConstraints are not critical": (
        Story(LEAF, ISSUING.but(extensions=(Extension(BASIC, tlv(0x30, YES)),)), ROOT),
        None,
    ),
    "constraints that are not critical": (
        bound((dns("edge.example.org"),), replace(constraints([dns("example.com")]), critical=False)),
        K.NAME_CONSTRAINTS,
    ),
    "a key usage that is not critical": (leaf(Extension(USAGE, b"\x03\x02\x02\x04")), K.KEY_USAGE),
    "basicConstraints that say no at length": (leaf(Extension(BASIC, tlv(0x30, NO))), None),
    "a root that says no": (root(Extension(BASIC, b"\x30\x00"), Extension(USAGE, b"\x03\x02\x02\x04")), K.NOT_A_CA),
    "a root with a key usage alone": (root(Extension(USAGE, b"\x03\x02\x02\x04")), None),
    "a negative path length": (
        Story(LEAF, ISSUING.but(extensions=(Extension(BASIC, tlv(0x30, YES, tlv(2, b"\xff"))),)), ROOT),
        K.MALFORMED_EXTENSION,
    ),
    "two SANs": (leaf(alternatives(dns("b.example"))), K.MALFORMED_EXTENSION),
    "two unknown ones": (leaf(Extension(UNKNOWN, NULL), Extension(UNKNOWN, NULL)), None),
    "two usages in a CA": (
        issuing(Extension(USAGE, b"\x03\x02\x02\x04"), Extension(USAGE, b"\x03\x02\x02\x04")),
        K.MALFORMED_EXTENSION,
    ),
    "a SAN that is none": (instead(Extension(SAN, b"\x04\x00")), K.MALFORMED_EXTENSION),
    "a SAN of an unknown kind": (instead(Extension(SAN, tlv(0x30, tlv(0x8A, b"x")))), K.MALFORMED_EXTENSION),
    "an empty SAN": (instead(Extension(SAN, b"\x30\x00")), None),
    "a dNSName that is not ASCII": (instead(alternatives(tlv(0x82, b"\xff.example"))), None),
    "an empty extended key usage": (leaf(Extension(EXTENDED, b"\x30\x00")), K.WRONG_EKU),
    "a malformed extended key usage": (leaf(Extension(EXTENDED, tlv(0x30, NULL))), K.MALFORMED_EXTENSION),
    "a key usage of nothing": (leaf(Extension(USAGE, b"\x03\x02\x07\x00")), K.MALFORMED_EXTENSION),
    "a distribution point without place": (
        leaf(Extension("2.5.29.31", tlv(0x30, b"\x30\x00"))),
        K.MALFORMED_EXTENSION,
    ),
    "an old type for clients": (leaf(Extension(NETSCAPE, b"\x03\x02\x07\x80")), None),
    "an old type for servers": (leaf(Extension(NETSCAPE, b"\x03\x02\x06\x40")), K.KEY_USAGE),
    "a distribution point by a relative name": (
        leaf(
            Extension(
                "2.5.29.31", tlv(0x30, tlv(0x30, tlv(0xA0, tlv(0xA1, tlv(0x30, oid("2.5.4.3"), tlv(0x0C, b"x"))))))
            )
        ),
        None,
    ),
    "a distribution point by a relative name that is none": (
        leaf(Extension("2.5.29.31", tlv(0x30, tlv(0x30, tlv(0xA0, tlv(0xA1, tlv(0x86, b"http://x"))))))),
        K.MALFORMED_EXTENSION,
    ),
    "a proxy": (
        instead(Extension(PROXY, tlv(0x30, tlv(0x30, oid("1.3.6.1.5.5.7.21.1"))), critical=True)),
        K.PROXY_CERTIFICATE,
    ),
    "a version 1 leaf": (Story(LEAF.but(version=1, extensions=()), ISSUING, ROOT), None),
    "a version 1 CA": (Story(LEAF, ISSUING.but(version=1, extensions=()), ROOT), K.NOT_A_CA),
    "a version 1 root": (Story(LEAF, ISSUING, ROOT.but(version=1, extensions=())), None),
    "a curve spelled out in the leaf": (leaf(key="p256-explicit"), K.EXPLICIT_CURVE),
    "a curve spelled out in a CA": (issuing(key="p256-explicit"), K.EXPLICIT_CURVE),
    "a P-192 leaf": (leaf(key="p192"), K.WEAK_KEY),
    "a P-224 leaf": (leaf(key="p224"), None),
    "a P-192 CA": (issuing(key="p192-issuing"), K.WEAK_KEY),
    "an RSA-1024 CA": (issuing(key="rsa-1024"), K.WEAK_KEY),
    "an Ed25519 CA": (issuing(key="ed25519-ca"), None),
    "a leaf with another algorithm inside": (leaf(signed_as=ECDSA_SHA384), K.BAD_SIGNATURE),
    "a CA with another algorithm inside": (issuing(signed_as=ECDSA_SHA384), K.BAD_SIGNATURE),
    "a root with another algorithm inside": (Story(LEAF, ISSUING, ROOT.but(signed_as=ECDSA_SHA384)), None),
}

IDENTIFIERS: dict[str, tuple[Story, FindingKind | None]] = {
    "no field": (leaf(key_named()), None),
    "the right serial and issuer": (leaf(key_named(issuer=ROOT.subject, serial=b"\x02")), None),
    "a wrong serial": (leaf(key_named(issuer=ROOT.subject, serial=b"\x09")), K.CHAIN_INCOMPLETE_OR_UNKNOWN_ROOT),
    "a wrong issuer": (leaf(key_named(issuer=ORG, serial=b"\x02")), K.CHAIN_INCOMPLETE_OR_UNKNOWN_ROOT),
    "a key that nobody has": (
        Story(leaf(key_named(b"abc")).leaf, issuing(Extension(SUBJECT_KEY, tlv(4, b"abd"))).issuing, ROOT),
        K.CHAIN_INCOMPLETE_OR_UNKNOWN_ROOT,
    ),
    "fields in another order": (
        leaf(Extension(AUTHORITY_KEY, tlv(0x30, tlv(0x82, b"\x02"), tlv(0x80, b"abc")))),
        K.MALFORMED_EXTENSION,
    ),
    "a root that names another serial than its own": (
        root(authority(), key_named(issuer=ROOT.subject, serial=b"\x09")),
        K.ONLY_INTERMEDIATE_TRUSTED,
    ),
}

BOUND: dict[str, tuple[Story, bool]] = {
    "a directory within": (bound((), constraints([directory(ORG)]), subject=IN_ORG), True),
    "a directory without": (bound((), constraints([directory(ORG)]), subject=IN_OTHER), False),
    "an excluded directory": (bound((), constraints(excluded=[directory(ORG)]), subject=IN_ORG), False),
    "an empty subject under a directory": (
        bound((dns("a.example"),), constraints([directory(ORG)]), subject=name()),
        True,
    ),
    "a directory in the SAN": (
        bound((directory(IN_OTHER),), constraints([directory(ORG)]), subject=IN_ORG),
        False,
    ),
    "an empty dNSName constraint": (bound((dns("a.example"),), constraints([dns("")])), True),
    "an asterisk in a constraint": (bound((dns("a.example.com"),), constraints([dns("*.example.com")])), False),
    "a NUL in a common name": (
        bound((email("a@b.example"),), constraints([dns("example.com")]), subject=common_name("x\0.example.com")),
        False,
    ),
    "a mail address in the subject": (bound((), constraints([email("example.org")]), subject=GOOD_MAIL), False),
    "a mail address within, in the subject": (bound((), constraints([email("example.com")]), subject=GOOD_MAIL), True),
    "a mail address in another string": (bound((), constraints([dns("example.com")]), subject=ODD_MAIL), False),
    "a mail address without host": (bound((email("nobody"),), constraints([email("example.com")])), False),
    "a mail address by letter": (bound((email("A@example.com"),), constraints([email("a@example.com")])), False),
    "a mailbox at a host": (bound((email("a@EXAMPLE.com"),), constraints([email("@example.com")])), True),
    "an address of three bytes": (bound((address(b"abc"),), constraints([address(bytes(8))])), False),
    "a network of five bytes": (bound((address(b"abcd"),), constraints([address(bytes(5))])), False),
    "a network of five bytes behind a match": (
        bound((address(b"abcd"),), constraints([address(bytes(8)), address(bytes(5))])),
        True,
    ),
    "a network of the other family": (bound((address(b"abcd"),), constraints([address(bytes(32))])), False),
    "a mask of two pieces": (
        bound((address(b"\x0a\x05\x03\x09"),), constraints([address(b"\x0a\0\x03\0\xff\0\xff\0")])),
        True,
    ),
    "a URI with a port": (bound((uri("https://a.example.com:443/"),), constraints([uri("a.example.com")])), True),
    "a URI with a user": (bound((uri("https://u@a.example.com/"),), constraints([uri("u@a.example.com")])), False),
    "a URI with a bad port": (bound((uri("https://a.example.com:x/"),), constraints([uri("a.example.com")])), False),
    "a URI of no authority": (bound((uri("sip:a.example.com"),), constraints(excluded=[uri("b.example")])), False),
    "another name of a known kind": (bound((other("1.2.3.4", NULL),), constraints([other("1.2.3.4", NULL)])), False),
    "another name of a free kind": (bound((other("1.2.3.4", NULL),), constraints([other("1.2.3.5", NULL)])), True),
    "a mailbox in UTF-8": (
        bound((other(UTF8_MAILBOX, tlv(0x0C, b"a@example.org")),), constraints([email("example.com")])),
        False,
    ),
    "a registered identifier": (
        bound(
            (oid("1.2.3").replace(b"\x06", b"\x88", 1),),
            constraints(excluded=[oid("1.2.4").replace(b"\x06", b"\x88", 1)]),
        ),
        False,
    ),
    "a minimum": (
        bound(
            (dns("a.example"),),
            Extension(CONSTRAINTS, tlv(0x30, tlv(0xA0, tlv(0x30, dns("example"), tlv(0x80, b"\1"))))),
        ),
        False,
    ),
    "a maximum": (
        bound(
            (dns("a.example"),),
            Extension(CONSTRAINTS, tlv(0x30, tlv(0xA0, tlv(0x30, dns("example"), tlv(0x81, b"\0"))))),
        ),
        False,
    ),
    "a minimum of an excluded one": (
        bound(
            (dns("a.example"),),
            Extension(CONSTRAINTS, tlv(0x30, tlv(0xA1, tlv(0x30, dns("b"), tlv(0x80, b"\1"))))),
        ),
        False,
    ),
    "a minimum for another kind": (
        bound(
            (dns("a.example"),),
            Extension(CONSTRAINTS, tlv(0x30, tlv(0xA0, tlv(0x30, email("b"), tlv(0x80, b"\1"))))),
        ),
        True,
    ),
    "a minimum of zero": (
        bound(
            (dns("a.example"),),
            Extension(CONSTRAINTS, tlv(0x30, tlv(0xA0, tlv(0x30, dns("example"), tlv(0x80, b"\0"))))),
        ),
        True,
    ),
}


UNDECIDED = {"a URI with a user", "a mailbox in UTF-8"}
"""Versions of OpenSSL read the host of the one in two ways, and nobody here compares the other."""


def measured(story: Story, purpose: Purpose, folder: Path) -> list[tuple[int, int]]:
    """Return what each OpenSSL here objects to first."""
    said = [store_objection(story.sent, story.trusted, purpose, NOW)]
    if PROGRAM is not None:
        said.append(program_objection(story.sent, story.trusted, purpose, NOW, folder))
    return [each for each in said if each is not None]


def first_fatal(explained: PathExplanation) -> tuple[int, int | None] | None:
    return next(((each.verify_code, each.depth) for each in explained.findings if each.fatal), None)


@pytest.mark.parametrize("what", EXTENSIONS | IDENTIFIERS)
def test_an_extension_counts_as_openssl_counts_it(what: str, tmp_path: Path) -> None:
    stories: Mapping[str, tuple[Story, FindingKind | None]] = EXTENSIONS | IDENTIFIERS
    story, kind = stories[what]
    explained, objections = story.explained("client"), measured(story, "client", tmp_path)

    assert next((each.kind for each in explained.findings if each.fatal), None) == kind
    assert explained.accepted is (not objections)
    assert explained.accepted or first_fatal(explained) in objections


TYPES = [bytes([3, 2, unused, bits]) for unused, bits in ((7, 0x80), (6, 0x40), (6, 0xC0), (5, 0x20), (0, 0x07))]


@pytest.mark.parametrize("purpose", ["client", "server"])
@pytest.mark.parametrize("value", [*TYPES, b"\x03\x01\0", NULL])
def test_an_old_type_of_netscape_counts_as_openssl_counts_it(value: bytes, purpose: Purpose, tmp_path: Path) -> None:
    story = leaf(Extension(NETSCAPE, value))
    explained, objections = story.explained(purpose), measured(story, purpose, tmp_path)

    assert explained.accepted is (not objections)
    assert explained.accepted or first_fatal(explained) in objections


USAGES = [b"\x03\x02\x07\x80", b"\x03\x02\x05\x20", b"\x03\x02\x03\x08", b"\x03\x02\x06\x40", b"\x03\x02\x02\x04"]


@pytest.mark.parametrize("purpose", ["client", "server"])
@pytest.mark.parametrize("critical", [False, True])
@pytest.mark.parametrize("value", USAGES)
def test_a_key_usage_counts_as_openssl_counts_it_critical_or_not(
    value: bytes, critical: bool, purpose: Purpose, tmp_path: Path
) -> None:
    for story in (leaf(Extension(USAGE, value, critical)), issuing(Extension(USAGE, value, critical))):
        explained, objections = story.explained(purpose), measured(story, purpose, tmp_path)

        assert explained.accepted is (not objections)
        assert explained.accepted or first_fatal(explained) in objections


@pytest.mark.parametrize("what", BOUND)
def test_every_kind_of_name_is_bound_as_openssl_binds_it(what: str, tmp_path: Path) -> None:
    story, allowed = BOUND[what]
    explained, objections = story.explained("client"), measured(story, "client", tmp_path)

    assert explained.accepted is allowed
    assert allowed is (not objections)
    assert allowed or what in UNDECIDED or first_fatal(explained) in objections


def test_more_names_than_openssl_compares_are_refused(tmp_path: Path) -> None:
    names = tuple(dns(f"{number}.example.com") for number in range(1100))
    story = bound(names, constraints([dns(f"{number}.example") for number in range(1000)], [dns("evil.example")]))

    assert first_fatal(story.explained("client")) == (1, 0)
    assert set(measured(story, "client", tmp_path)) == {(1, 0)}


IN_HANDSHAKES = [what for what in (*EXTENSIONS, *IDENTIFIERS, *BOUND) if what != "a P-224 leaf"]
"""No TLS stack offers P-224, so that one fails for another reason than its path."""


@pytest.mark.parametrize("what", IN_HANDSHAKES)
def test_a_real_handshake_ends_as_the_explainer_says(what: str) -> None:
    story = (EXTENSIONS | IDENTIFIERS | BOUND)[what][0]
    leaf_sent, *others = story.sent
    presented = Forged(x509.load_der_x509_certificate(leaf_sent), key(story.leaf.key))

    objection = first_objection(presented, others, story.trusted, "client")
    assert story.explained("client").accepted is (objection is None)


@pytest.mark.parametrize("kind", [NameKind.DNS, NameKind.EMAIL, NameKind.IP_ADDRESS, NameKind.DIRECTORY_NAME])
def test_a_thousand_names_under_a_thousand_constraints_cost_no_second(kind: NameKind) -> None:
    make: dict[NameKind, Callable[[int, str], bytes]] = {
        NameKind.DNS: lambda number, place: dns(f"{number}.{place}.example"),
        NameKind.EMAIL: lambda number, place: email(f"{number}@{place}.example"),
        NameKind.IP_ADDRESS: lambda number, place: address(number.to_bytes(4) * (2 if place == "ca" else 1)),
        NameKind.DIRECTORY_NAME: lambda number, place: directory(common_name(f"{number} {place}")),
    }
    names, bases = ([make[kind](number, place) for number in range(1000)] for place in ("leaf", "ca"))
    story = bound(tuple(names), constraints(excluded=bases))
    sent, trusted = story.sent, story.trusted
    begun = time.process_time()
    explain_path(sent, trusted=trusted, known_authorities=trusted, purpose="client", at=NOW)

    assert time.process_time() - begun < 1  # 0.02 to 0.06 measured; each name by each constraint took 6
