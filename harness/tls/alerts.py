"""The TLS alerts by number and by name."""

from __future__ import annotations

WARNING = 1
FATAL = 2

# RFC 8446 section 6.2, the alerts that earlier versions had (RFC 5246 section 7.2, RFC 4346, SSL 3.0), and
# inappropriate_fallback of RFC 7507.
_NAMES = {
    0: "close_notify",
    10: "unexpected_message",
    20: "bad_record_mac",
    21: "decryption_failed",
    22: "record_overflow",
    30: "decompression_failure",
    40: "handshake_failure",
    41: "no_certificate",
    42: "bad_certificate",
    43: "unsupported_certificate",
    44: "certificate_revoked",
    45: "certificate_expired",
    46: "certificate_unknown",
    47: "illegal_parameter",
    48: "unknown_ca",
    49: "access_denied",
    50: "decode_error",
    51: "decrypt_error",
    60: "export_restriction",
    70: "protocol_version",
    71: "insufficient_security",
    80: "internal_error",
    86: "inappropriate_fallback",
    90: "user_canceled",
    100: "no_renegotiation",
    109: "missing_extension",
    110: "unsupported_extension",
    111: "certificate_unobtainable",
    112: "unrecognized_name",
    113: "bad_certificate_status_response",
    114: "bad_certificate_hash_value",
    115: "unknown_psk_identity",
    116: "certificate_required",
    120: "no_application_protocol",
}
_NUMBERS = {name: number for number, name in _NAMES.items()}


def alert_name(number: int) -> str:
    """Return the name of an alert as RFC 8446 section 6.2 spells it, `alert_99` for a number without one."""
    return _NAMES.get(number, f"alert_{number}")


def alert_number(name: str) -> int:
    """Return the number of the alert with that name (RFC 8446 section 6.2); KeyError where there is none."""
    return _NUMBERS[name]


def alert_names() -> tuple[str, ...]:
    """Return every alert name, in the order of the numbers."""
    return tuple(_NUMBERS)


# Measured with `openssl errstr`, OpenSSL 3.0: what began in SSL 3.0 kept its prefix, the extensions of RFC 6066 have no
# "alert" in it. Measured here too: OpenSSL 4.0 has the same numbers.
_SINCE_SSL_3 = {10, 20, 30, 40, 41, 42, 43, 44, 45, 46, 47}
_SINCE_TLS_1_3 = {109, 116}
_EXTENSION_ALERTS = {110, 111, 112, 113, 114}
_REASON_BASE = 1000


def alert_in_openssl_words(number: int) -> str:
    """Return what OpenSSL logs at the end that *receives* an alert, such as `sslv3 alert certificate unknown`."""
    words = alert_name(number).replace("_", " ").replace("canceled", "cancelled")
    if number in _EXTENSION_ALERTS:
        return f"tlsv1 {words}"
    prefix = "sslv3" if number in _SINCE_SSL_3 else "tlsv13" if number in _SINCE_TLS_1_3 else "tlsv1"
    return f"{prefix} alert {words}"


def openssl_reason_digits(number: int) -> str:
    """Return the last three hex digits of OpenSSL's error for an alert that was received: 416 for 46 (domain.md 5.2).

    Reasons below 3e8, such as 086, are objections of one's own and no alerts.
    """
    return f"{_REASON_BASE + number:03x}"
