"""What an Expressway does with a SIP request: preloaded-route switch, CPL, search rules, in that order.

domain.md 2.1, step 6, and 3.1: an unwelcome Route header and a search that finds nothing are a 404,
call policy is a 403; the Route header, not the Request-URI, says where a call goes (1.3).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass, replace

from harness.actors.admission import ZONES, Entry
from harness.actors.called_party import options_answer
from harness.actors.calls import Calls
from harness.actors.relay import NOT_FOUND, Leg, Relay
from harness.actors.site import Site
from harness.identity.pattern import matches_expression
from harness.lab.settings import CallPolicyRule, SearchRule
from harness.net.sip_link import Inquiry
from harness.sip.address import sip_uri_of
from harness.sip.building import respond
from harness.sip.dialog import Dialog, wants_dialog
from harness.sip.message import Request, Response
from harness.sip.proxy import has_preloaded_route, next_hop
from harness.sip.uri import SipUri
from harness.sip.validation import proxy_refusal

REGISTRAR = "registrar"
"""The target of every REGISTER; the other targets are named by search rules."""

B2BUA = "b2bua"
"""The target of a call whose zones want its media encrypted otherwise than both ends do by themselves."""

_FORBIDDEN, _NO_CALL = 403, 481
_LONGEST_ADDRESS = 512


@dataclass(frozen=True, slots=True)
class Rules:
    """The rules of one Expressway; `encrypting` are the search targets whose zone engages the B2BUA."""

    search: tuple[SearchRule, ...]
    call_policy: tuple[CallPolicyRule, ...] = ()
    encrypting: frozenset[str] = frozenset()


Reach = Callable[[str, Request], Awaitable[Leg]]
"""Leads to a target named by a search rule, dialling where that is needed."""


class CallRouting:
    """Takes every request that comes in through an Expressway zone."""

    def __init__(self, site: Site, relay: Relay, rules: Rules, reach: Reach) -> None:
        self._site = site
        self._relay = relay
        self._rules = rules
        self._reach = reach
        self.calls = Calls(self._hang_up)

    def serve(self, entry: Entry, inquiry: Inquiry) -> Awaitable[None]:
        """Answer a request, or send it where it belongs: one of a dialog at once, in the order of its requests."""
        if (refusal := proxy_refusal(inquiry.request)) is not None:
            return inquiry.answer(refusal.response(inquiry.request))
        request = self._relay.taken(inquiry, entry.zone)
        if taken_for_own := self._relay.taken_for_own(inquiry.request):
            self._site.decide(inquiry.link.link.number, "own-route", "stripped", routes=taken_for_own)
        came = Leg(inquiry.link, entry.zone)
        leg = self.calls.leads(inquiry)
        if leg is not None:
            return self._in_dialog(inquiry, self._relay.forward(inquiry, request, came, leg))
        return self._outside_dialogs(entry, inquiry, request)

    def _hang_up(self, leg: Leg, dialog: Dialog) -> None:
        self._site.stage.nursery.start_soon(self._relay.hang_up, leg, dialog)

    async def _in_dialog(self, inquiry: Inquiry, sent: Awaitable[Response | None]) -> None:
        self.calls.done(inquiry, await sent)

    async def _outside_dialogs(self, entry: Entry, inquiry: Inquiry, request: Request) -> None:
        if request.method == "REGISTER":
            came = Leg(inquiry.link, entry.zone)
            await self._send_on(inquiry, request, came, await self._reach(REGISTRAR, request))
        elif request.method == "ACK":
            return
        elif wants_dialog(request):
            await inquiry.answer(respond(inquiry.request, _NO_CALL))
        elif request.method == "OPTIONS" and self._is_for_us(request):
            await inquiry.answer(options_answer(inquiry.request))
        else:
            await self._new_call(entry, inquiry, request)

    def _is_for_us(self, request: Request) -> bool:
        uri = next_hop(request)
        return uri is None or uri.user is None or self._relay.is_me(uri)

    async def _new_call(self, entry: Entry, inquiry: Inquiry, request: Request) -> None:
        if entry.returning and (rule := self._search(request)) is not None:
            await self._follow(entry, inquiry, request, rule)
        elif has_preloaded_route(request) and not entry.preloaded_routes:
            await self._refuse(inquiry, NOT_FOUND, "preloaded-route", "refused", zone=entry.zone)
        elif (policy := self._rejection(entry, request)) is not None:
            await self._refuse(inquiry, _FORBIDDEN, "cpl", "rejected", zone=entry.zone, rule=policy.source)
        elif (rule := self._search(request)) is None:
            await self._refuse(inquiry, NOT_FOUND, "search-rule", "no-match", address=_sought(request))
        else:
            await self._follow(entry, inquiry, request, rule)

    async def _follow(self, entry: Entry, inquiry: Inquiry, request: Request, rule: SearchRule) -> None:
        told = {
            "pattern": rule.pattern,
            "priority": str(rule.priority),
            "never_tried": self._never_tried(request, rule),
        }
        self._site.decide(inquiry.link.link.number, "search-rule", rule.target, zone=entry.zone, **told)
        leg = await self._way_on(entry, request, rule.target)
        await self._send_on(inquiry, request, Leg(inquiry.link, entry.zone), leg)

    async def _way_on(self, entry: Entry, request: Request, target: str) -> Leg:
        """Return the way to a target, through the B2BUA where the zone that the call came from or goes to wants it."""
        if entry.returning or not (entry.encrypts or target in self._rules.encrypting):
            return await self._reach(target, request)
        return replace(await self._reach(B2BUA, request), zone=ZONES[target])

    async def _send_on(self, inquiry: Inquiry, request: Request, came: Leg, leg: Leg) -> None:
        """Send a request on that begins something, and remember the dialog that comes of it."""
        with self.calls.beginning(inquiry, came, leg) as heard:
            await self._relay.forward(inquiry, request, came, leg, heard=heard)

    def _rejection(self, entry: Entry, request: Request) -> CallPolicyRule | None:
        """Return the call policy rule that rejects; the first that fits decides."""
        caller, called = _address(request.headers.get("from")), _address(request.uri)
        standing = "authenticated" if entry.authenticated else "unauthenticated"
        for rule in self._rules.call_policy:
            fits = matches_expression(rule.source, caller) and matches_expression(rule.destination, called)
            if fits and rule.source_is in {"any", standing}:
                return rule if rule.action == "reject" else None
        return None

    def _search(self, request: Request) -> SearchRule | None:
        return next(iter(self._matching(request)), None)

    def _matching(self, request: Request) -> Iterator[SearchRule]:
        """Yield the search rules that match, in the order in which they are tried; the first one ends the search."""
        sought = _sought(request)
        rules = sorted(self._rules.search, key=lambda rule: rule.priority)
        return (rule for rule in rules if matches_expression(rule.pattern, sought))

    def _never_tried(self, request: Request, chosen: SearchRule) -> str:
        """Return the targets of the rules that match too and lead elsewhere, with their priorities."""
        others = (rule for rule in self._matching(request) if rule.target != chosen.target)
        return ", ".join(f"{rule.target} ({rule.priority})" for rule in others)

    async def _refuse(self, inquiry: Inquiry, status: int, topic: str, outcome: str, **facts: str) -> None:
        self._site.decide(inquiry.link.link.number, topic, outcome, status=str(status), **facts)
        warning = [("Warning", f'399 {self._relay.place} "Policy Response"')]
        await inquiry.answer(respond(inquiry.request, status, headers=warning))


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
