"""PlantUML and Mermaid themselves read our diagrams, also those with a stranger's tricks in every label."""

from __future__ import annotations

import json
import shutil
import subprocess
from collections.abc import Callable
from functools import cache

import pytest

from harness.report.ladder import Arrow, Heading, Ladder, Lifeline, Note
from harness.report.ladder.mermaid import ladder_as_mermaid
from harness.report.ladder.plantuml import ladder_as_plantuml

pytestmark = pytest.mark.interop

TRICKS = (
    "", "a; b->>c: boo", "%%{init: {'theme': 'dark'}}%%", "wrap: x", "nowrap: x", "style a:b#c;d", "classDef x:#;",
    "x\nNote over a0: y", "```", "<script>alert(1)</script>", '%getenv("PATH")', "!include /etc/passwd", "end", "loop",
    "[[http://evil.example here]]", "@enduml", "** // -- __ ~~ ==", "\\n", "#35;", "$$x^2$$", "&lt;", "...", "{}", ":",
    "é✓",
)  # fmt: skip
LADDER = Ladder(
    tuple(Lifeline(f"actor {place}", text) for place, text in enumerate(TRICKS)),
    tuple(
        mark
        for text in TRICKS
        for mark in (
            Arrow("actor 0", "actor 3", text),
            Arrow("actor 3", "actor 0", text, encrypted=True, lost=True),
            Note("actor 1", text),
            Heading(text),
        )
    ),
)

_READS_MERMAID = """
const {pathToFileURL} = require('node:url');
(async () => {
  const mermaid = (await import(pathToFileURL(require.resolve('mermaid')))).default;
  mermaid.initialize({});
  await mermaid.parse('sequenceDiagram');
  const text = require('node:fs').readFileSync(0, 'utf8');
  const diagram = await mermaid.mermaidAPI.getDiagramFromText(text);
  console.log(JSON.stringify([diagram.db.getActorKeys().length, diagram.db.getMessages().length]));
})();
"""


@cache
def _lacks_mermaid() -> bool:
    if shutil.which("node") is None:
        return True
    found = subprocess.run(["node", "-e", "require.resolve('mermaid')"], capture_output=True, check=False, timeout=60)
    return found.returncode != 0


def _needs(absent: Callable[[], bool], reason: str) -> pytest.MarkDecorator:
    return pytest.mark.skipif(absent(), reason=reason)


@_needs(lambda: shutil.which("plantuml") is None, "plantuml is not installed")
def test_plantuml_finds_every_lifeline_and_no_fault() -> None:
    text = ladder_as_plantuml(LADDER, " ".join(TRICKS))
    done = subprocess.run(["plantuml", "-syntax"], input=text, capture_output=True, text=True, check=False, timeout=120)
    assert done.stdout.split("\n")[:2] == ["SEQUENCE", f"({len(LADDER.lifelines)} participants)"]


# .ci/run fetches the package where there is npm; only without npm may CI skip this.
_BY_NPM = pytest.mark.interop if shutil.which("npm") else pytest.mark.may_skip("there is no npm")


@_BY_NPM
@_needs(_lacks_mermaid, "Mermaid's npm package is nowhere on NODE_PATH")
def test_mermaid_finds_every_lifeline_and_every_mark() -> None:
    done = subprocess.run(
        ["node", "-e", _READS_MERMAID],
        input=ladder_as_mermaid(LADDER),
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    )
    assert json.loads(done.stdout) == [len(LADDER.lifelines), len(LADDER.marks)]
