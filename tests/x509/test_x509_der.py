"""DER by the rules of X.690: what is framed well is read as it was written, the rest is a ValueError."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st
from x509_raw import oid, tlv

from harness.x509.der import dotted, elements, fields, members, only

TAGS = st.sampled_from([0x01, 0x02, 0x04, 0x30, 0x31, 0x80, 0xA0, 0xA3])
CONTENTS = st.one_of(st.binary(max_size=20), st.sampled_from([bytes(size) for size in (127, 128, 255, 256, 65536)]))
PARTS = st.lists(st.tuples(TAGS, CONTENTS), max_size=4)


@given(PARTS)
def test_what_was_written_is_read(parts: list[tuple[int, bytes]]) -> None:
    wholes = [tlv(tag, contents) for tag, contents in parts]

    assert list(elements(b"".join(wholes))) == [
        (tag, contents, whole) for (tag, contents), whole in zip(parts, wholes, strict=True)
    ]
    assert members(tlv(0x30, *wholes)) == parts


@given(tag=TAGS, contents=st.binary(max_size=300).filter(bool), cut=st.integers(1, 303))
def test_what_ends_early_is_a_value_error(tag: int, contents: bytes, cut: int) -> None:
    whole = tlv(tag, contents)
    with pytest.raises(ValueError, match="DER"):
        list(elements(whole[: -cut % len(whole) or len(whole) - 1]))


@pytest.mark.parametrize(
    "data",
    [
        b"\x30",
        b"\x30\x01",
        b"\x30\x80",  # no end is told (section 8.1.3.6), which DER forbids
        b"\x30\x80" + bytes(200),
        b"\x30\x81",
        b"\x30\x82\x01",
        b"\x30\x85\0\0\0\0\1x",  # five octets of length: more than any certificate has
        b"\x30\xff" + bytes(200),
    ],
)
def test_a_length_that_is_none_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match="DER"):
        list(elements(data))


@pytest.mark.parametrize(
    ("data", "contents"),
    [
        (b"\x30\x81\0", b""),
        (b"\x30\x84\0\0\0\1x", b"x"),
        (b"\x30\x81\1x", b"x"),
        (b"\x30\x7f" + bytes(127), bytes(127)),
    ],
)
def test_a_length_in_more_octets_than_it_needs_is_read(data: bytes, contents: bytes) -> None:
    """OpenSSL reads it too (ASN1_get_object, measured)."""
    assert list(elements(data)) == [(0x30, contents, data)]


def test_the_first_element_is_wanted_and_what_follows_is_not_looked_at() -> None:
    assert only(tlv(0x04, b"x") + b"\x05", 0x04) == b"x"
    for data in (b"", tlv(0x05), tlv(0x02, b"\1") + tlv(0x04, b"x")):
        with pytest.raises(ValueError, match="the tag 0x04 is missing"):
            only(data, 0x04)


ORDERED = (0x80, 0xA1, 0x82)


@given(st.lists(st.sampled_from([*ORDERED, 0x83]), max_size=4))
def test_optional_fields_come_in_their_order_and_once(tags: list[int]) -> None:
    data = b"".join(tlv(tag, bytes([tag])) for tag in tags)
    in_order = 0x83 not in tags and all(
        ORDERED.index(earlier) < ORDERED.index(later) for earlier, later in pairwise(tags)
    )
    if in_order:
        assert fields(data, *ORDERED) == {tag: bytes([tag]) for tag in tags}
    else:
        with pytest.raises(ValueError, match="stands where it may not"):
            fields(data, *ORDERED)


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("883703", "2.999.3"),  # X.690 section 8.19.5
        ("2a864886f70d010101", "1.2.840.113549.1.1.1"),
        ("00", "0.0"),
        ("27", "0.39"),
        ("28", "1.0"),
        ("4f", "1.39"),
        ("50", "2.0"),
        ("7f", "2.47"),
        ("8100", "2.48"),
        ("2a00", "1.2.0"),
    ],
)
def test_an_identifier_is_written_with_dots(octets: str, text: str) -> None:
    assert dotted(bytes.fromhex(octets)) == text


@given(first=st.integers(0, 2), second=st.integers(0, 39), arcs=st.lists(st.integers(0, 1 << 40), max_size=6))
def test_every_identifier_is_read_as_it_was_written(first: int, second: int, arcs: list[int]) -> None:
    text = ".".join(map(str, (first, second, *arcs)))
    assert dotted(oid(text)[2:]) == text


@pytest.mark.parametrize("octets", [b"", b"\x80", b"\x2a\x86", b"\x2a" + b"\x03" * 64])
def test_an_identifier_that_is_cut_off_or_endless_is_a_value_error(octets: bytes) -> None:
    with pytest.raises(ValueError, match="object identifier"):
        dotted(octets)


def test_an_identifier_of_64_octets_is_read() -> None:
    assert dotted(b"\x2a" + b"\x03" * 63).endswith(".3.3")
