"""Who owns a domain: the token that Control Hub hands out, looked for in public DNS (domain.md 6.8, the seeds).

The check is made once for each domain; the certificate check is made at each call (row V-09).
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from harness.dns.records import Answer, Outcome, Text
from harness.dns.walk_words import Meaning

PREFIX = "cisco-ci-domain-verification="
"""What live portals want before the token (trap X20)."""

TOKEN_DIGITS = 60
"""Hexadecimal digits of a token, as in the seeds' example."""

_TOKEN_LIKE = re.compile(r"[0-9A-Fa-f]{16,}")
_AROUND = "\"' \t\r\n"
_TELLING_START = 8

KINDS: Mapping[str, Meaning] = {
    "verified": Meaning("A TXT record of the domain is the token.", "V-01"),
    "no-record": Meaning("The domain has no TXT record that looks like a token.", "V-04"),
    "prefix-missing": Meaning("The token is there, without the prefix that is wanted.", "V-03, X20"),
    "wrong-token": Meaning("A TXT record looks like a token and is not the one that was handed out.", "V-02"),
    "alias-hides-it": Meaning("The domain is an alias, and where it leads there is no token.", "V-06"),
    "no-name": Meaning("The domain is not in public DNS.", "V-10"),
    "no-answer": Meaning("No answer came: whether there is a token is not known.", "D13"),
    "server-failure": Meaning("The name server could not answer (SERVFAIL).", "D13"),
    "refused": Meaning("The name server refuses the question.", "D13"),
    "bad-answer": Meaning("What came back is no answer to the question.", "D13"),
    "too-long": Meaning("The answer never came whole.", "RFC 7766 section 5"),
    "loop": Meaning("The domain is an alias that leads back to itself.", "RFC 1034 section 3.6.2"),
}
"""Kinds of checks. Those from `no-answer` on are values of `records.Outcome`."""


class TokenProfile(StrEnum):
    """What the TXT record has to be (trap X20): the token alone, as in the seeds, or with `PREFIX` before it."""

    BARE = "bare"
    PREFIXED = "prefixed"


class DomainKind(StrEnum):
    """What a domain is used for; all three kinds must be proven (row V-07)."""

    EMAIL = "email"
    EXPRESSWAY_E = "expressway-e"
    DIRECTORY_URI = "directory-uri"


@dataclass(frozen=True, slots=True)
class OwnershipCheck:
    """What one check came to: `kind` is a key of `KINDS`, `text` a sentence for a person."""

    verified: bool
    kind: str
    text: str


def derived_token(organisation: str) -> str:
    """Return the token of an organisation: always the same for the same name."""
    return hashlib.sha256(organisation.encode("utf-8", "surrogatepass")).hexdigest()[:TOKEN_DIGITS]


def expected_text(token: str, profile: TokenProfile) -> str:
    """Return the TXT value that proves a domain."""
    return f"{PREFIX}{token}" if profile is TokenProfile.PREFIXED else token


def check_ownership(answer: Answer, token: str, profile: TokenProfile) -> OwnershipCheck:
    """Return whether the answer to the TXT question of a domain proves it. Any one of its records may be the token."""
    domain = answer.question.name
    wanted = expected_text(token, profile)
    values = [record.value for record in answer.records if isinstance(record, Text)]
    if answer.outcome is Outcome.FOUND and wanted in values:
        return OwnershipCheck(True, "verified", f"a TXT record of {domain} is the token")
    if answer.outcome not in _DENIED:
        text = f"the TXT question for {domain} came to: {KINDS[answer.outcome.value].text}"
        return OwnershipCheck(False, answer.outcome.value, f"{text} {answer.detail}".strip())
    return next(_misses(values, token, profile), None) or _nothing_like_it(answer, len(values))


def activation(claimed: Mapping[DomainKind, str], verified: Collection[str]) -> tuple[DomainKind, ...]:
    """Return the kinds of claimed domains that are not proven, in the order of `DomainKind`.

    A domain below a verified one is proven with it. What is claimed without a name is never proven.
    """
    proven = [_plain(domain) for domain in verified]
    return tuple(kind for kind in DomainKind if kind in claimed and not _is_proven(_plain(claimed[kind]), proven))


