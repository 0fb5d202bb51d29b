"""OpenSSL's verify errors by number, and the alert that each verifier sends for it.

The numbers are X509_V_ERR_*; the texts are OpenSSL's, since they are what people search for. Alerts are
measured: domain.md 5.1 for OpenSSL, 5.3 for JSSE.
"""

from __future__ import annotations

from harness.tls.profile import Dialect

HOSTNAME_MISMATCH = 62
INVALID_PURPOSE = 26
NOT_YET_VALID = 9
EXPIRED = 10
NO_CRL = 3
REVOKED = 23
OCSP_VERIFY_FAILED = 74
OCSP_UNKNOWN_CERTIFICATE = 75

TEXTS = {
    2: "unable to get issuer certificate",
    3: "unable to get certificate CRL",
    7: "certificate signature failure",
    8: "CRL signature failure",
    9: "certificate is not yet valid",
    10: "certificate has expired",
    11: "CRL is not yet valid",
    12: "CRL has expired",
    18: "self-signed certificate",
    19: "self-signed certificate in certificate chain",
    20: "unable to get local issuer certificate",
    21: "unable to verify the first certificate",
    22: "certificate chain too long",
    23: "certificate revoked",
    24: "issuer certificate doesn't have a public key",
    25: "path length constraint exceeded",
    26: "unsuitable certificate purpose",
    27: "certificate not trusted",
    28: "certificate rejected",
    32: "key usage does not include certificate signing",
    33: "unable to get CRL issuer certificate",
    34: "unhandled critical extension",
    35: "key usage does not include CRL signing",
    47: "permitted subtree violation",
    48: "excluded subtree violation",
    62: "hostname mismatch",
    66: "EE certificate key too weak",
    67: "CA certificate key too weak",
    68: "CA signature digest algorithm too weak",
    74: "OCSP verification failed",
    75: "OCSP unknown cert",
    79: "invalid CA certificate",
    85: "missing authority key identifier",
}


def text_of(code: int) -> str:
    """Return OpenSSL's words for a verify error."""
    return TEXTS.get(code, f"certificate verify error {code}")


BAD_CERTIFICATE, CERTIFICATE_EXPIRED, CERTIFICATE_UNKNOWN = 42, 45, 46
# Measured, OpenSSL 4.0.3, both roles and versions: what it sends for each objection about revocation. Codes that are
# not here get 46, its answer to all that has no alert of its own.
_REVOCATION_ALERTS = {NO_CRL: 48, 8: 51, 11: 42, 12: 45, REVOKED: 44, 33: 48}
# Measured: OpenJDK 17. It names a date in this one role and version only, and a revocation in this role alone.
_JSSE_CLIENT = {REVOKED: 44}
_JSSE_TLS_1_2_CLIENT = {NOT_YET_VALID: BAD_CERTIFICATE, EXPIRED: CERTIFICATE_EXPIRED}


def chosen_alert(dialect: Dialect, code: int, version: str, *, listens: bool) -> int | None:
    """Return the alert number with which `dialect` refuses for verify error `code`; None: OpenSSL's own.

    `version` is OpenSSL's name, "TLSv1.2". A JSSE peer says 46 to nearly everything.
    """
    if dialect is Dialect.OPENSSL:
        return BAD_CERTIFICATE if code == HOSTNAME_MISMATCH else None
    if listens:
        return CERTIFICATE_UNKNOWN
    named = _JSSE_CLIENT if version == "TLSv1.3" else _JSSE_CLIENT | _JSSE_TLS_1_2_CLIENT
    return named.get(code, CERTIFICATE_UNKNOWN)


def revocation_alert(code: int) -> int:
    """Return the alert number with which OpenSSL refuses for an objection about revocation."""
    return _REVOCATION_ALERTS.get(code, CERTIFICATE_UNKNOWN)
