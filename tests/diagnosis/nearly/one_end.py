"""Of the connection only the dialler's end is ours: `harness.diagnosis.causes.one_end`."""

from __future__ import annotations

from meeting import BOTH, DIALLER, LISTENER, SILENT, Hello, Meeting, chain, decided

from harness.transcript import ClientCertificate, DialFailure
from nearly.row import but, row
from nearly.stories import PUBLIC, STOOD

HANDSHAKE_FAILURE, ILLEGAL_PARAMETER, PROTOCOL_VERSION, INTERNAL_ERROR, UNRECOGNIZED_NAME = 40, 47, 70, 80, 112
UNEXPECTED_MESSAGE, UNKNOWN_CA, ACCESS_DENIED, CERTIFICATE_REQUIRED = 10, 48, 49, 116
BY_FAR_END, BY_US = ("alert-received", SILENT), ("alert-sent", SILENT)
NAMELESS = Hello(server_name="")
RSA_ONLY = Hello(keys=("rsa",))
TRIAL = (decided("probe", "trial", "shows nothing"),)
ALONE = Meeting(dialler="probe", seen=(DIALLER,), port=5061, marks=None, network="probe", decisions=TRIAL)

WRONG_NAME = ALONE.but(alert=(LISTENER, UNRECOGNIZED_NAME), ends=BY_FAR_END)
NO_NAME = WRONG_NAME.but(alert=(LISTENER, HANDSHAKE_FAILURE), hello=NAMELESS)
BROKEN_OFF = WRONG_NAME.but(alert=(LISTENER, INTERNAL_ERROR))
MARKED = ALONE.but(marks=b"DOWNGRD\x01", alert=(DIALLER, ILLEGAL_PARAMETER), ends=BY_US)
TIMED_OUT = ALONE.but(ends=("timed-out", SILENT))
ANSWERED = ALONE.but(marks=b"")
LARGE, SMALL = Hello(padding=1200), Hello()
STALLS = TIMED_OUT.but(hello=LARGE, others=(TIMED_OUT.but(hello=LARGE), TIMED_OUT.but(hello=LARGE), ANSWERED, ANSWERED))
LARGER = Hello(padding=1300)
NO_HELLOS = (ANSWERED.but(in_clear=((LISTENER, b"\x15"),)),) * 2
NO_ANSWER = ALONE.but(dial=DialFailure.REFUSED)
VISITOR = Meeting(
    dialler="visitor",
    seen=(LISTENER,),
    shows=chain("expressway-e"),
    requests=ClientCertificate.REQUIRED,
    client_shows=(),
    alert=(DIALLER, INTERNAL_ERROR),
    ends=(SILENT, "alert-received"),
)
OLD_PORT = ALONE.but(alert=(LISTENER, PROTOCOL_VERSION), ends=BY_FAR_END)
TOO_OLD_FOR_US = ALONE.but(alert=(DIALLER, PROTOCOL_VERSION), ends=BY_US, marks=b"")
BROKEN = ALONE.but(
    shows=chain("expressway-e", "unknown-root"),
    dialler_trusts=(PUBLIC,),
    alert=(DIALLER, UNEXPECTED_MESSAGE),
    ends=BY_US,
    marks=b"",
)
"""The dialler broke off at what it got."""

