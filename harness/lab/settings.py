"""Every setting of the lab, by actor.

The models are the one table: files are checked against them, the actors read them, the documentation and
the JSON Schema are printed from them. Where a setting exists on the real product, it carries Cisco's label
and CLI name (domain.md section 3).
"""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Discriminator, Field, Tag, model_validator

from harness.document import hint_for
from harness.identity import access_rules as identity
from harness.lab.fields import Destination, DomainName, Pattern, Port, Seconds, Settings, Switch, TextOfNumber, setting
from harness.lab.surroundings import ANYBODY, HOME_BLOCK, LAST_OCTETS, NOBODYS_OCTET, ControlHub, Firewall, NameServer

PolicyName = Literal["expressway", "san-only", "rfc5922", "rfc9525"]
NameProfile = Literal["webex", "legacy", "dual", "sip-webex"]
TlsVersion = Annotated[Literal["1.0", "1.1", "1.2", "1.3"], TextOfNumber]
Versions = Annotated[tuple[TlsVersion, ...], Field(min_length=1, max_length=4)]
Request = Literal["none", "optional", "required"]
Dialect = Literal["openssl", "jsse"]
_LAST_OCTET = "(25[0-4]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
LabAddress = Annotated[str, Field(pattern=rf"^{HOME_BLOCK.replace('.', '[.]')}[.]{_LAST_OCTET}$")]
Target = Literal["traversal-zone", "neighbour-zone", "webex-zone", "webex-general", "dns-zone"]

_SIP_PAGE = "Configuration > Protocols > SIP"
_ZONES = "Configuration > Zones > Zones"
_DEFAULT_ZONE = "Configuration > Zones > Default Zone"
_CERTIFICATES = "Maintenance > Security"


def _word_or_certificate(value: object) -> str:
    return "word" if isinstance(value, str) else "certificate"


class Certificate(Settings):
    """Which certificate an actor holds: a leaf profile of certs/leaves.yaml, changed as stated."""

    profile: str = setting(..., "leaf profile in certs/leaves.yaml")
    faults: tuple[str, ...] = setting((), "named faults of certs/faults.yaml")
    issuer: str = setting("", "authority in certs/authorities.yaml; empty for the profile's own")
    common_name: str | None = setting(None, "CN; empty for the profile's own")
    dns_names: tuple[str, ...] | None = setting(None, "dNSNames; empty for the profile's own")
    uris: tuple[str, ...] | None = setting(None, "URI names, such as sip:example.com")
    key: str = setting("", "ecdsa-p256, ecdsa-p384, rsa-2048, rsa-4096 or rsa-1024")


MaybeCertificate = Annotated[
    Annotated[Certificate, Tag("certificate")] | Annotated[Literal["none"], Tag("word")],
    Discriminator(_word_or_certificate),
]
ClientStore = Annotated[
    Annotated[Certificate, Tag("certificate")] | Annotated[Literal["same-as-server", "none"], Tag("word")],
    Discriminator(_word_or_certificate),
]


class AccessRule(Settings):
    """One Default Zone access rule (domain.md 3.1); the lowest priority number that matches decides."""

    name: str = setting("", "what the rule is for")
    priority: int = setting(100, "lowest number first", source="C2")
    pattern_type: Literal["exact", "prefix", "suffix", "regex"] = setting("exact", "how the pattern is read")
    pattern: str = setting(..., "matched against the CN and every SAN")
    action: Literal["allow", "deny"] = setting("allow", "what happens on a match")

    @model_validator(mode="after")
    def _has_a_safe_pattern(self) -> Self:
        if fault := identity.validate(self.rule):
            raise ValueError(fault)
        return self

    @property
    def rule(self) -> identity.AccessRule:
        """The rule as the identity craft evaluates it."""
        kind, action = identity.PatternType(self.pattern_type), identity.Action(self.action)
        return identity.AccessRule(self.priority, kind, self.pattern, action, self.name)


class CallPolicyRule(Settings):
    """One CPL rule; the first that matches decides, 403 for a rejection."""

    source: Pattern = setting(".*", "regular expression on the caller's address")
    destination: Pattern = setting(".*", "regular expression on the called address")
    source_is: Literal["any", "authenticated", "unauthenticated"] = setting("any", "which callers it is for")
    action: Literal["allow", "reject"] = setting("reject", "what happens on a match")


class SearchRule(Settings):
    """One search rule; the lowest priority number first (domain.md 3.1)."""

    priority: int = setting(100, "lowest number first", source="C1")
    pattern: Pattern = setting(..., "regular expression on the called address, or on the next Route's host")
    target: Target = setting(..., "the zone that it leads to")


