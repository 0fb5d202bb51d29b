"""Keys and signature algorithms by their identifiers: what they are called, and how strong OpenSSL takes them to be.

Bits of security as OpenSSL 4.0.3 counts them (NIST SP 800-57), held by a test against `openssl verify -auth_level`.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

from harness.x509.der import INTEGER, OBJECT_IDENTIFIER, SEQUENCE, dotted, members, only
from harness.x509.encoded import EncodedCertificate

RSA, RSA_PSS, ECDSA, DSA = "1.2.840.113549.1.1.1", "1.2.840.113549.1.1.10", "1.2.840.10045.2.1", "1.2.840.10040.4.1"

BARE_KEYS: Mapping[str, tuple[str, int]] = {
    "1.3.101.112": ("Ed25519", 128),
    "1.3.101.113": ("Ed448", 224),
    "2.16.840.1.101.3.4.3.17": ("ML-DSA-44", 128),
    "2.16.840.1.101.3.4.3.18": ("ML-DSA-65", 192),
    "2.16.840.1.101.3.4.3.19": ("ML-DSA-87", 256),
}
"""Keys that sign without a hash of one's choice, and that are their own signature algorithm: name and bits."""

_CURVES: Mapping[str, tuple[str, int]] = {
    "1.2.840.10045.3.1.1": ("P-192", 80),
    "1.2.840.10045.3.1.7": ("P-256", 128),
    "1.3.132.0.8": ("secp160r1", 80),
    "1.3.132.0.9": ("secp160k1", 80),
    "1.3.132.0.10": ("secp256k1", 128),
    "1.3.132.0.30": ("secp160r2", 80),
    "1.3.132.0.31": ("secp192k1", 80),
    "1.3.132.0.32": ("secp224k1", 112),
    "1.3.132.0.33": ("P-224", 112),
    "1.3.132.0.34": ("P-384", 192),
    "1.3.132.0.35": ("P-521", 256),
    **{
        f"1.3.36.3.3.2.8.1.1.{2 * size + twist}": (f"brainpoolP{width}{letter}1", bits)
        for size, (width, bits) in enumerate(
            {160: 80, 192: 80, 224: 112, 256: 128, 320: 128, 384: 192, 512: 256}.items()
        )
        for twist, letter in enumerate("rt", 1)
    },
}
"""Named curves by identifier: name, and bits of security."""

_TLS_CURVES = ("P-256", "P-384", "P-521")
_CURVE_STEPS = (512, 384, 256, 224, 160)
_ORDER = 4
"""The place of the order in the parameters of a curve (RFC 3279 section 2.3.5)."""

_SMALLEST_SUBGROUP = 160
_DSA_STEPS = {15360: 256, 7680: 192, 3072: 128, 2048: 112, 1024: 80}
_FACTORING_CAPS = {7680: 192, 15360: 256}
_LN2 = 0x2C5C8 / (1 << 18)
EXPLICIT = "ECDSA with explicit curve parameters"

_SIGNATURES: Mapping[str, tuple[str, int]] = {
    **{f"1.2.840.113549.1.1.{arc}": (RSA, bits) for arc, bits in {4: 39, 5: 63, 11: 128, 12: 192, 13: 256}.items()},
    **{f"1.2.840.113549.1.1.{arc}": (RSA, bits) for arc, bits in {14: 112, 15: 112, 16: 128}.items()},
    "1.3.14.3.2.29": (RSA, 63),
    "1.2.840.10045.4.1": (ECDSA, 63),
    **{f"1.2.840.10045.4.3.{arc}": (ECDSA, bits) for arc, bits in {1: 112, 2: 128, 3: 192, 4: 256}.items()},
    "1.2.840.10040.4.3": (DSA, 63),
    **{f"2.16.840.1.101.3.4.3.{arc}": (DSA, bits) for arc, bits in {1: 112, 2: 128, 3: 192, 4: 256}.items()},
    **{f"2.16.840.1.101.3.4.3.{arc}": (ECDSA, bits) for arc, bits in {9: 112, 10: 128, 11: 192, 12: 256}.items()},
    **{f"2.16.840.1.101.3.4.3.{arc}": (RSA, bits) for arc, bits in {13: 112, 14: 128, 15: 192, 16: 256}.items()},
    **{identifier: (identifier, bits) for identifier, (_, bits) in BARE_KEYS.items()},
}
"""Signature algorithms but RSASSA-PSS, whose hash is a parameter: the key that makes them, and bits of security."""

_HASHES = {
    "md5": 39,
    "sha1": 64,
    "sha224": 112,
    "sha256": 128,
    "sha384": 192,
    "sha512": 256,
    "sha3-224": 112,
    "sha3-256": 128,
    "sha3-384": 192,
    "sha3-512": 256,
}

LEVELS = (0, 80, 112, 128, 192, 256)
"""Bits of security that OpenSSL's levels 0 to 5 want. Level 2 is the default since 3.2, and Debian's before."""


