"""Names as bytes: which of them OpenSSL takes for the same one, and which are none at all."""

from __future__ import annotations

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from x509_libcrypto import PRESENT, names_agree
from x509_raw import address, directory, dns, email, name, oid, other, tlv, uri

from harness.x509.der import SEQUENCE, only
from harness.x509.general_names import (
    GeneralName,
    NameKind,
    canonical,
    check_relative_name,
    general_name,
    general_names,
    string_of,
)
from harness.x509.subtrees import told_directory_name, told_value

needs_libcrypto = pytest.mark.skipif(not PRESENT, reason="needs libcrypto of OpenSSL 3 or later")

UTF8, PRINTABLE, T61, IA5, UNIVERSAL, BMP = 0x0C, 0x13, 0x14, 0x16, 0x1C, 0x1E
CODECS = {UTF8: "utf-8", UNIVERSAL: "utf-32-be", BMP: "utf-16-be"}
FOLDED = (UTF8, PRINTABLE, T61, IA5, UNIVERSAL, BMP)
PRIMITIVE = tuple(tag for tag in range(31) if tag not in (0x10, 0x11))
TYPES = ("2.5.4.3", "2.5.4.10", "0.9.2342.19200300.100.1.25")


def attribute(kind: str, tag: int, text: str) -> bytes:
    return tlv(0x30, oid(kind), tlv(tag, text.encode(CODECS.get(tag, "latin-1"), "replace")))


TEXTS = st.sampled_from(
    ["Org", "ORG", " org ", "o rg", "O  rg", "o\trg", "Örg", "örg", "", " ", "org\N{NO-BREAK SPACE}"]
)
OCTETS = st.sampled_from(
    [b"\xff", b"\xc3", b"\xed\xa0\x80", b"\xd8\0\xdc\0", b"\xd8\0", b"\0x\0", b"\0\x11\0\0", b"\0\0\0x", b"\0"]
)
ATTRIBUTES = st.one_of(
    st.builds(attribute, st.sampled_from(TYPES), st.sampled_from(FOLDED), TEXTS),
    st.builds(attribute, st.sampled_from(TYPES), st.sampled_from(FOLDED), TEXTS),
    st.builds(
        lambda kind, tag, octets: tlv(0x30, oid(kind), tlv(tag, octets)),
        st.sampled_from(TYPES),
        st.sampled_from([*FOLDED, *PRIMITIVE, 0x30, 0x31, 0x80, 0xA0]),
        OCTETS,
    ),
)
RDNS = st.lists(ATTRIBUTES, min_size=1, max_size=2).map(lambda held: tlv(0x31, *held))
NAMES = st.lists(RDNS, max_size=2).map(lambda held: tlv(0x30, *held))


def same(one: bytes, other: bytes) -> bool | None:
    """Whether two Names are the same one, None where one of them is none."""
    try:
        return canonical(only(one, SEQUENCE)) == canonical(only(other, SEQUENCE))
    except ValueError:
        return None


def of_one(tag: int, text: str, kind: str = "2.5.4.10") -> bytes:
    return tlv(0x30, tlv(0x31, attribute(kind, tag, text)))


@needs_libcrypto
@settings(max_examples=400, deadline=None)
@given(one=NAMES, other=NAMES)
def test_names_are_the_same_where_openssl_says_so(one: bytes, other: bytes) -> None:
    assert same(one, other) is names_agree(one, other)


STRINGS = [
    (of_one(tag, one), of_one(other_tag, other))
    for tag in (*FOLDED, 0x03, 0x12)
    for other_tag in (UTF8, tag)
    for one, other in (("Example  Org ", "EXAMPLE org"), ("Ärzte", "ÄRZTE"), ("Ärzte", "ärzte"), ("a", "b"))
]


@needs_libcrypto
@pytest.mark.parametrize(("one", "other"), STRINGS)
def test_letters_blanks_and_kinds_of_strings_count_as_they_do_in_openssl(one: bytes, other: bytes) -> None:
    assert same(one, other) is names_agree(one, other)


