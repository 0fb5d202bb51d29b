"""OpenSSL's verify errors, by number, name and text: always an objection of whoever wrote the line."""

from __future__ import annotations

import re

from harness.diagnosis.explain.row import LATE, WRONG_CLIENT_USE, Blame, Guess, Kind, MessageRow, client, either, server
from harness.tls.verify_errors import TEXTS

# OpenSSL's own names, without X509_V_ERR_ (openssl/x509_vfy.h).
_NAMES = {
    2: "UNABLE_TO_GET_ISSUER_CERT", 3: "UNABLE_TO_GET_CRL", 7: "CERT_SIGNATURE_FAILURE", 8: "CRL_SIGNATURE_FAILURE",
    9: "CERT_NOT_YET_VALID", 10: "CERT_HAS_EXPIRED", 11: "CRL_NOT_YET_VALID", 12: "CRL_HAS_EXPIRED",
    18: "DEPTH_ZERO_SELF_SIGNED_CERT", 19: "SELF_SIGNED_CERT_IN_CHAIN", 20: "UNABLE_TO_GET_ISSUER_CERT_LOCALLY",
    21: "UNABLE_TO_VERIFY_LEAF_SIGNATURE", 22: "CERT_CHAIN_TOO_LONG", 23: "CERT_REVOKED",
    24: "NO_ISSUER_PUBLIC_KEY", 25: "PATH_LENGTH_EXCEEDED", 26: "INVALID_PURPOSE", 27: "CERT_UNTRUSTED",
    28: "CERT_REJECTED", 32: "KEYUSAGE_NO_CERTSIGN", 33: "UNABLE_TO_GET_CRL_ISSUER",
    34: "UNHANDLED_CRITICAL_EXTENSION", 35: "KEYUSAGE_NO_CRL_SIGN", 47: "PERMITTED_VIOLATION",
    48: "EXCLUDED_VIOLATION", 62: "HOSTNAME_MISMATCH", 66: "EE_KEY_TOO_SMALL", 67: "CA_KEY_TOO_SMALL",
    68: "CA_MD_TOO_WEAK", 74: "OCSP_VERIFY_FAILED", 75: "OCSP_CERT_UNKNOWN", 79: "INVALID_CA",
    85: "MISSING_AUTHORITY_KEY_IDENTIFIER",
}  # fmt: skip
# Words that other releases, Expressway's log and curl have for the same.
_OTHER_WORDS = {
    18: "depth zero self.signed cert", 19: "self.signed cert in (?:certificate )?chain",
    26: "unsupported certificate purpose", 47: "permitted subtree",
    62: "host ?name mismatch|no alternative .{0,40}matches",
    75: "ocsp unknown cert", 79: "invalid ca cert",
}  # fmt: skip

_UNTRUSTED: tuple[Guess, ...] = (
    either("missing-intermediate", "unknown-root"),
    server("bad-optional-certificate", "same-subject-ca", "tunnel-missing-intermediate", "trunk-root-unknown"),
    client("foreign-certificate", "inspected-by-proxy"),
)
_ROOT_TRAVELLED: tuple[Guess, ...] = (
    either("unknown-root"),
    server("outdated-trust-list", "expressway-c-unknown-to-tomcat", "trunk-root-unknown"),
    client("uploaded-list-overrides", "uploaded-leaf", "inspected-by-proxy"),
)
_DATES: tuple[Guess, ...] = (
    either("certificate-expired", "expired-intermediate", "expired-intermediate-in-store"),
    server("client-store-expired", "expired-root"),
)
_NAMES_WRONG: tuple[Guess, ...] = (
    client(
        "server-name-mismatch", "no-verified-domain", "mra-name-not-in-certificate", "unified-cm-by-other-name",
        "foreign-certificate",
    ),
)  # fmt: skip
_WRONG_USE: tuple[Guess, ...] = (
    server(*WRONG_CLIENT_USE),
    client("eku-no-server-auth", "eku-restricted-intermediate"),
    either("key-usage"),
)
_NO_CRL = (either("revocation-source-unreachable"),)
_CRL_BAD = (either("crl-unusable"),)
_WEAK = (either("weak-certificate"),)
_RULES = (either("broken-chain"),)
_NOT_A_CA = (either("leaf-as-issuer"),)
_NAME_RULES = (either("name-constraints"),)
_OCSP = (either("ocsp-response-unusable"),)

