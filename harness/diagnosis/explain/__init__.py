"""What a pasted message means: a log line, an alert, an error, an alarm. Tables, and a reader that walks them."""

from __future__ import annotations

from harness.diagnosis.explain.reading import explain
from harness.diagnosis.explain.row import MessageRow
from harness.diagnosis.explain.table import MESSAGE_ROWS

__all__ = ["MESSAGE_ROWS", "MessageRow", "explain"]
