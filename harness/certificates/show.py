"""What a certificate file shows to those who look at it: values, before they become text or JSON."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import cached_property

from harness.lab.settings import Lab
from harness.x509.certificate import CertificateFacts, read_certificate
from harness.x509.chain import build_chain, links_of
from harness.x509.files import Holding
from harness.x509.findings import FindingKind, PathFinding, Purpose
from harness.x509.found_certificate import FoundCertificate, read_found
from harness.x509.lineage import Lineage
from harness.x509.link_findings import WANTED_USAGE
from harness.x509.name_policy import NameVerdict, judge_names
from harness.x509.name_rules import CLOUD_NAMES, POLICIES
from harness.x509.path import PathExplanation, explain_path

_ABOUT_PURPOSE = frozenset({FindingKind.WRONG_EKU, FindingKind.KEY_USAGE, FindingKind.MALFORMED_EXTENSION})
_ABOUT_TRUST = frozenset(
    {
        FindingKind.UNKNOWN_ROOT,
        FindingKind.MISSING_INTERMEDIATE,
        FindingKind.ONLY_INTERMEDIATE_TRUSTED,
        FindingKind.CHAIN_INCOMPLETE_OR_UNKNOWN_ROOT,
        FindingKind.SELF_SIGNED_LEAF,
    }
)


@dataclass(frozen=True)
class ShownCertificate:
    """A file of certificates, looked at on the day `at` by somebody who looks for the names `wanted`.

    `trust` is a trust list (DER), None where there is none to compare with. `notes` are sentences about other files
    than the holding's own.
    """

    file: str
    holding: Holding
    at: datetime
    wanted: tuple[WantedName, ...]
    trust: tuple[bytes, ...] | None = None
    notes: tuple[str, ...] = ()

    @cached_property
    def leaf(self) -> CertificateFacts:
        """What the certificate itself says."""
        return read_certificate(self.holding.certificates[0])

    @cached_property
    def path(self) -> tuple[CertificateFacts, ...]:
        """The leaf and the CAs above it, as far as they are in the file; chosen as the reader of the file chose."""
        return (self.leaf, *(read_certificate(each.der) for each in self._lineage.path_above(self._found[0])))

    @cached_property
    def other_ways(self) -> tuple[CertificateFacts, ...]:
        """CAs in the file that are above the leaf too, on another way: cross-certificates."""
        above = (read_certificate(each.der) for each in self._lineage.all_above(self._found[0]))
        return tuple(facts for facts in above if facts not in self.path)

    @cached_property
    def strangers(self) -> tuple[CertificateFacts, ...]:
        """What else is in the file, and has nothing to do with the leaf."""
        related = {facts.sha256 for facts in (*self.path, *self.other_ways)}
        facts = map(read_certificate, self.holding.certificates)
        return tuple(each for each in facts if each.sha256 not in related)

    @cached_property
    def _found(self) -> tuple[FoundCertificate, ...]:
        return tuple(map(read_found, self.holding.certificates))

    @cached_property
    def _lineage(self) -> Lineage:
        return Lineage(self._found)

    @cached_property
    def completed(self) -> tuple[CertificateFacts, ...]:
        """What an Expressway with this trust list would send: the leaf, and what the list can add (trap X11)."""
        leaf = links_of(self.holding.certificates[:1])
        return tuple(link.facts for link in build_chain(leaf, links_of(self.trust or ()), self.at).links)

    @cached_property
    def explanations(self) -> dict[Purpose, PathExplanation]:
        """How a verifier like OpenSSL takes the chain of the file, in each TLS role of its holder."""
        known = (*self.holding.certificates, *(self.trust or ()))
        return {
            purpose: explain_path(
                self.holding.certificates,
                trusted=self.trust or (),
                known_authorities=known,
                purpose=purpose,
                at=self.at,
            )
            for purpose in WANTED_USAGE
        }

    def unfit(self, purpose: Purpose) -> PathFinding | None:
        """Return why it cannot serve in that TLS role, None where its usages allow it (domain.md 5.1).

        An extension that cannot be decoded leaves open what it allows, and OpenSSL takes such a certificate nowhere.
        """
        found = self.explanations[purpose].findings
        return next((finding for finding in found if finding.kind in _ABOUT_PURPOSE), None)

    def refusal(self, purpose: Purpose) -> PathFinding | None:
        """Return why OpenSSL refuses it in that role whatever its usages allow; trust counts where there is a list."""
        left_out = _ABOUT_TRUST if self.trust is None else frozenset()
        found = (each for each in self.explanations[purpose].findings if each.fatal and each.kind not in left_out)
        return next(found, None)

    @property
    def flaws(self) -> tuple[str, ...]:
        """What else is wrong with the chain; of trust only where there is a list to compare with."""
        found = [finding for each in self.explanations.values() for finding in each.findings]
        left_out = _ABOUT_PURPOSE | (_ABOUT_TRUST if self.trust is None else frozenset())
        return tuple(dict.fromkeys(finding.sentence for finding in found if finding.kind not in left_out))

    def verdicts(self, name: str) -> dict[str, NameVerdict]:
        """Return what each name policy says to that name."""
        return {policy: judge_names(self.leaf, [name], policy=policy) for policy in POLICIES}


def days_left(facts: CertificateFacts, at: datetime) -> int | None:
    """Return how many whole days a certificate is still in date, negative where it is over; None if unreadable."""
    return (facts.not_after - at).days if facts.not_after else None


@dataclass(frozen=True, slots=True)
class WantedName:
    """A name, and who looks for it in whose certificate; `sought` is empty where a person asked for it."""

    name: str
    sought: str = ""


def names_looked_for(lab: Lab) -> tuple[WantedName, ...]:
    """Return the names of the lab's links, each once (domain.md 1.2)."""
    edge, sought = lab.expressway_e, dict[str, str]()
    zone = edge.webex_zone
    for name in (zone.subject_name,) if zone.subject_name else CLOUD_NAMES["dual"]:
        sought[name] = "Expressway-E looks for it in the certificate of Webex cloud"
    sought[edge.host_name] = "Expressway-C and B2B partners look for it in that of Expressway-E"
    for user in (lab.jabber.user, lab.mra_phone.user):
        sought[user.partition("@")[2]] = "Jabber, phones and B2B partners look for it in that of Expressway-E"
    sought[edge.uc_traversal_zone.subject_name] = "Expressway-E looks for it in that of Expressway-C"
    sought[lab.unified_cm.host_name] = "Expressway-C looks for it in that of Unified CM"
    sought[lab.b2b_peer.domain] = "Expressway-E looks for it in that of a B2B partner"
    return tuple(WantedName(name, who) for name, who in sought.items() if name)
