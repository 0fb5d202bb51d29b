"""Expressway-E: the SIP page, certificates, zones and rules."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field

from harness.lab.fields import DomainName, Port, Seconds, Settings, Switch, setting
from harness.lab.settings.certificates import EKU_CHECK_OFF, Certificate, ClientStore, EkuCheckOff, Versions
from harness.lab.settings.expressway_zones import DefaultZone, DnsZone, TraversalZone, WebexZone
from harness.lab.settings.network import HOME_BLOCK
from harness.lab.settings.revocation import RevocationChecking
from harness.lab.settings.rules import CallPolicyRule, EdgeSearchRules
from harness.pki.certificate_names import COMMON_NAME_LIMIT

PolicyName = Literal["expressway", "san-only", "rfc5922", "rfc9525"]
_LAST_OCTET = "(25[0-4]|2[0-4][0-9]|1[0-9]{2}|[1-9]?[0-9])"
LabAddress = Annotated[str, Field(pattern=rf"^{HOME_BLOCK.replace('.', '[.]')}[.]{_LAST_OCTET}$")]
_SIP_PAGE = "Configuration > Protocols > SIP"
_CERTIFICATES = "Maintenance > Security"
_UNIFIED_COMMUNICATIONS = "Configuration > Unified Communications > Configuration"


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
    tls_versions: Versions | tuple[()] = setting(
        (), "TLS versions; empty for those of the release", command="SIP Advanced SipTlsVersions", source="X26"
    )
    ciphers: str = setting("", "OpenSSL cipher string", command="Ciphers SIPTLSCiphers Value", source="C18")
    eku_check: Switch = setting(
        True,
        "whether an inbound client certificate must allow clientAuth",
        screen=_SIP_PAGE,
        command="SIP TLS Certificate ExtendedKeyUsage Checking Mode",
        source="C7",
    )
    eku_check_off: EkuCheckOff = setting("any-tls-usage", EKU_CHECK_OFF, source="A2")
    max_message_size: int = setting(32768, "bytes", command="SIP Advanced SipMaxSize", source="C1")


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
    enable_server_eku_upload: Switch = setting(
        False,
        "let X15.4 take a server certificate without clientAuth; deprecated on X15.5, where it changes nothing",
        command="XCP TLS Certificate CVS EnableServerEkuUpload",
        source="A3",
    )
    trusted_ca: tuple[str, ...] = setting(
        (),
        "verifies peers and completes the chain that it sends (trap X11)",
        screen=f"{_CERTIFICATES} > Trusted CA certificate",
        source="C1",
    )
    revocation: RevocationChecking = setting(RevocationChecking(), "revocation checking of SIP TLS peers")
    same_subject_cas: Literal["keep-all", "first-only"] = setting(
        "keep-all",
        "what happens to a CA of a common name that the list already holds: OpenSSL copes; Expressway could not hold "
        "two before X14.0.8, and later guides recommend not to",
        source="A6",
    )
    ca_management: Literal["manual", "automatic"] = setting(
        "manual",
        "automatic: the list also holds what the cloud announces (webex-cloud.announced-cas)",
        source="seed",
    )
    default_zone: DefaultZone = setting(DefaultZone(), "the Default Zone")
    webex_zone: WebexZone = setting(WebexZone(), "the Webex zone")
    dns_zone: DnsZone = setting(DnsZone(), "the DNS zone")
    traversal_zone: TraversalZone = setting(TraversalZone(port=7003), "towards Expressway-C, for calls")
    uc_traversal_zone: TraversalZone = setting(TraversalZone(port=7001), "towards Expressway-C, for MRA")
    uc_traversal_verification: Literal["both", "one-way"] = setting(
        "both",
        "who verifies whom on the UC traversal zone: each end the other, or Expressway-C alone, as one document has it "
        "from X15.4 on and another does not (trap X34); the tunnel demands a certificate all the same",
        source="A4",
    )
    tunnel_port: Port = setting(
        2222,
        "the port of the SSH tunnel for MRA, which mutual TLS and a greeting stand in for; it demands clientAuth "
        "whatever the EKU check says, and looks for intermediates in the trusted CA list alone",
        source="C7",
    )
    cluster_tls_verification: Literal["permissive", "enforcing"] = setting(
        "permissive",
        "whether cluster peers verify each other's chain and name; permissive raises alarm 40049",
        screen="System > Clustering",
        source="C2",
    )
    cluster_port: Port = setting(
        4372,
        "the port of the link between cluster peers, which mutual TLS and a greeting stand in for",
        source="C6",
    )
    identity: Identity = setting(Identity(), "how names are judged")
    failover_on_tls_error: Switch = setting(
        True, "try the next SRV target also where TLS failed before any SIP byte", source="X15"
    )
    call_policy: tuple[CallPolicyRule, ...] = setting((), "CPL", screen="Configuration > Call Policy", source="C4")
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
    search_rules: EdgeSearchRules = setting((), "where calls go", source="C1")
    mra: Switch = setting(True, "Mobile and Remote Access")
    mra_port: Port = setting(8443, "sign-in port", source="C9")
    activation_code_onboarding: Switch = setting(
        False,
        "ask for a client certificate on the sign-in port, for phones that were set up by activation code",
        screen=_UNIFIED_COMMUNICATIONS,
        source="C9",
    )
    activation_code_ca: tuple[str, ...] = setting(
        ("manufacturing-root", "manufacturing-issuing"),
        "the CA list of its own that verifies those certificates; the trusted CA list does not",
        screen=_UNIFIED_COMMUNICATIONS,
        source="C9",
    )
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
        """Return what it presents; a host name that is too long for a common name stands in the alternative names."""
        common_name = self.host if len(self.host) <= COMMON_NAME_LIMIT else usual.common_name
        own = {"common_name": common_name, "dns_names": (self.host, "example.com")}
        return self.server_certificate or usual.model_copy(update=own)
