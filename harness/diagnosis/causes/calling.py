"""Causes that lie in how a call is routed through the box: its rules, its names, its inner leg, and its size.

They come first, because each has evidence of its own: a decision that an actor put on record, a header, an inner leg.
Without that they claim nothing, and the general causes decide.
"""

from __future__ import annotations

from harness.diagnosis.calls import diagnostics
from harness.diagnosis.causes.conditions import BY_EXPRESSWAY, both, by, otherwise
from harness.diagnosis.causes.row import ANYBODY, BY, Cause, do
from harness.diagnosis.evidence import Evidence
from harness.lab.screens import (
    DEFAULT_ZONE,
    ENTERPRISE_PARAMETERS,
    PUBLIC_DNS,
    SEARCH_RULES,
    SERVER_CERTIFICATE,
    SERVICE_PARAMETERS,
    SIP_PAGE,
    ZONES,
)
from harness.transcript import ClientCertificate
from harness.verdict import Stage

_B2BUA = "b2bua"
_TOO_LARGE = 513


def _greedy(evidence: Evidence) -> bool:
    chosen = evidence.decision("search-rule", "dns-zone")
    passed_over = chosen.facts.get("never-tried", "") if chosen else ""
    return evidence.stage is not None and "webex-zone" in passed_over


def _wildcard_route(evidence: Evidence) -> bool:
    lost = evidence.decision("search-rule", "no-match")
    return evidence.stage is Stage.SIP and lost is not None and lost.facts.get("address", "").startswith("*")


def _too_large(evidence: Evidence) -> bool:
    """Whether somebody cut a connection for the length of a message, or said 513 (RFC 3261 section 21.5.7)."""
    cut = evidence.decision("message-size", "refused") is not None
    return evidence.stage is Stage.SIP and (cut or evidence.status == _TOO_LARGE)


_BY_ANOTHER = both(otherwise(BY_EXPRESSWAY, "no Expressway"), otherwise(by("unified-cm"), "not Unified CM refused"))


def _inner_leg_refused(evidence: Evidence) -> bool:
    demanded = evidence.requested is ClientCertificate.REQUIRED
    return evidence.dialler == _B2BUA and demanded and evidence.empty_client_certificate


CALLING_CAUSES = (
    Cause(
        key="b2bua-on-mutual-port",
        title="The B2BUA has no certificate for its own box",
        applies=_inner_leg_refused,
        diagnosis=(
            "The caller's TLS is fine. Its call went through the B2BUA, because a zone of the call has another media "
            "encryption mode than Auto, and the B2BUA called back into port {port}, which demands a client "
            "certificate. The B2BUA cannot show one: {listener} refused its own inner leg."
        ),
        remedies={
            ANYBODY: (
                do("Set Media encryption mode to Auto on the zones of this call.", ZONES),
                do(
                    "Or set Enable Mutual TLS on Default Zone to Off, and use the dedicated mutual TLS port.",
                    DEFAULT_ZONE,
                    "xConfiguration Zones DefaultZone SIP TLS Verify Mode: Off",
                ),
            )
        },
        looks_like=("mutual-tls-on-default-zone",),
        told_apart_by="Who dialled: x-cisco-local-service=nettle in the Via, from the box itself.",
        source="B07",
    ),
    Cause(
        key="greedy-search-rule",
        title="A general search rule comes before the one for Webex",
        applies=_greedy,
        diagnosis=(
            "The rule {pattern} has the lowest number of those that match, and ended the search: the call went to the "
            "DNS zone, where nothing came of it. {never_tried} matched too and was never tried."
        ),
        remedies={
            ANYBODY: (do("Give the rule for Webex a lower number than the general one.", SEARCH_RULES),),
        },
        looks_like=("no-search-rule", "connect-timed-out", "dns-no-records"),
        told_apart_by="The search history: which rule was followed, and which were not.",
        source="O04",
    ),
    Cause(
        key="cluster-name-is-ours",
        title="The cluster has a name of Expressway-E",
        applies=lambda e: e.stage is Stage.SIP and e.decision("own-route", "stripped") is not None,
        diagnosis=(
            "The call brought the Route {routes}, meant for Unified CM. That is also a name of Expressway-E, which "
            "took the Route for its own and stripped it. What was left is the called address, and no rule is for that."
        ),
        remedies={
            ANYBODY: (do("Put a name first that is neither Expressway-E's nor its domain.", ENTERPRISE_PARAMETERS),)
        },
        looks_like=("no-search-rule",),
        told_apart_by="The Route header of the INVITE as it came, and as it was searched for.",
        source="I31",
    ),
    Cause(
        key="cluster-name-is-a-wildcard",
        title="The first cluster name is a wildcard",
        applies=_wildcard_route,
        diagnosis=(
            "The cloud takes the first entry of the Cluster Fully Qualified Domain Name for the Route, and that entry "
            "is a wildcard. {by} answered {status}: no rule is for such a host."
        ),
        remedies={ANYBODY: (do("Put a concrete name first, the wildcards after it.", ENTERPRISE_PARAMETERS),)},
        looks_like=("no-search-rule",),
        told_apart_by="The Route header of the INVITE: its host begins with an asterisk.",
        source="I32",
    ),
    Cause(
        key="message-too-large",
        title="The message is larger than somebody on its way takes",
        applies=_too_large,
        diagnosis="{size_words}",
        remedies={
            ANYBODY: (
                do("Raise SIP Max Incoming Message Size to 18000.", SERVICE_PARAMETERS, when=by("unified-cm")),
                do(
                    "Raise the largest SIP message that {by} takes; 32768 is the default.",
                    SIP_PAGE,
                    "xConfiguration SIP Advanced SipMaxSize: 32768",
                    when=BY_EXPRESSWAY,
                    box=BY,
                ),
                do("Let {by} take longer messages, or offer fewer codecs and candidates.", when=_BY_ANOTHER),
            )
        },
        looks_like=("sip-refused", "reset-by-middlebox"),
        told_apart_by=(
            "The length of the INVITE beside the limit. A reset comes as soon as its head was read; 513 says it openly."
        ),
        source="I35, rfc 3261 21.5.7",
    ),
    Cause(
        key="federation-srv-elsewhere",
        title="The federation record leads out of the caller's domain",
        applies=lambda e: e.stage is Stage.SIP and diagnostics(e)[0] in {"1008", "1009"},
        diagnosis=(
            "TLS is fine. {by} looked the caller's domain up in DNS before it took the call, and did not like what it "
            'found: {status} with ms-diagnostics "{diagnostics}".'
        ),
        remedies={
            ANYBODY: (
                do("Publish _sipfederationtls._tcp for the SIP domain, with a target in that domain.", PUBLIC_DNS),
            )
        },
        looks_like=("sip-refused", "federation-name-missing"),
        told_apart_by="The number in ms-diagnostics: 1008 and 1009 are about DNS, 1010 about the certificate.",
        source="B30",
    ),
    Cause(
        key="federation-name-missing",
        title="The federation host is not in the certificate",
        applies=lambda e: e.stage is Stage.SIP and diagnostics(e)[0] == "1010",
        diagnosis=(
            "TLS is fine. {by} then looked for the host of the federation record in the certificate of Expressway-E "
            'and did not find it: {status} with ms-diagnostics "{diagnostics}".'
        ),
        remedies={
            ANYBODY: (do("Issue a certificate that carries the target of the federation record.", SERVER_CERTIFICATE),)
        },
        looks_like=("sip-refused", "federation-srv-elsewhere"),
        told_apart_by="The number in ms-diagnostics: 1008 and 1009 are about DNS, 1010 about the certificate.",
        source="B30",
    ),
)
