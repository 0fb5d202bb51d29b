"""A ladder as a PlantUML sequence diagram.

Every character that PlantUML, its preprocessor or its Creole markup could take for their own is written as
`<U+0025>`, so that a stranger's header stays a label: no line, directive, function call or link can come out of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.report.ladder.labels import LINE_WIDTH, label_lines
from harness.report.ladder.marks import Arrow, Heading, Ladder, Mark, Note

_ACTS = re.compile(r"[^A-Za-z0-9 .,()/@=+?:_-]|(?<=([./@=+?:_-]))\1|^[=:_-]|[=:_-]$")
"""What acts alone, and what acts doubled or at an end, such as `--`, `//` and `==`."""
_ARROWS = {(False, False): "->", (True, False): "-->", (False, True): "->x", (True, True): "-->x"}
_WHOLE_WIDTH = 2 * LINE_WIDTH


def ladder_as_plantuml(ladder: Ladder, title: str) -> str:
    """Return a diagram in ASCII: solid arrows in clear, dashed ones encrypted, a cross where nobody read it."""
    return (
        "\n".join(["@startuml", f"title {_label(title, width=_WHOLE_WIDTH)}", *_Diagram(ladder).lines(), "@enduml"])
        + "\n"
    )


class _Diagram:
    def __init__(self, ladder: Ladder) -> None:
        self._ladder = ladder
        self._names = {line.actor: f"a{place}" for place, line in enumerate(ladder.lifelines)}

    def lines(self) -> Iterator[str]:
        for line in self._ladder.lifelines:
            yield f'participant "{_label(line.name)}" as {self._names[line.actor]}'
        if not self._names:
            yield 'participant "Lab" as a0'
        for mark in self._ladder.marks:
            yield self._mark(mark)

    def _mark(self, mark: Mark) -> str:
        match mark:
            case Heading(text=text):
                return f"== {_label(text, width=_WHOLE_WIDTH)} =="
            case Arrow(sender=sender, receiver=receiver, label=label) if sender != receiver:
                arrow = _ARROWS[mark.encrypted, mark.lost]
                return f"{self._names[sender]} {arrow} {self._names[receiver]} : {_label(label)}"
            case Arrow(sender=actor, label=text) | Note(actor=actor, text=text):
                return f"note over {self._names[actor]} : {_label(text)}"


def _label(text: str, *, width: int = LINE_WIDTH) -> str:
    return r"\n".join(_ACTS.sub(_code, line) for line in label_lines(text, width=width))


def _code(found: re.Match[str]) -> str:
    return f"<U+{ord(found.group()):04X}>"
