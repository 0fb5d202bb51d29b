"""TLS alerts in all the ways in which people and programs write them."""

from __future__ import annotations

from harness.diagnosis.explain.alert_meanings import ALERTS
from harness.diagnosis.explain.row import Blame, Kind, MessageRow
from harness.tls.alerts import alert_in_openssl_words, alert_name, openssl_reason_digits

# What other stacks call an alert that they received: Go, after "remote error: tls:".
_GO = {
    40: "handshake failure", 42: "bad certificate", 43: "unsupported certificate", 44: "revoked certificate",
    45: "expired certificate", 46: "unknown certificate", 48: "unknown certificate authority",
    51: "error decrypting message", 70: "protocol version not supported", 116: "certificate required",
}  # fmt: skip

# NSS, between SSL_ERROR_ and _ALERT.
_NSS = {
    40: "HANDSHAKE_FAILURE", 42: "BAD_CERT", 43: "UNSUPPORTED_CERT", 44: "REVOKED_CERT", 45: "EXPIRED_CERT",
    46: "CERTIFICATE_UNKNOWN", 48: "UNKNOWN_CA", 49: "ACCESS_DENIED", 51: "DECRYPT_ERROR", 70: "PROTOCOL_VERSION",
    80: "INTERNAL_ERROR", 112: "UNRECOGNIZED_NAME", 116: "RX_CERTIFICATE_REQUIRED",
}  # fmt: skip

HEARD = (
    r"(?:sslv3|tlsv13?|ssl/tls)[ _]|received (?:fatal )?alert|remote error: tls|ssl alert number|error:(?:14|0a0)|"
    r"alert was received from|alert read:|ssl_error_\w+_alert"
)
"""Marks of an alert that whoever wrote the line had received."""


def _words(text: str) -> str:
    """Return a pattern for words that stand apart, are joined by underscores, or run together."""
    return "[ _]?".join(text.replace("_", " ").split())


def _pattern(number: int) -> str:
    name = _words(alert_name(number))
    code = openssl_reason_digits(number)
    openssl = _words(alert_in_openssl_words(number).partition(" ")[2].removeprefix("alert "))
    apart = r"\b(?![ _](?:authority|status|hash))"
    spellings = (
        rf"(?:sslv3|tlsv13?|ssl/tls)[ _](?:alert[ _])?{openssl}{apart}",
        rf"(?:\b14[0-9a-f]{{3}}|\b0a000|…|\.\.\.){code}\b",
        rf"\balert:? (?:number |code )?[\[(]?{number}\b",
        rf"fatal (?:alert|error) code is {number}\b",
        rf"alert (?:read|write):[a-z]{{5,7}}:{name}{apart}",
        rf"tls_alert,\{{{name}\b",
        *([rf"SSL_ERROR_{_NSS[number]}_ALERT\b"] if number in _NSS else []),
        rf"\balert:? {name}{apart}",
        rf"(?:description|remote error: tls): (?:{name}|{_words(_GO.get(number, alert_name(number)))}){apart}",
        rf"^\s*(?:tls )?(?:{number}[ :,]*)?{name}(?: \({number}\))?\s*$",
        rf"^\s*(?:{number}|0x{number:02x})\s*$",
    )
    return "|".join(spellings)


def _needs(number: int) -> tuple[str, ...]:
    """Return a word of each name that the alert has, and its numbers."""
    names = (alert_name(number), _GO.get(number, alert_name(number)))
    nss = [_NSS[number].lower()] if number in _NSS else []
    telling = (max(name.replace("_", " ").replace("certificate", "").split(), key=len) for name in names)
    return (*dict.fromkeys(telling), *nss, str(number), f"0x{number:02x}", openssl_reason_digits(number))


ALERT_ROWS = tuple(
    MessageRow(
        key=f"alert-{alert.number}",
        kind=Kind.ALERT,
        pattern=_pattern(alert.number),
        example=alert_in_openssl_words(alert.number),
        meaning=f"TLS alert {alert.number} {alert_name(alert.number)}. {alert.meaning}",
        blame=Blame.OPEN,
        stages=alert.stages,
        guesses=alert.guesses,
        source=alert.source,
        needs=_needs(alert.number),
    )
    for alert in ALERTS
)
"""A row for each alert that has a meaning here."""
