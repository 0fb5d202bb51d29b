"""The stories from which the table starts; each row changes a word or two of one of them."""

from __future__ import annotations

from typing import Any

from meeting import DIALLER, FINISHED, LISTENER, SILENT, Meeting, answered, asked, authority, chain, decided

from harness.transcript import ClientCertificate

UNTRUSTED = 20
"""OpenSSL's number for a chain whose issuer is not found."""

PUBLIC, PRIVATE, STRANGER = authority("public-root"), authority("private-root"), authority("stranger-root")


def refuses(who: str, alert: int | None, objection: int | None = None, *, late: bool = False) -> dict[str, Any]:
    """One end refuses the other's certificate by an alert, in the handshake or, `late`, as TLS 1.3 does it."""
    ends = {DIALLER: "alert-received", LISTENER: "alert-received", who: "alert-sent"}
    ends |= {DIALLER: FINISHED} if late else {}
    return {
        "alert": None if alert is None else (who, alert),
        "objections": () if objection is None else ((who, objection),),
        "ends": (ends[DIALLER], ends[LISTENER]),
    }


SHAKEN = Meeting(
    shows=chain("expressway-e"),
    requests=ClientCertificate.REQUIRED,
    client_shows=chain("webex-cloud-dual"),
)
"""The cloud and Expressway-E showed each other their certificates, and nobody answered the call."""

CALL_REFUSED = SHAKEN.but(said=(asked("INVITE"), answered("404 Not Found")))
"""Expressway-E answered the cloud's call with 404."""

WITHOUT_CERTIFICATE = Meeting(
    dialler="b2b-peer",
    shows=chain("expressway-e"),
    requests=ClientCertificate.REQUIRED,
    client_shows=(),
    **refuses(LISTENER, 40),
)
"""A partner has no certificate for a port that demands one."""

CLIENT_REFUSED = Meeting(
    dialler="b2b-peer",
    shows=chain("expressway-e"),
    requests=ClientCertificate.REQUIRED,
    client_shows=chain("b2b-peer", "unknown-root"),
    listener_trusts=(PUBLIC,),
    **refuses(LISTENER, 48, UNTRUSTED),
)
"""Expressway-E refused the certificate of a partner, whose root it does not know."""

SERVER_REFUSED = Meeting(
    dialler="b2b-peer",
    port=5061,
    shows=chain("expressway-e", "unknown-root"),
    dialler_trusts=(PUBLIC,),
    **refuses(DIALLER, 48, UNTRUSTED),
)
"""A partner refused the certificate of Expressway-E, whose root it does not know."""

NAME_REFUSED = SHAKEN.but(
    listener_wants=("callservice.example.org",),
    decisions=(decided("expressway-e", "identity", "unacceptable", 1),),
)
"""Expressway-E trusts the cloud's certificate and does not find the name of its zone in it."""

STOOD = (FINISHED, FINISHED)

SILENCE = Meeting(hello=None, ends=(SILENT, SILENT))
"""TCP came about, and nobody said anything of a handshake."""
