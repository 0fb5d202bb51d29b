"""Rules about what a certificate may be used for, and what boxes and peers demand of that."""

from __future__ import annotations

from collections.abc import Iterator

from harness.certificates.rules.examination import Examination
from harness.certificates.rules.row import CertificateRule, Severity
from harness.lab.certificate_roles import ALL_ROLES, BOXES, CERTIFICATE_ROLES
from harness.lab.uploads import Upload, UploadRefusal, refusal_of
from harness.x509.findings import FindingKind

_SERVERS = tuple(name for name, role in CERTIFICATE_ROLES.items() if "server" in role.purposes)
_CLIENTS = tuple(name for name, role in CERTIFICATE_ROLES.items() if "client" in role.purposes)
_DIALLED_BOXES = ("expressway-e-server", "expressway-c-server")


def _usages(case: Examination) -> str:
    return ", ".join(case.leaf.extended_key_usage or ()) or "nothing"


def _no_server_auth(case: Examination) -> Iterator[str]:
    usages = case.leaf.extended_key_usage
    if usages is not None and "serverAuth" not in usages:
        yield f"it is for {_usages(case)} only, and so unfit for a TLS server"


def _no_client_auth(case: Examination) -> Iterator[str]:
    if case.lacks_client_auth:
        yield f"it is for {_usages(case)} only, and so unfit for a TLS client"


def _any_usage(case: Examination) -> Iterator[str]:
    usages = case.leaf.extended_key_usage or ()
    if "anyExtendedKeyUsage" in usages and not {"serverAuth", "clientAuth"} & set(usages):
        yield "it names anyExtendedKeyUsage and neither serverAuth nor clientAuth"


def _restricted_intermediates(case: Examination) -> Iterator[str]:
    restricted = case.found(FindingKind.WRONG_EKU)
    yield from (finding.sentence for finding in restricted if finding.detail == "restricted-intermediate")


def _key_usage(case: Examination) -> Iterator[str]:
    yield from (finding.sentence for finding in case.found(FindingKind.KEY_USAGE))


def _refusal(case: Examination, *, switch: bool) -> UploadRefusal | None:
    """Return why the box would not take it, EnableServerEkuUpload being as `switch` says."""
    if case.role.box is None:
        return None
    dials = "client" in case.role.purposes and case.release.two_stores
    return refusal_of(Upload(case.leaf, case.role.box, "client" if dials else "server", case.release, switch))


def _upload_refused(case: Examination) -> Iterator[str]:
    if refusal := _refusal(case, switch=True):
        yield refusal.reason


def _upload_needs_switch(case: Examination) -> Iterator[str]:
    if (refusal := _refusal(case, switch=False)) and not _refusal(case, switch=True):
        yield refusal.reason


def _service_check(case: Examination) -> Iterator[str]:
    if case.release.service_check and case.lacks_client_auth:
        yield f"{case.release.name.upper()} checks it inside a SIP SERVICE request, and demands clientAuth there"


def _cluster_check(case: Examination) -> Iterator[str]:
    if case.release.cluster_check and case.lacks_client_auth:
        yield f"cluster peers of {case.release.name.upper()} demand clientAuth of each other"


def _one_store(case: Examination) -> Iterator[str]:
    if not case.release.two_stores and case.lacks_client_auth:
        yield f"{case.release.name.upper()} presents the same certificate when it dials, and it lacks clientAuth"


def _no_sip_domain(case: Examination) -> Iterator[str]:
    usages = case.leaf.extended_key_usage
    if usages is not None and not {"id-kp-sipDomain", "anyExtendedKeyUsage"} & set(usages):
        yield "its extended key usage does not name id-kp-sipDomain"


