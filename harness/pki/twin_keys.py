"""Keys and signatures of look-alikes: fresh, and of the kind that their models have."""

from __future__ import annotations

from dataclasses import replace
from typing import Final, TypeAlias

from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import ec, ed448, ed25519, mldsa, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256, SHA384
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509 import SubjectKeyIdentifier

from harness.errors import Fault, ScenarioError
from harness.x509.found_certificate import FoundCertificate
from harness.x509.structure import CertificateParts

BareKey: TypeAlias = (
    ed25519.Ed25519PrivateKey
    | ed448.Ed448PrivateKey
    | mldsa.MLDSA44PrivateKey
    | mldsa.MLDSA65PrivateKey
    | mldsa.MLDSA87PrivateKey
)
TwinKey: TypeAlias = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | BareKey

_RSA_BITS: Final = range(1024, 8192 + 1)
"""cryptography makes no key below 1024 bits; one of 8192 takes about 10 seconds (both measured)."""

_BARE_KEYS: Final[tuple[tuple[type[object], type[BareKey], bytes], ...]] = (
    (ed25519.Ed25519PublicKey, ed25519.Ed25519PrivateKey, bytes.fromhex("300506032b6570")),
    (ed448.Ed448PublicKey, ed448.Ed448PrivateKey, bytes.fromhex("300506032b6571")),
    (mldsa.MLDSA44PublicKey, mldsa.MLDSA44PrivateKey, bytes.fromhex("300b0609608648016503040311")),
    (mldsa.MLDSA65PublicKey, mldsa.MLDSA65PrivateKey, bytes.fromhex("300b0609608648016503040312")),
    (mldsa.MLDSA87PublicKey, mldsa.MLDSA87PrivateKey, bytes.fromhex("300b0609608648016503040313")),
)
"""Keys that sign without a hash of one's choice: public, private, and the AlgorithmIdentifier (RFC 8410, RFC 9881)."""

_PLAIN_ALGORITHMS: Final[dict[type[object], bytes]] = {
    rsa.RSAPrivateKey: bytes.fromhex("300d06092a864886f70d01010b0500"),
    ec.EllipticCurvePrivateKey: bytes.fromhex("300a06082a8648ce3d040302"),
    **{private: algorithm for _, private, algorithm in _BARE_KEYS},
}
"""The AlgorithmIdentifier with which each kind of key signs where no model says which: with SHA-256, if any."""


def key_like(model: FoundCertificate) -> TwinKey:
    """Return a fresh key of the model's type and size; ScenarioError where nobody can make one."""
    match model.public_key:
        case rsa.RSAPublicKey(key_size=bits) if bits in _RSA_BITS:
            return rsa.generate_private_key(public_exponent=65537, key_size=bits)
        case rsa.RSAPublicKey(key_size=bits):
            message, hint = f"an RSA key of {bits} bits", f"{_RSA_BITS.start} to {_RSA_BITS.stop - 1} bits can be made"
        case ec.EllipticCurvePublicKey(curve=curve):
            return ec.generate_private_key(curve)
        case found:
            for public, private, _ in _BARE_KEYS:
                if isinstance(found, public):
                    return private.generate()
            message, hint = "a key of a kind that TLS has no use for", "RSA, ECDSA, EdDSA and ML-DSA keys can be made"
    hint = f"{hint}; give the certificate with its own private key"
    raise ScenarioError([Fault(model.label, 0, 0, f"no look-alike can be made: it has {message}", hint)])


def key_that_signs_like(model: FoundCertificate) -> TwinKey:
    """Return a fresh key for the unknown CA that signed the model: of the kind that its signature tells."""
    try:
        scheme, digest = model.certificate.signature_algorithm_parameters, model.certificate.signature_hash_algorithm
    except (UnsupportedAlgorithm, ValueError):
        scheme, digest = None, SHA256()
    match scheme:
        case ec.ECDSA():
            return ec.generate_private_key(ec.SECP384R1() if isinstance(digest, SHA384) else ec.SECP256R1())
        case None if digest is None:
            bare = (private for _, private, algorithm in _BARE_KEYS if algorithm == model.anatomy.algorithm)
            return next(bare, ed25519.Ed25519PrivateKey).generate()
        case _:
            return rsa.generate_private_key(public_exponent=65537, key_size=2048)


def signed_like(model: FoundCertificate, parts: CertificateParts, key: TwinKey) -> tuple[bytes, bool]:
    """Return the certificate (DER) of these parts with a signature of the model's algorithm.

    False beside it says that nobody can sign like that any more, and that it was signed with SHA-256.
    """
    try:
        return parts.signed(_signature(model, parts.to_be_signed(), key)), True
    except (UnsupportedAlgorithm, ValueError, TypeError):
        return signed_plainly(parts, key), False


def signed_plainly(parts: CertificateParts, key: TwinKey) -> bytes:
    """Return the certificate (DER) of these parts, signed with SHA-256 or as the key signs without a hash."""
    plain = replace(parts, algorithm=_plain_algorithm(key))
    return plain.signed(_plain_signature(plain.to_be_signed(), key))


def signs_bare(key: object) -> bool:
    """Return whether the private key signs without a hash of one's choice (RFC 8410, RFC 9881)."""
    return isinstance(key, tuple(private for _, private, _ in _BARE_KEYS))


def key_identifier(key: TwinKey) -> bytes:
    """Return the identifier of a key, method 1 of RFC 5280 section 4.2.1.2."""
    return SubjectKeyIdentifier.from_public_key(key.public_key()).digest


def public_key_info(key: TwinKey) -> bytes:
    """Return the SubjectPublicKeyInfo (DER) of a key."""
    return key.public_key().public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)


def _plain_algorithm(key: TwinKey) -> bytes:
    return next(algorithm for kind, algorithm in _PLAIN_ALGORITHMS.items() if isinstance(key, kind))


def _signature(model: FoundCertificate, data: bytes, key: TwinKey) -> bytes:
    certificate = model.certificate
    scheme, digest = certificate.signature_algorithm_parameters, certificate.signature_hash_algorithm
    match key, scheme:
        case rsa.RSAPrivateKey(), (padding.PKCS1v15() | padding.PSS()) if digest:
            return key.sign(data, scheme, digest)
        case ec.EllipticCurvePrivateKey(), ec.ECDSA():
            return key.sign(data, scheme)
        case _ if signs_bare(key) and _plain_algorithm(key) == model.anatomy.algorithm:
            return _plain_signature(data, key)
        case _:
            raise TypeError("the issuer's key is not of the kind that the signature needs")


def _plain_signature(data: bytes, key: TwinKey) -> bytes:
    match key:
        case rsa.RSAPrivateKey():
            return key.sign(data, padding.PKCS1v15(), SHA256())
        case ec.EllipticCurvePrivateKey():
            return key.sign(data, ec.ECDSA(SHA256()))
        case _:
            return key.sign(data)
