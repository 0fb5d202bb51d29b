"""What Expressway puts in place of `%localdomains%` and its kin before it compares a pattern.

Cisco's guides for search rules name them; document 222176 shows %localdomains% on X15. Numbered domains, their limit
and %systemname% were not looked up again for that release. No guide names them for call policy or access rules, so
those take none here.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from harness.document import hint_for
from harness.identity.pattern import expression_fault

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
