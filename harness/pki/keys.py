"""Private keys by the names that certs/*.yaml gives them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, TypeAlias

from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

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


def private_key_pem(key: PrivateKeyTypes) -> bytes:
    """Return the key as unencrypted PKCS#8 in PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
