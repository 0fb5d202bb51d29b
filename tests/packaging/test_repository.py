"""The files around the package keep what they promise: make's words, .editorconfig, the hooks, the workflow."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import tomllib
from configparser import ConfigParser
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML

ROOT = Path(__file__).parents[2]
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
WORKFLOW: dict[str, Any] = YAML(typ="safe").load(ROOT / ".github/workflows/ci.yaml")
HOOKS: dict[str, Any] = YAML(typ="safe").load(ROOT / ".pre-commit-config.yaml")


def _make(*words: str, **environment: str) -> str:
    if shutil.which("make") is None:
        pytest.skip("make is not installed")
    done = subprocess.run(
        ["make", *words], cwd=ROOT, capture_output=True, text=True, check=False, timeout=60,
        env={**{name: value for name, value in os.environ.items() if not name.startswith("MAKE")}, **environment},
    )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


# --- make ---


def test_make_help_tells_every_word_of_make() -> None:
    (words,) = re.findall(r"^\.PHONY: (.*)$", MAKEFILE, re.MULTILINE)
    told = re.findall(r"^make (\S+) +\S", _make("help"), re.MULTILINE)
    assert sorted(told) == sorted(words.split())


@pytest.mark.parametrize("environment", [{}, {"PYTHON": "python3.99"}])
def test_the_environment_chooses_the_python_of_make(environment: dict[str, str]) -> None:
    printed = _make("--dry-run", "--always-make", "test", **environment)
    assert f"{environment.get('PYTHON', os.environ.get('PYTHON', 'python3'))} -m venv .venv" in printed


def test_the_site_is_built_so_that_a_broken_link_fails() -> None:
    """Measured with mkdocs 1.6: --quiet silences the warnings that --strict counts, and then nothing fails."""
    (build,) = re.findall(r"mkdocs build.*", MAKEFILE)
    assert build == "mkdocs build --strict"


# --- .editorconfig ---


def _rules() -> list[tuple[str, dict[str, str]]]:
    """Return the sections of .editorconfig in their order, each with its pattern."""
    parser = ConfigParser()
    parser.read_string("[root]\n" + (ROOT / ".editorconfig").read_text(encoding="utf-8"))
    return [(section, dict(parser[section])) for section in parser.sections() if section != "root"]


def _rules_for(name: str) -> dict[str, str]:
    found: dict[str, str] = {}
    for pattern, rules in _rules():
        if fnmatch(Path(name).name, pattern):
            found |= rules
    return found


def _breaches(data: bytes, rules: dict[str, str]) -> list[str]:
    """Return what a file does that its rules forbid."""
    wrong = []
    if rules["charset"] == "utf-8" and data.decode("utf-8", "replace").encode() != data:
        wrong.append("charset")
    if rules["end_of_line"] == "lf" and b"\r" in data:
        wrong.append("end_of_line")
    if rules["insert_final_newline"] == "true" and data and not data.endswith(b"\n"):
        wrong.append("insert_final_newline")
    if rules["trim_trailing_whitespace"] == "true" and re.search(rb"[ \t]$", data, re.MULTILINE):
        wrong.append("trim_trailing_whitespace")
    if rules["indent_style"] == "space" and re.search(rb"^ *\t", data, re.MULTILINE):
        wrong.append("indent_style")
    return wrong


def test_every_file_is_as_the_editor_is_told() -> None:
    done = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=False, timeout=60)
    if done.returncode:
        pytest.skip("this is no git checkout")
    names = [name for name in done.stdout.decode().split("\0") if (ROOT / name).is_file()]
    assert len(names) > 1000
    wrong = {name: found for name in names if (found := _breaches((ROOT / name).read_bytes(), _rules_for(name)))}
    assert wrong == {}


@pytest.mark.parametrize(
    ("name", "data", "wrong"),
    [
        ("a.py", b"x = 1\r\n", ["end_of_line"]),
        ("a.md", b"x", ["insert_final_newline"]),
        ("a.yaml", b"x: 1 \ny: 2\n", ["trim_trailing_whitespace"]),
        ("a.py", b"if x:\n\ty\n", ["indent_style"]),
        ("a.txt", b"\xff\n", ["charset"]),
        ("Makefile", b"x:\n\ty\n", []),
        ("a.sip", b"x \r\n\xff", []),
    ],
)
def test_a_file_that_the_editor_would_change_is_found(name: str, data: bytes, wrong: list[str]) -> None:
    assert _breaches(data, _rules_for(name)) == wrong


# --- hooks ---


def test_each_hook_is_a_line_of_make_check_and_fetches_nothing() -> None:
    checks = re.findall(r"^\t\$\(BIN\)/(.+)$", MAKEFILE.partition("\ncheck:")[2].partition("\n\n")[0], re.MULTILINE)
    (local,) = HOOKS["repos"]
    assert local["repo"] == "local"
    assert [hook["language"] for hook in local["hooks"]] == ["system"] * 3
    for hook in local["hooks"]:
        said = hook["entry"].removeprefix(".venv/bin/").replace(" --force-exclude", "")
        assert any(check.removesuffix(" .") == said for check in checks), hook["entry"]


# --- the workflow ---


def test_the_workflow_runs_the_ci_on_every_python_that_the_package_names() -> None:
    named = [name for each in PROJECT["classifiers"] if (name := each.partition("Python :: ")[2]).count(".") == 1]
    job = WORKFLOW["jobs"]["suite"]
    assert job["strategy"]["matrix"]["python"] == named
    assert PROJECT["requires-python"] == f">={named[0]}"
    assert job["env"]["PYTHON"] == "python${{ matrix.python }}"
    assert job["steps"][-1] == {"run": "bash .ci/run"}


def test_the_oldest_packages_are_tried_with_the_oldest_python() -> None:
    """As .ci/run reads it from pyproject.toml."""
    (script,) = re.findall(r"sed -n '([^']+)' pyproject\.toml", (ROOT / ".ci/run").read_text(encoding="utf-8"))
    done = subprocess.run(
        ["sed", "-n", script, str(ROOT / "pyproject.toml")], capture_output=True, text=True, check=True, timeout=60
    )
    assert f">={done.stdout.strip()}" == PROJECT["requires-python"]


# --- what the package says of itself ---


def test_the_package_names_no_address_that_the_readme_does_not_name() -> None:
    """Nothing here is invented: a URL in the metadata is one that a reader finds in the README too."""
    readme = (ROOT / "README.md").read_text(encoding="utf-8")
    assert PROJECT["authors"]
    assert [url for url in PROJECT.get("urls", {}).values() if url not in readme] == []
