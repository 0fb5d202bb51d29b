"""The log that the Expressways of a play would have written, marked as simulated, so that searches can be practised.

`table` is what they write in which situation, `telling` walks a transcript, `line` writes a line.
"""

from __future__ import annotations

from harness.report.expressway_log.every_line import ROWS
from harness.report.expressway_log.telling import expressway_log, log_lines

__all__ = ["ROWS", "expressway_log", "log_lines"]
