"""One certificate under examination, with what is known of the place where it will serve."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from functools import lru_cache

from harness.lab.certificate_roles import CertificateRole
from harness.lab.releases import Release
from harness.x509.certificate import CertificateFacts, read_certificate
from harness.x509.chain import Link, build_chain, is_root, links_of
from harness.x509.findings import FindingKind, PathFinding
from harness.x509.name_policy import judge_names
from harness.x509.path import explain_path
from harness.x509.presented_names import address_in

OPEN_ENDS = (
    FindingKind.UNKNOWN_ROOT,
    FindingKind.MISSING_INTERMEDIATE,
    FindingKind.ONLY_INTERMEDIATE_TRUSTED,
    FindingKind.CHAIN_INCOMPLETE_OR_UNKNOWN_ROOT,
)
"""What is found of a chain that ends at no trusted root, and of which nothing else needs to be wrong."""


@dataclass(frozen=True, slots=True)
class Examination:
    """What is examined, and for whom.

    `certificates` are DER: the leaf first, then what lies with it in its file. `trust` is the Trusted CA list (DER)
    of the Expressway: it completes its own chain from it and verifies others by it; None where it is not known.
    `names` and `domains` are those that peers will look for. `at` is an aware time. `was_sorted` says that the
    file had its chain in another order.
    """

    certificates: tuple[bytes, ...]
    role: CertificateRole
    release: Release
    at: datetime
    trust: tuple[bytes, ...] | None = None
    names: tuple[str, ...] = ()
    domains: tuple[str, ...] = ()
    was_sorted: bool = False

    @property
    def leaf(self) -> CertificateFacts:
        """What the certificate itself says."""
        return read_certificate(self.certificates[0])

    @property
    def lacks_client_auth(self) -> bool:
        """Whether its extended key usage excludes TLS clients; an absent one excludes nobody (RFC 5280 4.2.1.12)."""
        usages = self.leaf.extended_key_usage
        return usages is not None and "clientAuth" not in usages

    @property
    def findings(self) -> tuple[PathFinding, ...]:
        """What is wrong with the chain in any of the role's purposes, each thing once."""
        return _path_findings(self)

    @property
    def path(self) -> tuple[tuple[Link, ...], Link | None]:
        """The leaf with the CAs above it as far as they are at hand, and the root (None: not at hand).

        Empty where OpenSSL refuses the chain by its default, for another reason than that it leads to no trusted root.
        """
        if any(finding.fatal and finding.kind not in OPEN_ENDS for finding in self.findings):
            return (), None
        links = build_chain(links_of(self.certificates), links_of(_anchors(self)), self.at).links
        return (links[:-1], links[-1]) if is_root(links[-1]) else (links, None)

    def found(self, *kinds: FindingKind) -> Iterator[PathFinding]:
        """Yield the findings of these kinds."""
        return (finding for finding in self.findings if finding.kind in kinds)

    def carries(self, name: str) -> bool:
        """Whether a SAN is that name, whole and without wildcards, or an iPAddress that address."""
        policy = "san-only" if address_in(name) is None else "rfc9525"
        return judge_names(self.leaf, [name], policy=policy).accepted


def _anchors(examination: Examination) -> tuple[bytes, ...]:
    """Return what counts as trusted: the list that was given, else each root in the file."""
    if examination.trust is not None:
        return examination.trust
    return tuple(link.der for link in links_of(examination.certificates) if is_root(link))


@lru_cache(maxsize=64)
def _path_findings(examination: Examination) -> tuple[PathFinding, ...]:
    sent, trusted = examination.certificates, _anchors(examination)
    anchors = sent if examination.trust is None else examination.trust
    findings = [
        finding
        for purpose in examination.role.purposes
        for finding in explain_path(
            sent, trusted=trusted, known_authorities=(*sent, *anchors), purpose=purpose, at=examination.at
        ).findings
    ]
    return tuple(dict.fromkeys(findings))
