"""The machinery of the benchmarks on one tiny repetition; no time is asserted."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from benchmarks.__main__ import line, run
from benchmarks.bare_pyopenssl import BarePair
from benchmarks.estate import mutual_pair, our_cost
from benchmarks.measuring import Effort, Figure, in_turns
from benchmarks.name_servers import answers_against_nsd, name_server_programs
from benchmarks.openssl_time import openssl_cost, openssl_program
from benchmarks.table import BENCHMARKS, Benchmark

TINY = Effort(repetitions=1, connections=1, dialling_seconds=1, scenarios=("B01",))
each_version = pytest.mark.parametrize("version", ["1.2", "1.3"])


@each_version
def test_our_two_sites_shake_hands_and_are_answered(version: str) -> None:
    assert our_cost(mutual_pair(version), 1) > 0


@each_version
def test_the_bare_pair_hears_both_messages(version: str) -> None:
    heard_by_called, heard_by_caller = BarePair(mutual_pair(version)).talk()
    assert heard_by_called.startswith(b"OPTIONS ")
    assert heard_by_caller.startswith(b"SIP/2.0 200")


@pytest.mark.interop
@each_version
def test_the_openssl_programs_talk_with_our_certificates(version: str) -> None:
    program = openssl_program()
    if program is None:
        pytest.skip("there is no openssl on the PATH")
    assert openssl_cost(program, mutual_pair(version), 1) > 0


def test_where_openssl_is_absent_the_ratio_is_null_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    figure = BENCHMARKS["handshake-vs-openssl-tls1.3"].measure(TINY)
    assert figure.value is None
    assert "openssl" in figure.note


@pytest.mark.interop
@pytest.mark.may_skip("nsd and dnsperf are for `make bench`, not for CI")
def test_the_labs_name_server_and_nsd_answer_the_same_questions() -> None:
    programs = name_server_programs()
    if programs is None:
        pytest.skip("nsd and dnsperf are no part of what CI has")
    figure = answers_against_nsd(programs, repetitions=1, seconds=1)
    assert figure.value is not None
    assert figure.value > 0
    assert "nsd" in figure.note


def test_where_nsd_is_absent_the_ratio_is_null_and_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", "")
    figure = BENCHMARKS["name-server-vs-nsd"].measure(TINY)
    assert figure.value is None
    assert "dnsperf" in figure.note


def test_two_costs_are_taken_in_turns_after_one_that_does_not_count() -> None:
    order: list[str] = []

    def cost(name: str, *seconds: float) -> float:
        order.append(name)
        return seconds[order.count(name) - 1]

    medians = in_turns(lambda: cost("ours", 90.0, 3.0, 5.0, 4.0), lambda: cost("theirs", 80.0, 2.0, 1.0, 2.0), 3)
    assert medians == (4.0, 2.0)
    assert order == ["ours", "theirs"] * 4


def test_results_are_written_as_value_and_target(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run(["memory-play-cpu-ms"], TINY, tmp_path / "out" / "bench.json")
    told = json.loads((tmp_path / "out" / "bench.json").read_text(encoding="utf-8"))
    assert set(told) == {"memory-play-cpu-ms"}
    assert set(told["memory-play-cpu-ms"]) == {"value", "target"}
    assert told["memory-play-cpu-ms"]["value"] > 0
    assert "over 2 plays" in capsys.readouterr().out


@pytest.mark.parametrize(("value", "word"), [(2.0, " met "), (2.01, "MISSED"), (None, "not measured: no program")])
def test_a_line_says_whether_the_target_is_met(value: float | None, word: str) -> None:
    benchmark = Benchmark(2.0, "times", lambda _: Figure(None, ""))
    assert word in line("one", benchmark, Figure(value, "no program"))
