"""SARIF: valid by the official schema, with rule ids and fingerprints that stay."""

from __future__ import annotations

import json
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

import jsonschema
from hypothesis import given
from hypothesis import strategies as st
from recorded_stories import no_certificate_verdict
from report_bench import HOSTILE, is_inert, outcome, transcript

from harness.report.sarif import SarifResult, SarifRule, sarif_log
from harness.report.sarif_run import run_as_sarif

RULE = SarifRule("no-client-certificate", "No certificate", "The caller has none.", "Give it one.")
TEXT = st.text(st.characters(codec=None))


@cache
def _schema() -> Any:
    """The official schema, as the npm package @microsoft/jest-sarif 1.0.0-beta.0 has it."""
    return json.loads((Path(__file__).parent / "sarif-2.1.0-rtm.5.json").read_text(encoding="utf-8"))


def valid(text: str) -> Any:
    """Return the run of a log that the schema takes."""
    document = json.loads(text)
    jsonschema.validate(document, _schema())
    (run,) = document["runs"]
    return run


def run_of(*mismatches: str, line: int = 12, cause: str = RULE.key) -> Any:
    verdict = replace(no_certificate_verdict(), cause=cause)
    rules = [replace(RULE, key="other"), replace(RULE, key=cause)]
    return valid(run_as_sarif([outcome(verdict, *mismatches, told=transcript())], rules, lambda _: line, asked=1))


def test_a_play_as_expected_is_no_result() -> None:
    assert run_of()["results"] == []


def test_a_play_not_as_expected_is_one_with_its_cause_and_its_place() -> None:
    (result,) = run_of("by: expected b2b-peer, got expressway-e")["results"]
    assert (result["ruleId"], result["ruleIndex"], result["level"]) == ("no-client-certificate", 1, "error")
    assert "by: expected b2b-peer, got expressway-e" in result["message"]["text"]
    place = result["locations"][0]["physicalLocation"]
    assert place["artifactLocation"]["uri"] == "scenarios/b2b/b02-no-certificate-on-the-mutual-port.yaml"
    assert place["region"]["startLine"] == 12


def test_a_line_that_is_not_known_is_left_out() -> None:
    (result,) = run_of("by: expected b2b-peer, got expressway-e", line=0)["results"]
    assert "region" not in result["locations"][0]["physicalLocation"]


def test_a_rule_carries_its_help() -> None:
    assert [rule["help"]["text"] for rule in run_of()["tool"]["driver"]["rules"]] == ["Give it one."] * 2


def test_the_same_finding_has_the_same_fingerprint_in_every_run_and_another_one_has_another() -> None:
    first, again = (run_of("alert: expected 40")["results"][0], run_of("alert: expected 41")["results"][0])
    other = run_of("alert: expected 40", cause="other-cause")["results"][0]
    assert first["partialFingerprints"] == again["partialFingerprints"]
    assert first["partialFingerprints"] != other["partialFingerprints"]


def test_a_file_outside_the_folder_has_a_whole_uri() -> None:
    log = sarif_log([RULE], [SarifResult(RULE.key, "note", "m", "/srv/my lab/ü.yaml", 0, ())])
    location = valid(log)["results"][0]["locations"][0]
    assert location["physicalLocation"]["artifactLocation"]["uri"] == "file:///srv/my%20lab/%C3%BC.yaml"


def test_control_characters_are_escapes() -> None:
    assert is_inert(run_of(HOSTILE)["results"][0]["message"]["text"])


@given(TEXT, TEXT, st.integers(0, 10**6))
def test_any_words_make_a_valid_log(message: str, file: str, line: int) -> None:
    assert (
        len(valid(sarif_log([RULE], [SarifResult(RULE.key, "warning", message, file, line, (file,))]))["results"]) == 1
    )
