"""A new certificate that OpenSSL refuses for an extension breaks every story that shows it, and for its true cause."""

from __future__ import annotations

from dataclasses import replace

import pytest
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.hashes import SHA256
from public_chains import NOW, PublicCa, root
from shipped_library import LIBRARY, SCENARIOS

from harness.certificates.change import Kind
from harness.certificates.shell.change import Question, outcomes, prepare, stories
from harness.x509.der import BIT_STRING, element
from harness.x509.files import Holding, TrustList
from harness.x509.structure import CertificateParts, RawExtension, dissect, extension

CALLS = tuple(each for each in SCENARIOS.values() if each.name.startswith(("b2b/b01-one-way-tls", "cloud-inbound/i01")))
ISSUING = root("Public Root R1", "Public CA").ca("Public Issuing E7")
NAMES = ("expe.acme.com", "acme.com")


def signed_by(issuing: PublicCa, parts: CertificateParts) -> bytes:
    data = parts.to_be_signed()
    match issuing.key:
        case rsa.RSAPrivateKey() as key:
            return parts.signed(key.sign(data, PKCS1v15(), SHA256()))
        case ec.EllipticCurvePrivateKey() as key:
            return parts.signed(key.sign(data, ec.ECDSA(SHA256())))


def twice(parts: CertificateParts) -> CertificateParts:
    return replace(parts, extensions=(*parts.extensions, parts.extensions[0]))


def with_a_key_usage_of_nothing(parts: CertificateParts) -> CertificateParts:
    spoilt = extension("2.5.29.15", bytes.fromhex("551d0f"), element(BIT_STRING, b"\x07\x00"))
    return replace(parts, extensions=(*parts.extensions, spoilt))


def with_a_critical_stranger(parts: CertificateParts) -> CertificateParts:
    whole = bytes.fromhex("301206092b06010401868d1f010101ff04020500")
    return replace(parts, extensions=(*parts.extensions, RawExtension("1.3.6.1.4.1.99999.1", b"\x05\x00", whole)))


@pytest.mark.parametrize(
    ("spoil", "cause"),
    [
        (twice, "broken-chain"),
        (with_a_key_usage_of_nothing, "broken-chain"),
        (with_a_critical_stranger, "critical-extension"),
    ],
)
def test_a_certificate_with_an_odd_extension_is_no_matter_of_trust(spoil: object, cause: str) -> None:
    assert callable(spoil)
    sound, parts = (ISSUING.issue(*NAMES) for _ in range(2))
    odd = signed_by(ISSUING, spoil(dissect(parts)))
    old, new = (Holding((leaf, *ISSUING.chain)) for leaf in (sound, odd))
    question = Question("expressway-e-server", old, new, TrustList(()), ("x15.5",), ("1.3",), NOW)
    trial_lab = prepare(LIBRARY, question)
    flips = outcomes(
        trial_lab, stories(trial_lab, CALLS, question.releases, question.tls_versions), lambda _: None
    ).flips

    assert {flip.kind for flip in flips} == {Kind.BREAKS}
    assert {flip.after.cause for flip in flips} == {cause}
