"""What lies before any certificate was judged: `harness.diagnosis.causes.connection`."""

from __future__ import annotations

from meeting import BOTH, DIALLER, LISTENER, SILENT, Hello, Meeting, chain

from harness.transcript import ClientCertificate, Closing
from nearly.row import but, row
from nearly.stories import STOOD, WITHOUT_CERTIFICATE

REQUIRED, OPTIONAL = ClientCertificate.REQUIRED, ClientCertificate.OPTIONAL
HANDSHAKE_FAILURE, PROTOCOL_VERSION, INTERNAL_ERROR, UNEXPECTED_MESSAGE = 40, 70, 80, 10
CLIENT_HELLO = (DIALLER, b"\x16\x03\x01" + bytes(40))
SIP_IN_CLEAR = (LISTENER, b"SIP/2.0 400 Bad Request\r\n\r\n")

NO_HELLO = Meeting(
    dialler="b2b-peer", hello=None, alert=(DIALLER, INTERNAL_ERROR), ends=("alert-sent", "alert-received")
)
NOT_TLS = Meeting(
    dialler="b2b-peer", in_clear=((DIALLER, b"INVITE sip:bob@example.com SIP/2.0"),), ends=(SILENT, "not-tls")
)
PLAIN_ANSWER = Meeting(dialler="b2b-peer", ends=("not-tls", SILENT))
PLAIN_PORT = Meeting(
    dialler="b2b-peer", port=5060, tls=(True, False), in_clear=(CLIENT_HELLO,), ends=("peer-closed", SILENT)
)
TOO_SLOW = Meeting(dialler="b2b-peer", ends=("peer-closed", "timed-out"), closes=((LISTENER, Closing.FIN),))
HUNG_UP_ON = Meeting(
    dialler="b2b-peer", hello=None, seen=(DIALLER,), ends=(SILENT, SILENT), closes=((LISTENER, Closing.FIN),)
)
CUT_OFF = Meeting(dialler="b2b-peer", seen=(DIALLER,), ends=("peer-reset", SILENT), reset_at=DIALLER)
VISITOR = Meeting(
    dialler="visitor",
    source="127.0.0.1",
    seen=(LISTENER,),
    ends=(SILENT, "peer-closed"),
    closes=((DIALLER, Closing.FIN),),
)
OLD_OFFER = Meeting(
    dialler="b2b-peer",
    hello=Hello(("1.1",)),
    marks=None,
    alert=(LISTENER, PROTOCOL_VERSION),
    ends=("alert-received", "alert-sent"),
)
RSA_ONLY = OLD_OFFER.but(hello=Hello(keys=("rsa",)), alert=(LISTENER, HANDSHAKE_FAILURE))
PHONE = WITHOUT_CERTIFICATE.but(dialler="jabber", port=5061)
TO_CLOUD = WITHOUT_CERTIFICATE.but(dialler="expressway-e", listener="webex-cloud", shows=chain("webex-cloud-dual"))
SHOWN = chain("b2b-peer")

