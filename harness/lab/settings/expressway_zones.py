"""The Expressway zones: each says whom it takes and how it leads on."""

from __future__ import annotations

from typing import Literal

from harness.lab.fields import DomainName, PeerAddress, Port, Settings, Switch, setting
from harness.lab.settings.rules import AccessRule

NameProfile = Literal["webex", "legacy", "dual", "sip-webex"]
MediaEncryption = Literal["auto", "best-effort", "force-encrypted", "force-unencrypted"]
_ZONES = "Configuration > Zones > Zones"
_DEFAULT_ZONE = "Configuration > Zones > Default Zone"
_MEDIA = "Media encryption mode; anything but auto leads every call of the zone through the B2BUA"
_PRESERVATION = "SIP parameter preservation: let the B2BUA keep the parameters of the Contact"


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
    media_encryption: MediaEncryption = setting("auto", _MEDIA, screen=_DEFAULT_ZONE, source="C2")


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
    parameter_preservation: Switch = setting(True, _PRESERVATION, screen=_ZONES, source="C1")
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
    media_encryption: MediaEncryption = setting("auto", _MEDIA, screen=_ZONES, source="C2")
    webex_aware: Switch = setting(False, "follow the NAPTR service SIPSM+D2T to mutual TLS", source="D09")


class TraversalZone(Settings):
    """The end of a traversal zone pair at Expressway-E, the traversal server."""

    port: Port = setting(..., "the traversal server's port", screen=_ZONES, source="C12")
    subject_name: str = setting("", "TLS verify subject name", screen=_ZONES, source="C2")
    preloaded_routes: Switch = setting(
        True,
        "accept a Route header",
        screen=_ZONES,
        command="Zones Zone [n] SIP PreloadedRoutes Accept",
        source="C1",
    )
    media_encryption: MediaEncryption = setting("auto", _MEDIA, screen=_ZONES, source="C2")
    parameter_preservation: Switch = setting(True, _PRESERVATION, screen=_ZONES, source="C1")


class TraversalClientZone(Settings):
    """The end of a traversal zone pair at Expressway-C, the traversal client."""

    peer_address: PeerAddress = setting(
        "",
        "what it dials to reach expressway-e, and must find in its certificate; empty for its DNS name",
        screen=_ZONES,
        command="Zones Zone [n] TraversalClient Peer [1..6] Address",
        source="M13",
    )


class NeighbourZone(Settings):
    """Expressway-C's zone towards Unified CM."""

    transport: Literal["tcp", "tls"] = setting(
        "tcp",
        "transport of the trunk, in both directions",
        screen=_ZONES,
        command="Zones Zone [n] Neighbor SIP Transport",
        source="C15",
    )
    port: Port | None = setting(
        None,
        "the port that it dials; empty for the one of Unified CM",
        screen=_ZONES,
        command="Zones Zone [n] Neighbor SIP Port",
        source="C15",
    )
    tls_verify: Switch = setting(
        False,
        "verify the chain and the name of Unified CM; when dialled, demand a client certificate",
        screen=_ZONES,
        command="Zones Zone [n] Neighbor SIP TLS Verify Mode",
        source="C2",
    )
