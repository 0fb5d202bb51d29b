"""Words of Java's TLS, JSSE: so the cloud seems to speak (domain.md 5.3). Alerts: harness.tls.dialects."""

from __future__ import annotations

from harness.judge.explain.row import IN_HANDSHAKE, LATE, Blame, Guess, Kind, MessageRow, client, either, server


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