_DENIED: Mapping[Outcome, tuple[str, str]] = {
    Outcome.FOUND: ("no-record", "{domain} has {others}, and none of them looks like a token"),
    Outcome.NO_RECORD: ("no-record", "{domain} has no TXT record"),
    Outcome.NO_NAME: ("no-name", "{domain} is not in public DNS"),
}


def _nothing_like_it(answer: Answer, number: int) -> OwnershipCheck:
    """Say that there is no token, and for how long that answer is kept (row V-04)."""
    domain = answer.question.name
    kept = f"; this answer is kept for {answer.ttl} s, and a record added meanwhile stays unseen" if answer.ttl else ""
    if answer.aliases:
        led = " and ".join(answer.aliases)
        return OwnershipCheck(False, "alias-hides-it", f"{domain} is an alias of {led}, where there is no token{kept}")
    kind, text = _DENIED[answer.outcome]
    others = f"{number} TXT records" if number != 1 else "one TXT record"
    return OwnershipCheck(False, kind, text.format(domain=domain, others=others) + kept)


# --- near misses: how a value differs from the one that is wanted ------------------------------------------


def _misses(values: Sequence[str], token: str, profile: TokenProfile) -> Iterator[OwnershipCheck]:
    """Yield in which ways values miss, the most telling way first; none for values that were not meant as tokens."""
    for kind, recognise in _RECOGNISERS:
        for text in (recognise(value, token, profile) for value in values):
            if text:
                yield OwnershipCheck(False, kind, text)


def _quoted(value: str, token: str, profile: TokenProfile) -> str:
    found = value.strip(_AROUND) == expected_text(token, profile)
    return "the TXT value is the token with quotes or blanks around it, which are part of the value" if found else ""


def _prefix_missing(value: str, token: str, profile: TokenProfile) -> str:
    found = profile is TokenProfile.PREFIXED and value.strip(_AROUND) == token
    return f"the TXT value is the token without {PREFIX} before it" if found else ""


def _prefix_unwanted(value: str, token: str, profile: TokenProfile) -> str:
    found = profile is TokenProfile.BARE and value.strip(_AROUND) == PREFIX + token
    return f"the TXT value has {PREFIX} before the token, and the token alone is wanted" if found else ""


def _other_case(value: str, token: str, profile: TokenProfile) -> str:
    found = value.lower() == expected_text(token, profile).lower()
    return "the TXT value differs from the token in upper and lower case" if found else ""


def _other_token(value: str, token: str, profile: TokenProfile) -> str:
    """Say where a value that was meant as a token begins to differ."""
    bare = value.strip(_AROUND).removeprefix(PREFIX)
    shares_start = bool(token) and bare[:_TELLING_START] == token[:_TELLING_START]
    if bare == value and not shares_start and not _TOKEN_LIKE.fullmatch(bare):
        return ""
    lacks = f", and {PREFIX} is missing" if profile is TokenProfile.PREFIXED and bare == value else ""
    place = next((at for at, (one, other) in enumerate(zip(bare, token, strict=False)) if one != other), None)
    if place is not None:
        return f"character {place + 1} of the token is {bare[place]!a}, and {token[place]!a} is wanted{lacks}"
    if len(bare) < len(token):
        return f"the token in DNS ends after {len(bare)} of {len(token)} characters{lacks}"
    return f"the token in DNS goes on after the {len(token)} characters that are wanted{lacks}"


_RECOGNISERS: tuple[tuple[str, Callable[[str, str, TokenProfile], str]], ...] = (
    ("wrong-token", _quoted),
    ("prefix-missing", _prefix_missing),
    ("wrong-token", _prefix_unwanted),
    ("wrong-token", _other_case),
    ("wrong-token", _other_token),
)
"""Ways to miss, the most telling first."""


def _plain(domain: str) -> str:
    return domain.strip().removesuffix(".").lower()


def _is_proven(domain: str, proven: Collection[str]) -> bool:
    return bool(domain) and any(domain == each or domain.endswith(f".{each}") for each in proven if each)
