"""What comes of a comparison, from verdicts alone: what flips, what nobody may call compared, and what was left."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace

import pytest
from shipped_library import LIBRARY

from harness.certificates.change import Kind
from harness.certificates.shell import change as certificate_change
from harness.certificates.shell.change import Outcomes, Story, alike, outcomes
from harness.diagnosis.warnings import SEE_SET_UP
from harness.lab.releases import RELEASE_NAMES
from harness.run.in_memory import StoppedEarlyError
from harness.scenario.plan import Plan
from harness.verdict import Facts, Stage, StepVerdict, Verdict

SCENARIO = LIBRARY.scenarios(())[0]
GOOD, BAD, WORSE = "none", "bad", "worse"
Ends = tuple[str, str, str, str]
"""What a story comes to with the old certificate, the new one, the lab's own, and one that nobody trusts."""


def verdict(plan: Plan, cause: str) -> Verdict:
    stage = None if cause == GOOD else Stage.HANDSHAKE
    step = StepVerdict("call", "us", stage, "", "", None, None, "", None, Facts(None, None, None), ())
    return Verdict(plan.scenario, plan.tls_version, "memory", (step,), cause, "why", ())


@dataclass
class Played:
    """Stories by name, and the plays that were asked for, in their order."""

    ends: dict[str, Ends]
    change: dict[str, object]
    until: int = 1 << 30

    def __post_init__(self) -> None:
        self.asked: list[str] = []

    def stories(self) -> list[Story]:
        told = []
        for name in self.ends:
            scenario = replace(SCENARIO, name=name, row="", title=name, change=self.change)
            plans = [Plan(f"{name}/{which}", "1.3", LIBRARY.healthy, ()) for which in range(4)]
            told.append(Story(scenario, ("x15.5",), "1.3", *plans))
        return told

    def verdicts(self, plans: Sequence[Plan], _lab_pki: object, _tick: object) -> list[Verdict]:
        judged = []
        for plan in plans:
            name, which = plan.scenario.split("/")
            judged.append(verdict(plan, self.ends[name][int(which)]))
            self.asked.append(plan.scenario)
        if len(plans) > self.until:
            raise StoppedEarlyError(judged[: self.until])
        return judged


class Nowhere:
    """A trial lab whose PKI nobody asks."""

    lab_pki = None


Compare = Callable[..., tuple[Outcomes, Played]]


@pytest.fixture
def compare(monkeypatch: pytest.MonkeyPatch) -> Compare:
    def run(ends: dict[str, Ends], *, until: int = 1 << 30, **change: object) -> tuple[Outcomes, Played]:
        played = Played(ends, {path.replace("_", "-"): value for path, value in change.items()}, until)
        monkeypatch.setattr(certificate_change, "verdicts", played.verdicts)
        return outcomes(Nowhere(), played.stories(), lambda _: None), played  # type: ignore[arg-type]

    return run


def names(flips: Sequence[object]) -> list[str]:
    return [flip.scenario for flip in flips]  # type: ignore[attr-defined]


def test_stories_that_work_with_both_flip_nothing(compare: Compare) -> None:
    found, _ = compare({"a": (GOOD, GOOD, GOOD, BAD), "b": (GOOD, GOOD, GOOD, GOOD)})

    assert found == Outcomes((), (), worked=2, looked_at=True)


def test_where_nobody_minds_a_certificate_that_nobody_trusts_nothing_was_looked_at(compare: Compare) -> None:
    found, played = compare({f"s{number}": (GOOD, GOOD, GOOD, GOOD) for number in range(9)})

    assert not found.looked_at
    assert sum(asked.endswith("/3") for asked in played.asked) == 9


def test_the_search_for_who_looks_ends_with_the_first_eight_that_tell(compare: Compare) -> None:
    ends: dict[str, Ends] = {f"s{number}": (GOOD, GOOD, GOOD, GOOD) for number in range(20)}
    found, played = compare(ends | {"s9": (GOOD, GOOD, GOOD, BAD)})

    assert found.looked_at
    assert sum(asked.endswith("/3") for asked in played.asked) == 16


def test_what_breaks_mends_and_differs_flips(compare: Compare) -> None:
    found, played = compare({"a": (GOOD, BAD, GOOD, BAD), "b": (BAD, GOOD, GOOD, BAD), "c": (BAD, WORSE, BAD, BAD)})

    assert [(flip.scenario, flip.kind) for flip in found.flips] == [
        ("a", Kind.BREAKS),
        ("b", Kind.MENDS),
        ("c", Kind.DIFFERS),
    ]
    assert (found.worked, found.not_compared, found.looked_at) == (1, (), True)
    assert not any(asked.endswith("/3") for asked in played.asked)


