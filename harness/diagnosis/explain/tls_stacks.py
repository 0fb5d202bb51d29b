"""Words of OpenSSL, and of Java's TLS, JSSE: so the cloud seems to speak (domain.md 5.3).

Alerts stand in `harness.tls.dialects`.
"""

from __future__ import annotations

from harness.diagnosis.explain.row import IN_HANDSHAKE, LATE, Blame, Guess, Kind, MessageRow, client, either, server
from harness.verdict import Stage

_TCP = (Stage.TCP,)


def _openssl(
    key: str, pattern: str, example: str, meaning: str, blame: Blame, stages: tuple[Stage, ...], *guesses: Guess
) -> MessageRow:
    return MessageRow(f"openssl-{key}", Kind.OPENSSL, pattern, example, meaning, blame, stages, guesses, "5.1, 5.2")


OPENSSL_ROWS = (
    _openssl(
        "no-cipher", r"no shared cipher|no suitable signature algorithm|no suitable key share",
        "error:0A0000C1:SSL routines::no shared cipher",
        "This end, as TLS server, finds nothing in the ClientHello that fits its key. It sends alert 40 before any "
        "certificate.", Blame.OWN, IN_HANDSHAKE, server("no-common-cipher"),
    ),
    _openssl(
        "no-version", r"\b(?:unsupported|unknown|wrong) (?:protocol|ssl version)\b",
        "error:0A000102:SSL routines::unsupported protocol",
        "No TLS version in common: the other side offers or chose one that is not taken here.", Blame.OWN, IN_HANDSHAKE,
        either("no-common-version"),
    ),
    _openssl(
        "not-tls", r"wrong version number|http request|packet length too long|record layer failure",
        "error:0A00010B:SSL routines::wrong version number",
        "What came is not TLS: one side speaks in clear. Nothing is sent back.", Blame.OWN, IN_HANDSHAKE,
        server("plaintext-on-tls-port"), client("tls-on-plaintext-port"),
    ),
    _openssl(
        "verify", r"certificate verify failed|…086\b|\.\.\.086\b|\b0A000086\b|^\s*086\s*$",
        "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:1006)",
        "An objection of whoever wrote this, not an alert: it refused the certificate of the other side. The verify "
        "error beside it says why.", Blame.OWN, LATE,
        either("unknown-root", "missing-intermediate", "certificate-expired", "self-signed-certificate"),
        server("eku-no-client-auth"), client("server-name-mismatch"),
    ),
    _openssl(
        "eof", r"unexpected eof while reading|EOF occurred in violation of protocol",
        "error:0A000126:SSL routines::unexpected eof while reading",
        "The other side closed TCP without close_notify, and sent no alert that arrived.", Blame.PEER,
        (Stage.HANDSHAKE, Stage.ACCEPTANCE, Stage.IDENTITY),
        server("no-access-rule", "name-unknown", when="after the handshake: Expressway refuses a name that way"),
        either("closed-after-handshake", "cut-in-handshake", "reset-by-middlebox"),
    ),
    _openssl(
        "reset", r"connection reset|\bECONNRESET\b|broken pipe|\bEPIPE\b",
        "ConnectionResetError: [Errno 104] Connection reset by peer",
        "A reset came. Who sent it, and at which stage, decides: on the SYN nothing listens; in the handshake it is "
        "mostly a device in the path; after it Expressway refused a name, or TLS 1.3 a certificate.", Blame.OPEN,
        (Stage.HANDSHAKE, Stage.ACCEPTANCE, Stage.IDENTITY),
        either("reset-by-middlebox", when="in the handshake"),
        server("no-access-rule", "inbound-mapping-off", "name-typo", when="after the handshake"),
    ),
    _openssl(
        "refused", r"connection refused|\bECONNREFUSED\b", "connect: Connection refused",
        "A reset on the SYN: nothing listens there, or a firewall refuses. This is no firewall that drops.", Blame.PEER,
        _TCP, either("port-not-listening", "refused-by-firewall"),
    ),
    _openssl(
        "timed-out", r"connection timed out|\bETIMEDOUT\b|connect timed out", "Connection timed out",
        "Nobody answered the SYN, or mutual TLS never came about. The Test button of Control Hub says this too: a "
        "firewall or NAT, or a port that swallows.", Blame.PATH, (Stage.TCP, Stage.HANDSHAKE),
        either("connect-timed-out", "swallowed-by-inspection", "handshake-timeout"),
    ),
    _openssl(
        "no-route", r"no route to host|network is unreachable|\bEHOSTUNREACH\b", "connect: No route to host",
        "There is no way to that address.", Blame.PATH, _TCP, either("connect-timed-out"),
    ),
)  # fmt: skip


