"""`--log`: what boxes of the lab would have logged, and nothing besides, so that it can be searched."""

from __future__ import annotations

import sys
from collections.abc import Sequence

from harness.cli.terminal import speaks_unicode
from harness.report.columns import in_columns
from harness.report.expressway_log import expressway_log
from harness.report.outcome import PlayOutcome


def print_logs(outcomes: Sequence[PlayOutcome]) -> None:
    """Print the log of each play; what was not as expected is told on stderr, apart from it."""
    for outcome in outcomes:
        sys.stdout.write(expressway_log(outcome.transcript, unicode=speaks_unicode()))
        for mismatch in outcome.mismatches:
            said = f"{outcome.scenario.name}, TLS {outcome.verdict.tls_version}: {mismatch}"
            sys.stderr.write(in_columns(said, unicode=False) + "\n")
