"""Which names a CA may certify: generated names of each kind under generated constraints, against two OpenSSLs."""

from __future__ import annotations

from pathlib import Path

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st
from x509_forge import NOW
from x509_openssl import PROGRAM, program_objection, store_objection
from x509_raw import (
    Raw,
    address,
    alternatives,
    authority,
    common_name,
    constraints,
    directory,
    dns,
    email,
    name,
    uri,
)
from x509_stories import LEAF, Story, bound

from harness.x509.path import explain_path

pytestmark = [pytest.mark.skipif(PROGRAM is None, reason="needs the program openssl")]

AT_WORK = settings(
    max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow]
)


def objections(story: Story, folder: Path) -> set[int]:
    """The numbers with which OpenSSL 4.0 and the one installed refuse a chain."""
    said = (
        store_objection(story.sent, story.trusted, "client", NOW),
        program_objection(story.sent, story.trusted, "client", NOW, folder),
    )
    return {each[0] for each in said if each is not None}


URIS = st.builds(
    "{}{}{}{}{}".format,
    st.sampled_from(["https://", "HTTPS://", "sip:", "://", "a:b://", "x://"]),
    st.sampled_from(["", "", "u@", "@", "u:p@", "u@v@"]),
    st.sampled_from(["a.example", "A.example", "b.a.example", "", "[::1]", "[::1", "]a.example", "a.example."]),
    st.sampled_from(["", "", ":", ":0", ":80", ":65535", ":65536", ":99999", ":100000", ":000080", ":x", ":8x", ":-1"]),
    st.sampled_from(["", "/", "/x:1", "?q", "?q@b", "#f", "/@b"]),
)
BASES = st.sampled_from(["a.example", ".example", ".a.example", "[::1]", "", "u@a.example", "::1"])


@AT_WORK
@given(text=URIS, base=BASES, excluded=st.booleans())
@example(text="https://a.example:65535", base="a.example", excluded=False)
@example(text="https://a.example:65536", base="a.example", excluded=False)
@example(text="https://a.example:000080", base="a.example", excluded=False)
@example(text="https://a.example:0", base="a.example", excluded=False)
@example(text="https://a.example:", base="a.example", excluded=False)
@example(text="https://[::1]:80/", base="[::1]", excluded=False)
@example(text="https://[::1]", base="::1", excluded=False)
@example(text="https://a.example?q", base="a.example", excluded=False)
@example(text="https://a.example/@b", base="a.example", excluded=True)
@example(text="https:///", base="a.example", excluded=True)
@example(text="a:b://a.example", base="a.example", excluded=False)
def test_a_uri_is_taken_where_both_openssls_take_it(text: str, base: str, excluded: bool, tmp_path: Path) -> None:
    subtree = constraints(excluded=[uri(base)]) if excluded else constraints([uri(base)])
    story = bound((uri(text),), subtree)

    assert story.explained("client").accepted is (not objections(story, tmp_path))


@pytest.mark.parametrize("text", ["https://a.example\0", "https://a.example/\0", "https://\0", "https://a.example\0b"])
@pytest.mark.parametrize("base", ["a.example", ".a.example", "a.example\0"])
@pytest.mark.parametrize("excluded", [False, True])
def test_a_uri_with_a_nul_is_refused_under_every_constraint(text: str, base: str, excluded: bool) -> None:
    """Stricter than OpenSSL, which reads such a URI in two ways and takes it under some constraints (measured)."""
    subtree = constraints(excluded=[uri(base)]) if excluded else constraints([uri(base)])

    assert not bound((uri(text),), subtree).explained("client").accepted


HOSTS = st.sampled_from(
    ["", "a.example", "b.a.example", "xa.example", ".a.example", "A.EXAMPLE", "example", "a.example.", "a.example\0"]
)
MAILS = st.sampled_from(
    [
        *("u@a.example", "U@a.example", "v@b.a.example", "u@A.EXAMPLE", "u@v@a.example", "u@a.example\0"),
        *("a.example", ".a.example", "@", "u@", "@a.example"),
    ]
)
NUMBERS = st.sampled_from([b"\x0a\0\0\1", b"\x0a\1\0\1", bytes(16), bytes(15) + b"\1", b"abc", b""])
NETWORKS = st.sampled_from(
    [
        b"\x0a\0\0\0\xff\xff\0\0",
        b"\x0a\0\0\1\xff\xff\0\0",
        bytes(8),
        bytes(32),
        bytes(16) + b"\xff" * 15 + b"\0",
        b"\x0a\0\0\1" + b"\xff" * 4,
        b"abcde",
    ]
)
ORGS = [name(), *(name(("2.5.4.10", org)) for org in ("a", "A ", "b")), name(("2.5.4.10", "a"), ("2.5.4.3", "x"))]
KINDS = {
    "dns": (HOSTS.map(dns), HOSTS.map(dns)),
    "email": (MAILS.map(email), MAILS.map(email)),
    "ip": (NUMBERS.map(address), NETWORKS.map(address)),
    "directory": (st.sampled_from(ORGS).map(directory), st.sampled_from(ORGS).map(directory)),
}


