"""Rules about peers that look more closely than OpenSSL does by default: no actor of the lab is one of them."""

from __future__ import annotations

from collections.abc import Iterator

from harness.certificates.rules.examination import Examination
from harness.certificates.rules.row import CertificateRule, Severity
from harness.lab.certificate_roles import ALL_ROLES, CERTIFICATE_ROLES
from harness.x509.policies import lacks_policy
from harness.x509.strictness import (
    is_nameless_with_plain_alternatives,
    java_objections,
    strict_objections,
    wants_staple,
)

_SERVERS = tuple(name for name, role in CERTIFICATE_ROLES.items() if "server" in role.purposes)
_JAVA = "The Webex cloud resembles Java, and nobody here saw it meet such a one"


def _cannot_sign(case: Examination) -> Iterator[str]:
    usages = case.leaf.key_usage
    if usages is not None and "digitalSignature" not in usages:
        yield f"its key usage is {', '.join(usages)}: it lacks digitalSignature, with which TLS 1.3 and ECDHE sign"


def _policy(case: Examination) -> Iterator[str]:
    path, _ = case.path
    if lacks_policy(path):
        yield "a CA above it demands a certificate policy (policyConstraints) that it does not carry"


def _alternatives(case: Examination) -> Iterator[str]:
    if case.leaf.readable and is_nameless_with_plain_alternatives(case.certificates[0]):
        yield "its subject is empty and its subjectAltName is not critical"


def _staple(case: Examination) -> Iterator[str]:
    try:
        demanded = case.leaf.readable and wants_staple(case.certificates[0])
    except ValueError:
        demanded = True
    if demanded:
        yield "it demands that its server staples an OCSP response (TLS feature, must-staple)"


def _java(case: Examination) -> Iterator[str]:
    yield from java_objections(case.path[0])


def _strict(case: Examination) -> Iterator[str]:
    yield from strict_objections(*case.path)


STRICTNESS_RULES = (
    CertificateRule(
        key="no-digital-signature",
        title="Its key may not sign handshakes of today",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_cannot_sign,
        peers=f"peers built on Java or GnuTLS, and browsers; OpenSSL lets it pass in a server. {_JAVA}",
        remedy="Issue it with digitalSignature in its key usage.",
        source="RFC 8446 section 4.4.2.2, measured",
        beyond_plays=True,
    ),
    CertificateRule(
        key="policy-missing",
        title="A CA demands a policy that is not there",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_policy,
        peers=f"peers that follow policies, Java among them; OpenSSL does so on request alone. {_JAVA}",
        remedy="Have it issued with a policy of its CA, or by a CA that demands none.",
        source="RFC 5280 section 6.1, measured",
        beyond_plays=True,
    ),
    CertificateRule(
        key="alternatives-not-critical",
        title="No subject, and names that are not critical",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_alternatives,
        peers=f"peers built on Java, which cannot read it, and OpenSSL with X509_STRICT. {_JAVA}",
        remedy="Have it issued with a subject, or with a critical subjectAltName.",
        source="RFC 5280 section 4.2.1.6, measured",
        beyond_plays=True,
    ),
    CertificateRule(
        key="must-staple",
        title="It demands a stapled OCSP response",
        severity=Severity.WARNING,
        roles=_SERVERS,
        fires=_staple,
        peers="peers that look at the demand, GnuTLS and Firefox among them; no text of Cisco says that a box staples",
        remedy="Have it issued without must-staple, or see with `openssl s_client -status` that its port staples.",
        source="RFC 7633 section 4, measured",
        beyond_plays=True,
    ),
    CertificateRule(
        key="critical-for-java",
        title="A critical extension that Java does not know",
        severity=Severity.WARNING,
        roles=ALL_ROLES,
        fires=_java,
        peers=f"peers built on Java, which refuse it; OpenSSL takes it. {_JAVA}",
        remedy="Have it issued with that extension not critical.",
        source="RFC 5280 section 4.2, measured",
        beyond_plays=True,
    ),
    CertificateRule(
        key="strict-peers",
        title="Not to the letter of RFC 5280",
        severity=Severity.WARNING,
        roles=ALL_ROLES,
        fires=_strict,
        peers="peers that check strictly (OpenSSL with X509_STRICT): programs of Python 3.13 and later do by default",
        remedy="Nothing for an Expressway. For such peers have it issued anew, or its CA.",
        source="RFC 5280 section 4, measured",
        beyond_plays=True,
    ),
)
"""Rules about strict peers."""
