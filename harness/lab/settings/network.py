"""What lies around the boxes of the lab: the name server, the Internet firewall, Control Hub."""

from __future__ import annotations

import ipaddress
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, model_validator

from harness.lab.fields import DialledPort, DomainName, Port, Settings, Switch, setting
from harness.lab.settings.certificates import Certificate

HOME_BLOCK = "127.64.0"
"""Addresses in this /24 are the lab's own wherever a file names them: they move with the lab's block."""

NOBODYS_OCTET = 99
"""The last octet at which nobody lives: where a stale address record leads."""

ANYBODY = "any"


def _check_network(text: str) -> str:
    ipaddress.ip_network(text)
    return text


Network = Annotated[str, AfterValidator(_check_network)]
Action = Literal[
    "drop",
    "refuse",
    "reset-after-client-hello",
    "reset-after-handshake",
    "swallow",
    "translate",
    "intercept",
    "take-tls-1.3-out-of-the-hello",
]


class FirewallRule(Settings):
    """What the firewall does to connections from somebody to somebody; the first rule that fits decides."""

    source: str = setting(ANYBODY, "the actor that dials, or any")
    to: str = setting(ANYBODY, "the actor that is dialled, or any")
    port: DialledPort | None = setting(None, "the port that is dialled; empty for every port")
    action: Action = setting(
        ...,
        "drop, refuse, reset, translate; swallow: TCP opens, and no byte of the dialler passes; intercept: it "
        "terminates TLS with the proxy certificate and dials onwards itself; take-tls-1.3-out-of-the-hello: it edits "
        "what the dialler offers",
        source="I12, I37",
    )
    to_port: Port | None = setting(None, "the port to which `translate` leads", source="M03")

    @model_validator(mode="after")
    def _knows_where_it_leads(self) -> Self:
        if (self.action == "translate") != (self.to_port is not None):
            raise ValueError("`translate` needs `to-port`, and no other action has one")
        if self.action == "intercept" and self.port is None:
            raise ValueError("`intercept` needs the `port` on which it takes connections")
        return self

    def fits(self, source: str, to: str, port: int) -> bool:
        """Whether the rule is for a connection between these two actors to that port."""
        return self.source in {ANYBODY, source} and self.to in {ANYBODY, to} and self.port in {None, port}


class Firewall(Settings):
    """The Internet firewall: it passes everything that no rule is for."""

    rules: tuple[FirewallRule, ...] = setting((), "what it does not simply pass", source="I06")
    proxy_certificate: Certificate = setting(
        Certificate(profile="inspecting-proxy"), "what it presents where a rule intercepts", source="M20"
    )
    proxy_trusted_ca: tuple[str, ...] = setting(
        ("public-root",), "what it trusts when it dials onwards; it goes on all the same, and that is a warning"
    )


class ZoneSetting(Settings):
    """One DNS zone in standard master-file text (RFC 1035 section 5)."""

    origin: str = setting(..., "the zone's name, such as example.com")
    text: str = setting(..., "its records, an SOA among them")


class DnsView(Settings):
    """What the name server says to askers from some networks: geo DNS, or an inside and an outside."""

    name: str = setting(..., "what the view is called")
    networks: tuple[Network, ...] = setting(
        ..., "networks of the askers, by client subnet where the question has one, else by source address"
    )
    records: str = setting("", "records, in master-file text, that replace those of the same name and type")


class DnsFault(Settings):
    """One fault of the name server or of a zone."""

    fault: str = setting(..., "a named fault: `sip-mtls list --dns-faults` shows them")
    name: DomainName = setting(..., "the domain name that it is about; behaviours hold for everything below it too")


class NameServer(Settings):
    """The lab's authoritative name server; the zones are those of the lab file."""

    port: Port = setting(5300, "its port, UDP and TCP")
    zones: tuple[ZoneSetting, ...] = setting((), "the zones", source="seed")
    records: str = setting("", "records, in master-file text, that replace those of the same name and type")
    without: tuple[str, ...] = setting((), "record sets that are missing, such as `SRV _sips._tcp.example.com`")
    views: tuple[DnsView, ...] = setting((), "answers that depend on where the question comes from", source="seed")
    inside: tuple[Network, ...] = setting(
        (f"{HOME_BLOCK}.20/32", f"{HOME_BLOCK}.30/32"), "the company's own networks, for split horizon"
    )
    faults: tuple[DnsFault, ...] = setting((), "named faults", source="seed")


class Organisation(Settings):
    """A customer of the cloud, and the domains that it says are its own."""

    name: DomainName = setting(..., "its name, a domain")
    email: DomainName = setting(..., "domain of its users' e-mail addresses", source="seed")
    expressway_e: DomainName = setting(..., "domain of its Expressway-E", source="seed")
    directory_uri: DomainName = setting(..., "domain of its users' directory URIs", source="seed")
    token: str = setting("", "the token that Control Hub hands out to it; empty for one made of its name")


class ControlHub(Settings):
    """The cloud's portal: it hands out tokens and lets nobody call for a domain that was not proven."""

    host_name: DomainName = setting("admin.webex.com", "its DNS name", source="C12")
    https_port: Port = setting(8443, "its port; 443 on the real one, which a lab without rights cannot open")
    certificate: Certificate = setting(Certificate(profile="control-hub"), "what it presents", source="C19")

    domain_check: Switch = setting(True, "check who owns a domain", screen="Control Hub > Domains", source="seed")
    token_profile: Literal["bare", "prefixed"] = setting(
        "prefixed", "the TXT value: the bare token of the seeds, or cisco-ci-domain-verification=token", source="X20"
    )
    organisations: tuple[Organisation, ...] = setting((), "the customers", source="seed")
    activated: tuple[str, ...] = setting((), "organisations that were activated before the play begins")
