"""Who issued a chain, what it may be used for, and when: `harness.diagnosis.causes.certificates`."""

from __future__ import annotations

from meeting import BOTH, DIALLER, LISTENER, Meeting, authority, chain, decided

from harness.transcript import ClientCertificate
from nearly.row import NearMiss, but, row
from nearly.stories import CLIENT_REFUSED, PUBLIC, SERVER_REFUSED, STOOD, UNTRUSTED, refuses

SELF_SIGNED, NO_ISSUER_OF_TRUSTED, SELF_SIGNED_IN_CHAIN = 18, 2, 19
EXPIRED, NOT_YET_VALID, PURPOSE, HOSTNAME, BAD_SIGNATURE = 10, 9, 26, 62, 7
DECODE_ERROR = 50

OWN_LIST = (decided("webex-cloud", "trust", "uploaded-list", 1),)
USUAL_LIST = (decided("webex-cloud", "trust", "default-list", 1),)
BY_CLOUD = SERVER_REFUSED.but(dialler="webex-cloud", port=5062, decisions=OWN_LIST)
"""The cloud, whose organisation uploaded a list of its own, refused Expressway-E by its root."""

BY_NAME = Meeting(
    dialler="b2b-peer",
    port=5061,
    shows=chain("expressway-e"),
    dialler_trusts=(PUBLIC,),
    dialler_wants=("sip.example.org",),
    **refuses(DIALLER, 42, HOSTNAME),
)
"""A partner trusts the chain of Expressway-E and does not find the name that it dialled."""


def says(who: str, code: int) -> dict[str, tuple[tuple[str, int], ...]]:
    """The refuser's verify error."""
    return {"objections": ((who, code),)}


ASKED_FOR = CLIENT_REFUSED.but(requests=ClientCertificate.OPTIONAL)
FAR_AWAY = SERVER_REFUSED.but(
    dialler="expressway-e",
    listener="b2b-peer",
    shows=chain("b2b-peer"),
    requests=ClientCertificate.REQUIRED,
    client_shows=chain("expressway-e"),
    seen=(DIALLER,),
    **refuses(LISTENER, 46),
)
"""Only Expressway-E is ours: the partner that it dialled refused its certificate by an alert that says little."""

VISIBLE = (
    ("certificate-expired", "expired", (40, 42, 45, 46, 49), 43),
    ("certificate-not-yet-valid", "not-yet-valid", (42,), 45),
    ("eku-no-client-auth", "server-auth-only", (43, 46), 45),
    ("weak-certificate", "rsa-1024", (71, 46), 48),
    ("weak-certificate", "sha1-signature", (71,), 48),
    ("leaf-as-issuer", "leaf-as-issuer", (48, 46), 71),
    ("path-length", "path-length-exceeded", (48,), 71),
)
"""What a certificate shows by itself: the cause, the fault, alerts that can mean it, and one that means another."""


def _visible(cause: str, fault: str, alert: int, other: int) -> NearMiss:
    return row(
        cause,
        FAR_AWAY.but(client_shows=chain("expressway-e", fault), alert=(LISTENER, alert)),
        but("the alert means something else", "certificate-refused", alert=(LISTENER, other)),
        but("the certificate has no such flaw", "certificate-refused", client_shows=chain("expressway-e")),
        but("the far end was seen, and objected to nothing", "unexplained", seen=BOTH),
        but("no alert came", "unexplained", alert=None),
    )


