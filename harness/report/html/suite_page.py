"""The page of a run: a picture of the lab, a table of plays to filter, and every play in full.

What it shows travels as JSON in the page; the script draws one play at a time. So a text that many plays have in
common stands there once, and the whole suite stays below a megabyte.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from harness.inert import inert
from harness.lab.settings import Lab
from harness.report.html.document import Parts, document
from harness.report.html.estate import estate
from harness.report.html.plays import Plays
from harness.report.json_report import in_order
from harness.report.ladder import Layer
from harness.report.outcome import PlayOutcome
from harness.verdict import Stage
from harness.x509.name_rules import POLICIES

TITLE = "sip-mtls report"


def suite_page(outcomes: Sequence[PlayOutcome], healthy: Lab, parts: Parts) -> str:
    """Return the page of these plays as HTML; `healthy` is the lab in which the scenarios changed something."""
    return document(TITLE, parts, page_data(outcomes, healthy))


def page_data(outcomes: Sequence[PlayOutcome], healthy: Lab) -> dict[str, Any]:
    """Return what the script draws."""
    writer = Plays(healthy)
    played = sorted(outcomes, key=in_order)
    plays = [writer.play(outcome) for outcome in played]
    return {
        "days": sorted({inert(outcome.transcript.as_of) for outcome in played} - {""}),
        "started": min((inert(outcome.transcript.started) for outcome in played), default=""),
        "stages": [stage.value for stage in Stage],
        "layers": [layer.value for layer in Layer],
        "policies": [[policy.name, policy.summary] for policy in POLICIES.values()],
        "estate": estate(played),
        "plays": plays,
        "texts": writer.texts.values,
        "marks": writer.marks.values,
        "things": writer.things.values,
        "certificates": writer.certificates.facts,
        "presented": writer.certificates.presented,
    }
