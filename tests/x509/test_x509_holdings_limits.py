"""Files of certificates at their limits: how many are told, where a fault stands, what is just not too much."""

from __future__ import annotations

import base64

import pytest
from cryptography.hazmat.primitives.serialization import Encoding, pkcs7
from pki_forge import Forged, chain_of, forge

from harness.errors import Fault, ScenarioError
from harness.x509.der import element
from harness.x509.files import read_holding, read_trust_list
from harness.x509.files.binary_files import MAX_ITERATIONS, asks_too_much
from harness.x509.files.contents import pem_blocks, text_of
from harness.x509.files.holding import MAX_FAULTS, MAX_FILE_BYTES, completed
from harness.x509.files.pem_files import MAX_BLOCKS

CHAIN = chain_of("p256")
PEM = b"".join(each.pem for each in CHAIN.all)
DERS = tuple(each.der for each in CHAIN.all)


def faults(data: bytes, password: str | None = None) -> list[Fault]:
    with pytest.raises(ScenarioError) as refused:
        read_holding(data, "old.pem", password=password)
    return list(refused.value.faults)


def leaves(count: int) -> list[Forged]:
    return [forge(f"leaf {number}", by=CHAIN.issuing) for number in range(count)]


def pem_of(*certificates: Forged) -> bytes:
    return b"".join(each.pem for each in certificates)


@pytest.mark.parametrize(
    ("count", "listed"),
    [
        (2, "'leaf 0', 'leaf 1'"),
        (3, "'leaf 0', 'leaf 1', 'leaf 2'"),
        (4, "'leaf 0', 'leaf 1', 'leaf 2' and 1 more"),
        (6, "'leaf 0', 'leaf 1', 'leaf 2' and 3 more"),
    ],
)
def test_three_of_many_leaves_are_named(count: int, listed: str) -> None:
    (fault,) = faults(pem_of(*leaves(count)))

    assert fault.message == f"it holds {count} leaf certificates: {listed}"
    assert (fault.file, fault.line, fault.column) == ("old.pem", 0, 0)


def test_certificates_that_issued_each_other_hold_no_leaf() -> None:
    """Two CAs that certified each other: each issued another one, and so none is the lowest."""
    one, other = forge("One", ca=True), forge("Other", ca=True)
    crossed = forge("One", by=other, key=one.key, ca=True), forge("Other", by=one, key=other.key, ca=True)

    (fault,) = faults(pem_of(*crossed))
    assert fault.message == "it holds 2 certificates of CAs, and no leaf: 'One', 'Other'"


@pytest.mark.parametrize(
    ("count", "note"), [(0, ()), (1, ("ignored one other private key",)), (2, ("ignored 2 other private keys",))]
)
def test_keys_beside_the_leafs_are_counted(count: int, note: tuple[str, ...]) -> None:
    others = b"".join(forge(f"other {number}").key_pem for number in range(count))

    assert read_holding(PEM + others + CHAIN.leaf.key_pem, "old.pem").notes == note


def test_a_key_of_leaf_and_issuer_is_the_leafs() -> None:
    both = read_holding(PEM + CHAIN.issuing.key_pem + CHAIN.leaf.key_pem, "old.pem")

    assert (both.certificates, both.private_key) == (DERS, CHAIN.leaf.key_pem)


def test_strangers_and_repetitions_are_counted() -> None:
    strangers = [forge(f"Stranger {number}", ca=True) for number in range(2)]
    holding = read_holding(PEM + pem_of(*strangers) + PEM, "old.pem")

    assert holding.notes == (
        "ignored 3 certificates that occurred before",
        "left 2 certificates at the end that did not issue the leaf",
    )


def test_three_of_the_certificates_that_make_another_chain_are_named() -> None:
    roots = [forge(f"Root {number}", ca=True) for number in range(5)]
    issuing = forge("Issuing", by=roots[0], ca=True)
    crossed = [forge("Issuing", by=root, ca=True, key=issuing.key) for root in roots[1:]]
    leaf = forge("edge.example.com", by=issuing)
    holding = read_holding(pem_of(leaf, issuing, roots[0], *crossed, *roots[1:]), "old.pem")

    (note,) = (each for each in holding.notes if "another one" in each)
    assert note.startswith("left 8 certificates behind the chain that make another one: 'Issuing'")
    assert note.count("'") <= 6


def test_a_holding_is_completed_by_what_lies_above_it() -> None:
    leaf = read_holding(CHAIN.leaf.pem, "old.pem")
    stranger = forge("Stranger", ca=True)

    assert completed(leaf, [CHAIN.root.der, stranger.der, CHAIN.issuing.der]).certificates == DERS
    both = read_holding(pem_of(CHAIN.leaf, stranger), "old.pem")
    assert completed(both, DERS[1:]).certificates == (*DERS, stranger.der)


@pytest.mark.parametrize("lines", [0, 1, 2])
def test_lines_around_the_blocks_are_counted(lines: int) -> None:
    told = ("", "ignored one line of text around the PEM blocks", "ignored 2 lines of text around the PEM blocks")[
        lines
    ]

    assert read_holding(b"text\n" * lines + PEM, "old.pem").notes == ((told,) if told else ())


def test_a_file_of_four_mib_is_read_and_no_larger() -> None:
    assert MAX_FILE_BYTES == 4 * 1024 * 1024
    full = PEM + b"\n" * (MAX_FILE_BYTES - len(PEM))
    assert read_holding(full, "old.pem").certificates == DERS
    (fault,) = faults(full + b"\n")
    assert (fault.line, fault.column) == (0, 0)
    assert fault.hint == "the limit is 4194304 bytes"


