"""Certificate policies along a chain (RFC 5280 section 6.1), for verifiers that follow them, as Java does.

OpenSSL does so only where it is asked to (`-policy_check`, X509_V_ERR 43), and a test compares with it there.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from harness.x509.chain import Link
from harness.x509.der import OBJECT_IDENTIFIER, SEQUENCE, dotted, elements, fields, members, only
from harness.x509.encoded import EncodedCertificate, encoded

_POLICIES, _MAPPINGS, _CONSTRAINTS, _INHIBIT_ANY = "2.5.29.32", "2.5.29.33", "2.5.29.36", "2.5.29.54"
_ANY = "2.5.29.32.0"
_REQUIRE, _NO_MAPPING = 0x80, 0x81


@dataclass(slots=True)
class _State:
    """What holds for the next certificate; each number counts certificates until its demand is in force."""

    valid: frozenset[str]
    explicit: int
    mapping: int
    any_policy: int


def lacks_policy(path: Sequence[Link]) -> bool:
    """Whether a leaf or a CA above it demands a policy that they do not have in common.

    `path` begins with the leaf and ends below the trust anchor, whose own demands do not count. True too where a policy
    extension cannot be read: a verifier that follows policies refuses that.
    """
    state = _State(frozenset({_ANY}), *(len(path) + 1,) * 3)
    try:
        for depth, link in reversed(list(enumerate(path))):
            _pass(state, encoded(link.der), own=link.facts.self_issued, is_leaf=depth == 0)
            if not state.explicit and not state.valid:
                return True
    except (ValueError, IndexError):
        return True
    return False


def _pass(state: _State, certificate: EncodedCertificate, *, own: bool, is_leaf: bool) -> None:
    """Take one certificate into account, from the anchor down: what it states, then what it demands."""
    stated = _stated(certificate)
    takes_any = _ANY in stated and (state.any_policy > 0 or (own and not is_leaf))
    kept = {each for each in stated - {_ANY} if _ANY in state.valid or each in state.valid}
    state.valid = frozenset(kept | (state.valid if takes_any else frozenset()))
    if not is_leaf:
        state.valid = _mapped(state.valid, _mappings(certificate), allowed=state.mapping > 0)
        if not own:
            _count_down(state)
    elif state.explicit:
        state.explicit -= 1
    _demand(state, certificate, is_leaf=is_leaf)


def _count_down(state: _State) -> None:
    state.explicit, state.mapping, state.any_policy = (
        max(0, number - 1) for number in (state.explicit, state.mapping, state.any_policy)
    )


def _demand(state: _State, certificate: EncodedCertificate, *, is_leaf: bool) -> None:
    if constraints := certificate.extension(_CONSTRAINTS):
        held = fields(only(constraints.value, SEQUENCE), _REQUIRE, _NO_MAPPING)
        if _REQUIRE in held and (not is_leaf or not _number(held[_REQUIRE])):
            state.explicit = min(state.explicit, _number(held[_REQUIRE]))
        if _NO_MAPPING in held:
            state.mapping = min(state.mapping, _number(held[_NO_MAPPING]))
    if inhibited := certificate.extension(_INHIBIT_ANY):
        state.any_policy = min(state.any_policy, _number(only(inhibited.value, 0x02)))


def _stated(certificate: EncodedCertificate) -> frozenset[str]:
    extension = certificate.extension(_POLICIES)
    if extension is None:
        return frozenset()
    return frozenset(dotted(only(policy, OBJECT_IDENTIFIER)) for _, policy in members(extension.value))


def _mappings(certificate: EncodedCertificate) -> Mapping[str, frozenset[str]]:
    extension = certificate.extension(_MAPPINGS)
    found: dict[str, frozenset[str]] = {}
    for _, pair in members(extension.value) if extension else ():
        above, below = (dotted(contents) for _, contents, _ in elements(pair))
        found[above] = found.get(above, frozenset()) | {below}
    return found


def _mapped(valid: frozenset[str], mappings: Mapping[str, frozenset[str]], *, allowed: bool) -> frozenset[str]:
    """Return the policies under the names that the next certificate gives them."""
    known = [above for above in mappings if above in valid or (allowed and _ANY in valid)]
    renamed = frozenset[str]().union(*(mappings[above] for above in known)) if allowed else frozenset[str]()
    return valid - set(mappings) | renamed


def _number(octets: bytes) -> int:
    if not octets or octets[0] & 0x80:
        raise ValueError("a count of certificates is none")
    return int.from_bytes(octets[:32])
