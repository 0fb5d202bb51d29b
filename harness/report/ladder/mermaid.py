"""A ladder as a Mermaid sequence diagram, which GitHub, GitLab and many wikis draw.

Every character that Mermaid could take for its own is written as a character entity (`#59;` is a semicolon), so
that a stranger's header stays a label: no line, arrow, comment or directive can come out of it.
"""

from __future__ import annotations

import re

from harness.report.ladder.labels import LINE_WIDTH, label_lines
from harness.report.ladder.marks import Ladder
from harness.report.ladder.sequence import sequence

_ACTS = re.compile(r"[^A-Za-z0-9 .,()/@=+?'!*:_-]")
# Mermaid looks for these words all over a line before it reads it (measured with 11.17), the first two to drop a
# semicolon, the last to wrap the text; their first letter as an entity hides them.
_WORDS = re.compile(r"style|classDef|^(no)?wrap(?=:)", re.IGNORECASE)
_ARROWS = {(False, False): "->>", (True, False): "-->>", (False, True): "-x", (True, True): "--x"}


def ladder_as_mermaid(ladder: Ladder) -> str:
    """Return a diagram in ASCII: solid arrows in clear, dashed ones encrypted, a cross where nobody read it."""
    return "\n".join(["sequenceDiagram", *(f"    {line}" for line in sequence(ladder, _Mermaid()))]) + "\n"


class _Mermaid:
    def label(self, text: str, *, width: int = LINE_WIDTH) -> str:
        return "<br/>".join(map(_harmless, label_lines(text, width=width)))

    def lifeline(self, name: str, label: str) -> str:
        return f"participant {name} as {label}"

    def arrow(self, ends: tuple[str, str], label: str, *, encrypted: bool, lost: bool) -> str:
        return f"{ends[0]}{_ARROWS[encrypted, lost]}{ends[1]}: {label}"

    def note(self, name: str, label: str) -> str:
        return f"Note over {name}: {label}"

    def heading(self, ends: tuple[str, str], label: str) -> str:
        return f"Note over {','.join(dict.fromkeys(ends))}: {label}"


def _harmless(line: str) -> str:
    hidden = _WORDS.sub(lambda word: f"\0{word.group()}", line)
    return re.sub("\0(.)", lambda held: _entity(held.group(1)), _ACTS.sub(_acting, hidden))


def _acting(found: re.Match[str]) -> str:
    return found.group() if found.group() == "\0" else _entity(found.group())


def _entity(character: str) -> str:
    return f"#{ord(character)};"
