"""What a pasted message means: a log line, an alert, an error, an alarm. Tables, and a reader that walks them."""

from __future__ import annotations

from harness.judge.explain.reading import explain
from harness.judge.explain.row import MessageRow
from harness.judge.explain.table import MESSAGE_ROWS

__all__ = ["MESSAGE_ROWS", "MessageRow", "explain"]
