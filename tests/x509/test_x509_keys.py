"""What keys and signatures are called and weigh: against libcrypto itself, and the levels of `openssl verify`."""

from __future__ import annotations

from pathlib import Path

import pytest
from cryptography.hazmat.primitives.asymmetric import ed448, ed25519, mldsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from hypothesis import example, given, settings
from hypothesis import strategies as st
from x509_forge import NOW
from x509_libcrypto import PRESENT, curves, security_bits, signature_algorithms, signature_bits
from x509_openssl import PROGRAM, program_objection
from x509_raw import ECDSA_SHA256, RSA_SHA256, common_name, oid, pss, tlv

from harness.x509.certificate import read_certificate
from harness.x509.encoded import EncodedCertificate, encoded
from harness.x509.findings import FindingKind
from harness.x509.keys import highest_level, key_called, key_security, may_have_signed, serves_tls, signature_security
from harness.x509.path import PathExplanation, explain_path

needs_libcrypto = pytest.mark.skipif(not PRESENT, reason="needs libcrypto of OpenSSL 3 or later")

RSA, RSA_PSS, DSA, EC = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.10040.4.1", "1.2.840.10045.2.1"
P256 = tlv(0x30, tlv(0x30, oid(EC), oid("1.2.840.10045.3.1.7")), tlv(3, b"\0\4", bytes(64)))


