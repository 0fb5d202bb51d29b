"""A certificate that is signed again with SHA-1 is the same certificate, but for its signature."""

from __future__ import annotations

from datetime import timedelta

import pytest
from cryptography import x509
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import ec, padding, rsa
from cryptography.hazmat.primitives.hashes import SHA1, SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given, settings
from hypothesis import strategies as st
from pki_bench import NOW, parsed

from harness.pki.keys import KEY_TYPES, PrivateKey, resign_with_sha1

KEYS = {name: KEY_TYPES[name]() for name in ("ecdsa-p256", "ecdsa-p384", "rsa-2048")}


def self_signed(key: PrivateKey, common_name: str, serial: int) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)])
    names = [x509.DNSName("n" * size) for size in (1, 100, 200, 300)]
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), serial)
    builder = builder.not_valid_before(NOW).not_valid_after(NOW + timedelta(days=1))
    builder = builder.add_extension(x509.SubjectAlternativeName(names), critical=False)
    return builder.sign(key, SHA256()).public_bytes(Encoding.DER)


def check_sha1(certificate: x509.Certificate, key: PrivateKey) -> None:
    """Raise InvalidSignature unless `key` signed the certificate with SHA-1."""
    signature, signed = certificate.signature, certificate.tbs_certificate_bytes
    match key:
        case rsa.RSAPrivateKey():
            key.public_key().verify(signature, signed, padding.PKCS1v15(), SHA1())  # noqa: S303 - as asked
        case ec.EllipticCurvePrivateKey():
            key.public_key().verify(signature, signed, ec.ECDSA(SHA1()))  # noqa: S303 - as asked


@pytest.mark.parametrize("key_type", KEYS)
@settings(max_examples=20)
@given(common_name=st.text("abc é", min_size=1, max_size=32), serial=st.integers(1, 2**159 - 1))
def test_only_the_signature_differs(key_type: str, common_name: str, serial: int) -> None:
    key = KEYS[key_type]
    sound = parsed(self_signed(key, common_name, serial))
    weak = parsed(resign_with_sha1(sound.public_bytes(Encoding.DER), key))

    assert isinstance(weak.signature_hash_algorithm, SHA1)
    check_sha1(weak, key)
    assert (weak.subject, weak.serial_number, weak.not_valid_after_utc) == (
        sound.subject,
        sound.serial_number,
        sound.not_valid_after_utc,
    )
    assert list(weak.extensions) == list(sound.extensions)


def test_the_sound_one_is_not_signed_with_sha1() -> None:
    key = KEYS["ecdsa-p256"]
    with pytest.raises(InvalidSignature):
        check_sha1(parsed(self_signed(key, "sound", 1)), key)
