"""A run as JUnit XML, for the pages of a build server: one test case for each play."""

from __future__ import annotations

from collections.abc import Iterable
from xml.etree import ElementTree as ET

from harness.report.inert import escape
from harness.report.json_report import in_order
from harness.report.outcome import PlayOutcome

SUITE = "sip-mtls"


def run_as_junit(outcomes: Iterable[PlayOutcome]) -> str:
    """Return a run as JUnit XML.

    The class of a case is its family, its name the scenario's id and the TLS version, its time in seconds.
    A play that came to something else than expected is a failure with the mismatches and the diagnosis.
    """
    plays = sorted(outcomes, key=in_order)
    failures = sum(not outcome.met for outcome in plays)
    seconds = _seconds(sum(outcome.seconds for outcome in plays))
    counts = {"tests": str(len(plays)), "failures": str(failures), "errors": "0", "time": seconds}
    root = ET.Element("testsuites", counts)
    suite = ET.SubElement(root, "testsuite", {"name": SUITE, **counts})
    suite.extend(_case(outcome) for outcome in plays)
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _case(outcome: PlayOutcome) -> ET.Element:
    scenario, verdict = outcome.scenario, outcome.verdict
    case = ET.Element("testcase")
    case.set("classname", allowed_in_xml(scenario.family or SUITE))
    case.set("name", allowed_in_xml(f"{scenario.name} (TLS {verdict.tls_version}, {verdict.network})"))
    case.set("time", _seconds(outcome.seconds))
    if not outcome.met:
        failure = ET.SubElement(case, "failure", {"type": "expectation"})
        failure.set("message", allowed_in_xml(outcome.mismatches[0]))
        said = [*outcome.mismatches, f"Cause: {verdict.cause}.", verdict.diagnosis]
        failure.text = allowed_in_xml("\n".join(said))
    return case


def allowed_in_xml(text: str) -> str:
    r"""Return `text` with everything that XML 1.0 section 2.2 forbids as an escape, such as `\x1b`."""
    return "".join(character if _is_allowed(ord(character)) else escape(character) for character in text)


def _is_allowed(number: int) -> bool:
    return number in {0x09, 0x0A, 0x0D} or 0x20 <= number <= 0xD7FF or 0xE000 <= number <= 0xFFFD or number >= 0x10000


def _seconds(seconds: float) -> str:
    return f"{seconds:.3f}"
