"""Whose alert for which fault: the dialects of those who refuse, each measured or cited.

* `openssl`: OpenSSL picks its own numbers (domain.md 5.1). Ours are those of the library that we run.
* `webex`: what the cloud was seen to send, 46 in every log of TAC 212475 (domain.md 5.3, X5). Nobody saw it refuse an
  empty certificate; a large cloud is reported to send 46 there too (domain.md 5.3).
* `java-17.0.15`: OpenJDK 17.0.15, measured (domain.md 5.3).
* `java-17.0.21`: OpenJDK 17.0.21.1 and 17.0.19 of Debian 12, and Temurin 25.0.3, all the same, measured 2026-11-30 with
  tests/interop/JssePeer.java.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from harness.tls.profile import Dialect
from harness.tls.verify_errors import CERTIFICATE_UNKNOWN, EXPIRED, HOSTNAME_MISMATCH, NOT_YET_VALID, REVOKED

_BAD_CERTIFICATE, _REVOKED, _EXPIRED = 42, 44, 45


@dataclass(frozen=True, slots=True)
class Habits:
    """The alerts of a peer that says 46 to nearly everything: where it says another, by TLS version ("1.2", "1.3").

    `to_nobody` is what it sends as a server to a client without the certificate that it demands. `as_client` are the
    verify errors that it names where it dials; as a server it names none.
    """

    to_nobody: Mapping[str, int]
    as_client: Mapping[str, Mapping[int, int]]


_DATES = {NOT_YET_VALID: _BAD_CERTIFICATE, EXPIRED: _EXPIRED}
_HABITS = {
    Dialect.WEBEX: Habits({}, {}),
    Dialect.JAVA_17_0_15: Habits(
        to_nobody={"1.2": _BAD_CERTIFICATE, "1.3": _BAD_CERTIFICATE},
        as_client={"1.2": {REVOKED: _REVOKED} | _DATES, "1.3": {REVOKED: _REVOKED}},
    ),
    Dialect.JAVA_17_0_21: Habits(
        to_nobody={"1.2": 40, "1.3": 116},
        as_client={"1.2": {REVOKED: _REVOKED} | _DATES, "1.3": {REVOKED: _REVOKED} | _DATES},
    ),
}


def chosen_alert(dialect: Dialect, code: int, version: str, *, listens: bool) -> int | None:
    """Return the alert number with which `dialect` refuses for verify error `code`; None: OpenSSL's own.

    `version` is the TLS version that was negotiated, "1.2".
    """
    if dialect is Dialect.OPENSSL:
        return _BAD_CERTIFICATE if code == HOSTNAME_MISMATCH else None
    named = {} if listens else _HABITS[dialect].as_client.get(version, {})
    return named.get(code, CERTIFICATE_UNKNOWN)


def alert_to_nobody(dialect: Dialect, version: str) -> int:
    """Return the alert of a server that demands a certificate and got an empty one; KeyError for OpenSSL's own."""
    return _HABITS[dialect].to_nobody.get(version, CERTIFICATE_UNKNOWN)
