"""Whatever cites the domain reference or a page of docs/ leads somewhere: sources, rows, docstrings, comments."""

from __future__ import annotations

import ast
import io
import re
import sys
import tokenize
from collections import Counter
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest
from shipped_library import SCENARIOS

from harness.certificates.rules import CERTIFICATE_RULES
from harness.diagnosis.causes import CAUSES
from harness.diagnosis.explain import MESSAGE_ROWS
from harness.dns.ownership import KINDS
from harness.dns.walk_words import FINDINGS, NOTES
from harness.lab.releases import RELEASES
from harness.lab.setting_rows import setting_rows
from harness.lab.uploads import UPLOAD_RULES
from harness.report.expressway_log import ROWS
from harness.x509.name_rules import POLICIES

ROOT = Path(__file__).parents[1]
DOCS = ROOT / "docs"
sys.path.insert(0, str(DOCS))  # as docs/generate.py has it when it is run

from citations import LETTERED, keys_of, place_of  # noqa: E402  # it lies beside the pages

MARKS = {"seed", "measured", "inferred", "inferred M", "limit"}
"""The words beside keys; docs/domain.md, "Marks", says what they mean."""

_RFC = re.compile(r"(?:RFC|rfc) (\d{4})(?: sections? [\d.]+(?: and [\d.]+)?| [\d.]+)?")
_NUMBER = re.compile(r"\d{1,2}(?:\.\d{1,2})?")
_SECTION = re.compile(r"\bdomain\.md,?\s+(?:sections?\s+)?(\d+(?:\.\d+)?)(?:,? (?:and )?(\d+\.\d+))*")
_HEADING = re.compile(r"\b([\w-]+\.md),\s+\"([^\"]+)\"")
_PAGE = re.compile(r"(?<![\w/.*-])(?<!--mermaid )(?:\.\./)*((?:[\w-]+/)*[\w-]+\.md)\b")
_NAMED = re.compile(r"\b(?:trap|pain|row)s?\s+([A-Z]{1,2}-?\d+)\b")

PAGES = {path.relative_to(DOCS).as_posix(): path.read_text("utf-8") for path in DOCS.rglob("*.md")}
PLACES = {f"{page}#{anchor}" for page, text in PAGES.items() for anchor in re.findall(r'<a id="([^"]+)"></a>', text)}


def leads(key: str) -> bool:
    """Whether a key leads to an anchor of the reference."""
    try:
        return place_of(key) in PLACES
    except KeyError:
        return False


# --- what is cited by fields ---


def sources() -> Iterator[tuple[str, str]]:
    """Yield what cites, and its source, of every table whose rows have one."""
    yield from ((f"setting {row.path}", row.source) for row in setting_rows())
    yield from ((f"cause {cause.key}", cause.source) for cause in CAUSES)
    yield from ((f"certificate rule {rule.key}", rule.source) for rule in CERTIFICATE_RULES)
    yield from ((f"upload rule {rule.key}", rule.source) for rule in UPLOAD_RULES)
    yield from ((f"message {message.key}", message.source) for message in MESSAGE_ROWS)
    yield from ((f"log line {line.key}", line.source) for line in ROWS)
    yield from ((f"release {release.name}", release.source) for release in RELEASES.values())
    yield from ((f"policy {policy.name}", policy.source) for policy in POLICIES.values())
    for words in (NOTES, FINDINGS, KINDS):
        yield from ((f"word {word}", meaning.source) for word, meaning in words.items())
    for scenario in SCENARIOS.values():
        yield f"scenario {scenario.name}", ", ".join((*scenario.source, *([scenario.row] if scenario.row else [])))


def loose_parts(source: str) -> list[str]:
    """Return the parts of a source that are neither a key that leads somewhere, nor a known RFC, nor a mark."""
    return [part for part in source.split(", ") if part and not _is_known(part)]


def _is_known(part: str) -> bool:
    if rfc := _RFC.fullmatch(part):
        return f"| RFC {rfc[1]} |" in PAGES["domain/sources.md"]
    return part in MARKS or ((LETTERED.fullmatch(part) or _NUMBER.fullmatch(part)) is not None and leads(part))


def test_every_source_of_a_table_and_of_a_scenario_leads_somewhere() -> None:
    cited = list(sources())
    assert len(cited) > 600
    assert [(what, source, loose) for what, source in cited if (loose := loose_parts(source))] == []


def test_the_generated_pages_link_the_keys_of_a_source() -> None:
    for cause in CAUSES:
        told = PAGES[f"causes/{cause.key}.md"]
        assert [key for key in keys_of(cause.source) if f"[{key}](../{place_of(key)})" not in told] == []


@pytest.mark.parametrize(
    ("source", "loose"),
    [
        ("C2, X10, 5.1, RFC 5922 sections 7.1 and 7.2, rfc 8446 4.1.3, inferred M", []),
        ("B02, X99", ["X99"]),
        ("11.2", ["11.2"]),
        ("225482", ["225482"]),
        ("domain.md 5.1", ["domain.md 5.1"]),
        ("RFC 9999", ["RFC 9999"]),
        ("guessed", ["guessed"]),
    ],
)
def test_a_source_that_leads_nowhere_is_found(source: str, loose: list[str]) -> None:
    assert loose_parts(source) == loose


# --- what is cited in words ---


@cache
def texts() -> list[tuple[str, str]]:
    """Return the texts that people read, by file name."""
    return list(_texts())


