"""One play as a test sees it: what it came to, in words that compare."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.report.detail import play_detail
from harness.report.evidence import presented_certificates
from harness.report.ladder import draw_ladder
from harness.report.outcome import PlayOutcome
from harness.report.wording import actor_names, refusal, stage_words
from harness.transcript import Transcript
from harness.verdict import StepVerdict, Verdict


@dataclass(frozen=True, slots=True, repr=False)
class Play:
    """One scenario, played at one TLS version.

    `met` says whether it came to what the scenario expects and its control to something else; `mismatches` are
    sentences that say where not. The other words are those of the first step that did not complete.
    """

    outcome: PlayOutcome = field()

    @property
    def verdict(self) -> Verdict:
        """The judge's answer in full."""
        return self.outcome.verdict

    @property
    def transcript(self) -> Transcript:
        """What was seen: events, connections, wire bytes."""
        return self.outcome.transcript

    @property
    def cause(self) -> str:
        """The cause, a key of docs/causes.md; `none` where the story completed."""
        return self.verdict.cause

    @property
    def completed(self) -> bool:
        """Whether every step completed."""
        return self.verdict.stopped is None

    @property
    def stopped_at(self) -> str:
        """The stage at which the story stopped, such as `acceptance`; empty where it completed."""
        stopped = self.verdict.stopped
        return stopped.stopped_at.value if stopped and stopped.stopped_at else ""

    @property
    def by(self) -> str:
        """The actor that refused, empty where nobody did."""
        return self.verdict.stopped.by if self.verdict.stopped else ""

    @property
    def alert(self) -> int | None:
        """The number of the fatal alert, None where none was sent."""
        return self.verdict.stopped.alert if self.verdict.stopped else None

    @property
    def status(self) -> int | None:
        """The final SIP or HTTP status of the step that stopped, else of the last one; None where there was none."""
        return (self.verdict.stopped or self.verdict.steps[-1]).status

    @property
    def steps(self) -> Mapping[str, StepVerdict]:
        """How each step went, by its name."""
        return {step.step: step for step in self.verdict.steps}

    @property
    def warnings(self) -> tuple[str, ...]:
        """What worked here and fails elsewhere."""
        return self.verdict.warnings

    @property
    def met(self) -> bool:
        """Whether the play came to what the scenario expects, and its control to something else."""
        return self.outcome.met

    @property
    def mismatches(self) -> tuple[str, ...]:
        """What was not as expected, as sentences."""
        return self.outcome.mismatches

    @property
    def certificates(self) -> Mapping[str, str]:
        """What was presented, as PEM by connection and actor, also where it was refused."""
        return presented_certificates(self.transcript)

    @property
    def text(self) -> str:
        """All that is known of the play, for a person."""
        return play_detail(self.outcome)

    @property
    def ladder(self) -> str:
        """The play as arrows between lifelines."""
        return draw_ladder(self.transcript, self.verdict)

    def __repr__(self) -> str:
        verdict = self.verdict
        stopped = verdict.stopped
        names = actor_names(self.transcript)
        came = f"{stopped.step} {stage_words(stopped)}, {refusal(stopped, names)}" if stopped else "completed"
        return f"<{verdict.scenario} in TLS {verdict.tls_version}: {came}; cause {verdict.cause}>"