class SipPage(Settings):
    """The SIP page of Expressway-E."""

    tcp_mode: Switch = setting(False, "plain TCP listener", screen=_SIP_PAGE, command="SIP TCP Mode", source="C2")
    tcp_port: Port = setting(5060, "its port", screen=_SIP_PAGE, command="SIP TCP Port", source="C2")
    tls_mode: Switch = setting(True, "TLS listener", screen=_SIP_PAGE, command="SIP TLS Mode", source="C2")
    tls_port: Port = setting(5061, "its port", screen=_SIP_PAGE, command="SIP TLS Port", source="C2")
    client_certificate: Literal["none", "optional"] = setting(
        "none", "whether the TLS port asks for a client certificate at all", source="X7"
    )
    mutual_tls_mode: Switch = setting(
        False, "mutual TLS listener", screen=_SIP_PAGE, command="SIP MutualTLS Mode", source="C2"
    )
    mutual_tls_port: Port = setting(5062, "its port", screen=_SIP_PAGE, command="SIP MutualTLS Port", source="C2")
    tls_handshake_timeout: Seconds = setting(
        5, "seconds for a handshake", screen=_SIP_PAGE, command="SIP TLS Handshake Timeout", source="C2"
    )
    tcp_connect_timeout: Seconds = setting(
        10,
        "seconds for an outbound SYN",
        screen=_SIP_PAGE,
        command="SIP Advanced SipTcpConnectTimeout",
        source="C2",
    )
    tls_versions: Versions = setting(
        ("1.2", "1.3"), "TLS versions, X15.2 default", command="SIP Advanced SipTlsVersions", source="C2"
    )
    ciphers: str = setting("", "OpenSSL cipher string", command="Ciphers SIPTLSCiphers Value", source="C18")
    eku_check: Switch = setting(
        True,
        "whether an inbound client certificate must allow clientAuth",
        screen=_SIP_PAGE,
        command="SIP TLS Certificate ExtendedKeyUsage Checking Mode",
        source="C7",
    )
    max_message_size: int = setting(32768, "bytes", command="SIP Advanced SipMaxSize", source="C1")


class DefaultZone(Settings):
    """Where calls land that no zone claims."""

    mutual_tls: Switch = setting(
        False,
        "demand a client certificate on the TLS port too",
        screen=_DEFAULT_ZONE,
        command="Zones DefaultZone SIP TLS Verify Mode",
        source="C2",
    )
    access_rules: tuple[AccessRule, ...] = setting(
        (), "who may enter", screen="Configuration > Zones > Default Zone access rules", source="C2"
    )
    preloaded_routes: Switch = setting(False, "accept a Route header", screen=_DEFAULT_ZONE, source="C1")


class WebexZone(Settings):
    """The zone of the Webex cloud: inbound calls are mapped to it by certificate name."""

    subject_name: str = setting(
        "",
        "TLS verify subject name; empty for the names of the profile below",
        screen=_ZONES,
        command="Zones Zone [n] DNS SIP TLS Verify Subject Name",
        source="C2",
    )
    name_profile: NameProfile = setting("webex", "which generation of cloud names is accepted", source="X2")
    tls_verify: Switch = setting(
        True, "verify the cloud", screen=_ZONES, command="Zones Zone [n] DNS SIP TLS Verify Mode", source="C2"
    )
    inbound_mapping: Switch = setting(
        True,
        "map inbound calls with that certificate name to this zone",
        screen=_ZONES,
        command="Zones Zone [n] DNS SIP TLS Verify InboundClassification",
        source="C1",
    )
    preloaded_routes: Switch = setting(True, "accept a Route header", screen=_ZONES, source="C1")
    modify_dns_request: Switch = setting(
        True,
        "look up the override domain instead of the called one",
        screen=_ZONES,
        command="Zones Zone [n] DNS SIP DnsOverride Override",
        source="C1",
    )
    dns_override_domain: DomainName = setting(
        "callservice.webex.com",
        "the domain whose SRV record leads to the cloud",
        screen=_ZONES,
        command="Zones Zone [n] DNS SIP DnsOverride Name",
        source="C1",
    )


class DnsZone(Settings):
    """The zone for calls to other companies."""

    tls_verify: Switch = setting(
        False, "verify the peer", screen=_ZONES, command="Zones Zone [n] DNS SIP TLS Verify Mode", source="C2"
    )
    subject_name: str = setting(
        "",
        "name to look for; empty for the domain of the dialled address",
        screen=_ZONES,
        command="Zones Zone [n] DNS SIP TLS Verify Subject Name",
        source="C2",
    )
    include_address_record: Switch = setting(
        False,
        "fall back to A and AAAA records where there is no SRV",
        screen=_ZONES,
        command="Zones Zone [n] DNS IncludeAddressRecord",
        source="C2",
    )
    fallback_transport: Literal["udp", "tcp", "tls"] = setting(
        "udp",
        "transport where neither NAPTR nor the URI names one",
        screen=_ZONES,
        command="Zones Zone [n] DNS SIP Default Transport",
        source="C2",
    )
    webex_aware: Switch = setting(False, "follow the NAPTR service SIPSM+D2T to mutual TLS", source="D09")


