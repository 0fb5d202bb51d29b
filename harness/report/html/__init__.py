"""Reports as one HTML file each: they open from disk, ask no network for anything, and run no stranger's text."""

from __future__ import annotations

from harness.report.html.document import Parts
from harness.report.html.lesson_page import lesson_page
from harness.report.html.suite_page import suite_page

__all__ = ["Parts", "lesson_page", "suite_page"]
