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
    Area(
        "diagnosis",
        ("harness/diagnosis/*.py", "harness/diagnosis/causes/*.py", "harness/diagnosis/explain/*.py"),
        ("tests/diagnosis",),
    ),
    Area("x509", ("harness/x509/*.py", "harness/x509/files/*.py"), ("tests/x509",)),
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
            "harness/x509/files/*.py",
            "harness/lab/conversion*.py",
            "harness/lab/installing.py",
            "harness/certificates/plan_effects.py",
            "harness/certificates/renaming.py",
            "harness/lab/uploads.py",
            "harness/certificates/shell/trial_lab.py",
            "harness/certificates/shell/change.py",
            "harness/certificates/shell/comparison.py",
            "harness/certificates/shell/plan.py",
            "harness/certificates/shell/comparison.py",
            "harness/certificates/shell/plan_lab.py",
            "harness/certificates/shell/matrix.py",
            "harness/certificates/shell/foreign_sources.py",
            "harness/certificates/shell/stand_ins.py",
            "harness/certificates/beyond_plays.py",
            "harness/certificates/change.py",
            "harness/certificates/change_verdict.py",
            "harness/certificates/plan.py",
        ),
        (
            "tests/pki",
            "tests/lab",
            "tests/certificates/test_certificates_flips.py",
            "tests/certificates/test_certificates_change_outcomes.py",
            "tests/certificates/test_certificates_change_plan.py",
            "tests/certificates/test_certificates_eku_matrix.py",
            "tests/certificates/test_certificates_foreign_sources.py",
            "tests/certificates/test_certificates_odd_certificates.py",
            "tests/certificates/test_certificates_sources_told.py",
            "tests/certificates/test_certificates_beyond_plays.py",
            "tests/certificates/test_certificates_texts.py",
            "tests/certificates/test_certificates_change.py",
            "tests/certificates/test_certificates_differences.py",
            "tests/certificates/test_certificates_plan_text.py",
            "tests/cli/test_cli_certs_change.py",
        ),
    ),
)
