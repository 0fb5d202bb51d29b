"""Causes that lie in DNS: the walk from a destination to an address came to nothing (RFC 3263, RFC 2782)."""

from __future__ import annotations

from collections.abc import Callable

from harness.diagnosis.causes.conditions import Condition, both, otherwise
from harness.diagnosis.causes.row import ANYBODY, REFUSED, Cause, do
from harness.diagnosis.decisive import LOCATE
from harness.diagnosis.estate import host_sought, traversal_link_sought
from harness.diagnosis.evidence import MRA_CLIENTS, Evidence
from harness.lab.screens import DNS_SERVERS, PUBLIC_DNS, SIP_DESTINATION, SYSTEM_SERVER, ZONES

_FALLBACK = "xConfiguration Zones Zone [n] DNS SIP Default Transport: TLS"


def _ended_in(kind: str) -> Callable[[Evidence], bool]:
    def applies(evidence: Evidence) -> bool:
        lost = evidence.obstacle
        return lost is not None and lost.topic == LOCATE and lost.outcome == kind

    return applies


_CREATE_SRV = do(
    "Create the SRV record _sips._tcp of the domain, and an address for its target. _sip._tls is no standard label "
    "(RFC 3263): nobody asks for it.",
    PUBLIC_DNS,
)
_CREATE_COLLAB_EDGE = do(
    "Create the SRV record _collab-edge._tls of the users' domain: port 8443 of each Expressway-E.", PUBLIC_DNS
)
_NAME_THE_PORT = do("Or name the listener itself as host:port or ip:port, such as host:5062: no SRV is asked.")
_HOST = Condition("a host was named", lambda e: bool(host_sought(e)))
_ADDRESS_OF_TARGET = do(
    "Create the A or AAAA record of that host, or correct the SRV target.",
    PUBLIC_DNS,
    when=otherwise(_HOST, "an SRV record led there"),
)
_ZONE = Condition("of a traversal zone", traversal_link_sought)
_UNIFIED_CM = Condition("of Unified CM", lambda e: e.actor in MRA_CLIENTS and not traversal_link_sought(e))
_ANY_OTHER = both(otherwise(_ZONE, "of no zone"), otherwise(_UNIFIED_CM, "of another server"))
_ASK_ALONE = do("Put the question named above to each of the domain's name servers with dig, from outside.")

_EXPRESSWAY_GOT_NO_ANSWER = (
    do("Check the DNS servers of {refused} and the way to them: UDP and TCP port 53.", DNS_SERVERS),
    _ASK_ALONE,
)
_FOR_CLOUD = Condition(
    "the rule for Webex was followed", lambda e: e.decision("search-rule", "webex-zone", "webex-general") is not None
)
_FOR_PARTNER = otherwise(_FOR_CLOUD, "another rule was followed")

