"""What an Expressway does with a SIP request: preloaded-route switch, CPL, search rules, in that order.

domain.md 2.1, step 6, and 3.1: an unwelcome Route header and a search that finds nothing are a 404,
call policy is a 403; the Route header, not the Request-URI, says where a call goes (1.3).
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable
from dataclasses import replace
from typing import Final, Literal

from harness.actors.admission import ZONES, Entry
from harness.actors.call_rules import Consulted, Rules
from harness.actors.called_party import options_answer
from harness.actors.calls import Calls
from harness.actors.relay import NOT_FOUND, Leg, Relay
from harness.actors.site import Site
from harness.lab.settings import SearchRule
from harness.lab.settings.rules import Target
from harness.net.sip_link import Inquiry
from harness.sip.building import respond
from harness.sip.dialog import Dialog, wants_dialog
from harness.sip.message import Request, Response
from harness.sip.proxy import has_preloaded_route, next_hop
from harness.sip.validation import proxy_refusal

REGISTRAR: Final = "registrar"
"""The target of every REGISTER; the other targets are named by search rules."""

B2BUA: Final = "b2bua"
"""The target of a call whose zones want its media encrypted otherwise than both ends do by themselves."""

_FORBIDDEN, _NO_CALL = 403, 481


Goal = Target | Literal["registrar", "b2bua"]
Reach = Callable[[Goal, Request], Awaitable[Leg]]
"""Leads to a target named by a search rule, or to one of the two above, dialling where that is needed."""


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
        asked = Consulted(self._rules, request)
        if entry.returning and (rule := asked.search()) is not None:
            await self._follow(entry, inquiry, request, rule, asked)
        elif has_preloaded_route(request) and not entry.preloaded_routes:
            await self._refuse(inquiry, NOT_FOUND, "preloaded-route", "refused", zone=entry.zone)
        elif (policy := asked.rejection(authenticated=entry.authenticated)) is not None:
            self._tell_ran_out(inquiry, asked)
            await self._refuse(inquiry, _FORBIDDEN, "cpl", "rejected", zone=entry.zone, rule=policy.source)
        elif (rule := asked.search()) is None:
            self._tell_ran_out(inquiry, asked)
            await self._refuse(inquiry, NOT_FOUND, "search-rule", "no-match", address=asked.sought)
        else:
            await self._follow(entry, inquiry, request, rule, asked)

    def _tell_ran_out(self, inquiry: Inquiry, asked: Consulted) -> None:
        for late in asked.ran_out:
            self._site.decide(inquiry.link.link.number, late.topic, late.outcome, **late.facts)

    async def _follow(
        self, entry: Entry, inquiry: Inquiry, request: Request, rule: SearchRule, asked: Consulted
    ) -> None:
        told = {"pattern": rule.pattern, "priority": str(rule.priority), "never_tried": asked.never_tried(rule)}
        self._tell_ran_out(inquiry, asked)
        self._site.decide(inquiry.link.link.number, "search-rule", rule.target, zone=entry.zone, **told)
        leg = await self._way_on(entry, request, rule.target)
        await self._send_on(inquiry, request, Leg(inquiry.link, entry.zone), leg)

    async def _way_on(self, entry: Entry, request: Request, target: Target) -> Leg:
        """Return the way to a target, through the B2BUA where the zone that the call came from or goes to wants it."""
        if entry.returning or not (entry.encrypts or target in self._rules.encrypting):
            return await self._reach(target, request)
        return replace(await self._reach(B2BUA, request), zone=ZONES[target])

    async def _send_on(self, inquiry: Inquiry, request: Request, came: Leg, leg: Leg) -> None:
        """Send a request on that begins something, and remember the dialog that comes of it."""
        with self.calls.beginning(inquiry, came, leg) as heard:
            await self._relay.forward(inquiry, request, came, leg, heard=heard)

    async def _refuse(self, inquiry: Inquiry, status: int, topic: str, outcome: str, **facts: str) -> None:
        self._site.decide(inquiry.link.link.number, topic, outcome, status=str(status), **facts)
        warning = [("Warning", f'399 {self._relay.place} "Policy Response"')]
        await inquiry.answer(respond(inquiry.request, status, headers=warning))
