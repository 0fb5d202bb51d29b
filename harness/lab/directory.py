"""Who lives where: an address for each actor, inside one block that the lab claims for itself."""

from __future__ import annotations

from dataclasses import dataclass

from harness.lab.actors import ACTORS, TITLES
from harness.lab.settings import Lab
from harness.lab.settings.network import HOME_BLOCK


@dataclass(slots=True)
class Directory:
    """Addresses by actor, all inside one /24 block such as "127.88.3".

    `alive` are those who answer; it changes while a play goes on.
    """

    block: str
    octets: dict[str, int]
    roles: dict[str, str]
    alive: set[str]

    def address_of(self, actor: str) -> str:
        """Return the actor's IP address; KeyError for a name that is no actor's."""
        return f"{self.block}.{self.octets[actor]}"

    def actor_at(self, host: str) -> str:
        """Return the actor at an address, empty where nobody lives."""
        return next((actor for actor in self.octets if self.address_of(actor) == host), "")

    def is_dead(self, host: str) -> bool:
        """Whether an address is one of the lab's at which nobody answers a SYN, not even with a reset."""
        return host.startswith(f"{self.block}.") and self.actor_at(host) not in self.alive


def directory_of(lab: Lab, block: str) -> Directory:
    """Lay the lab's actors out over a block of addresses."""
    edges = {edge.name: int(edge.address.rpartition(".")[2]) for edge in lab.edges}
    fixed = {name: actor.octet for name, actor in ACTORS.items()}
    octets = {**fixed, "expressway-e": int(lab.expressway_e.address.rpartition(".")[2]), **edges}
    roles = {**TITLES, **{name: f"Expressway-E {name}" for name in edges}}
    off = {name for name, node in lab.nodes.items() if not node.power}
    return Directory(block, octets, roles, set(octets) - off)


def moved(text: str, block: str) -> str:
    """Return a text whose addresses of the home block are moved to the lab's own."""
    return text.replace(f"{HOME_BLOCK}.", f"{block}.")
