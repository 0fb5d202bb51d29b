"""The named faults of name servers and zones: one table that the authority runs and the docs print."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Literal, TypeAlias

import dns.message
import dns.name

from harness.dns import faulty_replies as spoilt_replies
from harness.dns import faulty_zones as spoilt_zones
from harness.dns.faulty_replies import HonestReply
from harness.dns.zone import Zone

SpoilReply: TypeAlias = Callable[[HonestReply], dns.message.Message | bytes | None]
SpoilZone: TypeAlias = Callable[[Zone, dns.name.Name, str], Zone]


@dataclass(frozen=True, slots=True)
class ZoneFault:
    """A fault of `FAULTS` and the domain name that it holds for.

    A behaviour and a split horizon hold for everything below the name as well; content is faulty at the name.
    """

    fault: str
    name: str


@dataclass(frozen=True, slots=True)
class FaultRow:
    """One fault: what it is called, what it means, and what it does to a response or to a zone.

    `outside_only`: only askers outside the networks that the authority knows as inside meet it.
    """

    title: str
    meaning: str
    kind: Literal["behaviour", "content"]
    spoil_reply: SpoilReply | None = None
    spoil_zone: SpoilZone | None = None
    outside_only: bool = False


def _behaviour(title: str, meaning: str, spoil: SpoilReply) -> FaultRow:
    return FaultRow(title, meaning, "behaviour", spoil_reply=spoil)


def _content(title: str, meaning: str, spoil: SpoilZone) -> FaultRow:
    return FaultRow(title, meaning, "content", spoil_zone=spoil)


FAULTS: Mapping[str, FaultRow] = {
    "silence": _behaviour(
        "The name server does not answer", "Queries arrive and nothing comes back.", spoilt_replies.silence
    ),
    "servfail": _behaviour(
        "The name server fails", "It answers SERVFAIL: it could not find out.", spoilt_replies.servfail
    ),
    "nxdomain": _behaviour(
        "The name does not exist", "The server answers NXDOMAIN, whatever the zone holds.", spoilt_replies.nxdomain
    ),
    "refused": _behaviour(
        "The name server refuses", "It answers REFUSED: not to this asker, or not this zone.", spoilt_replies.refused
    ),
    "garbage": _behaviour(
        "The answer is no DNS message", "Octets come back that no reader can make sense of.", spoilt_replies.garbage
    ),
    "wrong-id": _behaviour(
        "The answer has another id", "It looks like the answer to somebody else's query.", spoilt_replies.wrong_id
    ),
    "wrong-question": _behaviour(
        "The answer is to another question", "The id fits, the question does not.", spoilt_replies.wrong_question
    ),
    "truncated": _behaviour(
        "The answer is cut off over UDP",
        "The TC bit is set over UDP; over TCP the answer is whole.",
        spoilt_replies.truncated,
    ),
    "oversized": _behaviour(
        "The answer never comes whole",
        "The TC bit is set over UDP, and over TCP the connection closes without an answer.",
        spoilt_replies.oversized,
    ),
    "stale-a": _content(
        "A stale address comes first",
        "The name has one A record more, for an address at which nobody lives any longer.",
        spoilt_zones.stale_a,
    ),
    "wildcard": _content(
        "A wildcard makes every name exist",
        "Each SRV and each A record below the name that is not there is made up, and leads to the name's own host.",
        spoilt_zones.wildcard,
    ),
    "srv-to-cname": _content(
        "The SRV target is an alias",
        "The targets of the SRV records are CNAME records, which RFC 2782 forbids and geo DNS needs.",
        spoilt_zones.srv_to_cname,
    ),
    "target-dot": _content(
        "The service is not offered here",
        "The SRV record says 0 0 0 and the target '.': absent on purpose, with no address to fall back to.",
        spoilt_zones.target_dot,
    ),
    "cname-loop": _content(
        "The alias leads back to itself",
        "The name is an alias of a name that is an alias of it.",
        spoilt_zones.cname_loop,
    ),
    "split-horizon": FaultRow(
        "The name is known inside only",
        "Askers from the inside networks see the name and what lies below it; all others are told NXDOMAIN.",
        "content",
        spoil_reply=spoilt_replies.nxdomain,
        outside_only=True,
    ),
}
"""Fault key to what it is and does."""
