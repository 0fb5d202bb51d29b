"""From when until when a certificate is in date: in days from now, or from one date to another."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Annotated, Any, Final, TypeAlias

from pydantic import BeforeValidator, ConfigDict, Discriminator, Field, Tag
from pydantic.dataclasses import dataclass

from harness.errors import Fault, ScenarioError

YEARS: Final = range(2000, 2200)
"""The years in which certificates are issued."""

_FIRST_YEAR, _LAST_YEAR = 1950, 2199
_LAST_SECOND = time(23, 59, 59)


def stated_key(name: str) -> str:
    """Return the key in the files for a field: `from` for `from_`, which Python keeps for itself."""
    return name.rstrip("_").replace("_", "-")


STATED: Final = ConfigDict(
    extra="forbid",
    alias_generator=stated_key,
    validate_by_name=True,
    validate_by_alias=True,
)
"""How the files of certs/ write the fields of a profile: with hyphens, and nothing that is not known."""


def read_date(written: object) -> date:
    """Return a date that was written as 2027-03-15; ValueError for everything else and for other centuries."""
    try:
        day = written if isinstance(written, date) else date.fromisoformat(str(written))
    except ValueError:
        day = None
    if day is None or str(written) != day.isoformat():
        raise ValueError(f"'{written}' is no date; write year, month and day, such as 2027-03-15")
    if not _FIRST_YEAR <= day.year <= _LAST_YEAR:
        raise ValueError(f"{day} is too far away; years go from {_FIRST_YEAR} to {_LAST_YEAR}")
    return day


def issuing_time(now: datetime) -> datetime:
    """Return the time of a PKI; ScenarioError where it has no time zone or is outside the years 2000 to 2199."""
    if now.tzinfo is None or now.year not in YEARS:
        bounds = f"give an aware time in the years {YEARS.start} to {YEARS.stop - 1}"
        raise ScenarioError([Fault("certificates", 0, 0, f"no certificates can be issued at {now}", bounds)])
    return now


Day = Annotated[date, BeforeValidator(read_date)]
DayNumber = Annotated[int, Field(ge=-18_000, le=36_500)]


@dataclass(frozen=True, slots=True, config=STATED)
class DaysFromNow:
    """In days from the lab's now; past days are negative."""

    begins: DayNumber
    ends: DayNumber

    def __post_init__(self) -> None:
        if self.ends <= self.begins:
            raise ValueError(f"ends ({self.ends}) must come after begins ({self.begins})")

    def span(self, now: datetime) -> tuple[datetime, datetime]:
        """Return the first and the last moment for a lab whose time is `now`."""
        return now + timedelta(days=self.begins), now + timedelta(days=self.ends)


@dataclass(frozen=True, slots=True, config=STATED)
class Dates:
    """From the beginning of one day to the end of another, UTC, whatever the lab's time is."""

    from_: Day
    until: Day

    def __post_init__(self) -> None:
        if self.until < self.from_:
            raise ValueError(f"until ({self.until}) must not come before from ({self.from_})")

    def span(self, _now: datetime) -> tuple[datetime, datetime]:
        """Return the first and the last moment."""
        return datetime.combine(self.from_, time(), UTC), datetime.combine(self.until, _LAST_SECOND, UTC)

    def __str__(self) -> str:
        return f"{self.from_} to {self.until}"


def _kind_of(written: Any) -> str:
    in_dates = isinstance(written, Dates) or (isinstance(written, dict) and bool({"from", "until"} & written.keys()))
    return "(dates)" if in_dates else "(days)"


# The tags cannot be keys of a file, or a fault would be looked for in a wrong place.
Validity: TypeAlias = Annotated[
    Annotated[DaysFromNow, Tag("(days)")] | Annotated[Dates, Tag("(dates)")], Discriminator(_kind_of)
]
