"""Advice that is a setting is followed, and the play is played again: what was advised for is gone then.

The catalogue is the patient. A remedy that leaves the same cause standing was wrong, whatever its words say.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from typing import Any

import pytest
from diagnosis_bench import SHIPPED, performed
from odd_stories import ALLOWED, STORIES
from pydantic import ValidationError
from shipped_library import LIBRARY

from harness.diagnosis.causes import COMPLETED
from harness.diagnosis.judge import judge
from harness.lab.changes import changed
from harness.lab.settings import Lab
from harness.scenario.model import Step
from harness.scenario.plan import Plan, plan_of
from harness.verdict import Remedy, Verdict

EVERY_CA = [
    "public-root", "public-issuing", "partner-issuing", "cloud-root", "cloud-issuing", "private-root",
    "private-issuing", "private-issuing-2", "stranger-root", "stranger-issuing", "manufacturing-root",
    "manufacturing-issuing", "proxy-root", "isrg-root", "dst-root",
]  # fmt: skip
ZONES_IN_THE_PATH = (
    "expressway-e.webex-zone", "expressway-e.traversal-zone", "expressway-e.uc-traversal-zone",
)  # fmt: skip
PRELOADED = {
    **{f"{zone}.preloaded-routes": "on" for zone in ZONES_IN_THE_PATH},
    "expressway-c.traversal-preloaded-routes": "on",
    "expressway-c.neighbour-preloaded-routes": "on",
}
AUTO = {f"expressway-e.{zone}.media-encryption": "auto" for zone in ("default-zone", "dns-zone", "traversal-zone")}
ASK_ALL = {f"expressway-e.revocation.{switch}": "on" for switch in ("ocsp", "crl", "cdp-fetch")}
NO_FIREWALL: dict[str, Any] = {"firewall.rules": []}

SOUND_EDGE = {
    "expressway-e.server-certificate": {"profile": "expressway-e"},
    "expressway-e.client-certificate": "same-as-server",
}
SOUND_INSIDE = {
    "expressway-c.server-certificate": {"profile": "expressway-c"},
    "expressway-c.client-certificate": "same-as-server",
}
SOUND_MANAGER = {
    "unified-cm.certificate": {"profile": "unified-cm"},
    "unified-cm.tomcat-certificate": {"profile": "unified-cm"},
}
SOUND_PARTNER = {
    "b2b-peer.client-certificate": {"profile": "b2b-peer"},
    "b2b-peer.server-certificate": {"profile": "b2b-peer"},
}
SOUND_NAMES: dict[str, Any] = {"name-server.records": "", "name-server.without": [], "name-server.faults": []}
SOUND_SOURCES = {
    "validation-authority.crl": "sound",
    "validation-authority.ocsp": "sound",
    "validation-authority.delay": 0,
}
CURES: Mapping[str, dict[str, Any]] = {
    r"^(Or s|S)witch EKU checking off on Expressway-E": {"expressway-e.sip.eku-check": "off"},
    r"^(Or s|S)witch EKU checking off on Expressway-C": {"expressway-c.eku-check": "off"},
    r"^Or upgrade both Expressways to X15.5": {"release": "x15.5", "expressway-e.sip.eku-check": "off"},
    r"^Upgrade both Expressways to X15.4": {"release": "x15.4"},
    r"Enable Mutual TLS on Default Zone to Off": {"expressway-e.default-zone.mutual-tls": "off"},
    r"^Switch Mutual TLS mode On": {"expressway-e.sip.mutual-tls-mode": "on", "expressway-e.sip.mutual-tls-port": 5062},
    r"^Switch TLS mode On": {"expressway-e.sip.tls-mode": "on"},
    r"^Switch TCP mode On": {"expressway-e.sip.tcp-mode": "on"},
    r"^Switch Mobile and Remote Access on": {"expressway-e.mra": "on"},
    r"^Set Media encryption mode to Auto": AUTO,
    r"^Switch TLS verify inbound mapping On": {"expressway-e.webex-zone.inbound-mapping": "on"},
    r"^Switch Preloaded SIP routes support On on every": PRELOADED,
    r"^Let Expressway-E take TLS .* as well": {"expressway-e.sip.tls-versions": ["1.2", "1.3"]},
    r"^Or widen the versions of Expressway-E": {"expressway-e.sip.tls-versions": ["1.0", "1.1", "1.2", "1.3"]},
    r"^Until then: let Expressway-E speak TLS 1.2": {"expressway-e.sip.tls-versions": ["1.2"]},
    r"where no source answers": {"expressway-e.revocation.source-inaccessible": "treat-as-not-revoked"},
    r"^Or switch OCSP off": {"expressway-e.revocation.ocsp": "off"},
    r"^Let Expressway-E ask the source": ASK_ALL,
    r"handshake timeout above the time": {"expressway-e.sip.tls-handshake-timeout": 20},
    r"^Set the clock of Expressway-E": {"expressway-e.clock-offset-days": 0},
    r"^Switch Modify DNS request On": {
        "expressway-e.webex-zone.modify-dns-request": "on",
        "expressway-e.webex-zone.dns-override-domain": "callservice.webex.com",
    },
    r"^Check the domain that the Webex zone looks up": {
        "expressway-e.webex-zone.dns-override-domain": "callservice.webex.com"
    },
    r"fallback transport protocol of the DNS zone to TLS": {"expressway-e.dns-zone.fallback-transport": "tls"},
    r"let the DNS zone include address records": {
        "expressway-e.dns-zone.include-address-record": "on",
        "expressway-e.dns-zone.fallback-transport": "tls",
    },
    r"^Raise SIP Max Incoming Message Size": {"unified-cm.max-message-size": 18000},
    r"^Raise the largest SIP message that Expressway-E": {"expressway-e.sip.max-message-size": 32768},
    r"^Add an access rule": ALLOWED,
    r"State of that rule to Enabled": ALLOWED,
    r"^Remove the old upload": {"webex-cloud.uploaded-trust": []},
    r"^Verify the domain of the certificate's names": {
        "webex-cloud.verified-domains": ["example.com", "lab.example", "private.example", "someone-else.example"]
    },
    r"trusted CA list of Expressway-E\b(?!.*completes)": {"expressway-e.trusted-ca": EVERY_CA},
    r"trusted CA list of Expressway-C\b(?!.*completes)": {"expressway-c.trusted-ca": EVERY_CA},
    r"trusted CA list of Expressway-E: from that list it completes": {"expressway-e.trusted-ca": EVERY_CA},
    r"trusted CA list of Expressway-C: from that list it completes": {"expressway-c.trusted-ca": EVERY_CA},
    r"^Append the new intermediate to the trusted CA list of every": {
        "expressway-e.trusted-ca": EVERY_CA,
        "expressway-c.trusted-ca": EVERY_CA,
    },
    r"list of CAs for activation code onboarding": {"expressway-e.activation-code-ca": EVERY_CA},
    r"to tomcat-trust": {"unified-cm.tomcat-trust": EVERY_CA},
    r"to CallManager-trust, then": {"unified-cm.trusted-ca": EVERY_CA},
    r"MRA phone show no certificate": {"mra-phone.certificate": "none"},
    r"B2B peer show no certificate": {"b2b-peer.client-certificate": "none"},
    r"Expressway-E show no certificate": {"expressway-e.client-certificate": "none"},
    r"^Set the TLS verify subject name on Expressway-E": {
        "expressway-e.traversal-zone.subject-name": "expc1.example.com",
        "expressway-e.uc-traversal-zone.subject-name": "expc1.example.com",
    },
    r"^Enter (?:the FQDN of Expressway-E )?as (?:the )?peer address|^Correct the peer address": {
        "expressway-c.traversal-zone.peer-address": "us-expe1.example.com",
        "expressway-c.uc-traversal-zone.peer-address": "us-expe1.example.com",
    },
    r"^Enter a host name in full .*callservice": {"expressway-e.webex-zone.subject-name": "callservice.webex.com"},
    r"^Compare the zone's TLS verify subject name": {"expressway-e.webex-zone.subject-name": "callservice.webex.com"},
    r"^Enter a name of Expressway-C's certificate as X.509": {"unified-cm.x509-subject-name": "expc1.example.com"},
    r"^Use the Webex zone, or give the zone the name": {
        "expressway-e.webex-zone.name-profile": "dual",
        "expressway-e.webex-zone.subject-name": "",
    },
    r"^Correct the port of the SRV record _collab-edge": {
        "name-server.records": "_collab-edge._tls.example.com. 300 SRV 10 10 8443 us-expe1.example.com."
    },
    r"^Correct the port in the SRV record of mtls.example.com: .* on port 5062": {
        "name-server.records": "_sips._tcp.mtls.example.com. 300 SRV 1 10 5062 us-expe1.example.com."
    },
    r"^Give the cloud an SRV record|^Enter the mutual TLS port|^Correct the (host|address) in the SIP dest": {
        "webex-cloud.sip-destination": "mtls.example.com",
        **SOUND_NAMES,
    },
    r"^Let the firewall pass|^Open port|^Disable SIP|^Take port|^Take the device|^Or exempt": NO_FIREWALL,
    r"Exempt .* from inspection": NO_FIREWALL,
    r"^Give the neighbour zone the port|dial the TLS port of the trunk": {
        "expressway-c.neighbour-zone.port": 5561,
        "expressway-c.neighbour-zone.transport": "tls",
    },
    r"^Set the transport of the neighbour zone to TLS": {
        "expressway-c.neighbour-zone.transport": "tls",
        "expressway-c.neighbour-zone.port": 5561,
    },
    r"^Give the trunk an incoming port of its own": {"unified-cm.trunk-port": 5065},
    r"^Give the rule for Webex a lower number": {
        "expressway-e.search-rules": [
            {"priority": 1, "pattern": r".+@.+\.(calls|rooms|meetup)\.webex\.com.*", "target": "webex-zone"},
            {"priority": 20, "pattern": r".+@example\.com.*", "target": "traversal-zone"},
        ]
    },
    r"^Put a (name first that is neither|concrete name first)": {"unified-cm.cluster-name": "cucm-cluster.example.com"},
    r"^Check the user's name and password": {"jabber.password": "lab-only"},
    r"^Let the B2B peer use TLS on port": {},
    r"^Change the order of the access rules": ALLOWED,
    r"(?:on|for|of) Expressway-C(?: that|,|;|:|\.)(?!.*list)": SOUND_INSIDE,
    r"^Give Expressway-C|client store of Expressway-C": SOUND_INSIDE,
    r"^(?:Or )?(?:Install|Issue|Renew|Put|Have|Get) .*(?:Unified CM|CallManager|Tomcat)": SOUND_MANAGER,
    r"^(?:Or )?(?:Install|Issue|Renew|Put|Add|Get) .*(?:Expressway-E|client store|trusts\.)(?!.*list)": SOUND_EDGE,
    r"(?:for|of|Ask|Let) the B2B peer (?:get|for|from|send)": SOUND_PARTNER,
    r"^Issue the certificate with clientAuth|^Have it issued anew": SOUND_PARTNER,
    r"^(?:Create the SRV|Replace the target|Break the circle|Let SRV name)": SOUND_NAMES,
    r"^Correct the (?:target|record that)": SOUND_NAMES,
    r"^(?:Create|Correct) the (?:A or AAAA|address) record|^Look for a broken deleg|^Remove _cisco-uds": SOUND_NAMES,
    r"^Check the (?:name server|DNS servers)|^Publish _sipfederation": SOUND_NAMES,
    r"^Have the CA (?:publish|bring|teach)|^Find out why .* is slow": SOUND_SOURCES,
    r"^Let Expressway-E reach|^Publish the CRL where": NO_FIREWALL | SOUND_SOURCES | SOUND_NAMES,
    r"mode to Permissive": {"expressway-e.cluster-tls-verification": "permissive"},
    r"^Or upgrade all nodes to X15.4": {"release": "x15.4"},
    r"^Let the cloud hand its CAs over": {"expressway-e.ca-management": "automatic"},
    r"^Upload the root that issues": {"webex-cloud.uploaded-trust": EVERY_CA},
    r"^Or upload the private root": {"webex-cloud.uploaded-trust": EVERY_CA},
    r"^Raise the B2B peer to TLS 1.2": {"b2b-peer.tls-versions": ["1.2", "1.3"]},
    r"^Let the B2B peer offer": {"b2b-peer.ciphers": "", "b2b-peer.signature-algorithms": ""},
    r"^Or install an (?:RSA|ECDSA) certificate on Expressway-E": {
        "expressway-e.server-certificate": {"profile": "expressway-e", "key": "rsa-2048"}
    },
    r"^Or write the host name into TLS verify subject": {"expressway-e.dns-zone.subject-name": "edge1.peer.example"},
    r"^Give the server, on the publisher": {"unified-cm.system-server": ""},
    r"^Append the CA's new root": {"expressway-e.trusted-ca": EVERY_CA},
    r"^Or append the cloud's root by hand": {"expressway-e.trusted-ca": EVERY_CA},
    r"^Let clients register on the TLS port, 5061": {},
}
"""What following a piece of advice changes in the lab, by how the advice reads."""

GOES_WITH_ANOTHER = ("Then ", "Dial that port", "Webex keeps", "Name profiles", "Leave ", "Fix the certificate")
DIALLED = re.compile(r"(?:dial|Dial|send it to|register on)\w* (?:the TLS )?port,? (?:of Expressway-E, )?(\d+)")
BY_ANOTHER_WORD = {
    "Let the B2B peer use TLS on port": {"transport": "tls"},
}


BY_ITSELF = {
    "domain-ownership/v09-verification-is-removed-later": "its own steps take the domain away again",
    "stores/x15.4-takes-it-behind-a-switch": "its own steps install the certificate again",
    "stores/x15.5-copying-gets-round-the-check": "its own steps install the certificate again",
    "cloud-outbound/o14-port-in-the-dialled-uri": "the called address says the port",
    "cloud-inbound/i33-one-node-has-a-wrong-certificate": "the certificate is that of another node",
    "geo/g07-standby-certificate-was-never-tested": "the certificate is that of another node",
    "dns/d14-stale-address-inside": "the old address lives in a view",
    "dns/d15-wildcard": "what answered is a stranger",
    "mra/m22-tomcat-certificate-is-self-signed": "a certificate that signs itself is no authority of the lab",
}
"""Plays whose cure lies where no setting of this table reaches, each with why."""


@dataclass(frozen=True)
class Patient:
    """A play that stopped, with what it was told to do."""

    name: str
    lab: Lab
    plan: Plan
    verdict: Verdict


@cache
def patients() -> tuple[Patient, ...]:
    return tuple(_patients())


def _patients() -> Iterator[Patient]:
    for name, scenario in SHIPPED.items():
        tls = "1.3" if "1.3" in scenario.expectations else "1.2"
        if scenario.expectations[tls].cause != COMPLETED and name not in BY_ITSELF:
            plan = plan_of(scenario, LIBRARY.healthy, tls)
            yield Patient(name, plan.lab, plan, judge(performed(plan)))
    for name, (change, deed) in STORIES.items():
        plan = Plan(name, "1.3", changed(LIBRARY.healthy, change), (deed,))
        yield Patient(name, plan.lab, plan, judge(performed(plan)))


def cure(remedy: Remedy, patient: Patient) -> Plan | None:
    """Return the play with the advice followed, None where that is nothing that a setting can do."""
    if remedy.action.startswith(GOES_WITH_ANOTHER):
        return None
    change = next((each for words, each in CURES.items() if re.search(words, remedy.action)), None)
    steps = tuple(_redirected(each, remedy.action) for each in patient.plan.play)
    if change is None and steps == patient.plan.play:
        return None
    try:
        return replace(patient.plan, lab=changed(patient.lab, change or {}), play=steps)
    except ValidationError:
        return None


def _redirected(deed: Step, action: str) -> Step:
    options = dict(deed.options)
    if (
        deed.verb != "sign-in"
        and (found := DIALLED.search(action)) is not None
        and deed.actor in {"b2b-peer", "jabber"}
    ):
        options["port"] = int(found[1])
    for words, other in BY_ANOTHER_WORD.items():
        if words in action and deed.actor == "b2b-peer":
            options.update(other)
    return replace(deed, options=options)


@dataclass(frozen=True)
class Followed:
    """A piece of advice that was followed, and what the play came to before and after."""

    patient: Patient
    place: int
    after: Verdict

    @property
    def helped(self) -> bool:
        """Whether something else stops the play now, or nothing does."""
        before = self.patient.verdict
        return (self.after.cause, self.after.diagnosis) != (before.cause, before.diagnosis)


@cache
def followed() -> tuple[Followed, ...]:
    return tuple(
        Followed(patient, place, judge(performed(plan)))
        for patient in patients()
        for place, remedy in enumerate(patient.verdict.remedies)
        if (plan := cure(remedy, patient)) is not None
    )


def test_no_advice_that_was_followed_leaves_the_same_thing_standing() -> None:
    left = [
        (each.patient.name, each.patient.verdict.remedies[each.place].action) for each in followed() if not each.helped
    ]

    assert left == []
    assert len(followed()) > 170


def test_most_of_what_was_advised_first_mends_the_play() -> None:
    """Not all: where two things are wrong, the second one comes up then."""
    ends = Counter(each.after.cause == COMPLETED for each in followed() if each.place == 0)

    assert ends[True] > 8 * ends[False]


@pytest.mark.parametrize("words", CURES)
def test_every_cure_was_tried_on_somebody(words: str) -> None:
    advice = [remedy.action for patient in patients() for remedy in patient.verdict.remedies]
    fitting = [action for action in advice if next((w for w in CURES if re.search(w, action)), "") == words]

    assert fitting
