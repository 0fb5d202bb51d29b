"""A plan for a change of certificates: the steps in an order in which nothing breaks, or why there is none."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import groupby
from typing import Literal

from harness.certificates.release_words import release_names
from harness.certificates.rules import Severity
from harness.report.columns import Paper
from harness.report.json_text import as_json, values_of

_MARGIN = 6
_MOST_TOLD = 4


@dataclass(frozen=True, slots=True)
class PlannedStep:
    """One thing to do: `title` says what, `screen` where."""

    title: str
    screen: str


@dataclass(frozen=True, slots=True)
class Breakage:
    """What `step` would break where it is taken next: the `links`, and `why` the first. No links: it is refused."""

    step: PlannedStep
    links: tuple[str, ...]
    why: str


@dataclass(frozen=True, slots=True)
class DeadEnd:
    """A state that nothing leads on from: the steps `taken` so far, and in `breaks` what each of the others breaks."""

    taken: tuple[PlannedStep, ...]
    breaks: tuple[Breakage, ...]


@dataclass(frozen=True, slots=True)
class LeftOut:
    """A `link` that works in the healthy lab and not with today's certificates: its `cause`, and `why` in words."""

    link: str
    cause: str
    why: str


@dataclass(frozen=True, slots=True)
class StillUsed:
    """An old certificate that a store of `role` holds at the end; it runs out on the day `until` (ISO 8601)."""

    role: str
    until: str


@dataclass(frozen=True, slots=True)
class BrokenRule:
    """A rule that the new certificate of `role` breaks and the old one does not, and that no play shows.

    `rule` is its key, `severity` how bad that is. `detail` says what is wrong, `peers` who minds, `remedy` what to do.
    """

    role: str
    rule: str
    severity: str
    detail: str
    peers: str
    remedy: str


@dataclass(frozen=True, slots=True)
class ChangePlan:
    """The answer.

    `order` is None where no order is safe; `dead_ends` then prove it. `other_name` says that a new certificate
    lacks the name of the old one. `links` worked at the beginning and have to work in every state; `tried` states
    were played. `broken_before` do not work in the healthy lab either. `left_out` do there, and neither today nor at
    the end: what the steps do to them is not known. `left_undone` are steps of tidying up that would break something,
    at the end of the order. `still_used` are old certificates that a store holds at the end. `other_root` says that a
    new certificate comes from another root. `rules` tell what the steps cannot show, since no actor minds it, and
    `unknown` what nobody here can tell, in sentences.
    """

    title: str
    at: datetime
    release: str
    other_name: bool
    links: tuple[str, ...]
    broken_before: tuple[str, ...]
    order: tuple[PlannedStep, ...] | None
    left_undone: tuple[Breakage, ...]
    dead_ends: tuple[DeadEnd, ...]
    tried: int
    left_out: tuple[LeftOut, ...] = ()
    still_used: tuple[StillUsed, ...] = ()
    other_root: bool = True
    rules: tuple[BrokenRule, ...] = ()
    unknown: tuple[str, ...] = ()

    @property
    def breaks_a_rule(self) -> bool:
        """Whether somebody refuses a new certificate though no step shows it."""
        return any(rule.severity == Severity.ERROR for rule in self.rules)

    @property
    def is_safe(self) -> bool:
        """Whether there is an order, no link was left out of it, and no rule speaks against it."""
        return self.order is not None and not self.left_out and not self.breaks_a_rule

    @property
    def verdict(self) -> str:
        """What it comes to, in few words."""
        if self.order is None:
            return "NO SAFE ORDER"
        doubts = (
            f"{len(self.left_out)} links left out" if self.left_out else "",
            "a new certificate breaks a rule that no step shows" if self.breaks_a_rule else "",
        )
        steps = "one step" if len(self.order) == 1 else f"{len(self.order)} steps"
        return f"NO ALL-CLEAR: {'; '.join(filter(None, doubts))}" if any(doubts) else f"a safe order of {steps}"


