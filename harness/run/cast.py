"""The cast of one lab, and which method of whom each step of a play calls."""

from __future__ import annotations

from typing import Any

from harness.actors.b2b_peer import B2bPeer
from harness.actors.expressway_c import ExpresswayC
from harness.actors.expressway_e import ExpresswayE
from harness.actors.mra_endpoint import MraClient
from harness.actors.site import Stage
from harness.actors.unified_cm import UnifiedCm
from harness.actors.user_agent import CallOrder, Outcome
from harness.actors.webex_cloud import WebexCloud
from harness.errors import LocalProtocolError
from harness.scenario.model import Step


class Cast:
    """Every actor of a lab, on one stage."""

    def __init__(self, stage: Stage) -> None:
        self._lab = stage.lab
        self.expressway_e = ExpresswayE(stage)
        self.expressway_c = ExpresswayC(stage)
        self.unified_cm = UnifiedCm(stage)
        self.webex_cloud = WebexCloud(stage)
        self.b2b_peer = B2bPeer(stage)
        self.mra_clients = {
            "jabber": MraClient(stage, "jabber", stage.lab.jabber),
            "mra-phone": MraClient(stage, "mra-phone", stage.lab.mra_phone),
        }

    async def start(self) -> None:
        """Open all listeners, then let Expressway-C dial its traversal zones."""
        for actor in (self.unified_cm, self.webex_cloud, self.b2b_peer, self.expressway_e, self.expressway_c):
            await actor.start()

    async def perform(self, step: Step) -> Outcome:
        """Let a step's protagonist do it; return what it got."""
        options = step.options
        sip = self._lab.expressway_e.sip
        match step.actor, step.verb:
            case "b2b-peer", "call":
                port, transport = self._door(options)
                return await self.b2b_peer.call(port, transport, self._order(options))
            case "b2b-peer", "options":
                return await self.b2b_peer.options(*self._door(options))
            case "b2b-peer", "stay-silent":
                return await self.b2b_peer.stay_silent(
                    options.get("port", sip.tls_port), float(options.get("seconds", 6))
                )
            case ("jabber" | "mra-phone") as name, "sign-in":
                port = options.get("port", self._lab.expressway_e.mra_port)
                return await self.mra_clients[name].sign_in(port)
            case ("jabber" | "mra-phone") as name, "register":
                port = options.get("port", sip.tls_port)
                return await self.mra_clients[name].register(port, options.get("attempts", 1))
            case "webex-cloud", "call":
                port = options.get("port", self._lab.webex_cloud.sip_destination_port)
                return await self.webex_cloud.call(port, options.get("to", self._lab.unified_cm.user))
            case "webex-cloud", "options":
                return await self.webex_cloud.options(options.get("port", self._lab.webex_cloud.sip_destination_port))
            case "unified-cm", "call":
                return await self.unified_cm.call(options["to"])
        raise LocalProtocolError(f"no actor for the step {step.actor}: {step.verb}")

    def _door(self, options: Any) -> tuple[int, str]:
        """Return port and transport of a B2B step."""
        sip, transport = self._lab.expressway_e.sip, options.get("transport", "tls")
        usual = sip.tls_port if transport == "tls" else sip.tcp_port
        return options.get("port", usual), transport

    def _order(self, options: Any) -> CallOrder:
        peer = self._lab.b2b_peer
        return CallOrder(
            caller=options.get("from", f"bob@{peer.domain}"),
            called=options.get("to", self._lab.unified_cm.user),
        )
