"""From YAML's event stream to a small tree: what a person's file may not contain is refused here.

Composing and constructing are ours: ruamel.yaml recurses once a level, keeps no place for a plain value, and
lets tags, alias bombs and doubled anchors through (measured).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import TypeAlias

from ruamel.yaml import YAML
from ruamel.yaml.error import StreamMark
from ruamel.yaml.events import (
    AliasEvent,
    DocumentStartEvent,
    Event,
    MappingEndEvent,
    MappingStartEvent,
    NodeEvent,
    ScalarEvent,
    SequenceEndEvent,
    SequenceStartEvent,
    StreamEndEvent,
)

from harness.errors import Fault, ScenarioError

MAX_DEPTH = 50
"""Levels of nesting: more is not a file that a person wrote."""


@dataclass(frozen=True, slots=True)
class Scalar:
    """A text and whether it stood there plain, so that it may mean a number, true, false or nothing."""

    text: str
    plain: bool
    start: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Sequence:
    """A list."""

    items: tuple[Node, ...]
    start: tuple[int, int]


@dataclass(frozen=True, slots=True)
class Mapping:
    """Keys, each once, with their values."""

    pairs: tuple[tuple[Scalar, Node], ...]
    start: tuple[int, int]


Node: TypeAlias = Scalar | Sequence | Mapping


def place(mark: StreamMark) -> tuple[int, int]:
    """Return a mark of ruamel.yaml as (line, column) from 1."""
    return mark.line + 1, mark.column + 1


def compose(text: str, file: str) -> Node | None:
    """Return the one document in `text`, None where it is empty.

    ScenarioError for what YAML allows and this reader does not; ruamel.yaml's own errors for what is no YAML.
    """
    events: Iterator[Event] = iter(YAML(typ="safe", pure=True).parse(text))
    composer = _Composer(events, file)
    root: Node | None = None
    for event in events:
        if isinstance(event, DocumentStartEvent):
            if root is not None:
                raise composer.fault(place(event.start_mark), "a second document begins here", "remove the ---")
            root = composer.node(next(events), 0)
        elif isinstance(event, StreamEndEvent):
            break
    return root


@dataclass(slots=True)
class _Composer:
    events: Iterator[Event]
    file: str
    anchors: dict[str, Node] = field(default_factory=dict)

    def node(self, event: Event, depth: int) -> Node:
        start = place(event.start_mark)
        if depth > MAX_DEPTH:
            raise self.fault(start, f"nested deeper than {MAX_DEPTH} levels")
        if isinstance(event, AliasEvent):
            return self._aliased(event, start)
        node = self._fresh(event, start, depth)
        if isinstance(event, NodeEvent) and event.anchor is not None:
            self._name(event.anchor, node)
        return node

    def _fresh(self, event: Event, start: tuple[int, int], depth: int) -> Node:
        self._refuse_tag(event, start)
        match event:
            case MappingStartEvent():
                return Mapping(tuple(self._pairs(depth + 1)), start)
            case SequenceStartEvent():
                return Sequence(tuple(self._items(depth + 1)), start)
            case ScalarEvent():
                return Scalar(self._writable(str(event.value), start), event.style is None, start)
            case _:
                raise self.fault(start, "a value is missing here")

    def _writable(self, text: str, start: tuple[int, int]) -> str:
        if any("\ud800" <= letter <= "\udfff" for letter in text):
            raise self.fault(start, "half of a character (an escape from U+D800 to U+DFFF)", "write it whole")
        return text

    def _items(self, depth: int) -> Iterator[Node]:
        while not isinstance(event := next(self.events), SequenceEndEvent):
            yield self.node(event, depth)

    def _pairs(self, depth: int) -> Iterator[tuple[Scalar, Node]]:
        seen: dict[str, Scalar] = {}
        while not isinstance(event := next(self.events), MappingEndEvent):
            key = self._key(self.node(event, depth), seen)
            seen[key.text] = key
            yield key, self.node(next(self.events), depth)

    def _key(self, key: Node, seen: dict[str, Scalar]) -> Scalar:
        if not isinstance(key, Scalar):
            raise self.fault(key.start, "a key must be a word or a text, not a list or a mapping")
        if first := seen.get(key.text):
            hint = "it stands at {}:{} already: keep one of them".format(*first.start)
            raise self.fault(key.start, f"the key '{key.text}' stands here a second time", hint)
        return key

    def _aliased(self, event: AliasEvent, start: tuple[int, int]) -> Node:
        name = str(event.anchor)
        if name not in self.anchors:
            raise self.fault(start, f"no value above is named &{name}", f"write &{name} before that value")
        return self.anchors[name]

    def _name(self, anchor: str, node: Node) -> None:
        if anchor in self.anchors:
            raise self.fault(node.start, f"a second value is named &{anchor}", "give it another name")
        self.anchors[anchor] = node

    def _refuse_tag(self, event: Event, start: tuple[int, int]) -> None:
        tag = getattr(event, "tag", None)
        if tag is not None and str(tag) != "!":
            raise self.fault(start, f"the tag {tag} has no meaning here", "leave it out")

    def fault(self, start: tuple[int, int], message: str, hint: str = "") -> ScenarioError:
        return ScenarioError([Fault(self.file, *start, message, hint)])
