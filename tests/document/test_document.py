from __future__ import annotations

import enum
import json
import math
from collections.abc import Sequence
from typing import Annotated, Any, Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import BaseModel, ConfigDict, Discriminator, Field, Tag, ValidationError, field_validator

from harness.document import MAX_BYTES, Path, Vocabulary, faults_from, hint_for, nearest, read_document
from harness.errors import Fault, ScenarioError

BROKEN: dict[str, tuple[str, str]] = {
    "a key twice": (
        "a: 1\nb: 2\na: 3\n",
        "bad.yaml:3:1: the key 'a' stands here a second time\n    it stands at 1:1 already: keep one of them",
    ),
    "a key twice in a flow mapping": (
        "a: {b: 1, b: 2}\n",
        """bad.yaml:1:11: the key 'b' stands here a second time
    it stands at 1:5 already: keep one of them""",
    ),
    "a tab": (
        "a:\n\t- b\n",
        "bad.yaml:2:1: a tab stands where only spaces can indent\n    indent with spaces",
    ),
    "two colons": (
        "title: Expressway: a story\n",
        "bad.yaml:1:18: a second colon in one line\n    put a text that contains ': ' in quotes",
    ),
    "an open bracket": (
        "a: 1\nb: [1, 2\nc: 3\n",
        """bad.yaml:2:4: a [ or { is opened here and not closed rightly
    close it; put a comma between items""",
    ),
    "an open brace": (
        "a: 1\nb: {c: 1, d\ne: 3\n",
        "bad.yaml:2:4: a { is opened here and not closed rightly\n    close it; put a comma between entries",
    ),
    "an open quote": (
        "a: 1\nb: 'text\n",
        "bad.yaml:2:4: a quote is opened here and never closed\n    close it",
    ),
    "a step back too far": ("a:\n    b: 1\n  c: 2\n", "bad.yaml:3:3: the indentation does not fit"),
    "an item that is out of line": ("a:\n  - b\n - c\n", "bad.yaml:3:2: the indentation does not fit"),
    "a strange first character": (
        "a: 1\nb: @home\n",
        "bad.yaml:2:4: a value cannot begin with this character\n    put it in quotes",
    ),
    "an escape that is none": (
        'a: "C:\\quiet"\n',
        """bad.yaml:1:4: an escape that a double-quoted text does not have
    double the backslash, or use single quotes""",
    ),
    "an escape beyond Unicode": (
        'a: 1\nb: "\\U0010FFFF \\U00110000"\n',
        """bad.yaml:2:16: an escape for a character that does not exist
    Unicode ends at U+10FFFF""",
    ),
    "half a character": (
        'a: "\\ud800"\n',
        "bad.yaml:1:4: half of a character (an escape from U+D800 to U+DFFF)\n    write it whole",
    ),
    "an unknown alias": (
        "a: 1\nb: *c\n",
        "bad.yaml:2:4: no value above is named &c\n    write &c before that value",
    ),
    "an alias of itself": (
        "a: &a [*a]\n",
        "bad.yaml:1:8: no value above is named &a\n    write &a before that value",
    ),
    "an anchor twice": (
        "a: &x 1\nb: &x 2\n",
        "bad.yaml:2:4: a second value is named &x\n    give it another name",
    ),
    "a tag": ("a: !include b.yaml\n", "bad.yaml:1:4: the tag !include has no meaning here\n    leave it out"),
    "two documents": ("a: 1\n---\nb: 2\n", "bad.yaml:2:1: a second document begins here\n    remove the ---"),
    "a list as a key": (
        "? [a, b]\n: c\n",
        "bad.yaml:1:3: a key must be a word or a text, not a list or a mapping",
    ),
    "a control character": (
        "a: 1\nb: x\x00\n",
        """bad.yaml:2:5: the character U+0000 cannot stand in a file
    remove it; it is invisible in most editors""",
    ),
    "deep nesting": ("a: " + "[" * 60, "bad.yaml:1:54: nested deeper than 50 levels"),
    "too large": ("a" * (MAX_BYTES + 1), f"bad.yaml: larger than {MAX_BYTES} bytes\n    split it"),
}


@pytest.mark.parametrize("story", BROKEN)
def test_a_broken_file_is_one_sentence_at_its_place(story: str) -> None:
    text, sentence = BROKEN[story]

    with pytest.raises(ScenarioError) as caught:
        read_document(text, "bad.yaml")

    assert str(caught.value) == sentence


def test_an_alias_bomb_is_defused() -> None:
    rows = ["a0: &a0 [x, x, x, x, x, x, x, x, x, x]"]
    rows += [f"a{row}: &a{row} [{', '.join([f'*a{row - 1}'] * 10)}]" for row in range(1, 12)]

    with pytest.raises(ScenarioError, match="more than 100000 values"):
        read_document("\n".join(rows), "bomb.yaml")


PLAIN = """\
switch: on
other: off
yes: no
time: 12:30:00
date: 2026-06-01
twelve: 012
hex: 0x1F
octal: 0o17
underscored: 1_000
whole: -3
half: .5
large: 1e3
truth: true
lie: False
nothing: ~
empty:
quoted: "12"
1.2: handshake
null: key
block: |
  two
  lines
list: [1, a, [], {}]
"""


