"""What the call policy and the search rules of an Expressway say of one request; pure (domain.md 3.1)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field

from harness.actors.admission import Finding, ran_out_of_time
from harness.lab.pattern import Matching, expanded, values_of
from harness.lab.settings import CallPolicyRule, ExpresswayC, ExpresswayE, SearchRule
from harness.sip.address import sip_uri_of
from harness.sip.message import Request
from harness.sip.uri import SipUri

_LONGEST_ADDRESS = 512


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one Expressway.

    `encrypting` are the search targets whose zone engages the B2BUA; `variables` says what %localdomains% and its
    kin stand for in search rules.
    """

    search: tuple[SearchRule, ...]
    call_policy: tuple[CallPolicyRule, ...] = ()
    encrypting: frozenset[str] = frozenset()
    variables: Mapping[str, Sequence[str]] = field(default_factory=dict)


def variables_of(settings: ExpresswayE | ExpresswayC, address: str) -> Mapping[str, Sequence[str]]:
    """Return what the variables of search rules stand for on a box at that address."""
    name = settings.system_name or settings.host_name.partition(".")[0]
    return values_of(address, settings.sip_domains, name)


class Consulted:
    """The rules as they are asked about one request; all of its patterns share the time of one decision."""

    def __init__(self, rules: Rules, request: Request) -> None:
        self._rules = rules
        self._request = request
        self._matching = Matching()
        self.sought = _sought(request)

    @property
    def ran_out(self) -> tuple[Finding, ...]:
        """A finding for each pattern so far that got no answer in its time, and so counted as no match."""
        return ran_out_of_time(self._matching.ran_out)

    def rejection(self, *, authenticated: bool) -> CallPolicyRule | None:
        """Return the call policy rule that rejects; the first that fits decides."""
        caller, called = _address(self._request.headers.get("from")), _address(self._request.uri)
        standing = "authenticated" if authenticated else "unauthenticated"
        fits = self._matching.fits
        for number, rule in enumerate(self._rules.call_policy, 1):
            place = f"call policy rule {number}"
            matches = fits(rule.source, caller, place) and fits(rule.destination, called, place)
            if matches and rule.source_is in {"any", standing}:
                return rule if rule.action == "reject" else None
        return None

    def search(self) -> SearchRule | None:
        """Return the search rule that ends the search, None where none matches."""
        return next(self._matches(), None)

    def never_tried(self, chosen: SearchRule) -> str:
        """Return the targets of the rules that match too and lead elsewhere, with their priorities."""
        others = (rule for rule in self._matches() if rule.target != chosen.target)
        return ", ".join(f"{rule.target} ({rule.priority})" for rule in others)

    def _matches(self) -> Iterator[SearchRule]:
        """Yield the search rules that match, in the order in which they are tried; the first one ends the search."""
        for rule in sorted(self._rules.search, key=lambda rule: rule.priority):
            pattern = expanded(rule.pattern, self._rules.variables)
            if self._matching.fits(pattern, self.sought, f"search rule of priority {rule.priority}"):
                yield rule


def _sought(request: Request) -> str:
    """Return what search rules are matched against: the next Route's host, else the called address."""
    routes = request.headers.get_list("route")
    uri = sip_uri_of(routes[0]) if routes else None
    return uri.host[:_LONGEST_ADDRESS] if uri else _address(request.uri)


def _address(text: str | None) -> str:
    """Return user@host of a URI or a From value, the host alone where it names no user; cut at a sane length."""
    return _whole_address(text)[:_LONGEST_ADDRESS]


def _whole_address(text: str | None) -> str:
    uri = sip_uri_of(text or "") or _parsed(text or "")
    if uri is None:
        return text or ""
    return f"{uri.user}@{uri.host}" if uri.user else uri.host


def _parsed(text: str) -> SipUri | None:
    try:
        return SipUri.parse(text)
    except ValueError:
        return None
