"""Causes that lie in a name: the chain was fine, the certificate's names were not (domain.md section 4)."""

from __future__ import annotations

import re
from collections.abc import Callable

from harness.diagnosis.causes.conditions import TLS_PORT_IS_OPEN, Condition, both, by, otherwise
from harness.diagnosis.causes.row import ANYBODY, CLOUDS_OWN, REFUSED, SHOWN_CERTIFICATE, Cause, do
from harness.diagnosis.estate import zone_kind
from harness.diagnosis.evidence import Evidence
from harness.lab.screens import ACCESS_RULES, CLUSTERING, DEFAULT_ZONE, TRUNK_PROFILE, ZONES
from harness.transcript import ClientCertificate
from harness.verdict import Stage
from harness.x509.name_rules import CLOUD_NAMES
from harness.x509.near_miss import NearMissKind, is_pattern
from harness.x509.presented_names import address_in

_CLOUD = "webex-cloud"
_ODD_LETTER = re.compile(r"[^A-Za-z0-9._-]")
_SUBJECT_NAME = "xConfiguration Zones Zone [n] DNS SIP TLS Verify Subject Name"
_MAPPING = "xConfiguration Zones Zone [n] DNS SIP TLS Verify InboundClassification: On"


def _name_refused(evidence: Evidence) -> bool:
    """Whether an end refused the other's name, or let the cloud into the Default Zone for want of it (trap X3)."""
    if evidence.view is None:
        return False
    refused = evidence.stage is Stage.IDENTITY and evidence.view.refused_identity is not None
    return refused or cloud_fell_through(evidence)


def cloud_fell_through(evidence: Evidence) -> bool:
    """Whether the cloud showed a certificate on a port that demands one, and no zone claimed its call."""
    entered = evidence.decision("ingress-zone", "DefaultZone")
    demanded = evidence.requested is ClientCertificate.REQUIRED
    return evidence.stage is Stage.SIP and evidence.dialler == _CLOUD and entered is not None and demanded


def _nobody_expects_it(evidence: Evidence) -> bool:
    """Whether neither a zone nor a rule knows a partner's name; that of the cloud is the Webex zone's to know."""
    decided = evidence.decision("access-rules", "no-match")
    return _name_refused(evidence) and decided is not None and evidence.refused != _CLOUD


def _no_host_name(name: str) -> bool:
    """Whether a wanted name has letters that no host name has, as those of a URI, a port or a blank; not an address."""
    return _ODD_LETTER.search(name) is not None and address_in(name) is None


def _disabled_rule(evidence: Evidence) -> bool:
    """Whether an access rule that is disabled would have let the peer in."""
    decided = evidence.decision("access-rules", "no-match")
    return decided is not None and bool(decided.facts.get("disabled"))


def _nearly(*kinds: NearMissKind) -> Callable[[Evidence], bool]:
    def applies(evidence: Evidence) -> bool:
        return _name_refused(evidence) and evidence.near_miss is not None and evidence.near_miss.kind in kinds

    return applies


def _other_generation(evidence: Evidence) -> bool:
    """Whether the certificate is the cloud's, under a name of another profile (trap X2)."""
    if _nearly(NearMissKind.OTHER_GENERATION)(evidence):
        return True
    if not _name_refused(evidence) or evidence.presented is None:
        return False
    wanted_is_cloud = any(name in names for names in CLOUD_NAMES.values() for name in evidence.expected_names)
    presented = {name.lower() for name in evidence.presented.dns_names}
    return wanted_is_cloud and any(presented & set(names) for names in CLOUD_NAMES.values())


_PEER_ADDRESS = "xConfiguration Zones Zone [n] TraversalClient Peer [1..6] Address"
_SERVER_SUBJECT_NAME = "xConfiguration Zones Zone [n] TraversalServer SIP TLS Verify Subject Name"
_IN_FULL = "Enter a host name in full and nothing else: one of those in the certificate, {presented}."


def _looked_in(*zones: str) -> Condition:
    """Return the condition that a zone of one of these kinds looked for the name."""
    return Condition(" or ".join(zones), lambda e: zone_kind(e) in zones)