ROWS = (
    *(_visible(cause, fault, alert, other) for cause, fault, alerts, other in VISIBLE for alert in alerts),
    *(
        row(
            "certificate-refused",
            FAR_AWAY.but(alert=(LISTENER, alert)),
            but("the alert is not about certificates", "handshake-broken-off", alert=(LISTENER, DECODE_ERROR)),
        )
        for alert in (40, 41, 42, 43, 45, 46, 48, 49, 51, 71, 113, 114)
    ),
    row(
        "no-verified-domain",
        BY_NAME.but(dialler="webex-cloud", port=5062, decisions=OWN_LIST),
        but("the cloud goes by its usual list", "server-name-mismatch", decisions=USUAL_LIST),
        but("somebody else refuses", "server-name-mismatch", dialler="b2b-peer"),
        but("it is the chain that is refused", "uploaded-list-overrides", **says(DIALLER, UNTRUSTED)),
    ),
    row(
        "server-name-mismatch",
        BY_NAME,
        but("it is the chain that is refused", "incomplete-or-unknown-chain", **says(DIALLER, UNTRUSTED)),
        but("the handshake stood", "sip-unanswered", ends=STOOD),
    ),
    row(
        "bad-optional-certificate",
        ASKED_FOR,
        but("the port demands one", "unknown-root", requests=ClientCertificate.REQUIRED),
        but("the date is refused", "certificate-expired", **says(LISTENER, EXPIRED)),
        but("nothing was volunteered", "unexplained", client_shows=()),
    ),
    row(
        "uploaded-list-overrides",
        BY_CLOUD,
        but("the cloud goes by its usual list", "unknown-root", decisions=USUAL_LIST),
        but("the date is refused", "certificate-expired", **says(DIALLER, EXPIRED)),
        but("somebody else refuses", "unknown-root", dialler="b2b-peer"),
    ),
    row(
        "self-signed-certificate",
        SERVER_REFUSED.but(shows=chain("expressway-e", "self-signed"), **says(DIALLER, SELF_SIGNED)),
        but("a CA issued it", "unknown-root", shows=chain("expressway-e", "unknown-root")),
        but("the date is refused", "certificate-expired", **says(DIALLER, EXPIRED)),
    ),
    row(
        "missing-intermediate",
        SERVER_REFUSED.but(shows=chain("expressway-e", "missing-intermediate")),
        but("the root is unknown too", "unknown-root", dialler_trusts=()),
        but("nobody knows that intermediate", "incomplete-or-unknown-chain", authorities=()),
        but("the date is refused", "certificate-expired", **says(DIALLER, EXPIRED)),
    ),
    row(
        "only-intermediate-trusted",
        SERVER_REFUSED.but(
            shows=chain("expressway-e"),
            dialler_trusts=(authority("public-issuing"),),
            **says(DIALLER, NO_ISSUER_OF_TRUSTED),
        ),
        but("not even the intermediate is", "unknown-root", dialler_trusts=()),
        but("the date is refused", "certificate-expired", **says(DIALLER, EXPIRED)),
    ),
    row(
        "unknown-root",
        SERVER_REFUSED,
        but("the intermediate was not sent", "incomplete-or-unknown-chain", authorities=()),
        but("the date is refused", "certificate-expired", **says(DIALLER, EXPIRED)),
    ),
    row(
        "incomplete-or-unknown-chain",
        SERVER_REFUSED.but(authorities=()),
        but("no objection is on record", "unexplained", objections=()),
        but("the objection was overridden", "unexplained", overridden=True),
        but("the signature is refused", "broken-chain", **says(DIALLER, BAD_SIGNATURE)),
        but("no certificate was shown", "unexplained", shows=None),
        but("the handshake stood", "sip-unanswered", ends=STOOD),
    ),
    row(
        "incomplete-or-unknown-chain",
        SERVER_REFUSED.but(shows=(b"no certificate at all",)),
        but("no objection is on record", "unexplained", objections=()),
    ),
    row(
        "certificate-expired",
        SERVER_REFUSED.but(shows=chain("expressway-e", "expired"), **says(DIALLER, EXPIRED)),
        but("it lies in the future", "certificate-not-yet-valid", **says(DIALLER, NOT_YET_VALID)),
        but("no certificate was shown", "unexplained", shows=None),
        but("the handshake stood", "sip-unanswered", ends=STOOD),
    ),
    row(
        "certificate-not-yet-valid",
        SERVER_REFUSED.but(shows=chain("expressway-e", "not-yet-valid"), **says(DIALLER, NOT_YET_VALID)),
        but("it has run out", "certificate-expired", **says(DIALLER, EXPIRED)),
    ),
    row(
        "eku-restricted-intermediate",
        CLIENT_REFUSED.but(client_shows=chain("b2b-peer", "eku-restricted-intermediate"), **says(LISTENER, PURPOSE)),
        but("the leaf is restricted", "eku-no-client-auth", client_shows=chain("b2b-peer", "server-auth-only")),
        but("the date is refused", "certificate-expired", **says(LISTENER, EXPIRED)),
    ),
    row(
        "eku-any-only",
        CLIENT_REFUSED.but(client_shows=chain("b2b-peer", "any-eku-only"), **says(LISTENER, PURPOSE)),
        but("one usage is named", "eku-no-client-auth", client_shows=chain("b2b-peer", "server-auth-only")),
        but("the date is refused", "certificate-expired", **says(LISTENER, EXPIRED)),
    ),
    row(
        "eku-no-client-auth",
        CLIENT_REFUSED.but(client_shows=chain("b2b-peer", "server-auth-only"), **says(LISTENER, PURPOSE)),
        but("no usage is lacking", "broken-chain", client_shows=chain("b2b-peer")),
        but("the date is refused", "certificate-expired", **says(LISTENER, EXPIRED)),
    ),
    row(
        "eku-no-server-auth",
        SERVER_REFUSED.but(shows=chain("expressway-e", "client-auth-only"), **says(DIALLER, PURPOSE)),
        but("no usage is lacking", "broken-chain", shows=chain("expressway-e")),
        but("the date is refused", "certificate-expired", **says(DIALLER, EXPIRED)),
        but("no certificate was shown", "unexplained", shows=None),
    ),
    *(
        row(
            cause,
            SERVER_REFUSED.but(shows=chain("expressway-e"), **says(DIALLER, code)),
            but("a signature does not fit", "broken-chain", **says(DIALLER, BAD_SIGNATURE)),
            but("no certificate was shown", "unexplained", shows=None),
        )
        for cause, code in (
            *(("weak-certificate", code) for code in (66, 67, 68)),
            *(("critical-extension", code) for code in (34, 40)),
        )
    ),
    row(
        "key-usage",
        SERVER_REFUSED.but(shows=chain("expressway-e", "no-digital-signature"), **says(DIALLER, PURPOSE)),
        but("the key may sign", "broken-chain", shows=chain("expressway-e")),
        but("the date is refused", "certificate-expired", **says(DIALLER, EXPIRED)),
        but("no certificate was shown", "unexplained", shows=None),
    ),
    row(
        "broken-chain",
        SERVER_REFUSED.but(shows=chain("expressway-e"), **says(DIALLER, BAD_SIGNATURE)),
        but("no objection is on record", "unexplained", objections=()),
        but("no certificate was shown", "unexplained", shows=None),
        but("the handshake stood", "sip-unanswered", ends=STOOD),
    ),
    row(
        "certificate-refused",
        FAR_AWAY,
        but("the far end is ours too", "unexplained", seen=BOTH),
        but("no certificate was shown", "no-client-certificate", client_shows=()),
        but("the alert is not about certificates", "handshake-broken-off", alert=(LISTENER, DECODE_ERROR)),
        but("no alert came", "unexplained", alert=None),
    ),
)
