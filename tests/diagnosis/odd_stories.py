"""Stories that the catalogue does not play and people run into: what is changed, and who does what."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from diagnosis_bench import step

from harness.scenario.model import Step

ALLOWED = {"expressway-e.default-zone.access-rules": [{"pattern-type": "regex", "pattern": ".*"}]}
CLOUD, OUTWARD = step("webex-cloud", "call"), step("unified-cm", "call", to="anna@example.calls.webex.com")
PARTNER, TO_PARTNER = step("b2b-peer", "call"), step("unified-cm", "call", to="bob@peer.example")
ON_MUTUAL_PORT = step("b2b-peer", "call", port=5062)
SIGN_IN, REGISTER = step("jabber", "sign-in"), step("jabber", "register")
SECURE_TRUNK = {"expressway-c.neighbour-zone.transport": "tls"}
STRICT = {"expressway-e.revocation.mode": "on", "expressway-e.revocation.source-inaccessible": "fail"}
ONE_STORE_PARTNER = {
    "release": "x15.2",
    "b2b-peer.client-certificate": {"profile": "b2b-peer", "faults": ["server-auth-only"]},
    **ALLOWED,
}
BY_OCSP_AND_LIST = {"webex-cloud.certificate": {"profile": "webex-cloud-dual", "revocation": ["ocsp", "crl"]}}
SOURCED = STRICT | BY_OCSP_AND_LIST | {"expressway-e.revocation.certificates-without-source": "accepted"}
STORIES: Mapping[str, tuple[dict[str, Any], Step]] = {
    "a partner without clientAuth, on X15.2": (ONE_STORE_PARTNER, ON_MUTUAL_PORT),
    "TLS is off": ({"expressway-e.sip.tls-mode": "off"}, PARTNER),
    "TCP is off": ({}, step("b2b-peer", "call", port=5060, transport="tcp")),
    "MRA is off": ({"expressway-e.mra": "off"}, SIGN_IN),
    "MRA is off, and a phone registers": ({"expressway-e.mra": "off"}, REGISTER),
    "the B2BUA meets a port that is off": (
        {"expressway-e.traversal-zone.media-encryption": "force-encrypted", "expressway-e.sip.tls-mode": "off"},
        CLOUD,
    ),
    "a device takes TLS 1.3 out on the way out": (
        {
            "firewall.rules": [
                {"source": "expressway-e", "to": "webex-cloud", "action": "take-tls-1.3-out-of-the-hello"}
            ]
        },
        OUTWARD,
    ),
    "OCSP knows nothing": (SOURCED | {"validation-authority.ocsp": "unknown"}, CLOUD),
    "a CRL may not be asked for": (
        SOURCED
        | {"expressway-e.revocation.cdp-fetch": "off"}
        | {
            "expressway-e.revocation.ocsp": "off",
            "expressway-e.revocation.certificates-without-source": "inaccessible",
        },
        CLOUD,
    ),
    "another domain is looked up": ({"expressway-e.webex-zone.dns-override-domain": "calservice.webex.com"}, OUTWARD),
    "a partner without SRV": ({"name-server.without": ["SRV _sips._tcp.peer.example"]}, TO_PARTNER),
    "small messages": ({"expressway-e.sip.max-message-size": 1000, "webex-cloud.offer-size": 5000}, CLOUD),
    "the inside sends its leaf alone": (
        {"expressway-c.server-certificate": {"profile": "expressway-c", "issuer": "private-issuing-2"}},
        CLOUD,
    ),
    "Unified CM trusts nobody": (SECURE_TRUNK | {"unified-cm.trusted-ca": ["public-root"]}, CLOUD),
    "Unified CM wants another name": (SECURE_TRUNK | {"unified-cm.x509-subject-name": "expc2.example.com"}, CLOUD),
    "a bad certificate where none is needed": (
        {
            "b2b-peer.request": "optional",
            "expressway-e.client-certificate": {"profile": "expressway-e", "faults": ["server-auth-only"]},
        },
        TO_PARTNER,
    ),
    "another port in the record": (
        {"name-server.records": "_sips._tcp.mtls.example.com. 300 SRV 1 10 5063 us-expe1.example.com."},
        CLOUD,
    ),
    "SIP to the port of sign-in": (
        {"name-server.records": "_sips._tcp.mtls.example.com. 300 SRV 1 10 8443 us-expe1.example.com."},
        CLOUD,
    ),
    "Control Hub is inspected": (
        {"firewall.rules": [{"source": "expressway-c", "to": "control-hub", "port": 8443, "action": "intercept"}]},
        step("expressway-c", "contact-cloud"),
    ),
    "TLS to the plain trunk": (SECURE_TRUNK | {"expressway-c.neighbour-zone.port": 5065}, CLOUD),
    "SIP in clear to the TLS trunk": ({"expressway-c.neighbour-zone.port": 5561}, CLOUD),
    "a wrong password": ({"jabber.password": "forgotten"}, REGISTER),
    "a clock a month ahead of a list": (SOURCED | {"expressway-e.clock-offset-days": 30}, CLOUD),
    "an upload, seen on the way out": ({"webex-cloud.uploaded-trust": ["private-root"]}, OUTWARD),
    "port forwarding to sign-in": (
        {"firewall.rules": [{"to": "expressway-e", "port": 5062, "action": "translate", "to-port": 8443}]},
        CLOUD,
    ),
    "a restricted CA of Unified CM": (
        SECURE_TRUNK
        | {
            "expressway-c.neighbour-zone.tls-verify": "on",
            "unified-cm.certificate": {"profile": "unified-cm", "faults": ["eku-restricted-intermediate"]},
        },
        OUTWARD,
    ),
}
"""What the catalogue does not play and people run into."""
