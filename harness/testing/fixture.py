"""The fixture `sip_mtls`: what a test can ask for."""

from __future__ import annotations

from collections.abc import Sequence

from harness.errors import Fault, ScenarioError
from harness.report.outcome import PlayOutcome
from harness.run.library import Library
from harness.run.suite import Order, run_suite
from harness.scenario.model import TLS_VERSIONS, Scenario
from harness.scenario.plan import Plan, plan_of
from harness.testing.certificate_questions import Desk
from harness.testing.failing import checked_word, plain_failures
from harness.testing.folders import Day, FileName
from harness.testing.open_lab import KeptOpenLab
from harness.testing.own_thread import run_alone
from harness.testing.played import Play

NETWORKS = ("memory", "loopback")


class SipMtls(Desk):
    """Plays scenarios and certificates for one test.

    Files are looked for beside the test, then at the root of the tests. `lab`, by default that of the option
    `sip_mtls_lab`, is the healthy lab in another file; `at` a day to which the whole lab is set, such as
    2027-03-15; `tls` is 1.2 or 1.3. What was given and is wrong fails the test, with the file and the place in it.
    """

    def play(
        self, scenario: FileName, *, tls: str = "1.3", network: str = "", lab: FileName = "", at: Day = ""
    ) -> Play:
        """Play one scenario, by id, row of the catalogue or file, and its control; return what it came to."""
        with plain_failures():
            library = self._library(lab, at)
            found = self._one(library, scenario)
            if checked_word("tls", tls, TLS_VERSIONS) not in found.tls_versions:
                hint = f"its `tls` is {', '.join(found.tls_versions)}"
                raise ScenarioError([Fault(str(scenario), 0, 0, f"it is not played in TLS {tls}", hint)])
            return self._played([found], (tls,), network, library)[0]

    def plays(
        self,
        *scenarios: FileName,
        tls: Sequence[str] = TLS_VERSIONS,
        network: str = "",
        lab: FileName = "",
        at: Day = "",
    ) -> list[Play]:
        """Play scenarios in each TLS version: ids, rows, families, files, and folders, which end in a slash."""
        with plain_failures():
            library = self._library(lab, at)
            return self._played(self._found(library, scenarios), tuple(tls), network, library)

    def _one(self, library: Library, asked: FileName) -> Scenario:
        found = self._found(library, (asked,))
        if len(found) != 1:
            problem = f"{len(found)} scenarios are called so"
            raise ScenarioError([Fault(str(asked), 0, 0, problem, "name one of them; `plays` plays many")])
        return found[0]

    def _found(self, library: Library, asked: Sequence[FileName]) -> list[Scenario]:
        return self._libraries.scenarios(library, tuple(map(self._places.scenario, asked)))

    def _played(
        self, scenarios: Sequence[Scenario], tls: tuple[str, ...], network: str, library: Library
    ) -> list[Play]:
        for version in tls:
            checked_word("tls", version, TLS_VERSIONS)
        where = checked_word("network", network or self._network, NETWORKS)
        order = Order(tuple(scenarios), tls, where)
        if not order.plays():
            hint = "these scenarios have no such TLS version"
            raise ScenarioError([Fault("tls", 0, 0, "nothing is left to play", hint)])
        outcomes: list[PlayOutcome] = run_alone(lambda: run_suite(library, order, lambda _: None))
        played = [Play(outcome) for outcome in outcomes]
        self.told += played
        return played

    def open_lab(self, scenario: FileName = "", *, tls: str = "1.3", lab: FileName = "", at: Day = "") -> KeptOpenLab:
        """Open the healthy lab, or the one that a scenario makes of it, on real sockets for a `with` block."""
        with plain_failures():
            library = self._library(lab, at)
            checked_word("tls", tls, TLS_VERSIONS)
            if not scenario:
                return KeptOpenLab(Plan("open lab", tls, library.healthy, ()), library)
            found = self._one(library, scenario)
            return KeptOpenLab(plan_of(found, library.healthy, tls), library)