PURPOSE_RULES = (
    CertificateRule(
        key="upload-refused",
        title="The Expressway does not take it",
        severity=Severity.ERROR,
        roles=BOXES,
        fires=_upload_refused,
        peers="the Expressway itself, when it is uploaded",
        remedy="Obtain one with fully qualified names and both usages, or upgrade both Expressways. On X15.5 copying "
        "the server certificate gets round the check of the client store, and of no peer.",
        source="C2, C6, C7, C13",
    ),
    CertificateRule(
        key="upload-needs-switch",
        title="The Expressway takes it behind a switch",
        severity=Severity.WARNING,
        roles=BOXES,
        fires=_upload_needs_switch,
        peers="the Expressway itself, when it is uploaded",
        remedy="Set EnableServerEkuUpload to On first; peers that it dials will then miss clientAuth.",
        source="C6",
    ),
    CertificateRule(
        key="server-auth-missing",
        title="Unfit for a TLS server",
        severity=Severity.ERROR,
        roles=_SERVERS,
        fires=_no_server_auth,
        remedy="Issue it with serverAuth, or without any extended key usage.",
        source="RFC 5280 section 4.2.1.12, 5.1",
    ),
    CertificateRule(
        key="client-auth-missing",
        title="Unfit for a TLS client",
        severity=Severity.ERROR,
        roles=_CLIENTS,
        fires=_no_client_auth,
        remedy="Issue it with clientAuth, from a private CA if need be. From X15.5 an Expressway can be told not to "
        "check that of others (SIP TLS Certificate ExtendedKeyUsage Checking Mode).",
        source="C6, C7, B12, O06",
    ),
    CertificateRule(
        key="client-auth-for-mutual-port",
        title="Unfit for the mutual TLS port",
        severity=Severity.WARNING,
        roles=("b2b-peer",),
        fires=_no_client_auth,
        peers="Expressway-E on the mutual TLS port, if the partner dials that",
        remedy="Let the partner dial the one-way port 5061, or present a certificate with clientAuth.",
        source="B12, C6",
        beyond_plays=True,
    ),
    CertificateRule(
        key="any-usage-only",
        title="anyExtendedKeyUsage stands alone",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_any_usage,
        peers="OpenSSL, and so every Expressway: it does not take that for TLS",
        remedy="Name serverAuth and clientAuth, whichever the role needs.",
        source="B15, X25",
    ),
    CertificateRule(
        key="restricted-intermediate",
        title="A CA above it restricts its use",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_restricted_intermediates,
        remedy="Have it issued by a CA whose own certificate names both usages, or none.",
        source="B16, X25",
    ),
    CertificateRule(
        key="key-usage",
        title="Its key may not sign handshakes",
        severity=Severity.ERROR,
        roles=ALL_ROLES,
        fires=_key_usage,
        remedy="Issue it with digitalSignature in its key usage.",
        source="5.1",
    ),
    CertificateRule(
        key="service-check",
        title="MRA registration fails on the SERVICE check",
        severity=Severity.ERROR,
        roles=("expressway-e-server",),
        fires=_service_check,
        peers="Expressway-C, to which Expressway-E sends its certificate in a SIP SERVICE request",
        remedy="Upgrade both Expressways to X15.4 or later, or obtain a certificate with both usages.",
        source="C6, M17",
    ),
    CertificateRule(
        key="cluster-check",
        title="Cluster peers refuse it",
        severity=Severity.WARNING,
        roles=_DIALLED_BOXES,
        fires=_cluster_check,
        peers="the other nodes of the cluster, where TLS verification is Enforcing",
        remedy="Obtain both usages, upgrade to X15.4, or leave System > Clustering at Permissive.",
        source="C6, T-15",
    ),
    CertificateRule(
        key="one-store",
        title="What it dials will refuse it",
        severity=Severity.WARNING,
        roles=_DIALLED_BOXES,
        fires=_one_store,
        peers="whoever this box dials over mutual TLS: before X15.5 it has one certificate for both roles",
        remedy="Obtain both usages, or upgrade to X15.5 and put a certificate with clientAuth in its client store.",
        source="C6, C7, O06",
    ),
    CertificateRule(
        key="tunnel-client-auth",
        title="The SSH tunnel stays down",
        severity=Severity.ERROR,
        roles=("expressway-c-client",),
        fires=_no_client_auth,
        peers="Expressway-E in the SSH tunnel on 2222, which checks clientAuth whatever the SIP page says",
        remedy="Issue it with clientAuth; a private CA will do. Switching the check off does not help here.",
        source="C7, M16",
    ),
    CertificateRule(
        key="sip-domain-usage",
        title="Its usages do not name SIP domains",
        severity=Severity.INFO,
        roles=("expressway-e-server", "expressway-e-client", "b2b-peer"),
        fires=_no_sip_domain,
        peers="a peer that follows RFC 5924 to the letter; Expressway ignores it",
        remedy="Nothing, unless such a partner complains.",
        source="RFC 5924, C6",
    ),
)
"""Rules about purposes."""