_ROWS: dict[int, tuple[str, tuple[Guess, ...]]] = {
    2: ("The intermediate is trusted, the root above it is not.", (either("only-intermediate-trusted"),)),
    3: ("Revocation is checked, and no list of revoked certificates could be had.", _NO_CRL),
    7: ("A signature in the chain does not hold.", (either("broken-chain", "same-subject-ca"),)),
    8: ("The list of revoked certificates is not signed by the CA.", _CRL_BAD),
    9: ("The certificate is not valid yet, or a clock is wrong.", (either("certificate-not-yet-valid"),)),
    10: ("The certificate, or one above it, has expired.", _DATES),
    11: ("The list of revoked certificates is not valid yet, or a clock is wrong.", _CRL_BAD),
    12: ("The list of revoked certificates has run out; the certificate may be in date.", (either("crl-expired"),)),
    18: (
        "The certificate is signed by itself, and not trusted.",
        (either("self-signed-certificate"), client("tomcat-certificate-untrusted")),
    ),
    19: (
        "A root travelled in the chain, and it is none that is trusted: an unknown CA, not a self-signed certificate.",
        _ROOT_TRAVELLED,
    ),
    20: ("The chain ends at a certificate whose issuer is neither sent nor trusted. No root travelled.", _UNTRUSTED),
    21: ("Only the leaf came, and its issuer is not known.", _UNTRUSTED),
    22: ("The chain has more certificates than the verifier follows.", _RULES),
    23: ("The certificate was revoked.", (either("certificate-revoked"),)),
    24: ("The issuer's certificate has no usable key.", _RULES),
    25: ("A CA issued another CA that it was not allowed to issue.", (either("path-length"),)),
    26: ("The certificate may not be used for this role.", _WRONG_USE),
    27: ("The root is marked as not trusted for this use.", (either("unknown-root"),)),
    28: ("The certificate is marked as rejected.", (either("certificate-refused"),)),
    32: ("The issuer may not sign certificates.", _NOT_A_CA),
    33: ("Who signed the list of revoked certificates is not known.", _NO_CRL),
    34: ("A critical extension is not understood.", (either("critical-extension"),)),
    35: ("The issuer may not sign lists of revoked certificates.", _CRL_BAD),
    47: ("The CA was not allowed to certify that name.", _NAME_RULES),
    48: ("The CA was forbidden to certify that name.", _NAME_RULES),
    62: ("The certificate does not carry the name that was looked for; checked inside the handshake.", _NAMES_WRONG),
    66: ("The key of the certificate is too short.", _WEAK),
    67: ("The key of a CA is too short.", _WEAK),
    68: ("A CA signed with too weak a digest.", _WEAK),
    74: ("The OCSP response cannot be verified.", _OCSP),
    75: ("The OCSP responder does not know the certificate.", _OCSP),
    79: ("A certificate that is no CA issued another one.", _NOT_A_CA),
    85: ("A certificate lacks its authority key identifier, and the verifier is strict.", _RULES),
}  # fmt: skip


def _pattern(code: int) -> str:
    text = re.escape(TEXTS[code]).replace(r"self\-signed", "self.signed").replace(r"\ ", " ")
    end = "" if code == 19 else "(?! in (?:certificate )?chain)" if code == 18 else ""
    words = f"(?:{text}|{_OTHER_WORDS[code]})" if code in _OTHER_WORDS else text
    spellings = (
        rf"\bX509_V_ERR_{_NAMES[code]}\b",
        rf"\b(?:verify (?:return code|error):?(?:num)?|verify(?:_| )result|x509_v_err)[:= ]{{1,3}}{code}\b",
        rf"\b{words}\b{end}",
        rf"^\s*{code}\s*$",
    )
    return "|".join(spellings)


def _needs(code: int) -> tuple[str, ...]:
    """Return a word of each text that the error has, and its number as it stands after a word."""
    texts = [TEXTS[code], *_OTHER_WORDS.get(code, "").split("|")]
    words = (re.findall(r"[a-z]+", text.lower()) for text in texts if text)
    telling = (max((word for word in said if word != "certificate"), key=len) for said in words)
    return (*dict.fromkeys(telling), f":{code}", f"={code}", f" {code}", "x509")


VERIFY_ROWS = tuple(
    MessageRow(
        key=f"verify-{code}",
        kind=Kind.VERIFY,
        pattern=_pattern(code),
        example=f"verify error:num={code}:{TEXTS[code]}",
        meaning=f'OpenSSL verify error {code}, "{TEXTS[code]}". {meaning}',
        blame=Blame.OWN,
        stages=LATE,
        guesses=guesses,
        source="5.1, X6" if code == 19 else "5.1",
        needs=_needs(code),
    )
    for code, (meaning, guesses) in _ROWS.items()
)
"""A row for each verify error that the harness knows."""
