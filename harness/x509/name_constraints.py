"""Name constraints: which names a CA may certify (RFC 5280 section 4.2.1.10), as OpenSSL applies them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import islice

from harness.x509.chain import Chain, Link
from harness.x509.der import SEQUENCE, only
from harness.x509.encoded import EncodedCertificate, encoded
from harness.x509.extensions import NAME_CONSTRAINTS, SUBJECT_ALTERNATIVE_NAME
from harness.x509.findings import FindingKind, PathFinding
from harness.x509.general_names import GeneralName, NameKind, attributes, general_names, string_of
from harness.x509.name_matching import Matcher, UnknownKindError, UnreadableNameError, matcher
from harness.x509.subtrees import Subtree, subtrees_of, told_value

_TOO_MANY, _NOT_PERMITTED, _EXCLUDED, _BOUNDED, _UNKNOWN_KIND, _UNREADABLE = 1, 47, 48, 49, 51, 53
_LABEL = r"(?!-)[A-Za-z0-9_-]+(?<!-)"
_LIKE_A_DNS_NAME = re.compile(rf"{_LABEL}(\.{_LABEL})+")
_COMMON_NAME, _EMAIL_ADDRESS, _IA5_STRING = "2.5.4.3", "1.2.840.113549.1.9.1", 0x16
_SMTP_UTF8_MAILBOX = "1.3.6.1.5.5.7.8.9"

MAX_COMPARISONS = 1 << 20
"""Names times subtrees of one certificate and one CA, beyond which OpenSSL refuses unseen (X509_V_ERR 1)."""

_MOST_TOLD, _MOST_SUBTREES = 8, 5
"""Violations told of one certificate under one CA, and subtrees told with each."""


def constraint_findings(chain: Chain) -> Iterator[PathFinding]:
    """Yield a finding for each name of a link that an authority above it may not certify, from the root down.

    What OpenSSL cannot compare it refuses: a kind of name that it does not know, a URI without host such as every
    sip: URI, an address of the wrong length (measured).
    """
    left = 4 * MAX_COMPARISONS
    for depth, link in reversed(list(enumerate(chain.links))):
        if depth and link.facts.self_issued:
            continue
        for authority in reversed(chain.links[depth + 1 :]):
            constraints = _constraints_of(authority)
            if constraints is None:
                continue
            names = _names(encoded(link.der), depth)
            left -= len(names) * len(constraints)
            for sentence, code in islice(_violations(names, constraints, left), _MOST_TOLD):
                told = f"{authority.called} may not certify {sentence} (in {link.called})"
                yield PathFinding(FindingKind.NAME_CONSTRAINTS, depth, told, code)


@dataclass(frozen=True, slots=True)
class _Subtrees:
    """The subtrees of one list that concern one kind of name, by their places in it.

    `unreadable` is the place of the first network of an impossible length, None where there is none.
    """

    found: tuple[tuple[int, Subtree], ...]
    matcher: Matcher
    bounded: bool
    unreadable: int | None

    @classmethod
    def among(cls, subtrees: Sequence[Subtree], kind: NameKind, other: str) -> _Subtrees:
        found = tuple(
            (at, each) for at, each in enumerate(subtrees) if (each.base.kind, each.base.other) == (kind, other)
        )
        networks = (at for at, each in found if kind is NameKind.IP_ADDRESS and len(each.base.value) not in (8, 32))
        matching = matcher(kind, [(at, each.base.value) for at, each in found])
        return cls(found, matching, any(each.bounded for _, each in found), next(networks, None))

    def first(self, name: GeneralName) -> int | None:
        """Return the place of the first subtree that covers `name`; UnreadableNameError as OpenSSL meets one."""
        place = self.matcher.first(name) if self.found else None
        if self.unreadable is not None and (place is None or self.unreadable < place):
            raise UnreadableNameError
        return place

    @property
    def told(self) -> str:
        """The first of them for people."""
        told = [each.told.partition(":")[2] for _, each in self.found[:_MOST_SUBTREES]]
        more = len(self.found) - len(told)
        return ", ".join(told) + (f" and {more} more" if more else "")


@dataclass(frozen=True, slots=True)
class _Constraints:
    """What one CA permits and excludes, by kind of name."""

    permitted: tuple[Subtree, ...]
    excluded: tuple[Subtree, ...]
    kinds: dict[tuple[NameKind, str], tuple[_Subtrees, _Subtrees]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.permitted) + len(self.excluded)

    def of_kind(self, name: GeneralName) -> tuple[_Subtrees, _Subtrees]:
        """Return what is permitted and what is excluded of the kind of `name`."""
        key = name.kind, name.other
        if name.other == _SMTP_UTF8_MAILBOX:  # OpenSSL compares it with e-mail constraints (RFC 8398 section 6)
            key = NameKind.EMAIL, ""
        if key not in self.kinds:
            self.kinds[key] = _Subtrees.among(self.permitted, *key), _Subtrees.among(self.excluded, *key)
        return self.kinds[key]


@lru_cache(maxsize=64)
def _decoded(value: bytes) -> _Constraints | None:
    try:
        return _Constraints(*subtrees_of(value))
    except (ValueError, IndexError, StopIteration):
        return None  # a malformed extension is told elsewhere, and stops the chain before this


def _constraints_of(authority: Link) -> _Constraints | None:
    extension = encoded(authority.der).extension(NAME_CONSTRAINTS)
    return _decoded(extension.value) if extension else None


def _names(certificate: EncodedCertificate, depth: int) -> list[GeneralName]:
    """Return all names of a certificate that constraints bind, in OpenSSL's order."""
    found = list(_subject_names(certificate.subject))
    extension = certificate.extension(SUBJECT_ALTERNATIVE_NAME)
    alternatives = general_names(only(extension.value, SEQUENCE)) if extension else ()
    found += alternatives
    if depth == 0 and not any(name.kind is NameKind.DNS for name in alternatives):
        found += _hosts_in_common_names(certificate.subject)  # OpenSSL up to 4.0 (measured)
    return found