def test_twenty_faults_are_told() -> None:
    spam = b"-----BEGIN SPAM-----\nAAAA\n-----END SPAM-----\n"

    assert MAX_FAULTS == 20
    assert [fault.line for fault in faults(spam * 25)] == [1 + 3 * number for number in range(20)]
    assert {fault.column for fault in faults(spam)} == {1}


def test_eleven_hundred_blocks_are_looked_at() -> None:
    parameters = b"-----BEGIN EC PARAMETERS-----\nBggqhkjOPQMBBw==\n-----END EC PARAMETERS-----\n"

    assert MAX_BLOCKS == 1100
    assert read_trust_list(parameters * 1099 + CHAIN.root.pem, "t.pem").certificates == (CHAIN.root.der,)
    with pytest.raises(ScenarioError, match="there is no certificate in it"):
        read_trust_list(parameters * 1100 + CHAIN.root.pem, "t.pem")


# --- files without PEM ---


@pytest.mark.parametrize(
    ("data", "message"),
    [
        (b"\x30\x03\x02\x01\x03", "the PKCS#12 file needs a password, or is damaged"),
        (b"\x30\x02\x06\x00", "the PKCS#7 file holds no certificates that can be read"),
        (b"\x30\x02\x30\x00", "this is a damaged certificate"),
        (b"\x30\x81\x80\x30" + bytes(127), "this is a damaged certificate"),
        (b"\x30\x82\x01\x00\x06" + bytes(255), "the PKCS#7 file holds no certificates that can be read"),
        (b"\x30\x80\x06", "the PKCS#7 file holds no certificates that can be read"),
        (b"\x31\x02\x30\x00", "this is no format of certificates"),
        (b"\x30\x02\x04\x00", "this is no format of certificates"),
        (b"\x30", "this is no format of certificates"),
    ],
)
def test_the_first_byte_inside_tells_the_format(data: bytes, message: str) -> None:
    (fault,) = faults(data)

    assert (fault.message, fault.line, fault.column) == (message, 0, 0)


def test_a_trusted_certificate_of_openssl_is_read_without_its_settings() -> None:
    body = base64.encodebytes(CHAIN.root.der + b"\x30\x00")
    block = b"-----BEGIN TRUSTED CERTIFICATE-----\n" + body + b"-----END TRUSTED CERTIFICATE-----\n"

    assert read_trust_list(block, "t.pem").certificates == (CHAIN.root.der,)
    assert "cannot be decoded" in faults(block.replace(b"TRUSTED ", b""))[0].message


@pytest.mark.parametrize("label", [b"PKCS7", b"PKCS #7 SIGNED DATA", b"CMS"])
def test_pkcs7_has_several_labels(label: bytes) -> None:
    block = pkcs7.serialize_certificates([CHAIN.root.certificate], Encoding.PEM).replace(b"PKCS7", label)

    assert read_trust_list(block, "t.pem").certificates == (CHAIN.root.der,)


# --- work that a file asks for ---


def stretched(iterations: int, *, deep: int = 0) -> bytes:
    data = element(0x04, b"salt") + element(0x02, iterations.to_bytes(9))
    for _ in range(deep):
        data = element(0x30, data)
    return data


@pytest.mark.parametrize(
    ("iterations", "too_much"), [(2048, False), (MAX_ITERATIONS, False), (MAX_ITERATIONS + 1, True)]
)
def test_ten_million_iterations_are_taken(iterations: int, too_much: bool) -> None:
    assert MAX_ITERATIONS == 10_000_000
    for wrap in (0x30, 0x04, 0xA0):
        assert asks_too_much(element(wrap, stretched(iterations))) is too_much


def test_only_a_number_behind_a_salt_counts_and_only_so_deep() -> None:
    huge = element(0x02, (1 << 60).to_bytes(9))

    assert not asks_too_much(element(0x30, huge))
    assert not asks_too_much(element(0x30, element(0x04, b"x") + element(0x05, b"") + huge))
    assert asks_too_much(element(0x30, element(0x04, b"x") + huge))
    assert not asks_too_much(element(0x13, stretched(1 << 60)))
    assert [asks_too_much(stretched(1 << 60, deep=deep)) for deep in (24, 25)] == [True, False]


# --- PEM ---


def test_a_block_is_found_wherever_it_stands() -> None:
    text = "a\n\n-----BEGIN X-----\nAAAA\n-----END X-----  b\n-----BEGIN Y-----\nAAA"
    (one, other), outside = pem_blocks(text)

    assert (one.label, one.line, one.complete, one.decoded()) == ("X", 3, True, b"\0\0\0")
    assert (other.label, other.line, other.complete) == ("Y", 6, False)
    assert outside == 2
    with pytest.raises(ValueError, match="no end"):
        other.decoded()


def test_a_block_that_ends_as_another_one_is_not_complete() -> None:
    (block,), outside = pem_blocks("-----BEGIN X-----\nAAAA\n-----END Y-----\n")

    assert not block.complete
    assert outside == 1


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"\xef\xbb\xbfx", "x"),
        ("x".encode("utf-16"), "x"),
        (b"\xfe\xff\0x", "x"),
        (b"x\xe9", "x\xe9"),
        (b"\xef\xbb\xbf\xe2\x82\xac", "?"),
    ],
)
def test_a_mark_tells_the_encoding(data: bytes, text: str) -> None:
    assert text_of(data) == text
