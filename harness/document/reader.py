"""Reading YAML with places: plain values, or `file:line:column` and plain words for every fault."""

from __future__ import annotations

import re

from ruamel.yaml.error import MarkedYAMLError
from ruamel.yaml.reader import ReaderError

from harness.document.nodes import Node, compose, place
from harness.document.places import Document, Place, PlaceReader
from harness.document.words import syntax_words
from harness.errors import Fault, ScenarioError

MAX_BYTES = 1_000_000
"""Size of a file in bytes of UTF-8."""

_BEYOND_UNICODE = re.compile(r"\\U(?!00(10|0[0-9A-Fa-f]))[0-9A-Fa-f]{8}")


def read_document(text: str, file: str) -> Document:
    """Return the document in `text`; `file` is what faults call it.

    YAML 1.2, one document, no tags, no key twice, aliases as copies. ScenarioError, with the place and a
    hint, for anything else and where a limit is passed.
    """
    if len(text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise ScenarioError([Fault(file, 0, 0, f"larger than {MAX_BYTES} bytes", "split it")])
    root = _compose(text, file)
    if root is None:
        return Document(file, None, {(): Place((1, 1), (1, 1))}, text)
    reader = PlaceReader(file)
    return Document(file, reader.read(root), reader.places, text)


def _compose(text: str, file: str) -> Node | None:
    try:
        return compose(text, file)
    except MarkedYAMLError as error:
        raise ScenarioError([_syntax_fault(error, file)]) from None
    except ReaderError as error:
        raise ScenarioError([_character_fault(error, text, file)]) from None
    except (ValueError, OverflowError):  # what chr() says to an escape beyond Unicode (measured)
        raise ScenarioError([_escape_fault(text, file)]) from None


def _syntax_fault(error: MarkedYAMLError, file: str) -> Fault:
    problem = " ".join(filter(None, (error.problem, error.context)))
    opened = re.search(r"quoted scalar|flow (sequence|mapping|node)", problem) and error.context_mark
    mark = opened or error.problem_mark or error.context_mark
    return Fault(file, *place(mark), *syntax_words(problem))


def _character_fault(error: ReaderError, text: str, file: str) -> Fault:
    message = f"the character U+{ord(text[error.position]):04X} cannot stand in a file"
    return Fault(file, *_place_of(error.position, text), message, "remove it; it is invisible in most editors")


def _escape_fault(text: str, file: str) -> Fault:
    beyond = _BEYOND_UNICODE.search(text)
    message = "an escape for a character that does not exist"
    return Fault(file, *_place_of(beyond.start() if beyond else 0, text), message, "Unicode ends at U+10FFFF")


def _place_of(index: int, text: str) -> tuple[int, int]:
    before = text[:index]
    return before.count("\n") + 1, index - before.rfind("\n")
