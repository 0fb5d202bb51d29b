"""The life of a certificate: `harness.diagnosis.causes.revocation`."""

from __future__ import annotations

from typing import Any

from meeting import BOTH, LISTENER, SILENT, chain, decided

from nearly.certificates import FAR_AWAY, says
from nearly.row import NearMiss, but, row
from nearly.stories import CLIENT_REFUSED, STOOD

REVOKED_ALERT, BAD_SIGNATURE = 44, 7
NO_CRL, CRL_SIGNATURE, CRL_NOT_YET_VALID, CRL_EXPIRED, REVOKED = 3, 8, 11, 12, 23
NO_CRL_ISSUER, NO_CRL_SIGN, OCSP_FAILED, OCSP_UNKNOWN = 33, 35, 74, 75
REFUSED = CLIENT_REFUSED.but(client_shows=chain("b2b-peer"))


def asking(outcome: str, actor: str = "expressway-e", topic: str = "revocation", **facts: str) -> dict[str, Any]:
    told = {"source": "crl http://ca.example/r.crl", "text": "crl", **facts}
    return {"decisions": (decided(actor, topic, outcome, 1, **told),)}


IN_VAIN = REFUSED.but(
    dialler="expressway-e",
    listener="b2b-peer",
    alert=None,
    objections=(),
    ends=("timed-out", "peer-closed"),
    **asking("asking"),
)


def _by_code(cause: str, code: int) -> NearMiss:
    return row(
        cause,
        REFUSED.but(**says(LISTENER, code)),
        but("the signature is refused", "broken-chain", **says(LISTENER, BAD_SIGNATURE)),
        but("no objection is on record", "unexplained", objections=()),
        but("the handshake stood", "sip-unanswered", ends=STOOD),
    )


ROWS = (
    row(
        "revocation-check-too-slow",
        IN_VAIN,
        but("the source had answered", "handshake-timeout", **asking("not-established")),
        but("it asked something else", "handshake-timeout", **asking("asking", topic="ownership-of-it")),
        but("the other end had asked", "handshake-timeout", **asking("asking", actor="b2b-peer")),
        but("it did not run out of time", "unexplained", ends=("internal", "peer-closed")),
        but("nobody said how it ended", "unexplained", ends=(SILENT, SILENT)),
        but("nobody asked", "handshake-timeout", decisions=()),
    ),
    _by_code("certificate-revoked", REVOKED),
    row(
        "certificate-revoked",
        FAR_AWAY.but(alert=(LISTENER, REVOKED_ALERT)),
        but("the alert does not say so", "certificate-refused", alert=(LISTENER, 46)),
        but("the far end was seen, and objected to nothing", "unexplained", seen=BOTH),
    ),
    _by_code("crl-expired", CRL_EXPIRED),
    *(_by_code("crl-unusable", code) for code in (CRL_SIGNATURE, CRL_NOT_YET_VALID, NO_CRL_ISSUER, NO_CRL_SIGN)),
    row(
        "crl-unusable",
        REFUSED.but(**says(LISTENER, NO_CRL), **asking("not-established", useless="yes")),
        but("no list came", "revocation-source-unreachable", **asking("not-established", useless="")),
        but("it was taken all the same", "revocation-source-unreachable", **asking("taken", useless="yes")),
        but("the signature is refused", "broken-chain", **says(LISTENER, BAD_SIGNATURE)),
    ),
    *(_by_code("ocsp-response-unusable", code) for code in (OCSP_FAILED, OCSP_UNKNOWN)),
    _by_code("revocation-source-unreachable", NO_CRL),
)
