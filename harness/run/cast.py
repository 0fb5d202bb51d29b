"""The cast of one lab: who there is, and in which order they open their ports."""

from __future__ import annotations

from harness.actors.b2b_peer import B2bPeer
from harness.actors.b2bua import B2bua
from harness.actors.control_hub import ControlHub
from harness.actors.expressway_c import ExpresswayC
from harness.actors.expressway_e import ExpresswayE
from harness.actors.firewall import Firewall
from harness.actors.mra_endpoint import MraClient
from harness.actors.name_server import NameServer
from harness.actors.site import Stage
from harness.actors.unified_cm import UnifiedCm
from harness.actors.user_agent import Outcome
from harness.actors.validation_authority import ValidationAuthority
from harness.actors.webex_cloud import WebexCloud
from harness.errors import LocalProtocolError
from harness.run.performing import PERFORMANCES
from harness.scenario.model import Step


class Cast:
    """Every actor of a lab, on one stage."""

    def __init__(self, stage: Stage) -> None:
        self.lab = stage.lab
        self.release = stage.lab.release
        self.directory = stage.directory
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
        performance = PERFORMANCES.get((step.actor, step.verb))
        if performance is None:
            raise LocalProtocolError(f"no actor for the step {step.actor}: {step.verb}")
        return await performance(self, step.options)
