"""What there is to do when a certificate changes on boxes that trust each other: trust first, then names, then it.

One table of kinds of step; which of them a change needs follows from where its role lies (`installing`) and
from what differs between the two certificates. What a release has to do with it, an upgrade above all, is in
`release_steps`; what the lab is after some of the steps, in `conversion_effects`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from enum import Enum, auto
from typing import Any

from harness.lab.actors import TITLES
from harness.lab.certificate_roles import CERTIFICATE_ROLES
from harness.lab.installing import CLOUD_LIST, UPLOADED_LIST, Place
from harness.lab.screens import CERTIFICATE_MANAGEMENT, TRUSTED_CA
from harness.lab.screens import UPLOADED_LIST as UPLOAD_PAGE
from harness.lab.settings import ExpresswayE

OUR_LISTS: Mapping[str, str] = {
    "expressway-e.trusted-ca": TRUSTED_CA,
    "expressway-c.trusted-ca": TRUSTED_CA,
    "unified-cm.trusted-ca": CERTIFICATE_MANAGEMENT,
    "unified-cm.tomcat-trust": CERTIFICATE_MANAGEMENT,
    "jabber.trusted-ca": "the clients' own trust stores",
    "mra-phone.trusted-ca": "the phones' trust list",
}
"""The trust lists that the company can change, and where; those of the cloud and of partners it cannot."""


class Need(Enum):
    """Whether a step has to be taken."""

    REQUIRED = auto()
    WHERE_IT_HELPS = auto()
    AFTERWARDS = auto()


@dataclass(frozen=True, slots=True)
class ConversionStep:
    """One step: the settings that it sets, and the names that it adds to trust lists or takes from them.

    `need` says whether it must be taken, is taken only where others need it, or is tidying up that comes after
    everything and only where it is safe. `installs` is the role into whose store it puts the certificate `profile`,
    by the web page or, with `over_scp`, round it. `copies` gives settings the value that others have at the time.
    `releases` are those on which it can be taken, empty for all.
    """

    title: str
    screen: str
    sets: Mapping[str, Any] = field(default_factory=dict)
    adds: Mapping[str, Sequence[str]] = field(default_factory=dict)
    removes: Mapping[str, Sequence[str]] = field(default_factory=dict)
    need: Need = Need.REQUIRED
    installs: str = ""
    profile: str = ""
    over_scp: bool = False
    copies: Mapping[str, str] = field(default_factory=dict)
    releases: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Exchange:
    """One certificate that is exchanged: profiles of the lab's PKI, trust-list names, and the hosts' names.

    `old_authorities` and `new_authorities` are the CAs above each, nearest first. `new_host` is the name under
    which the box is known with the new certificate, empty where that does not change.
    """

    role: str
    old: str
    new: str
    old_authorities: tuple[str, ...]
    new_authorities: tuple[str, ...]
    new_host: str = ""

    @property
    def place(self) -> Place:
        """Where it lies."""
        return CERTIFICATE_ROLES[self.role].place

    @property
    def fresh(self) -> tuple[str, ...]:
        """The CAs that come with the new certificate and were not above the old one."""
        return tuple(name for name in self.new_authorities if name not in self.old_authorities)

    @property
    def roots(self) -> tuple[str, ...]:
        """The old root and the new one; one where they are the same."""
        return tuple(dict.fromkeys((*self.old_authorities[-1:], *self.new_authorities[-1:])))

    @property
    def stale(self) -> tuple[str, ...]:
        """The CAs that the new certificate no longer needs."""
        return tuple(name for name in self.old_authorities if name not in self.new_authorities)


def conversion(exchanges: Sequence[Exchange]) -> list[ConversionStep]:
    """Return the steps of all exchanges, each once, in the order in which they are most often right."""
    steps: dict[str, ConversionStep] = {}
    for phase in (_trust, _names, _installation, _distrust):
        for step in (step for exchange in exchanges for step in phase(exchange)):
            known = steps.get(step.title)
            steps[step.title] = _joined(known, step) if known else step
    return list(steps.values())


def _joined(one: ConversionStep, other: ConversionStep) -> ConversionStep:
    """Return two steps on the same lists as one."""
    adds, removes = (
        {path: (*mine.get(path, ()), *theirs[path]) for path in theirs}
        for mine, theirs in ((one.adds, other.adds), (one.removes, other.removes))
    )
    return replace(one, adds={**one.adds, **adds}, removes={**one.removes, **removes})


def _installation(exchange: Exchange) -> Iterator[ConversionStep]:
    yield ConversionStep(
        f"Install the new certificate as {exchange.role}, and restart",
        "Maintenance > Security",
        installs=exchange.role,
        profile=exchange.new,
    )


def _trust(exchange: Exchange) -> Iterator[ConversionStep]:
    for path, names in _on_lists(exchange, exchange.fresh):
        title = f"Append the CAs of the new certificate to the trust list of {_owner(path)}"
        yield ConversionStep(title, OUR_LISTS[path], adds={path: names})
    if CLOUD_LIST in exchange.place.verifiers and exchange.new_authorities[-1:] != exchange.roots[:1]:
        yield ConversionStep(
            "Upload the roots of both certificates to Control Hub, after which only that list counts",
            UPLOAD_PAGE,
            adds={UPLOADED_LIST: exchange.roots},
            need=Need.WHERE_IT_HELPS,
        )


def _distrust(exchange: Exchange) -> Iterator[ConversionStep]:
    for path, names in _on_lists(exchange, exchange.stale):
        title = f"Remove the CAs of the old certificate from the trust list of {_owner(path)}"
        yield ConversionStep(title, OUR_LISTS[path], removes={path: names}, need=Need.AFTERWARDS)


def _on_lists(exchange: Exchange, names: Sequence[str]) -> Iterator[tuple[str, tuple[str, ...]]]:
    """Yield each of our lists with those of the names that belong on it: intermediates on Expressways alone."""
    for path in dict.fromkeys((*exchange.place.verifiers, exchange.place.own_list)):
        belonging = tuple(name for name in names if path.startswith("expressway") or name in exchange.roots)
        if path in OUR_LISTS and belonging:
            yield path, belonging


def _owner(path: str) -> str:
    return TITLES[path.partition(".")[0]]


def _names(exchange: Exchange) -> Iterator[ConversionStep]:
    if not exchange.new_host:
        return
    box = exchange.place.setting.partition(".")[0]
    if box == "expressway-e":
        record = f"{exchange.new_host}. 300 A {ExpresswayE().address}"
        title = f"Publish an address record for {exchange.new_host}"
        yield ConversionStep(title, "DNS, outside and inside", sets={"name-server.records": record})
    for title, screen, paths in _NAMES.get(box, ()):
        yield ConversionStep(title.format(exchange.new_host), screen, sets=dict.fromkeys(paths, exchange.new_host))


_ZONES = "Configuration > Zones > Zones"
_NAMES: Mapping[str, tuple[tuple[str, str, tuple[str, ...]], ...]] = {
    "expressway-e": (
        (
            "Set the peer address of both traversal zones on Expressway-C to {}",
            _ZONES,
            ("expressway-c.uc-traversal-zone.peer-address", "expressway-c.traversal-zone.peer-address"),
        ),
    ),
    "expressway-c": (
        (
            "Set the TLS verify subject name of both traversal zones on Expressway-E to {}",
            _ZONES,
            ("expressway-e.uc-traversal-zone.subject-name", "expressway-e.traversal-zone.subject-name"),
        ),
        (
            "Set the X.509 subject name of the trunk on Unified CM to {}",
            "System > Security > SIP Trunk Security Profile",
            ("unified-cm.x509-subject-name",),
        ),
    ),
    "webex-cloud": (
        ("Set the TLS verify subject name of the Webex zone to {}", _ZONES, ("expressway-e.webex-zone.subject-name",)),
    ),
    "b2b-peer": (
        ("Set the TLS verify subject name of the DNS zone to {}", _ZONES, ("expressway-e.dns-zone.subject-name",)),
    ),
}
"""By box: where peers look for its name."""
