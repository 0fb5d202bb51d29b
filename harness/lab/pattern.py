"""Regular expressions that a user wrote, run on what strangers send: with a limit of CPU time, so never for long.

`regex` takes what Expressway's POSIX-style patterns hold (look-ahead, inline flags, `[[:digit:]]`, any number of
repetitions) and, unlike `re`, ends a match by the clock. A match that ran out of time is no match, and is told.
What other languages understand by a pattern is refused where it is read: an Expressway would not follow it.

What Expressway puts in place of `%localdomains%` and its kin before it compares a pattern.

Cisco's guides for search rules name them; document 222176 shows %localdomains% on X15. Numbered domains, their limit
and %systemname% were not looked up again for that release. No guide names them for call policy or access rules, so
those take none here.
"""

from __future__ import annotations

import re
import warnings
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

import regex

from harness.document import hint_for

MAX_PATTERN = 255
"""Characters of a pattern as it is written."""

PATTERN_SECONDS = 0.05
"""CPU seconds of one match; an ordinary one takes some microseconds (measured)."""

MOST_RUN_OUTS = 5
"""Patterns that one decision lets run out of their time, of one request or certificate; later ones are not tried."""

MOST_PARTS = 2_000
"""Parts of a pattern with its counts written out, so that `(a{9}){9}` has 90. The engine looks at its clock too
seldom where counts multiply: `((){1000}){1000}x` took 29 s of 0.05 s (measured, regex 2026.11.19)."""

_ESCAPES_AND_CLASSES = re.compile(r"\\[^L]|\[\^?\]?(?:\[:\^?\w+:\]|\\.|[^\]\\])*\]", re.DOTALL)
_KNOWN_GROUPS = re.compile(r"\(\?(?::|=|!|<=|<!|>|\#|P<\w+>|P=\w+\)|[aimsux]+(?:-[imsx]+)?[:)]|-[imsx]+:)")
_COUNT = re.compile(r"\{(\d*),?(\d*)\}")
_PIECE = re.compile(r"\(|\)|\{\d*,?\d*\}|[^(){}]", re.DOTALL)


@dataclass(frozen=True, slots=True)
class RanOut:
    """A pattern that got no answer in its time: `place` is the setting it stands in, `text` what it was tried on."""

    place: str
    pattern: str
    text: str


@dataclass(slots=True)
class Matching:
    """The matches of one decision; `ran_out` are those without an answer, not tried at all after `MOST_RUN_OUTS`."""

    ran_out: list[RanOut] = field(default_factory=list)
    _known: dict[tuple[str, str], bool] = field(default_factory=dict)

    def fits(self, pattern: str, text: str, place: str = "") -> bool:
        """Return whether all of `text` matches, whatever its case.

        False for a pattern with a fault, and for one that runs out of its time, which is then in `ran_out`.
        """
        if (pattern, text) not in self._known:
            self._known[pattern, text] = self._fits(pattern, text, place)
        return self._known[pattern, text]

    def _fits(self, pattern: str, text: str, place: str) -> bool:
        compiled = _compiled(pattern)
        if compiled is None:
            return False
        if len(self.ran_out) >= MOST_RUN_OUTS:
            self.ran_out.append(RanOut(place, pattern, text))
            return False
        try:
            return compiled.fullmatch(text, timeout=PATTERN_SECONDS) is not None
        except (TimeoutError, MemoryError):
            self.ran_out.append(RanOut(place, pattern, text))
            return False


def expression_fault(pattern: str, *, longest: int | None = MAX_PATTERN) -> str:
    """Return what is wrong with a pattern as a sentence, empty where nothing is."""
    if longest is not None and len(pattern) > longest:
        return f"the pattern has {len(pattern)} characters, more than {longest}"
    if strange := _of_another_language(pattern):
        return f"the pattern has {strange}"
    if _parts(pattern) > MOST_PARTS:
        return f"the pattern has more than {MOST_PARTS} parts with its counts written out"
    try:
        _compile(pattern)
    except (regex.error, OverflowError, RecursionError, ValueError, MemoryError, Warning) as error:
        return f"the pattern is not a regular expression: {error}"
    return ""


def _bare(pattern: str) -> str:
    """Return a pattern without escapes, classes and the marks of the groups that are known."""
    plain = _ESCAPES_AND_CLASSES.sub("x", pattern)
    return _KNOWN_GROUPS.sub(lambda mark: "x" if mark[0].endswith(")") else "(", plain)


def _of_another_language(pattern: str) -> str:
    """Return what only the engine behind this module understands, and no Expressway: recursion, fuzziness, sets."""
    bare = _bare(pattern)
    if "\\L" in bare:
        return r"\L, which stands for no list here"
    if "(?" in bare:
        return "a (?…) construct that Expressway does not have"
    if "{" in _COUNT.sub("", bare):
        return r"a { that begins no count such as {2,3}: for the letter itself write \{"
    return ""


