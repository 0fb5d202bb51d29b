"""Releases as people write them."""

from __future__ import annotations

from harness.lab.releases import RELEASE_NAMES

_FEW = 2


def release_names(releases: tuple[str, ...]) -> str:
    """Return releases in capitals, three and more in a row as a range; empty for none."""
    if not releases:
        return ""
    first, last = RELEASE_NAMES.index(releases[0]), RELEASE_NAMES.index(releases[-1])
    if len(releases) > _FEW and releases == RELEASE_NAMES[first : last + 1]:
        return f"{releases[0].upper()} to {releases[-1].upper()}"
    return ", ".join(releases).upper()
