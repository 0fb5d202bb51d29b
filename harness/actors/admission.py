"""Which Expressway zone a connection belongs to, by the names in its certificate (domain.md 2.1, steps 4 and 5).

Pure: settings and a certificate in, a decision and its reasons out.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from harness.lab.access_rules import AccessRule, Action, evaluate
from harness.lab.pattern import Matching, RanOut
from harness.lab.settings import ExpresswayE, WebexZone
from harness.x509.certificate import CertificateFacts, read_certificate
from harness.x509.name_policy import NameVerdict, judge_names
from harness.x509.name_rules import CLOUD_NAMES
from harness.x509.presented_names import PresentedIdentity

DEFAULT_ZONE = "DefaultZone"
WEBEX_ZONE = "Webex Zone"
DNS_ZONE = "DNSZone"
TRAVERSAL_ZONE = "HybridCallTraversal"
MRA_ZONE = "CollaborationEdgeZone"
B2BUA_ZONE = "B2BUA"
ZONES = {
    "traversal-zone": TRAVERSAL_ZONE,
    "webex-zone": WEBEX_ZONE,
    "webex-general": WEBEX_ZONE,
    "dns-zone": DNS_ZONE,
}
"""The Expressway zone behind each target of a search rule of Expressway-E."""

UNACCEPTABLE = "Peer's TLS certificate identity was unacceptable"


@dataclass(frozen=True, slots=True)
class Entry:
    """The zone through which requests of a connection come in.

    `authenticated` is what CPL calls it; `preloaded_routes` whether the zone accepts a Route header. `encrypts` says
    that its media encryption mode engages the B2BUA; `returning` that the B2BUA hands a call back, which was let
    through already.
    """

    zone: str
    preloaded_routes: bool
    authenticated: bool = False
    encrypts: bool = False
    returning: bool = False


@dataclass(frozen=True, slots=True)
class Finding:
    """One step of the decision, for the record."""

    topic: str
    outcome: str
    facts: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Admission:
    """The zone, None where the connection is to be dropped; and how that was found."""

    entry: Entry | None
    findings: tuple[Finding, ...]


def webex_names(zone: WebexZone) -> tuple[str, ...]:
    """Return the names that the Webex zone looks for: its subject name, or those of its profile (trap X2)."""
    return (zone.subject_name,) if zone.subject_name else CLOUD_NAMES[zone.name_profile]


def admit(settings: ExpresswayE, certificate: bytes, *, enforcing: bool) -> Admission:
    """Decide where a connection belongs whose chain was accepted.

    `certificate` is the peer's leaf (DER), empty where it presented none. `enforcing` says that the port
    demands one, so that a name which no zone and no access rule knows is refused (trap X3, outcome b).
    """
    default = Entry(
        DEFAULT_ZONE, settings.default_zone.preloaded_routes, encrypts=settings.default_zone.media_encryption != "auto"
    )
    if not certificate:
        return Admission(default, ())
    facts = read_certificate(certificate)
    match = _match_zone(settings, facts)
    if match.outcome == "matched":
        zone = Entry(WEBEX_ZONE, settings.webex_zone.preloaded_routes, authenticated=True)
        return Admission(zone, (match,))
    if not enforcing:
        return Admission(default, (match, Finding("default-zone", "entered", {"port": "does not enforce"})))
    return _by_access_rules(settings, facts, match, default)


def _match_zone(settings: ExpresswayE, facts: CertificateFacts) -> Finding:
    verdict = names_verdict(settings, facts, webex_names(settings.webex_zone))
    mapping = settings.webex_zone.inbound_mapping
    told = {"zone": WEBEX_ZONE, "inbound-mapping": "on" if mapping else "off", **spoken(verdict)}
    if verdict.accepted and not mapping:
        return Finding("zone-match", "mapping-off", told)
    return Finding("zone-match", "matched" if verdict.accepted else "no-match", told)


def _by_access_rules(settings: ExpresswayE, facts: CertificateFacts, match: Finding, default: Entry) -> Admission:
    matching = Matching()
    verdict = evaluate(tuple(rule.rule for rule in settings.default_zone.access_rules), facts, matching)
    told = {"rule": _rule_name(verdict.rule), "reason": verdict.reason}
    if verdict.disabled is not None and verdict.disabled.action is Action.ALLOW:
        told["disabled"] = _rule_name(verdict.disabled)
    late = ran_out_of_time(verdict.ran_out)
    outcome = "no-match" if verdict.rule is None else "allowed" if verdict.allowed else "denied"
    rules = Finding("access-rules", outcome, told)
    if verdict.allowed:
        return Admission(default, (match, *late, rules))
    if settings.identity.fallthrough and verdict.rule is None:
        return Admission(default, (match, *late, rules, Finding("default-zone", "entered", {"by": "fallthrough"})))
    return Admission(None, (match, *late, rules, Finding("identity", "unacceptable", {"detail": UNACCEPTABLE})))


def ran_out_of_time(ran_out: Iterable[RanOut]) -> tuple[Finding, ...]:
    """Return a finding for each pattern that got no answer in its time."""
    return tuple(
        Finding("pattern", "out-of-time", {"rule": late.place, "pattern": late.pattern, "tried-on": late.text})
        for late in ran_out
    )


def _rule_name(rule: AccessRule | None) -> str:
    if rule is None:
        return "none"
    name = f"{rule.name}: " if rule.name else ""
    return f"{name}{rule.action.value} {rule.pattern_type.value} {rule.pattern} (priority {rule.priority})"


def names_verdict(settings: ExpresswayE, facts: CertificateFacts, wanted: tuple[str, ...]) -> NameVerdict:
    """Judge a peer's names as this Expressway is set to."""
    return judge_names(facts, wanted, policy=settings.identity.policy, allow_wildcards=settings.identity.wildcards)


def spoken(verdict: NameVerdict) -> dict[str, str]:
    """Return a name verdict as facts for the record: what was presented, wanted, matched, nearly matched."""
    matched = verdict.matched
    return {
        "policy": verdict.policy,
        "presented": ", ".join(_label(candidate.presented) for candidate in verdict.candidates),
        "matched": _label(matched) if matched else "",
        "near-miss": verdict.nearest_miss.sentence if verdict.nearest_miss else "",
        "warnings": "; ".join(verdict.warnings),
    }


def _label(identity: PresentedIdentity) -> str:
    return f"{identity.kind.value} {identity.value}"
