"""The day to which a lab is set, as a person names it."""

from __future__ import annotations

from datetime import date

from harness.errors import Fault, ScenarioError
from harness.pki.validity import YEARS, read_date


def checked_day(text: str) -> date:
    """Return the day that `text` names, written as 2027-03-15; ScenarioError for anything else.

    The years are those in which a workshop can issue certificates, 2000 to 2199.
    """
    try:
        day = read_date(text)
    except ValueError as error:
        message, _, hint = str(error).partition("; ")
        raise ScenarioError([Fault("--at", 0, 0, message, hint)]) from None
    if day.year not in YEARS:
        hint = f"give a day in the years {YEARS.start} to {YEARS.stop - 1}"
        raise ScenarioError([Fault("--at", 0, 0, f"no lab can be set to {day}", hint)])
    return day
