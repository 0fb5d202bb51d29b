"""Parameters as Via, addresses and URIs carry them: `;name=value` or a bare `;name`, in order, as written."""

from __future__ import annotations

from dataclasses import dataclass, replace

from harness.sip.splitting import split_outside_quotes, unquote


@dataclass(frozen=True, slots=True)
class Parameters:
    """Ordered (name, value) pairs. The value None is a bare parameter such as `lr`.

    Values stay as they were written, quotes and escapes included, so that printing gives back what was read.
    Names compare without regard to case (RFC 3261 7.3.1).
    """

    pairs: tuple[tuple[str, str | None], ...] = ()

    @classmethod
    def parse(cls, text: str) -> Parameters:
        """Read `;a=b;c`; every text has a reading, empty parts are passed over."""
        return cls(tuple(_pair(part) for part in split_outside_quotes(text, ";")))

    def get(self, name: str) -> str | None:
        """Return the first `name` without quotes; "" where it is bare, None where it is absent."""
        for written, value in self.pairs:
            if written.lower() == name.lower():
                return unquote(value or "")
        return None

    def by_name(self) -> dict[str, str]:
        """Return the first value of each lower-case name, as `get` gives it; for whoever needs many of them."""
        found: dict[str, str] = {}
        for written, value in self.pairs:
            found.setdefault(written.lower(), unquote(value or ""))
        return found

    def with_value(self, name: str, value: str | None) -> Parameters:
        """Return a copy in which `name` has `value`: in its old place, or at the end."""
        if name not in self:
            return replace(self, pairs=(*self.pairs, (name, value)))
        kept = ((old, value if old.lower() == name.lower() else was) for old, was in self.pairs)
        return replace(self, pairs=tuple(kept))

    def without(self, name: str) -> Parameters:
        """Return a copy in which `name` does not occur."""
        return replace(self, pairs=tuple(pair for pair in self.pairs if pair[0].lower() != name.lower()))

    def __contains__(self, name: str) -> bool:
        return any(written.lower() == name.lower() for written, _ in self.pairs)

    def __str__(self) -> str:
        return "".join(f";{name}" if value is None else f";{name}={value}" for name, value in self.pairs)


def _pair(text: str) -> tuple[str, str | None]:
    name, equals, value = text.partition("=")
    return (name.strip(), value.strip()) if equals else (name, None)
