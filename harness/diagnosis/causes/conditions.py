"""For which labs a piece of advice is: what the transcript shows of releases, ports, clocks and ways, with words."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from harness.diagnosis.estate import (
    eku_check_is_off,
    place_dialled,
    product_of,
    record_that_led,
    release_of,
    traversal_link_dialled,
    wanted_service,
)
from harness.diagnosis.evidence import MRA_CLIENTS, Evidence
from harness.diagnosis.listeners import open_ports
from harness.diagnosis.objections import chain_was_in_date, refused_certificate
from harness.diagnosis.offers import ECDSA, RSA, offers
from harness.diagnosis.sip_heads import called_domain, request_in
from harness.lab.releases import Release
from harness.lab.screens import EXPRESSWAY
from harness.transcript import ClientCertificate


@dataclass(frozen=True, slots=True)
class Condition:
    """A condition on the lab: `words` are for a page, before a colon; `holds` reads it from the evidence."""

    words: str
    holds: Callable[[Evidence], bool]


def _release(words: str, has: Callable[[Release], bool]) -> Condition:
    """Return a condition on the release; of one that is not known, it may hold."""

    def holds(evidence: Evidence) -> bool:
        release = release_of(evidence)
        return release is None or has(release)

    return Condition(words, holds)


def both(one: Condition, other: Condition) -> Condition:
    """Return the condition that both hold."""
    return Condition(f"{one.words}, {other.words}", lambda e: one.holds(e) and other.holds(e))


def otherwise(condition: Condition, words: str) -> Condition:
    """Return the condition that another one does not hold."""
    return Condition(words, lambda e: not condition.holds(e))


ALWAYS = Condition("", lambda _: True)


# --- releases ---

TWO_STORES = _release("from X15.5", lambda release: release.two_stores)
ONE_STORE = _release("before X15.5", lambda release: not release.two_stores)
EKU_SWITCH = _release("from X15.5", lambda release: release.eku_switch)
NO_EKU_SWITCH = _release("before X15.5", lambda release: not release.eku_switch)
HAS_1_3 = _release("from X15.2", lambda release: "1.3" in release.tls_versions)
LACKS_1_3 = otherwise(HAS_1_3, "before X15.2")

# --- certificates and their check ---

_FOR_TLS = {"serverAuth", "clientAuth"}
_UNCHECKED = {"SSH tunnel", "cluster", "UC traversal"}
"""Services to which the switch of the EKU check is of no help: the tunnel looks for clientAuth whatever it says."""


def _has_tls_usage(evidence: Evidence) -> bool:
    leaf = evidence.presented
    return leaf is not None and (leaf.extended_key_usage is None or bool(_FOR_TLS & set(leaf.extended_key_usage)))


EKU_CHECK_IS_ON = Condition("the check is On", lambda e: not eku_check_is_off(e))
CLIENT_WAS_REFUSED = Condition(
    "a dialler was refused",
    lambda e: e.refused == e.dialler and e.service not in _UNCHECKED,
)
HAS_A_TLS_USAGE = Condition("serverAuth or clientAuth is named", _has_tls_usage)
HAS_NO_TLS_USAGE = otherwise(HAS_A_TLS_USAGE, "neither serverAuth nor clientAuth is named")

# --- who ---

CLOUD = {"webex-cloud", "control-hub"}


def by(*parts: str) -> Condition:
    """Return the condition that one of these parts refused."""
    return Condition(f"{' or '.join(parts)} refused", lambda e: e.part_of(e.by) in parts)


REFUSED_IS_NO_CLOUD = Condition("another than the cloud was refused", lambda e: e.refused not in CLOUD)


def _of_expressway(words: str, actor: Callable[[Evidence], str]) -> Condition:
    return Condition(words, lambda e: product_of(e, actor(e)) == EXPRESSWAY)


BY_EXPRESSWAY = _of_expressway("an Expressway refused", lambda e: e.by)
DIALLER_IS_EXPRESSWAY = _of_expressway("an Expressway dialled", lambda e: e.dialler)
LISTENER_IS_EXPRESSWAY = _of_expressway("an Expressway was dialled", lambda e: e.listener)
DIALLED_FROM_TWO_STORES = Condition(
    "an Expressway of X15.5 dialled",
    lambda e: (
        e.refused == e.dialler
        and product_of(e, e.refused) == EXPRESSWAY
        and (release := release_of(e)) is not None
        and release.two_stores
    ),
)

_MODERN = {"1.2", "1.3"}


def _offers_only_old(evidence: Evidence) -> bool:
    hello = evidence.inspection.client_hello if evidence.inspection else None
    return hello is not None and not _MODERN & set(hello.versions)


def _offers(evidence: Evidence, version: str) -> bool:
    hello = evidence.inspection.client_hello if evidence.inspection else None
    return hello is not None and version in hello.versions


OFFERS_NO_1_3 = Condition("no TLS 1.3 is offered", lambda e: not _offers(e, "1.3"))
DIALLER_IS_OLD = Condition("the dialler offers nothing newer than TLS 1.1", _offers_only_old)
LISTENER_IS_PARTICULAR = otherwise(DIALLER_IS_OLD, "the dialler offers TLS 1.2 or newer")
LISTENER_CAN_CHANGE = Condition(
    "the listener can speak what is offered",
    lambda e: not (LISTENER_IS_EXPRESSWAY.holds(e) and LACKS_1_3.holds(e)) or _offers(e, "1.2"),
)
LISTENER_IS_NO_CLOUD = Condition("another than the cloud listened", lambda e: e.listener not in CLOUD)


OFFERS_RSA_ALONE = Condition("the dialler offers RSA alone", lambda e: offers(e, RSA) and not offers(e, ECDSA))
OFFERS_ECDSA_ALONE = Condition("the dialler offers ECDSA alone", lambda e: offers(e, ECDSA) and not offers(e, RSA))
OFFERS_BOTH = Condition("otherwise", lambda e: offers(e, RSA) == offers(e, ECDSA))

# --- clocks ---

REALLY_OUT_OF_DATE = Condition("the date says so", lambda e: not chain_was_in_date(e))
CLOCK_IS_WRONG = Condition("the date says otherwise", chain_was_in_date)

# --- the way there ---

LED_BY_SRV = Condition("an SRV record led there", lambda e: bool(record_that_led(e)))
NOT_LED_BY_SRV = otherwise(LED_BY_SRV, "no SRV record led there")
ADDRESS_WAS_DIALLED = Condition("an address was dialled", lambda e: not place_dialled(e))
NAME_WAS_DIALLED = otherwise(ADDRESS_WAS_DIALLED, "a name was looked up")
ZONE_DIALLED = Condition("a traversal zone dialled", lambda e: bool(traversal_link_dialled(e)))
TRANSLATED = Condition("a firewall leads to another port", lambda e: e.translated and e.stage is not None)

# --- ports ---


def _has(evidence: Evidence, service: str) -> bool:
    return service in open_ports(evidence.transcript, evidence.listener).values()


MUTUAL_PORT_IS_OPEN = Condition("Mutual TLS mode is On", lambda e: _has(e, "mutual TLS"))
MUTUAL_PORT_IS_CLOSED = otherwise(MUTUAL_PORT_IS_OPEN, "Mutual TLS mode is Off")
TLS_PORT_IS_OPEN = Condition("TLS mode is On", lambda e: _has(e, "TLS"))
TLS_PORT_IS_CLOSED = otherwise(TLS_PORT_IS_OPEN, "TLS mode is Off")
ELSEWHERE_OPEN = Condition("the service is open on another port", lambda e: bool(wanted_service(e).port))


def switched_off(*services: str) -> Condition:
    """Return the condition that the dialler wanted one of these services, and it is open on no port."""

    def holds(evidence: Evidence) -> bool:
        wanted = wanted_service(evidence)
        return wanted.service in services and not wanted.port

    return Condition(f"{' or '.join(services)} is off", holds)


def _can_show_none(evidence: Evidence) -> bool:
    """Whether a certificate was refused on a port that only asks, and its owner may leave it away."""
    optional = evidence.requested is ClientCertificate.OPTIONAL and evidence.refused == evidence.dialler
    free = evidence.dialler in {"b2b-peer", *MRA_CLIENTS} or DIALLED_FROM_TWO_STORES.holds(evidence)
    return optional and free and refused_certificate(evidence)


CAN_SHOW_NONE = Condition("the port only asks for a certificate", _can_show_none)

NO_SERVICE_KNOWN = Condition("it is not known what was wanted", lambda e: not wanted_service(e).service)
NEIGHBOUR_DIALLED = Condition(
    "Expressway-C dialled Unified CM",
    lambda e: (e.dialler, e.listener) == ("expressway-c", "unified-cm") and e.protocol == "sip",
)
NO_NEIGHBOUR_DIALLED = otherwise(NEIGHBOUR_DIALLED, "no neighbour zone dialled")
SIP_DESTINATION_LED = both(
    Condition("the cloud dialled", lambda e: e.dialler == "webex-cloud"),
    NOT_LED_BY_SRV,
)


def _looked_up_called_domain(evidence: Evidence) -> bool:
    """Whether Expressway-E followed the rule for Webex and looked up the domain that was called (row O02)."""
    chosen, led = evidence.decision("search-rule", "webex-zone"), record_that_led(evidence)
    called = {called_domain(invite) for event in evidence.events if (invite := request_in(event, "INVITE"))}
    return chosen is not None and bool(led) and led.lower() in called


LOOKED_UP_CALLED_DOMAIN = Condition("the called domain was looked up", _looked_up_called_domain)
SOMEBODY_THERE = Condition("somebody has that address", lambda e: bool(e.listener))
NOBODY_THERE = otherwise(SOMEBODY_THERE, "nobody has that address")
NOT_SEEN_UP = both(
    SOMEBODY_THERE, Condition("its own side was not seen", lambda e: not open_ports(e.transcript, e.listener))
)
