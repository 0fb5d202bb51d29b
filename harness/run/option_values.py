"""What a person writes for an option: a block of addresses, and the day to which a lab is set."""

from __future__ import annotations

import ipaddress
from datetime import UTC, date, datetime, time

from harness.errors import Fault, ScenarioError
from harness.pki.validity import YEARS, read_date

_PARTS = 3


def checked_block(text: str) -> str:
    """Return the first three octets of a block in 127.0.0.0/8; ScenarioError for anything else.

    A lab never listens elsewhere: it is a simulator, and the network outside is none of its business.
    """
    octets = text.removesuffix(".0/24").split(".")
    try:
        address = ipaddress.IPv4Address(".".join([*octets, "1"]))
    except ipaddress.AddressValueError:
        address = None
    if address is None or len(octets) != _PARTS or not address.is_loopback:
        hint = "three octets inside 127.0.0.0/8, such as 127.77.1"
        raise ScenarioError([Fault("--addresses", 0, 0, f"'{text}' is no block for a lab", hint)])
    return ".".join(octets)


def checked_day(text: str) -> date:
    """Return the day that `text` names, written as 2027-03-15; ScenarioError for anything else.

    The years are those in which a lab's PKI can issue certificates, 2000 to 2199.
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


def time_of(day: date | None) -> datetime:
    """Return noon of a day in UTC, or the present moment where no day is named."""
    return datetime.combine(day, time(12), UTC) if day else datetime.now(UTC)


def time_at(text: str) -> datetime:
    """Return the time that an option `--at` means; ScenarioError as `checked_day`, the present where it is empty."""
    return time_of(checked_day(text) if text else None)
