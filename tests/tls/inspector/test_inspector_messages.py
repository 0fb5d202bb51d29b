"""Single messages: old shapes, odd contents, and compressed chains."""

from __future__ import annotations

import tracemalloc
import zlib

import pytest
from cryptography import x509
from cryptography.x509.oid import NameOID
from forged_records import client_hello, vector
from hypothesis import given
from hypothesis import strategies as st
from recorded_handshakes import authority, der, leaf

from harness.tls.inspector import Certificate, CertificateRequest, ClientHello, Handshake, NewSessionTicket, inspect
from harness.tls.inspector.certificates import LONGEST_CERTIFICATE_MESSAGE
from harness.tls.inspector.items import Stamp
from harness.tls.inspector.messages import decode
from harness.tls.inspector.wire import DecodeError
from harness.transcript import Chunk, Direction

STAMP = Stamp(1.5, from_client=True, encrypted=True)
CERTIFICATE, CERTIFICATE_REQUEST, COMPRESSED_CERTIFICATE = 11, 13, 25


def hello(suites: list[int], extensions: dict[int, bytes]) -> ClientHello:
    chunk = Chunk(0.0, Direction.SENT, client_hello(suites, extensions))
    offer = inspect([chunk], [], listens=False).client_hello
    assert offer is not None
    return offer


def test_unknown_numbers_show_as_hex_and_grease_as_grease() -> None:
    offer = hello(
        [0x0A0A, 0xC02F, 0x0A1A, 0xFFFE],
        {
            10: vector(2, bytes.fromhex("dada0017ff00")),
            13: vector(2, bytes.fromhex("0403fafa4141")),
            43: vector(1, bytes.fromhex("baba03040303")),
        },
    )
    assert offer.cipher_suites == ("GREASE", "TLS_ECDHE_RSA_WITH_AES_128_GCM_SHA256", "0x0a1a", "0xfffe")
    assert offer.groups == ("GREASE", "secp256r1", "0xff00")
    assert offer.signature_algorithms == ("ecdsa_secp256r1_sha256", "GREASE", "0x4141")
    assert offer.versions == ("GREASE", "1.3", "1.2")


def test_a_bare_hello_offers_its_legacy_version_and_nothing_else() -> None:
    offer = hello([0x000A], {})
    assert offer.versions == ("1.2",)
    assert offer.cipher_suites == ("TLS_RSA_WITH_3DES_EDE_CBC_SHA",)
    assert (offer.server_name, offer.alpn, offer.groups, offer.signature_algorithms) == (None, (), (), ())
    assert not offer.ticket_offered


def test_an_empty_ticket_asks_for_one_and_a_full_one_offers_it() -> None:
    assert not hello([0x000A], {35: b""}).ticket_offered
    assert hello([0x000A], {35: b"ticket"}).ticket_offered


def test_a_server_name_that_is_no_ascii_is_shown_escaped() -> None:
    assert hello([0x000A], {0: vector(2, b"\x00" + vector(2, b"exp\xff"))}).server_name == "exp\\xff"


@pytest.mark.parametrize(("version", "schemes"), [("1.1", ()), ("1.2", ("rsa_pkcs1_sha256",))])
def test_a_request_before_tls_1_2_has_no_signature_schemes(version: str, schemes: tuple[str, ...]) -> None:
    name = authority().certificate.subject.public_bytes()
    algorithms = vector(2, b"\x04\x01") if schemes else b""
    body = vector(1, b"\x01\x40\x99") + algorithms + vector(2, vector(2, name) + vector(2, b"no name"))
    assert decode(STAMP, CERTIFICATE_REQUEST, body, version) == CertificateRequest(
        *STAMP, ("CN=Lab Root", "#" + b"no name".hex()), ("rsa_sign", "ecdsa_sign", "0x99"), schemes
    )


NAME = x509.Name(
    [
        x509.NameAttribute(NameOID.COUNTRY_NAME, "US"),
        x509.NameAttribute(NameOID.ORGANIZATION_NAME, "Lab, Inc"),
        x509.NameAttribute(NameOID.COMMON_NAME, "Wurzel ü"),
    ]
).public_bytes()


def authorities(name: bytes) -> tuple[str, ...]:
    body = vector(1, b"\x01") + vector(2, vector(2, name))
    item = decode(STAMP, CERTIFICATE_REQUEST, body, "1.1")
    assert isinstance(item, CertificateRequest)
    return item.authorities


def test_a_country_of_three_letters_is_shown_as_it_is() -> None:
    three = bytes.fromhex("300e310c300a060355040613035553 41".replace(" ", ""))
    assert authorities(three) == ("C=USA",)


@pytest.mark.parametrize("odd_type", [0x03, 0x05, 0x30])
def test_a_name_of_an_odd_type_is_shown_as_hex(odd_type: int) -> None:
    odd = NAME.replace(b"\x0c\x09Wurzel", bytes([odd_type]) + b"\x09Wurzel")
    assert odd != NAME
    assert authorities(odd) == (f"#{odd.hex()}",)


