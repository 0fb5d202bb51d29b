"""YAML text that remembers where everything in it stands (YAML 1.2 by ruamel.yaml; libraries.md 7)."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

from ruamel.yaml import YAML
from ruamel.yaml.comments import CommentedMap, CommentedSeq
from ruamel.yaml.error import MarkedYAMLError

from harness.errors import Fault, ScenarioError

SIZE_LIMIT: Final = 1_000_000
"""Characters of a text; each file of certs/ takes a hundredth of it."""

DEPTH_LIMIT: Final = 20
"""Levels of nesting; the time ruamel takes grows with the cube of them (measured: 4 s for 500)."""


@dataclass(frozen=True, slots=True)
class Document:
    """A parsed text: the `file` that faults name and its `content`, nested mappings and sequences."""

    file: str
    content: Any

    def fault_at_value(self, path: Sequence[object], message: str, hint: str = "") -> Fault:
        """Return a fault at the value that the keys in `path` lead to, or as near as the text goes."""
        line, column = self._place(path)[-2:]
        return Fault(self.file, line + 1, column + 1, message, hint)

    def fault_at_key(self, path: Sequence[object], message: str, hint: str = "") -> Fault:
        """Return a fault at the last key in `path`, or as near as the text goes."""
        line, column = self._place(path)[:2]
        return Fault(self.file, line + 1, column + 1, message, hint)

    def _place(self, path: Sequence[object]) -> list[int]:
        """Return line and column, from 0, of the last step that is there: its key's, then its value's."""
        node, place = self.content, [0, 0]
        for step in path:
            known = node.lc.data if isinstance(node, CommentedMap | CommentedSeq) else None
            if not known or step not in known:
                break
            node, place = node[step], known[step]
        return place


def parse(file: str, text: str) -> Document:
    """Return the parsed text; ScenarioError where it is too long or deep, not YAML, or has a key twice."""
    if len(text) > SIZE_LIMIT:
        raise ScenarioError([Fault(file, 0, 0, f"longer than {SIZE_LIMIT} characters")])
    reader = YAML(typ="rt", pure=True)
    reader.max_depth = DEPTH_LIMIT
    try:
        return Document(file, reader.load(text))
    except MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line, column = (mark.line + 1, mark.column + 1) if mark else (0, 0)
        raise ScenarioError([Fault(file, line, column, str(error.problem or error.context))]) from None
    except Exception as error:  # ruamel lets TypeError, ValueError and more out for odd tags (measured)
        raise ScenarioError([Fault(file, 0, 0, f"not readable as YAML: {error}")]) from None
