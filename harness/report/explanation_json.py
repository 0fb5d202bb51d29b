"""What a pasted text means, as JSON."""

from __future__ import annotations

import json
from dataclasses import asdict

from harness.verdict import Reading


def explanation_json(reading: Reading) -> str:
    """Return a reading as a JSON object with the fields of `Reading`, ASCII alone; stages by their words."""
    return json.dumps(asdict(reading), indent=2) + "\n"