@pytest.mark.parametrize("kind", KINDS)
@AT_WORK
@given(data=st.data())
def test_names_of_each_kind_are_refused_by_the_number_that_openssl_has(
    kind: str, data: st.DataObject, tmp_path: Path
) -> None:
    names, bases = KINDS[kind]
    permitted, excluded = (data.draw(st.lists(bases, max_size=2)) for _ in range(2))
    story = bound(tuple(data.draw(st.lists(names, min_size=1, max_size=2))), constraints(permitted, excluded))
    explained, said = story.explained("client"), objections(story, tmp_path)

    assert explained.accepted is (not said)
    assert explained.accepted or explained.verify_code in said


SUBJECTS = {
    "a host": (common_name("b.example"), 47),
    "a host within": (common_name("x.a.example"), 0),
    "one label": (common_name("edge"), 0),
    "a label that ends in a hyphen": (common_name("x-.b.example"), 0),
    "a label that begins with one": (common_name("-x.b.example"), 0),
    "a hyphen and an underscore within": (common_name("x-y_z.b.example"), 47),
    "a dot at the end": (common_name("b.example."), 0),
    "a blank": (common_name("b .example"), 0),
    "a NUL at the end": (common_name("b.example\0"), 47),
    "a NUL within": (common_name("b\0.example"), 53),
    "two hosts": (name(("2.5.4.3", "a.example"), ("2.5.4.3", "b.example")), 47),
    "a host in another attribute": (name(("2.5.4.10", "b.example")), 0),
    "a host in a BMPString": (name(("2.5.4.3", "\0b\0.\0e\0x", 0x1E)), 47),
}


@pytest.mark.parametrize("what", SUBJECTS)
def test_a_common_name_counts_where_it_is_like_a_host_and_no_dns_name_stands(what: str, tmp_path: Path) -> None:
    subject, code = SUBJECTS[what]
    for names, expected in (((), code), ((uri("https://b.example/"),), code), ((dns("a.example"),), 0)):
        story = bound(names, constraints([dns("a.example")]), subject=subject)
        assert objections(story, tmp_path) == ({expected} if expected else set())
        assert story.explained("client").verify_code == expected


def test_a_ca_is_not_bound_by_its_common_name(tmp_path: Path) -> None:
    story = bound((dns("a.example"),), constraints([dns("a.example")]))
    below = Raw(common_name("b.example"), "p256-below", (authority(),), serial=3)
    sent = [LEAF.but(extensions=story.leaf.extensions).made(below), below.made(story.issuing), story.sent[1]]

    assert explain_path(sent, trusted=story.trusted, known_authorities=(), purpose="client", at=NOW).accepted
    assert store_objection(sent, story.trusted, "client", NOW) is None
    assert program_objection(sent, story.trusted, "client", NOW, tmp_path) is None


def test_the_first_five_constraints_are_told_and_how_many_there_are() -> None:
    for count, told in ((5, "0.x, 1.x, 2.x, 3.x, 4.x"), (7, "0.x, 1.x, 2.x, 3.x, 4.x and 2 more")):
        subtrees = constraints([dns(f"{number}.x") for number in range(count)])
        (finding,) = bound((dns("a.example"),), subtrees).explained("client").findings
        assert finding.sentence == (
            f'"Issuing" may not certify the dNSName "a.example": it permits only {told} (in "edge.example.com")'
        )


def test_eight_violations_of_one_ca_are_told() -> None:
    story = bound(tuple(dns(f"{number}.b") for number in range(20)), constraints([dns("a.example")]))

    assert [each.sentence.split('"')[3] for each in story.explained("client").findings] == [
        f"{number}.b" for number in range(8)
    ]


def test_a_long_chain_of_many_constraints_is_refused_and_not_computed() -> None:
    """Four times what OpenSSL compares for one CA: a million each, and the fifth is one too many."""
    names = alternatives(*(dns(f"{number}.a") for number in range(1000)))
    bases = [dns(""), *(dns(f"{number}.a") for number in range(999))]
    cas = [
        Raw(common_name(f"CA {number}"), f"p256-{number}", (authority(), constraints(bases)), serial=number + 2)
        for number in range(5)
    ]

    def code(count: int) -> int:
        chain = [LEAF.but(extensions=(names,)), *cas[:count]]
        *sent, anchor = [each.made(above) for each, above in zip(chain, (*chain[1:], None), strict=True)]
        explained = explain_path(sent, trusted=[anchor], known_authorities=(), purpose="client", at=NOW)
        return explained.verify_code

    assert (code(4), code(5)) == (0, 1)
