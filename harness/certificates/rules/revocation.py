"""Rules about where revocation can be asked about, on paper: nothing is fetched.

The lab of `certs diff` answers for every http address, so that what speaks against one on paper is told by the rule.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterator
from urllib.parse import urlsplit

from harness.certificates.rules.examination import Examination
from harness.certificates.rules.row import CertificateRule, Severity
from harness.lab.certificate_roles import ALL_ROLES

_PRIVATE_ENDINGS = (".local", ".localhost", ".internal", ".lan", ".corp", ".home", ".intra", ".invalid")
"""Ends of names that no public DNS has (RFC 6762 appendix G, RFC 6761, and custom)."""


def _urls(case: Examination) -> tuple[str, ...]:
    return (*case.leaf.crl_urls, *case.leaf.ocsp_urls)


def _is_ldap(url: str) -> bool:
    return url.lower().startswith(("ldap:", "ldaps:"))


def _obstacle(url: str) -> str:
    """Return why nobody on the Internet can fetch it, empty where nothing on paper speaks against it."""
    try:
        parts = urlsplit(url)
        scheme, host = parts.scheme.lower(), (parts.hostname or "").lower()
        _ = parts.port
    except ValueError:
        return "is no URL"
    if scheme != "http":
        return f"is not http but {scheme or 'nothing'}" + (
            "" if scheme != "https" else ", which verifiers do not fetch"
        )
    return _host_obstacle(host)


def _host_obstacle(host: str) -> str:
    try:
        return "" if ipaddress.ip_address(host).is_global else "leads to an address that is not public"
    except ValueError:
        pass
    if "." not in host or host.endswith(_PRIVATE_ENDINGS):
        return "names a host that no public DNS has" if host else "names no host"
    return ""


def _unreachable(case: Examination) -> Iterator[str]:
    for url in _urls(case):
        if not _is_ldap(url) and (obstacle := _obstacle(url)):
            yield f"{url} {obstacle}"


def _only_ldap(case: Examination) -> Iterator[str]:
    if _urls(case) and all(map(_is_ldap, _urls(case))):
        yield f"{_urls(case)[0]} is the only kind of place"


def _nowhere(case: Examination) -> Iterator[str]:
    if not _urls(case):
        yield "it names neither a CRL nor an OCSP responder"


REVOCATION_RULES = (
    CertificateRule(
        key="revocation-unreachable",
        title="A CRL or OCSP address that peers cannot reach",
        severity=Severity.WARNING,
        roles=ALL_ROLES,
        fires=_unreachable,
        peers="Webex cloud and every peer that checks revocation: what cannot be fetched cannot be verified",
        remedy="Publish it over http at a name in public DNS, or have the certificate issued without it.",
        source="C4, I11",
        beyond_plays=True,
    ),
    CertificateRule(
        key="revocation-by-ldap-only",
        title="A CRL by LDAP alone",
        severity=Severity.WARNING,
        roles=ALL_ROLES,
        fires=_only_ldap,
        peers="Webex cloud and every peer outside the directory that checks revocation",
        remedy="Add an http address to the CA's CRL distribution points, in front of the LDAP one.",
        source="C4, I11",
        beyond_plays=True,
    ),
    CertificateRule(
        key="no-revocation-source",
        title="No CRL and no OCSP address",
        severity=Severity.INFO,
        roles=ALL_ROLES,
        fires=_nowhere,
        peers="verifiers with revocation checking On: what they make of it is their Fallback behavior",
        remedy="Nothing, where nobody checks revocation.",
        source="C2, X10",
    ),
)
"""Rules about revocation."""
