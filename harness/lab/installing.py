"""Where the certificate of a role lies in the lab, and who has to trust it: what a change of it touches.

One table by role (domain.md 1.2). Two stores are filled as the release has them: until X15.4 an Expressway has
one certificate for both roles; from X15.5 a change of one store leaves the other as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, get_args

from harness.lab.releases import Release
from harness.lab.settings import Lab
from harness.lab.uploads import Box, Store, Upload, UploadRefusal, refusal_of
from harness.x509.certificate import CertificateFacts

SAME = "same-as-server"
CLOUD_LIST, UPLOADED_LIST = "webex-cloud.default-trust", "webex-cloud.uploaded-trust"
"""The list that the cloud trusts, and that which an organisation uploads: when there is one, only it counts (C4)."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a certificate lies.

    `setting` holds it, `other_store` the certificate for the other role of the same box, empty where it has one
    store. `own_list` is the list from which the holder completes the chain that it sends (trap X11), empty where
    it sends what it was given. `verifiers` are the trust lists of those who verify it. `host` and `domain` are
    the names of the healthy lab for which those of the certificate stand in. `looked_at_with` are settings with which
    somebody verifies it, where nobody does in the healthy lab, and `assumed` says so to people.
    """

    setting: str
    verifiers: tuple[str, ...]
    other_store: str = ""
    own_list: str = ""
    host: str = ""
    domain: str = ""
    looked_at_with: Mapping[str, Any] = field(default_factory=dict, hash=False)
    assumed: str = ""

    @property
    def box(self) -> Box | None:
        """The Expressway in whose store it lies, None for everybody else's."""
        actor = self.setting.partition(".")[0]
        return actor if actor in get_args(Box) else None  # type: ignore[return-value]

    @property
    def is_client(self) -> bool:
        """Whether it is the store of what a box presents when it dials."""
        return bool(self.other_store) and "client" in self.setting

    @property
    def twin(self) -> str:
        """The role of the other store of the same box, empty where it has none."""
        held = (role for role, place in PLACES.items() if place.setting == self.other_store)
        return next(held, "") if self.other_store else ""

    def lists_of_verifiers(self, lab: Lab) -> tuple[str, ...]:
        """Return the trust lists that count: those of the verifiers, and one that overrides the cloud's own (C4)."""
        overrides = CLOUD_LIST in self.verifiers and bool(lab.webex_cloud.uploaded_trust)
        return (*self.verifiers, UPLOADED_LIST) if overrides else self.verifiers

    def store_on(self, release: Release) -> str:
        """Return the setting that holds it: until X15.4 the only store, whatever the role."""
        if not self.other_store or release.two_stores:
            return self.setting
        return next(path for path in (self.setting, self.other_store) if "server" in path)

    def refusal(self, certificate: CertificateFacts, release: Release, *, switch: bool = False) -> UploadRefusal | None:
        """Return why the upload page does not take a certificate here; None where it does or is not there."""
        store: Store = "client" if "client" in self.store_on(release) else "server"
        return self.refusal_in(store, certificate, release, switch=switch)

    def refusal_in(
        self, store: Store, certificate: CertificateFacts, release: Release, *, switch: bool = False
    ) -> UploadRefusal | None:
        """Return why the page of a store of this box does not take a certificate; None for a box without such pages."""
        return refusal_of(Upload(certificate, self.box, store, release, switch)) if self.box else None

    def held(self, certificate: Mapping[str, Any], other: Mapping[str, Any], release: Release) -> dict[str, Any]:
        """Return the settings that put `certificate` in its place, and `other` in the other store if there is one."""
        if not self.other_store:
            return {self.setting: certificate}
        if release.two_stores:
            return {self.setting: certificate, self.other_store: other}
        single = self.store_on(release)
        (client,) = {self.setting, self.other_store} - {single}
        return {single: certificate, client: SAME}


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
_EDGE_NAMES = ("us-expe1.example.com", "example.com")
_INSIDE_NAMES = ("expc1.example.com", "example.com")


def _store(stores: tuple[str, str], own_list: str, verifiers: tuple[str, ...], names: tuple[str, str]) -> Place:
    setting, other = stores
    return Place(setting, (*verifiers, own_list), other, own_list, *names)


PLACES: Mapping[str, Place] = {
    "expressway-e-server": _store(_EDGE_STORES, _EDGE_LIST, _EDGE_VERIFIERS, _EDGE_NAMES),
    "expressway-e-client": _store(_EDGE_STORES[::-1], _EDGE_LIST, _EDGE_VERIFIERS, _EDGE_NAMES),
    "expressway-c-server": _store(_INSIDE_STORES, _INSIDE_LIST, _INSIDE_VERIFIERS, _INSIDE_NAMES),
    "expressway-c-client": _store(_INSIDE_STORES[::-1], _INSIDE_LIST, _INSIDE_VERIFIERS, _INSIDE_NAMES),
    "webex-cloud": Place("webex-cloud.certificate", (_EDGE_LIST,)),
    "b2b-peer": Place(
        "b2b-peer.server-certificate",
        (_EDGE_LIST,),
        host="edge1.peer.example",
        domain="peer.example",
        looked_at_with={"expressway-e.dns-zone.tls-verify": True},
        assumed="Expressway-E verifies the partners that it dials (TLS verify mode On in the DNS zone)",
    ),
    "unified-cm": Place(
        "unified-cm.certificate",
        (_INSIDE_LIST,),
        host="cucm1.example.com",
        domain="example.com",
        looked_at_with={"expressway-c.neighbour-zone.transport": "tls", "expressway-c.neighbour-zone.tls-verify": True},
        assumed="the trunk speaks TLS, and Expressway-C verifies it",
    ),
    "mra-phone": Place("mra-phone.certificate", (_EDGE_LIST,)),
}
"""By role."""
