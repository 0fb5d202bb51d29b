"""The header fields of one message: ordered, byte-exact, found by canonical name."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from functools import lru_cache

from harness.errors import LocalProtocolError
from harness.sip.splitting import TOKEN, excerpt, split_outside_quotes

# RFC 3261 7.3.3 and the registry of later compact forms (RFC 3265, 3515, 3841, 3892, 4028, 4474).
COMPACT_NAMES = {
    "a": "accept-contact", "b": "referred-by", "c": "content-type", "d": "request-disposition",
    "e": "content-encoding", "f": "from", "i": "call-id", "j": "reject-contact", "k": "supported",
    "l": "content-length", "m": "contact", "o": "event", "r": "refer-to", "s": "subject", "t": "to",
    "u": "allow-events", "v": "via", "x": "session-expires", "y": "identity",
}  # fmt: skip


_METHOD = re.compile(TOKEN, re.ASCII)
_HIGHEST_SEQUENCE = 2**31 - 1


@lru_cache(maxsize=256)
def canonical_name(name: str) -> str:
    """Return the long lower-case form of a header name: `v` and `VIA` are both `via`."""
    lowered = name.strip().lower()
    return COMPACT_NAMES.get(lowered, lowered)


@dataclass(frozen=True, slots=True)
class HeaderField:
    """One header field: its name and unfolded value as text, and the bytes it came in, line ends included.

    Bytes that are not UTF-8 are kept in the text as surrogate escapes, so that they can be written again.
    """

    name: str
    value: str
    raw: bytes = field(repr=False)
    canonical: str = field(init=False, repr=False)

    def __post_init__(self) -> None:
        """Note the name by which the field is found, once."""
        object.__setattr__(self, "canonical", canonical_name(self.name))

    @classmethod
    def of(cls, name: str, value: str) -> HeaderField:
        """Return a field that is written here. A line end in it is our bug: LocalProtocolError."""
        if "\n" in value or "\r" in value or "\n" in name or "\r" in name:
            raise LocalProtocolError(f"line end in header {name!r}")
        return cls(name, value, f"{name}: {value}\r\n".encode("utf-8", "surrogateescape"))


@dataclass(frozen=True, slots=True)
class Headers:
    """The header fields of a message in order. A change gives a new `Headers`; the rest keeps its bytes."""

    fields: tuple[HeaderField, ...] = ()

    @classmethod
    def of(cls, pairs: Iterable[tuple[str, str]]) -> Headers:
        """Return headers written here from (name, value) pairs."""
        return cls(tuple(HeaderField.of(name, value) for name, value in pairs))

    def get(self, name: str) -> str | None:
        """Return the value of the first field of that name, None where there is none."""
        return next((header.value for header in self._named(name)), None)

    def get_all(self, name: str) -> tuple[str, ...]:
        """Return the value of every field of that name, one per field."""
        return tuple(header.value for header in self._named(name))

    def get_list(self, name: str) -> tuple[str, ...]:
        """Return every member of a comma-separated header (Via, Route…) in order (RFC 3261 7.3.1)."""
        return tuple(member for value in self.get_all(name) for member in split_outside_quotes(value, ","))

    def with_added(self, name: str, value: str) -> Headers:
        """Return a copy with a new field at the end."""
        return Headers((*self.fields, HeaderField.of(name, value)))

    def with_prepended(self, name: str, value: str) -> Headers:
        """Return a copy with a new field above the others of its name, or above everything."""
        wanted = canonical_name(name)
        names = [header.canonical for header in self.fields]
        place = names.index(wanted) if wanted in names else 0
        return Headers((*self.fields[:place], HeaderField.of(name, value), *self.fields[place:]))

    def with_replaced(self, name: str, *values: str) -> Headers:
        """Return a copy in which the fields of that name are these values, in the place of the first one."""
        wanted = canonical_name(name)
        names = [header.canonical for header in self.fields]
        place = names.index(wanted) if wanted in names else len(names)
        written = tuple(HeaderField.of(name, value) for value in values)
        return Headers(self.fields[:place] + written + self.without(name).fields[place:])

    def with_first_replaced(self, name: str, value: str) -> Headers:
        """Return a copy in which the top member of a comma-separated header is `value`."""
        return self.without_first(name).with_prepended(name, value)

    def without(self, name: str) -> Headers:
        """Return a copy without any field of that name."""
        wanted = canonical_name(name)
        return Headers(tuple(header for header in self.fields if header.canonical != wanted))

    def without_first(self, name: str) -> Headers:
        """Return a copy without the top member of a list header; a comma list loses one member only."""
        wanted = canonical_name(name)
        for place, header in enumerate(self.fields):
            members = split_outside_quotes(header.value, ",") if header.canonical == wanted else ()
            if members:
                rest = (HeaderField.of(header.name, ", ".join(members[1:])),) if members[1:] else ()
                return Headers(self.fields[:place] + rest + self.fields[place + 1 :])
        return self

    def __contains__(self, name: str) -> bool:
        return any(True for _ in self._named(name))

    def __iter__(self) -> Iterator[HeaderField]:
        return iter(self.fields)

    def __len__(self) -> int:
        return len(self.fields)

    def _named(self, name: str) -> Iterator[HeaderField]:
        wanted = canonical_name(name)
        return (header for header in self.fields if header.canonical == wanted)


@dataclass(frozen=True, slots=True)
class CSeq:
    """What orders the requests of a dialog: a number below 2**31, and the method (RFC 3261 8.1.1.5, 20.16)."""

    number: int
    method: str

    @classmethod
    def parse(cls, text: str) -> CSeq:
        """Read a value; ValueError where it is not a number and a method, or the number is too large."""
        number, method = (*text.split(maxsplit=1), "", "")[:2]
        if not (number.isascii() and number.isdigit() and _METHOD.fullmatch(method)):
            raise ValueError(f"not a CSeq: {excerpt(text)}")
        sequence = sequence_number(number)
        if sequence is None:
            raise ValueError(f"not a number of 0 to {_HIGHEST_SEQUENCE}: {excerpt(number)}")
        return cls(sequence, method)


def sequence_number(text: str) -> int | None:
    """Return the number of a CSeq, with any number of zeros before it; None where it is none below 2**31."""
    return whole_number(text.lstrip("0") or text[:1], _HIGHEST_SEQUENCE)


def whole_number(text: str | None, limit: int) -> int | None:
    """Return a number of plain digits, 0 to `limit`; None for anything else."""
    if text is None or not (text.isascii() and text.isdigit() and len(text) <= 10):
        return None
    return int(text) if int(text) <= limit else None
