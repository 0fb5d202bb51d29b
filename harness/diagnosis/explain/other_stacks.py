"""Words of stacks other than OpenSSL and Java, and of a program that cannot use its own certificate (domain.md 5.3).

The words of Go, rustls, NSS, Schannel, .NET, mbedTLS, wolfSSL, Erlang and Node are those of their sources and manuals.
"""

from __future__ import annotations

from harness.diagnosis.explain.row import (
    IN_HANDSHAKE,
    LATE,
    WRONG_CLIENT_USE,
    Blame,
    Guess,
    Kind,
    MessageRow,
    client,
    either,
    server,
)

_SOURCE = "5.3"
_UNTRUSTED = (
    either("missing-intermediate", "unknown-root", "self-signed-certificate"),
    server("bad-optional-certificate", "same-subject-ca"),
    client("foreign-certificate", "inspected-by-proxy"),
)
_WRONG_NAME = (client("server-name-mismatch", "mra-name-not-in-certificate", "foreign-certificate"),)
_EXPIRED = (
    either("certificate-expired", "expired-intermediate", "expired-intermediate-in-store", "expired-root"),
    server("client-store-expired"),
)
_WRONG_USE = (
    server(*WRONG_CLIENT_USE),
    client("eku-no-server-auth", "eku-restricted-intermediate"),
    either("key-usage"),
)
_REVOKED = (either("certificate-revoked"),)
_LEFT = (either("closed-after-handshake", "cut-in-handshake", "reset-by-middlebox"),)


def _objection(key: str, pattern: str, example: str, meaning: str, *guesses: Guess) -> MessageRow:
    """Return a row for what a program minds in the certificate of its peer."""
    return MessageRow(key, Kind.OTHER_STACKS, pattern, example, meaning, Blame.OWN, LATE, guesses, _SOURCE)


_UNTRUSTED_ROW = _objection(
    "stack-untrusted",
    r"certificate signed by unknown authority|invalid peer certificate:? \(?UnknownIssuer|"
    r"SEC_ERROR_(?:UNKNOWN|UNTRUSTED)_ISSUER|ERR_CERT_AUTHORITY_INVALID|"
    r"certificate issuer is unknown|issued by an untrusted certificate authority|"
    r"RemoteCertificateChainErrors|\bPartialChain\b|\bUntrustedRoot\b|ASN no signer error|"
    r"CA is not trusted|client certificate not trusted|X509 - Certificate verification failed",
    "tls: failed to verify certificate: x509: certificate signed by unknown authority",
    "This program does not trust the chain of the other side: its root is not in the trust store, or an intermediate "
    "was not sent. Words of Go, rustls, browsers, GnuTLS, Windows, .NET, mbedTLS or wolfSSL.",
    *_UNTRUSTED,
)

