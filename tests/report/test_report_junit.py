"""A run as JUnit XML: what a build server shows, for any text at all."""

from __future__ import annotations

from dataclasses import replace
from xml.etree import ElementTree as ET

from hypothesis import given
from hypothesis import strategies as st
from recorded_stories import no_certificate_verdict
from report_bench import HOSTILE, outcome, transcript

from harness.report.junit import run_as_junit


def _read(*mismatches: str) -> ET.Element:
    return ET.fromstring(run_as_junit([outcome(no_certificate_verdict(), *mismatches, told=transcript())]))  # noqa: S314  # our own


def test_a_met_expectation_is_a_test_that_passed() -> None:
    case = _read().find("testsuite/testcase")
    assert case is not None
    assert case.attrib == {
        "classname": "b2b",
        "name": "b2b/b02-no-certificate-on-the-mutual-port (TLS 1.3, loopback)",
        "time": "0.042",
    }
    assert len(case) == 0


def test_a_mismatch_is_a_failure_with_the_diagnosis() -> None:
    root = _read("by: expected b2b-peer, got expressway-e", "alert: expected none, got 116")
    failure = root.find("testsuite/testcase/failure")
    assert failure is not None
    assert failure.get("message") == "by: expected b2b-peer, got expressway-e"
    assert failure.text is not None
    assert "alert: expected none, got 116" in failure.text
    assert "Port 5062 demands a client certificate" in failure.text
    assert (root.get("tests"), root.get("failures")) == ("1", "1")


def test_control_characters_are_escapes_and_not_a_broken_file() -> None:
    failure = _read(HOSTILE).find("testsuite/testcase/failure")
    assert failure is not None
    assert "evil\\x1b[2J\\x07" in (failure.text or "")


@given(st.text(st.characters(codec=None), min_size=1))
def test_any_text_at_all_makes_xml_that_can_be_read_and_written(text: str) -> None:
    verdict = replace(no_certificate_verdict(), cause=text, diagnosis=text)
    document = run_as_junit([outcome(verdict, text, told=transcript())])
    assert ET.fromstring(document.encode("utf-8")).find("testsuite/testcase/failure") is not None  # noqa: S314  # our own