_OF_ANOTHER_BOX = both(_looked_in(""), otherwise(by("unified-cm"), "another box than Unified CM"))
_ENTER_IN_FULL = (
    do(_IN_FULL, ZONES, _SUBJECT_NAME, when=_looked_in("DNS zone")),
    do(_IN_FULL, ZONES, _SERVER_SUBJECT_NAME, when=_looked_in("traversal server zone")),
    do(_IN_FULL, ZONES, _PEER_ADDRESS, when=_looked_in("traversal client zone")),
    do(_IN_FULL, TRUNK_PROFILE, when=by("unified-cm")),
    do("Give {by} a host name in full to look for, and nothing else.", when=_OF_ANOTHER_BOX),
)
_COMPARE = (
    do(
        "Compare the zone's TLS verify subject name with the names in the certificate, letter by letter.",
        ZONES,
        _SUBJECT_NAME,
        when=_looked_in("DNS zone"),
    ),
    do(
        "Enter as peer address of the zone on {by} a name that the certificate of {refused} carries.",
        ZONES,
        _PEER_ADDRESS,
        when=_looked_in("traversal client zone"),
    ),
    do(
        "Enter as peer address of the zone on {by} a name that the certificate of {refused} carries.",
        ZONES,
        when=_looked_in("neighbour zone"),
    ),
    do(
        "Compare the peers' names on this page with those in the certificate of {refused}.",
        CLUSTERING,
        when=_looked_in("cluster"),
    ),
    do("Compare what {by} looks for with the names in the certificate of {refused}.", when=_looked_in("")),
)
_ISSUE = do(
    "Issue a certificate for {refused} that carries {names} as dNSNames.",
    SHOWN_CERTIFICATE,
    box=REFUSED,
)
_ISSUE_OR_COMPARE = (_ISSUE, *(advice for advice in _COMPARE if advice.when.words))
_ON_MUTUAL_PORT = Condition("on the mutual TLS port", lambda e: e.service != "TLS")
_DOT_WAS_ENTERED = Condition("the dot was entered", lambda e: any(name.endswith(".") for name in e.expected_names))
_LEAVE_IT = do("Nothing: this refusal protects you. The name is somebody else's, made to look like the wanted one.")

PATTERN_CAUSES = (
    Cause(
        key="name-is-a-pattern",
        title="A pattern stands where a name is wanted",
        applies=lambda e: _name_refused(e) and is_pattern(*e.expected_names),
        diagnosis=(
            "{by} looks for {names}, and that is a pattern. It is compared as it stands, letter by letter, so that no "
            "certificate fits: that of {refused} carries {presented}.{fell_through}"
        ),
        remedies={ANYBODY: _ENTER_IN_FULL},
        looks_like=("name-typo", "name-wildcard", "name-is-no-host-name"),
        told_apart_by="The configured name holds letters of a pattern. A wildcard in the certificate is another case.",
        source="X22",
    ),
    Cause(
        key="name-is-no-host-name",
        title="What stands where a name is wanted is no host name",
        applies=lambda e: _name_refused(e) and any(map(_no_host_name, e.expected_names)),
        diagnosis=(
            "{by} looks for {names}, which is no host name: no scheme, port or blank belongs there. It is compared as "
            "it stands, so that no certificate fits: that of {refused} carries {presented}.{fell_through}"
        ),
        remedies={ANYBODY: _ENTER_IN_FULL},
        looks_like=("name-typo", "name-is-a-pattern"),
        told_apart_by="The configured name holds letters that no host name has.",
        source="C2",
    ),
)
"""Before all other causes about names: nothing is near to a pattern."""

