"""What every report is about: one play, judged and compared with its expectation."""

from __future__ import annotations

from dataclasses import dataclass

from harness.scenario.model import Scenario
from harness.transcript import Transcript
from harness.verdict import Verdict


@dataclass(frozen=True, slots=True)
class PlayOutcome:
    """One scenario, played at one TLS version.

    `mismatches` are sentences, one for each part of the expectation that was not met. `control` is the
    verdict on the same story without its fault and `control_differs` whether that is another one, as it
    must be; both None for a baseline. `seconds` is what the play took by a wall clock.
    """

    scenario: Scenario
    verdict: Verdict
    transcript: Transcript
    mismatches: tuple[str, ...]
    control: Verdict | None
    control_differs: bool | None
    seconds: float

    @property
    def met(self) -> bool:
        """Whether the verdict is the expected one."""
        return not self.mismatches


@dataclass(frozen=True, slots=True)
class LostPlay:
    """One play that did not take place, because its lab could not be set up. `reason` is a sentence."""

    scenario: Scenario
    tls_version: str
    network: str
    reason: str

    def __str__(self) -> str:
        return f"{self.scenario.file}: not played in TLS {self.tls_version}: {self.reason}"