DNS_CAUSES = (
    Cause(
        key="dns-no-records",
        title="DNS holds no record of the destination",
        applies=_ended_in("no-records"),
        diagnosis=(
            "DNS answered {refused}, and holds nothing that leads to {destination}. {finding} A record under another "
            "label does not help: nobody asks for it."
        ),
        remedies={
            "webex-cloud": (
                _CREATE_SRV,
                do("Or name the listener itself as host:5062 or ip:5062: no SRV is asked then.", SIP_DESTINATION),
            ),
            "expressway-e": (
                do(
                    "Check the domain that the Webex zone looks up in place of the called one: callservice.webex.com.",
                    ZONES,
                    "xConfiguration Zones Zone [n] DNS SIP DnsOverride Name",
                    when=_FOR_CLOUD,
                ),
                do(
                    "If it is right, ask for the cloud's record from outside: a name server that does not know it is "
                    "not the world's.",
                    DNS_SERVERS,
                    when=_FOR_CLOUD,
                ),
                do(
                    "Check the called address; if its domain is right, its owner has to publish _sips._tcp.",
                    when=_FOR_PARTNER,
                ),
                do(
                    "Or let the DNS zone include address records, if its owner has one there; the fallback transport "
                    "has to be TLS then.",
                    ZONES,
                    "xConfiguration Zones Zone [n] DNS IncludeAddressRecord: On",
                    when=_FOR_PARTNER,
                ),
            ),
            "jabber": (_CREATE_COLLAB_EDGE,),
            "mra-phone": (_CREATE_COLLAB_EDGE,),
            ANYBODY: (_CREATE_SRV, _NAME_THE_PORT),
        },
        looks_like=("dns-no-answer", "dns-server-failure"),
        told_apart_by='An answer came, and says that there is no such record: "no" is not "no answer".',
        source="D01, D11, M10",
    ),
    Cause(
        key="dns-service-absent",
        title="DNS says that the domain has no such service",
        applies=_ended_in("service-absent"),
        diagnosis=(
            'The SRV record of {destination} has the target ".", which says that the service is decidedly not '
            "there (RFC 2782). {finding} {refused} must not fall back to an address record."
        ),
        remedies={
            ANYBODY: (
                do(
                    'Replace the target "." by the host that takes the calls.',
                    PUBLIC_DNS,
                ),
                _NAME_THE_PORT,
            )
        },
        looks_like=("dns-no-records",),
        told_apart_by='The SRV record is there, and its target is ".".',
        source="D07",
    ),
    Cause(
        key="dns-no-address",
        title="The name is known, its address is not",
        applies=_ended_in("no-address"),
        diagnosis="{refused} was on its way to {destination}, and DNS has no address of the host. {finding}",
        remedies={
            "webex-cloud": (
                _ADDRESS_OF_TARGET,
                do("Correct the host in the SIP destination, or create its A record.", SIP_DESTINATION, when=_HOST),
            ),
            "expressway-c": (
                do(
                    "Correct the peer address of the zone, or create the address record in the inner DNS.",
                    ZONES,
                    "xConfiguration Zones Zone [n] TraversalClient Peer [1..6] Address",
                    when=_ZONE,
                ),
                do(
                    "Create the address record in the inner DNS, or give the server another name on the publisher.",
                    SYSTEM_SERVER,
                    when=_UNIFIED_CM,
                ),
                do(
                    "Check the DNS servers of Expressway-C: they have to resolve the cloud's names.",
                    DNS_SERVERS,
                    when=_ANY_OTHER,
                ),
            ),
            ANYBODY: (
                _ADDRESS_OF_TARGET,
                do("Create the A or AAAA record of that host, or dial it by another name.", PUBLIC_DNS, when=_HOST),
            ),
        },
        looks_like=("dns-no-records",),
        told_apart_by="A record leads to the host name, and the question for its address is the one without an answer.",
        source="D01, D14",
    ),
    Cause(
        key="dns-no-answer",
        title="The name servers do not answer",
        applies=_ended_in("no-answer"),
        diagnosis=(
            "Nobody answered {refused}'s question about {destination}. {finding} So nothing is known about the record: "
            "it may well be there."
        ),
        remedies={
            "expressway-e": _EXPRESSWAY_GOT_NO_ANSWER,
            "expressway-c": _EXPRESSWAY_GOT_NO_ANSWER,
            ANYBODY: (
                do("Check the name server that was asked: its address, and the way to it on UDP and TCP port 53."),
                _ASK_ALONE,
                do("Open UDP and TCP port 53 towards the domain's name servers.", PUBLIC_DNS),
            ),
        },
        looks_like=("dns-no-records",),
        told_apart_by=(
            'No answer at all came within the time budget, and "no such record" is an answer. This one may come and '
            "go; a missing record stays missing."
        ),
        source="D13",
    ),
    Cause(
        key="dns-server-failure",
        title="The name server failed (SERVFAIL)",
        applies=_ended_in("server-failure"),
        diagnosis=(
            "The name server answered {refused}'s question about {destination} with SERVFAIL: it could not find out. "
            "{finding} Whether the record exists is not known."
        ),
        remedies={
            ANYBODY: (
                _ASK_ALONE,
                do("Look for a broken delegation, an expired secondary, or old DNSSEC signatures.", PUBLIC_DNS),
            )
        },
        looks_like=("dns-no-records", "dns-no-answer"),
        told_apart_by="The answer's code: SERVFAIL (2), neither NXDOMAIN (3) nor an empty answer.",
        source="D13",
    ),
    Cause(
        key="dns-refused",
        title="The name server refuses the question",
        applies=_ended_in("refused"),
        diagnosis=(
            "The name server answered {refused}'s question about {destination} with REFUSED. {finding} It serves other "
            "zones or other askers."
        ),
        remedies={
            ANYBODY: (
                do("Ask a name server that resolves for this actor.", DNS_SERVERS, box=REFUSED),
                do("Check the delegation: it leads to a server that does not hold the zone.", PUBLIC_DNS),
            )
        },
        looks_like=("dns-server-failure",),
        told_apart_by="The answer's code: REFUSED (5), not SERVFAIL (2).",
        source="D13",
    ),
    Cause(
        key="dns-bad-answer",
        title="The answer of the name server makes no sense",
        applies=_ended_in("bad-answer"),
        diagnosis="{refused} could not use the answer about {destination}. {finding}",
        remedies={
            ANYBODY: (
                _ASK_ALONE,
                do("Disable DNS inspection on the firewall: it rewrites answers."),
            )
        },
        looks_like=("dns-no-answer",),
        told_apart_by="Bytes came, and they are no answer to the question.",
        source="D13",
    ),
    Cause(
        key="dns-too-long",
        title="The walk through DNS is too long",
        applies=_ended_in("too-long"),
        diagnosis="{refused} gave up on the way from {destination} to an address. {finding}",
        remedies={ANYBODY: (do("Let SRV name the host itself, not an alias of an alias.", PUBLIC_DNS),)},
        looks_like=("dns-loop",),
        told_apart_by="Whether a name comes twice on the way: here none does.",
        source="X14",
    ),
    Cause(
        key="dns-loop",
        title="Aliases lead in a circle",
        applies=_ended_in("loop"),
        diagnosis="The aliases of {destination} lead {refused} back to where it was. {finding}",
        remedies={ANYBODY: (do("Break the circle of CNAME records.", PUBLIC_DNS),)},
        looks_like=("dns-too-long",),
        told_apart_by="Whether a name comes twice on the way: here one does.",
        source="X14",
    ),
    Cause(
        key="no-usable-transport",
        title="DNS leads to a transport that is not used here",
        applies=_ended_in("no-usable-transport"),
        diagnosis=("{refused} found no transport to {destination} that it may use. {finding} So nothing leaves."),
        remedies={
            "expressway-e": (do("Set the fallback transport protocol of the DNS zone to TLS.", ZONES, _FALLBACK),),
            ANYBODY: (do("Publish _sips._tcp, or let {refused} use TLS where nothing names a transport.", PUBLIC_DNS),),
        },
        looks_like=("dns-no-records",),
        told_apart_by="Whether _sips._tcp is published, and what the DNS zone's fallback transport is.",
        source="O13",
    ),
)
