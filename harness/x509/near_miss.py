"""The nearest miss: where no name matched, which one nearly did, and what is wrong with it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.x509.name_rules import other_generation
from harness.x509.presented_names import IdentityKind, PresentedIdentity, ReferenceIdentity, address_in, wildcard_covers

MAX_COMPARED = 256
"""Presented identities that are looked at: a certificate with more is a stranger's, and each costs time."""

MAX_DISTANCE = 3
"""Letters that may differ before two names count as unrelated."""


class NearMissKind(StrEnum):
    """In which way two names nearly match. Stable words: causes refer to them."""

    WRONG_PLACE = "wrong-place"
    TRAILING_DOT = "trailing-dot"
    WILDCARD = "wildcard"
    OTHER_GENERATION = "other-generation"
    BELOW = "below"
    BEGINS_ALIKE = "begins-alike"
    ENDS_ALIKE = "ends-alike"
    FEW_LETTERS = "few-letters"


@dataclass(frozen=True, slots=True)
class NearMiss:
    """A presented and a wanted name that nearly match, their distance in letters, and why they do not."""

    kind: NearMissKind
    presented: PresentedIdentity
    wanted: str
    distance: int
    sentence: str


def nearest_miss(presented: Sequence[PresentedIdentity], wanted: Sequence[ReferenceIdentity]) -> NearMiss | None:
    """Return the most telling near miss, or None where no two names are alike.

    Telling, in this order: the right name in a place that does not count, a trailing dot, a wildcard, the
    cloud's other generation, a host below the wanted domain, a name that only begins or ends like the wanted one, a
    few letters' difference.
    """
    named = [identity for identity in presented[:MAX_COMPARED] if identity.name]
    for kind in _RECOGNISERS:
        found = [miss for one in named for other in wanted if (miss := _miss(kind, one, other))]
        if found:
            return min(found, key=lambda miss: miss.distance)
    return None


def edit_distance(one: str, other: str, limit: int = MAX_DISTANCE) -> int:
    """Return how many letters to add, drop or change; `limit` + 1 where it is more than `limit`."""
    if abs(len(one) - len(other)) > limit:
        return limit + 1
    previous = list(range(len(other) + 1))
    for row, letter in enumerate(one, 1):
        current = [row]
        for column, counterpart in enumerate(other, 1):
            changed = previous[column - 1] + (letter != counterpart)
            current.append(min(changed, previous[column] + 1, current[-1] + 1))
        if min(current) > limit:
            return limit + 1
        previous = current
    return min(previous[-1], limit + 1)


_OF_PATTERNS = frozenset("*?[](){}|^$+\\")


def is_pattern(*names: str) -> bool:
    """Whether one of these is a pattern, a shell's or a regular expression: it has letters that no name has."""
    return any(not _OF_PATTERNS.isdisjoint(name) for name in names)


_Recogniser = Callable[[PresentedIdentity, str], str]


def _miss(kind: NearMissKind, presented: PresentedIdentity, wanted: ReferenceIdentity) -> NearMiss | None:
    sentence = _RECOGNISERS[kind](presented, wanted.canonical)
    if not sentence:
        return None
    text = sentence.format(presented=f'"{presented.value}"', wanted=f'"{wanted.name}"')
    longest = max(len(presented.name), len(wanted.canonical))
    distance = edit_distance(presented.name, wanted.canonical, longest)
    return NearMiss(kind, presented, wanted.name, distance, text)


def _right_name_wrong_place(presented: PresentedIdentity, wanted: str) -> str:
    address = address_in(wanted)
    if presented.name != wanted and (address is None or not presented.is_address(address)):
        return ""
    if presented.kind is IdentityKind.IP_ADDRESS:
        return "{presented} stands in the certificate as an iPAddress, which does not count here"
    if address is not None:
        return f"{{presented}} is an address in a {presented.kind}, and addresses are looked for in an iPAddress alone"
    if presented.kind is IdentityKind.COMMON_NAME:
        return "{presented} stands only in the common name, which does not count here: add it as a dNSName"
    return f"{{presented}} stands in the certificate as a {presented.kind}, which does not count here"


def _trailing_dot(presented: PresentedIdentity, wanted: str) -> str:
    if presented.name == f"{wanted}.":
        return "{presented} has a trailing dot that {wanted} has not"
    return "{presented} lacks the trailing dot of {wanted}" if f"{presented.name}." == wanted else ""


def _wildcard(presented: PresentedIdentity, wanted: str) -> str:
    covers = wildcard_covers(presented.name, wanted)
    return "the wildcard {presented} would cover {wanted}, but SIP never matches wildcards" if covers else ""


def _other_generation(presented: PresentedIdentity, wanted: str) -> str:
    twin = other_generation(wanted)
    return "{presented} is the name of the cloud's other generation, not {wanted}" if presented.name == twin else ""


def _only_begins_alike(presented: PresentedIdentity, wanted: str) -> str:
    if is_pattern(presented.name, wanted):
        return ""
    alike = presented.name.startswith(f"{wanted}.")
    return "{presented} only begins with {wanted}: it is a name in somebody else's domain" if alike else ""


def _lies_below(presented: PresentedIdentity, wanted: str) -> str:
    if is_pattern(presented.name, wanted) or not presented.name.endswith(f".{wanted}"):
        return ""
    return "{presented} lies under {wanted}, which is another name"


def _only_ends_alike(presented: PresentedIdentity, wanted: str) -> str:
    if is_pattern(presented.name, wanted):
        return ""
    extra = len(presented.name) - len(wanted)
    alike = extra > MAX_DISTANCE and presented.name.endswith(wanted)
    return "{presented} only ends with {wanted}: it is another name" if alike else ""


def _few_letters(presented: PresentedIdentity, wanted: str) -> str:
    letters = edit_distance(presented.name, wanted)
    if is_pattern(presented.name, wanted) or not 0 < letters <= MAX_DISTANCE or letters * 3 > len(wanted):
        return ""
    number = ("", "one letter", "two letters", "three letters")[letters]
    return f"{{presented}} is {number} off {{wanted}}"


_RECOGNISERS: Mapping[NearMissKind, _Recogniser] = {
    NearMissKind.WRONG_PLACE: _right_name_wrong_place,
    NearMissKind.TRAILING_DOT: _trailing_dot,
    NearMissKind.WILDCARD: _wildcard,
    NearMissKind.OTHER_GENERATION: _other_generation,
    NearMissKind.BELOW: _lies_below,
    NearMissKind.BEGINS_ALIKE: _only_begins_alike,
    NearMissKind.ENDS_ALIKE: _only_ends_alike,
    NearMissKind.FEW_LETTERS: _few_letters,
}
