"""A run as JUnit XML, for the pages of a build server: one test case for each play."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree import ElementTree as ET

from harness.inert import escape
from harness.report.json_report import in_order
from harness.report.outcome import LostPlay, PlayOutcome
from harness.scenario.model import Scenario

SUITE = "sip-mtls"


def run_as_junit(outcomes: Iterable[PlayOutcome], lost: Sequence[LostPlay] = ()) -> str:
    """Return a run as JUnit XML.

    The class of a case is its family, its name the scenario's id and the TLS version, its time in seconds.
    A play that came to something else than expected is a failure with the mismatches and the diagnosis; one of
    `lost`, whose lab could not be set up, is an error.
    """
    plays = sorted(outcomes, key=in_order)
    failures = sum(not outcome.met for outcome in plays)
    seconds = _seconds(sum(outcome.seconds for outcome in plays))
    tests, errors = str(len(plays) + len(lost)), str(len(lost))
    counts = {"tests": tests, "failures": str(failures), "errors": errors, "time": seconds}
    root = ET.Element("testsuites", counts)
    suite = ET.SubElement(root, "testsuite", {"name": SUITE, **counts})
    suite.extend(_case(outcome) for outcome in plays)
    suite.extend(map(_lost_case, lost))
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _lost_case(play: LostPlay) -> ET.Element:
    case = _named_case(play.scenario, play.tls_version, play.network, 0.0)
    ET.SubElement(case, "error", {"type": "lab"}).set("message", allowed_in_xml(play.reason))
    return case


def _named_case(scenario: Scenario, tls_version: str, network: str, seconds: float) -> ET.Element:
    case = ET.Element("testcase")
    case.set("classname", allowed_in_xml(scenario.family or SUITE))
    case.set("name", allowed_in_xml(f"{scenario.name} (TLS {tls_version}, {network})"))
    case.set("time", _seconds(seconds))
    return case


def _case(outcome: PlayOutcome) -> ET.Element:
    verdict = outcome.verdict
    case = _named_case(outcome.scenario, verdict.tls_version, verdict.network, outcome.seconds)
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
