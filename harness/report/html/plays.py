"""One play for a page: what a person asks of it, every text a number in the page's pool."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from harness.inert import inert
from harness.lab.settings import Lab
from harness.report.html.certificates import Certificates
from harness.report.html.estate import dialled
from harness.report.html.ladders import Marks
from harness.report.html.pool import Pool, Texts
from harness.report.ladder import ladder_of
from harness.report.outcome import PlayOutcome
from harness.report.setting_changes import SettingChange, setting_changes
from harness.report.wording import STAGE_WORDS, actor_names, refusal
from harness.scenario.model import Step
from harness.verdict import Facts, PolicyOpinion, Remedy, StepVerdict, Verdict

_NOBODY_SAW = 2


class Plays:
    """Writes plays down. They share `texts`, `marks`, `certificates`, and `things`: what else they have alike."""

    def __init__(self, healthy: Lab) -> None:
        self._healthy = healthy
        self.texts = Pool()
        self.things = Pool()
        self.marks = Pool()
        self.certificates = Certificates()

    def play(self, outcome: PlayOutcome) -> dict[str, Any]:
        """Return one play."""
        scenario, verdict = outcome.scenario, outcome.verdict
        block = block_of(outcome)
        texts = Texts(self.texts, block)
        names = actor_names(outcome.transcript)
        drawn = Marks(ladder_of(outcome.transcript, verdict), outcome.transcript, texts, self.certificates)
        told = {
            "id": inert(scenario.name),
            "row": inert(scenario.row),
            "family": inert(scenario.family),
            "tls": verdict.tls_version,
            "network": verdict.network,
            "block": block,
            "title": texts.number(scenario.title),
            "story": texts.number(scenario.story),
            "met": outcome.met,
            "mismatches": texts.numbers(outcome.mismatches),
            "change": [_change(row, texts) for row in setting_changes(scenario.change, self._healthy)],
            "play": _steps(scenario.play, texts),
            "control": self.things.number(self._control(outcome, texts, names)),
            "lifelines": drawn.lifelines,
            "marks": [self.marks.number(mark) for mark in drawn.marks],
            "dialled": self.things.number(dialled(outcome.transcript)),
            "hung": _hung(outcome),
        }
        return told | self._verdict(verdict, texts, names)

    def _verdict(self, verdict: Verdict, texts: Texts, names: Mapping[str, str]) -> dict[str, Any]:
        return {
            "stage": _stage(verdict.stopped),
            "cause": inert(verdict.cause),
            "why": texts.number(verdict.diagnosis),
            "steps": [self.things.number(_step(step, texts, names)) for step in verdict.steps],
            "remedies": [_remedy(remedy, texts) for remedy in verdict.remedies],
            "warnings": texts.numbers(verdict.warnings),
            "or": list(map(inert, verdict.cannot_tell)),
            "probe": texts.number(verdict.probe),
            "names": texts.numbers(verdict.names),
            "policies": self.things.number([_opinion(opinion, texts) for opinion in verdict.opinions]),
        }

    def _control(self, outcome: PlayOutcome, texts: Texts, names: Mapping[str, str]) -> dict[str, Any] | None:
        """Return the same story without its fault: its settings, its steps, its verdict."""
        planned, verdict = outcome.scenario.control, outcome.control
        if planned is None or verdict is None:
            return None
        return {
            "change": [_change(row, texts) for row in setting_changes(planned.change, self._healthy)],
            "play": _steps(planned.play, texts) if planned.play != outcome.scenario.play else [],
            "differs": bool(outcome.control_differs),
            "cause": inert(verdict.cause),
            "steps": [_ending(step, texts, names) for step in verdict.steps],
        }


def block_of(outcome: PlayOutcome) -> str:
    """Return the first three octets of the lab's addresses, empty where it has no actors."""
    return next((card.host.rpartition(".")[0] for card in outcome.transcript.actors), "")


def _hung(outcome: PlayOutcome) -> list[str]:
    """Return dialler and listener of the connection on which the story stopped; empty where there is none."""
    stopped = outcome.verdict.stopped
    on = (each for each in outcome.transcript.connections if stopped and each.number == stopped.connection)
    return next(([inert(each.dialler), inert(each.listener)] for each in on), [])


def _change(row: SettingChange, texts: Texts) -> list[int]:
    command = f"xConfiguration {row.command}" if row.command else ""
    return texts.numbers([row.path, row.before, row.after, row.meaning, row.screen, command])


def _steps(play: Sequence[Step], texts: Texts) -> list[int]:
    options = ("".join(f", {name} {value}" for name, value in step.options.items()) for step in play)
    return texts.numbers([f"{step.actor}: {step.verb}{said}" for step, said in zip(play, options, strict=True)])


def _stage(step: StepVerdict | None) -> str:
    return step.stopped_at.value if step is not None and step.stopped_at is not None else ""


def _ending(step: StepVerdict, texts: Texts, names: Mapping[str, str]) -> dict[str, Any]:
    """Return how a step came out: its name, where it stopped, who refused whom."""
    who = texts.number(refusal(step, dict(names)))
    return {"step": texts.number(step.step), "stage": _stage(step), "who": who}


def _step(step: StepVerdict, texts: Texts, names: Mapping[str, str]) -> dict[str, Any]:
    answered = f"the final answer was {step.status}" if step.ok and step.status is not None else ""
    means = f"{STAGE_WORDS[step.stopped_at]}; {refusal(step, dict(names))}" if step.stopped_at else answered
    return {
        **_ending(step, texts, names),
        "by": texts.number(names.get(step.actor, step.actor)),
        "means": texts.number(means),
        "connection": step.connection or 0,
        "facts": _facts(step.facts) if step.connection is not None else [],
        "ends": [[texts.number(names.get(end.actor, end.actor)), texts.numbers(end.saw)] for end in step.ends],
    }


def _facts(facts: Facts) -> list[int]:
    """Return the three facts: 1 yes, 0 no, 2 nobody could see it."""
    three = (facts.handshake_finished, facts.certificate_accepted, facts.sip_answered)
    return [_NOBODY_SAW if fact is None else int(fact) for fact in three]


def _remedy(remedy: Remedy, texts: Texts) -> list[int]:
    return texts.numbers([remedy.action, remedy.screen, remedy.command])


def _opinion(opinion: PolicyOpinion, texts: Texts) -> list[Any]:
    return [opinion.policy, opinion.accepted, texts.number(opinion.reason)]