NAME_CAUSES = (
    Cause(
        key="access-rule-denied",
        title="An access rule denies this peer",
        applies=lambda e: _name_refused(e) and e.decision("access-rules", "denied") is not None,
        diagnosis='{refused} is trusted, and the access rule "{rule}" keeps it out. The lowest priority number wins.',
        remedies={ANYBODY: (do("Change the order of the access rules, or the rule itself.", ACCESS_RULES),)},
        source="B05",
    ),
    Cause(
        key="inbound-mapping-off",
        title="The zone does not map inbound connections",
        applies=lambda e: _name_refused(e) and e.decision("zone-match", "mapping-off") is not None,
        diagnosis=(
            "The certificate of {refused} carries the name of the zone, but TLS verify inbound mapping is Off, "
            "so no zone claims the connection. {dropped}"
        ),
        remedies={ANYBODY: (do("Switch TLS verify inbound mapping On for the zone.", ZONES, _MAPPING),)},
        looks_like=("name-typo", "name-unknown"),
        told_apart_by="Whether the configured subject name is among the names presented: here it is.",
        source="I08, X3",
    ),
    Cause(
        key="name-only-in-cn",
        title="The name stands where this policy does not look",
        applies=_nearly(NearMissKind.WRONG_PLACE),
        diagnosis="{by} looked for {names}. {near}. Policies differ here: see what the others say.",
        remedies={
            "webex-cloud": (
                do("Enter a name that the certificate carries as a dNSName.", ZONES, _SUBJECT_NAME),
                CLOUDS_OWN,
            ),
            ANYBODY: (
                do(
                    "Have {names} put into the certificate of {refused} as a dNSName: a common name is a courtesy at "
                    "best.",
                    SHOWN_CERTIFICATE,
                    box=REFUSED,
                ),
            ),
        },
        source="I19, X1",
    ),
    Cause(
        key="name-trailing-dot",
        title="A trailing dot makes it another name",
        applies=_nearly(NearMissKind.TRAILING_DOT),
        diagnosis="{near}. A trailing dot is not stripped.",
        remedies={
            ANYBODY: (
                do("Take the dot off the end of the name, where it was entered.", when=_DOT_WAS_ENTERED),
                do(
                    "Enter the name with the dot, as the certificate has it, or ask for a certificate without.",
                    when=otherwise(_DOT_WAS_ENTERED, "the dot stands in the certificate"),
                ),
            )
        },
        source="I20",
    ),
    Cause(
        key="name-wildcard",
        title="A wildcard does not match",
        applies=_nearly(NearMissKind.WILDCARD),
        diagnosis="{near} (RFC 5922 section 7.2).",
        remedies={ANYBODY: (do("Ask for a certificate that names {names} in full."),)},
        source="I22, B24, X22",
    ),
    Cause(
        key="name-of-other-generation",
        title="The cloud's name is of another generation",
        applies=_other_generation,
        diagnosis=(
            "The zone looks for {names}; the certificate carries {presented}. Both belong to the cloud, of "
            "different generations."
        ),
        remedies={
            ANYBODY: (
                do(
                    "Use the Webex zone, or give the zone the name that the cloud presents today.",
                    ZONES,
                    _SUBJECT_NAME,
                ),
            )
        },
        source="I15, I16, I18, X2",
    ),
    Cause(
        key="name-imitated",
        title="A name that only looks like the wanted one",
        applies=_nearly(NearMissKind.BEGINS_ALIKE, NearMissKind.ENDS_ALIKE),
        diagnosis="{near}.",
        remedies={
            "expressway-e": (_ISSUE,),
            "expressway-c": (_ISSUE,),
            ANYBODY: (_LEAVE_IT,),
        },
        source="I21",
    ),
    Cause(
        key="name-typo",
        title="The name is a few letters off",
        applies=_nearly(NearMissKind.FEW_LETTERS),
        diagnosis="{near}.",
        remedies={ANYBODY: _COMPARE},
        looks_like=("inbound-mapping-off", "reset-by-middlebox"),
        told_apart_by="The two names side by side.",
        source="I04, O10",
    ),
    Cause(
        key="access-rule-disabled",
        title="The access rule for this peer is disabled",
        applies=lambda e: _name_refused(e) and _disabled_rule(e),
        diagnosis=(
            "{refused} ({presented}) is trusted, and no zone and no enabled access rule knows its name. The rule "
            '"{disabled_rule}" would admit it, but its State is Disabled.'
        ),
        remedies={ANYBODY: (do("Set the State of that rule to Enabled.", ACCESS_RULES),)},
        looks_like=("no-access-rule", "reset-by-middlebox"),
        told_apart_by="The list of access rules: whether one that fits is there with the State Disabled.",
        source="A5",
    ),
    Cause(
        key="no-access-rule",
        title="A trusted peer whose name nobody expects",
        applies=_nobody_expects_it,
        diagnosis=(
            "{refused} ({presented}) has a certificate that {by} trusts, but on port {port} its name must belong "
            "to a zone or to an access rule, and belongs to neither. Any publicly trusted client comes this far."
        ),
        remedies={
            ANYBODY: (
                do("Add an access rule that allows this peer.", ACCESS_RULES),
                do("Or send it to the TLS port, {tls_port}.", when=both(TLS_PORT_IS_OPEN, _ON_MUTUAL_PORT)),
                do(
                    "Or set Enable Mutual TLS on Default Zone to Off, so that {port} takes calls without certificates.",
                    DEFAULT_ZONE,
                    "xConfiguration Zones DefaultZone SIP TLS Verify Mode: Off",
                    when=otherwise(_ON_MUTUAL_PORT, "on the TLS port"),
                ),
            )
        },
        looks_like=("reset-by-middlebox",),
        told_apart_by='Expressway logs "Peer\'s TLS certificate identity was unacceptable" and sends the reset itself.',
        source="B03, X33",
    ),
    Cause(
        key="name-unknown",
        title="The certificate carries none of the wanted names",
        applies=_name_refused,
        diagnosis="{by} looked for {names}; the certificate of {refused} carries {presented}. {dropped}",
        remedies={
            "expressway-e": _ISSUE_OR_COMPARE,
            "unified-cm": _ISSUE_OR_COMPARE,
            "b2b-peer": (
                do("Ask {refused} for a certificate that carries {names} as a dNSName."),
                do(
                    "Or enter as TLS verify subject name of the zone one that the certificate carries, if that is this "
                    "partner's.",
                    ZONES,
                    _SUBJECT_NAME,
                ),
            ),
            ANYBODY: _COMPARE,
        },
        looks_like=("reset-by-middlebox",),
        told_apart_by="Who sent the reset or the FIN, and that {by} logs the identity as unacceptable.",
        source="O10, B23",
    ),
    Cause(
        key="closed-after-handshake",
        title="Dropped after the handshake, without a word",
        applies=lambda e: e.stage is Stage.IDENTITY,
        diagnosis=("The handshake finished, then {by} dropped the connection without an alert.{who_drops_so}"),
        looks_like=(
            "name-unknown",
            "inbound-mapping-off",
            "no-access-rule",
            "access-rule-denied",
            "reset-by-middlebox",
            "revocation-check-too-slow",
        ),
        told_apart_by=(
            'Look into the log of {by} for "Peer\'s TLS certificate identity was unacceptable", or capture '
            "there: a reset that it did not send is the firewall's."
        ),
        ambiguous=True,
        source="X9",
    ),
)
