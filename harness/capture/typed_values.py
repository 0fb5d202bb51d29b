"""JSON values to frozen dataclasses by their annotations, exactly and with the place of every mistake.

Not pydantic: it collects every mistake of a file that somebody faulty, this stops at the first one (measured,
docs/architecture.md, "Saved transcripts"). Texts may hold the lone surrogates by which SIP header text keeps bytes that
are no UTF-8, and base64 is the alphabet of `base64 -d`; in pydantic both need a function of our own for every value.
"""

from __future__ import annotations

from base64 import b64decode
from collections.abc import Callable, Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from enum import StrEnum
from functools import cache
from types import UnionType
from typing import Any, Literal, TypeVar, get_args, get_origin, get_type_hints

T = TypeVar("T")


class WrongValueError(Exception):
    """A value that the annotation does not allow; the message begins with its place."""


def typed(wanted: type[T], value: object, place: str) -> T:
    """Return `value`, as `json.loads` gives it, as a `wanted` dataclass.

    `place` is how messages call the value (`transcript`); WrongValueError says which part of it is wrong.
    """
    made: T = _dataclass(wanted, value, place)
    return made


def _read(hint: Any, value: object, place: str) -> Any:
    """Read a value of any annotation that the words floor uses."""
    if reader := _PLAIN.get(hint):
        return reader(value, place)
    origin, arguments = get_origin(hint), get_args(hint)
    if origin is tuple:
        return _tuple(arguments[0], value, place)
    if origin is Mapping:
        return {
            _text(key, place): _read(arguments[1], member, f"{place}[{key[:40]!r}]")
            for key, member in _object(value, place).items()
        }
    if origin is Literal:
        return _one_of(arguments, value, place)
    if origin is UnionType:
        return _union(arguments, value, place)
    if is_dataclass(hint):
        return _dataclass(hint, value, place)
    return _word(hint, value, place)


def _dataclass(wanted: Any, value: object, place: str) -> Any:
    parts, hints = _object(value, place), _hints(wanted)
    if strange := next((key for key in parts if key not in hints), None):
        raise WrongValueError(f"{place}: unknown key {strange[:40]!r}")
    given = {}
    for part in fields(wanted):
        if part.name in parts:
            given[part.name] = _read(hints[part.name], parts[part.name], f"{place}.{part.name}")
        elif _is_required(part):
            raise WrongValueError(f"{place}: the key '{part.name}' is missing")
    return wanted(**given)


@cache
def _hints(wanted: Any) -> dict[str, Any]:
    return get_type_hints(wanted)


def _is_required(part: Field[Any]) -> bool:
    return part.default is MISSING and part.default_factory is MISSING


def _union(arguments: tuple[Any, ...], value: object, place: str) -> Any:
    """Read `X | None`, or one of several dataclasses told apart by their `kind`."""
    if type(None) in arguments:
        return None if value is None else _read(arguments[0], value, place)
    kinds = {_kind(wanted): wanted for wanted in arguments}
    kind = _object(value, place).get("kind")
    return _dataclass(kinds[_one_of(tuple(kinds), kind, f"{place}.kind")], value, place)


def _kind(wanted: Any) -> str:
    return str(get_args(_hints(wanted)["kind"])[0])


def _tuple(member: Any, value: object, place: str) -> tuple[Any, ...]:
    if not isinstance(value, list):
        raise _wrong("a list", value, place)
    return tuple(_read(member, each, f"{place}[{number}]") for number, each in enumerate(value))


def _object(value: object, place: str) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise _wrong("an object", value, place)
    return value


def _one_of(words: tuple[Any, ...], value: object, place: str) -> Any:
    if not isinstance(value, str) or value not in words:
        raise _wrong("one of " + ", ".join(map(str, words)), value, place)
    return value


def _word(hint: type[StrEnum], value: object, place: str) -> StrEnum:
    return hint(_one_of(tuple(member.value for member in hint), value, place))


def _exactly(kind: type, name: str) -> Callable[[object, str], Any]:
    def read(value: object, place: str) -> object:
        if type(value) is not kind:  # a bool is an int, and must not pass for one
            raise _wrong(name, value, place)
        return value

    return read


def _seconds(value: object, place: str) -> float:
    """Read a time; NaN and infinity are no JSON, but 1e999 is, and it would be infinite."""
    if isinstance(value, int | float) and type(value) is not bool and abs(value) < _ENDLESS:
        return float(value)
    raise _wrong("a number of seconds", value, place)


def _text(value: object, place: str) -> str:
    text: str = _any_text(value, place)
    if len(text) > _LONGEST_TEXT:
        raise WrongValueError(f"{place}: a text of more than {_LONGEST_TEXT} characters")
    return text


def _bytes(value: object, place: str) -> bytes:
    try:
        return b64decode(_any_text(value, place), validate=True)
    except ValueError as error:
        raise _wrong("base64", value, place) from error


def _wrong(expected: str, value: object, place: str) -> WrongValueError:
    found = _CONTAINERS.get(type(value)) or repr(value)[:40]
    return WrongValueError(f"{place}: expected {expected}, got {found}")


_ENDLESS = 1e12
_LONGEST_TEXT = 2**20
_any_text = _exactly(str, "a text")
_CONTAINERS: dict[type, str] = {dict: "an object", list: "a list"}
_PLAIN: dict[Any, Callable[[object, str], Any]] = {
    str: _text,
    int: _exactly(int, "a whole number"),
    bool: _exactly(bool, "true or false"),
    float: _seconds,
    bytes: _bytes,
}
