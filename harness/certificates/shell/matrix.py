"""The matrix of extended key usages: every certificate in every store of an Expressway, on every link, played.

Each play is one lab in which one store of one box holds the certificate at hand, and whose steps are the links
of domain.md 1.2 in turn. Releases that do the same are played once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import product
from typing import Any, Final

from harness.certificates.matrix import MatrixRow
from harness.certificates.shell.change import alike
from harness.lab.certificate_roles import CERTIFICATE_ROLES
from harness.lab.changes import changed
from harness.lab.releases import RELEASES
from harness.lab.settings import Lab
from harness.pki import LabPki, LeafOrder
from harness.run.in_memory import StoppedEarlyError, Tick, verdicts
from harness.scenario.model import TLS_VERSIONS, Step
from harness.scenario.plan import Plan
from harness.verdict import Verdict

LINKS: Final[Mapping[str, Mapping[str, Step]]] = {
    "expressway-e": {
        "5062 in": Step("webex-cloud", "options", "5062 in"),
        "5062 out": Step("expressway-e", "options", "5062 out"),
        "7001": Step("expressway-c", "connect-zone", "7001", {"zone": "uc-traversal"}),
        "2222": Step("expressway-c", "open-tunnel", "2222"),
        "cluster": Step("expressway-e", "join-cluster", "cluster"),
        "sign-in": Step("jabber", "sign-in", "sign-in"),
        "register": Step("jabber", "register", "register"),
    },
    "expressway-c": {
        "7001": Step("expressway-c", "connect-zone", "7001", {"zone": "uc-traversal"}),
        "2222": Step("expressway-c", "open-tunnel", "2222"),
        "trunk": Step("expressway-c", "connect-zone", "trunk", {"zone": "neighbour"}),
        "sign-in": Step("jabber", "sign-in", "sign-in"),
        "register": Step("jabber", "register", "register"),
    },
}
"""The links that look at a box's certificate, by box: 7001 is UC traversal, 2222 the SSH tunnel, trunk Unified CM.

Sign-in and registration are those of MRA: the first needs the tunnel, the second the SERVICE check."""

USAGES: Final[Mapping[tuple[str, ...], tuple[str, ...]]] = {
    ("serverAuth", "clientAuth"): (),
    ("serverAuth",): ("server-auth-only",),
    ("clientAuth",): ("client-auth-only",),
    (): ("no-eku",),
    ("anyExtendedKeyUsage",): ("any-eku-only",),
}
"""The usages of the matrix, and the fault that makes a certificate with them."""

_RESTRICTED = "eku-restricted-intermediate"
CLUSTER_AND_TRUNK: Final[Mapping[str, Any]] = {
    "edges": [{"name": "us-expe2", "address": "127.64.0.11"}],
    "expressway-e.cluster-tls-verification": "enforcing",
    "expressway-c.neighbour-zone.transport": "tls",
    "expressway-c.neighbour-zone.tls-verify": True,
}


@dataclass(frozen=True, slots=True)
class Square:
    """One square of the matrix before it is played; the fields are those of `MatrixRow`."""

    box: str
    store: str
    usages: tuple[str, ...]
    restricted: bool
    releases: tuple[str, ...]
    eku_check: bool

    @property
    def faults(self) -> tuple[str, ...]:
        """The faults of the certificate."""
        return (*USAGES[self.usages], *((_RESTRICTED,) if self.restricted else ()))


def squares(releases: Sequence[str]) -> list[Square]:
    """Return every square for these releases, in the order in which the table shows them."""
    return [
        Square(box, store, usages, restricted, names, check)
        for box in LINKS
        for names in alike(releases)
        for check in ((True, False) if RELEASES[names[0]].eku_switch else (True,))
        for store in (("server", "client") if RELEASES[names[0]].two_stores else ("both",))
        for restricted, usages in product((False, True), USAGES)
    ]


def plans_of(healthy: Lab, lab_pki: LabPki, wanted: Sequence[Square]) -> list[tuple[Square, Plan]]:
    """Return the plays of each square, one for each TLS version that its release has."""
    return [(square, plan) for square in wanted for plan in _plans(healthy, lab_pki, square)]


def play_matrix(plans: Sequence[tuple[Square, Plan]], lab_pki: LabPki, tick: Tick) -> list[MatrixRow]:
    """Play every square; return its row. Where somebody interrupts it, the rows of those that were played in full."""
    try:
        judged = verdicts([plan for _, plan in plans], lab_pki, tick)
    except StoppedEarlyError as stopped:
        judged = stopped.judged
    wanted = Counter(square for square, _ in plans)
    told: dict[Square, list[Verdict]] = {}
    for (square, _), verdict in zip(plans, judged, strict=False):
        told.setdefault(square, []).append(verdict)
    return [_row(square, played) for square, played in told.items() if len(played) == wanted[square]]


def _plans(healthy: Lab, lab_pki: LabPki, square: Square) -> Iterator[Plan]:
    release = RELEASES[square.releases[0]]
    held = {"profile": square.box, "faults": list(square.faults)}
    place = CERTIFICATE_ROLES[f"{square.box}-{'client' if square.store == 'client' else 'server'}"].place
    certificates = place.held(held, {"profile": square.box}, release)
    above = tuple(_above(lab_pki, square))
    check = {f"{path}eku-check": square.eku_check for path in ("expressway-e.sip.", "expressway-c.")}
    lab = changed(healthy, {"release": release.name, **check, **CLUSTER_AND_TRUNK, **certificates})
    lists = {"expressway-e": lab.expressway_e.trusted_ca, "expressway-c": lab.expressway_c.trusted_ca}
    lab = changed(lab, {f"{box}.trusted-ca": [*names, *above] for box, names in lists.items()})
    for version in TLS_VERSIONS:
        if version in release.tls_versions:
            yield Plan(f"{square.box} {square.store}", version, lab, tuple(LINKS[square.box].values()))


def _above(lab_pki: LabPki, square: Square) -> Iterator[str]:
    """Yield the names of the CAs above the certificate, which both Expressways have on their lists (row M18)."""
    for number, certificate in enumerate(lab_pki.issue(LeafOrder(square.box, faults=square.faults)).issuers):
        name = f"CA {number} above {square.box} {' '.join(square.faults)}"
        lab_pki.adopt(name, certificate)
        yield name


def _row(square: Square, played: Sequence[Verdict]) -> MatrixRow:
    links = {
        link: {verdict.tls_version: step for verdict in played for step in verdict.steps if step.step == link}
        for link in LINKS[square.box]
    }
    return MatrixRow(
        square.box, square.store, square.usages, square.restricted, square.releases, square.eku_check, links
    )
