"""Taking certificates apart and putting them together: by the rules of X.690, and no error but ValueError."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pki_forge import chain_of

from harness.x509.der import dotted, element, whole_elements
from harness.x509.structure import CertificateParts, dissect, extension

TAGS = st.sampled_from([0x02, 0x04, 0x30, 0x31, 0xA0])
CONTENTS = st.one_of(st.binary(max_size=9), st.sampled_from([bytes(size) for size in (127, 128, 255, 256, 65536)]))
LEAF = chain_of().leaf.der


@given(st.lists(st.tuples(TAGS, CONTENTS), max_size=4))
def test_what_was_put_together_is_taken_apart(parts: list[tuple[int, bytes]]) -> None:
    wholes = [element(tag, content) for tag, content in parts]
    found = whole_elements(b"".join(wholes))

    assert [(each.tag, each.content) for each in found] == parts
    assert [each.whole for each in found] == wholes


@pytest.mark.parametrize(
    ("size", "head"),
    [
        (0, "3000"),
        (127, "307f"),
        (128, "308180"),
        (255, "3081ff"),
        (256, "30820100"),
        (65535, "3082ffff"),
        (65536, "3083010000"),
    ],
)
def test_a_length_takes_as_few_octets_as_it_can(size: int, head: str) -> None:
    """X.690 section 10.1."""
    assert element(0x30, bytes(size))[: len(head) // 2].hex() == head


@pytest.mark.parametrize(
    "data",
    [
        b"\x30",
        b"\x30\x01",
        b"\x30\x80",
        b"\x30\x80" + bytes(200),
        b"\x30\x81",
        b"\x30\x82\x01",
        b"\x30\x85\0\0\0\0\1x",
        b"\x30\0\x30",
        b"\x30\x81\x02x",
    ],
)
def test_what_is_not_framed_is_a_value_error(data: bytes) -> None:
    with pytest.raises(ValueError, match=r"DER (element|length)"):
        whole_elements(data)


@pytest.mark.parametrize("data", [b"\x30\x81\0", b"\x30\x84\0\0\0\1x", b"\x30\x81\1x"])
def test_a_length_in_more_octets_than_it_needs_is_read(data: bytes) -> None:
    assert [each.whole for each in whole_elements(data)] == [data]


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("883703", "2.999.3"),  # X.690 section 8.19.5
        ("2a864886f70d0101", "1.2.840.113549.1.1"),
        ("00", "0.0"),
        ("27", "0.39"),
        ("28", "1.0"),
        ("4f", "1.39"),
        ("50", "2.0"),
        ("7f", "2.47"),
        ("8100", "2.48"),
    ],
)
def test_an_identifier_is_written_with_dots(octets: str, text: str) -> None:
    assert dotted(bytes.fromhex(octets)) == text


@pytest.mark.parametrize("octets", ["", "80", "2a80"])
def test_a_cut_identifier_is_a_value_error(octets: str) -> None:
    with pytest.raises(ValueError, match="identifier"):
        dotted(bytes.fromhex(octets))


# --- certificates ---


def field(tag: int, content: bytes = b"x") -> bytes:
    return element(tag, content)


SIX = (field(0x02), field(0x30), field(0x31), field(0x30, b"y"), field(0x31, b"z"), field(0x30, b"w"))
"""Serial number, algorithm, issuer, validity, subject and key of a certificate of version 1."""


def framed(*fields: bytes) -> bytes:
    return element(0x30, element(0x30, b"".join(fields)))


def test_a_certificate_of_version_1_has_six_fields() -> None:
    assert dissect(framed(*SIX)) == CertificateParts(b"", *SIX)


def test_unique_identifiers_and_extensions_follow_the_key() -> None:
    version, unique = field(0xA0, b"v"), (field(0x81, b"1"), field(0x82, b"2"))
    held = extension("1.2.3", b"\x2a\x03", b"value")
    whole = framed(version, *SIX, *unique, element(0xA3, element(0x30, held.whole)))
    found = dissect(whole)

    assert (found.version, found.serial, found.public_key) == (version, SIX[0], SIX[5])
    assert found.unique_identifiers == b"".join(unique)
    assert found.extensions == (held,)
    assert found.to_be_signed() == whole_elements(whole)[0].content


def test_an_extension_stays_as_critical_as_it_was() -> None:
    flag = element(0x01, b"\xff")
    whole = element(0x30, element(0x06, b"\x2a\x03") + flag + element(0x04, b"old"))
    (found,) = dissect(framed(*SIX, element(0xA3, element(0x30, whole)))).extensions

    assert (found.identifier, found.value) == ("1.2.3", b"old")
    assert found.holding(b"new").whole == whole.replace(b"old", b"new")
    assert found.holding(b"new").value == b"new"


@pytest.mark.parametrize("fields", [(), SIX[:1], SIX[:5], (*SIX, field(0xA3, b""))])
def test_what_lacks_a_field_is_a_value_error(fields: tuple[bytes, ...]) -> None:
    with pytest.raises(ValueError, match=r".+"):
        dissect(framed(*fields))


def test_two_certificates_are_not_one() -> None:
    with pytest.raises(ValueError, match=r".+"):
        dissect(LEAF + LEAF)


@given(at=st.integers(0, len(LEAF) - 1), patch=st.binary(max_size=3), cut=st.integers(0, 3))
def test_any_damage_is_a_certificate_or_a_value_error(at: int, patch: bytes, cut: int) -> None:
    try:
        dissect(LEAF[:at] + patch + LEAF[at + cut :])
    except ValueError:
        return