def test_a_story_that_works_with_the_labs_own_certificate_alone_was_not_compared(compare: Compare) -> None:
    found, played = compare({"a": (BAD, BAD, GOOD, BAD), "b": (GOOD, GOOD, GOOD, BAD)})

    assert names(found.not_compared) == ["a"]
    assert (found.dead, found.worked, found.looked_at) == ((), 1, True)
    assert [asked for asked in played.asked if asked.endswith("/2")] == ["a/2"]


def test_a_story_that_works_with_none_at_all_is_dead(compare: Compare) -> None:
    found, _ = compare({"a": (BAD, BAD, BAD, BAD), "b": (GOOD, GOOD, GOOD, BAD)})

    assert (found.dead, found.not_compared, found.flips) == (("a",), (), ())


@pytest.mark.parametrize(
    ("cause", "path", "aside"),
    [
        ("revocation-source-unreachable", "validation_authority", True),
        ("revocation-source-unreachable", "webex_cloud", False),
        ("bad", "validation_authority", False),
    ],
)
def test_a_story_that_cuts_the_way_to_lists_by_itself_is_set_aside(
    compare: Compare, cause: str, path: str, aside: bool
) -> None:
    found, _ = compare({"a": (cause, cause, GOOD, BAD)}, **{path: "off"})

    assert found.aside == (("a",) if aside else ())
    assert names(found.not_compared) == ([] if aside else ["a"])
    assert found.dead == ()


def test_an_interrupt_keeps_the_pairs_that_were_played_and_counts_the_rest(compare: Compare) -> None:
    ends = {"a": (BAD, BAD, GOOD, BAD), "b": (GOOD, BAD, GOOD, BAD), "c": (GOOD, GOOD, GOOD, BAD)}
    found, played = compare(ends, until=3)

    assert (found.unplayed, found.worked, found.looked_at) == (2, 0, True)
    assert names(found.not_compared) == ["a"]
    assert not any(asked.endswith(("/2", "/3")) for asked in played.asked)
    sound, asked = compare(dict.fromkeys("abc", (GOOD, GOOD, GOOD, GOOD)), until=2)
    assert (sound.unplayed, sound.worked, sound.looked_at) == (2, 1, True)
    assert not any(each.endswith("/3") for each in asked.asked)
    with pytest.raises(KeyboardInterrupt):
        compare(ends, until=1)


def test_a_warning_that_comes_is_a_flip_and_one_that_goes_is_none(monkeypatch: pytest.MonkeyPatch) -> None:
    def of(*warnings: str) -> tuple[str, ...]:
        return warnings

    for before, after, flips in (
        (of(), of("new"), 1),
        (of("old"), of(), 0),
        (of("old"), of("old"), 0),
        (of("old"), of("old", "new"), 1),
        (of(), of(f"the tunnel is down too: {SEE_SET_UP}"), 0),
    ):
        told = Played({"a": (GOOD, GOOD, GOOD, BAD)}, {})

        def warned(
            plans: Sequence[Plan], lab_pki: object, tick: object, told: Played = told, both: object = (before, after)
        ) -> list[Verdict]:
            judged = told.verdicts(plans, lab_pki, tick)
            texts: dict[str, tuple[str, ...]] = dict(zip(("a/0", "a/1"), both, strict=True))  # type: ignore[call-overload]
            return [replace(each, warnings=texts.get(each.scenario, ())) for each in judged]

        monkeypatch.setattr(certificate_change, "verdicts", warned)
        found = outcomes(Nowhere(), told.stories(), lambda _: None)  # type: ignore[arg-type]
        assert len(found.flips) == flips, (before, after)


def test_a_flip_is_told_once_for_all_releases_and_versions_in_which_it_is_the_same(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    played = Played({"a": (GOOD, BAD, GOOD, BAD)}, {})
    (story,) = played.stories()
    other = replace(story, releases=("x14", "x15.0"), tls_version="1.2")
    monkeypatch.setattr(certificate_change, "verdicts", played.verdicts)

    (flip,) = outcomes(Nowhere(), [story, other, story], lambda _: None).flips  # type: ignore[arg-type]
    assert (flip.releases, flip.tls_versions) == (("x15.5", "x14", "x15.0"), ("1.3", "1.2"))


def test_releases_that_do_the_same_are_one_group() -> None:
    """Rows C2 and C6: X14 and X15.0 do the same."""
    assert alike(RELEASE_NAMES) == [("x14", "x15.0"), ("x15.2",), ("x15.4",), ("x15.5",)]
    assert alike(("x15.0", "x15.5", "x14")) == [("x15.0", "x14"), ("x15.5",)]
    assert alike(()) == []