def _parts(pattern: str) -> int:
    """Return how many parts a pattern has with its counts written out; `*` and `+` count once."""
    open_groups, last = [0], 0
    for piece in _PIECE.findall(_bare(pattern)):
        if piece == "(":
            open_groups.append(1)
        elif piece == ")" and len(open_groups) > 1:
            last = open_groups.pop()
            open_groups[-1] += last
        elif count := _COUNT.fullmatch(piece):
            more = last * (max(int(number or 1) for number in count.groups()) - 1)
            open_groups[-1] += max(more, 0)
            last += max(more, 0)
        else:
            last = 1
            open_groups[-1] += 1
    return sum(open_groups)


def _compile(pattern: str) -> regex.Pattern[str]:
    with warnings.catch_warnings():
        warnings.simplefilter("error")  # FutureWarning: a pattern that will mean something else one day
        return regex.compile(pattern, regex.IGNORECASE | regex.VERSION0)


@lru_cache(maxsize=1024)
def _compiled(pattern: str) -> regex.Pattern[str] | None:
    return None if expression_fault(pattern, longest=None) else _compile(pattern)


MOST_DOMAINS = 200
"""SIP domains of one Expressway; not looked up for X15."""

VARIABLES: Mapping[str, str] = {
    "%ip%": "all of its addresses, IPv4 and IPv6",
    "%ipv4%": "its IPv4 addresses",
    "%ipv4_1%": "the IPv4 address of LAN 1",
    "%ipv4_2%": "the IPv4 address of LAN 2, which no box of the lab has",
    "%ipv6%": "its IPv6 addresses, which no box of the lab has",
    "%ipv6_1%": "the IPv6 address of LAN 1, which no box of the lab has",
    "%ipv6_2%": "the IPv6 address of LAN 2, which no box of the lab has",
    "%localdomains%": "all of its SIP domains",
    **{f"%localdomain{number}%": f"its SIP domain {number}" for number in range(1, MOST_DOMAINS + 1)},
    "%systemname%": "its system name",
}
"""Every variable, and what it stands for."""

_VARIABLE = re.compile(r"%[A-Za-z]\w*%")
_LISTED = "%localdomains%, %localdomain1%…, %ip%, %ipv4%, %ipv6%, %ipv4_1%…, %systemname%"


def search_pattern_fault(pattern: str) -> str:
    """Return what is wrong with the pattern of a search rule, whatever its variables stand for; empty for nothing."""
    for word in _VARIABLE.findall(pattern):
        if word not in VARIABLES:
            hint = hint_for(word, [*VARIABLES][:10]) or f"there are {_LISTED}"
            return f"{word} is no variable of Expressway: {hint}"
    return expression_fault(pattern) or expression_fault(_VARIABLE.sub("(?:x)", pattern), longest=None)


def fault_with_domains(pattern: str, domains: Sequence[str]) -> str:
    """Return what is wrong with the pattern of a search rule on a box with those SIP domains; empty for nothing."""
    for word in _VARIABLE.findall(pattern):
        number = word.removeprefix("%localdomain").removesuffix("%")
        if number.isdigit() and int(number) > len(domains):
            return f"{word} stands for nothing: the box has {len(domains)} SIP domains"
    return expression_fault(expanded(pattern, values_of("127.0.0.1", domains, "x")), longest=None)


def variable_where_none_is(pattern: str) -> str:
    """Return what is wrong with a pattern of call policy or of an access rule that has a variable in it."""
    known = next((word for word in _VARIABLE.findall(pattern) if word.lower() in VARIABLES), "")
    return f"{known} is documented for search rules alone: write here what it stands for" if known else ""


def values_of(address: str, domains: Sequence[str], system_name: str) -> Mapping[str, Sequence[str]]:
    """Return what the variables stand for on a box with that IPv4 address on LAN 1."""
    return {
        **dict.fromkeys(("%ip%", "%ipv4%", "%ipv4_1%"), (address,)),
        "%localdomains%": domains,
        **{f"%localdomain{number}%": (domain,) for number, domain in enumerate(domains, 1)},
        "%systemname%": (system_name,),
    }


def expanded(pattern: str, values: Mapping[str, Sequence[str]]) -> str:
    """Return the pattern with its variables written out; one that stands for nothing matches nothing."""

    def written(found: re.Match[str]) -> str:
        choices = values.get(found[0], ())
        return f"(?:{'|'.join(map(re.escape, choices))})" if choices else "(?!)"

    return _VARIABLE.sub(written, pattern)