class TraversalZone(Settings):
    """One end of a traversal zone pair."""

    port: Port = setting(..., "the traversal server's port", screen=_ZONES, source="C12")
    subject_name: str = setting("", "TLS verify subject name", screen=_ZONES, source="C2")
    preloaded_routes: Switch = setting(
        True,
        "accept a Route header",
        screen=_ZONES,
        command="Zones Zone [n] SIP PreloadedRoutes Accept",
        source="C1",
    )


class Identity(Settings):
    """How names in a peer's certificate are judged."""

    policy: PolicyName = setting("expressway", "the name policy", source="X1")
    wildcards: Switch = setting(False, "let *.example.com match", source="X22")
    fallthrough: Switch = setting(False, "let an unmatched name on the mutual port into the Default Zone", source="X3")


class ExpresswayE(Settings):
    """Expressway-E, in the DMZ."""

    host_name: str = setting("us-expe1.example.com", "its DNS name")
    site: str = setting("us", "where it stands")
    address: LabAddress = setting(f"{HOME_BLOCK}.10", "its address, as the zones name it")
    power: Switch = setting(True, "off: the node is dead and answers nothing")
    sip: SipPage = setting(SipPage(), "the SIP page")
    server_certificate: Certificate = setting(
        Certificate(profile="expressway-e"),
        "what it presents when dialled",
        screen=f"{_CERTIFICATES} > Server certificate",
        source="C7",
    )
    client_certificate: ClientStore = setting(
        "same-as-server",
        "what it presents when it dials",
        screen=f"{_CERTIFICATES} > Client certificate",
        source="C7",
    )
    trusted_ca: tuple[str, ...] = setting(
        (),
        "verifies peers and completes the chain that it sends (trap X11)",
        screen=f"{_CERTIFICATES} > Trusted CA certificate",
        source="C1",
    )
    default_zone: DefaultZone = setting(DefaultZone(), "the Default Zone")
    webex_zone: WebexZone = setting(WebexZone(), "the Webex zone")
    dns_zone: DnsZone = setting(DnsZone(), "the DNS zone")
    traversal_zone: TraversalZone = setting(TraversalZone(port=7003), "towards Expressway-C, for calls")
    uc_traversal_zone: TraversalZone = setting(TraversalZone(port=7001), "towards Expressway-C, for MRA")
    identity: Identity = setting(Identity(), "how names are judged")
    failover_on_tls_error: Switch = setting(
        True, "try the next SRV target also where TLS failed before any SIP byte", source="X15"
    )
    call_policy: tuple[CallPolicyRule, ...] = setting((), "CPL", screen="Configuration > Call Policy", source="C4")
    search_rules: tuple[SearchRule, ...] = setting((), "where calls go", source="C1")
    mra: Switch = setting(True, "Mobile and Remote Access")
    mra_port: Port = setting(8443, "sign-in port", source="C9")
    clock_offset_days: int = setting(0, "how far its clock is off", source="I24")


class Edge(Settings):
    """One more Expressway-E node: set up as expressway-e is, but for what is stated here."""

    name: str = setting(..., "the actor's name, such as us-expe2")
    site: str = setting("", "where it stands")
    address: LabAddress = setting(..., "its address, as the zones name it")
    host_name: str = setting("", "its DNS name; empty for its name in example.com")
    power: Switch = setting(True, "off: the node is dead and answers nothing")
    server_certificate: Certificate | None = setting(
        None, "its own certificate; empty for one like that of expressway-e, in its own name"
    )

    @property
    def host(self) -> str:
        """Its DNS name."""
        return self.host_name or f"{self.name}.example.com"

    def certificate(self, usual: Certificate) -> Certificate:
        """Return what it presents."""
        names = (self.host, "example.com")
        return self.server_certificate or usual.model_copy(update={"common_name": self.host, "dns_names": names})


class ExpresswayC(Settings):
    """Expressway-C, inside: dials out, opens no inbound port towards the DMZ."""

    host_name: str = setting("expc1.example.com", "its DNS name")
    certificate: Certificate = setting(Certificate(profile="expressway-c"), "what it presents")
    trusted_ca: tuple[str, ...] = setting((), "its trusted CA list", source="C2")
    traversal_preloaded_routes: Switch = setting(True, "accept a Route header from the traversal zone", source="C1")
    neighbour_preloaded_routes: Switch = setting(True, "accept a Route header from Unified CM", source="C1")
    connect_timeout: Seconds = setting(10, "seconds for an outbound SYN", source="C2")
    trunk_port: Port = setting(5060, "where it listens for Unified CM, plain TCP")
    search_rules: tuple[SearchRule, ...] = setting((), "where calls go", source="C1")