ROWS = (
    row(
        "server-name-refused",
        WRONG_NAME,
        but("the alert is another", "handshake-broken-off", alert=(LISTENER, INTERNAL_ERROR)),
        but("the dialler sent it", "broken-tls", alert=(DIALLER, UNRECOGNIZED_NAME)),
        but("both sides were seen", "unexplained", seen=BOTH),
        but("the handshake stood", "unexplained", ends=STOOD),
    ),
    *(
        row(
            "refused-without-server-name",
            NO_NAME.but(alert=(LISTENER, number)),
            but("a name was sent", then, hello=Hello()),
            but("the dialler broke off", "broken-tls", alert=(DIALLER, number)),
            but("both sides were seen", seen_by_both, seen=BOTH),
            but("a ServerHello came before", then, marks=b""),
            but("the alert is about versions", "only-old-versions", alert=(LISTENER, PROTOCOL_VERSION)),
        )
        for number, then, seen_by_both in (
            (HANDSHAKE_FAILURE, "handshake-broken-off", "no-common-cipher"),
            (ACCESS_DENIED, "handshake-broken-off", "unexplained"),
            (INTERNAL_ERROR, "handshake-broken-off", "unexplained"),
        )
    ),
    row(
        "handshake-broken-off",
        BROKEN_OFF,
        but("no alert came", "unexplained", alert=None),
        but("the far end was seen too", "unexplained", seen=BOTH),
        but("it is about versions", "only-old-versions", alert=(LISTENER, PROTOCOL_VERSION)),
        but("the dialler broke off", "broken-tls", alert=(DIALLER, INTERNAL_ERROR)),
        but("no ClientHello was sent", "unexplained", hello=None),
    ),
    row(
        "handshake-broken-off",
        BROKEN_OFF.but(alert=(LISTENER, HANDSHAKE_FAILURE)),
        but("one kind of key alone was offered", "no-common-cipher", hello=RSA_ONLY),
        but("the other kind alone was offered", "no-common-cipher", hello=Hello(keys=("ecdsa",))),
    ),
    row(
        "handshake-broken-off",
        BROKEN_OFF.but(
            marks=b"",
            shows=chain("expressway-e"),
            requests=ClientCertificate.REQUIRED,
            client_shows=chain("b2b-peer"),
        ),
        but("the dialler had no certificate", "unexplained", client_shows=()),
        but("the alert is about certificates", "certificate-refused", alert=(LISTENER, UNKNOWN_CA)),
        but("the alert asks for a certificate", "unexplained", alert=(LISTENER, CERTIFICATE_REQUIRED)),
    ),
    row(
        "handshake-broken-off",
        BROKEN_OFF.but(alert=(LISTENER, UNKNOWN_CA)),
        but("no alert came", "unexplained", alert=None),
    ),
    row(
        "handshake-broken-off",
        BROKEN_OFF.but(in_clear=()),
        but("no alert came", "unexplained", alert=None),
    ),
    row(
        "handshake-broken-off",
        VISITOR,
        but("no alert came", "unexplained", alert=None),
        but("the visitor refused a certificate", "certificate-refused", alert=(DIALLER, UNKNOWN_CA)),
    ),
    row(
        "handshake-broken-off",
        VISITOR.but(shows=None, alert=(DIALLER, HANDSHAKE_FAILURE), hello=RSA_ONLY),
        but("no alert came", "unexplained", alert=None),
    ),
    row(
        "handshake-broken-off",
        MARKED,
        but("no ServerHello came", "broken-tls", marks=None),
        but("the handshake stood before", "sip-unanswered", ends=STOOD),
        but("the answer has no mark", "broken-tls", marks=b""),
        but("the alert is another", "broken-tls", alert=(DIALLER, UNEXPECTED_MESSAGE)),
        but("both sides were seen", "unexplained", seen=BOTH),
    ),
    row(
        "handshake-broken-off",
        MARKED.but(marks=b"DOWNGRD\x00"),
        but("the answer has no mark", "broken-tls", marks=b""),
    ),
    row(
        "unreliable-port",
        TIMED_OUT.but(others=(TIMED_OUT, ANSWERED)),
        but("nobody was ever answered", "silent-in-handshake", others=(TIMED_OUT, TIMED_OUT)),
        but("whoever came before was answered", "silent-in-handshake", others=(ANSWERED, ANSWERED)),
        but("something came back here too", "silent-in-handshake", marks=b""),
        but("both sides were seen", "handshake-timeout", seen=BOTH),
        but("it ended for a reason of the dialler's own", "unexplained", ends=("internal", SILENT)),
        but("it was of another port", "silent-in-handshake", others=(TIMED_OUT, ANSWERED.but(port=5062))),
        but("another ClientHello was answered", "silent-in-handshake",
            others=(TIMED_OUT, ANSWERED.but(hello=Hello(padding=9)))),
    ),
    row(
        "unreliable-port",
        TIMED_OUT.but(hello=None, decisions=(), others=(NO_ANSWER, ANSWERED)),
        but("both sides were seen", "handshake-timeout", seen=BOTH),
    ),
    row(
        "unreliable-port",
        NO_ANSWER.but(others=(NO_ANSWER, ANSWERED)),
        but("it was no trial of this port", "port-not-listening", decisions=()),
        but("nobody was ever answered", "port-not-listening", others=(NO_ANSWER, NO_ANSWER)),
    ),
    row(
        "large-hello-stalls",
        STALLS,
        but("the small one was answered after a small one was not", "unreliable-port",
            others=(TIMED_OUT, *STALLS.others)),
        but("a small one stalled too", "silent-in-handshake", others=(*STALLS.others, TIMED_OUT)),
        but("a large one was answered once", "unreliable-port", others=(*STALLS.others, ANSWERED.but(hello=LARGE))),
        but("a small one was tried once alone", "silent-in-handshake", others=STALLS.others[:-1]),
        but("a large one was tried this once", "silent-in-handshake", others=STALLS.others[2:]),
        but("this one was answered", "silent-in-handshake", marks=b""),
    ),
    row(
        "large-hello-stalls",
        STALLS.but(
            others=(
                *STALLS.others,
                TIMED_OUT.but(port=5062),
                TIMED_OUT.but(hello=None),
                TIMED_OUT.but(hello=LARGER),
            )
        ),
        but("the small ones were answered at another port", "silent-in-handshake",
            others=(*STALLS.others[:1], ANSWERED.but(port=5062), ANSWERED.but(port=5062))),
        but("what was answered was no ClientHello", "silent-in-handshake",
            others=(*STALLS.others[:1], *NO_HELLOS)),
    ),
    row(
        "silent-in-handshake",
        TIMED_OUT,
        but("both sides were seen", "handshake-timeout", seen=BOTH),
        but("it was cut off", "cut-in-handshake", ends=("peer-reset", SILENT)),
    ),
    row(
        "only-old-versions",
        OLD_PORT,
        but("the alert is another", "handshake-broken-off", alert=(LISTENER, INTERNAL_ERROR)),
        but("1.3 alone was offered", "no-common-version", hello=Hello(("1.3",))),
        but("1.2 alone was offered", "no-common-version", hello=Hello(("1.2",))),
        but("older ones were offered too, and refused", "no-common-version",
            others=(OLD_PORT.but(hello=Hello(("1.1",))),)),
        but("older ones were refused, and an alert alone came once", "no-common-version",
            others=(OLD_PORT.but(hello=Hello(("1.1", "1.0"))), OLD_PORT.but(hello=None), OLD_PORT.but(in_clear=()))),
    ),
    *(
        row(
            "only-old-versions",
            OLD_PORT.but(others=(other,)),
            but("1.3 alone was offered", "no-common-version", hello=Hello(("1.3",))),
        )
        for other in (
            ANSWERED.but(hello=Hello(("1.1",))),
            OLD_PORT.but(hello=Hello(("1.1",)), port=5062),
            OLD_PORT.but(hello=Hello(("1.2",))),
        )
    ),
    row(
        "only-old-versions",
        TOO_OLD_FOR_US.but(hello=Hello(("1.2",))),
        but("the alert is another", "broken-tls", alert=(DIALLER, UNEXPECTED_MESSAGE)),
        but("both sides were seen", "no-common-version", seen=BOTH),
    ),
    row(
        "broken-tls",
        BROKEN,
        but("no alert was sent", "unexplained", alert=None),
        but("it is the certificate that is refused", "unknown-root", objections=((DIALLER, 20),)),
        but("no ClientHello was sent", "no-client-hello", hello=None),
        but("both sides were seen", "unexplained", seen=BOTH),
        but("the far end broke off", "handshake-broken-off", alert=(LISTENER, UNEXPECTED_MESSAGE)),
    ),
)  # fmt: skip
