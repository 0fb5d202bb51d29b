"""The matrix of extended key usages: which link takes which certificate in which store, on which release."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from harness.certificates.release_words import release_names
from harness.lab.actors import TITLES
from harness.report.columns import Paper
from harness.report.json_text import as_json
from harness.tls.alerts import alert_name
from harness.verdict import Stage, StepVerdict

_FIRST, _NARROWEST = 24, 6
_OK, _UNLIMITED = "ok", "no EKU"


@dataclass(frozen=True, slots=True)
class MatrixRow:
    """One certificate in one store of one box: what each link said to it.

    `store` is `server`, `client`, or `both` where one certificate serves in both roles. `usages` are the extended
    key usages of the leaf, empty for none at all; `restricted` says that the CA above it is limited to
    serverAuth. `links` has the step of each link by TLS version.
    """

    box: str
    store: str
    usages: tuple[str, ...]
    restricted: bool
    releases: tuple[str, ...]
    eku_check: bool
    links: Mapping[str, Mapping[str, StepVerdict]]

    def cell(self, link: str) -> str:
        """Return what a link said: `ok`, an alert, else a SIP status or a stage; per TLS version where they differ."""
        told = dict.fromkeys(_word(step) for step in self.links[link].values())
        return "/".join(told)


def _word(step: StepVerdict) -> str:
    if step.stopped_at is None:
        return _OK
    return str(step.alert or step.status or step.stopped_at.value)


def matrix_text(rows: Sequence[MatrixRow], at: datetime, *, left: int = 0, width: int, unicode: bool) -> str:
    """Return the matrix as one table in lines of at most `width` columns; `left` rows are missing from it."""
    paper = Paper(width, unicode)
    lines = [
        *paper.hanging("", f"Which link takes which certificate of an Expressway, on {at:%Y-%m-%d}", 0),
        *paper.hanging("", _LEGEND, 0),
    ]
    if left:
        lines += paper.hanging("", f"INTERRUPTED: {left} certificates were not played and are missing here.", 0)
    for block in _blocks(rows):
        lines += ["", *_told(block, paper)]
    return "\n".join(lines) + "\n"


_LEGEND = (
    "ok: the link works. A number below 256 is the alert of whoever refused, a larger one the SIP status. A client "
    "certificate is refused within the handshake in TLS 1.2, after the client's own in TLS 1.3."
)


@dataclass
class _Block:
    """The rows of one store, and all releases and settings of the check on which they read the same."""

    rows: list[MatrixRow]
    places: dict[bool, list[str]]

    @property
    def where(self) -> str:
        """Where the block holds: releases, and the EKU check where it is not on everywhere."""
        checked, unchecked = (release_names(tuple(self.places.get(check, ()))) for check in (True, False))
        if not unchecked:
            return checked
        off = f"{unchecked} with the EKU check Off"
        return f"{checked}, also {off}" if checked else off


def _blocks(rows: Sequence[MatrixRow]) -> Iterator[_Block]:
    """Yield the rows of each store of a box, once for all releases on which they read the same."""
    stores: dict[tuple[object, ...], list[MatrixRow]] = {}
    for row in rows:
        stores.setdefault((row.box, row.store, row.releases, row.eku_check), []).append(row)
    blocks: dict[tuple[object, ...], _Block] = {}
    for block in stores.values():
        first = block[0]
        read = tuple(row.cell(link) for row in block for link in row.links)
        known = blocks.setdefault((first.box, first.store, read), _Block(block, {}))
        known.places.setdefault(first.eku_check, []).extend(first.releases)
    yield from blocks.values()


def _told(block: _Block, paper: Paper) -> Iterator[str]:
    first = block.rows[0]
    store = "one certificate for both roles" if first.store == "both" else f"its {first.store} store"
    yield from paper.hanging("", f"{TITLES[first.box]}, {block.where}: {store}", 0)
    columns = {link: max(len(link) + 1, _NARROWEST) for link in first.links}
    yield f"{'':{_FIRST}}" + "".join(f"{link:{columns[link]}}" for link in first.links).rstrip()
    for restricted in (False, True):
        if restricted:
            yield "below a CA that is limited to serverAuth"
        for row in block.rows:
            if row.restricted is restricted:
                cells = "".join(f"{row.cell(link):{width}}" for link, width in columns.items())
                yield f"{', '.join(row.usages) or _UNLIMITED:{_FIRST}}{cells}".rstrip()


@dataclass(frozen=True, slots=True)
class CellDocument:
    """What one link said to one certificate in one TLS version.

    `completed` says that the link worked. `stopped_at` is the stage at which it stopped and `by` the actor that
    refused, `alert` and `alert_name` its fatal alert, `status` a SIP or HTTP status; each is None where there was none.
    """

    completed: bool
    stopped_at: Stage | None
    by: str | None
    alert: int | None
    alert_name: str | None
    status: int | None


@dataclass(frozen=True, slots=True)
class MatrixRowDocument:
    """One certificate in one store of one box, on releases that read the same.

    `box` is `expressway-e` or `expressway-c`; `store` is `server`, `client`, or `both` where one certificate serves in
    both roles. `extended_key_usage` is that of the leaf, None for none at all. `restricted_intermediate` says that the
    CA above it is limited to serverAuth. `releases` are those on which it was played, `eku_check` whether the box
    checks usages. `links` are what each link said, by its name and then by TLS version.
    """

    box: str
    store: str
    extended_key_usage: tuple[str, ...] | None
    restricted_intermediate: bool
    releases: tuple[str, ...]
    eku_check: bool
    links: Mapping[str, Mapping[str, CellDocument]]


@dataclass(frozen=True, slots=True)
class MatrixDocument:
    """Which link takes which extended key usage in which store.

    `format` and `version` name this shape. `at` is the day of the lab. `rows` are the certificates, box by box; `left`
    is how many of them are missing, because somebody interrupted the plays.
    """

    format: Literal["sip-mtls EKU matrix"]
    version: Literal[1]
    at: datetime
    left: int
    rows: tuple[MatrixRowDocument, ...]


def matrix_as_json(rows: Sequence[MatrixRow], at: datetime, *, left: int = 0) -> str:
    """Return the matrix as a JSON document; `left` rows are missing from it."""
    return as_json(MatrixDocument("sip-mtls EKU matrix", 1, at, left, tuple(map(_written, rows))))


def _written(row: MatrixRow) -> MatrixRowDocument:
    return MatrixRowDocument(
        box=row.box,
        store=row.store,
        extended_key_usage=tuple(row.usages) or None,
        restricted_intermediate=row.restricted,
        releases=tuple(row.releases),
        eku_check=row.eku_check,
        links={
            link: {version: _written_cell(step) for version, step in by_version.items()}
            for link, by_version in row.links.items()
        },
    )


def _written_cell(step: StepVerdict) -> CellDocument:
    return CellDocument(
        completed=step.ok,
        stopped_at=step.stopped_at,
        by=step.by or None,
        alert=step.alert,
        alert_name=None if step.alert is None else alert_name(step.alert),
        status=step.status,
    )
