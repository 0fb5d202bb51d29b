"""Rules about the subject: what services of an Expressway do not work without, or with."""

from __future__ import annotations

from collections.abc import Iterator

from harness.certificates.rules.examination import Examination
from harness.certificates.rules.row import CertificateRule, Severity
from harness.lab.certificate_roles import BOXES, CERTIFICATE_ROLES
from harness.x509.encoded import encoded
from harness.x509.general_names import attributes

_CLIENTS = tuple(name for name in BOXES if CERTIFICATE_ROLES[name].purposes == ("client",))
_PRIVATE = "1.3.6.1.4.1."
"""Below this arc companies have identifiers of their own, such as those of EV certificates."""


def _in_client_store(case: Examination) -> bool:
    return case.role.name in _CLIENTS and case.release.two_stores


def _nameless_server(case: Examination) -> Iterator[str]:
    if not case.leaf.common_names and not _in_client_store(case):
        yield "the subject has no common name"


def _nameless_client(case: Examination) -> Iterator[str]:
    if not case.leaf.common_names and _in_client_store(case):
        yield "the subject has no common name"


def _private_attributes(case: Examination) -> Iterator[str]:
    if case.leaf.readable:
        types = dict.fromkeys(kind for kind, _, _ in attributes(encoded(case.certificates[0]).subject))
        yield from (f"the subject has the private attribute {kind}" for kind in types if kind.startswith(_PRIVATE))


SUBJECT_RULES = (
    CertificateRule(
        key="common-name-missing",
        title="The subject has no common name",
        severity=Severity.ERROR,
        roles=BOXES,
        fires=_nameless_server,
        peers="the Expressway itself: it raises an alarm, and MRA, Jabber Guest and the web proxy do not work",
        remedy="Issue it with the FQDN as common name, and as a SAN too. The ACME profiles tlsserver and shortlived "
        "leave the common name out.",
        source="A7, C13",
        beyond_plays=True,
    ),
    CertificateRule(
        key="client-common-name-missing",
        title="The client certificate has no common name",
        severity=Severity.WARNING,
        roles=_CLIENTS,
        fires=_nameless_client,
        peers="nobody that is known: Cisco says of the server certificate alone that services need a common name",
        remedy="Issue it with the FQDN as common name, to be on the safe side.",
        source="A7",
        beyond_plays=True,
    ),
    CertificateRule(
        key="private-attribute",
        title="A private attribute in the subject",
        severity=Severity.ERROR,
        roles=BOXES,
        fires=_private_attributes,
        peers="the SSH tunnels between Expressway-E and Expressway-C, which do not come up; so no MRA",
        remedy="Take a certificate that is not EV: subject with common name and organisation alone.",
        source="A8",
        beyond_plays=True,
    ),
)
"""Rules about subjects."""
