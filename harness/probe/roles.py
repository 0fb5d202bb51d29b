"""Whom a probe stands for: what that one presents, which names it looks for, and whether it verifies the port."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

NamesOf = Callable[[str, str], tuple[str, ...]]
"""Takes what the user named and the host to which DNS led; gives the names of which the certificate must have one."""

NOBODY = "probe"


@dataclass(frozen=True, slots=True)
class Role:
    """Whom a probe stands for.

    `presents` says that this one holds a client certificate. `verifies`: it refuses a port whose certificate it does
    not trust or that has none of the names, so both count for the exit code. `mutual`: it follows the NAPTR service of
    Webex (row D09). `mra`: for a bare domain it looks up the SRV record of the edge; the others go by RFC 3263.
    """

    name: str
    presents: bool
    verifies: bool
    names: NamesOf
    mutual: bool = False
    mra: bool = False

    @property
    def title(self) -> str:
        """What a person calls it."""
        from harness.lab.actors import TITLES  # noqa: PLC0415  # `--as` reads the words of the table below

        return TITLES.get(self.name, self.name)


def _the_domain(domain: str, _host: str) -> tuple[str, ...]:
    return (domain,)


def _the_edge(domain: str, host: str) -> tuple[str, ...]:
    from harness.actors.service_discovery import edge_names  # noqa: PLC0415  # likewise

    return tuple(dict.fromkeys(edge_names(domain, host)))


def _cloud_or_domain(domain: str, _host: str) -> tuple[str, ...]:
    """Return what Expressway-E's zone looks for: the cloud's names at the cloud, else the domain (domain.md L2, L6)."""
    from harness.actors.outbound import GENERAL_NAMES  # noqa: PLC0415  # likewise
    from harness.x509.name_rules import CLOUD_NAMES  # noqa: PLC0415

    known = {name for names in CLOUD_NAMES.values() for name in names}
    return (domain, *GENERAL_NAMES) if domain in known and domain not in GENERAL_NAMES else (domain,)


ROLES: Mapping[str, Role] = {
    role.name: role
    for role in (
        Role(NOBODY, presents=False, verifies=False, names=_the_domain),
        Role("webex-cloud", presents=True, verifies=True, names=_the_domain, mutual=True),
        Role(
            "jabber",
            presents=False,
            verifies=True,
            names=_the_edge,
            mra=True,
        ),
        Role("b2b-peer", presents=False, verifies=True, names=_the_domain),
        Role("expressway-e", presents=True, verifies=True, names=_cloud_or_domain, mutual=True),
    )
}
"""The roles by the word of `--as`; the first one is nobody in particular."""
