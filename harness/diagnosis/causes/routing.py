"""Causes that lie in SIP: the connection stood, and the call or the registration was refused."""

from __future__ import annotations

from harness.diagnosis.causes.conditions import LED_BY_SRV, MUTUAL_PORT_IS_CLOSED, NOT_LED_BY_SRV, Condition, otherwise
from harness.diagnosis.causes.row import ANYBODY, Cause, do
from harness.diagnosis.evidence import Evidence
from harness.diagnosis.root_cause import TUNNEL, broken_link
from harness.diagnosis.sip_heads import CHALLENGES
from harness.lab.screens import CALL_POLICY, DEFAULT_ZONE, PUBLIC_DNS, SEARCH_RULES, SIP_DESTINATION, SIP_PAGE, ZONES
from harness.transcript import ClientCertificate
from harness.verdict import Stage

CREDENTIALS_WANTED = "credentials-wanted"
_PRELOADED = "xConfiguration Zones Zone [n] SIP PreloadedRoutes Accept: On"
_DEFAULT_ZONE = "DefaultZone"


def _default_zone_refused(evidence: Evidence) -> bool:
    refusal = evidence.decision("preloaded-route", "refused")
    return refusal is not None and refusal.facts.get("zone") == _DEFAULT_ZONE


_IN_DEFAULT_ZONE = Condition("the Default Zone", _default_zone_refused)


def _cloud_in_default_zone(evidence: Evidence) -> bool:
    entered = evidence.decision("ingress-zone", _DEFAULT_ZONE)
    asked = evidence.requested is ClientCertificate.REQUIRED
    return evidence.stage is Stage.SIP and evidence.dialler == "webex-cloud" and entered is not None and not asked


def _refused(evidence: Evidence, topic: str) -> bool:
    return evidence.stage is Stage.SIP and evidence.decision(topic, "refused", "rejected", "no-match") is not None


def _zone_down(evidence: Evidence) -> bool:
    broken = broken_link(evidence)
    return broken is not None and broken.key != TUNNEL


def _challenged(evidence: Evidence) -> bool:
    return evidence.stage is Stage.SIP and evidence.status in CHALLENGES


ROUTING_CAUSES = (
    Cause(
        key="cloud-in-default-zone",
        title="The cloud calls the port that is meant for everybody",
        applies=_cloud_in_default_zone,
        diagnosis=(
            "The SIP destination leads the cloud to port {port}, which asks for no client certificate. So no zone "
            "claims the call: it enters the Default Zone unauthenticated and is answered {status}. TLS is fine."
        ),
        remedies={
            ANYBODY: (
                do(
                    "Switch Mutual TLS mode On first: there is no port yet that asks the cloud for its certificate.",
                    SIP_PAGE,
                    "xConfiguration SIP MutualTLS Mode: On",
                    when=MUTUAL_PORT_IS_CLOSED,
                ),
                do(
                    "Give the cloud an SRV record of its own that leads to the mutual TLS port, {mutual_port}.",
                    SIP_DESTINATION,
                    when=LED_BY_SRV,
                ),
                do(
                    "Or, if {record} is for the cloud alone, correct the port in its SRV record: {mutual_port}.",
                    PUBLIC_DNS,
                    when=LED_BY_SRV,
                ),
                do(
                    "Enter the mutual TLS port, {mutual_port}, instead of {port}, or an SRV record that leads there.",
                    SIP_DESTINATION,
                    when=NOT_LED_BY_SRV,
                ),
            )
        },
        source="I14",
    ),
    Cause(
        key="preloaded-routes-off",
        title="A zone in the path does not accept preloaded routes",
        applies=lambda e: _refused(e, "preloaded-route"),
        diagnosis=(
            '{by} answered {status} with Warning 399 "Policy Response": the call brings a Route header, and '
            "preloaded SIP routes are Off on {zone}."
        ),
        remedies={
            ANYBODY: (
                do(
                    "Switch Preloaded SIP routes support On on every zone in the path: traversal server, traversal "
                    "client, neighbour and Webex zone.",
                    ZONES,
                    _PRELOADED,
                    when=otherwise(_IN_DEFAULT_ZONE, "another zone"),
                ),
                do("Switch Preloaded SIP routes support On for the Default Zone.", DEFAULT_ZONE, when=_IN_DEFAULT_ZONE),
            )
        },
        source="I29, X12",
    ),
    Cause(
        key="rejected-by-call-policy",
        title="Call policy rejects the call",
        applies=lambda e: _refused(e, "cpl"),
        diagnosis="{by} answered {status}: the CPL rule on {rule} rejects the call before any search rule is tried.",
        remedies={ANYBODY: (do("Check source, destination and order of the rules.", CALL_POLICY),)},
        source="O05, B25",
    ),
    Cause(
        key="no-search-rule",
        title="No search rule leads to the called address",
        applies=lambda e: _refused(e, "search-rule"),
        diagnosis="{by} answered {status}: no search rule matches the called address or the next Route.",
        remedies={ANYBODY: (do("Add a search rule, or check the patterns.", SEARCH_RULES),)},
        source="O04",
    ),
    Cause(
        key="traversal-zone-down",
        title="The traversal zone between the Expressways is down",
        applies=_zone_down,
        diagnosis=(
            "{by} had no way on and answered {status}: {link} is down. What stopped it is the cause, and that is not "
            "on record: only what {by} saw is, and nobody came to it through that zone."
        ),
        remedies={ANYBODY: (do("Look at the zone's status on both Expressways: it says what stopped it.", ZONES),)},
        looks_like=("connect-timed-out", "refused-by-firewall", "certificate-expired", "unknown-root"),
        told_apart_by="Dial the zone again with Expressway-C's side on record: `expressway-c: connect-zone` in a play.",
        ambiguous=True,
        source="L9, L10",
    ),
    Cause(
        key=CREDENTIALS_WANTED,
        title="A user name and a password are wanted",
        applies=lambda e: _challenged(e) and not e.credentials_given,
        diagnosis=(
            "{by} answered {status}: it challenges {refused} to say who it is. The request carried no credentials, or "
            "such whose nonce was too old. A client sends its request again then, with the answer to the challenge."
        ),
        remedies={ANYBODY: (do("Let {refused} answer the challenge: give it the user's name and password."),)},
        looks_like=("wrong-credentials",),
        told_apart_by="An Authorization header in the request: without one no password was tried.",
        source="L8",
    ),
    Cause(
        key="wrong-credentials",
        title="User name or password is wrong",
        applies=_challenged,
        diagnosis="{by} challenged {refused} and did not accept its answer.",
        remedies={ANYBODY: (do("Check the user's name and password."),)},
        source="L8",
    ),
    Cause(
        key="sip-refused",
        title="A SIP entity refused the request",
        applies=lambda e: e.stage is Stage.SIP and e.status is not None,
        diagnosis="{by} answered {status}. Below that nothing failed that anybody saw.",
        remedies={ANYBODY: (do("Look into the search history of {by}."),)},
        source="1.3",
    ),
    Cause(
        key="sip-unanswered",
        title="Nobody answered the request",
        applies=lambda e: e.stage is Stage.SIP,
        diagnosis="The connection stood, and no final answer came back. {by} had the request last.",
        remedies={ANYBODY: (do("Look into the log of {by}."),)},
        source="RFC 3261 section 8.1.3.1",
    ),
)