def plan_text(plan: ChangePlan, *, width: int, unicode: bool) -> str:
    """Return the plan in lines of at most `width` columns."""
    paper = Paper(width, unicode)
    where = f"{release_names((plan.release,))}, on {plan.at:%Y-%m-%d}"
    lines = [*paper.hanging("", f"{plan.title}; {where}", 0), *paper.hanging("", plan.verdict, 0)]
    lines += paper.hanging("", f"must go on working: {', '.join(plan.links) or 'nothing works today'}", 0)
    if plan.broken_before:
        never = ", ".join(plan.broken_before)
        lines += paper.hanging("", f"never works in this lab on this release, so is not looked at: {never}", 0)
    lines += _alarm(plan, paper)
    for rule in plan.rules:
        lines += ["", *_rule(rule, paper)]
    for sentence in plan.unknown:
        lines += ["", *paper.hanging("", f"unknown: {sentence}", 0)]
    lines += ["", *(_proof(plan, paper) if plan.order is None else _order(plan, paper))]
    for each in plan.left_undone:
        lines += ["", *paper.hanging("not", _breakage(each), _MARGIN), *paper.hanging("", each.why, _MARGIN)]
    for held in plan.still_used if plan.order is not None else ():
        text = f"{held.role} still holds its old certificate, until {held.until}: it needs a successor by then."
        lines += ["", *paper.hanging("note", text, _MARGIN)]
    states = "one state was" if plan.tried == 1 else f"{plan.tried} states were"
    lines += ["", *paper.hanging("", f"{states} played, in TLS 1.2 and 1.3: {plan.verdict}", 0)]
    return "\n".join(lines) + "\n"


_BOTH_NAMES = (
    "The new certificate does not carry the name of the old one. One that carries both names can be installed first; "
    "then the peers change theirs, one after the other."
)

_TRUSTED_ELSEWHERE = (
    "Assumed is that the cloud and partners trust the root of the old certificate and no other; --trust says what "
    "else they trust."
)


def _alarm(plan: ChangePlan, paper: Paper) -> Iterator[str]:
    """Say loudly what could not be judged: what does not work today cannot break, and may stay broken."""
    if not plan.left_out:
        return
    names = ", ".join(each.link for each in plan.left_out)
    told = "and not at the end of this order either" if plan.order is not None else "so it could not be judged"
    yield ""
    yield from paper.hanging(
        "", f"NO ALL-CLEAR: {names}: works in the healthy lab, not with today's certificates, {told}.", 0
    )
    for cause, alike in groupby(plan.left_out, key=lambda each: (each.cause, each.why)):
        yield from paper.hanging("", f"{', '.join(each.link for each in alike)}: {cause[0]}. {cause[1]}", _MARGIN)


def _rule(rule: BrokenRule, paper: Paper) -> Iterator[str]:
    """Tell what speaks against a new certificate though no step shows it."""
    heading = f"{rule.severity.upper()} by rule {rule.rule}, which no step shows; {rule.role}"
    yield from paper.hanging("", heading, 0)
    yield from paper.hanging("why", f"{rule.detail}. Who minds: {rule.peers}", _MARGIN)
    yield from paper.hanging("to do", rule.remedy, _MARGIN)


def _order(plan: ChangePlan, paper: Paper) -> Iterator[str]:
    order = plan.order or ()
    of_what = "Of what works today, n" if plan.left_out else "Of what is played, n" if plan.breaks_a_rule else "N"
    heading = f"{of_what}othing breaks in this order:"
    yield from paper.hanging("", heading, 0)
    for number, step in enumerate(order, start=1):
        yield from paper.hanging(f"{number:3}.", step.title, _MARGIN)
        yield from paper.hanging("", step.screen, _MARGIN)


def _proof(plan: ChangePlan, paper: Paper) -> Iterator[str]:
    yield from paper.hanging("", "No order is safe. Every state that can be reached ends in one of these:", 0)
    for end in plan.dead_ends[:_MOST_TOLD]:
        done = "; then ".join(step.title for step in end.taken) or "nothing"
        yield ""
        yield from paper.hanging("done", done, _MARGIN)
        for each in end.breaks:
            yield from paper.hanging("next", _breakage(each), _MARGIN)
            yield from paper.hanging("", each.why, _MARGIN)
    more = len(plan.dead_ends) - _MOST_TOLD
    if more > 0:
        yield from ("", f"and {more} more; --json writes them all")
    if plan.other_name or plan.other_root:
        yield ""
        yield from paper.hanging("", _BOTH_NAMES if plan.other_name else _TRUSTED_ELSEWHERE, 0)


def _breakage(breakage: Breakage) -> str:
    broken = f"breaks {', '.join(breakage.links)}" if breakage.links else "is refused"
    return f"{breakage.step.title}: {broken}"


@dataclass(frozen=True)
class _Format:
    """`format` and `version` name this shape."""

    format: Literal["sip-mtls change plan"]
    version: Literal[1]


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanDocument(ChangePlan, _Format):
    """A change of certificates: the steps in an order in which nothing breaks, or why there is none.

    `title` is the change in words, `at` the day, `release` that of the boxes. `safe` is the answer; `verdict` is the
    same in words.
    """

    safe: bool
    verdict: str = field()  # no default: not the property of `ChangePlan`


def plan_as_json(plan: ChangePlan) -> str:
    """Return the plan as a JSON document."""
    return as_json(
        PlanDocument(
            format="sip-mtls change plan", version=1, **values_of(plan), safe=plan.is_safe, verdict=plan.verdict
        )
    )
