"""Transcripts that somebody else wrote: data, whatever stands in them; never a path, a template or a traceback."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout, suppress
from copy import deepcopy
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias

import pytest
from cli_bench import Command, sip_mtls
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from shipped_library import LIBRARY

from harness.capture.saved import load_transcript, save_transcript
from harness.cli.exits import Exit
from harness.cli.exports import Exports
from harness.cli.formats import FORMATS
from harness.cli.judging import judge_file
from harness.diagnosis.judge import judge
from harness.errors import ScenarioError
from harness.report.expressway_log import expressway_log
from harness.report.ladder import draw_ladder
from harness.run.suite import Order, run_suite

__all__ = ["sip_mtls"]

Place: TypeAlias = tuple[str | int, ...]
ROWS = ("M20", "I01", "O17", "M02", "B12", "I24", "D15", "I26", "M11", "T15")
WORDS = (
    "",
    "/usr",
    "../..",
    "x" * 300,
    "{0}",
    "{",
    "%s",
    "\x1b[2J",
    "\u202eabc",
    "\ud800",
    "a\nb",
    "\0",
    "set-up",
    "::1",
)
NUMBERS = (-1, 0, 1, 2, 255, 65536, 2**31, 2**64, 10**30)


@cache
def saved() -> list[dict[str, Any]]:
    """Transcripts of stories of many kinds, as JSON."""
    library = LIBRARY
    order = Order(tuple(library.scenarios(ROWS)), ("1.2", "1.3"), "memory")
    return [json.loads(save_transcript(outcome.transcript)) for outcome in run_suite(library, order, lambda _: None)]


def first(holds: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
    return deepcopy(next(each for each in saved() if any(map(holds, each["transcript"]["events"]))))


def written(folder: Path, document: dict[str, Any]) -> Path:
    path = folder / "transcript.json"
    path.write_text(json.dumps(document))
    return path


def read(data: bytes) -> None:
    """Let every reader of decisions read a document that may be refused."""
    with suppress(ScenarioError):
        transcript = load_transcript(data)
        draw_ladder(transcript, judge(transcript))
        expressway_log(transcript)


def judged(folder: Path, document: dict[str, Any]) -> str:
    """Judge a document and write it in every format; return the output, or the faults of a refusal."""
    path, out = written(folder, document), io.TextIOWrapper(io.BytesIO(), encoding="utf-8")
    files = {name: folder / name for name in FORMATS}
    with redirect_stdout(out), redirect_stderr(io.StringIO()):
        try:
            judge_file(path, Exports(**files))
            judge_file(path, Exports(), "expressway")
        except ScenarioError as refused:
            return str(refused)
    out.flush()
    return out.buffer.getvalue().decode()


# --- the samples ---


@pytest.mark.parametrize("kind", ["alert", "sip", "closed", "connected", "handshake-finished"])
def test_an_event_without_its_connection_is_refused_at_its_place(sip_mtls: Command, tmp_path: Path, kind: str) -> None:
    document = first(lambda event: event["kind"] == kind)
    place, event = next((n, e) for n, e in enumerate(document["transcript"]["events"]) if e["kind"] == kind)
    event["connection"] = 0

    ended = sip_mtls("judge", written(tmp_path, document))

    assert ended.code == Exit.WRONG_INPUT
    assert f"transcript.json: transcript.events[{place}]: " in ended.err


def test_a_decision_without_a_fact_that_it_always_has_is_refused_at_its_place(
    sip_mtls: Command, tmp_path: Path
) -> None:
    document = first(lambda event: event.get("topic") == "ssh-tunnel")
    events = document["transcript"]["events"]
    place, event = next((n, e) for n, e in enumerate(events) if e.get("topic") == "ssh-tunnel")
    del event["facts"]["port"]

    ended = sip_mtls("judge", written(tmp_path, document))

    assert ended.code == Exit.WRONG_INPUT
    assert f"transcript.events[{place}].facts: the key 'port' is missing" in ended.err


@pytest.mark.parametrize("name", ["x" * 300, "/usr", "..", "", "mra", "B02", "\0", "{scenario}"])
def test_the_name_of_a_scenario_is_no_path_and_no_wish(sip_mtls: Command, tmp_path: Path, name: str) -> None:
    document = deepcopy(saved()[0])
    document["transcript"]["scenario"] = name

    ended = sip_mtls("judge", written(tmp_path, document))

    assert ended.code == Exit.MET
    assert "A transcript of a scenario that is not known here" in ended.out


def test_the_scenario_of_that_very_name_is_compared(sip_mtls: Command, tmp_path: Path) -> None:
    assert "A transcript of a scenario" not in sip_mtls("judge", written(tmp_path, saved()[0])).out


# --- every field of every kind ---


def places(value: Any, place: Place = ()) -> Iterator[Place]:
    members = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, member in members:
        yield (*place, key)
        yield from places(member, (*place, key))


@cache
def shapes(number: int) -> dict[tuple[str, ...], list[Place]]:
    """Return the places of one transcript by the field that they are: all timestamps together, each fact apart."""
    found: dict[tuple[str, ...], list[Place]] = {}
    for place in places(saved()[number]["transcript"]):
        found.setdefault(tuple("*" if isinstance(key, int) else key for key in place), []).append(place)
    return found


@st.composite
def spoilt(draw: st.DrawFn) -> dict[str, Any]:
    """Return a transcript of which one to three fields have another value that their kind allows."""
    number = draw(st.integers(0, len(saved()) - 1))
    document = deepcopy(saved()[number])
    for _ in range(draw(st.integers(1, 3))):
        shape = draw(st.sampled_from(sorted(shapes(number))))
        *way, last = draw(st.sampled_from(shapes(number)[shape]))
        holder: Any = document["transcript"]
        try:
            for key in way:
                holder = holder[key]
            holder[last] = draw(another(holder[last]))
        except (LookupError, TypeError):  # an earlier change took it away
            continue
    return document


def another(value: Any) -> st.SearchStrategy[Any]:
    match value:
        case bool():
            return st.just(not value)
        case int() | float():
            return st.sampled_from(NUMBERS)
        case str():
            return st.sampled_from((*WORDS, value[: len(value) // 8 * 4], value.upper(), value[::-1]))
        case list():
            return st.sampled_from(([], value[::-1], value * 2, value[1:], value[:1]))
        case dict():
            return st.sampled_from(({}, *({k: v for k, v in value.items() if k != gone} for gone in value)))
        case _:
            return st.sampled_from(({"host": "x", "port": 1}, "required", None))


@settings(max_examples=30, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow])
@given(spoilt())
def test_whatever_stands_in_a_transcript_it_is_judged_or_refused(tmp_path: Path, document: dict[str, Any]) -> None:
    told = judged(tmp_path, document)

    assert told
    assert not {"\x1b", "\u202e"} & set(told)


def test_no_reader_misses_a_fact_that_is_not_checked_when_the_file_is_read() -> None:
    """Each fact of each kind of decision is dropped once, from the first decision of its kind."""
    met: set[tuple[str, str, str]] = set()
    for number, document in enumerate(saved()):
        for place, event in enumerate(document["transcript"]["events"]):
            for fact in event.get("facts", ()):
                kind = event["topic"], event["outcome"], fact
                if kind not in met:
                    met.add(kind)
                    bare = deepcopy(saved()[number])
                    del bare["transcript"]["events"][place]["facts"][fact]
                    read(json.dumps(bare).encode())
    assert len(met) > 40
