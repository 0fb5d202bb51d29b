"""The pages that list words are printed from the tables that run, and are current."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from types import ModuleType

import click
import pytest

from harness.cli.commands import commands
from harness.cli.exits import MEANINGS
from harness.dns.ownership import KINDS
from harness.dns.server.faults import FAULTS
from harness.dns.walk.words import FINDINGS, NOTES
from harness.judge.causes import CAUSES
from harness.lab.certificate_rules import CERTIFICATE_ROLES, CERTIFICATE_RULES
from harness.lab.fields import Settings
from harness.lab.settings import Lab
from harness.lab.table import setting_rows
from harness.run.library import Library
from harness.scenario.steps import STEP_KINDS

DOCS = Path(__file__).parents[1] / "docs"


def _generator() -> ModuleType:
    spec = importlib.util.spec_from_file_location("generate_docs", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = _generator()
PAGES: dict[str, str] = GENERATOR.pages()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_what_the_tables_say_today(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == PAGES[name], "run `make docs`"


def test_every_cause_is_told_with_what_to_do() -> None:
    for cause in CAUSES:
        entry = PAGES["causes.md"].partition(f"\n## {cause.key}\n")[2].partition("\n## ")[0]
        assert cause.title in entry
        assert ("What to do" in entry) == bool(cause.remedies)
        assert all(f"(#{key})" in entry for key in cause.looks_like)


def test_every_setting_is_told() -> None:
    told = PAGES["settings.md"]
    for row in setting_rows():
        group, _, key = row.path.rpartition(".")
        assert f"| `{row.path}` |" in told or (group.endswith("certificate") and f"| `{key}` |" in told), row.path


def test_the_keys_of_every_list_of_settings_are_told() -> None:
    groups = {type(value) for value in _groups(Lab())}
    listed = {model for model in Settings.__subclasses__() if model.__module__.startswith("harness.lab.")} - groups
    assert listed
    assert listed <= {model for model, _ in GENERATOR.PARTS.values()}


def _groups(model: Settings) -> Iterator[Settings]:
    """Yield every group of settings, the lab among them: their members have rows of their own."""
    yield model
    for name in type(model).model_fields:
        value = getattr(model, name)
        if isinstance(value, Settings):
            yield from _groups(value)


def test_every_word_of_dns_is_told() -> None:
    words = [*FAULTS, *NOTES, *FINDINGS, *KINDS]
    assert [word for word in words if f"| `{word}` |" not in PAGES["names.md"]] == []


def test_every_step_scenario_command_and_exit_code_is_told() -> None:
    assert [kind for kind in STEP_KINDS if f"`{kind.actor}: {kind.verb}`" not in PAGES["settings.md"]] == []
    assert [s.name for s in Library().scenarios(()) if f"`{s.name}`" not in PAGES["scenarios.md"]] == []
    for name, command in _every_command():
        assert f"## sip-mtls {name}\n" in PAGES["commands.md"]
        assert all(option in PAGES["commands.md"] for parameter in command.params for option in parameter.opts[:1]
                   if option.startswith("-"))  # fmt: skip
    assert [code for code in MEANINGS if f"\n| {code.value} |" not in PAGES["commands.md"]] == []


def _every_command() -> Iterator[tuple[str, click.Command]]:
    for name, command in commands.commands.items():
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", each) for inner, each in command.commands.items())


def test_every_certificate_rule_and_role_is_told() -> None:
    told = PAGES["certificate-rules.md"]
    for rule in CERTIFICATE_RULES:
        entry = told.partition(f"\n## {rule.key}\n")[2].partition("\n## ")[0]
        assert rule.title in entry
        assert "What to do" in entry
        assert rule.source in entry
    assert [name for name in CERTIFICATE_ROLES if f"| `{name}` |" not in told] == []


def test_no_template_shows_its_braces_and_no_link_leads_nowhere() -> None:
    for name, text in PAGES.items():
        prose = re.sub(r"`[^`]*`", "", text)
        assert not re.search(r"\{[a-z_]+\}", prose), name
        for page, anchor in re.findall(r"\]\(([a-z.]*)#([a-z0-9-]+)\)", text):
            assert f"\n## {anchor}\n" in PAGES[page or name]


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    for text in PAGES.values():
        for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1, table


def test_a_stale_page_is_told_by_a_diff_and_a_code(tmp_path: Path) -> None:
    (tmp_path / "generate.py").write_text((DOCS / "generate.py").read_text(encoding="utf-8"), encoding="utf-8")

    stale, written, checked = (_run(tmp_path, *words) for words in (("--check",), (), ("--check",)))

    assert (stale.returncode, written.returncode, checked.returncode) == (1, 0, 0)
    assert "+++ docs/causes.md as it should be" in stale.stdout
    assert {page.name for page in tmp_path.glob("*.md")} == set(PAGES)


def _run(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, str(folder / "generate.py"), *words]
    return subprocess.run(command, capture_output=True, text=True, check=False, timeout=60)
