"""What lies inside: Expressway-C and Unified CM."""

from __future__ import annotations

from harness.lab.fields import Port, Seconds, Settings, Switch, setting
from harness.lab.settings.certificates import Certificate
from harness.lab.settings.rules import SearchRule


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
