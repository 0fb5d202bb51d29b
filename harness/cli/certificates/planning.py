"""`sip-mtls certs plan`: an order of steps for a change of certificates in which nothing breaks."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from pathlib import Path

from harness.certificates.plan import ChangePlan, plan_as_json, plan_text
from harness.certificates.shell.files import naming_the_unplayable, trust_in
from harness.certificates.shell.plan import Planner
from harness.certificates.shell.plan_lab import (
    Asked,
    Conditions,
    ConversionBench,
    broken_rules,
    conversion_bench,
    unknown_of,
)
from harness.cli.certificates.reading import holding_of
from harness.cli.exits import Exit
from harness.cli.exporting import announce_key_log
from harness.cli.giving_out import as_asked, give_out
from harness.cli.terminal import Tick, progress, speaks_unicode, width
from harness.errors import Fault, ScenarioError
from harness.lab.releases import RELEASES
from harness.run.library import Library
from harness.run.option_values import time_at
from harness.x509.files import Holding


@dataclass(frozen=True, slots=True)
class Planned:
    """The words of the command line; `also` are further exchanges as (role, old, new).

    `upgrade_to` is the release to which there must be an upgrade; with `stay` there is none.
    """

    old: Path
    new: Path
    role: str
    also: tuple[tuple[str, Path, Path], ...]
    release: str
    upgrade_to: str | None
    stay: bool
    chain_files: tuple[Path, ...]
    trust_files: tuple[Path, ...]
    password_file: Path | None
    at: str
    json_file: Path | None


def plan_change(planned: Planned) -> Exit:
    """Print the plan; NOT_MET where there is none, or it is no all-clear.

    ScenarioError where a file cannot be read, a role comes twice, or the releases do not fit.
    """
    exchanges = ((planned.role, planned.old, planned.new), *planned.also)
    _check_roles([role for role, _, _ in exchanges])
    asked = [Asked(role, _holding(planned, old), _holding(planned, new)) for role, old, new in exchanges]
    trust, _notes = trust_in(planned.trust_files)
    at, release = time_at(planned.at), RELEASES[planned.release]
    title = " and ".join(f"{role}: {old.name} to {new.name}" for role, old, new in exchanges)
    holdings = [holding for one in asked for holding in (one.old, one.new)]
    with naming_the_unplayable(holdings, [path for _, *paths in exchanges for path in paths]):
        trial_lab = conversion_bench(Library(), asked, Conditions(release, trust or (), at, _upgrade(planned)))
        states: list[str] = []
        try:
            plan = _searched(trial_lab, title, planned.release, asked, at, states.append)
        except KeyboardInterrupt:
            tried = f"{len(states)} states were played"
            print(f"interrupted: {tried}; whether there is a safe order is not known", file=sys.stderr)
            return Exit.INTERRUPTED
    text = partial(plan_text, plan, width=width(), unicode=speaks_unicode())
    give_out(as_asked(planned.json_file, lambda: plan_as_json(plan), lambda: sys.stdout.write(text())))
    return Exit.MET if plan.is_safe else Exit.NOT_MET


def _upgrade(planned: Planned) -> str | None:
    """Return the release of the upgrade; empty where one is taken if it helps, None for none."""
    names, target = list(RELEASES), planned.upgrade_to or ""
    if target and planned.stay:
        raise ScenarioError([Fault("--stay", 0, 0, "--upgrade-to asks for an upgrade", "choose one of the two")])
    if target and names.index(target) <= names.index(planned.release):
        message = f"{target.upper()} is not later than {planned.release.upper()}"
        raise ScenarioError([Fault("--upgrade-to", 0, 0, message, "--release says what runs today")])
    return None if planned.stay else target


def _check_roles(roles: Sequence[str]) -> None:
    twice = next((role for role in roles if roles.count(role) > 1), "")
    if twice:
        raise ScenarioError([Fault("--also", 0, 0, f"{twice} is exchanged twice", "name each role once")])


def _holding(planned: Planned, path: Path) -> Holding:
    return holding_of(path, planned.password_file, chain_files=planned.chain_files)


def _searched(
    trial_lab: ConversionBench,
    title: str,
    release: str,
    asked: Sequence[Asked],
    at: datetime,
    played: Tick,
) -> ChangePlan:
    """Return what the search comes to; `played` is told of each state."""
    announce_key_log()
    with progress(2 ** len(trial_lab.steps), "states at most") as tick:

        def told(state: str) -> None:
            played(state)
            tick(state)

        planner = Planner(trial_lab, told)
        order = planner.order()
    return ChangePlan(
        title=title,
        at=at,
        release=release,
        other_name=trial_lab.other_name,
        links=planner.links,
        broken_before=planner.broken_before,
        order=order,
        left_undone=tuple(planner.left_undone),
        dead_ends=tuple(planner.dead_ends) if order is None else (),
        tried=planner.tried,
        left_out=planner.gaps,
        still_used=planner.still_used,
        other_root=trial_lab.other_root,
        rules=tuple(rule for one in asked for rule in broken_rules(one, planner.last_release, at)),
        unknown=tuple(sentence for one in asked for sentence in unknown_of(one)),
    )
