"""The chain was fine, the names were not: `harness.diagnosis.causes.certificate_names`."""

from __future__ import annotations

from typing import Any

from meeting import BOTH, DIALLER, LISTENER, answered, asked, chain, decided

from harness.transcript import ClientCertificate, Closing, DialFailure
from nearly.row import but, row
from nearly.stories import NAME_REFUSED, SHAKEN

FELL_THROUGH = (decided("expressway-e", "ingress-zone", "DefaultZone", 1),)
UNACCEPTABLE = decided("expressway-e", "identity", "unacceptable", 1)
WANTED = "callservice.webex.com"
CLOUD = "webex-cloud-webex"


def also(topic: str, outcome: str, **facts: str) -> dict[str, Any]:
    """Expressway-E refused the name, and said this of it."""
    return {"decisions": (UNACCEPTABLE, decided("expressway-e", topic, outcome, 1, **facts))}


def looks_for(name: str) -> dict[str, Any]:
    return {"listener_wants": (name,)}


def shown(*faults: str, names: tuple[str, ...] | None = None) -> dict[str, Any]:
    return {"client_shows": chain(CLOUD, *faults, dns_names=names)}


NOBODY_REFUSED = but("nobody refused a name", "sip-unanswered", decisions=())
NEARLY = NAME_REFUSED.but(**looks_for(WANTED))
OF_A_PARTNER = NAME_REFUSED.but(dialler="b2b-peer")
HUNG_UP = SHAKEN.but(seen=(DIALLER,), closes=((LISTENER, Closing.FIN),))

ROWS = (
    row(
        "name-is-a-pattern",
        NAME_REFUSED.but(**looks_for("*.webex.com")),
        but("a name in full is looked for", "name-unknown", **looks_for("sip.example.org")),
        NOBODY_REFUSED,
        but("the call came through", "none", completed=True),
    ),
    row(
        "name-is-no-host-name",
        NAME_REFUSED.but(**looks_for("sip:sip.example.org")),
        but("the scheme is gone", "name-unknown", **looks_for("sip.example.org")),
        but("it is an address", "name-unknown", **looks_for("2001:db8::1")),
        NOBODY_REFUSED,
        but("the call came through", "none", completed=True),
    ),
    row(
        "name-is-no-host-name",
        SHAKEN.but(listener_wants=("sip.webex.com:5062",), decisions=FELL_THROUGH),
        but("the port only asks", "cloud-in-default-zone", requests=ClientCertificate.OPTIONAL),
        but("a partner calls", "sip-unanswered", dialler="b2b-peer"),
        but("the Webex zone took it", "sip-unanswered",
            decisions=(decided("expressway-e", "ingress-zone", "Webex Zone", 1),)),
        but("it never got through", "connect-timed-out", dial=DialFailure.TIMED_OUT),
    ),
    row(
        "access-rule-denied",
        NAME_REFUSED.but(**also("access-rules", "denied", rule="webex")),
        but("no rule fits", "name-unknown", **also("access-rules", "no-match")),
        but("nobody refused a name", "sip-unanswered", decisions=also("access-rules", "denied")["decisions"][1:]),
    ),
    row(
        "inbound-mapping-off",
        NAME_REFUSED.but(**also("zone-match", "mapping-off")),
        but("no zone has that name", "name-unknown", **also("zone-match", "no-match")),
        but("nobody refused a name", "sip-unanswered", decisions=also("zone-match", "mapping-off")["decisions"][1:]),
    ),
    row(
        "name-only-in-cn",
        NEARLY.but(**shown("sip-uri-san")),
        but("the certificate names somebody else", "name-unknown", client_shows=chain("b2b-peer")),
        but("no certificate was shown", "name-unknown", client_shows=None),
        but("no name was looked for", "name-unknown", listener_wants=()),
        NOBODY_REFUSED,
    ),
    row(
        "name-trailing-dot",
        NEARLY.but(**shown("trailing-dot")),
        but("it is a wildcard instead", "name-wildcard", **shown(names=("*.webex.com",))),
        NOBODY_REFUSED,
    ),
    row(
        "name-wildcard",
        NEARLY.but(**shown(names=("*.webex.com",))),
        but("the wildcard is of another domain", "name-unknown", **shown(names=("*.peer.example",))),
        NOBODY_REFUSED,
    ),
    row(
        "name-of-other-generation",
        NAME_REFUSED.but(**looks_for("callservice.ciscospark.com"), **shown()),
        but("the wanted name is nobody's", "name-unknown", **looks_for("callservice.example.org")),
        NOBODY_REFUSED,
    ),
    row(
        "name-of-other-generation",
        NAME_REFUSED.but(**looks_for("sip.webex.com"), client_shows=chain("webex-cloud-legacy")),
        but("the wanted name is not the cloud's", "name-unknown", **looks_for("sip.example.org")),
        but("the certificate is not the cloud's", "name-unknown", client_shows=chain("b2b-peer")),
        but("no certificate was shown", "name-unknown", client_shows=None),
        NOBODY_REFUSED,
    ),
    row(
        "name-imitated",
        NEARLY.but(**shown("suffix-trick")),
        but("it lies under the wanted name", "name-unknown", **shown(names=(f"a.{WANTED}",))),
        NOBODY_REFUSED,
    ),
    row(
        "name-imitated",
        NEARLY.but(**shown(names=(f"wonder{WANTED}",))),
        but("it is a few letters off", "name-typo", **shown(names=(f"x{WANTED}",))),
    ),
    row(
        "name-typo",
        NAME_REFUSED.but(**looks_for("callservice.webx.com")),
        but("it is another name altogether", "name-unknown", **looks_for("sip.example.org")),
        NOBODY_REFUSED,
    ),
    row(
        "access-rule-disabled",
        OF_A_PARTNER.but(**also("access-rules", "no-match", disabled="webex")),
        but("no disabled rule fits", "no-access-rule", **also("access-rules", "no-match", disabled="")),
        but("a rule denied it", "access-rule-denied", **also("access-rules", "denied", disabled="webex")),
        but("nobody refused a name", "sip-unanswered",
            decisions=also("access-rules", "no-match", disabled="webex")["decisions"][1:]),
    ),
    row(
        "no-access-rule",
        OF_A_PARTNER.but(**also("access-rules", "no-match")),
        but("it is the cloud, which the Webex zone has to know", "name-unknown", dialler="webex-cloud"),
        but("no rule was asked", "name-unknown", decisions=(UNACCEPTABLE,)),
        but("a rule allowed it", "name-unknown", **also("access-rules", "allowed")),
        but("nobody refused a name", "sip-unanswered", decisions=also("access-rules", "no-match")["decisions"][1:]),
    ),
    row(
        "name-unknown",
        NAME_REFUSED,
        NOBODY_REFUSED,
        but("the name was accepted", "sip-unanswered", decisions=(decided("expressway-e", "identity", "accepted", 1),)),
        but("something else was unacceptable", "sip-unanswered",
            decisions=(decided("expressway-e", "offer", "unacceptable", 1),)),
        but("the call came through", "none", completed=True),
    ),
    row(
        "closed-after-handshake",
        HUNG_UP,
        but("both sides were seen", "sip-unanswered", seen=BOTH),
        but("nobody closed", "sip-unanswered", closes=()),
        but("the dialler closed", "sip-unanswered", closes=((DIALLER, Closing.FIN),)),
        but("the call was answered before", "sip-refused", said=(asked("INVITE"), answered("404 Not Found"))),
    ),
)  # fmt: skip
