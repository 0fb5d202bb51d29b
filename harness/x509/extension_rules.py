"""Extensions that a verifier cannot take: not understood and critical, malformed, or there twice.

Lists and numbers are OpenSSL's (X509_supported_extension and what it decodes before it looks for an issuer), measured
with 4.0.3. What it cannot decode it treats as a certificate that nobody issued.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from functools import lru_cache

from harness.x509.der import SEQUENCE, bits_of, members, only
from harness.x509.encoded import EncodedCertificate, encoded
from harness.x509.extensions import READERS, SUBJECT_ALTERNATIVE_NAME
from harness.x509.general_names import general_names

NETSCAPE_TYPE, PROXY, OCSP_NO_CHECK = "2.16.840.1.113730.1.1", "1.3.6.1.5.5.7.1.14", "1.3.6.1.5.5.7.48.1.5"
RESOURCES: Mapping[str, str] = {"1.3.6.1.5.5.7.1.7": "sbgp-ipAddrBlock", "1.3.6.1.5.5.7.1.8": "sbgp-autonomousSysNum"}
"""Internet number resources (RFC 3779), which OpenSSL compares along the chain and nobody here does."""

_POLICIES = {
    "2.5.29.32": "certificatePolicies",
    "2.5.29.33": "policyMappings",
    "2.5.29.36": "policyConstraints",
    "2.5.29.54": "inhibitAnyPolicy",
}
_NAMES: Mapping[str, str] = {
    **{identifier: name for identifier, (name, _) in READERS.items()},
    **_POLICIES,
    **RESOURCES,
    NETSCAPE_TYPE: "nsCertType",
    PROXY: "proxyCertInfo",
    OCSP_NO_CHECK: "id-pkix-ocsp-nocheck",
    "2.5.29.18": "issuerAltName",
    "2.5.29.46": "freshestCRL",
    "1.3.6.1.5.5.7.1.24": "tlsfeature",
    "1.3.6.1.4.1.11129.2.4.2": "signed certificate timestamps",
    "1.3.6.1.4.1.11129.2.4.3": "precertificate poison",
}

_UNDERSTOOD_NAMES = (
    *("subjectAltName", "extendedKeyUsage", "keyUsage", "basicConstraints", "nameConstraints", "cRLDistributionPoints"),
    *(*_POLICIES.values(), *RESOURCES.values(), "nsCertType", "proxyCertInfo", "id-pkix-ocsp-nocheck"),
)
UNDERSTOOD = frozenset(identifier for identifier, name in _NAMES.items() if name in _UNDERSTOOD_NAMES)
"""Extensions that may be critical; both key identifiers, authorityInfoAccess and what is unknown may not."""

DECODED: Mapping[str, Callable[[bytes], object]] = {
    **{identifier: read for identifier, (name, read) in READERS.items() if name != "authorityInfoAccess"},
    SUBJECT_ALTERNATIVE_NAME: lambda value: general_names(only(value, SEQUENCE)),  # its letters do not matter here
    NETSCAPE_TYPE: bits_of,
    PROXY: members,
    **dict.fromkeys(RESOURCES, members),
}
"""Extensions that OpenSSL decodes before all else."""


def called(identifier: str) -> str:
    """Return the name of an extension, its dotted identifier where it has none here."""
    return _NAMES.get(identifier, identifier)


@lru_cache(maxsize=4096)
def malformed(der: bytes) -> tuple[str, ...]:
    """Return a sentence part for each extension that OpenSSL cannot decode or finds twice; none where all is well."""
    try:
        return tuple(_malformed(encoded(der)))
    except ValueError as error:
        return (f"is not framed as a certificate ({error})",)


def _malformed(certificate: EncodedCertificate) -> Iterator[str]:
    for identifier in repeated(certificate):
        if identifier in DECODED:
            yield f"has the extension {called(identifier)} twice"
    for extension in certificate.extensions:
        decode = DECODED.get(extension.identifier)
        if decode and (problem := problem_of(decode, extension.value)):
            yield f"has a malformed extension {called(extension.identifier)} ({problem})"


def problem_of(decode: Callable[[bytes], object], value: bytes) -> str:
    """Return why `decode` cannot read the value, empty where it can."""
    try:
        decode(value)
    except (ValueError, IndexError, StopIteration) as error:
        return str(error) or "it ends early"
    return ""


def repeated(certificate: EncodedCertificate) -> Iterator[str]:
    """Yield each identifier that more than one extension has (RFC 5280 section 4.2 forbids that)."""
    met: set[str] = set()
    told: set[str] = set()
    for extension in certificate.extensions:
        if extension.identifier in met and extension.identifier not in told:
            told.add(extension.identifier)
            yield extension.identifier
        met.add(extension.identifier)


def not_understood(certificate: EncodedCertificate) -> Iterator[str]:
    """Yield the identifier of each critical extension that OpenSSL does not understand."""
    for extension in certificate.extensions:
        if extension.critical and extension.identifier not in UNDERSTOOD:
            yield extension.identifier
