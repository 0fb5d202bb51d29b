"""What a pasted text means, as JSON."""

from __future__ import annotations

from harness.report.json_text import as_json
from harness.verdict import Reading


def explanation_json(reading: Reading) -> str:
    """Return a reading as a JSON object with the fields of `Reading`, ASCII alone; stages by their words."""
    return as_json(reading)
