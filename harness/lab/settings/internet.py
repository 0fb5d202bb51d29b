"""What lies outside: the Webex cloud, Jabber and desk phones, another company."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.lab.fields import Destination, Port, Seconds, Settings, Switch, setting
from harness.lab.settings.certificates import Certificate, Dialect, MaybeCertificate, Request, Versions
from harness.lab.settings.revocation import RevocationChecking

_REQUIRED_IF_PRESENT = RevocationChecking.model_validate(
    {"mode": True, "ocsp": False, "source-inaccessible": "fail", "certificates-without-source": "accepted"}
)


class WebexCloud(Settings):
    """The Webex SIP edge: dials in and is dialled."""

    host_name: str = setting("l2sip-lab-01.wbx2.com", "its DNS name", source="C1")
    certificate: Certificate = setting(
        Certificate(profile="webex-cloud-dual", faults=("with-root",)),
        "what it presents, root included",
        source="C1",
    )
    default_trust: tuple[str, ...] = setting(("list:webex-default",), "the public list that it trusts", source="C4")
    uploaded_trust: tuple[str, ...] = setting(
        (),
        "the organisation's own list; when there is one, only it counts",
        screen="Control Hub > Certificates for encrypted SIP calls",
        source="C4",
    )
    revocation: RevocationChecking = setting(
        _REQUIRED_IF_PRESENT, "a CRL that a certificate names must be reachable", source="C4"
    )
    staple: Switch = setting(False, "send an OCSP response with its certificate to whoever asks for one", source="I27")
    announced_cas: tuple[str, ...] = setting(
        ("cloud-root",), "the CAs that it hands to an Expressway with automatic CA management", source="seed"
    )
    verified_domains: tuple[str, ...] = setting(
        ("example.com",), "domains that the organisation proved", screen="Control Hub > Domains", source="C4"
    )
    sip_destination: Destination = setting(
        "mtls.example.com",
        "where it dials: an SRV domain, host:port or address:port",
        screen="Control Hub > SIP destination",
        source="C4",
    )
    connect_timeout: Seconds = setting(10, "seconds for an outbound SYN")
    failover_on_tls_error: Switch = setting(
        True, "try the next SRV target also where TLS failed before any SIP byte", source="X15"
    )
    client_subnet: Switch = setting(True, "tell the name server the network of the caller (RFC 7871)", source="G04")
    mutual_port: Port = setting(5062, "its hybrid-calling port", source="C1")
    general_port: Port = setting(5061, "its general SIP port", source="C3")
    general_client_certificate: Request = setting(
        "optional", "what it does about client certificates on the general port", source="C7"
    )
    tls_versions: Versions = setting(("1.2", "1.3"), "TLS versions")
    dialect: Dialect = setting(
        "webex", "whose alerts it speaks; `webex`: what the cloud was seen to send, 46 to everything", source="X5"
    )
    offer_size: Annotated[int, Field(ge=0, le=30000)] = setting(
        0, "bytes that its SDP offer has at least: ICE candidates make up what is missing", source="C1"
    )
    organisation: str = setting("example.calls.webex.com", "the organisation's calling domain", source="C3")


class MraEndpoint(Settings):
    """A client of Mobile and Remote Access: Jabber, or a desk phone."""

    certificate: MaybeCertificate = setting("none", "client certificate; Jabber normally has none", source="seed")
    trusted_ca: tuple[str, ...] = setting(("public-root",), "its trust store")
    tls_versions: Versions = setting(("1.2", "1.3"), "TLS versions")
    user: str = setting("user1@example.com", "the user's address; its domain is where it looks for the edge")
    password: str = setting("lab-only", "the user's password")
    connect_timeout: Seconds = setting(10, "seconds for an outbound SYN")
    looks_inside_first: Switch = setting(
        True, "ask for _cisco-uds._tcp before _collab-edge._tls, as Jabber does; desk phones do not", source="C9"
    )


class B2bPeer(Settings):
    """Another company's edge."""

    host_name: str = setting("edge1.peer.example", "its DNS name")
    domain: str = setting("peer.example", "its SIP domain")
    port: Port = setting(5061, "where it listens")
    destination: Destination = setting(
        "", "where it dials: a domain, host:port or address:port; empty for Expressway-E's name and TLS port"
    )
    behaviour: Literal["rfc3263", "expressway"] = setting(
        "rfc3263", "how it finds its way from a name to an address", source="D10"
    )
    client_certificate: MaybeCertificate = setting("none", "what it presents when it dials", source="seed")
    server_certificate: Certificate = setting(Certificate(profile="b2b-peer"), "what it presents when dialled")
    staple: Switch = setting(False, "send an OCSP response with its certificate to whoever asks for one", source="I27")
    request: Request = setting("none", "what it does about client certificates")
    trusted_ca: tuple[str, ...] = setting(("public-root",), "its trust store")
    expected_names: tuple[str, ...] = setting(
        ("us-expe1.example.com", "example.com"),
        "names of which Expressway-E's certificate must carry one",
        source="B09",
    )
    name_check: Literal["in-handshake", "after-handshake", "off"] = setting(
        "in-handshake", "when it checks them", source="B09"
    )
    tls_versions: Versions = setting(("1.2", "1.3"), "TLS versions")
    ciphers: str = setting("", "OpenSSL cipher string for TLS 1.2 and below")
    signature_algorithms: str = setting("", "signature algorithms offered, OpenSSL names")
    dialect: Dialect = setting("openssl", "whose alerts it speaks")
    federation: Literal["standard", "microsoft"] = setting(
        "standard",
        "microsoft: it looks the caller's domain up in DNS, and for that host in the certificate",
        source="C22",
    )
