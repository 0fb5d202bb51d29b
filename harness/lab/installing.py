"""Where a certificate lies in the lab, and who has to trust it: what a change of it touches.

The place of each role is in the table of roles. Two stores are filled as the release has them: until X15.4 an
Expressway has one certificate for both roles; from X15.5 a change of one store leaves the other as it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, get_args

from harness.lab.uploads import Box, Store, Upload, UploadRefusal, refusal_of

if TYPE_CHECKING:  # the command line reads the table of roles, and starts with nothing slow
    from harness.lab.releases import Release
    from harness.lab.settings import Lab
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
