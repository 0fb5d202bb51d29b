"""Who holds a certificate, in which TLS role, and who looks at it: one table."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from harness.lab.uploads import Box
from harness.x509.findings import Purpose


@dataclass(frozen=True, slots=True)
class CertificateRole:
    """One use of a certificate.

    `purposes` are the TLS roles in which it must serve. `peers` says who verifies it there, for people; trap X32:
    a rule is about somebody, or it is about nobody. `names` says which names it needs. `box` is the Expressway
    in whose stores it lies, empty where it lies elsewhere.
    """

    name: str
    title: str
    purposes: tuple[Purpose, ...]
    peers: str
    names: str
    box: Box | None = None


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
                box="expressway-e",
            ),
            CertificateRole(
                name="expressway-e-client",
                title="Expressway-E when it dials",
                purposes=("client",),
                peers="Webex cloud on 5062, and each B2B partner that asks for a certificate",
                names="its own FQDN and a domain that the organisation has verified",
                box="expressway-e",
            ),
            CertificateRole(
                name="expressway-c-server",
                title="Expressway-C when it is dialled",
                purposes=("server",),
                peers="Unified CM on the trunk",
                names=_INSIDE_NAMES,
                box="expressway-c",
            ),
            CertificateRole(
                name="expressway-c-client",
                title="Expressway-C when it dials",
                purposes=("client",),
                peers="Expressway-E on 7001 and up and in the SSH tunnel on 2222, Unified CM on the trunk",
                names=_INSIDE_NAMES,
                box="expressway-c",
            ),
            CertificateRole(
                name="webex-cloud",
                title="Webex cloud, which dials and is dialled",
                purposes=("server", "client"),
                peers="Expressway-E, both ways",
                names="a name of hybrid calling, such as callservice.webex.com",
            ),
            CertificateRole(
                name="b2b-peer",
                title="The edge of another company",
                purposes=("server",),
                peers="Expressway-E, where its DNS zone verifies whom it dials",
                names="its SIP domain, and its own FQDN",
            ),
            CertificateRole(
                name="unified-cm",
                title="Unified CM on the trunk, which dials and is dialled",
                purposes=("server", "client"),
                peers="Expressway-C on the trunk, both ways",
                names="the name or address by which Expressway-C knows it as a peer",
            ),
            CertificateRole(
                name="mra-phone",
                title="A desk phone or room device with a certificate of its own",
                purposes=("client",),
                peers="Expressway-E on the mutual TLS port",
                names="what a Default Zone access rule looks for",
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
