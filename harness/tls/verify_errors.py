"""OpenSSL's verify errors by number, and the alert that OpenSSL sends for those about revocation.

The numbers are X509_V_ERR_*; the texts are OpenSSL's, since they are what people search for. What others send for them
is in `harness.tls.dialects`.
"""

from __future__ import annotations

HOSTNAME_MISMATCH = 62
INVALID_PURPOSE = 26
NOT_YET_VALID = 9
EXPIRED = 10
NO_CRL = 3
CRL_NOT_YET_VALID = 11
CRL_EXPIRED = 12
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


CERTIFICATE_UNKNOWN = 46
# Measured, OpenSSL 4.0.3, both roles and versions: what it sends for each objection about revocation. Codes that are
# not here get 46, its answer to all that has no alert of its own.
_REVOCATION_ALERTS = {NO_CRL: 48, 8: 51, 11: 42, 12: 45, REVOKED: 44, 33: 48}


def revocation_alert(code: int) -> int:
    """Return the alert number with which OpenSSL refuses for an objection about revocation."""
    return _REVOCATION_ALERTS.get(code, CERTIFICATE_UNKNOWN)
