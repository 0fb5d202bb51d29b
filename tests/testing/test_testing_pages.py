"""What docs/pytest.md shows passes as it stands there, and the example project passes as a whole."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from shipped_library import LIBRARY, SCENARIOS
from testing_bench import Project, project

from harness.api.certificate_values import Change, Check
from harness.api.played import Play
from harness.pki import LeafOrder, chain_pem
from harness.run.library import Library
from harness.testing import KeptOpenLab, SipMtls
from harness.testing.certificate_questions import CertificateQuestions

__all__ = ["project"]

pytest_plugins = ["pytester"]

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "pytest.md").read_text(encoding="utf-8")
BLOCKS = re.findall(r"^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
LAB_PKI = LIBRARY.lab_pki
EXAMPLE = ROOT / "examples" / "certificate-change"


@pytest.mark.parametrize("block", BLOCKS, ids=[re.findall(r"test_\w+", block)[0] for block in BLOCKS])
def test_every_test_on_the_page_passes(project: Project, monkeypatch: pytest.MonkeyPatch, block: str) -> None:
    """A comparison goes through few stories here, and through all of them in the example project."""
    few = [scenario for scenario in SCENARIOS.values() if scenario.row in {"B01", "I01", "O01", "M01"}]
    monkeypatch.setattr(Library, "fitting", lambda _self: few)
    folder = project.pytester.path
    (folder / "scenarios").mkdir()
    shipped = EXAMPLE / "scenarios" / "mutual-tls-for-everybody.yaml"
    (folder / "scenarios" / shipped.name).write_text(shipped.read_text(encoding="utf-8"), encoding="utf-8")
    for name, renewals in (("old.pem", 0), ("new.pem", 1)):
        credentials = LAB_PKI.issue(LeafOrder("expressway-e", renewals=renewals))
        (folder / name).write_text(chain_pem(credentials), encoding="utf-8")
    project.run(block).assert_outcomes(passed=len(re.findall(r"^def test_", block, re.MULTILINE)))


def test_the_page_tells_every_word_of_the_fixture() -> None:
    kinds = (SipMtls, CertificateQuestions, Play, Change, Check, KeptOpenLab)
    words = {word for kind in kinds for word in vars(kind) if not word.startswith("_")}
    assert words >= {"play", "certificate_change", "cause", "breaks", "rules", "perform"}
    assert words - set(re.findall(r"\w+", PAGE)) - {"outcome", "found", "called", "case", "file", "notes"} == set()


def test_the_page_tells_every_option(project: Project) -> None:
    shown = project.run("", "--help").stdout.str()
    options = set(re.findall(r"--sip-mtls-\w+|sip_mtls_\w+", shown))
    assert options == {"--sip-mtls-network", "--sip-mtls-out", "sip_mtls_lab"}
    assert [option for option in options if option not in PAGE] == []


def test_the_example_project_passes() -> None:
    command = [sys.executable, "-m", "pytest", "-p", "harness.pytest_plugin", "-p", "no:cacheprovider", "-W", "error"]
    environment = {**os.environ, "PYTHONPATH": str(ROOT), "PYTEST_DISABLE_PLUGIN_AUTOLOAD": "1"}
    done = subprocess.run(
        command, cwd=EXAMPLE, capture_output=True, text=True, check=False, timeout=300, env=environment
    )
    assert done.returncode == 0, done.stdout + done.stderr
    assert " 8 passed" in done.stdout
