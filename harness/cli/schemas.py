"""`sip-mtls schema`: the JSON Schema of every JSON that sip-mtls writes, and of the scenario files that it reads."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from harness.capture.saved import SavedTranscript
from harness.certificates.change_json import ChangeDocument
from harness.certificates.check import CheckDocument
from harness.certificates.matrix import MatrixDocument
from harness.certificates.plan import PlanDocument
from harness.certificates.show_json import SightDocument
from harness.cli.naming import LocatedDocument
from harness.diagnosis.causes import cause_keys
from harness.document.words import hint_for
from harness.errors import Fault, ScenarioError
from harness.probe.probe_json import ProbeDocument
from harness.report.captured_json import CaptureDocument
from harness.report.json_report import RunDocument
from harness.report.json_schema import document_schema
from harness.scenario.schema import scenario_schema
from harness.verdict import Reading

SCENARIO = "scenario"
"""The one schema of what is read: a scenario is YAML, and an editor checks it by its schema all the same."""


@dataclass(frozen=True, slots=True)
class DocumentRow:
    """A JSON that sip-mtls writes: `written_by` are the commands, `document` is the class from which it is made."""

    name: str
    written_by: tuple[str, ...]
    document: type[Any]


DOCUMENTS = {
    row.name: row
    for row in (
        DocumentRow("run", ("run --json", "judge --json", "explain --json with a transcript"), RunDocument),
        DocumentRow("transcript", ("run --out", "probe --out"), SavedTranscript),
        DocumentRow("capture", ("judge --json with a capture",), CaptureDocument),
        DocumentRow("explanation", ("explain --json",), Reading),
        DocumentRow("locate", ("locate --json",), LocatedDocument),
        DocumentRow("certificate", ("certs show --json",), SightDocument),
        DocumentRow("certificate-check", ("certs check --json",), CheckDocument),
        DocumentRow("certificate-change", ("certs diff --json",), ChangeDocument),
        DocumentRow("eku-matrix", ("certs matrix --json",), MatrixDocument),
        DocumentRow("change-plan", ("certs plan --json",), PlanDocument),
        DocumentRow("probe", ("probe --json", "probe --out"), ProbeDocument),
    )
}
"""Every one of them by its name. SARIF and JUnit are not here: they have schemas of their own."""


def print_schema(name: str) -> None:
    """Print one schema, or without a name which there are; ScenarioError for a name that there is not."""
    if name:
        print(json.dumps(schema_of(name), indent=2))
    else:
        for line in _names():
            print(line)


def schema_of(name: str) -> dict[str, Any]:
    """Return the schema of a name (JSON Schema 2020-12); ScenarioError for one that there is not."""
    if name == SCENARIO:
        return scenario_schema(cause_keys())
    if name not in DOCUMENTS:
        raise ScenarioError([Fault(name, 0, 0, "no schema of that name", hint_for(name, (SCENARIO, *DOCUMENTS)))])
    return document_schema(DOCUMENTS[name].document, f"sip-mtls {name}")


def _names() -> Iterator[str]:
    widest = max(map(len, DOCUMENTS)) + 2
    yield f"{SCENARIO:<{widest}}a scenario file, for editors"
    yield from (f"{row.name:<{widest}}{', '.join(row.written_by)}" for row in DOCUMENTS.values())