def _java(key: str, pattern: str, example: str, meaning: str, blame: Blame, *guesses: Guess) -> MessageRow:
    stages = IN_HANDSHAKE if blame is Blame.PATH else LATE
    return MessageRow(f"java-{key}", Kind.JAVA, pattern, example, meaning, blame, stages, guesses, "5.3")


_OWN = Blame.OWN
JAVA_ROWS = (
    _java(
        "validity", r"CertificateExpiredException|NotAfter:|validity check failed",
        "java.security.cert.CertificateExpiredException: NotAfter: Thu Jan 01 00:00:00 UTC 2026",
        "A certificate of the other side is out of date for this Java program. As a server it sends alert 46; as a "
        "client 45, but up to OpenJDK 17.0.15 46 in TLS 1.3.",
        _OWN, either("certificate-expired", "expired-intermediate", "expired-root"), server("client-store-expired"),
    ),
    _java(
        "not-yet", r"CertificateNotYetValidException|NotBefore:",
        "java.security.cert.CertificateNotYetValidException: NotBefore: Fri Jan 01 00:00:00 UTC 2027",
        "A certificate of the other side is not valid yet, or a clock is wrong. As a server it sends alert 46; as a "
        "client 42, but up to OpenJDK 17.0.15 46 in TLS 1.3.", _OWN,
        either("certificate-not-yet-valid"),
    ),
    _java(
        "revoked", r"CertificateRevokedException|Certificate has been revoked",
        "java.security.cert.CertPathValidatorException: Certificate has been revoked, reason: KEY_COMPROMISE",
        "The certificate of the other side was revoked.", _OWN, either("certificate-revoked"),
    ),
    _java(
        "revocation", r"Unable to determine revocation status|UNDETERMINED_REVOCATION_STATUS",
        "java.security.cert.CertPathValidatorException: Unable to determine revocation status due to network error",
        "Nobody could say whether the certificate was revoked.", _OWN,
        either("revocation-source-unreachable", "ocsp-response-unusable", "crl-unusable"),
    ),
    _java(
        "path", r"PKIX path building failed|unable to find valid certification path|"
        r"does not chain with any of the trust anchors|No trusted certificate found",
        "sun.security.validator.ValidatorException: PKIX path building failed: unable to find valid certification "
        "path to requested target",
        "This Java program does not trust the chain of the other side: its root is not in the trust store, or an "
        "intermediate was not sent. It sends alert 46, certificate_unknown.",
        _OWN,
        either("missing-intermediate", "unknown-root", "self-signed-certificate"),
        client("uploaded-list-overrides", "uploaded-leaf", "inspected-by-proxy"),
    ),
    _java(
        "name", r"No subject alternative (?:DNS )?names?|No name matching",
        "java.security.cert.CertificateException: No subject alternative DNS name matching sip.example.com found.",
        "The certificate does not carry the name that this Java program dialled. It sends alert 46, not 42.",
        _OWN, client("server-name-mismatch", "no-verified-domain", "mra-name-not-in-certificate"),
    ),
    _java(
        "usage", r"Extended key usage does not permit|KeyUsage does not allow",
        "sun.security.validator.ValidatorException: Extended key usage does not permit use for TLS client "
        "authentication",
        "The certificate may not be used for this role.", _OWN,
        server("eku-no-client-auth", "eku-any-only", "eku-restricted-intermediate"),
        client("eku-no-server-auth", "eku-restricted-intermediate"),
    ),
    _java(
        "empty", r"Empty client certificate chain|null cert chain|Empty certificate chain",
        "javax.net.ssl.SSLHandshakeException: Empty client certificate chain",
        "This Java program demands a client certificate and got none. It sends what OpenSSL sends, alert 40 in TLS 1.2 "
        "and 116 in TLS 1.3; up to OpenJDK 17.0.15 it sends 42.",
        _OWN, server("cloud-demands-certificate", "no-client-certificate", "mra-on-mutual-port"),
    ),
    _java(
        "nothing-common", r"no cipher suites in common|No appropriate protocol|No available authentication scheme",
        "javax.net.ssl.SSLHandshakeException: no cipher suites in common",
        "The two ends have no cipher suite, version or kind of key in common.", _OWN,
        server("no-common-cipher", "no-common-version"),
    ),
    _java(
        "closed", r"Remote host (?:closed connection during|terminated the) handshake",
        "javax.net.ssl.SSLHandshakeException: Remote host terminated the handshake",
        "The other side, or a device in its place, ended TCP in the middle of the handshake, without an alert.",
        Blame.PEER, either("cut-in-handshake", "handshake-timeout", "tls-on-plaintext-port", "reset-by-middlebox"),
    ),
    _java(
        "not-tls", r"Unsupported or unrecognized SSL message",
        "javax.net.ssl.SSLException: Unsupported or unrecognized SSL message",
        "What came is not TLS.", _OWN, client("tls-on-plaintext-port"), server("plaintext-on-tls-port"),
    ),
)  # fmt: skip
