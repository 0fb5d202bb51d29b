"""A ladder as a Mermaid sequence diagram, which GitHub, GitLab and many wikis draw.

Every character that Mermaid could take for its own is written as a character entity (`#59;` is a semicolon), so
that a stranger's header stays a label: no line, arrow, comment or directive can come out of it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.report.ladder.labels import LINE_WIDTH, label_lines
from harness.report.ladder.marks import Arrow, Heading, Ladder, Mark, Note

_ACTS = re.compile(r"[^A-Za-z0-9 .,()/@=+?'!*:_-]")
# Mermaid looks for these words all over a line before it reads it (measured with 11.17), the first two to drop a
# semicolon, the last to wrap the text; their first letter as an entity hides them.
_WORDS = re.compile(r"style|classDef|^(no)?wrap(?=:)", re.IGNORECASE)
_ARROWS = {(False, False): "->>", (True, False): "-->>", (False, True): "-x", (True, True): "--x"}
_WHOLE_WIDTH = 2 * LINE_WIDTH


def ladder_as_mermaid(ladder: Ladder) -> str:
    """Return a diagram in ASCII: solid arrows in clear, dashed ones encrypted, a cross where nobody read it."""
    return "\n".join(["sequenceDiagram", *(f"    {line}" for line in _Diagram(ladder).lines())]) + "\n"


class _Diagram:
    def __init__(self, ladder: Ladder) -> None:
        self._ladder = ladder
        self._names = {line.actor: f"a{place}" for place, line in enumerate(ladder.lifelines)}

    def lines(self) -> Iterator[str]:
        for line in self._ladder.lifelines:
            yield f"participant {self._names[line.actor]} as {_label(line.name)}"
        if not self._names:
            self._names = {"": "a0"}
            yield "participant a0 as Lab"
        for mark in self._ladder.marks:
            yield self._mark(mark)

    def _mark(self, mark: Mark) -> str:
        match mark:
            case Heading(text=text):
                ends = dict.fromkeys([*self._names.values()][:: max(1, len(self._names) - 1)])
                return f"Note over {','.join(ends)}: {_label(text, width=_WHOLE_WIDTH)}"
            case Arrow(sender=sender, receiver=receiver, label=label) if sender != receiver:
                arrow = _ARROWS[mark.encrypted, mark.lost]
                return f"{self._names[sender]}{arrow}{self._names[receiver]}: {_label(label)}"
            case Arrow(sender=actor, label=text) | Note(actor=actor, text=text):
                return f"Note over {self._names[actor]}: {_label(text)}"


def _label(text: str, *, width: int = LINE_WIDTH) -> str:
    return "<br/>".join(map(_harmless, label_lines(text, width=width)))


def _harmless(line: str) -> str:
    hidden = _WORDS.sub(lambda word: f"\0{word.group()}", line)
    return re.sub("\0(.)", lambda held: _entity(held.group(1)), _ACTS.sub(_acting, hidden))


def _acting(found: re.Match[str]) -> str:
    return found.group() if found.group() == "\0" else _entity(found.group())


def _entity(character: str) -> str:
    return f"#{ord(character)};"
