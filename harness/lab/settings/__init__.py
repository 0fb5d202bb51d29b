"""Every setting of the lab, by actor.

The models are the one table: files are checked against them, the actors read them, the documentation and
the JSON Schema are printed from them. Where a setting exists on the real product, it carries Cisco's label
and CLI name (domain.md section 3).
"""

from harness.lab.settings.certificates import Certificate
from harness.lab.settings.expressway_e import Edge, ExpresswayE
from harness.lab.settings.expressway_zones import (
    DefaultZone,
    DnsZone,
    NeighbourZone,
    TraversalClientZone,
    TraversalZone,
    WebexZone,
)
from harness.lab.settings.internet import B2bPeer, MraEndpoint, WebexCloud
from harness.lab.settings.lab import Lab
from harness.lab.settings.on_premises import ExpresswayC, UnifiedCm
from harness.lab.settings.rules import AccessRule, CallPolicyRule, SearchRule

__all__ = [
    "AccessRule",
    "B2bPeer",
    "CallPolicyRule",
    "Certificate",
    "DefaultZone",
    "DnsZone",
    "Edge",
    "ExpresswayC",
    "ExpresswayE",
    "Lab",
    "MraEndpoint",
    "NeighbourZone",
    "SearchRule",
    "TraversalClientZone",
    "TraversalZone",
    "UnifiedCm",
    "WebexCloud",
    "WebexZone",
]