def test_values_are_those_of_yaml_1_2_and_keys_are_text() -> None:
    assert read_document(PLAIN, "f").data == {
        "switch": "on",
        "other": "off",
        "yes": "no",
        "time": "12:30:00",
        "date": "2026-06-01",
        "twelve": 12,
        "hex": 31,
        "octal": 15,
        "underscored": "1_000",
        "whole": -3,
        "half": 0.5,
        "large": 1000.0,
        "truth": True,
        "lie": False,
        "nothing": None,
        "empty": None,
        "quoted": "12",
        "1.2": "handshake",
        "null": "key",
        "block": "two\nlines\n",
        "list": [1, "a", [], {}],
    }
    assert read_document("[.inf, -.INF]", "f").data == [math.inf, -math.inf]
    assert math.isnan(read_document(".nan", "f").data)
    assert read_document("9" * 5000, "f").data == math.inf


def test_aliases_are_copies() -> None:
    document = read_document("a: &x {b: 1}\nc: *x\n", "f")

    assert document.data == {"a": {"b": 1}, "c": {"b": 1}}
    assert document.position(["c"], of_key=True) == (2, 1)


def test_an_empty_file_is_nothing_at_its_first_place() -> None:
    for text in ("", "# only a comment\n"):
        document = read_document(text, "f")
        assert document.data is None
        assert document.position(["any", 3]) == (1, 1)


STORY = """\
# a comment
title: A story
play:
  - jabber: sign-in
  - jabber: register
    port: 5061
expect: {register: {by: expressway-e}}
"""


@pytest.mark.parametrize(
    ("path", "value", "key"),
    [
        ((), (2, 1), (2, 1)),
        (("title",), (2, 8), (2, 1)),
        (("play",), (4, 3), (3, 1)),
        (("play", 1), (5, 5), (5, 5)),
        (("play", 1, "port"), (6, 11), (6, 5)),
        (("expect", "register", "by"), (7, 25), (7, 21)),
        (("play", 1, "prot"), (5, 5), (5, 5)),
        (("play", 7), (4, 3), (3, 1)),
        (("nowhere", "at", "all"), (2, 1), (2, 1)),
        (("play", 1, "step:jabber", "port"), (6, 11), (6, 5)),
    ],
)
def test_every_path_has_a_place(path: Path, value: tuple[int, int], key: tuple[int, int]) -> None:
    document = read_document(STORY, "f")

    assert document.position(path) == value
    assert document.position(path, of_key=True) == key


def test_the_nearest_word_is_offered_else_a_short_list() -> None:
    choices = ["expect", "change", "play"]

    assert nearest("expct", choices) == "expect"
    assert nearest("EXPECT", choices) == "expect"
    assert nearest("zzz", choices) is None
    assert hint_for("expct", choices) == "did you mean 'expect'?"
    assert hint_for("zzz", choices) == "choose one of expect, change, play"
    assert hint_for("zzz", [f"word{number}" for number in range(13)]) == ""
    assert hint_for("zzz", []) == ""


class Colour(enum.StrEnum):
    RED = "red"
    GREEN = "green"


class Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", strict=False, alias_generator=lambda name: name.replace("_", "-"))


class Dial(Strict):
    dial: str
    port: int = Field(default=5061, ge=1, le=65535)


class Wait(Strict):
    wait: float


def tag_of(value: Any) -> str | None:
    return next((f"step:{key}" for key in ("dial", "wait") if isinstance(value, dict) and key in value), None)


Step = Annotated[Annotated[Dial, Tag("step:dial")] | Annotated[Wait, Tag("step:wait")], Discriminator(tag_of)]


class Story(Strict):
    title: str
    stopped_at: Literal["dns", "tcp", "handshake"] = "tcp"
    colour: Colour = Colour.RED
    mutual_tls: bool = False
    names: list[str] = []
    settings: dict[str, int] = {}
    play: list[Step] = []
    code: str = Field(default="ab", min_length=2, pattern="^[a-z]+$")

    @field_validator("title")
    @classmethod
    def one_line(cls, title: str) -> str:
        if "\n" in title:
            raise ValueError("the title has more than one line")
        return title


def known_words(path: Path) -> Sequence[str]:
    if path[-1:] == ("step:dial",):
        return ["dial", "port"]
    return ["dial", "wait"] if path[:1] == ("play",) else [name.replace("_", "-") for name in Story.model_fields]


def faults(text: str, vocabulary: Vocabulary | None = known_words) -> list[str]:
    document = read_document(text, "s.yaml")
    with pytest.raises(ValidationError) as caught:
        Story.model_validate(document.data)
    return [str(fault) for fault in faults_from(caught.value, document, vocabulary=vocabulary)]


