"""Which code is mutated, and which tests are to notice it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parents[2]


@dataclass(frozen=True, slots=True)
class Area:
    """One part of the package: patterns of its files, and the test files or folders that hold it."""

    name: str
    code: tuple[str, ...]
    tests: tuple[str, ...]

    def files(self) -> Iterator[Path]:
        """Yield its modules in a fixed order."""
        for pattern in self.code:
            yield from sorted(ROOT.glob(pattern))


AREAS = (
    Area("judge", ("harness/judge/*.py", "harness/judge/causes/*.py", "harness/judge/explain/*.py"), ("tests/judge",)),
    Area("identity", ("harness/identity/*.py",), ("tests/identity",)),
    Area("tls", ("harness/tls/*.py", "harness/tls/inspector/*.py"), ("tests/tls",)),
    Area(
        "net-link",
        ("harness/net/link.py", "harness/net/sip_link.py", "harness/net/sip_transactions.py"),
        ("tests/net/test_net_link.py", "tests/net/test_net_sip_link.py", "tests/net/test_net_sip_transactions.py"),
    ),
    Area("sip", ("harness/sip/*.py",), ("tests/sip", "tests/actors/test_actors_torture.py")),
    Area(
        "certificate-change",
        (
            "harness/pki/*.py",
            "harness/pki/holdings/*.py",
            "harness/lab/conversion*.py",
            "harness/lab/installing.py",
            "harness/lab/release_steps.py",
            "harness/lab/renaming.py",
            "harness/lab/uploads.py",
            "harness/run/bench.py",
            "harness/run/certificate_change.py",
            "harness/run/certificate_replays.py",
            "harness/run/change_plan.py",
            "harness/run/comparison.py",
            "harness/run/conversion_bench.py",
            "harness/run/eku_matrix.py",
            "harness/run/foreign_sources.py",
            "harness/run/stand_ins.py",
            "harness/report/certificates/beyond_plays.py",
            "harness/report/certificates/change.py",
            "harness/report/certificates/differences.py",
            "harness/report/certificates/plan.py",
        ),
        (
            "tests/pki",
            "tests/lab",
            "tests/run/test_run_certificate_change.py",
            "tests/run/test_run_change_outcomes.py",
            "tests/run/test_run_change_plan.py",
            "tests/run/test_run_eku_matrix.py",
            "tests/run/test_run_foreign_sources.py",
            "tests/run/test_run_odd_certificates.py",
            "tests/run/test_run_sources_told.py",
            "tests/report/test_report_beyond_plays.py",
            "tests/report/test_report_certificates.py",
            "tests/report/test_report_change.py",
            "tests/report/test_report_differences.py",
            "tests/report/test_report_plan.py",
            "tests/cli/test_cli_certs_change.py",
        ),
    ),
)
