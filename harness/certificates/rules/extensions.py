"""Rules about extensions, and about certificates that can have none."""

from __future__ import annotations

from collections.abc import Iterator

from harness.certificates.rules.examination import Examination
from harness.certificates.rules.row import CertificateRule, Severity
from harness.lab.certificate_roles import ALL_ROLES
from harness.x509.encoded import encoded
from harness.x509.findings import FindingKind

_OPENSSL = "OpenSSL, and so every Expressway and whatever is built like it"


def _critical(case: Examination) -> Iterator[str]:
    kinds = FindingKind.CRITICAL_EXTENSION, FindingKind.PROXY_CERTIFICATE
    yield from (finding.sentence for finding in case.found(*kinds))


def _malformed(case: Examination) -> Iterator[str]:
    yield from (finding.sentence for finding in case.found(FindingKind.MALFORMED_EXTENSION))


def _repeated(case: Examination) -> Iterator[str]:
    yield from (finding.sentence for finding in case.found(FindingKind.REPEATED_EXTENSION))


def _undecided(case: Examination) -> Iterator[str]:
    yield from (finding.sentence for finding in case.found(FindingKind.UNDECIDED))


def _old_version(case: Examination) -> Iterator[str]:
    if case.leaf.version == 1 and encoded(case.certificates[0]).extensions:
        yield "it says version 1, which has no place for extensions, and has some: Java cannot read it"
    elif case.leaf.version == 1:
        yield "it is a certificate of version 1, which has no place for extensions: no SANs, no usages, no CRL"


EXTENSION_RULES = (
    CertificateRule(
        key="critical-extension",
        title="A critical extension that TLS peers do not accept",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_critical,
        peers=f"{_OPENSSL}, which refuse it (X509_V_ERR 34; 40 for a proxy)",
        remedy="Have it issued without that extension, or with it not critical.",
        source="RFC 5280 section 4.2",
    ),
    CertificateRule(
        key="malformed-extension",
        title="An extension that OpenSSL cannot decode, or finds twice",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_malformed,
        peers=f"{_OPENSSL}: they find no issuer for such a certificate (X509_V_ERR 20)",
        remedy="Have it issued anew, with each extension once and well formed.",
        source="RFC 5280 section 4.2",
    ),
    CertificateRule(
        key="repeated-extension",
        title="The same extension twice",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_repeated,
        peers="strict peers, OpenSSL from 4.1 on among them; older OpenSSL takes it",
        remedy="Have it issued anew, with each extension once.",
        source="RFC 5280 section 4.2",
        beyond_plays=True,
    ),
    CertificateRule(
        key="undecided",
        title="Something that is not judged here",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_undecided,
        peers="nobody here can tell",
        remedy="Try it with the peer's own program before you rely on it.",
        source="RFC 3779",
        beyond_plays=True,
    ),
    CertificateRule(
        key="version-1",
        title="A certificate of version 1",
        severity=Severity.WARNING,
        roles=ALL_ROLES,
        fires=_old_version,
        peers="peers that look for a SAN or a usage; OpenSSL takes it as a leaf, and as a CA only where it is the root",
        remedy="Have it issued as version 3; the program openssl does that as soon as it is given extensions.",
        source="RFC 5280 section 4.1.2.1, measured",
        beyond_plays=True,
    ),
)
"""Rules about extensions."""
