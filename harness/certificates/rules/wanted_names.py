"""Rules about names: what peers look for, and what they cannot match."""

from __future__ import annotations

from collections.abc import Iterator

from harness.certificates.rules.examination import Examination
from harness.certificates.rules.row import CertificateRule, Severity
from harness.lab.certificate_roles import NAMED
from harness.x509.name_rules import CLOUD_NAMES, GENERATIONS

_PARTNERS = "B2B partners that look for the SIP domain (RFC 5922 section 7.3)"
_LEGACY, _CURRENT = GENERATIONS[0]


def _no_dns_name(case: Examination) -> Iterator[str]:
    if not case.leaf.dns_names:
        yield "there is no dNSName" + ("" if case.leaf.has_san_extension else ", and no SAN extension at all")


def _only_in_common_name(case: Examination) -> Iterator[str]:
    held = {dns_name.lower() for dns_name in case.leaf.dns_names}
    for name in case.leaf.common_names:
        if "." in name and case.leaf.dns_names and name.lower() not in held:
            yield f'"{name}" stands in the common name and in no dNSName'


def _wanted_names(case: Examination) -> Iterator[str]:
    yield from (f'no SAN is "{name}"' for name in case.names if not case.carries(name))


def _mra_domains(case: Examination) -> Iterator[str]:
    for domain in case.domains:
        if not case.carries(domain) and not case.carries(f"collab-edge.{domain}"):
            yield f'no SAN is "{domain}" or "collab-edge.{domain}"'


def _sip_domains(case: Examination) -> Iterator[str]:
    yield from (f'no SAN is "{domain}"' for domain in case.domains if not case.carries(domain))


def _verified_domains(case: Examination) -> Iterator[str]:
    names = [name.lower() for name in case.leaf.dns_names]
    domains = [domain.lower() for domain in case.domains]
    if domains and not any(name == domain or name.endswith(f".{domain}") for name in names for domain in domains):
        yield f"no SAN is or lies in {' or '.join(domains)}"


def _cloud_names(case: Examination) -> Iterator[str]:
    names = CLOUD_NAMES["dual"]
    if not any(case.carries(name) for name in names):
        yield f"no SAN is {', '.join(names[:-1])} or {names[-1]}"


def _one_generation(case: Examination) -> Iterator[str]:
    for held, other in ((_LEGACY, _CURRENT), (_CURRENT, _LEGACY)):
        if case.carries(held) and not case.carries(other):
            yield f"it carries {held} and not {other}"


NAME_RULES = (
    CertificateRule(
        key="dns-name-missing",
        title="No name stands where peers look",
        severity=Severity.ERROR,
        roles=NAMED,
        fires=_no_dns_name,
        remedy="Issue it with dNSNames: {names}.",
        source="RFC 9525 section 6.3, X1",
    ),
    CertificateRule(
        key="name-only-in-common-name",
        title="A name stands in the common name alone",
        severity=Severity.WARNING,
        roles=NAMED,
        fires=_only_in_common_name,
        peers="strict peers (RFC 5922, RFC 9525); an Expressway zone still takes it",
        remedy="Issue it with that name as a dNSName too.",
        source="X1, I19",
    ),
    CertificateRule(
        key="wanted-name-missing",
        title="A name that was asked for is missing",
        severity=Severity.ERROR,
        roles=NAMED,
        fires=_wanted_names,
        remedy="Issue it with {names}.",
        source="C9, C13, M14, M25",
    ),
    CertificateRule(
        key="mra-domain-missing",
        title="An MRA domain is missing",
        severity=Severity.ERROR,
        roles=("expressway-e-server",),
        fires=_mra_domains,
        peers="Jabber and phones that sign in from outside on 8443",
        remedy="Add the domain as a SAN, or collab-edge. and the domain.",
        source="C9, M09",
    ),
    CertificateRule(
        key="sip-domain-missing",
        title="A SIP domain is missing",
        severity=Severity.WARNING,
        roles=("expressway-e-server",),
        fires=_sip_domains,
        peers=_PARTNERS,
        remedy="Add the SIP domain itself as a SAN.",
        source="RFC 5922 section 7.3, B09",
    ),
    CertificateRule(
        key="partner-domain-missing",
        title="The partner's SIP domain is missing",
        severity=Severity.ERROR,
        roles=("b2b-peer",),
        fires=_sip_domains,
        peers="Expressway-E, where its DNS zone verifies and names no subject: it looks for the dialled domain",
        remedy="Add the SIP domain as a SAN, or state TLS verify subject name in the DNS zone.",
        source="C2, B23",
    ),
    CertificateRule(
        key="verified-domain-missing",
        title="No SAN lies in a verified domain",
        severity=Severity.WARNING,
        roles=("expressway-e-server", "expressway-e-client"),
        fires=_verified_domains,
        peers="Webex cloud, for a private CA whose root was uploaded: it cannot tell whose list to use",
        remedy="Add a SAN in a domain that the organisation has verified in Control Hub.",
        source="C4, I10",
    ),
    CertificateRule(
        key="cloud-name-missing",
        title="No name of the cloud",
        severity=Severity.ERROR,
        roles=("webex-cloud",),
        fires=_cloud_names,
        peers="Expressway-E, whose Webex zone looks for such a name",
        remedy="Check that this is the certificate of Webex, and not that of a device in between.",
        source="X2, I04",
    ),
    CertificateRule(
        key="one-cloud-generation",
        title="Names of one generation only",
        severity=Severity.INFO,
        roles=("webex-cloud",),
        fires=_one_generation,
        peers="Expressway-E, where its zone looks for the other generation",
        remedy="Let the zone look for the name that the certificate carries; the Webex zone takes the current one.",
        source="C3, I15, I16",
    ),
)
"""Rules about names."""
