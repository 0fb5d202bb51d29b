"""Causes that lie in a name: the chain was fine, the certificate's names were not (domain.md section 4)."""

from __future__ import annotations

from collections.abc import Callable

from harness.identity.cloud_names import CLOUD_NAMES
from harness.identity.near_miss import NearMissKind
from harness.judge.causes.conditions import TLS_PORT_IS_OPEN, Condition, both, by, otherwise
from harness.judge.causes.row import ANYBODY, REFUSED, SHOWN_CERTIFICATE, Cause, do
from harness.judge.estate import zone_kind
from harness.judge.evidence import Evidence
from harness.lab.screens import ACCESS_RULES, CLUSTERING, TRUNK_PROFILE, ZONES
from harness.verdict import Stage

_SUBJECT_NAME = "xConfiguration Zones Zone [n] DNS SIP TLS Verify Subject Name"
_MAPPING = "xConfiguration Zones Zone [n] DNS SIP TLS Verify InboundClassification: On"


def _name_refused(evidence: Evidence) -> bool:
    refused = evidence.view.refused_identity if evidence.view else None
    return evidence.stage is Stage.IDENTITY and refused is not None


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


_SERVER_SUBJECT_NAME = "xConfiguration Zones Zone [n] TraversalServer SIP TLS Verify Subject Name"
_IN_FULL = "Enter a name in full, without an asterisk: one of those in the certificate, {presented}."


def _looked_in(*zones: str) -> Condition:
    """Return the condition that a zone of one of these kinds looked for the name."""
    return Condition(" or ".join(zones), lambda e: zone_kind(e) in zones)


_OF_ANOTHER_BOX = both(_looked_in(""), otherwise(by("unified-cm"), "another box than Unified CM"))
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
        "xConfiguration Zones Zone [n] TraversalClient Peer [1..6] Address",
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
_LEAVE_IT = do("Nothing: this refusal protects you. The name is somebody else's, made to look like the wanted one.")

PATTERN_CAUSES = (
    Cause(
        key="name-is-a-pattern",
        title="A pattern stands where a name is wanted",
        applies=lambda e: _name_refused(e) and any("*" in name for name in e.expected_names),
        diagnosis=(
            "{by} looks for {names}, and that is a pattern. It is compared as it stands, letter by letter, so that no "
            "certificate fits: that of {refused} carries {presented}."
        ),
        remedies={
            ANYBODY: (
                do(_IN_FULL, ZONES, _SUBJECT_NAME, when=_looked_in("DNS zone")),
                do(_IN_FULL, ZONES, _SERVER_SUBJECT_NAME, when=_looked_in("traversal server zone")),
                do(_IN_FULL, TRUNK_PROFILE, when=by("unified-cm")),
                do("Give {by} a name in full to look for, without an asterisk.", when=_OF_ANOTHER_BOX),
            )
        },
        looks_like=("name-typo", "name-wildcard"),
        told_apart_by="The configured name holds an asterisk. A wildcard in the certificate is another case.",
        source="X22",
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
            "so no zone claims the connection. On a port that enforces mutual TLS it is dropped."
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
            ANYBODY: (
                do(
                    "Have {names} put into the certificate of {refused} as a dNSName: a common name is a courtesy at "
                    "best.",
                    SHOWN_CERTIFICATE,
                    box=REFUSED,
                ),
            )
        },
        source="I19, X1",
    ),
    Cause(
        key="name-trailing-dot",
        title="A trailing dot makes it another name",
        applies=_nearly(NearMissKind.TRAILING_DOT),
        diagnosis="{near}. A trailing dot is not stripped.",
        remedies={ANYBODY: _COMPARE},
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
        applies=lambda e: _name_refused(e) and e.decision("access-rules", "no-match") is not None,
        diagnosis=(
            "{refused} ({presented}) has a certificate that {by} trusts, but on port {port} its name must belong "
            "to a zone or to an access rule, and belongs to neither. Any publicly trusted client comes this far."
        ),
        remedies={
            ANYBODY: (
                do("Add an access rule that allows this peer.", ACCESS_RULES),
                do("Or send it to the TLS port, {tls_port}.", when=TLS_PORT_IS_OPEN),
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
        diagnosis="{by} looked for {names}; the certificate of {refused} carries {presented}. {by} closed.",
        remedies={
            "expressway-e": (_ISSUE, *(advice for advice in _COMPARE if advice.when.words)),
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
        diagnosis=(
            "The handshake finished, then {by} dropped the connection without an alert. Expressway refuses a "
            "name that way; a firewall does the same."
        ),
        looks_like=("name-unknown", "inbound-mapping-off", "reset-by-middlebox"),
        told_apart_by=(
            'Look into the log of {by} for "Peer\'s TLS certificate identity was unacceptable", or capture '
            "there: a reset that it did not send is the firewall's."
        ),
        ambiguous=True,
        source="X9",
    ),
)
