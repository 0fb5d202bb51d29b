"""What each TLS alert means, by who sent it and when: measured (domain.md 5.1 and 5.3), never by number alone (X24)."""

from __future__ import annotations

from dataclasses import dataclass

from harness.diagnosis.explain.row import IN_HANDSHAKE, LATE, WRONG_CLIENT_USE, Guess, client, either, server
from harness.verdict import Stage

_MRA = ("mra-on-mutual-port", "mra-translated-to-mutual-port")
_NO_CERTIFICATE = ("no-client-certificate", *_MRA, "mutual-tls-on-default-zone", "b2bua-on-mutual-port")
_GNUTLS = "a GnuTLS peer, measured with 3.7.9"
_JAVA = "a Java peer, such as the cloud"
_WRONG_NAME = (
    "server-name-mismatch", "mra-name-not-in-certificate", "unified-cm-by-other-name", "foreign-certificate",
)  # fmt: skip
_UNTRUSTED_SERVER = (
    "unknown-root", "missing-intermediate", "self-signed-certificate", "tomcat-certificate-untrusted",
    "foreign-certificate", "inspected-by-proxy", "same-subject-ca", "only-intermediate-trusted",
    "incomplete-or-unknown-chain",
)  # fmt: skip
_UNTRUSTED_CLIENT = (
    "unknown-root", "missing-intermediate", "bad-optional-certificate", "outdated-trust-list",
    "only-intermediate-trusted", "same-subject-ca", "expressway-c-unknown-to-tomcat", "trunk-root-unknown",
    "tunnel-missing-intermediate", "self-signed-certificate", "incomplete-or-unknown-chain",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class AlertMeaning:
    """One alert: what it says, and the causes by who sent it."""

    number: int
    meaning: str
    guesses: tuple[Guess, ...]
    stages: tuple[Stage, ...] = LATE
    source: str = "5.1"


ALERTS = (
    AlertMeaning(
        40,
        "The two ends have nothing in common, or (in TLS 1.2 only) a client certificate was demanded and none came.",
        (
            server(*_NO_CERTIFICATE, "cloud-demands-certificate", when="after its CertificateRequest, in TLS 1.2"),
            server("no-common-cipher", "refused-without-server-name", when="before any Certificate was sent"),
        ),
        stages=IN_HANDSHAKE,
        source="5.1, X24",
    ),
    AlertMeaning(
        42,
        "The name was wrong, or the certificate is not valid yet. A Java peer up to OpenJDK 17.0.15 says this where no "
        "client certificate came.",
        (
            server(
                "cloud-demands-certificate",
                *_NO_CERTIFICATE,
                when="a Java peer up to OpenJDK 17.0.15, after an empty Certificate",
            ),
            client(*_WRONG_NAME),
            either("certificate-not-yet-valid"),
            server("weak-certificate"),
            either("crl-unusable"),
            client("unknown-root", "missing-intermediate", "certificate-expired", when=_GNUTLS),
        ),
        source="5.1, 5.3, X24",
    ),
    AlertMeaning(
        43,
        "The certificate may not be used for this role: its extended key usage, or that of a CA above it, forbids it.",
        (
            server(*WRONG_CLIENT_USE),
            client("eku-no-server-auth", "eku-restricted-intermediate"),
            either("key-usage"),
        ),
        source="5.1, X25",
    ),
    AlertMeaning(44, "The certificate was revoked.", (either("certificate-revoked"),)),
    AlertMeaning(
        45,
        "Something has expired: the certificate, one above it, or the CRL.",
        (
            either("certificate-expired", "expired-intermediate", "expired-intermediate-in-store"),
            server("client-store-expired", "expired-root"),
            either("crl-expired"),
        ),
        source="5.1, X10",
    ),
    AlertMeaning(
        46,
        "The certificate was not accepted. Java, and so it seems the cloud, says this to nearly everything; OpenSSL "
        "only to a forbidden name.",
        (
            client(
                "missing-intermediate",
                "unknown-root",
                "uploaded-list-overrides",
                "no-verified-domain",
                "self-signed-certificate",
                "uploaded-leaf",
                "server-name-mismatch",
                "expired-intermediate",
                "eku-no-server-auth",
                "revocation-source-unreachable",
                "ocsp-response-unusable",
                when=_JAVA,
            ),
            server(
                "eku-no-client-auth",
                "client-store-expired",
                "missing-intermediate",
                "unknown-root",
                "certificate-expired",
                when=_JAVA,
            ),
            server("cloud-demands-certificate", when="after an empty Certificate; reported of a large cloud"),
            either("name-constraints", "critical-extension", when="OpenSSL"),
            either("certificate-refused"),
        ),
        source="5.3, X5",
    ),
    AlertMeaning(
        47,
        "A field of the handshake is out of range, or shows that TLS 1.3 was taken out of it on the way.",
        (client("hello-was-edited"),),
        IN_HANDSHAKE,
        "I37, measured",
    ),
    AlertMeaning(
        48,
        "The chain does not lead to a root that the refuser trusts. Often nothing is wrong with the certificate: an "
        "intermediate was not sent, or no list of revoked certificates could be had.",
        (
            server(*_UNTRUSTED_CLIENT),
            client(*_UNTRUSTED_SERVER),
            either("revocation-source-unreachable", "path-length", "leaf-as-issuer", "broken-chain"),
        ),
        source="5.1, X10",
    ),
    AlertMeaning(
        49,
        "Access is denied, for whatever reason. A GnuTLS server says this to a client certificate of an unknown CA.",
        (
            server(
                "unknown-root", "missing-intermediate", "self-signed-certificate", "certificate-expired", when=_GNUTLS
            ),
        ),
        source="5.3",
    ),
    AlertMeaning(
        50,
        "A message could not be decoded. A GnuTLS server says this in TLS 1.2 where no client certificate came.",
        (
            server(*_NO_CERTIFICATE, when=f"{_GNUTLS}, after an empty Certificate"),
            either("handshake-broken-off", "broken-tls"),
        ),
        source="5.3",
    ),
    AlertMeaning(
        51,
        "A signature did not hold; also what OpenSSL says of a CRL that another key signed.",
        (either("crl-unusable"),),
        source="measured",
    ),
    AlertMeaning(70, "No TLS version in common.", (either("no-common-version", "only-old-versions"),), IN_HANDSHAKE),
    AlertMeaning(
        71,
        "What is offered is too weak for the other side.",
        (server("no-common-cipher"), either("weak-certificate")),
        IN_HANDSHAKE,
        "rfc 8446",
    ),
    AlertMeaning(
        80,
        "The refuser had a problem of its own; look into its log.",
        (
            client("no-client-hello", when="OpenSSL, before any ClientHello"),
            server("refused-without-server-name", when="before any Certificate was sent"),
            either("handshake-broken-off"),
        ),
        source="rfc 8446, measured",
    ),
    AlertMeaning(
        112,
        "The server knows no such name as the ClientHello asked for (SNI), or the ClientHello asked for none.",
        (server("server-name-refused"),),
        IN_HANDSHAKE,
        "rfc 6066",
    ),
    AlertMeaning(
        113,
        "The OCSP response that was stapled to the handshake is of no use.",
        (client("ocsp-response-unusable"),),
        source="rfc 6066",
    ),
    AlertMeaning(
        116,
        "A client certificate is demanded and none came. TLS 1.3 only: the client had finished its handshake already.",
        (server(*_NO_CERTIFICATE, "cloud-demands-certificate"),),
        (Stage.ACCEPTANCE,),
        "5.1, X8",
    ),
)
"""The alerts that say something about certificates, versions or names."""
