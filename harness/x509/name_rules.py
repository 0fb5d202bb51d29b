"""The four schools of reading names in a certificate, as one table.

Trap X1: Cisco's own texts disagree on whether the common name counts, and the RFCs disagree with Cisco. So
the policy is chosen, never assumed, and a report can show all four opinions side by side.

The names under which the Webex cloud may appear: profiles, because nobody knows the one name.

Trap X2: the seeds, the TAC guide and the 2023 guide say callservice.webex.com, the 2019 migration guide says
sip.webex.com, and old certificates say callservice.ciscospark.com. So it is never a constant.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from harness.x509.presented_names import IdentityKind


class CommonName(StrEnum):
    """When a policy reads the subject's common name."""

    ALWAYS = "always"
    WITHOUT_SAN = "only without a subjectAltName extension"
    NEVER = "never"


@dataclass(frozen=True, slots=True)
class NamePolicy:
    """One school of reading names.

    `kinds` count besides the common name; `uri_schemes` are those of a URI that does. `optional_sip_uris`:
    a knob may add sip: URIs. `uris_hide_dns`: dNSNames count only where no sip: URI identity exists.
    `wildcards_possible` is False where not even the knob allows them.
    """

    name: str
    summary: str
    source: str
    kinds: frozenset[IdentityKind]
    common_name: CommonName
    uri_schemes: frozenset[str] = frozenset({"sip"})
    optional_sip_uris: bool = False
    uris_hide_dns: bool = False
    wildcards_possible: bool = True


ADDRESSES = (
    "Which names of a certificate count, for `expressway-e.identity.policy`. A peer that is known by its address finds "
    "it in an iPAddress alone: a dNSName `192.0.2.1` never matches that address (RFC 5280 section 4.2.1.6). Only "
    "`rfc9525` reads an iPAddress. RFC 5922 knows SIP domains and no addresses, and what Expressway does with one no "
    "text of Cisco says; so the lab does not guess, and a zone is better told a name."
)
"""What the policies have in common, for people; printed over their table."""

_DNS, _URI, _SRV, _IP = IdentityKind.DNS, IdentityKind.URI, IdentityKind.SRV, IdentityKind.IP_ADDRESS

POLICIES: Mapping[str, NamePolicy] = MappingProxyType(
    {
        policy.name: policy
        for policy in (
            NamePolicy(
                name="expressway",
                summary="the common name or any dNSName; sip: URIs by a knob; no iPAddress (Cisco's texts name none)",
                source="4.1, X1",
                kinds=frozenset({_DNS}),
                common_name=CommonName.ALWAYS,
                optional_sip_uris=True,
            ),
            NamePolicy(
                name="san-only",
                summary="any dNSName, never the common name; sip: URIs by a knob; no iPAddress, as above",
                source="X1",
                kinds=frozenset({_DNS}),
                common_name=CommonName.NEVER,
                optional_sip_uris=True,
            ),
            NamePolicy(
                name="rfc5922",
                summary="sip: URIs without a user, else dNSNames; the common name only without a SAN; never an address",
                source="RFC 5922 sections 7.1 and 7.2",
                kinds=frozenset({_DNS, _URI}),
                common_name=CommonName.WITHOUT_SAN,
                uris_hide_dns=True,
                wildcards_possible=False,
            ),
            NamePolicy(
                name="rfc9525",
                summary="dNSNames, sip(s) URIs, SRVNames and IP addresses, never the common name",
                source="RFC 9525 section 6",
                kinds=frozenset({_DNS, _URI, _SRV, _IP}),
                common_name=CommonName.NEVER,
                uri_schemes=frozenset({"sip", "sips"}),
            ),
        )
    }
)
"""The policies by name, in the order in which reports show them."""


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