@needs_libcrypto
@pytest.mark.parametrize("tag", [*PRIMITIVE, 0x30, 0x31, 0x80, 0xA0])
@pytest.mark.parametrize("octets", [b"\0\0\0x", b"\xff", b"\xd8\0\xdc\0", b"\0x\0", b""])
def test_a_value_is_readable_where_openssl_can_read_it(tag: int, octets: bytes) -> None:
    """A certificate whose subject OpenSSL cannot read is no certificate to it."""
    whole = tlv(0x30, tlv(0x31, tlv(0x30, oid(TYPES[0]), tlv(tag, octets))))
    assert same(whole, whole) is names_agree(whole, whole)


@needs_libcrypto
@pytest.mark.parametrize(
    "whole",
    [
        tlv(0x30, tlv(0x30, attribute(TYPES[0], UTF8, "x"))),  # no set
        tlv(0x30, tlv(0x31, tlv(0x31, oid(TYPES[0]), tlv(UTF8, b"x")))),  # no sequence in it
        tlv(0x30, tlv(0x31, tlv(0x30, tlv(0x02, b"\1"), tlv(UTF8, b"x")))),  # no type
        tlv(0x30, tlv(0x31, tlv(0x30, oid(TYPES[0])))),  # no value
        tlv(0x30, tlv(0x31, tlv(0x30))),
        tlv(0x30, tlv(0x31, tlv(0x30, oid(TYPES[0]), tlv(UTF8, b"x"), tlv(UTF8, b"y")))),  # two values
    ],
)
def test_what_openssl_cannot_read_as_a_name_is_a_value_error(whole: bytes) -> None:
    assert names_agree(whole, whole) is None
    with pytest.raises(ValueError, match=r".+"):
        canonical(only(whole, SEQUENCE))
    with pytest.raises(ValueError, match=r".+"):
        general_names(directory(whole))


def test_a_string_that_is_not_well_encoded_is_none() -> None:
    assert string_of(UTF8, b"\xff") is None
    assert string_of(BMP, b"\0x\0") is None
    assert string_of(0x04, b"x") is None
    assert string_of(T61, b"\xe4") == "ä"


KINDS = {
    "rfc822Name": (email("a@b.example"), NameKind.EMAIL, "a@b.example"),
    "dNSName": (dns("edge.example.com"), NameKind.DNS, "edge.example.com"),
    "URI": (uri("sip:example.com"), NameKind.URI, "sip:example.com"),
    "iPAddress": (address(b"\xc0\0\2\1"), NameKind.IP_ADDRESS, "192.0.2.1"),
    "directoryName": (directory(name(("2.5.4.3", "edge"))), NameKind.DIRECTORY_NAME, "CN=edge"),
    "otherName": (other("1.3.6.1.5.5.7.8.7", tlv(IA5, b"x")), NameKind.OTHER_NAME, "1.3.6.1.5.5.7.8.7"),
    "registeredID": (tlv(0x88, b"\x2a\x03"), NameKind.REGISTERED_ID, "2a03"),
    "x400Address": (tlv(0xA3, tlv(0x30)), NameKind.X400_ADDRESS, "3000"),
    "ediPartyName": (tlv(0xA5, tlv(0xA1, tlv(UTF8, b"x"))), NameKind.EDI_PARTY_NAME, "a1030c0178"),
}
"""By what RFC 5280 section 4.2.1.6 calls each choice: the element, its kind, and how it is told."""


@pytest.mark.parametrize("called", KINDS)
def test_each_kind_of_general_name_is_known_by_its_tag(called: str) -> None:
    element, kind, told = KINDS[called]
    (read,) = general_names(element)

    assert (read.kind, read.kind.called, told_value(read)) == (kind, called, told)