class UnifiedCm(Settings):
    """Unified CM stand-in: registrar and called phone."""

    host_name: str = setting("cucm1.example.com", "its DNS name")
    cluster_name: str = setting("cucm-cluster.example.com", "Cluster Fully Qualified Domain Name", source="C4")
    port: Port = setting(5060, "its SIP port, plain TCP", source="C4")
    user: str = setting("user1@example.com", "the called user's directory URI", source="seed")
    password: str = setting("lab-only", "the user's digest password")
    realm: str = setting("example.com", "the digest realm")


class WebexCloud(Settings):
    """The Webex SIP edge: dials in and is dialled."""

    host_name: str = setting("l2sip-lab-01.wbx2.com", "its DNS name", source="C1")
    certificate: Certificate = setting(
        Certificate(profile="webex-cloud-dual", faults=("with-root",)),
        "what it presents, root included",
        source="C1",
    )
    default_trust: tuple[str, ...] = setting(("public-root",), "the public list that it trusts", source="C4")
    uploaded_trust: tuple[str, ...] = setting(
        (),
        "the organisation's own list; when there is one, only it counts",
        screen="Control Hub > Certificates for encrypted SIP calls",
        source="C4",
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
    dialect: Dialect = setting("jsse", "whose alerts it speaks", source="X5")
    organisation: str = setting("example.calls.webex.com", "the organisation's calling domain", source="C3")


class MraEndpoint(Settings):
    """A client of Mobile and Remote Access: Jabber, or a desk phone."""

    certificate: MaybeCertificate = setting("none", "client certificate; Jabber normally has none", source="seed")
    trusted_ca: tuple[str, ...] = setting(("public-root",), "its trust store")
    tls_versions: Versions = setting(("1.2", "1.3"), "TLS versions")
    user: str = setting("user1@example.com", "the user's address; its domain is where it looks for the edge")
    password: str = setting("lab-only", "the user's password")


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


class Lab(Settings):
    """The healthy lab, or a changed one."""

    expressway_e: ExpresswayE = setting(ExpresswayE(), "Expressway-E")
    expressway_c: ExpresswayC = setting(ExpresswayC(), "Expressway-C")
    unified_cm: UnifiedCm = setting(UnifiedCm(), "Unified CM")
    webex_cloud: WebexCloud = setting(WebexCloud(), "Webex cloud")
    jabber: MraEndpoint = setting(MraEndpoint(), "Jabber")
    mra_phone: MraEndpoint = setting(MraEndpoint(certificate=Certificate(profile="mra-phone")), "an MRA desk phone")
    b2b_peer: B2bPeer = setting(B2bPeer(), "B2B peer")
    firewall: Firewall = setting(Firewall(), "the Internet firewall")
    edges: tuple[Edge, ...] = setting((), "more Expressway-E nodes beside expressway-e", source="seed")
    name_server: NameServer = setting(NameServer(), "the name server")
    control_hub: ControlHub = setting(ControlHub(), "Control Hub")
    seed: int = setting(1, "what chance begins with, so that weighted choices come out the same again")

    @model_validator(mode="after")
    def _gives_each_node_a_place_of_its_own(self) -> Self:
        names = [*LAST_OCTETS, *(edge.name for edge in self.edges)]
        taken_by_others = {**LAST_OCTETS, "nobody": NOBODYS_OCTET}
        del taken_by_others["expressway-e"]
        others = [f"{HOME_BLOCK}.{octet}" for octet in taken_by_others.values()]
        addresses = [*others, self.expressway_e.address, *(edge.address for edge in self.edges)]
        for taken in (names, addresses):
            if twice := [each for each in taken if taken.count(each) > 1]:
                raise ValueError(f"two actors have the name or address {twice[0]}")
        return self

    @model_validator(mode="after")
    def _has_firewall_rules_for_actors(self) -> Self:
        actors = [*LAST_OCTETS, *(edge.name for edge in self.edges)]
        for rule in self.firewall.rules:
            for name in (rule.source, rule.to):
                if name not in {ANYBODY, *actors}:
                    raise ValueError(f"no actor '{name}' for a firewall rule; {hint_for(name, [ANYBODY, *actors])}")
        return self

    @property
    def nodes(self) -> dict[str, ExpresswayE]:
        """Every Expressway-E by its actor's name, expressway-e first, also those that are switched off."""
        nodes = {"expressway-e": self.expressway_e}
        for edge in self.edges:
            told = {"host_name": edge.host, "power": edge.power, "address": edge.address, "site": edge.site}
            nodes[edge.name] = self.expressway_e.model_copy(
                update={**told, "server_certificate": edge.certificate(self.expressway_e.server_certificate)}
            )
        return nodes