def key_called(certificate: EncodedCertificate) -> str:
    """Return what its key is called, such as "ECDSA P-256" or "RSA 2048"; dotted where nobody here knows it.

    ValueError where the key is malformed.
    """
    match certificate.key_algorithm:
        case known if known in BARE_KEYS:
            return BARE_KEYS[known][0]
        case "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10":
            return f"RSA {_modulus_bits(certificate)}"
        case "1.2.840.10045.2.1":
            return EXPLICIT if has_explicit_curve(certificate) else f"ECDSA {_curve(certificate)[0]}"
        case "1.2.840.10040.4.1":
            return f"DSA {_bits(members(certificate.key_parameters)[0])}"
        case unknown:
            return unknown


def serves_tls(certificate: EncodedCertificate) -> bool:
    """Whether TLS stacks offer a signature scheme for its key by default, in TLS 1.2 or 1.3.

    They do not for DSA nor for any curve but P-256, P-384 and P-521: between OpenSSL 3.0, 4.0 and GnuTLS 3.7 no
    handshake with such a key comes about (measured).
    """
    try:
        if certificate.key_algorithm == ECDSA and not has_explicit_curve(certificate):
            return _curve(certificate)[0] in _TLS_CURVES
    except (ValueError, IndexError):
        return False
    return certificate.key_algorithm != DSA


def key_security(certificate: EncodedCertificate) -> int:
    """Return the bits of security of its key, 0 where OpenSSL could not read it."""
    try:
        match certificate.key_algorithm:
            case known if known in BARE_KEYS:
                return BARE_KEYS[known][1]
            case "1.2.840.113549.1.1.1" | "1.2.840.113549.1.1.10":
                return _factoring_security(_modulus_bits(certificate))
            case "1.2.840.10045.2.1" if has_explicit_curve(certificate):
                return _curve_security(_bits(members(certificate.key_parameters)[_ORDER]))
            case "1.2.840.10045.2.1":
                return _curve(certificate)[1]
            case "1.2.840.10040.4.1":
                return _dsa_security(members(certificate.key_parameters))
    except (ValueError, IndexError):
        pass
    return 0


def has_explicit_curve(certificate: EncodedCertificate) -> bool:
    """Whether it spells out the parameters of its curve, which RFC 5480 section 2.1.1 forbids."""
    return certificate.key_algorithm == ECDSA and certificate.key_parameters[:1] == bytes([SEQUENCE])


def signature_security(certificate: EncodedCertificate, hash_name: str) -> int:
    """Return the bits of security of its signature, 0 where nobody knows; `hash_name` is that of RSASSA-PSS."""
    if certificate.signed_as == RSA_PSS:
        return _HASHES.get(hash_name, 0)
    return _SIGNATURES.get(certificate.signed_as, ("", 0))[1]


def may_have_signed(issuer: EncodedCertificate, child: EncodedCertificate) -> bool:
    """Whether the key of `issuer` is of the kind that the signature algorithm of `child` needs."""
    if child.signed_as == RSA_PSS:
        return issuer.key_algorithm in (RSA, RSA_PSS)
    return _SIGNATURES.get(child.signed_as, ("", 0))[0] == issuer.key_algorithm


def highest_level(bits: int) -> int:
    """Return the highest of OpenSSL's security levels that takes so many bits of security."""
    return max(level for level, wanted in enumerate(LEVELS) if wanted <= bits)


def _curve(certificate: EncodedCertificate) -> tuple[str, int]:
    identifier = dotted(only(certificate.key_parameters, OBJECT_IDENTIFIER))
    return _CURVES.get(identifier, (identifier, 0))


def _modulus_bits(certificate: EncodedCertificate) -> int:
    return _bits(members(certificate.key)[0])


def _bits(element: tuple[int, bytes]) -> int:
    tag, contents = element
    if tag != INTEGER:
        raise ValueError("a number of the key is none")
    return int.from_bytes(contents).bit_length()


def _curve_security(bits: int) -> int:
    return next((step // 2 for step in _CURVE_STEPS if bits >= step), bits // 2)


def _dsa_security(parameters: Sequence[tuple[int, bytes]]) -> int:
    """Return the strength of a DSA key: by its size in steps, and no more than that of its subgroup."""
    bits, order_bits = map(_bits, parameters[:2])
    strength = next((strength for size, strength in _DSA_STEPS.items() if bits >= size), 0)
    return min(strength, order_bits // 2) if order_bits >= _SMALLEST_SUBGROUP else 0


def _factoring_security(bits: int) -> int:
    """Return the strength of a number that would have to be factored (SP 800-56B revision 2, appendix D).

    OpenSSL reckons with whole numbers, its cube root goes in steps of 1/64, and sizes that standards name are caps. So
    RSA 1962 has 104 bits and not 112.
    """
    if bits < 8:
        return 0
    natural = bits * _LN2
    root = math.floor(64 * math.cbrt(natural * math.log(natural) ** 2)) / 64
    strength = int((1.923 * root - 4.69) / _LN2)
    rounded = 8 * ((strength + 4) // 8)
    return min(rounded, next((most for size, most in _FACTORING_CAPS.items() if bits <= size), rounded))