@given(changes=st.lists(st.tuples(st.integers(0, len(NAME) - 1), st.integers(0, 255)), max_size=4))
def test_any_authority_name_is_text(changes: list[tuple[int, int]]) -> None:
    changed = bytearray(NAME)
    for place, byte in changes:
        changed[place] = byte
    (name,) = authorities(bytes(changed))
    assert name == f"#{changed.hex()}" or "=" in name


def chain_message() -> bytes:
    chain = (der(leaf("exp-e")), der(authority()))
    entries = b"".join(vector(3, certificate) + vector(2, b"") for certificate in chain)
    return vector(1, b"") + vector(3, entries)


def test_a_chain_compressed_with_zlib_is_the_chain() -> None:
    plain = chain_message()
    body = b"\x00\x01" + len(plain).to_bytes(3, "big") + vector(3, zlib.compress(plain))
    seen = decode(STAMP, COMPRESSED_CERTIFICATE, body, "1.3")
    assert seen == decode(STAMP, CERTIFICATE, plain, "1.3")
    assert seen == Certificate(*STAMP, (der(leaf("exp-e")), der(authority())))


@pytest.mark.parametrize(("algorithm", "name"), [(2, "brotli"), (3, "zstd"), (9, "0x0009")])
def test_a_chain_compressed_otherwise_is_named(algorithm: int, name: str) -> None:
    body = algorithm.to_bytes(2, "big") + b"\x00\x00\x09" + vector(3, b"squeezed")
    seen = decode(STAMP, COMPRESSED_CERTIFICATE, body, "1.3")
    assert seen == Handshake(*STAMP, f"compressed_certificate ({name})", len(body))


@pytest.mark.parametrize(
    ("announced", "why"),
    [
        (10, "10 bytes of certificates announced, others found"),
        (LONGEST_CERTIFICATE_MESSAGE, "announced, others found"),
        (2**24 - 1, "16777215 bytes of certificates announced$"),
    ],
)
def test_a_chain_that_swells_when_unpacked_is_refused_before_it_has(announced: int, why: str) -> None:
    bomb = zlib.compress(bytes(20_000_000))
    body = b"\x00\x01" + announced.to_bytes(3, "big") + vector(3, bomb)
    tracemalloc.start()
    with pytest.raises(DecodeError, match=why):
        decode(STAMP, COMPRESSED_CERTIFICATE, body, "1.3")
    _now, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 1_000_000


WHOLE = [
    (1, "1.2", client_hello([0x002F], {})[9:]),
    (2, "1.2", b"\x03\x03" + bytes(32) + vector(1, b"") + b"\x00\x2f\x00" + vector(2, b"")),
    (8, "1.3", vector(2, b"")),
    (CERTIFICATE, "1.2", vector(3, vector(3, b"der"))),
    (CERTIFICATE, "1.3", vector(1, b"") + vector(3, vector(3, b"der") + vector(2, b""))),
    (CERTIFICATE_REQUEST, "1.1", vector(1, b"\x01") + vector(2, b"")),
    (CERTIFICATE_REQUEST, "1.2", vector(1, b"\x01") + vector(2, b"\x04\x03") + vector(2, b"")),
    (CERTIFICATE_REQUEST, "1.3", vector(1, b"") + vector(2, b"\x00\x0d" + vector(2, vector(2, b"\x04\x03")))),
    (15, "1.1", vector(2, b"signature")),
    (15, "1.2", b"\x04\x03" + vector(2, b"signature")),
    (24, "1.3", b"\x00"),
    (COMPRESSED_CERTIFICATE, "1.3", b"\x00\x02\x00\x00\x09" + vector(3, b"squeezed")),
]


@pytest.mark.parametrize(("kind", "version", "body"), WHOLE)
def test_a_message_with_a_byte_too_many_or_too_few_is_no_message(kind: int, version: str, body: bytes) -> None:
    """RFC 8446 section 6.2, decode_error: the length of the message was incorrect."""
    assert decode(STAMP, kind, body, version) is not None
    for wrong in (body + b"\x00", body[:-1]):
        with pytest.raises(DecodeError):
            decode(STAMP, kind, wrong, version)


@given(
    kind=st.integers(0, 255),
    body=st.binary(max_size=200),
    version=st.sampled_from(["", "ssl3", "1.0", "1.2", "1.3"]),
)
def test_any_message_is_an_item_or_a_decode_error(kind: int, body: bytes, version: str) -> None:
    try:
        item = decode(STAMP, kind, body, version)
    except DecodeError:
        return
    assert (item.at, item.from_client, item.encrypted) == STAMP


def test_a_ticket_says_for_how_many_seconds_it_is_good() -> None:
    """RFC 8446 section 4.6.1: a 32-bit unsigned integer."""
    ticket = decode(STAMP, 4, b"\x00\x00\x1c\x20" + bytes(9), "1.3")
    assert ticket == NewSessionTicket(*STAMP, lifetime=7200)
