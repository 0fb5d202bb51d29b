"""One line: the time, the box, the mark that nobody may miss, and the fields in the order of the real ones."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from harness.report.columns import in_columns
from harness.report.expressway_log.every_line import ROW_OF
from harness.report.expressway_log.row import Channel, LogRow
from harness.transcript import Address, Connection

SIMULATED = "(simulated)"
"""Stands in every line, so that none is ever taken for one of a real box."""

_LAST = timedelta(days=366)


@dataclass(frozen=True, slots=True)
class Said:
    """What a box says: the key of a row, the words for its braces, fields after its own, and a SIP header line."""

    key: str
    words: Mapping[str, str] = field(default_factory=dict)
    more: tuple[tuple[str, str], ...] = ()
    header: str = ""


@dataclass(frozen=True, slots=True)
class LogLine:
    """One line before it is written: when, by which box, about which connection."""

    at: float
    box: str
    connection: Connection
    said: Said

    @property
    def row(self) -> LogRow:
        """The row of the table that it is an example of."""
        return ROW_OF[self.said.key]


def written(line: LogLine, started: datetime, *, unicode: bool = True) -> str:
    """Return the line as text, without its line end; everything that strangers wrote is inert in it."""
    moment = _moment(started, line.at)
    told = _event(line, moment) if line.row.channel is Channel.EVENT else _trace(line, moment)
    head = f"{moment.isoformat(timespec='milliseconds')} {line.box} {SIMULATED} tvcs:"
    return in_columns(f"{head} {told}", unicode=unicode)


def _event(line: LogLine, moment: datetime) -> str:
    """Write an event: what happened, between whom, and at its end level and time (domain.md section 9)."""
    row = line.row
    fields = [("Event", _filled(row.event, line)), ("Reason", row.reason), ("Service", "SIP")]
    fields += [
        *_addresses(line.connection),
        ("Detail", _filled(row.detail, line)),
        ("Protocol", "TLS"),
        *line.said.more,
    ]
    return _fields([*fields, ("Level", "1"), ("UTCTime", _utc(moment))])


def _trace(line: LogLine, moment: datetime) -> str:
    """Write what a module says at DEBUG."""
    row = line.row
    head = _fields([("UTCTime", _utc(moment)), ("Module", row.channel.value), ("Level", "DEBUG")])
    told = [*_addresses(line.connection), ("Detail", _filled(row.detail, line)), ("Reason", _filled(row.reason, line))]
    header = f" SIPMSG: {line.said.header}" if line.said.header else ""
    return f"{head}: {_fields([*told, *line.said.more])}{header}"


def _addresses(connection: Connection) -> list[tuple[str, str]]:
    """Return who dialled and who was reached; behind a firewall that translates, the address behind it."""
    pairs: tuple[tuple[str, Address], ...] = (
        ("Src", connection.source),
        ("Dst", connection.reached or connection.target),
    )
    return [(f"{end}-{part}", text) for end, at in pairs for part, text in (("ip", at.host), ("port", str(at.port)))]


def _fields(fields: list[tuple[str, str]]) -> str:
    """Return the fields that say something; a quotation mark inside a value would end it, and is made a single one."""
    return " ".join(f'{name}="{_quoted(value)}"' for name, value in fields if value)


def _quoted(value: str) -> str:
    return value.replace('"', "'")


def _filled(template: str, line: LogLine) -> str:
    return template.format_map(line.said.words) if "{" in template else template


def _utc(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M:%S},{moment.microsecond // 1000:03}"


def _moment(started: datetime, seconds: float) -> datetime:
    """Return a time of the play in UTC; one that no calendar holds is the beginning."""
    try:
        return started.astimezone(UTC) + min(timedelta(seconds=seconds), _LAST)
    except (OverflowError, ValueError):
        return datetime(1970, 1, 1, tzinfo=UTC)
