"""Every program of docs/api.md runs as it stands there, and passes mypy --strict as a user's own would."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from shipped_library import LIBRARY

import harness
from harness.pki import LeafOrder, chain_pem

ROOT = Path(__file__).parents[2]
PAGE = (ROOT / "docs" / "api.md").read_text(encoding="utf-8")
PROGRAMS = dict(re.findall(r"^## (.+?)$.*?^```python\n(.*?)^```$", PAGE, re.DOTALL | re.MULTILINE))
TRIO = re.findall(r"^```python\n(import trio\n.*?)^```$", PAGE, re.DOTALL | re.MULTILINE)
BREAKS_SOMETHING = "Before a certificate goes to production"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    for name, faults in (("old.pem", ()), ("new.pem", ("expired",))):
        credentials = LIBRARY.lab_pki.issue(LeafOrder("expressway-e", faults=faults))
        (tmp_path / name).write_text(chain_pem(credentials), encoding="utf-8")
    return tmp_path


def ran(program: str, folder: Path) -> subprocess.CompletedProcess[str]:
    (folder / "program.py").write_text(program, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "program.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
        env={**os.environ, "CI": "true"},  # Hypothesis then asks for no speed, which a busy machine has not
    )


@pytest.mark.parametrize("title", PROGRAMS)
def test_every_program_on_the_page_runs(folder: Path, title: str) -> None:
    ended = ran(PROGRAMS[title], folder)

    assert ended.stderr == ""
    assert ended.returncode == (1 if title == BREAKS_SOMETHING else 0)


def test_the_lab_runs_inside_a_program_of_trio(folder: Path) -> None:
    (program,) = TRIO
    ended = ran(program, folder)

    assert (ended.returncode, ended.stderr) == (0, "")
    assert ended.stdout.startswith("False acceptance 116")


def test_a_certificate_that_breaks_calls_says_which(folder: Path) -> None:
    ended = ran(PROGRAMS[BREAKS_SOMETHING], folder)

    assert "BREAKS" in ended.stdout


def test_a_user_who_checks_types_gets_no_error(tmp_path: Path) -> None:
    for number, program in enumerate((*PROGRAMS.values(), *TRIO)):
        (tmp_path / f"program{number}.py").write_text(program, encoding="utf-8")
    command = [sys.executable, "-m", "mypy", "--strict", "--cache-dir", str(ROOT / ".mypy_cache"), str(tmp_path)]
    checked = subprocess.run(
        command, cwd=ROOT, capture_output=True, text=True, check=False, timeout=600, env={**os.environ}
    )

    assert checked.returncode == 0, checked.stdout


def test_the_page_names_all_that_is_public() -> None:
    told = set(re.findall(r"\w+", PAGE))

    assert [name for name in harness.__all__ if name not in told] == []
    assert [name for name in harness.__all__ if not hasattr(harness, name)] == []
    with pytest.raises(AttributeError, match="no_such"):
        _ = harness.no_such  # type: ignore[attr-defined]


def test_the_package_costs_nothing_until_it_is_asked() -> None:
    heavy = "'trio', 'cryptography', 'pydantic', 'click', 'hypothesis', 'harness.errors'"
    program = f"import sys, harness; print([each for each in ({heavy}) if each in sys.modules])"
    asked = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=True)

    assert asked.stdout.strip() == "[]"


def test_the_module_is_the_command_line() -> None:
    asked = subprocess.run([sys.executable, "-m", "harness", "--version"], capture_output=True, text=True, check=True)

    assert asked.stdout == f"sip-mtls, version {harness.__version__}\n"
