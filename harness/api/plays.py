"""Scenarios played, saved transcripts judged, pasted text explained."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from harness.api.own_thread import run_alone
from harness.api.played import Play
from harness.api.reading import Day, FileName, checked_word, library_of, scenarios_of
from harness.capture.saved import MAX_BYTES, load_transcript
from harness.diagnosis.explain.reading import explain as explain_text
from harness.diagnosis.judge import judge as judge_transcript
from harness.errors import Fault, ScenarioError
from harness.report.outcome import PlayOutcome
from harness.run.disk import read_head
from harness.run.suite import Order, run_suite
from harness.scenario.model import TLS_VERSIONS
from harness.transcript import Transcript
from harness.verdict import Reading, Verdict

NETWORKS = ("memory", "loopback")


def play(
    *scenarios: FileName,
    tls: Sequence[str] = TLS_VERSIONS,
    network: str = "memory",
    lab: FileName = "",
    at: Day = "",
    ended: Callable[[Play], None] | None = None,
) -> list[Play]:
    """Play scenarios in each TLS version ("1.2", "1.3") and return what each came to, in their order.

    `scenarios` are ids, rows of the catalogue ("M02"), families, files or folders; without any, all that fit the lab.
    `network` is "memory", a virtual clock, or "loopback", real sockets in 127.0.0.0/8. `lab` is a lab file, `at` the
    day to which the whole lab is set, as 2027-03-15. `ended` gets each play as it ends.

    Raises ScenarioError where a word or a file is wrong, with each fault at its line, and LabError where a lab cannot
    be set up. A refusal is what a play comes to, and never an exception. May be called inside a running event loop,
    which it then blocks.
    """
    library = library_of(lab, at)
    wanted = tuple(checked_word("tls", version, TLS_VERSIONS) for version in tls)
    order = Order(tuple(scenarios_of(library, scenarios)), wanted, checked_word("network", network, NETWORKS))
    if not order.plays():
        hint = "these scenarios have no such TLS version"
        raise ScenarioError([Fault("tls", 0, 0, "nothing is left to play", hint)])

    def as_it_ends(outcome: PlayOutcome) -> None:
        if ended is not None:
            ended(Play(outcome))

    return [Play(outcome) for outcome in run_alone(lambda: run_suite(library, order, as_it_ends))]


def judge(transcript: Transcript | FileName | bytes) -> Verdict:
    """Return the verdict on a transcript: a value, a file that was saved before, or its bytes.

    Raises ScenarioError, with place and reason, for a file that no version of sip-mtls wrote.
    """
    if isinstance(transcript, Transcript):
        return judge_transcript(transcript)
    if isinstance(transcript, bytes):
        return judge_transcript(load_transcript(transcript))
    from pathlib import Path  # noqa: PLC0415

    return judge_transcript(load_transcript(read_head(Path(transcript), MAX_BYTES + 1), str(transcript)))


def explain(text: str) -> Reading:
    """Return what a pasted text means: log lines, alerts, errors of TLS stacks, SIP answers. Any text has a reading."""
    return explain_text(text)
