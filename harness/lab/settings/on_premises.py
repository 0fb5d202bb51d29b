"""What lies inside: Expressway-C and Unified CM."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.lab.fields import DomainName, PeerAddress, Port, Seconds, Settings, Switch, setting
from harness.lab.settings.certificates import EKU_CHECK_OFF, Certificate, ClientStore, EkuCheckOff
from harness.lab.settings.expressway_zones import NeighbourZone, TraversalClientZone
from harness.lab.settings.rules import InsideSearchRules


class ExpresswayC(Settings):
    """Expressway-C, inside: dials out, opens no inbound port towards the DMZ."""

    host_name: str = setting("expc1.example.com", "its DNS name")
    server_certificate: Certificate = setting(
        Certificate(profile="expressway-c"),
        "what it presents when dialled",
        screen="Maintenance > Security > Server certificate",
        source="C7",
    )
    client_certificate: ClientStore = setting(
        "same-as-server",
        "what it presents when it dials",
        screen="Maintenance > Security > Client certificate",
        source="C7",
    )
    trusted_ca: tuple[str, ...] = setting((), "its trusted CA list", source="C2")
    eku_check: Switch = setting(
        True,
        "whether an inbound client certificate must allow clientAuth",
        screen="Configuration > Protocols > SIP",
        command="SIP TLS Certificate ExtendedKeyUsage Checking Mode",
        source="C7",
    )
    eku_check_off: EkuCheckOff = setting("any-tls-usage", EKU_CHECK_OFF, source="A2")
    uc_traversal_zone: TraversalClientZone = setting(TraversalClientZone(), "towards Expressway-E, for MRA")
    traversal_zone: TraversalClientZone = setting(TraversalClientZone(), "towards Expressway-E, for calls")
    neighbour_zone: NeighbourZone = setting(NeighbourZone(), "towards Unified CM")
    traversal_preloaded_routes: Switch = setting(True, "accept a Route header from the traversal zone", source="C1")
    neighbour_preloaded_routes: Switch = setting(True, "accept a Route header from Unified CM", source="C1")
    connect_timeout: Seconds = setting(10, "seconds for an outbound SYN", source="C2")
    trunk_port: Port = setting(5060, "where it listens for Unified CM, plain TCP")
    trunk_tls_port: Port = setting(
        5061, "where it listens for Unified CM when the neighbour zone uses TLS", source="X7"
    )
    sip_domains: tuple[DomainName, ...] = setting(
        ("example.com",),
        "its SIP domains, which %localdomains% stands for in search rules",
        screen="Configuration > Domains",
        source="C1",
    )
    system_name: str = setting(
        "",
        "what %systemname% stands for in search rules; empty for the first label of its host name",
        screen="System > Administration",
        source="C1",
    )
    search_rules: InsideSearchRules = setting((), "where calls go", source="C1")


class UnifiedCm(Settings):
    """Unified CM stand-in: registrar and called phone."""

    host_name: str = setting("cucm1.example.com", "its DNS name")
    cluster_name: str = setting(
        "cucm-cluster.example.com",
        "Cluster Fully Qualified Domain Name: one, or several with blanks between; the cloud takes the first",
        screen="System > Enterprise Parameters",
        source="C4",
    )
    max_message_size: Annotated[int, Field(ge=1000, le=65535)] = setting(
        11000,
        "bytes of a SIP message that it takes; a longer one makes it reset the connection",
        screen="Service Parameters > Cisco CallManager > SIP Max Incoming Message Size",
        source="C1",
    )
    remote_device: str = setting(
        "",
        "the user's Webex address, which rings together with the phone (Spark-RD); empty for none. A call whose "
        "Contact says call-type=squared comes from there and rings the phone alone",
        source="C1",
    )
    port: Port = setting(5060, "the port on which phones register, plain TCP", source="C4")
    trunk_port: Port = setting(
        5065,
        "the port of its SIP trunk from Expressway-C, plain TCP; a trunk registers nobody, so not that of the phones",
        screen="System > Security > SIP Trunk Security Profile",
        source="C10",
    )
    tls_port: Port = setting(5561, "its trunk's port for TLS, which demands a client certificate", source="C15")
    certificate: Certificate = setting(
        Certificate(profile="unified-cm"), "what it presents in both roles", source="C15"
    )
    trusted_ca: tuple[str, ...] = setting(
        (), "its CallManager-trust", screen="OS Administration > Security > Certificate Management", source="C15"
    )
    x509_subject_name: str = setting(
        "expc1.example.com",
        "the name that it wants in the certificate of Expressway-C; empty for any",
        screen="System > Security > SIP Trunk Security Profile",
        source="C15",
    )
    phone_security_profile: DomainName | Literal[""] = setting(
        "",
        "name of the phones' security profile in TLS mode, an FQDN that the certificate of Expressway-C must carry; "
        "empty: phones register in clear inside",
        screen="System > Security > Phone Security Profile",
        source="C9",
    )
    secure_phone_port: Port = setting(
        5061, "the port on which phones with such a profile register, by mutual TLS", source="C9"
    )
    system_server: PeerAddress = setting(
        "",
        "how it is named to Expressway-C, which dials that and looks for it in the certificate; empty for its DNS name",
        screen="System > Server",
        source="C11",
    )
    https_port: Port = setting(
        6972, "its HTTPS port, which demands a client certificate: configuration download and sign-in", source="C11"
    )
    tomcat_certificate: Certificate = setting(
        Certificate(profile="unified-cm"),
        "what it presents on its HTTPS port",
        screen="OS Administration > Security > Certificate Management",
        source="C11",
    )
    tomcat_trust: tuple[str, ...] = setting(
        (), "its tomcat-trust", screen="OS Administration > Security > Certificate Management", source="C25"
    )
    user: str = setting("user1@example.com", "the called user's directory URI", source="seed")
    password: str = setting("lab-only", "the user's digest password")
    realm: str = setting("example.com", "the digest realm")
