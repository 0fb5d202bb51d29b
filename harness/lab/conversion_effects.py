"""What the lab is after some steps of a change of certificates, in the order in which they were taken.

The order counts: what an upgrade copies into the second store is what the first one holds by then, and a certificate
for the dialling role goes into the one store of a box or into its second one, as the release has it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.lab.changes import changed, names_at
from harness.lab.conversion import ConversionStep
from harness.lab.installing import PLACES, SAME
from harness.lab.releases import RELEASES
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
        place, release = PLACES[step.installs], RELEASES[self.value("release")]
        store = place.store_on(release)
        followers = [
            path for path in (place.setting, place.other_store) if path and release.two_stores and path != store
        ]
        kept = {path: self.value(store) for path in followers if self.value(path) == SAME}
        return {**kept, store: {"profile": step.profile}}