@pytest.mark.parametrize(
    "element",
    [
        tlv(0x8A, b"x"),
        tlv(0xA2, b"x"),  # a dNSName is no frame
        tlv(0x84, name()),  # a directoryName is one
        tlv(0xA4, tlv(0x04)),
        tlv(0xA0),
        tlv(0xA0, oid("1.2.3")),
        tlv(0xA0, oid("1.2.3"), tlv(0xA0)),
        tlv(0xA0, oid("1.2.3"), tlv(0xA0, tlv(0x05), tlv(0x05))),
        tlv(0xA0, tlv(0x04, b"\x2a"), tlv(0xA0, tlv(0x05))),
        tlv(0xA0, oid("1.2.3"), tlv(0xA1, tlv(0x05))),
        tlv(0xA0, oid("1.2.3"), tlv(0xA0, tlv(0x05)), tlv(0x05)),
        tlv(0xA0, tlv(0x06, b"\x80"), tlv(0xA0, tlv(0x05))),
        tlv(0xA5, tlv(0xA2, tlv(UTF8, b"x"))),
        tlv(0xA5, tlv(0xA1), tlv(0xA0)),
        tlv(0x88),
        tlv(0x88, b"\x80"),
    ],
)
def test_a_name_that_is_malformed_is_a_value_error(element: bytes) -> None:
    with pytest.raises(ValueError, match=r".+"):
        general_names(element)


def test_a_value_is_told_as_text() -> None:
    assert told_value(GeneralName(NameKind.X400_ADDRESS, bytes(range(20)))) == bytes(range(16)).hex()
    assert general_name(0x82, b"\xffx").text == "\xffx"
    assert general_names(other("1.2.3", tlv(IA5, b"x"))) == (GeneralName(NameKind.OTHER_NAME, tlv(IA5, b"x"), "1.2.3"),)


def test_a_relative_name_is_made_of_attributes() -> None:
    check_relative_name(attribute(TYPES[0], UTF8, "x") + attribute(TYPES[1], UTF8, "y"))
    check_relative_name(b"")
    with pytest.raises(ValueError, match=r".+"):
        check_relative_name(attribute(TYPES[0], UTF8, "x") + uri("http://x"))


WRITTEN = {
    "2.5.4.3": "CN",
    "2.5.4.5": "serialNumber",
    "2.5.4.6": "C",
    "2.5.4.7": "L",
    "2.5.4.8": "ST",
    "2.5.4.10": "O",
    "2.5.4.11": "OU",
    "0.9.2342.19200300.100.1.25": "DC",
    "1.2.840.113549.1.9.1": "emailAddress",
    "1.2.3": "1.2.3",
}


def test_a_directory_name_is_written_by_the_short_names_of_its_attributes() -> None:
    whole = name(*((kind, f"x{number}") for number, kind in enumerate(WRITTEN)))

    assert told_directory_name(only(whole, SEQUENCE)) == ", ".join(
        f"{short}=x{number}" for number, short in enumerate(WRITTEN.values())
    )
    assert told_directory_name(b"") == "(empty)"
    assert told_directory_name(tlv(0x31, tlv(0x30, oid("2.5.4.3"), tlv(0x12, b"1")))) == "CN=31"


@pytest.mark.parametrize(
    ("octets", "told"),
    [
        (b"\x0a\0\0\1", "10.0.0.1"),
        (bytes(15) + b"\1", "::1"),
        (b"\x0a\0\0\0\xff\0\0\0", "10.0.0.0/8"),
        (b"\x0a\x01\0\0\xff\xff\xff\0", "10.1.0.0/24"),
        (bytes(8), "0.0.0.0/0"),
        (bytes(32), "::/0"),
        (b"\x20\x01\x0d\xb8" + bytes(12) + b"\xff" * 4 + bytes(12), "2001:db8::/32"),
        (b"\x0a\0\0\1\xff\0\0\0", "0a000001ff000000"),  # bits beside the mask: no network
        (b"abc", "616263"),
    ],
)
def test_an_address_or_a_network_is_told_as_people_write_it(octets: bytes, told: str) -> None:
    assert told_value(GeneralName(NameKind.IP_ADDRESS, octets)) == told


@example(b"")
@given(st.binary(max_size=60))
def test_any_bytes_are_names_or_a_value_error(data: bytes) -> None:
    for read in (general_names, canonical, check_relative_name):
        try:
            read(data)
        except (ValueError, IndexError):
            continue
