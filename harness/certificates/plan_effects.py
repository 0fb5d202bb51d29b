"""What the lab is after some steps of a change of certificates, in the order in which they were taken.

The order counts: what an upgrade copies into the second store is what the first one holds by then, and a certificate
for the dialling role goes into the one store of a box or into its second one, as the release has it.

Steps of a change of certificates that a release makes possible or needs: the upgrade, the split of the stores, SCP.

An upgrade to two stores fills both with the certificate of the one (domain.md 3.1, C2), on both Expressways, which must
run the same release. Each step is there only on the releases on which it can be taken.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from harness.certificates.plan_steps import ConversionStep, Exchange, Need
from harness.lab.actors import TITLES
from harness.lab.certificate_roles import CERTIFICATE_ROLES
from harness.lab.changes import changed, names_at
from harness.lab.installing import SAME
from harness.lab.releases import NEWEST, RELEASES, Release
from harness.lab.screens import CLIENT_CERTIFICATE
from harness.lab.settings import Lab


def lab_after(lab: Lab, steps: Sequence[ConversionStep]) -> Lab:
    """Return the lab in which these steps were taken, in this order."""
    return changed(lab, settings_after(lab, steps))


def settings_after(lab: Lab, steps: Sequence[ConversionStep]) -> dict[str, Any]:
    """Return the settings that differ then, by their dotted names; equal ones mean equal labs."""
    now = _Now(lab)
    for step in steps:
        now.take(step)
    return now.settings


class _Now:
    """The settings that differ so far."""

    def __init__(self, lab: Lab) -> None:
        self._lab = lab
        self.settings: dict[str, Any] = {}

    def take(self, step: ConversionStep) -> None:
        """Add what a step does."""
        copied = {target: self.value(source) for target, source in step.copies.items()}
        self.settings |= {**step.sets, **copied, **self._installed(step)}
        for path, names in step.adds.items():
            held = self._names(path)
            self.settings[path] = [*held, *(name for name in names if name not in held)]
        for path, names in step.removes.items():
            self.settings[path] = [name for name in self._names(path) if name not in names]

    def value(self, path: str) -> Any:
        """Return what a setting has now, as it is written in a file."""
        if path in self.settings:
            return self.settings[path]
        value: Any = self._lab.model_dump(by_alias=True, mode="json")
        for key in path.split("."):
            value = value[key]
        return value

    def _names(self, path: str) -> list[str]:
        return list(self.settings.get(path, names_at(self._lab, path)))

    def _installed(self, step: ConversionStep) -> Mapping[str, Any]:
        """Return what changes where a certificate comes into a store: of two stores the other one stays as it was."""
        if not step.installs:
            return {}
        place, release = CERTIFICATE_ROLES[step.installs].place, RELEASES[self.value("release")]
        store = place.store_on(release)
        followers = [
            path for path in (place.setting, place.other_store) if path and release.two_stores and path != store
        ]
        kept = {path: self.value(store) for path in followers if self.value(path) == SAME}
        return {**kept, store: {"profile": step.profile}}


_SWITCH = "expressway-e.enable-server-eku-upload"
_BOXES = ("expressway-e", "expressway-c")
_COPIES = {f"{box}.client-certificate": f"{box}.server-certificate" for box in _BOXES}
_WITH_TWO_STORES = frozenset(name for name, release in RELEASES.items() if release.two_stores)
_BEHIND_A_SWITCH = frozenset(name for name, row in RELEASES.items() if row.server_auth_only == "behind-a-switch")
_ROUND_THE_PAGE = frozenset(name for name, release in RELEASES.items() if release.server_auth_only == "refused")


def release_steps(exchanges: Sequence[Exchange], release: Release, upgrade: str | None) -> Iterator[ConversionStep]:
    """Yield the steps that hang on the release, beginning on `release`.

    `upgrade` is the release to which there must be an upgrade; empty where it is taken only if it helps, None for none.
    """
    for exchange in exchanges:
        yield from _switched_on(exchange)
    if upgrade is not None and not release.two_stores:
        yield _upgrade(upgrade or NEWEST, Need.REQUIRED if upgrade else Need.WHERE_IT_HELPS)
        for exchange in exchanges:
            yield from _split(exchange)
    for exchange in exchanges:
        yield from _over_scp(exchange)


def _upgrade(target: str, need: Need) -> ConversionStep:
    copies = _COPIES if RELEASES[target].two_stores else {}
    split = "; both stores of each then hold the certificate that its one store had" if copies else ""
    title = f"Upgrade both Expressways to {target.upper()}{split}"
    older = frozenset(list(RELEASES)[: list(RELEASES).index(target)])
    return ConversionStep(
        title, "Maintenance > Upgrade", sets={"release": target}, copies=copies, need=need, releases=older
    )


def _switched_on(exchange: Exchange) -> Iterator[ConversionStep]:
    if exchange.place.box == "expressway-e":
        yield ConversionStep(
            "Set EnableServerEkuUpload to On",
            "xConfiguration XCP TLS Certificate CVS EnableServerEkuUpload: On",
            sets={_SWITCH: True},
            need=Need.WHERE_IT_HELPS,
            releases=_BEHIND_A_SWITCH,
        )


def _split(exchange: Exchange) -> Iterator[ConversionStep]:
    """Yield the split of the stores: the dialling role gets the old certificate, whatever the other store holds."""
    dialling = f"{exchange.place.box}-client"
    if dialling in CERTIFICATE_ROLES and exchange.role != dialling:
        yield ConversionStep(
            f"Split the stores of {TITLES[str(exchange.place.box)]}: put the old certificate into its client store",
            CLIENT_CERTIFICATE,
            installs=dialling,
            profile=exchange.old,
            need=Need.WHERE_IT_HELPS,
            releases=_WITH_TWO_STORES,
        )


def _over_scp(exchange: Exchange) -> Iterator[ConversionStep]:
    """Yield the way round a web page that refuses (A1)."""
    if exchange.place.box is not None:
        yield ConversionStep(
            f"Copy the new certificate as {exchange.role} over SCP into the certificate folder, and restart",
            "SCP, and Maintenance > Restart options: the web page refuses it",
            installs=exchange.role,
            profile=exchange.new,
            over_scp=True,
            need=Need.WHERE_IT_HELPS,
            releases=_ROUND_THE_PAGE,
        )
