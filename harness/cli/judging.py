"""`sip-mtls judge`: a saved transcript, judged again, or a capture."""

from __future__ import annotations

from pathlib import Path

from harness.capture.saved import MAX_BYTES, load_transcript
from harness.cli.capturing import NO_HINTS, CaptureHints, judge_capture, refuse_hints
from harness.cli.exits import Exit
from harness.cli.exporting import ways_out
from harness.cli.exports import Exports
from harness.cli.formats import Run
from harness.cli.giving_out import give_out
from harness.cli.log_view import print_logs
from harness.cli.running import print_play
from harness.diagnosis.compare import mismatches
from harness.diagnosis.judge import judge
from harness.net.named_hosts import OutsideNetwork
from harness.packets.frames import is_capture
from harness.report.outcome import PlayOutcome
from harness.run.disk import read_head
from harness.run.library import Library
from harness.scenario.model import Expectation, Scenario
from harness.transcript import Transcript
from harness.verdict import Verdict

CAPTURE_MAGIC = 8
"""Bytes by which a capture is known."""
_UNKNOWN = "A transcript of a scenario that is not known here"


def judge_file(path: Path, exports: Exports, log: str | None = None, hints: CaptureHints = NO_HINTS) -> Exit:
    """Judge a capture, or one transcript; compare with its scenario's expectation where that scenario is known."""
    if is_capture(read_head(path, CAPTURE_MAGIC)):
        return judge_capture(path, exports, log, hints)
    refuse_hints(hints)
    transcript = load_transcript(read_head(path, MAX_BYTES + 1), str(path))
    verdict = judge(transcript)
    outcome = _outcome(transcript, verdict)
    ways = [*ways_out(exports, Run([outcome], Library().healthy, asked=1))]
    if not exports.takes_standard_output:
        ways.append(lambda: print_logs([outcome]) if log else print_play(outcome))
    give_out(ways)
    return Exit.MET if outcome.met else Exit.NOT_MET


def _outcome(transcript: Transcript, verdict: Verdict) -> PlayOutcome:
    scenario = _scenario_of(transcript)
    expected = scenario.expectations.get(transcript.tls_version)
    wrong = mismatches(expected, verdict, transcript) if expected else ()
    return PlayOutcome(scenario, verdict, transcript, wrong, None, None, 0.0)


def _scenario_of(transcript: Transcript) -> Scenario:
    """Return the shipped scenario of exactly that id, or one that expects nothing; a name in a file is no path."""
    shipped = Library().shipped(transcript.scenario)
    if shipped is not None:
        return shipped
    nothing: dict[str, Expectation] = {}
    return Scenario(
        name=transcript.scenario,
        file="",
        row="",
        title=transcript.scenario.capitalize() if transcript.network == OutsideNetwork.name else _UNKNOWN,
        story="It is judged; nothing is expected of it.",
        source=(),
        tls_versions=(transcript.tls_version,),
        change={},
        play=(),
        expectations=nothing,
        control=None,
    )
