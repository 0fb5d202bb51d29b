"""The cast of one lab, and which method of whom each step of a play calls."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import trio

from harness.actors.b2b_peer import B2bPeer, Door
from harness.actors.b2bua import B2bua
from harness.actors.control_hub import ControlHub
from harness.actors.destination_check import run_test
from harness.actors.expressway_c import ExpresswayC
from harness.actors.expressway_e import ExpresswayE
from harness.actors.firewall import Firewall
from harness.actors.mra_endpoint import MraClient
from harness.actors.name_server import NameServer
from harness.actors.site import Stage
from harness.actors.unified_cm import UnifiedCm
from harness.actors.user_agent import CallOrder, Outcome
from harness.actors.validation_authority import ValidationAuthority
from harness.actors.webex_cloud import CloudCall, WebexCloud
from harness.errors import LocalProtocolError
from harness.lab.settings import Certificate
from harness.scenario.model import Step


class Cast:
    """Every actor of a lab, on one stage."""

    def __init__(self, stage: Stage) -> None:
        self._lab = stage.lab
        self.release = stage.lab.release
        self._directory = stage.directory
        self.name_server = NameServer(stage)
        self.control_hub = ControlHub(stage)
        nodes = {name: node for name, node in stage.lab.nodes.items() if node.power}
        self.edges = [ExpresswayE(stage, name, node) for name, node in nodes.items()]
        self.b2bua = B2bua(stage)
        self.expressway_c = ExpresswayC(stage)
        self.unified_cm = UnifiedCm(stage)
        self.webex_cloud = WebexCloud(stage, self.control_hub)
        self.b2b_peer = B2bPeer(stage)
        self.firewall = Firewall(stage)
        self.validation_authority = ValidationAuthority(stage)
        self.mra_clients = {
            "jabber": MraClient(stage, "jabber", stage.lab.jabber),
            "mra-phone": MraClient(stage, "mra-phone", stage.lab.mra_phone),
        }

    async def start(self) -> None:
        """Open all listeners, then let Expressway-C dial its traversal zones."""
        outside: tuple[NameServer | ValidationAuthority | UnifiedCm | WebexCloud | B2bPeer | ControlHub | Firewall, ...]
        outside = (
            *(self.name_server, self.validation_authority, self.unified_cm, self.webex_cloud),
            *(self.b2b_peer, self.control_hub, self.firewall),
        )
        for actor in outside:
            await actor.start()
        for edge in self.edges:
            await edge.start()
        await self.b2bua.start()
        await self.expressway_c.start()

    async def perform(self, step: Step) -> Outcome:
        """Let a step's protagonist do it; return what it got."""
        match step.actor:
            case "b2b-peer":
                return await self._partner(step.verb, step.options)
            case "jabber" | "mra-phone":
                return await self._mra(self.mra_clients[step.actor], step.verb, step.options)
            case "webex-cloud":
                call = self._cloud_call(step.options)
                return await (self.webex_cloud.call if step.verb == "call" else self.webex_cloud.options)(call)
            case "unified-cm":
                return await self.unified_cm.call(step.options["to"])
            case "control-hub":
                return await self._administer(step.verb, step.options)
            case "expressway-c":
                return await self._inside(step.verb, step.options)
            case "expressway-e":
                return await self._at_the_edge(step.verb, step.options)
            case "name-server":
                self.name_server.publish(step.options["records"])
                return Outcome(completed=True, detail="published")
        raise LocalProtocolError(f"no actor for the step {step.actor}: {step.verb}")

    async def _partner(self, verb: str, options: Mapping[str, Any]) -> Outcome:
        match verb:
            case "call":
                stays = options.get("keep-open") == "on"
                return await self.b2b_peer.call(self._door(options), self._order(options), keep_open=stays)
            case "options":
                return await self.b2b_peer.options(self._door(options))
            case _:
                port = options.get("port", self._lab.expressway_e.sip.tls_port)
                return await self.b2b_peer.stay_silent(port, float(options.get("seconds", 6)))

    async def _mra(self, client: MraClient, verb: str, options: Mapping[str, Any]) -> Outcome:
        if verb == "sign-in":
            return await client.sign_in(options.get("port"))
        port = options.get("port", self._lab.expressway_e.sip.tls_port)
        return await client.register(port, options.get("attempts", 1))

    async def _inside(self, verb: str, options: Mapping[str, Any]) -> Outcome:
        match verb:
            case "connect-zone":
                return await self.expressway_c.connect_zone(options["zone"])
            case "contact-cloud":
                return await self.expressway_c.contact_cloud()
            case _:
                return await self.expressway_c.open_tunnel()

    def _chosen_nodes(self, options: Mapping[str, Any]) -> tuple[str, ...]:
        """Return the Expressway-E nodes that a step means: those of a site, or one."""
        if "site" in options:
            return tuple(name for name, node in self._lab.nodes.items() if node.site == options["site"])
        node = options.get("node", "expressway-e")
        return (node,) if node in self._lab.nodes else ()

    async def _at_the_edge(self, verb: str, options: Mapping[str, Any]) -> Outcome:
        """Let expressway-e dial, or somebody work on the edge."""
        if verb.startswith("power-"):
            return self._switch(self._chosen_nodes(options), on=verb == "power-on")
        edge = next((edge for edge in self.edges if edge.site.actor == "expressway-e"), None)
        if edge is None:
            return Outcome(completed=False, detail="expressway-e is switched off")
        match verb:
            case "join-cluster":
                return await edge.join_cluster(options.get("node", ""))
            case "upload":
                wanted = Certificate.model_validate(options["certificate"])
                return edge.stores.upload(wanted, options.get("store", "server"))
            case "copy-over-scp":
                return edge.stores.copy_over_scp(Certificate.model_validate(options["certificate"]))
            case "copy-server-certificate":
                return edge.stores.copy_server_certificate()
            case _:
                return await edge.ping_cloud()

    def _switch(self, nodes: tuple[str, ...], *, on: bool) -> Outcome:
        """Let nodes answer SYNs or not; what stands already goes on."""
        for node in nodes:
            (self._directory.alive.add if on else self._directory.alive.discard)(node)
        return Outcome(bool(nodes), f"{', '.join(nodes) or 'nobody'} switched {'on' if on else 'off'}")

    async def _administer(self, verb: str, options: Mapping[str, Any]) -> Outcome:
        """Let Control Hub do what an administrator does there."""
        hub, domain, organisation = self.control_hub, options.get("domain", ""), options.get("organisation", "")
        match verb:
            case "hand-out-token":
                return hub.hand_out_token(domain, organisation)
            case "verify":
                return await hub.verify(domain, organisation)
            case "remove-domain":
                return hub.remove(domain, organisation)
            case "test":
                return await run_test(self.webex_cloud, self._cloud_call(options))
            case "activate":
                return hub.activate(organisation)
            case "domain-check":
                return hub.switch_check(on=options["check"] == "on")
            case _:
                await trio.sleep(float(options.get("seconds", 6)))
                return Outcome(completed=True, detail="time went by")

    def _door(self, options: Mapping[str, Any]) -> Door:
        """Return where a B2B step dials, and how."""
        edge, transport = self._lab.expressway_e, options.get("transport", "tls")
        usual = edge.sip.tls_port if transport == "tls" else edge.sip.tcp_port
        standing = "" if "port" in options else self._lab.b2b_peer.destination
        written = options.get("destination", standing) or f"{edge.host_name}:{options.get('port', usual)}"
        return Door(written if transport == "tls" else f"sip:{written};transport={transport}", transport)

    def _cloud_call(self, options: Mapping[str, Any]) -> CloudCall:
        return CloudCall(
            to=options.get("to", self._lab.unified_cm.user),
            destination=options.get("destination", ""),
            location=options.get("location", ""),
            organisation=options.get("organisation", ""),
            caller=options.get("from", ""),
            display_name=options.get("display-name", ""),
        )

    def _order(self, options: Mapping[str, Any]) -> CallOrder:
        peer = self._lab.b2b_peer
        return CallOrder(
            caller=options.get("from", f"bob@{peer.domain}"),
            called=options.get("to", self._lab.unified_cm.user),
        )