OTHER_STACK_ROWS = (
    _objection(
        "stack-name",
        r"certificate is (?:valid for .{0,300}, not |not valid for any names)|doesn't contain any IP SANs|"
        r"relies on legacy Common Name field|CertNotValidForName|NotValidForName|"
        r"name in the certificate does not match|"
        r"SSL_ERROR_BAD_CERT_DOMAIN|ERR_CERT_COMMON_NAME_INVALID|ERR_TLS_CERT_ALTNAME_INVALID|"
        r"RemoteCertificateNameMismatch|certificate Common Name \(CN\) does not match|peer subject name mismatch",
        "tls: failed to verify certificate: x509: certificate is valid for a.example.com, not b.example.com",
        "The certificate of the other side does not carry the name that this program dialled. Go and browsers read the "
        "alternative names alone, never the common name.",
        *_WRONG_NAME,
    ),
    _objection(
        "stack-usage",
        r"incompatible key usage|invalid peer certificate:? \(?InvalidPurpose|"
        r"SEC_ERROR_INADEQUATE_(?:CERT_TYPE|KEY_USAGE)|\bNotValidForUsage\b|purpose is (?:not permitted|unsupported)",
        "tls: failed to verify certificate: x509: certificate specifies an incompatible key usage",
        "The certificate of the other side may not be used for this role: its extended key usage names others.",
        *_WRONG_USE,
    ),
    _objection(
        "stack-expired",
        r"invalid peer certificate:? \(?Expired|SEC_ERROR_EXPIRED_(?:ISSUER_)?CERTIFICATE|ERR_CERT_DATE_INVALID|"
        r"chain uses expired certificate|\bNotTimeValid\b|ASN date error, current date after",
        "invalid peer certificate: Expired",
        "A certificate of the other side has run out, or the clock here is wrong.",
        *_EXPIRED,
    ),
    _objection(
        "stack-not-yet",
        r"invalid peer certificate:? \(?NotValidYet|chain uses not yet valid certificate|"
        r"ASN date error, current date before",
        "invalid peer certificate: NotValidYet",
        "A certificate of the other side is not valid yet, or the clock here is wrong.",
        either("certificate-not-yet-valid"),
    ),
    _objection(
        "stack-revoked",
        r"invalid peer certificate:? \(?Revoked|SEC_ERROR_REVOKED_CERTIFICATE|ERR_CERT_REVOKED|"
        r"certificate chain is revoked",
        "SEC_ERROR_REVOKED_CERTIFICATE",
        "The certificate of the other side was revoked.",
        *_REVOKED,
    ),
    _objection(
        "stack-weak",
        r"chain uses insecure algorithm|ERR_CERT_WEAK_(?:SIGNATURE_ALGORITHM|KEY)|"
        r"SEC_ERROR_CERT_SIGNATURE_ALGORITHM_DISABLED|insecure algorithm SHA1",
        "The certificate chain uses insecure algorithm.",
        "A signature or key in the chain of the other side is too weak for this program.",
        either("weak-certificate"),
    ),
    _UNTRUSTED_ROW,
    _objection(
        "stack-none-shown",
        r"RemoteCertificateNotAvailable|No certificate was found|ERR_SSL_CLIENT_AUTH_CERT_NEEDED|"
        r"no client certificate (?:was )?(?:sent|presented)|client sent no required SSL certificate",
        "The remote certificate is invalid: RemoteCertificateNotAvailable",
        "A certificate was demanded, and none came.",
        server("no-client-certificate", "mra-on-mutual-port", "cloud-demands-certificate"),
    ),
    MessageRow(
        "stack-closed", Kind.OTHER_STACKS,
        r"Error in the pull function|TLS connection was non-properly terminated|PR_END_OF_FILE_ERROR|"
        r"ERR_CONNECTION_CLOSED|Client network socket disconnected before secure TLS connection",
        "*** Fatal error: The TLS connection was non-properly terminated.",
        "The other side, or a device in the path, ended TCP without close_notify, and no alert arrived.",
        Blame.PEER, LATE, _LEFT, _SOURCE,
    ),
    MessageRow(
        "stack-alert", Kind.OTHER_STACKS,
        r"A (?:TLS )?fatal alert (?:message )?(?:has been|was) received|GNUTLS_E_FATAL_ALERT_RECEIVED|-0x7780\b",
        "*** Fatal error: A TLS fatal alert has been received.",
        "The other side refused by an alert. This line does not say which: the number stands beside it, or in "
        "a capture.",
        Blame.PEER, LATE, (), _SOURCE,
    ),
    MessageRow(
        "no-peer-certificate", Kind.OTHER_STACKS,
        r"no peer certificate available",
        "no peer certificate available",
        "openssl s_client saw no certificate of the server: it refused, or hung up, before it showed one.",
        Blame.PEER, IN_HANDSHAKE,
        (server("refused-without-server-name", "no-common-cipher", "no-common-version", "tls-on-plaintext-port"),),
        "measured",
    ),
)  # fmt: skip


def _own(key: str, pattern: str, example: str, meaning: str, source: str = "measured") -> MessageRow:
    """Return a row for what a program says of its own certificate and settings: no peer refused anything."""
    return MessageRow(key, Kind.OWN_SETTINGS, pattern, example, meaning, Blame.NOBODY, (), (), source)


OWN_SETTING_ROWS = (
    _own(
        "own-key-mismatch",
        r"key values mismatch|private key does not match (?:the )?(?:certificate|public key)",
        "error:05800074:x509 certificate routines::key values mismatch",
        "This program was given a private key that does not belong to its certificate. Nothing was sent. Give it the "
        "key with which the certificate was requested.",
    ),
    _own(
        "own-not-pem",
        r"PEM routines:.{0,40}no start line|could not read PEM|failed to find any PEM data|no PEM-encoded",
        "error:0909006C:PEM routines:get_name:no start line",
        "This program cannot read a file of its own: it is no PEM, or holds something else than is expected there. "
        "`sip-mtls certs show FILE` says what it holds.",
    ),
    _own(
        "own-key-unreadable",
        r"unable to set private key file|could not load PEM client certificate|bad decrypt|bad password read|"
        r"unable to load (?:private key|certificate)",
        "curl: (58) unable to set private key file: 'client.key' type PEM",
        "This program cannot use its own certificate or key: a wrong file, a password, or rights. Nothing was sent.",
    ),
    _own(
        "own-too-weak",
        r"\b(?:ee|ca) key too small|\bca md too weak|dh key too small",
        "error:0A00018F:SSL routines::ee key too small",
        "OpenSSL refuses this program's own certificate at its security level: a key below 2048 bits of RSA, or a "
        "signature with SHA-1. Have it issued anew.",
        "5.1",
    ),
    _own(
        "own-no-version",
        r"no protocols available",
        "error:0A0000BF:SSL routines::no protocols available",
        "The settings of this program leave no TLS version, so it fails before the other side matters. Look at its "
        "lowest and highest version, and at the security level.",
    ),
    _own(
        "own-store-empty",
        r"trustAnchors parameter must be non-empty",
        "java.security.InvalidAlgorithmParameterException: the trustAnchors parameter must be non-empty",
        "The trust store of this Java program is empty or cannot be read, so it can trust nobody.",
    ),
    _own(
        "s-client-listing",
        r"\bv:NotBefore:",
        "   v:NotBefore: Jan  1 00:00:00 2026 GMT; NotAfter: Jan  1 00:00:00 2027 GMT",
        "The dates of a certificate, as openssl s_client lists them. The line itself reports no fault.",
    ),
)
