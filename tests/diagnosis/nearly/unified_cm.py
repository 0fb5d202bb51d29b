"""Between Expressway-C and Unified CM: `harness.diagnosis.causes.unified_cm`."""

from __future__ import annotations

from meeting import DIALLER, LISTENER, Meeting, chain, decided

from harness.transcript import ClientCertificate, DialFailure
from nearly.certificates import says
from nearly.row import but, row
from nearly.stories import CALL_REFUSED, PRIVATE, UNTRUSTED, refuses

EXPIRED, HOSTNAME = 10, 62
EACH_OBJECTS = ((DIALLER, UNTRUSTED), (LISTENER, UNTRUSTED))
INSIDE = Meeting(
    dialler="expressway-c",
    listener="unified-cm",
    port=6972,
    protocol="https",
    shows=chain("unified-cm"),
    requests=ClientCertificate.REQUIRED,
    client_shows=chain("expressway-c"),
)
BY_EXPRESSWAY = INSIDE.but(**refuses(DIALLER, 48) | {"objections": EACH_OBJECTS})
BY_MANAGER = INSIDE.but(**refuses(LISTENER, 48) | {"objections": EACH_OBJECTS})
BY_NAME = INSIDE.but(dialler_trusts=(PRIVATE,), **refuses(DIALLER, 42, HOSTNAME))
REGISTRATION = (decided("unified-cm", "registration", "refused", 1, status="405"),)
PROFILE = (decided("unified-cm", "phone-profile", "refused", 1, profile="phones.example.com"),)

ROWS = (
    row(
        "trunk-takes-registrations",
        CALL_REFUSED.but(decisions=REGISTRATION),
        but("the phone was registered", "sip-refused", decisions=(decided("unified-cm", "registration", "taken", 1),)),
        but("nobody took the connection", "connect-timed-out", dial=DialFailure.TIMED_OUT),
    ),
    row(
        "phone-profile-not-in-certificate",
        CALL_REFUSED.but(decisions=PROFILE),
        but("its name was found", "sip-refused", decisions=(decided("unified-cm", "phone-profile", "matched", 1),)),
        but("nobody took the connection", "connect-timed-out", dial=DialFailure.TIMED_OUT),
    ),
    row(
        "tomcat-certificate-untrusted",
        BY_EXPRESSWAY,
        but("Unified CM refused", "expressway-c-unknown-to-tomcat", alert=(LISTENER, 48)),
        but("it is SIP", "unknown-root", protocol="sip"),
        but("another box dialled", "unknown-root", dialler="expressway-e"),
        but("another box was dialled", "unknown-root", listener="b2b-peer"),
        but("the date is refused", "certificate-expired", **says(DIALLER, EXPIRED)),
    ),
    row(
        "unified-cm-by-other-name",
        BY_NAME,
        but("it is SIP", "server-name-mismatch", protocol="sip"),
        but("the date is refused", "certificate-expired", **says(DIALLER, EXPIRED)),
    ),
    row(
        "expressway-c-unknown-to-tomcat",
        BY_MANAGER,
        but("Expressway-C refused", "tomcat-certificate-untrusted", alert=(DIALLER, 48)),
        but("it is SIP", "unknown-root", protocol="sip"),
        but("the date is refused", "certificate-expired", **says(LISTENER, EXPIRED)),
    ),
)
