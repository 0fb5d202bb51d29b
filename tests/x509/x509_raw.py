"""Certificates put together byte by byte, for shapes that no library makes: extensions twice, malformed, unknown."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from x509_forge import NOW

Key = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey | ed25519.Ed25519PrivateKey

ECDSA_SHA256, RSA_SHA256, ED25519 = (
    bytes.fromhex(text) for text in ("300a06082a8648ce3d040302", "300d06092a864886f70d01010b0500", "300506032b6570")
)
ECDSA_SHA384 = bytes.fromhex("300a06082a8648ce3d040303")


@cache
def key(kind: str) -> Key:
    """Return one key a kind, the same each time: `p256`, `p192`, `p224`, `rsa-1024`, `ed25519`, `p256-…`."""
    match kind.split("-"):
        case ["rsa", bits]:
            return rsa.generate_private_key(public_exponent=65537, key_size=int(bits))
        case ["ed25519", *_]:
            return ed25519.Ed25519PrivateKey.generate()
        case ["p192", *_]:
            return ec.generate_private_key(ec.SECP192R1())
        case ["p224", *_]:
            return ec.generate_private_key(ec.SECP224R1())
        case _:
            return ec.generate_private_key(ec.SECP256R1())


EXPLICIT_P256 = bytes.fromhex(
    "3081f7020101302c06072a8648ce3d0101022100ffffffff00000001000000000000000000000000ffffffffffffffffffff"
    "ffff305b0420ffffffff00000001000000000000000000000000fffffffffffffffffffffffc04205ac635d8aa3a93e7b3eb"
    "bd55769886bc651d06b0cc53b0f63bce3c3e27d2604b031500c49d360886e704936a6678e1139d26b7819f7e900441046b17"
    "d1f2e12c4247f8bce6e563a440f277037d812deb33a0f4a13945d898c2964fe342e2fe1a7f9b8ee7eb4a7c0f9e162bce3357"
    "6b315ececbb6406837bf51f5022100ffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551020101"
)
"""The parameters of P-256 spelled out, as `openssl ecparam -param_enc explicit` writes them."""


def tlv(tag: int, *contents: bytes) -> bytes:
    """Return one DER element."""
    data = b"".join(contents)
    size = len(data)
    if size < 0x80:
        return bytes([tag, size]) + data
    octets = size.to_bytes((size.bit_length() + 7) // 8)
    return bytes([tag, 0x80 | len(octets)]) + octets + data


def oid(dotted: str) -> bytes:
    """Return an OBJECT IDENTIFIER."""
    first, second, *arcs = map(int, dotted.split("."))
    octets = b""
    for arc in (40 * first + second, *arcs):
        groups = [arc & 0x7F]
        while arc := arc >> 7:
            groups.append(0x80 | arc & 0x7F)
        octets += bytes(groups[::-1])
    return tlv(0x06, octets)


def name(*attributes: tuple[str, str] | tuple[str, str, int]) -> bytes:
    """Return a Name of (dotted type, value, string tag); the tag is UTF8String where none is given."""
    parts = ((*attribute, 0x0C)[:3] for attribute in attributes)
    rdns = (tlv(0x31, tlv(0x30, oid(kind), tlv(tag, value.encode()))) for kind, value, tag in parts)
    return tlv(0x30, *rdns)


def common_name(text: str) -> bytes:
    """Return a Name of one common name."""
    return name(("2.5.4.3", text))


@dataclass(frozen=True)
class Extension:
    """One extension: dotted identifier, value in DER, whether it is critical.

    `flag` is what stands in the place of the flag that follows from `critical`, `kind` the tag around the value.
    """

    identifier: str
    value: bytes
    critical: bool = False
    flag: bytes | None = None
    kind: int = 0x04

    @property
    def der(self) -> bytes:
        flag = tlv(0x01, b"\xff") if self.critical else b""
        return tlv(0x30, oid(self.identifier), flag if self.flag is None else self.flag, tlv(self.kind, self.value))


@dataclass(frozen=True)
class Raw:
    """What a certificate is to be; `made` puts it together under an issuer.

    `signed_as` is another AlgorithmIdentifier inside what is signed than the one beside the signature, `algorithm`
    another one in both places, `unique` elements between the key and the extensions. A date may be an element.
    """

    subject: bytes
    key: str = "p256"
    extensions: tuple[Extension, ...] = ()
    serial: int = 7
    starts: datetime | bytes = NOW - timedelta(days=10)
    ends: datetime | bytes = NOW + timedelta(days=90)
    version: int = 3
    signed_as: bytes = b""
    algorithm: bytes = b""
    unique: bytes = b""

    def but(self, **how: object) -> Raw:
        """Return the same with some parts exchanged."""
        return replace(self, **how)  # type: ignore[arg-type]

    def made(self, issuer: Raw | None = None) -> bytes:
        """Return the certificate (DER), signed by the key of `issuer`, or by its own."""
        signer = key((issuer or self).key)
        algorithm = self.algorithm or _algorithm(signer)
        dates = map(_time, (self.starts, self.ends))
        public = key(self.key).public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)
        if self.key.endswith("explicit"):
            public = tlv(0x30, tlv(0x30, oid("1.2.840.10045.2.1"), EXPLICIT_P256), public[-68:])
        body = tlv(
            0x30,
            tlv(0xA0, tlv(0x02, bytes([self.version - 1]))) if self.version > 1 else b"",
            tlv(0x02, bytes([self.serial])),
            self.signed_as or algorithm,
            (issuer or self).subject,
            tlv(0x30, *dates),
            self.subject,
            public,
            self.unique,
            tlv(0xA3, tlv(0x30, *(each.der for each in self.extensions))) if self.extensions else b"",
        )
        return tlv(0x30, body, algorithm, tlv(0x03, b"\0", _signature(signer, body)))

    @property
    def key_identifier(self) -> bytes:
        """The identifier of its key."""
        return x509.SubjectKeyIdentifier.from_public_key(key(self.key).public_key()).digest


def _time(at: datetime | bytes) -> bytes:
    return at if isinstance(at, bytes) else tlv(0x17, at.strftime("%y%m%d%H%M%SZ").encode())


def _algorithm(signer: Key) -> bytes:
    match signer:
        case rsa.RSAPrivateKey():
            return RSA_SHA256
        case ec.EllipticCurvePrivateKey():
            return ECDSA_SHA256
        case _:
            return ED25519


def _signature(signer: Key, data: bytes) -> bytes:
    match signer:
        case rsa.RSAPrivateKey():
            return signer.sign(data, PKCS1v15(), SHA256())
        case ec.EllipticCurvePrivateKey():
            return signer.sign(data, ec.ECDSA(SHA256()))
        case _:
            return signer.sign(data)


def pss(hash_identifier: str) -> bytes:
    """Return the AlgorithmIdentifier of RSASSA-PSS with that hash, for the mask too (RFC 4055 section 3.1)."""
    hashed = tlv(0x30, oid(hash_identifier))
    mask = tlv(0x30, oid("1.2.840.113549.1.1.8"), hashed)
    held = tlv(0x30, tlv(0xA0, hashed), tlv(0xA1, mask), tlv(0xA2, tlv(2, b"\x20")))
    return tlv(0x30, oid("1.2.840.113549.1.1.10"), held)


# --- extensions ----------------------------------------------------------------------------------------


def authority(path_length: int | None = None) -> Extension:
    """Return basicConstraints of a CA."""
    limit = b"" if path_length is None else tlv(0x02, bytes([path_length]))
    return Extension("2.5.29.19", tlv(0x30, tlv(0x01, b"\xff"), limit), critical=True)


def alternatives(*names: bytes) -> Extension:
    """Return a subjectAltName of GeneralNames in DER."""
    return Extension("2.5.29.17", tlv(0x30, *names))


def constraints(permitted: Sequence[bytes] = (), excluded: Sequence[bytes] = ()) -> Extension:
    """Return nameConstraints of GeneralNames in DER, each the base of a subtree."""
    held = (
        tlv(tag, *(tlv(0x30, base) for base in bases)) if bases else b""
        for tag, bases in ((0xA0, permitted), (0xA1, excluded))
    )
    return Extension("2.5.29.30", tlv(0x30, *held), critical=True)


def dns(text: str) -> bytes:
    """Return a dNSName."""
    return tlv(0x82, text.encode("latin-1"))


def email(text: str) -> bytes:
    """Return an rfc822Name."""
    return tlv(0x81, text.encode("latin-1"))


def uri(text: str) -> bytes:
    """Return a uniformResourceIdentifier."""
    return tlv(0x86, text.encode("latin-1"))


def address(octets: bytes) -> bytes:
    """Return an iPAddress."""
    return tlv(0x87, octets)


def directory(whole: bytes) -> bytes:
    """Return a directoryName of a Name."""
    return tlv(0xA4, whole)


def other(kind: str, value: bytes) -> bytes:
    """Return an otherName."""
    return tlv(0xA0, oid(kind), tlv(0xA0, value))
