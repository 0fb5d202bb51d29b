"""Private keys by the names that certs/*.yaml gives them.

Signatures that no CA may make any more, made by hand.

cryptography refuses to build a certificate with a SHA-1 signature but still signs bytes with SHA-1
(measured). So the certificate is built with SHA-256, both AlgorithmIdentifiers in its DER are exchanged and
the to-be-signed part is signed again (RFC 5280 section 4.1.1; architecture.md, "Certificates").
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Final, TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1

from harness.x509.structure import dissect

PrivateKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def _rsa(bits: int) -> Callable[[], PrivateKey]:
    # cryptography refuses to generate below 1024 bits (measured), so no weaker key has a name here.
    return lambda: rsa.generate_private_key(public_exponent=65537, key_size=bits)


KEY_TYPES: Final[dict[str, Callable[[], PrivateKey]]] = {
    "ecdsa-p256": lambda: ec.generate_private_key(ec.SECP256R1()),
    "ecdsa-p384": lambda: ec.generate_private_key(ec.SECP384R1()),
    "rsa-1024": _rsa(1024),
    "rsa-2048": _rsa(2048),
    "rsa-4096": _rsa(4096),
}
"""How a key of each type is made. OpenSSL loads `rsa-1024` at security levels 0 and 1 (measured; T-11)."""


_RSA_WITH_SHA1: Final = bytes.fromhex("300d06092a864886f70d0101050500")
_ECDSA_WITH_SHA1: Final = bytes.fromhex("300906072a8648ce3d0401")


def _sign(key: PrivateKey, data: bytes) -> bytes:
    match key:
        case rsa.RSAPrivateKey():
            return key.sign(data, padding.PKCS1v15(), SHA1())  # noqa: S303 - the weakness is the purpose
        case ec.EllipticCurvePrivateKey():
            return key.sign(data, ec.ECDSA(SHA1()))  # noqa: S303 - the weakness is the purpose


def resign_with_sha1(certificate: bytes, issuer_key: PrivateKey) -> bytes:
    """Return the certificate (DER) with its issuer's SHA-1 signature in the place of the one it has."""
    algorithm = _RSA_WITH_SHA1 if isinstance(issuer_key, rsa.RSAPrivateKey) else _ECDSA_WITH_SHA1
    weak = replace(dissect(certificate), algorithm=algorithm)
    return weak.signed(_sign(issuer_key, weak.to_be_signed()))


def _as_signed(certificate: bytes, issuer_key: PrivateKey) -> bytes:  # noqa: ARG001 - one shape for the table
    return certificate


SIGNATURES: Final[dict[str, Callable[[bytes, PrivateKey], bytes]]] = {
    "sha256": _as_signed,
    "sha1": resign_with_sha1,
}
"""What happens to a certificate (DER) that was signed with SHA-256, by the name of the wanted hash."""