def _texts() -> Iterator[tuple[str, str]]:
    """Yield the texts that people read: of tests their comments and docstrings alone, whose strings are made up."""
    for folder in ("harness", "scenarios", "certs", "docs", "tests", "benchmarks", "examples", "."):
        paths = (ROOT / folder).glob("*") if folder == "." else (ROOT / folder).rglob("*")
        for path in sorted(paths):
            name = path.relative_to(ROOT).as_posix()
            if path.suffix in {".yaml", ".md"} or (path.suffix == ".py" and not name.startswith("tests/")):
                yield name, path.read_text("utf-8")
            elif path.suffix == ".py" and path.name != Path(__file__).name:
                yield name, "\n".join(_said(path.read_text("utf-8")))


def _said(source: str) -> Iterator[str]:
    """Yield the comments and the docstrings of a module."""
    for token in tokenize.generate_tokens(io.StringIO(source).readline):
        if token.type == tokenize.COMMENT:
            yield token.string
    for node in ast.walk(ast.parse(source)):
        match node:
            case ast.Expr(value=ast.Constant(value=str(text))):
                yield text


def loose_ends(text: str) -> Iterator[str]:
    """Yield what a text cites and is not there: keys, sections, headings and pages."""
    prose = " ".join(text.replace("\n#", "\n").split())
    named = [found[1] for found in _NAMED.finditer(prose)]
    yield from (key for key in dict.fromkeys([*LETTERED.findall(prose), *named]) if not leads(key))
    for found in _SECTION.finditer(prose):
        yield from (
            f"domain.md {number}" for number in _NUMBER.findall(found[0].partition(".md")[2]) if not leads(number)
        )
    for page, heading in _HEADING.findall(prose):
        if not re.search(rf"^#+ {re.escape(heading)}$", PAGES.get(page, ""), re.MULTILINE):
            yield f'{page}, "{heading}"'


def missing_pages(text: str) -> Iterator[str]:
    """Yield the Markdown files that a text names and the repository does not have."""
    for page in dict.fromkeys(_PAGE.findall(text)):
        if not any(f"/{each}".endswith(f"/{page}") for each in _markdown()):
            yield page


@cache
def _markdown() -> list[str]:
    """Return the Markdown files of the repository."""
    folders = ("docs", "certs", "examples")
    paths = [*ROOT.glob("*.md"), *(path for folder in folders for path in (ROOT / folder).rglob("*.md"))]
    return [path.relative_to(ROOT).as_posix() for path in paths]


def test_every_key_in_words_leads_somewhere() -> None:
    found = [(name, loose) for name, text in texts() for loose in loose_ends(text)]
    assert found == []


def test_every_page_in_words_is_there() -> None:
    found = [(name, page) for name, text in texts() for page in missing_pages(text)]
    assert found == []


@pytest.mark.parametrize(
    ("text", "loose"),
    [
        ("fine (domain.md 5.1, X8), row M18, trap X24, X12.6 and Root G2", []),
        ("as domain.md section 4 and\n# X1 say", []),
        ('(architecture.md, "TLS engine")', []),
        ("(domain.md 5.9)", ["domain.md 5.9"]),
        ("(domain.md 5.1, 11.2)", ["domain.md 11.2"]),
        ("(domain.md\n    section 11)", ["domain.md 11"]),
        ("a trap (X99)", ["X99"]),
        ("row M7 and trap X100", ["M7", "X100"]),
        ('(architecture.md, "Old gear")', ['architecture.md, "Old gear"']),
    ],
)
def test_what_is_cited_in_words_and_is_not_there_is_found(text: str, loose: list[str]) -> None:
    assert list(loose_ends(text)) == loose


@pytest.mark.parametrize(("text", "gone"), [("nowhere.md 1", ["nowhere.md"]), ("see docs/domain.md", [])])
def test_a_page_that_is_not_there_is_found(text: str, gone: list[str]) -> None:
    assert list(missing_pages(text)) == gone


# --- the reference itself ---


def test_every_key_has_one_anchor() -> None:
    """A row that is played now has one in two tables of the catalogue: take it out of those that are not played."""
    anchors = [anchor for text in PAGES.values() for anchor in re.findall(r'<a id="([^"]+)"></a>', text)]
    assert [anchor for anchor, times in Counter(anchors).items() if times > 1] == []


def test_the_index_leads_to_every_page_of_the_reference() -> None:
    pages = [page for page in PAGES if page.startswith("domain/")]
    assert len(pages) == 10
    assert [page for page in pages if f"]({page})" not in PAGES["domain.md"]] == []


def test_every_section_and_every_key_stands_under_its_own_anchor() -> None:
    """An anchor beside another key would lead a reader to the wrong place."""
    for page, text in PAGES.items():
        for anchor, follows in re.findall(r'<a id="([^"]+)"></a>(?:\n+<a id="[^"]+"></a>)*\n*(?:#+ )?(\S+)', text):
            if anchor.isdigit():
                assert text.startswith(f"# {anchor} "), f"{page}: {anchor}"
            else:
                assert follows.lower() == anchor, f"{page}: {anchor} before {follows}"


def test_no_key_is_left_out_of_a_family() -> None:
    """X1 to X34 and so on: the index promises them all."""
    last = {"X": 34, "A": 11, "C": 25, "E": 20, "L": 15}
    for letter, highest in last.items():
        assert [key for number in range(1, highest + 1) if not leads(key := f"{letter}{number}")] == []
        assert f"`{letter}1` to `{letter}{highest}`" in PAGES["domain.md"]
        assert not leads(f"{letter}{highest + 1}")
