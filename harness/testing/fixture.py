"""The fixture `sip_mtls`: what a test can ask for."""

from __future__ import annotations

from collections.abc import Sequence

from harness.api.labs import planned
from harness.api.played import Play
from harness.api.plays import play
from harness.api.reading import Day, FileName, checked_word, library_of
from harness.errors import Fault, ScenarioError
from harness.scenario.model import TLS_VERSIONS, Scenario
from harness.testing.certificate_questions import CertificateQuestions
from harness.testing.failing import plain_failures
from harness.testing.open_lab import KeptOpenLab


class SipMtls(CertificateQuestions):
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
            found = self._one(scenario, lab, at)
            if checked_word("tls", tls, TLS_VERSIONS) not in found.tls_versions:
                hint = f"its `tls` is {', '.join(found.tls_versions)}"
                raise ScenarioError([Fault(str(scenario), 0, 0, f"it is not played in TLS {tls}", hint)])
            return self._played((scenario,), (tls,), network, lab, at)[0]

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
            return self._played(scenarios, tls, network, lab, at)

    def _one(self, asked: FileName, lab: FileName, at: Day) -> Scenario:
        found = library_of(self._lab_file(lab), at).scenarios((self._places.scenario(asked),))
        if len(found) != 1:
            problem = f"{len(found)} scenarios are called so"
            raise ScenarioError([Fault(str(asked), 0, 0, problem, "name one of them; `plays` plays many")])
        return found[0]

    def _played(
        self, scenarios: Sequence[FileName], tls: Sequence[str], network: str, lab: FileName, at: Day
    ) -> list[Play]:
        played = play(
            *map(self._places.scenario, scenarios),
            tls=tls,
            network=network or self._network,
            lab=self._lab_file(lab),
            at=at,
        )
        self.told += played
        return played

    def open_lab(self, scenario: FileName = "", *, tls: str = "1.3", lab: FileName = "", at: Day = "") -> KeptOpenLab:
        """Open the healthy lab, or the one that a scenario makes of it, on real sockets for a `with` block."""
        with plain_failures():
            asked = self._places.scenario(scenario) if scenario else ""
            library, plan = planned(asked, tls, self._lab_file(lab), at)
            return KeptOpenLab(plan, library)
