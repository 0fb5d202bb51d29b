"""The pages that list words are printed from the tables that run, and are current."""

from __future__ import annotations

import importlib.util
import re
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from types import ModuleType

import click
import pytest
from shipped_library import SCENARIOS

from harness.certificates.rules import CERTIFICATE_RULES
from harness.cli.commands import commands
from harness.cli.exits import MEANINGS
from harness.cli.schemas import DOCUMENTS, schema_of
from harness.diagnosis.causes import CAUSES
from harness.diagnosis.explain import MESSAGE_ROWS
from harness.dns.faults import FAULTS
from harness.dns.ownership import KINDS
from harness.dns.walk_words import FINDINGS, NOTES
from harness.lab.certificate_roles import CERTIFICATE_ROLES
from harness.lab.fields import Settings
from harness.lab.setting_rows import setting_rows
from harness.lab.settings import Lab
from harness.report.expressway_log import ROWS
from harness.scenario.steps import STEP_KINDS

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"


def _generator() -> ModuleType:
    sys.path.insert(0, str(DOCS))  # where its neighbours lie, as when it is run
    spec = importlib.util.spec_from_file_location("generate_docs", DOCS / "generate.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


GENERATOR = _generator()
WRITTEN = sorted(
    page.relative_to(DOCS).as_posix()
    for page in DOCS.rglob("*.md")
    if "ritten by docs/generate.py" in page.read_text(encoding="utf-8")
)


@cache
def pages() -> dict[str, str]:
    """Return every page as the tables have it today. A hundred plays are played for it."""
    return GENERATOR.pages()  # type: ignore[no-any-return]


@pytest.mark.parametrize("name", WRITTEN)
def test_a_page_is_what_the_tables_say_today(name: str) -> None:
    assert (DOCS / name).read_text(encoding="utf-8") == pages()[name], "run `make docs`"


def test_the_pages_that_call_themselves_generated_are_those_that_are() -> None:
    assert sorted(pages()) == WRITTEN


def test_every_cause_is_told_and_has_a_page_with_what_to_do() -> None:
    for cause in CAUSES:
        entry = pages()["causes.md"].partition(f"\n## {cause.key}\n")[2].partition("\n## ")[0]
        page = pages()[f"causes/{cause.key}.md"]
        assert cause.title in entry
        assert page.startswith(f"# {cause.title}\n")
        assert f"(causes/{cause.key}.md)" in entry
        assert ("## What to do" in page) == bool(cause.remedies)
        assert all(f"({key}.md)" in page for key in cause.looks_like)
    assert {f"causes/{page.name}" for page in (DOCS / "causes").iterdir()} == {
        name for name in pages() if name.startswith("causes/")
    }


def test_the_page_of_a_cause_that_a_scenario_has_shows_a_run_that_came_to_it() -> None:
    played = {e.cause for scenario in SCENARIOS.values() for e in scenario.expectations.values()}
    assert len(played) > 90
    for cause in CAUSES:
        page = pages()[f"causes/{cause.key}.md"]
        assert ("## A run: " in page) == (cause.key in played)
    page = pages()["causes/mra-on-mutual-port.md"]
    assert "> Expressway-E demands a client certificate on port 5062, and Jabber has none" in page
    assert "ALERT 116 certificate_required: Expressway-E" in page


def test_a_run_tells_of_the_step_that_stopped_alone() -> None:
    page = pages()["causes/mra-on-mutual-port.md"]
    ladder = page.partition("```text\n")[2].partition("```")[0]
    assert "━━ register: Jabber" in ladder
    assert "━━ STOPPED at acceptance" in ladder
    assert "sign-in" not in ladder
    assert not re.search(r"\b[0-9a-f]{16}\b", "".join(pages().values()))


def test_every_setting_is_told() -> None:
    told = pages()["settings.md"]
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
    assert [word for word in words if f"| `{word}` |" not in pages()["names.md"]] == []


def test_every_step_scenario_command_and_exit_code_is_told() -> None:
    assert [kind for kind in STEP_KINDS if f"`{kind.actor}: {kind.verb}`" not in pages()["settings.md"]] == []
    assert [s.name for s in SCENARIOS.values() if f"`{s.name}`" not in pages()["scenarios.md"]] == []
    for name, command in _every_command():
        assert f"## sip-mtls {name}\n" in pages()["commands.md"]
        assert all(option in pages()["commands.md"] for parameter in command.params for option in parameter.opts[:1]
                   if option.startswith("-"))  # fmt: skip
    assert [code for code in MEANINGS if f"\n| {code.value} |" not in pages()["commands.md"]] == []


def _every_command() -> Iterator[tuple[str, click.Command]]:
    for name, command in commands.commands.items():
        yield name, command
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", each) for inner, each in command.commands.items())


def test_every_certificate_rule_and_role_is_told() -> None:
    told = pages()["certificate-rules.md"]
    for rule in CERTIFICATE_RULES:
        entry = told.partition(f"\n## {rule.key}\n")[2].partition("\n## ")[0]
        assert rule.title in entry
        assert "What to do" in entry
        assert f"({GENERATOR.linked(rule.source)})" in entry
    assert [name for name in CERTIFICATE_ROLES if f"| `{name}` |" not in told] == []


def test_every_key_of_every_json_is_told() -> None:
    told = pages()["json.md"]
    for name in DOCUMENTS:
        schema = schema_of(name)
        assert f"\n## {name}\n" in told
        parts = [schema, *(part for part in schema["$defs"].values() if "properties" in part)]
        assert [key for part in parts for key in part["properties"] if f"\n| `{key}` | " not in told] == []


def test_every_message_and_every_line_of_the_log_is_told() -> None:
    told = pages()["messages.md"]
    assert [row.key for row in MESSAGE_ROWS if row.meaning.replace("|", "\\|") not in told] == []
    assert [row.key for row in ROWS if f"| {row.situation} (" not in told] == []


def test_no_template_shows_its_braces() -> None:
    for name, text in pages().items():
        prose = re.sub(r"```.*?```|`[^`]*`", "", text, flags=re.DOTALL)
        assert not re.search(r"\{[a-z_]+\}", prose), name


def test_the_site_has_every_page_in_its_navigation() -> None:
    """`make site` builds it and checks every link; a page that nobody finds from the top would be lost in it."""
    site = (ROOT / "mkdocs.yml").read_text(encoding="utf-8")
    listed = re.findall(r": (\S+\.md)$", site.partition("\nnav:\n")[2], re.MULTILINE)
    pages = [
        *ROOT.glob("*.md"),
        *DOCS.rglob("*.md"),
        *(ROOT / "certs").rglob("*.md"),
        *(ROOT / "examples").rglob("*.md"),
    ]
    names = {page.relative_to(ROOT).as_posix() for page in pages if page.parent != DOCS / "causes"}
    assert listed[0] == "README.md"
    assert sorted(listed) == sorted(names), "name each page once in the `nav` of mkdocs.yml"


CONTRIBUTING = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
_PATH = r"[.\w-]+(?:/[\w.<>-]+)*(?:/|\.(?:py|md|ya?ml))"


def places_that_are_gone(text: str) -> list[str]:
    """Return the paths that a text names and the tree lacks; before a name that is to be chosen its folder counts."""
    paths = [path.partition("<")[0] for path in re.findall(rf"`({_PATH})`", text)]
    return [path for path in paths if not (ROOT / path).exists()]


def names_that_are_gone(text: str) -> list[str]:
    """Return each name that a text says to be of a file that does not have it."""
    said = re.findall(rf"`(\w+)` (?:of|in)\s+`({_PATH})`", text)
    return [f"{name} of {path}" for name, path in said if not _has(ROOT / path, name)]


def _has(path: Path, name: str) -> bool:
    return re.search(rf"\b{name}\b", path.read_text(encoding="utf-8")) is not None


def test_every_place_that_contributing_names_exists() -> None:
    assert len(re.findall(rf"`{_PATH}`", CONTRIBUTING)) > 30
    assert len(re.findall(rf"`\w+` (?:of|in)\s+`{_PATH}`", CONTRIBUTING)) > 10
    assert places_that_are_gone(CONTRIBUTING) == []
    assert names_that_are_gone(CONTRIBUTING) == []


def test_a_place_that_is_gone_is_found() -> None:
    text = "`harness/gone.py`, `harness/gone/<name>.py`, `ROLES` of\n`harness/errors.py`, `docs/`"
    text += " and `Fault` of `harness/errors.py`"
    assert places_that_are_gone(text) == ["harness/gone.py", "harness/gone/"]
    assert names_that_are_gone(text) == ["ROLES of harness/errors.py"]


def test_every_word_of_make_that_contributing_names_exists() -> None:
    words = set(re.findall(r"\bmake ([a-z-]+)(?=`|\s{2,})", CONTRIBUTING))
    assert {"help", "check", "test", "docs", "golden", "site"} <= words
    makefile = (ROOT / "Makefile").read_text(encoding="utf-8")
    assert [word for word in words if f"\n{word}:" not in makefile] == []


def test_no_link_leads_nowhere() -> None:
    texts = [*ROOT.glob("*.md"), *DOCS.rglob("*.md"), *(ROOT / "examples").rglob("*.md")]
    links = [(page, link) for page in texts for link in _links(page)]
    assert len(links) > 500
    for page, link in links:
        name, _, anchor = link.partition("#")
        target = (page.parent / name).resolve() if name else page
        assert target.exists(), f"{page}: {link}"
        assert not anchor or anchor in _anchors(target), f"{page}: {link}"


def _links(page: Path) -> list[str]:
    prose = re.sub(r"```.*?```|`[^`]*`", "", page.read_text(encoding="utf-8"), flags=re.DOTALL)
    return [link for link in re.findall(r"\]\(([^)\s]+)\)", prose) if "://" not in link]


@cache
def _anchors(page: Path) -> frozenset[str]:
    """Return the anchors of a page: those of its headings, as hosts of Markdown make them, and those it sets itself."""
    text = page.read_text(encoding="utf-8")
    headings = re.findall(r"^#+ (.*)$", text, re.MULTILINE)
    own = re.findall(r'<a id="([^"]+)"></a>', text)
    return frozenset([*own, *(re.sub(r"[^\w -]", "", heading.lower()).replace(" ", "-") for heading in headings)])


def test_every_row_of_a_table_has_as_many_cells_as_its_head() -> None:
    for text in pages().values():
        for table in re.findall(r"(?:^\|.*\n)+", text, re.MULTILINE):
            assert len({len(re.findall(r"(?<!\\)\|", line)) for line in table.splitlines()}) == 1, table


def test_a_stale_page_is_told_by_a_diff_and_a_code(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(GENERATOR, "FOLDER", tmp_path)
    monkeypatch.setattr(GENERATOR, "pages", pages)

    stale, said = GENERATOR.main(["--check"]), capsys.readouterr().out
    written, checked = GENERATOR.main([]), GENERATOR.main(["--check"])

    assert (stale, written, checked, GENERATOR.main(["--chek"])) == (1, 0, 0, 2)
    assert "+++ docs/causes.md as it should be" in said
    assert {page.relative_to(tmp_path).as_posix() for page in tmp_path.rglob("*.md")} == set(pages())


def test_the_pages_are_made_by_one_command() -> None:
    command = [sys.executable, str(DOCS / "generate.py"), "--chek"]  # what it writes is compared above
    done = subprocess.run(command, capture_output=True, text=True, check=False, timeout=120, cwd=ROOT)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", "usage: python docs/generate.py [--check]\n")
