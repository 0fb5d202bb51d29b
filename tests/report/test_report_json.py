"""A run as JSON: the stable shape that programs rely on."""

from __future__ import annotations

import json
from typing import Any

from recorded_stories import no_certificate_verdict
from report_bench import HOSTILE, outcome, transcript

from harness.report.json_report import run_as_json
from harness.verdict import Verdict

BASELINE = Verdict("b2b/b01-one-way-tls", "1.3", "memory", (), "none", "All went well.", ())


def _read(*mismatches: str, asked: int = 2) -> Any:
    plays = [
        outcome(no_certificate_verdict(), *mismatches, told=transcript()),
        outcome(BASELINE, told=transcript(), name="b2b/b01-one-way-tls"),
    ]
    text = run_as_json(plays, asked=asked)
    assert text == run_as_json(reversed(plays), asked=asked)
    return json.loads(text)


def test_the_summary_counts_also_what_was_not_played() -> None:
    assert _read("the cause differs", asked=5)["summary"] == {
        "asked": 5,
        "played": 2,
        "met": 1,
        "not_met": 1,
        "not_played": 3,
    }


def test_a_play_has_its_verdict_its_steps_and_its_control() -> None:
    play = _read("the cause differs")["plays"][1]
    step = play["verdict"]["steps"][0]
    assert play["expectation"] == {"met": False, "mismatches": ["the cause differs"]}
    assert (step["stopped_at"], step["by"], step["refused"]) == ("acceptance", "expressway-e", "b2b-peer")
    assert (step["alert"], step["alert_name"], step["completed"]) == (116, "certificate_required", False)
    assert step["facts"] == {
        "handshake_finished": True,
        "certificate_accepted": False,
        "sip_answered": None,
    }
    assert play["verdict"]["opinions"][1]["accepted"] is False
    assert play["control"] == {"cause": "none", "differs": True}


def test_the_shape_of_a_play_is_the_documented_one() -> None:
    report = _read()
    assert report["schema"] == {"name": "sip-mtls run", "version": 1}
    assert set(report["plays"][0]) == {
        "scenario", "row", "family", "title", "tls_version", "network", "seconds", "as_of", "expectation",
        "verdict", "control",
    }  # fmt: skip


def test_hostile_text_survives_the_journey_as_escapes() -> None:
    text = run_as_json([outcome(no_certificate_verdict(), HOSTILE, told=transcript())], asked=1)
    assert text.isascii()
    assert "\x1b" not in text
    assert json.loads(text)["plays"][0]["expectation"]["mismatches"] == [HOSTILE]
