"""Who holds a certificate, in which TLS role, who looks at it, and where it lies in the lab: one table.

The command line takes the words of `--role` from it, so nothing slow is imported here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType
from typing import TYPE_CHECKING

from harness.lab.installing import CLOUD_LIST, Place
from harness.lab.uploads import Box

if TYPE_CHECKING:
    from harness.x509.findings import Purpose


@dataclass(frozen=True, slots=True)
class CertificateRole:
    """One use of a certificate.

    `purposes` are the TLS roles in which it must serve. `peers` says who verifies it there, for people; trap X32:
    a rule is about somebody, or it is about nobody. `names` says which names it needs. `place` is where it
    lies in the lab.
    """

    name: str
    title: str
    purposes: tuple[Purpose, ...]
    peers: str
    names: str
    place: Place

    @property
    def box(self) -> Box | None:
        """The Expressway in whose stores it lies, None for everybody else's."""
        return self.place.box

    @property
    def twin(self) -> str:
        """The role of the other store of the same box, empty where it has none."""
        other = self.place.other_store
        return next((role.name for role in CERTIFICATE_ROLES.values() if role.place.setting == other), "")


_EDGE_VERIFIERS = (
    CLOUD_LIST,
    "b2b-peer.trusted-ca",
    "jabber.trusted-ca",
    "mra-phone.trusted-ca",
    "expressway-c.trusted-ca",
)
_EDGE_STORES = ("expressway-e.server-certificate", "expressway-e.client-certificate")
_INSIDE_STORES = ("expressway-c.server-certificate", "expressway-c.client-certificate")
_EDGE_LIST, _INSIDE_LIST = "expressway-e.trusted-ca", "expressway-c.trusted-ca"
_INSIDE_VERIFIERS = (_EDGE_LIST, "unified-cm.trusted-ca", "unified-cm.tomcat-trust")
_EDGE_HOSTS = ("us-expe1.example.com", "example.com")
_INSIDE_HOSTS = ("expc1.example.com", "example.com")


def _store(stores: tuple[str, str], own_list: str, verifiers: tuple[str, ...], names: tuple[str, str]) -> Place:
    setting, other = stores
    return Place(setting, (*verifiers, own_list), other, own_list, *names)


_EDGE_DIALLED = (
    "Webex cloud on 5062, B2B partners on 5061, Jabber and phones on 8443 and 5061, Expressway-C on 7001 and up"
)
_INSIDE_NAMES = "its own FQDN, the cluster name, and the name of each phone security profile"

CERTIFICATE_ROLES: Mapping[str, CertificateRole] = MappingProxyType(
    {
        role.name: role
        for role in (
            CertificateRole(
                name="expressway-e-server",
                title="Expressway-E when it is dialled",
                purposes=("server",),
                peers=_EDGE_DIALLED,
                names="its own FQDN, each MRA domain (or collab-edge. and the domain), and the SIP domain",
                place=_store(_EDGE_STORES, _EDGE_LIST, _EDGE_VERIFIERS, _EDGE_HOSTS),
            ),
            CertificateRole(
                name="expressway-e-client",
                title="Expressway-E when it dials",
                purposes=("client",),
                peers="Webex cloud on 5062, and each B2B partner that asks for a certificate",
                names="its own FQDN and a domain that the organisation has verified",
                place=_store(_EDGE_STORES[::-1], _EDGE_LIST, _EDGE_VERIFIERS, _EDGE_HOSTS),
            ),
            CertificateRole(
                name="expressway-c-server",
                title="Expressway-C when it is dialled",
                purposes=("server",),
                peers="Unified CM on the trunk",
                names=_INSIDE_NAMES,
                place=_store(_INSIDE_STORES, _INSIDE_LIST, _INSIDE_VERIFIERS, _INSIDE_HOSTS),
            ),
            CertificateRole(
                name="expressway-c-client",
                title="Expressway-C when it dials",
                purposes=("client",),
                peers="Expressway-E on 7001 and up and in the SSH tunnel on 2222, Unified CM on the trunk",
                names=_INSIDE_NAMES,
                place=_store(_INSIDE_STORES[::-1], _INSIDE_LIST, _INSIDE_VERIFIERS, _INSIDE_HOSTS),
            ),
            CertificateRole(
                name="webex-cloud",
                title="Webex cloud, which dials and is dialled",
                purposes=("server", "client"),
                peers="Expressway-E, both ways",
                names="a name of hybrid calling, such as callservice.webex.com",
                place=Place("webex-cloud.certificate", (_EDGE_LIST,)),
            ),
            CertificateRole(
                name="b2b-peer",
                title="The edge of another company",
                purposes=("server",),
                peers="Expressway-E, where its DNS zone verifies whom it dials",
                names="its SIP domain, and its own FQDN",
                place=Place(
                    "b2b-peer.server-certificate",
                    (_EDGE_LIST,),
                    host="edge1.peer.example",
                    domain="peer.example",
                    looked_at_with={"expressway-e.dns-zone.tls-verify": True},
                    assumed="Expressway-E verifies the partners that it dials (TLS verify mode On in the DNS zone)",
                ),
            ),
            CertificateRole(
                name="unified-cm",
                title="Unified CM on the trunk, which dials and is dialled",
                purposes=("server", "client"),
                peers="Expressway-C on the trunk, both ways",
                names="the name or address by which Expressway-C knows it as a peer",
                place=Place(
                    "unified-cm.certificate",
                    (_INSIDE_LIST,),
                    host="cucm1.example.com",
                    domain="example.com",
                    looked_at_with={
                        "expressway-c.neighbour-zone.transport": "tls",
                        "expressway-c.neighbour-zone.tls-verify": True,
                    },
                    assumed="the trunk speaks TLS, and Expressway-C verifies it",
                ),
            ),
            CertificateRole(
                name="mra-phone",
                title="A desk phone or room device with a certificate of its own",
                purposes=("client",),
                peers="Expressway-E on the mutual TLS port",
                names="what a Default Zone access rule looks for",
                place=Place("mra-phone.certificate", (_EDGE_LIST,)),
            ),
        )
    }
)
"""By name, in the order in which the documentation tells them (domain.md 1.2)."""

ALL_ROLES = tuple(CERTIFICATE_ROLES)
BOXES = tuple(role.name for role in CERTIFICATE_ROLES.values() if role.box)
OTHERS = tuple(role.name for role in CERTIFICATE_ROLES.values() if not role.box)
NAMED = tuple(name for name in ALL_ROLES if name != "mra-phone")
"""The roles in which peers look for a DNS name; a phone from the factory has none."""
ASKED_FOR = tuple(name for name in NAMED if name != "webex-cloud")
"""The roles whose names only their owner knows; those of the cloud are known (trap X2)."""