ROWS = (
    row(
        "no-client-hello",
        NO_HELLO,
        but("a ClientHello was sent", "unexplained", hello=Hello()),
        but("the listener sent the alert", "unexplained", alert=(LISTENER, INTERNAL_ERROR)),
        but("no alert was sent", "unexplained", alert=None),
        but("the handshake stood", "sip-unanswered", ends=STOOD),
        but("it was no more than a warning", "unexplained", level=1),
    ),
    row(
        "plaintext-on-tls-port",
        NOT_TLS,
        but("the dialler got what is no TLS", "tls-on-plaintext-port", ends=("not-tls", SILENT)),
        but("the listener gave up", "handshake-timeout", ends=(SILENT, "timed-out")),
        but("the dialler said what it has against it", "unexplained", alert=(DIALLER, UNEXPECTED_MESSAGE)),
    ),
    row(
        "tls-on-plaintext-port",
        PLAIN_ANSWER,
        but("the listener got what is no TLS", "plaintext-on-tls-port", ends=(SILENT, "not-tls")),
        but("the dialler gave up", "handshake-timeout", ends=("timed-out", SILENT)),
    ),
    row(
        "tls-on-plaintext-port",
        PLAIN_PORT,
        but("the port speaks TLS", "unexplained", tls=(True, True)),
        but("the listener got no byte", "swallowed-by-inspection", swallows=True),
        but("the listener's side was not seen", "cut-in-handshake", seen=(DIALLER,)),
    ),
    row(
        "tls-on-plaintext-port",
        PLAIN_PORT.but(seen=(LISTENER,)),
        but("what came is no TLS", "sip-unanswered", in_clear=((DIALLER, b"INVITE sip:bob@example.com SIP/2.0"),)),
        but("TLS came after something else", "sip-unanswered", in_clear=((DIALLER, b"STARTTLS"), CLIENT_HELLO)),
        but("the port speaks TLS", "unexplained", tls=(True, True)),
        but("the call came through", "none", completed=True),
    ),
    row(
        "handshake-timeout",
        TOO_SLOW,
        but("the listener ended it for another reason", "unexplained", ends=("peer-closed", "internal")),
    ),
    row(
        "handshake-timeout",
        HUNG_UP_ON,
        but("the dialler had said something", "unexplained", hello=Hello()),
        but("the dialler closed itself", "unexplained", closes=((DIALLER, Closing.FIN),)),
        but("both sides were seen", "unexplained", seen=BOTH),
    ),
    row(
        "reset-by-middlebox",
        Meeting(dialler="b2b-peer", reset_at=DIALLER),
        but("the listener sent that reset", "sip-unanswered", closes=((LISTENER, Closing.RST),)),
        but("no reset came", "sip-unanswered", reset_at=""),
    ),
    row(
        "client-left-in-handshake",
        VISITOR,
        but("it came from another machine", "cut-in-handshake", source="192.0.2.7"),
        but("it told the reason by an alert", "handshake-broken-off", alert=(DIALLER, INTERNAL_ERROR)),
        but("it was too slow", "handshake-timeout", ends=(SILENT, "timed-out")),
        but("its own side was seen too", "unexplained", seen=BOTH),
    ),
    row(
        "client-left-in-handshake",
        VISITOR.but(source="::1"),
        but("it came from another machine", "cut-in-handshake", source="2001:db8::1"),
    ),
    row(
        "cut-in-handshake",
        CUT_OFF,
        but("the other side was seen", "reset-by-middlebox", seen=BOTH),
        but("an alert came before", "handshake-broken-off", alert=(LISTENER, INTERNAL_ERROR)),
        but("the dialler gave up", "silent-in-handshake", ends=("timed-out", SILENT)),
        but("the handshake stood", "closed-after-handshake", ends=STOOD),
    ),
    row(
        "no-common-version",
        OLD_OFFER,
        but("the alert is another", "no-common-cipher", alert=(LISTENER, HANDSHAKE_FAILURE)),
    ),
    row(
        "no-common-cipher",
        RSA_ONLY,
        but("the alert is about versions", "only-old-versions", alert=(LISTENER, PROTOCOL_VERSION)),
        but("the dialler broke off", "unexplained", alert=(DIALLER, HANDSHAKE_FAILURE)),
    ),
    row(
        "no-common-cipher",
        RSA_ONLY.but(shows=None, marks=b""),
        but("a certificate was shown before", "unexplained", shows=chain("expressway-e")),
    ),
    row(
        "mra-translated-to-mutual-port",
        PHONE.but(reached=5062),
        but("nothing led it elsewhere", "mra-on-mutual-port", reached=0),
        but("a partner dials", "another-service-answers", dialler="b2b-peer"),
        but("a certificate is shown", "unexplained", client_shows=SHOWN),
    ),
    row(
        "mra-on-mutual-port",
        PHONE,
        but("a partner dials", "mutual-tls-on-default-zone", dialler="b2b-peer"),
        but("a certificate is shown", "unexplained", client_shows=SHOWN),
    ),
    row(
        "cloud-demands-certificate",
        TO_CLOUD,
        but("a partner demands it", "no-client-certificate", listener="b2b-peer"),
        but("a certificate is shown", "unexplained", client_shows=SHOWN),
    ),
    row(
        "mutual-tls-on-default-zone",
        WITHOUT_CERTIFICATE.but(port=5061),
        but("it is the mutual port", "no-client-certificate", port=5062),
        but("a certificate is shown", "unexplained", client_shows=SHOWN),
        but("the port has no name", "no-client-certificate", opened={}),
        but("nobody heard the box call it so", "no-client-certificate", seen=(DIALLER,)),
        but("it is no Expressway that was dialled", "another-box-answers", listener="b2b-peer"),
    ),
    *(
        row(
            "no-client-certificate",
            WITHOUT_CERTIFICATE.but(alert=(LISTENER, number)),
            but("the listener had shown none either", then, shows=None),
        )
        for number, then in ((40, "no-common-cipher"), *((number, "unexplained") for number in (42, 46, 50, 116)))
    ),
    row(
        "no-client-certificate",
        WITHOUT_CERTIFICATE,
        but("the dialler broke off", "unexplained", alert=(DIALLER, HANDSHAKE_FAILURE)),
        but("the alert does not mean that", "unexplained", alert=(LISTENER, INTERNAL_ERROR)),
        but("the port only asks", "unexplained", requests=OPTIONAL),
        but("a certificate is shown", "unexplained", client_shows=SHOWN),
        but("the listener had shown none either", "no-common-cipher", shows=None),
    ),
)
