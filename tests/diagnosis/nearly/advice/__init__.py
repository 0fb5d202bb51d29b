"""What a verdict advises, and where it nearly would: for each condition on a lab a piece of advice that hangs on it."""

from __future__ import annotations

from nearly.advice import boxes, ports, silence, zones

ADVICE = (*boxes.ADVICE, *ports.ADVICE, *silence.ADVICE, *zones.ADVICE)
