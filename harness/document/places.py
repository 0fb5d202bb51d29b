"""A YAML document as plain values, with the place of each, into which every fault points."""

from __future__ import annotations

import collections.abc
import re
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from harness.document.nodes import MAX_DEPTH, Mapping, Node, Scalar, Sequence
from harness.errors import Fault, ScenarioError

Path: TypeAlias = tuple[str | int, ...]

MAX_VALUES = 100_000
"""Values in a file once its aliases are copied out: the end of an alias bomb."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where a value stands and where its key does: lines and columns from 1. A list item is its own key."""

    value: tuple[int, int]
    key: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Document:
    """One YAML file: `data` is made of dict, list, str, int, float, bool and None; keys are always text.

    `text` is the file as it was written.
    """

    file: str
    data: Any
    places: collections.abc.Mapping[Path, Place]
    text: str = field(default="", repr=False)

    def position(self, path: collections.abc.Sequence[str | int], *, of_key: bool = False) -> tuple[int, int]:
        """Return (line, column) of the value at `path`, or of the nearest value above it that exists."""
        place = self.places[self.existing(path)]
        return place.key if of_key else place.value

    def fault(
        self, path: collections.abc.Sequence[str | int], message: str, hint: str = "", *, of_key: bool = False
    ) -> Fault:
        """Return a fault at that place."""
        return Fault(self.file, *self.position(path, of_key=of_key), message, hint)

    def position_within(
        self, path: collections.abc.Sequence[str | int], line: int, column: int, words: str
    ) -> tuple[int, int]:
        """Return (line, column) in the file of a place inside the block of text at `path`.

        `line` and `column` count from 1 in the block; `words` is that line of it, without the block's indentation.
        """
        first, _ = self.position(path)
        written = self.text.splitlines()[first + line - 1 : first + line]
        indentation = len(written[0]) - len(words) if written and written[0].endswith(words) else 0
        return first + line, indentation + column

    def existing(self, path: collections.abc.Sequence[str | int]) -> Path:
        """Return the part of `path` that leads through this document.

        Elements that lead nowhere are passed over, not the end: an error path of pydantic contains the tags
        of its unions between the keys (measured).
        """
        walked: Path = ()
        for element in path:
            if (*walked, element) in self.places:
                walked = (*walked, element)
        return walked


_PLAIN_VALUES: tuple[tuple[re.Pattern[str], Any], ...] = (
    (re.compile(r"~|null|Null|NULL|"), lambda _: None),
    (re.compile(r"true|True|TRUE"), lambda _: True),
    (re.compile(r"false|False|FALSE"), lambda _: False),
    (re.compile(r"[-+]?[0-9]{1,4000}"), int),
    (re.compile(r"0o[0-7]{1,100}"), lambda text: int(text, 8)),
    (re.compile(r"0x[0-9a-fA-F]{1,100}"), lambda text: int(text, 16)),
    (re.compile(r"[-+]?(\.[0-9]+|[0-9]+(\.[0-9]*)?)([eE][-+]?[0-9]+)?"), float),
    (re.compile(r"[-+]?\.(inf|Inf|INF)"), lambda text: float(text.replace(".", ""))),
    (re.compile(r"\.(nan|NaN|NAN)"), lambda _: float("nan")),
)
"""The core schema of YAML 1.2.2, section 10.3.2: `on`, `12:30` and dates stay text, 012 is twelve."""


@dataclass(slots=True)
class PlaceReader:
    """Turns the tree of one file into values and notes where each one stands; used once."""

    file: str
    places: dict[Path, Place] = field(default_factory=dict)

    def read(self, node: Node, path: Path = (), key: Node | None = None) -> Any:
        """Return the value of `node`, which stands at `path`; ScenarioError where there is too much."""
        self.places[path] = _place(node, key or node)
        if len(self.places) > MAX_VALUES or len(path) > MAX_DEPTH:
            raise ScenarioError([Fault(self.file, *node.start, *_TOO_MUCH)])
        match node:
            case Mapping(pairs=pairs):
                return {name.text: self.read(held, (*path, name.text), name) for name, held in pairs}
            case Sequence(items=items):
                return [self.read(held, (*path, index)) for index, held in enumerate(items)]
            case Scalar():
                return _plain_value(node.text) if node.plain else node.text


def _place(node: Node, key: Node) -> Place:
    """Return where a value stands; nothing at all stands where its key does (YAML marks the next token)."""
    absent = isinstance(node, Scalar) and node.plain and not node.text
    return Place(key.start if absent else node.start, key.start)


_TOO_MUCH = (f"more than {MAX_VALUES} values or {MAX_DEPTH} levels", "do not multiply them by aliases")


def _plain_value(text: str) -> Any:
    return next((make(text) for shape, make in _PLAIN_VALUES if shape.fullmatch(text)), text)