def _subject_names(subject: bytes) -> Iterator[GeneralName]:
    if subject:
        yield GeneralName(NameKind.DIRECTORY_NAME, subject)
    for identifier, tag, value in attributes(subject):
        if identifier == _EMAIL_ADDRESS:
            yield GeneralName(NameKind.EMAIL, value, comparable=tag == _IA5_STRING)


def _hosts_in_common_names(subject: bytes) -> Iterator[GeneralName]:
    for identifier, tag, value in attributes(subject):
        text = (string_of(tag, value) or "").rstrip("\0") if identifier == _COMMON_NAME else ""
        if _LIKE_A_DNS_NAME.fullmatch(text) or "\0" in text:
            yield GeneralName(NameKind.DNS, text.encode(), comparable="\0" not in text)


def _violations(names: Sequence[GeneralName], constraints: _Constraints, left: int) -> Iterator[tuple[str, int]]:
    if len(names) * len(constraints) > MAX_COMPARISONS or left < 0:
        told = f"{len(names)} names by {len(constraints)} constraints: OpenSSL refuses so much work unseen"
        yield told, _TOO_MANY
        return
    for name in names:
        told = f'the {name.kind.called} "{told_value(name)}"'
        try:
            yield from ((f"{told}: {why}", code) for why, code in _objections(name, constraints))
        except UnreadableNameError:
            yield f"{told}: its constraints cannot be compared with it", _UNREADABLE
        except UnknownKindError:
            yield f"{told}: it has constraints for that kind of name, which nobody can compare", _UNKNOWN_KIND


def _objections(name: GeneralName, constraints: _Constraints) -> Iterator[tuple[str, int]]:
    if not name.comparable:
        raise UnreadableNameError
    permitted, excluded = constraints.of_kind(name)
    if permitted.bounded or excluded.bounded:
        yield "a constraint for its kind has a minimum or a maximum, which RFC 5280 forbids", _BOUNDED
    elif permitted.found and permitted.first(name) is None:
        yield f"it permits only {permitted.told}", _NOT_PERMITTED
    elif excluded.found and excluded.first(name) is not None:
        yield f"it excludes {excluded.told}", _EXCLUDED
