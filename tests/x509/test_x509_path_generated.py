"""The explainer against OpenSSL itself, on generated chains: it is never the more lenient one."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from x509_forge import NOW
from x509_openssl import PROGRAM, program_objection, store_objection
from x509_raw import Extension, address, constraints, directory, dns, email, name, oid, other, tlv, uri
from x509_stories import (
    ACCESS,
    AUTHORITY_KEY,
    BASIC,
    CLIENT,
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
    ROOT,
    SAN,
    SUBJECT_KEY,
    UNKNOWN,
    USAGE,
    UTF8_MAILBOX,
    YES,
    Purpose,
    Story,
    key_named,
)

from harness.x509.findings import FindingKind

HOSTS = st.sampled_from(["", "example.com", "a.example.com", "b.a.example.com", ".example.com", "EXAMPLE.com", "x.org"])
ADDRESSES = st.sampled_from([b"\x0a\0\0\1", b"\x0a\0\0\2", b"abc", bytes(16), bytes(8), b"\x0a\0\0\0\xff\0\0\0", b""])
MAILS = st.sampled_from(["a@example.com", "A@example.com", "@example.com", "example.com", ".example.com", "a@b@x.org"])
URIS = st.sampled_from(
    ["https://a.example.com/", "https://a.example.com:5061", "sip:a.example.com", "https://u@x.org/", "//x.org", "x://"]
)
DIRECTORIES = st.sampled_from([ORG, IN_ORG, IN_OTHER, GOOD_MAIL, ODD_MAIL, name()])
NAMES = st.one_of(
    HOSTS.map(dns),
    MAILS.map(email),
    st.one_of(URIS, HOSTS).map(uri),
    ADDRESSES.map(address),
    DIRECTORIES.map(directory),
    st.sampled_from(["1.2.3.4", "1.2.3.5", UTF8_MAILBOX]).map(lambda kind: other(kind, tlv(0x0C, b"a@example.com"))),
    st.sampled_from(
        [tlv(0x88, b"\x2a\3"), tlv(0x8A, b"x"), tlv(0xA5, tlv(0xA1, tlv(0x0C, b"x"))), tlv(0x81, b"\xff@x")]
    ),
)
NAME_LISTS = st.lists(NAMES, max_size=3)
VALUES: dict[str, st.SearchStrategy[bytes]] = {
    BASIC: st.sampled_from(
        [tlv(0x30), tlv(0x30, YES), tlv(0x30, NO), tlv(0x30, YES, tlv(2, b"\0")), NULL, tlv(0x30, tlv(2, b"\0"))]
    ),
    USAGE: st.sampled_from(
        [
            b"\x03\x02\x07\x80",
            b"\x03\x02\x02\x04",
            b"\x03\x02\x01\x06",
            b"\x03\x02\x05\x20",
            b"\x03\x02\0\0",
            b"\x03\x01\0",
        ]
    ),
    EXTENDED: st.lists(st.sampled_from([CLIENT, "1.3.6.1.5.5.7.3.1", "2.5.29.37.0", "1.2.3"]), max_size=2).map(
        lambda usages: tlv(0x30, *map(oid, usages))
    ),
    SAN: NAME_LISTS.map(lambda names: tlv(0x30, *names)),
    CONSTRAINTS: st.tuples(NAME_LISTS, NAME_LISTS).map(lambda both: constraints(*both).value),
    SUBJECT_KEY: st.sampled_from([tlv(4, b"abc"), tlv(4, b"abd"), NULL]),
    AUTHORITY_KEY: st.sampled_from(
        [
            key_named().value,
            key_named(b"abc").value,
            key_named(serial=b"\2").value,
            key_named(issuer=ROOT.subject).value,
            NULL,
        ]
    ),
    NETSCAPE: st.sampled_from([b"\x03\x02\x07\x80", b"\x03\x02\x06\x40", b"\x03\x01\0", NULL]),
    "2.5.29.31": st.sampled_from(
        [b"\x30\x00", tlv(0x30, b"\x30\x00"), tlv(0x30, tlv(0x30, tlv(0xA0, tlv(0xA0, uri("http://x"))))), NULL]
    ),
    **dict.fromkeys((POLICIES, UNKNOWN, NO_CHECK, ACCESS, "2.5.29.18", "2.5.29.36"), st.just(NULL)),
}
FREQUENT = (CONSTRAINTS, SAN, BASIC, USAGE, EXTENDED)


@st.composite
def odd_extensions(draw: st.DrawFn) -> tuple[Extension, ...]:
    identifiers = draw(st.lists(st.sampled_from([*VALUES, *FREQUENT]), max_size=3))
    critical = st.sampled_from([False, False, True])
    return tuple(Extension(each, draw(VALUES[each]), draw(critical)) for each in identifiers)


def without_twins(extensions: tuple[Extension, ...], more: tuple[Extension, ...]) -> tuple[Extension, ...]:
    """Let what is drawn take the place of what a sound certificate has, so that not all are refused as repeated."""
    drawn = {each.identifier for each in more}
    return (*(each for each in extensions if each.identifier not in drawn), *more)


@st.composite
def stories(draw: st.DrawFn) -> Story:
    made = []
    for sound, keys in ((LEAF, ("p256", "p192")), (ISSUING, ("p256-issuing", "ed25519-ca")), (ROOT, ("p256-root",))):
        extensions = without_twins(sound.extensions, draw(st.one_of(st.just(()), odd_extensions())))
        subject = draw(st.one_of(st.just(sound.subject), DIRECTORIES)) if sound is LEAF else sound.subject
        chosen = draw(st.sampled_from([keys[0], *keys]))
        made.append(sound.but(extensions=extensions, subject=subject, key=chosen))
    return Story(*made)


@settings(max_examples=400)
@given(story=stories(), purpose=st.sampled_from(["client", "server"]))
def test_openssls_store_refuses_nothing_that_the_explainer_takes(story: Story, purpose: Purpose) -> None:
    explained, objection = story.explained(purpose), store_objection(story.sent, story.trusted, purpose, NOW)

    assert objection is None or not explained.accepted
    assert (
        explained.accepted
        or objection is not None
        or all(
            each.kind
            in (FindingKind.WEAK_KEY, FindingKind.NAME_CONSTRAINTS)  # no level in a store; URIs by two readings
            for each in explained.findings
            if each.fatal
        )
    )


@pytest.mark.skipif(PROGRAM is None, reason="needs the program openssl")
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(story=stories(), purpose=st.sampled_from(["client", "server"]))
def test_the_program_refuses_nothing_that_the_explainer_takes(story: Story, purpose: Purpose, tmp_path: Path) -> None:
    objection = program_objection(story.sent, story.trusted, purpose, NOW, tmp_path)

    assert objection is None or not story.explained(purpose).accepted
