"""Judge a certificate's names by one policy, candidate by candidate, or by all four."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.verdict import PolicyOpinion
from harness.x509.certificate import CertificateFacts
from harness.x509.name_rules import POLICIES, CommonName, NamePolicy
from harness.x509.near_miss import NearMiss, nearest_miss
from harness.x509.presented_names import (
    IdentityKind,
    PresentedIdentity,
    ReferenceIdentity,
    presented_by,
    wildcard_covers,
)


@dataclass(frozen=True, slots=True)
class Candidate:
    """One presented identity and what became of it. `wanted` is the name it matched, empty where none."""

    presented: PresentedIdentity
    accepted: bool
    wanted: str
    reason: str


@dataclass(frozen=True, slots=True)
class NameVerdict:
    """What one policy says of one certificate, candidate by candidate.

    `matched` and `matched_name` are the identity that decided and the wanted name it met, None and empty
    where none did. `warnings` are things that work here and fail in strict peers.
    """

    policy: str
    accepted: bool
    matched: PresentedIdentity | None
    matched_name: str
    candidates: tuple[Candidate, ...]
    nearest_miss: NearMiss | None
    warnings: tuple[str, ...]

    @property
    def reason(self) -> str:
        """One sentence: what matched, or the nearest miss, or that nothing is near."""
        if self.matched:
            return f'the {self.matched.kind} "{self.matched.value}" matches'
        return self.nearest_miss.sentence if self.nearest_miss else "no name in the certificate comes near"


def judge_names(
    certificate: CertificateFacts,
    wanted: Sequence[str],
    *,
    policy: str = "expressway",
    allow_wildcards: bool = False,
    accept_sip_uris: bool = False,
    names_of_sip: bool = True,
) -> NameVerdict:
    """Return whether `certificate` carries one of the `wanted` names in the eyes of `policy`.

    Names are compared whole and case-insensitively. `allow_wildcards` means RFC 9525's rule and is off for
    every policy; `rfc5922` refuses wildcards all the same. `accept_sip_uris` adds sip: URIs where the policy
    has that knob. Without `names_of_sip` no URI and no SRVName counts: they name a SIP service, and somebody looks for
    another one, such as HTTPS (RFC 9525 section 6.2). KeyError where there is no such policy.
    """
    rules = POLICIES[policy]
    references = tuple(ReferenceIdentity(name) for name in wanted)
    looking = _Looking(certificate, rules, allow_wildcards and rules.wildcards_possible, accept_sip_uris, names_of_sip)
    candidates = tuple(looking.judge(presented, references) for presented in presented_by(certificate))
    winner = next(iter(sorted(filter(_is_accepted, candidates), key=_weakness)), None)
    return NameVerdict(
        policy=policy,
        accepted=winner is not None,
        matched=winner.presented if winner else None,
        matched_name=winner.wanted if winner else "",
        candidates=candidates,
        nearest_miss=None if winner else nearest_miss(presented_by(certificate), references),
        warnings=_warnings(winner),
    )


def carries_host(certificate: CertificateFacts, names: Sequence[str]) -> bool:
    """Whether a client of HTTPS finds one of these hosts in a certificate: a dNSName or an iPAddress, nothing else.

    So it is by RFC 9110 section 4.3.4. Clients of MRA are taken to read theirs likewise on the SIP port: no text of
    Cisco says that they read a sip: URI.
    """
    return judge_names(certificate, names, policy="rfc9525", names_of_sip=False).accepted


def opinions(
    certificate: CertificateFacts, wanted: Sequence[str], *, allow_wildcards: bool = False
) -> tuple[PolicyOpinion, ...]:
    """Return what each of the four policies says, in the order of the table."""
    verdicts = (judge_names(certificate, wanted, policy=name, allow_wildcards=allow_wildcards) for name in POLICIES)
    return tuple(
        PolicyOpinion(
            policy=verdict.policy,
            accepted=verdict.accepted,
            matched=verdict.matched.value if verdict.matched else "",
            reason=verdict.reason,
        )
        for verdict in verdicts
    )


def _is_accepted(candidate: Candidate) -> bool:
    return candidate.accepted


def _weakness(candidate: Candidate) -> tuple[bool, bool]:
    return candidate.presented.kind is IdentityKind.COMMON_NAME, candidate.presented.is_wildcard


def _warnings(winner: Candidate | None) -> tuple[str, ...]:
    if winner is None:
        return ()
    sentences = {
        f'matched only by the common name "{winner.presented.value}": works here, fails in strict peers '
        "(add it as a dNSName)": winner.presented.kind is IdentityKind.COMMON_NAME,
        f'matched only by the wildcard "{winner.presented.value}": works here, fails in peers that follow '
        "RFC 5922 (name the host itself)": winner.presented.is_wildcard,
    }
    return tuple(sentence for sentence, holds in sentences.items() if holds)


_ADDRESS_ELSEWHERE = "never matches an address: as a {kind} it is read as a name (RFC 5280 section 4.2.1.6)"


@dataclass(frozen=True, slots=True)
class _Looking:
    certificate: CertificateFacts
    rules: NamePolicy
    wildcards: bool
    sip_uris: bool
    names_of_sip: bool

    def judge(self, presented: PresentedIdentity, wanted: Sequence[ReferenceIdentity]) -> Candidate:
        if obstacle := self._uncounted(presented) or self._unusable(presented):
            return Candidate(presented, accepted=False, wanted="", reason=obstacle)
        for reference in wanted:
            if self._equal(presented, reference):
                how = "covers" if presented.is_wildcard else "equals"
                return Candidate(presented, accepted=True, wanted=reference.name, reason=f'{how} "{reference.name}"')
        by_text = any(reference.address and presented.name == reference.canonical for reference in wanted)
        reason = _ADDRESS_ELSEWHERE.format(kind=presented.kind) if by_text else "equals none of the wanted names"
        return Candidate(presented, accepted=False, wanted="", reason=reason)

    def _equal(self, presented: PresentedIdentity, wanted: ReferenceIdentity) -> bool:
        if wanted.address is not None:
            return presented.is_address(wanted.address)
        if presented.is_wildcard:
            return wildcard_covers(presented.name, wanted.canonical)
        return presented.name == wanted.canonical

    def _uncounted(self, presented: PresentedIdentity) -> str:
        """Return why the policy does not read this kind of identity, empty where it does."""
        match presented.kind:
            case IdentityKind.COMMON_NAME:
                return self._common_name_uncounted()
            case IdentityKind.URI | IdentityKind.SRV if not self.names_of_sip:
                return f"not read: a {presented.kind} names a SIP service, and a host is looked for"
            case IdentityKind.URI if self.sip_uris and self.rules.optional_sip_uris:
                return ""
            case IdentityKind.DNS if self.rules.uris_hide_dns and self._has_sip_uri():
                return "not read: the certificate names its SIP domain by a sip: URI (RFC 5922 section 7.1)"
            case kind if kind not in self.rules.kinds:
                return f"not read: the policy {self.rules.name} does not count a {kind}"
        return ""

    def _common_name_uncounted(self) -> str:
        match self.rules.common_name:
            case CommonName.NEVER:
                return f"not read: the policy {self.rules.name} never counts the common name"
            case CommonName.WITHOUT_SAN if self.certificate.has_san_extension:
                return "not read: it counts only where there is no subjectAltName (RFC 5922 section 7.1)"
        return ""

    def _has_sip_uri(self) -> bool:
        uris = (PresentedIdentity(IdentityKind.URI, uri) for uri in self.certificate.uris)
        return any(not self._unusable(uri) for uri in uris)

    def _unusable(self, presented: PresentedIdentity) -> str:
        """Return what is wrong with the identity itself, empty where it can be compared."""
        is_uri = presented.kind is IdentityKind.URI
        if is_uri and presented.scheme not in self.rules.uri_schemes:
            return f'not compared: its scheme is "{presented.scheme}"'
        if presented.has_user:
            return "not compared: a URI with a user names a person, not a domain (RFC 5922 section 7.1)"
        if not presented.name:
            return "not compared: no DNS name can be read in it"
        if presented.is_wildcard and not self.wildcards:
            return "not compared: a wildcard, and SIP never matches wildcards (RFC 5922 section 7.2)"
        return ""
