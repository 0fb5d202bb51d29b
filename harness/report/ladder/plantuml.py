"""A ladder as a PlantUML sequence diagram.

Every character that PlantUML, its preprocessor or its Creole markup could take for their own is written as
`<U+0025>`, so that a stranger's header stays a label: no line, directive, function call or link can come out of it.
"""

from __future__ import annotations

import re

from harness.report.ladder.labels import LINE_WIDTH, label_lines
from harness.report.ladder.marks import Ladder
from harness.report.ladder.sequence import sequence

_ACTS = re.compile(r"[^A-Za-z0-9 .,()/@=+?:_-]|(?<=([./@=+?:_-]))\1|^[=:_-]|[=:_-]$")
"""What acts alone, and what acts doubled or at an end, such as `--`, `//` and `==`."""
_ARROWS = {(False, False): "->", (True, False): "-->", (False, True): "->x", (True, True): "-->x"}


def ladder_as_plantuml(ladder: Ladder, title: str) -> str:
    """Return a diagram in ASCII: solid arrows in clear, dashed ones encrypted, a cross where nobody read it."""
    language = _PlantUml()
    head = "@startuml", f"title {language.label(title, width=2 * LINE_WIDTH)}"
    return "\n".join([*head, *sequence(ladder, language), "@enduml"]) + "\n"


class _PlantUml:
    def label(self, text: str, *, width: int = LINE_WIDTH) -> str:
        return r"\n".join(_ACTS.sub(_code, line) for line in label_lines(text, width=width))

    def lifeline(self, name: str, label: str) -> str:
        return f'participant "{label}" as {name}'

    def arrow(self, ends: tuple[str, str], label: str, *, encrypted: bool, lost: bool) -> str:
        return f"{ends[0]} {_ARROWS[encrypted, lost]} {ends[1]} : {label}"

    def note(self, name: str, label: str) -> str:
        return f"note over {name} : {label}"

    def heading(self, ends: tuple[str, str], label: str) -> str:  # noqa: ARG002  # it lies across all by itself
        return f"== {label} =="


def _code(found: re.Match[str]) -> str:
    return f"<U+{ord(found.group()):04X}>"
