"""Who lives where: an address for each actor, and the host names that lead to it."""

from __future__ import annotations

from dataclasses import dataclass

from harness.lab.settings import Lab

LAST_OCTETS = {
    "expressway-e": 10,
    "expressway-c": 20,
    "unified-cm": 30,
    "webex-cloud": 40,
    "jabber": 50,
    "mra-phone": 60,
    "b2b-peer": 70,
}
"""The actors of a lab, in the order in which a picture shows them, and their place in the lab's block."""

ROLES = {
    "expressway-e": "Expressway-E",
    "expressway-c": "Expressway-C",
    "unified-cm": "Unified CM",
    "webex-cloud": "Webex cloud",
    "jabber": "Jabber",
    "mra-phone": "MRA phone",
    "b2b-peer": "B2B peer",
}


@dataclass(frozen=True, slots=True)
class Directory:
    """Addresses by actor and by host name, all inside one /24 block such as "127.88.3"."""

    block: str
    hosts: dict[str, str]

    def address_of(self, actor: str) -> str:
        """Return the actor's IP address; KeyError for a name that is no actor's."""
        return f"{self.block}.{LAST_OCTETS[actor]}"

    def resolve(self, host: str) -> str:
        """Return the address behind a host or domain name, empty where nobody in the lab has it."""
        return self.hosts.get(host.lower(), "")


def directory_of(lab: Lab, block: str) -> Directory:
    """Lay the lab's names out over a block of addresses.

    A company's SIP domain leads to its edge, as its SRV record would (DNS itself is not part of this lab).
    """
    names = {
        "expressway-e": (lab.expressway_e.host_name,),
        "expressway-c": (lab.expressway_c.host_name,),
        "unified-cm": (lab.unified_cm.host_name, lab.unified_cm.cluster_name),
        "webex-cloud": (lab.webex_cloud.host_name, lab.webex_cloud.organisation, "webex.com"),
        "b2b-peer": (lab.b2b_peer.host_name, lab.b2b_peer.domain),
    }
    hosts = {name.lower(): f"{block}.{LAST_OCTETS[actor]}" for actor, known in names.items() for name in known}
    return Directory(block, hosts)
