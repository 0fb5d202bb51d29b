"""The names under which the Webex cloud may appear: profiles, because nobody knows the one name.

Trap X2: the seeds, the TAC guide and the 2023 guide say callservice.webex.com, the 2019 migration guide says
sip.webex.com, and old certificates say callservice.ciscospark.com. So it is never a constant.
"""

from __future__ import annotations

from collections.abc import Mapping
from types import MappingProxyType

CLOUD_NAMES: Mapping[str, tuple[str, ...]] = MappingProxyType(
    {
        "webex": ("callservice.webex.com",),
        "legacy": ("callservice.ciscospark.com",),
        "dual": ("callservice.webex.com", "callservice.ciscospark.com", "sip.webex.com"),
        "sip-webex": ("sip.webex.com",),
    }
)
"""Profile to the names in the cloud's certificate (domain.md 3.2, X2; `dual` is the lab's default)."""

GENERATIONS: tuple[tuple[str, str], ...] = (
    ("callservice.ciscospark.com", "callservice.webex.com"),
    ("callservice.call.ciscospark.com", "callservice.calls.webex.com"),
    ("call.ciscospark.com", "calls.webex.com"),
    ("room.ciscospark.com", "rooms.webex.com"),
    ("meet.ciscospark.com", "meetup.webex.com"),
)
"""Legacy and current domain of each purpose (domain.md 1.4); names under them correspond as well."""


def other_generation(name: str) -> str:
    """Return what `name` is called in the other generation of the cloud's names, or an empty string.

    `acme.call.ciscospark.com` and `acme.calls.webex.com` are each other's twins; case does not count.
    """
    lowered = name.lower()
    for legacy, current in GENERATIONS:
        for here, there in ((legacy, current), (current, legacy)):
            if lowered == here or lowered.endswith(f".{here}"):
                return lowered.removesuffix(here) + there
    return ""