WRONG: dict[str, tuple[str, str]] = {
    "an unknown key": (
        "title: t\nstoped-at: tcp\n",
        "s.yaml:2:1: unknown key 'stoped-at'\n    did you mean 'stopped-at'?",
    ),
    "an unknown key of a step": (
        "title: t\nplay:\n  - dial: a\n    prot: 1\n",
        "s.yaml:4:5: unknown key 'prot'\n    did you mean 'port'?",
    ),
    "a missing key": ("colour: red\n", "s.yaml:1:1: the key 'title' is missing"),
    "a number that is none": (
        "title: t\nplay:\n  - dial: a\n    port: abc\n",
        "s.yaml:4:11: expected a whole number, got 'abc'",
    ),
    "a number out of range": (
        "title: t\nplay: [{dial: a, port: 99999}]\n",
        "s.yaml:2:24: 99999 is out of range\n    must be at most 65535",
    ),
    "a number for a text": ("title: 12\n", "s.yaml:1:8: expected text, got 12"),
    "nothing for a text": ("title:\n", "s.yaml:1:1: expected text, got nothing"),
    "a word for yes or no": (
        "title: t\nmutual-tls: maybe\n",
        "s.yaml:2:13: expected true or false, got 'maybe'",
    ),
    "a word for a list": ("title: t\nnames: one\n", "s.yaml:2:8: expected a list, got 'one'"),
    "a list for a mapping": (
        "title: t\nsettings: [1]\n",
        "s.yaml:2:11: expected a mapping (key: value), got a list",
    ),
    "a wrong word": (
        "title: t\nstopped-at: handshak\n",
        "s.yaml:2:13: 'handshak' is not a choice here\n    did you mean 'handshake'?",
    ),
    "a wrong word far from all": (
        "title: t\ncolour: 17\n",
        "s.yaml:2:9: 17 is not a choice here\n    choose one of red, green",
    ),
    "a step that nobody knows": (
        "title: t\nplay:\n  - dail: a\n",
        "s.yaml:3:5: unknown key 'dail'\n    did you mean 'dial'?",
    ),
    "a step that is no mapping": (
        "title: t\nplay:\n  - dial\n",
        "s.yaml:3:5: expected a mapping (key: value), got 'dial'\n    choose one of dial, wait",
    ),
    "a text that is too short": (
        "title: t\ncode: a\n",
        "s.yaml:2:7: 'a' is out of range\n    must be at least 2 characters long",
    ),
    "a text of another form": (
        "title: t\ncode: AB\n",
        "s.yaml:2:7: 'AB' is out of range\n    must be of the form ^[a-z]+$",
    ),
    "a rule of our own": ("title: |\n  a\n  b\n", "s.yaml:1:8: the title has more than one line"),
}


@pytest.mark.parametrize("story", WRONG)
def test_what_the_model_refuses_is_a_sentence_at_its_place(story: str) -> None:
    text, sentence = WRONG[story]

    assert faults(text) == [sentence]


def test_five_faults_are_five_lines_in_the_order_of_the_file() -> None:
    text = """\
colour: gren
mutual-tls: 7
play:
  - dial: a
    port: 99999
  - wait: soon
expct: {}
title: t
"""
    assert [line.partition(": ")[0] for line in faults(text)] == [
        "s.yaml:1:9",
        "s.yaml:2:13",
        "s.yaml:5:11",
        "s.yaml:6:11",
        "s.yaml:7:1",
    ]


def test_no_sentence_speaks_the_librarys_jargon() -> None:
    for text, _ in WRONG.values():
        told = "\n".join(faults(text)).lower()
        assert not any(word in told for word in ("pydantic", "http", "input", "validator", "literal", "step:"))


def test_part_of_a_document_is_validated_under_its_prefix() -> None:
    document = read_document("lab:\n  story:\n    title: t\n    colr: red\n", "lab.yaml")
    with pytest.raises(ValidationError) as caught:
        Story.model_validate(document.data["lab"]["story"])
    asked: list[Path] = []

    def vocabulary(path: Path) -> Sequence[str]:
        asked.append(path)
        return ["colour"]

    found = faults_from(caught.value, document, prefix=("lab", "story"), vocabulary=vocabulary)

    assert [str(fault) for fault in found] == ["lab.yaml:4:5: unknown key 'colr'\n    did you mean 'colour'?"]
    assert asked == [("lab", "story")]


ALPHABET = st.text("ab:-[]{}'\"\\#&*!|>%@?,\n\t 01.~x\u00e9\x00", max_size=60)


@given(ALPHABET | st.text(max_size=40))
def test_any_text_is_a_document_or_faults_with_a_place(text: str) -> None:
    try:
        assert read_document(text, "any.yaml").position([]) >= (1, 1)
        faults_found: tuple[Fault, ...] = ()
    except ScenarioError as error:
        faults_found = error.faults

    assert all(fault.line >= 1 and fault.column >= 1 and fault.message for fault in faults_found)


VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text("ab: #'-", max_size=8),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text("abc", min_size=1), inner, max_size=3),
    max_leaves=8,
)


@given(VALUES)
def test_what_json_writes_is_read_as_it_was(value: Any) -> None:
    assert read_document(json.dumps(value), "f.json").data == value
