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
    Area("judge", ("harness/judge/*.py", "harness/judge/causes/*.py"), ("tests/judge",)),
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
            "harness/run/bench.py",
            "harness/run/certificate_change.py",
            "harness/run/change_plan.py",
            "harness/run/comparison.py",
            "harness/run/conversion_bench.py",
            "harness/pki/look_alike.py",
        ),
        (
            "tests/run/test_run_certificate_change.py",
            "tests/run/test_run_change_plan.py",
            "tests/pki",
        ),
    ),
)
