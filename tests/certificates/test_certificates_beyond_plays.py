"""What no play can show is told beside the plays: broken rules, and peers that no actor is like."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec, ed25519, mldsa, rsa
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID

from harness.certificates.beyond_plays import rules_broken_anew, unspoken_for
from harness.certificates.rules import Examination
from harness.lab.certificate_roles import CERTIFICATE_ROLES
from harness.lab.releases import RELEASES
from harness.x509.certificate import CertificateFacts, read_certificate

NOW = datetime(2026, 6, 1, tzinfo=UTC)
KEYS: dict[str, CertificateIssuerPrivateKeyTypes] = {
    "RSA 2048": rsa.generate_private_key(public_exponent=65537, key_size=2048),
    "ECDSA P-256": ec.generate_private_key(ec.SECP256R1()),
    "ECDSA P-384": ec.generate_private_key(ec.SECP384R1()),
    "ECDSA P-224": ec.generate_private_key(ec.SECP224R1()),
    "ECDSA brainpoolP256r1": ec.generate_private_key(ec.BrainpoolP256R1()),
    "Ed25519": ed25519.Ed25519PrivateKey.generate(),
    "ML-DSA-65": mldsa.MLDSA65PrivateKey.generate(),
}
SIGNER = KEYS["RSA 2048"]


def made(key: str = "RSA 2048", common_name: str = "edge.example.com", *, days: int = 90) -> bytes:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, common_name)] if common_name else [])
    builder = x509.CertificateBuilder(x509.Name([]), subject, KEYS[key].public_key(), 7)
    builder = builder.not_valid_before(NOW).not_valid_after(NOW + timedelta(days=days))
    return builder.sign(SIGNER, SHA256()).public_bytes(Encoding.DER)


def facts(key: str) -> CertificateFacts:
    return read_certificate(made(key))


def examined(der: bytes) -> list[Examination]:
    role = CERTIFICATE_ROLES["expressway-e-server"]
    return [Examination((der,), role, RELEASES[release], NOW) for release in ("x15.4", "x15.5")]


@pytest.mark.parametrize(
    ("old", "new", "peers"),
    [
        ("RSA 2048", "ECDSA P-256", "RSA ciphers and signatures alone"),
        ("ECDSA P-384", "RSA 2048", "offer no RSA signature"),
        ("RSA 2048", "Ed25519", "without EdDSA"),
        ("ECDSA P-256", "ML-DSA-65", "without ML-DSA"),
    ],
)
def test_another_kind_of_key_tells_for_whom_the_lab_cannot_speak(old: str, new: str, peers: str) -> None:
    (sentence,) = unspoken_for(facts(old), facts(new))

    assert f"from {old} to {new}" in sentence
    assert peers in sentence


def test_another_size_of_the_same_kind_is_spoken_for() -> None:
    assert list(unspoken_for(facts("ECDSA P-256"), facts("ECDSA P-384"))) == []


def told(old: list[Examination], new: list[Examination]) -> list[tuple[str, str]]:
    return [(each.rule.key, each.detail) for each in rules_broken_anew(old, new)]


def test_what_no_play_shows_is_told_where_only_the_new_certificate_breaks_it() -> None:
    named, nameless = examined(made()), examined(made(common_name=""))
    no_label = '"a certificate without a name"'

    assert told(named, nameless) == [
        ("common-name-missing", "the subject has no common name"),
        ("strict-peers", f"{no_label} has an empty subject"),
        ("strict-peers", f"{no_label} is a root and no CA by its basicConstraints"),
    ]
    assert told(nameless, named) == [
        ("strict-peers", '"edge.example.com" has no authorityKeyIdentifier with a key'),
    ]
    assert told(nameless, nameless) == told(named, named) == []


def test_a_renewal_that_expires_soon_is_told_though_the_old_one_does_so_too() -> None:
    ending, renewed = examined(made(days=20)), examined(made(days=5))

    assert told(ending, renewed) == [("expires-soon", "it expires on 2026-06-06, in 5 days")]
    assert told(ending, ending) == []


def test_an_error_that_the_old_certificate_has_too_breaks_nothing_that_worked() -> None:
    sound, odd, other = examined(made()), examined(made("ECDSA P-224")), examined(made("ECDSA brainpoolP256r1"))

    assert [key for key, _ in told(sound, odd)] == [key for key, _ in told(sound, other)] == ["unusable-key"]
    assert told(odd, other) == told(other, odd) == []