def integer(number: int) -> bytes:
    return tlv(2, number.to_bytes(number.bit_length() // 8 + 1))


def number_of(bits: int) -> int:
    """An odd number of so many bits: who weighs a key does not ask for primes."""
    return 1 << (bits - 1) | 1


def rsa_key(bits: int) -> bytes:
    numbers = tlv(0x30, integer(number_of(bits)), integer(65537))
    return tlv(0x30, tlv(0x30, oid(RSA), b"\5\0"), tlv(3, b"\0", numbers))


def dsa_key(bits: int, order_bits: int) -> bytes:
    parameters = tlv(0x30, integer(number_of(bits)), integer(number_of(order_bits)), integer(2))
    return tlv(0x30, tlv(0x30, oid(DSA), parameters), tlv(3, b"\0", integer(4)))


def certificate_with(public_key: bytes = P256, algorithm: bytes = ECDSA_SHA256) -> bytes:
    """A certificate that issued itself, with that key and signature algorithm; its signature is none."""
    dates = tlv(0x30, tlv(0x17, b"260101000000Z"), tlv(0x17, b"270101000000Z"))
    who = common_name("edge")
    version, serial = tlv(0xA0, tlv(2, b"\2")), tlv(2, b"\7")
    body = tlv(0x30, version, serial, algorithm, who, dates, who, public_key)
    return tlv(0x30, body, algorithm, tlv(3, b"\0", tlv(0x30, integer(1), integer(1))))


def fields(public_key: bytes = P256, algorithm: bytes = ECDSA_SHA256) -> EncodedCertificate:
    return encoded(certificate_with(public_key, algorithm))


# --- keys ---


@needs_libcrypto
@settings(max_examples=300, deadline=None)
@given(bits=st.integers(1, 16384))
@example(bits=7)
@example(bits=8)
@example(bits=565)
@example(bits=1962)
@example(bits=2048)
@example(bits=7680)
@example(bits=7681)
@example(bits=15360)
@example(bits=15361)
def test_an_rsa_key_weighs_what_openssl_says(bits: int) -> None:
    key = rsa_key(bits)

    assert key_called(fields(key)) == f"RSA {bits}"
    assert key_security(fields(key)) == security_bits(key)


@needs_libcrypto
@settings(max_examples=100, deadline=None)
@given(bits=st.integers(1000, 16000), order_bits=st.integers(150, 600))
@example(bits=1023, order_bits=256)
@example(bits=1024, order_bits=256)
@example(bits=2047, order_bits=256)
@example(bits=2048, order_bits=256)
@example(bits=3071, order_bits=300)
@example(bits=3072, order_bits=300)
@example(bits=7679, order_bits=600)
@example(bits=7680, order_bits=600)
@example(bits=15359, order_bits=600)
@example(bits=15360, order_bits=600)
@example(bits=3072, order_bits=159)
@example(bits=3072, order_bits=160)
@example(bits=3072, order_bits=161)
def test_a_dsa_key_weighs_no_more_than_its_subgroup(bits: int, order_bits: int) -> None:
    key = dsa_key(bits, order_bits)

    assert key_called(fields(key)) == f"DSA {bits}"
    assert key_security(fields(key)) == security_bits(key)


KNOWN = 25
"""Curves over a prime field that have a name here, of those that OpenSSL builds in."""


@needs_libcrypto
def test_a_curve_has_the_name_and_the_weight_that_openssl_gives_it() -> None:
    named = [curve for curve in curves() if key_called(fields(curve.named_key)) != f"ECDSA {curve.identifier}"]

    assert [key_called(fields(curve.named_key)) for curve in named] == [f"ECDSA {curve.name}" for curve in named]
    assert [key_security(fields(curve.named_key)) for curve in named] == [
        security_bits(each.named_key) for each in named
    ]
    assert len(named) >= KNOWN


@needs_libcrypto
def test_a_curve_that_is_spelled_out_weighs_as_much_as_by_its_name() -> None:
    for curve in curves():
        spelled = fields(curve.explicit_key)
        assert key_called(spelled) == "ECDSA with explicit curve parameters"
        assert key_security(spelled) == security_bits(curve.explicit_key)


@needs_libcrypto
def test_tls_has_signatures_for_the_three_curves_of_rfc_8446_alone() -> None:
    """RFC 8446 section 4.2.3; a curve that is spelled out is told as that."""
    assert {curve.name for curve in curves() if serves_tls(fields(curve.named_key))} == {"P-256", "P-384", "P-521"}
    assert not serves_tls(fields(dsa_key(2048, 256)))
    assert all(map(serves_tls, map(fields, (rsa_key(2048), *(spki(key) for key, _, _ in BARE)))))


Bare = (
    ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
    | mldsa.MLDSA44PrivateKey
    | mldsa.MLDSA65PrivateKey
    | mldsa.MLDSA87PrivateKey
)


def spki(key: Bare) -> bytes:
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


BARE: list[tuple[Bare, str, int]] = [
    (ed25519.Ed25519PrivateKey.generate(), "Ed25519", 128),
    (ed448.Ed448PrivateKey.generate(), "Ed448", 224),
    (mldsa.MLDSA44PrivateKey.generate(), "ML-DSA-44", 128),
    (mldsa.MLDSA65PrivateKey.generate(), "ML-DSA-65", 192),
    (mldsa.MLDSA87PrivateKey.generate(), "ML-DSA-87", 256),
]
"""Keys, names and strength: RFC 8032 section 8.5; FIPS 204 table 1, whose categories are those of SHA-2 and AES."""


@pytest.mark.parametrize(("key", "name", "bits"), BARE, ids=[name for _, name, _ in BARE])
def test_a_key_that_signs_without_a_hash_is_its_own_signature_algorithm(key: Bare, name: str, bits: int) -> None:
    public = spki(key)
    algorithm = public[public.index(b"\x30", 2) :][: 2 + public[public.index(b"\x30", 2) + 1]]
    certificate = fields(public, algorithm)

    assert read_certificate(certificate_with(public, algorithm)).key == name
    assert (key_called(certificate), key_security(certificate)) == (name, bits)
    assert signature_security(certificate, "") == bits
    assert may_have_signed(certificate, certificate)
    assert not may_have_signed(fields(), certificate)
    assert not may_have_signed(certificate, fields())


@pytest.mark.parametrize(
    "key",
    [
        tlv(0x30, tlv(0x30, oid(RSA), b"\5\0"), tlv(3, b"\0", tlv(0x30, b"\5\0", integer(3)))),
        tlv(0x30, tlv(0x30, oid(RSA), b"\5\0"), tlv(3, b"\0")),
        tlv(0x30, tlv(0x30, oid(RSA), b"\5\0"), tlv(3, b"\0", tlv(0x30))),
        tlv(0x30, tlv(0x30, oid(DSA)), tlv(3, b"\0", integer(4))),
        tlv(0x30, tlv(0x30, oid(DSA), tlv(0x30, integer(number_of(2048)))), tlv(3, b"\0", integer(4))),
        tlv(0x30, tlv(0x30, oid(EC)), tlv(3, b"\0\4", bytes(64))),
        tlv(0x30, tlv(0x30, oid(EC), tlv(0x30, integer(1))), tlv(3, b"\0\4", bytes(64))),
        tlv(0x30, tlv(0x30, oid(EC), oid("1.2.3")), tlv(3, b"\0\4", bytes(64))),
        tlv(0x30, tlv(0x30, oid("1.2.3")), tlv(3, b"\0\4", bytes(64))),
        tlv(0x30, tlv(0x30, oid(RSA), b"\5\0"), tlv(4, b"\0", tlv(0x30, integer(number_of(2048)), integer(3)))),
    ],
)
def test_a_key_that_nobody_can_read_has_no_strength_and_is_refused(key: bytes) -> None:
    first = explained_alone(certificate_with(key)).findings[0]

    assert key_security(fields(key)) == (security_bits(key) if PRESENT else 0) == 0
    assert first.kind in (FindingKind.WEAK_KEY, FindingKind.UNREADABLE)
    assert "cannot be read or weighed" in first.sentence or "is no certificate" in first.sentence


# --- levels ---


def explained_alone(certificate: bytes) -> PathExplanation:
    return explain_path([certificate], trusted=[certificate], known_authorities=[certificate], purpose="server", at=NOW)


WEIGHTS = {512: 56, 1023: 80, 1024: 80, 2047: 112, 2048: 112, 3072: 128, 7680: 192, 15360: 256}
"""Sizes of RSA keys at both sides of OpenSSL's levels, and their bits of security."""


@pytest.mark.skipif(PROGRAM is None, reason="needs the program openssl")
@pytest.mark.parametrize(("size", "bits"), WEIGHTS.items())
def test_a_key_is_taken_up_to_the_level_that_is_told(size: int, bits: int, tmp_path: Path) -> None:
    certificate = certificate_with(rsa_key(size), RSA_SHA256)
    taken = [
        level
        for level in range(6)
        if program_objection([certificate], [certificate], "server", NOW, tmp_path, level) is None
    ]
    explained = explained_alone(certificate)

    assert taken == list(range(highest_level(bits) + 1))
    assert explained.accepted is (2 in taken)
    if not explained.accepted:
        assert explained.findings[0].sentence == (
            f'"edge" has a key too weak for TLS today: RSA {size}, {bits} bits of security; '
            f"OpenSSL takes it at security level {taken[-1]} at most, and its default is 2"
        )


# --- signatures ---


def algorithm(identifier: str) -> bytes:
    return tlv(0x30, oid(identifier))


@needs_libcrypto
def test_a_signature_algorithm_weighs_what_openssl_says_and_is_made_by_the_key_that_it_names() -> None:
    keys = {RSA: rsa_key(2048), DSA: dsa_key(2048, 256), EC: P256, "2.5.8.1.1": rsa_key(2048)}
    known, unknown = 0, list[int]()
    for each in signature_algorithms():
        if each.key not in keys:
            continue
        child = fields(algorithm=algorithm(each.identifier))
        bits = signature_security(child, "")
        oracle = signature_bits(certificate_with(algorithm=algorithm(each.identifier)))
        known += bits > 0
        unknown += [oracle] if not bits else []
        assert bits in (0, oracle), each
        if bits:
            assert [kind for kind, key in keys.items() if may_have_signed(fields(key), child)] in (
                [each.key],
                [RSA, "2.5.8.1.1"],  # the same key by two identifiers
            )
    assert known >= 19
    assert all(bits < 112 for bits in unknown), "what nobody here knows is refused, and OpenSSL does so too"


SHA3 = {9: (EC, 112), 10: (EC, 128), 11: (EC, 192), 12: (EC, 256), 3: (DSA, 192), 4: (DSA, 256)}
"""Algorithms of later versions: last arc below 2.16.840.1.101.3.4.3 (NIST's register), key, half the hash's bits."""


@pytest.mark.parametrize("arc", SHA3)
def test_later_signature_algorithms_weigh_half_their_hash(arc: int) -> None:
    kind, bits = SHA3[arc]
    child = fields(algorithm=algorithm(f"2.16.840.1.101.3.4.3.{arc}"))

    assert signature_security(child, "") == bits
    assert may_have_signed(fields(P256), child) is (kind == EC)
    assert may_have_signed(fields(dsa_key(2048, 256)), child) is (kind == DSA)


PSS_HASHES = {
    "sha1": "1.3.14.3.2.26",
    "sha224": "2.16.840.1.101.3.4.2.4",
    "sha256": "2.16.840.1.101.3.4.2.1",
    "sha384": "2.16.840.1.101.3.4.2.2",
    "sha512": "2.16.840.1.101.3.4.2.3",
    "sha3-224": "2.16.840.1.101.3.4.2.7",
    "sha3-256": "2.16.840.1.101.3.4.2.8",
    "sha3-384": "2.16.840.1.101.3.4.2.9",
    "sha3-512": "2.16.840.1.101.3.4.2.10",
}


@needs_libcrypto
@pytest.mark.parametrize("hash_name", PSS_HASHES)
def test_a_padded_signature_weighs_by_the_hash_in_its_parameters(hash_name: str) -> None:
    certificate = certificate_with(algorithm=pss(PSS_HASHES[hash_name]))

    assert read_certificate(certificate).signature_hash == hash_name
    assert signature_security(encoded(certificate), hash_name) == signature_bits(certificate)
    assert signature_security(encoded(certificate), "") == 0
    assert may_have_signed(fields(rsa_key(2048)), encoded(certificate))
    assert may_have_signed(fields(rsa_key(2048).replace(oid(RSA), oid(RSA_PSS))), encoded(certificate))
    assert not may_have_signed(fields(), encoded(certificate))
