"""One clock for the whole lab: whoever takes part in a handshake judges by the lab's now."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Any

import pytest

from harness.actors.tls_profiles import TlsProfiles
from harness.net import link
from harness.run.library import Library
from harness.run.suite import Order, run_suite
from harness.tls.engine import TlsEngine
from harness.tls.profile import TlsProfile
from harness.verdict import Verdict


def played(name: str, at: date | None) -> list[Verdict]:
    """Play a scenario in a lab of that day."""
    library = Library(at=at)
    order = Order(tuple(library.scenarios((name,))), ("1.2", "1.3"), "memory")
    return [outcome.verdict for outcome in run_suite(library, order, lambda _: None)]


@pytest.mark.parametrize("day", [date(2000, 1, 1), date(2199, 12, 31)], ids=str)
def test_every_end_of_every_connection_judges_by_the_labs_now(monkeypatch: pytest.MonkeyPatch, day: date) -> None:
    clocks: dict[str, set[datetime | None]] = {}

    def engine(profile: TlsProfile, **others: Any) -> TlsEngine:
        clocks.setdefault("listener" if others["listens"] else "dialler", set()).add(profile.clock)
        return TlsEngine(profile, **others)

    monkeypatch.setattr(link, "TlsEngine", engine)
    for name in ("I01", "O01", "M01", "B02"):
        played(name, day)
    now = datetime.combine(day, time(12), UTC)
    assert clocks == {"listener": {now}, "dialler": {now}}


def test_a_right_clock_shows_the_labs_now_and_a_wrong_one_is_days_off() -> None:
    lab_pki = Library(at=date(2027, 3, 15)).lab_pki
    tls_profiles = TlsProfiles(lab_pki, "1.3")
    assert tls_profiles.clock() == lab_pki.now == datetime(2027, 3, 15, 12, tzinfo=UTC)
    assert tls_profiles.clock(-365) == lab_pki.now - timedelta(days=365)


@pytest.mark.parametrize("day", [date(2000, 1, 1), date(2021, 3, 31), date(2199, 12, 31)], ids=str)
@pytest.mark.parametrize("name", ["I01", "O01", "M01", "B01"])
def test_the_healthy_lab_works_on_any_day(name: str, day: date) -> None:
    assert {verdict.cause for verdict in played(name, day)} == {"none"}


@pytest.mark.parametrize(
    ("name", "day", "cause"),
    [
        ("trust/t02-only-the-dead-root-is-trusted", date(2021, 9, 30), "none"),
        ("trust/t02-only-the-dead-root-is-trusted", date(2021, 10, 1), "expired-root"),
        ("trust/t03-old-intermediate-in-the-store", date(2023, 3, 8), "none"),
        ("trust/t03-old-intermediate-in-the-store", date(2023, 3, 9), "expired-intermediate-in-store"),
        ("trust/t03-old-intermediate-is-sent", date(2023, 3, 8), "none"),
        ("trust/t03-old-intermediate-is-sent", date(2023, 3, 9), "expired-intermediate"),
        ("trust/t05-trust-list-of-2017", date(2017, 6, 1), "unknown-root"),
        ("trust/t05-trust-list-of-2017", date(2018, 8, 14), "outdated-trust-list"),
    ],
)
def test_a_story_turns_on_the_day_on_which_a_certificate_runs_out(name: str, day: date, cause: str) -> None:
    assert [verdict.cause for verdict in played(name, day)] == [cause, cause]
