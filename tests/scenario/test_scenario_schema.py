from __future__ import annotations

from typing import Any

import pytest
from jsonschema import Draft202012Validator
from scenario_bench import SOUND
from shipped_library import SCENARIOS
from test_scenario_read import WRONG

from harness.diagnosis.causes import cause_keys
from harness.document import read_document
from harness.run.library import data_folder
from harness.scenario.schema import scenario_schema

SCHEMA = scenario_schema(cause_keys())
EDITOR = Draft202012Validator(SCHEMA)
SHIPPED = list(SCENARIOS)

BEYOND_A_SCHEMA = {
    "a cluster peer that the lab has not": "which nodes there are stands in the lab file and in `change`",
    "a fault that no certificate has": "certificates are named in certs/*.yaml",
    "an authority that nobody knows": "authorities are named in certs/authorities.yaml",
    "a profile that nobody has": "profiles are named in certs/leaves.yaml",
    "an access rule that is no regular expression": "a schema has no word for it",
    "an access rule whose counts multiply": "a schema has no word for it",
    "the same step twice": "a schema compares no names",
    "a refuser who is not in the lab": "a lab may have more Expressway-E nodes, with names of their own",
    "a step with the name of a key": "then it is no step",
    "a step of which nothing is expected": "a schema does not look from `play` to `expect`",
    "one TLS version of two": "a schema does not look from `tls` to `expect`",
    "a step that is not in the play": "a schema does not look from `expect` to `play`",
}
"""Faults that an editor cannot show, and why."""


def _read(text: str) -> Any:
    return read_document(text, "s.yaml").data


def test_the_schema_is_a_schema() -> None:
    Draft202012Validator.check_schema(SCHEMA)


@pytest.mark.parametrize("name", SHIPPED)
def test_an_editor_finds_nothing_wrong_with_a_shipped_scenario(name: str) -> None:
    text = (data_folder("scenarios") / f"{name}.yaml").read_text(encoding="utf-8")

    assert [error.message for error in EDITOR.iter_errors(_read(text))] == []


@pytest.mark.parametrize("what", WRONG)
def test_an_editor_marks_what_the_reader_refuses(what: str) -> None:
    text, _ = WRONG[what]

    assert EDITOR.is_valid(_read(text)) == (what in BEYOND_A_SCHEMA)


def test_the_exceptions_are_faults_that_are_tested() -> None:
    assert BEYOND_A_SCHEMA.keys() <= WRONG.keys()
    assert EDITOR.is_valid(_read(SOUND))
