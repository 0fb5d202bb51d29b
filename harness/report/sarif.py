"""SARIF 2.1.0, the format in which code hosts take findings: the log that every report of ours is written as.

Rule ids never change once they are out: a host tells by rule and fingerprint that a finding is the one of yesterday.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Literal
from urllib.parse import quote

from harness import __version__
from harness.inert import inert

VERSION = "2.1.0"
_SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"
_FINGERPRINT = "sipMtls/v1"

Level = Literal["error", "warning", "note"]


@dataclass(frozen=True, slots=True)
class SarifRule:
    """One rule: its stable id, what it is in a line, what it means, and what to do about it."""

    key: str
    title: str
    meaning: str
    help: str


@dataclass(frozen=True, slots=True)
class SarifResult:
    """One finding.

    `rule` is a rule's key. `file` is a path as people see it, empty where there is none; `line` counts from 1, 0
    for the whole file. `identity` are the words that make it the same finding in another run.
    """

    rule: str
    level: Level
    message: str
    file: str
    line: int
    identity: tuple[str, ...]


def sarif_log(rules: Sequence[SarifRule], results: Sequence[SarifResult], missing: Sequence[str] = ()) -> str:
    """Return a log with one run as JSON text in ASCII; KeyError for a result of no rule.

    `missing` are sentences about what should have been looked at and was not: with any, the run was no success.
    """
    places = {rule.key: place for place, rule in enumerate(rules)}
    driver = {"name": "sip-mtls", "version": __version__, "rules": [_rule(rule) for rule in rules]}
    run = {
        "tool": {"driver": driver},
        "columnKind": "unicodeCodePoints",
        "invocations": [{"executionSuccessful": not missing, "toolExecutionNotifications": [*map(_missing, missing)]}],
        "results": [_result(result, places[result.rule]) for result in results],
    }
    return json.dumps({"$schema": _SCHEMA, "version": VERSION, "runs": [run]}, indent=2) + "\n"


def _missing(sentence: str) -> dict[str, Any]:
    return {"level": "error", "message": {"text": inert(sentence)}}


def _rule(rule: SarifRule) -> dict[str, Any]:
    return {
        "id": rule.key,
        "shortDescription": {"text": rule.title},
        "fullDescription": {"text": rule.meaning},
        "help": {"text": rule.help},
    }


def _result(result: SarifResult, place: int) -> dict[str, Any]:
    told = {
        "ruleId": result.rule,
        "ruleIndex": place,
        "level": result.level,
        "message": {"text": "\n".join(inert(line) for line in result.message.splitlines()) or result.rule},
        "partialFingerprints": {_FINGERPRINT: _fingerprint((result.rule, *result.identity))},
    }
    return {**told, "locations": [_location(result)]} if result.file else told


def _location(result: SarifResult) -> dict[str, Any]:
    where: dict[str, Any] = {"artifactLocation": {"uri": _uri(result.file)}}
    if result.line > 0:
        where["region"] = {"startLine": result.line}
    return {"physicalLocation": where}


def _uri(file: str) -> str:
    """Return a file's URI, relative where its path is (RFC 3986 section 4.2)."""
    return f"{'file://' if file.startswith('/') else ''}{quote(file, errors='replace')}"


def _fingerprint(words: Sequence[str]) -> str:
    return hashlib.sha256("\0".join(words).encode("utf-8", "replace")).hexdigest()[:32]
