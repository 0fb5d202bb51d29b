"""The tables inside the hand-written pages of docs/domain/: what the code holds already is printed from it.

Such a page has a pair of comments for each table, `<!-- table: NAME … -->` and `<!-- end -->`; what stands between them
is written anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from citations import linked

from harness.diagnosis.causes import CAUSES
from harness.lab.actors import TITLES
from harness.lab.releases import RELEASES, Release
from harness.scenario.expectations import NETWORK
from harness.scenario.model import TLS_VERSIONS, Expectation, Scenario, StepExpectation
from harness.tls.dialects import alert_to_nobody, chosen_alert
from harness.tls.profile import Dialect
from harness.tls.verify_errors import EXPIRED, NOT_YET_VALID, REVOKED

_TABLE = re.compile(r"(<!-- table: (.+?) \(written by docs/generate\.py\) -->\n)(.*?)(<!-- end -->)", re.DOTALL)
_FOLDER = "domain"
_UP = "../"
_UNKNOWN_ISSUER = 20

Table = Callable[[], Iterator[str]]


def domain_pages(docs: Path, scenarios: list[Scenario]) -> dict[str, Iterator[str]]:
    """Return the pages that hold tables, by file name below `docs`, with each table as it is today."""
    tables: dict[str, Table] = {"releases": _releases, "dialects": _dialects}
    for letters in ("B", "M", "I", "O", "D", "G", "T-", "V-"):
        tables[f"rows {letters}"] = partial(_rows, letters, scenarios)
    texts = {f"{_FOLDER}/{path.name}": path.read_text("utf-8") for path in sorted((docs / _FOLDER).glob("*.md"))}
    return {name: _filled(text, tables) for name, text in texts.items() if _TABLE.search(text)}


def _filled(text: str, tables: dict[str, Table]) -> Iterator[str]:
    yield _TABLE.sub(lambda found: "\n".join((found[1], *tables[found[2]](), "", found[4])), text)


# --- releases ---


_QUALITIES: dict[str, Callable[[Release], str]] = {
    "TLS versions by default": lambda release: ", ".join(release.tls_versions),
    "stores": lambda release: "server and client" if release.two_stores else "one",
    "upload without clientAuth": lambda release: release.server_auth_only.replace("-", " "),
    "EKU check has a switch": lambda release: _yes(release.eku_switch),
    "UC traversal one-way by a document": lambda release: _yes(release.one_way_uc_traversal),
    "SERVICE check": lambda release: _yes(release.service_check),
    "cluster check": lambda release: _yes(release.cluster_check),
    "source": lambda release: linked(release.source, from_folder=_UP),
}


def _releases() -> Iterator[str]:
    """Yield a row for each release; "upload" is that into the server store of Expressway-E."""
    yield from (f"| release | {' | '.join(_QUALITIES)} |", f"|{'---|' * (len(_QUALITIES) + 1)}")
    for release in RELEASES.values():
        yield f"| {release.name.upper()} | {' | '.join(tell(release) for tell in _QUALITIES.values())} |"


def _yes(fact: bool) -> str:
    return "yes" if fact else "no"


# --- dialects ---


_OBJECTIONS = {"expired": EXPIRED, "not yet valid": NOT_YET_VALID, "revoked": REVOKED, "anything else": _UNKNOWN_ISSUER}


def _dialects() -> Iterator[str]:
    dialects = [each for each in Dialect if each is not Dialect.OPENSSL]
    yield from (f"| what is wrong | {' | '.join(f'`{each.value}`' for each in dialects)} |", "|---|--:|--:|--:|")
    for version in ("1.2", "1.3"):
        alerts = (str(alert_to_nobody(each, version)) for each in dialects)
        yield f"| no client certificate, TLS {version}, the server refuses | {' | '.join(alerts)} |"
    for objection, code in _OBJECTIONS.items():
        for who, listens in (("client", False), ("server", True)):
            told = {v: [str(chosen_alert(each, code, v, listens=listens)) for each in dialects] for v in TLS_VERSIONS}
            if told["1.2"] == told["1.3"]:
                told = {"1.2 and 1.3": told["1.2"]}
            for versions, numbers in told.items():
                yield f"| {objection}, TLS {versions}, the {who} refuses | {' | '.join(numbers)} |"


# --- rows ---


def _rows(letters: str, scenarios: list[Scenario]) -> Iterator[str]:
    """Yield the played rows that begin with these letters, each story a line."""
    yield from ("| row | story | TLS 1.2 | TLS 1.3 | cause | source |", "|---|---|---|---|---|---|")
    mine = [each for each in scenarios if each.row.rstrip("0123456789") == letters]
    for row in sorted({each.row for each in mine}):
        stories = sorted((each for each in mine if each.row == row), key=lambda each: each.name)
        anchor = f'<a id="{row.lower()}"></a>'
        yield from (f"| {'' if number else anchor}{row} | {_story(story)} |" for number, story in enumerate(stories))


def _story(scenario: Scenario) -> str:
    ends = [_end(scenario.expectations[v]) if v in scenario.expectations else "not played" for v in TLS_VERSIONS]
    causes = dict.fromkeys(each.cause for each in scenario.expectations.values())
    names = ", ".join(f"[{key}]({_UP}causes/{key}.md)" for key in causes if key != CAUSES[0].key)
    place = re.sub(r"[^\w -]", "", f"{scenario.row}. {scenario.title}".lower()).replace(" ", "-")
    title = f"[{scenario.title}]({_UP}scenarios.md#{place})"
    return " | ".join((title, *ends, names, linked(", ".join(scenario.source), from_folder=_UP)))


def _end(expected: Expectation) -> str:
    stops = [step for step in expected.steps.values() if step.stopped_at]
    return "; ".join(dict.fromkeys(map(_stop, stops))) or "goes through"


def _stop(step: StepExpectation) -> str:
    by = "something in the path" if step.by == NETWORK else TITLES.get(step.by or "", step.by or "")
    alert = f"alert {step.alert}" if step.alert and step.alert > 0 else ""
    return ", ".join(part for part in (step.stopped_at, by, alert) if part)
