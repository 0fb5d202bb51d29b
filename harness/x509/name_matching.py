"""Whether a name lies in a subtree, for many subtrees at once: as OpenSSL compares, at a cost that stays small.

Each kind of name has a table from what a matching base must equal to the place of that base in the list. So a name is
looked up a few times and not compared with every subtree: cost grows with the size of the certificates, not with the
product of names and subtrees.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from harness.x509.general_names import GeneralName, NameKind, canonical


class UnreadableNameError(ValueError):
    """A name, or the base of a subtree, whose syntax cannot be compared (X509_V_ERR 53)."""


class UnknownKindError(ValueError):
    """A kind of name that nobody can compare (X509_V_ERR 51)."""


class Matcher(Protocol):
    """The subtrees of one kind of name."""

    def first(self, name: GeneralName) -> int | None:
        """Return the place of the first subtree that covers `name`, None where none does."""


@dataclass(frozen=True, slots=True)
class _Suffixes:
    """Bases that cover what ends in them, by their text; `lengths` are those that occur."""

    places: Mapping[bytes, int]
    lengths: Sequence[int]

    @classmethod
    def of(cls, bases: Iterable[tuple[int, bytes]]) -> _Suffixes:
        places: dict[bytes, int] = {}
        for place, base in bases:
            places.setdefault(base, place)
        return cls(places, sorted({len(base) for base in places}))

    def endings(self, name: bytes) -> Iterator[tuple[int, bytes]]:
        """Yield the places of the bases in which `name` ends, with what stands before that end."""
        for length in self.lengths:
            before, end = name[: len(name) - length], name[len(name) - length :]
            if length > len(name):
                return
            if end in self.places:
                yield self.places[end], before


@dataclass(frozen=True, slots=True)
class _Dns:
    """A base covers itself and every name below it; an empty one covers all; `.x` only what is below x."""

    suffixes: _Suffixes

    def first(self, name: GeneralName) -> int | None:
        name_, found = name.value.lower(), self.suffixes
        places = (place for place, before in found.endings(name_) if _at_label(before, name_[len(before) :]))
        return min(places, default=None)


def _at_label(before: bytes, end: bytes) -> bool:
    return not before or not end or end.startswith(b".") or before.endswith(b".")


@dataclass(frozen=True, slots=True)
class _Hosts:
    """Hosts of e-mail addresses and URIs: a base covers that host alone, one with a leading dot what is below."""

    below: _Suffixes
    exact: Mapping[bytes, int]

    def places(self, host: bytes, whole: bytes) -> Iterator[int]:
        yield from (place for place, before in self.below.endings(whole) if before)
        if host in self.exact:
            yield self.exact[host]


def _hosts(bases: Iterable[tuple[int, bytes]]) -> _Hosts:
    listed = [(place, base.lower()) for place, base in bases]
    exact: dict[bytes, int] = {}
    for place, base in listed:
        if not base.startswith(b"."):
            exact.setdefault(base, place)
    return _Hosts(_Suffixes.of((place, base) for place, base in listed if base.startswith(b".")), exact)


@dataclass(frozen=True, slots=True)
class _Email:
    """An address covers itself (local part by letter), a host every address at it (RFC 5280 section 4.2.1.10)."""

    hosts: _Hosts
    addresses: Mapping[tuple[bytes, bytes], int] = field(default_factory=dict)

    def first(self, name: GeneralName) -> int | None:
        local, at, host = name.value.rpartition(b"@")
        if not at or name.kind is NameKind.OTHER_NAME:
            raise UnreadableNameError
        host = host.lower()
        addressed = (self.addresses.get((each, host)) for each in (local, b""))
        found = (*(place for place in addressed if place is not None), *self.hosts.places(host, name.value.lower()))
        return min(found, default=None)


@dataclass(frozen=True, slots=True)
class _Uri:
    hosts: _Hosts

    def first(self, name: GeneralName) -> int | None:
        """Look for its host as old and new OpenSSL read it: from 3.x on they differ, and only both together allow."""
        old, new = (min(self.hosts.places(host, host), default=None) for host in hosts_of_uri(name.value))
        if (old is None) != (new is None):
            raise UnreadableNameError
        return old


def hosts_of_uri(uri: bytes) -> tuple[bytes, bytes]:
    """Return the host in a URI as OpenSSL up to 3.x and from 4.0 on read it; UnreadableNameError where there is none.

    A `sip:` URI has no authority part, and so none (measured).
    """
    scheme, mark, rest = uri.lower().partition(b"://")
    old = rest.partition(b":")[0] if b":" in rest else rest.partition(b"/")[0]
    authority = rest.replace(b"?", b"/").replace(b"#", b"/").partition(b"/")[0]
    address = authority.partition(b"@")[2] if b"@" in authority else authority
    closing = address.find(b"]")
    split = closing + 1 if address.startswith(b"[") else address.find(b":") if b":" in address else len(address)
    host, port = address[:split], address[split:]
    well_formed = mark and scheme and b":" not in scheme and not (address[:1] == b"[" and closing < 0)
    if not well_formed or not old or b"\0" in uri or not _is_port(port):
        raise UnreadableNameError
    return old, host


def _is_port(port: bytes) -> bool:
    digits = port[1:]
    in_range = digits.isdigit() and len(digits.lstrip(b"0")) <= 5 and int(digits[-5:]) <= 65535
    return not port or (port[:1] == b":" and in_range)


@dataclass(frozen=True, slots=True)
class _Addresses:
    """Networks by their mask, each with the place of the first one; masks need not be of one piece."""

    by_mask: Mapping[int, Mapping[tuple[int, int], int]]

    def first(self, name: GeneralName) -> int | None:
        size, number = len(name.value), int.from_bytes(name.value)
        if size not in (4, 16):
            raise UnreadableNameError
        found = (networks.get((size, number & mask)) for mask, networks in self.by_mask.items())
        return min((place for place in found if place is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Directory:
    """A base covers every name that begins with its RDNs."""

    places: Mapping[object, int]
    lengths: Sequence[int]

    def first(self, name: GeneralName) -> int | None:
        whole = canonical(name.value)
        found = (self.places.get(whole[:length]) for length in self.lengths if length <= len(whole))
        return min((place for place in found if place is not None), default=None)


@dataclass(frozen=True, slots=True)
class _Incomparable:
    def first(self, name: GeneralName) -> int | None:
        raise UnknownKindError(name.kind.called)


def _dns(bases: Sequence[tuple[int, bytes]]) -> Matcher:
    return _Dns(_Suffixes.of((place, base.lower()) for place, base in bases))


def _email(bases: Sequence[tuple[int, bytes]]) -> Matcher:
    addresses: dict[tuple[bytes, bytes], int] = {}
    for place, base in bases:
        local, at, host = base.rpartition(b"@")
        if at:
            addresses.setdefault((local, host.lower()), place)
    return _Email(_hosts((place, base) for place, base in bases if b"@" not in base), addresses)


def _uri(bases: Sequence[tuple[int, bytes]]) -> Matcher:
    return _Uri(_hosts(bases))


def _ip(bases: Sequence[tuple[int, bytes]]) -> Matcher:
    by_mask: dict[int, dict[tuple[int, int], int]] = {}
    for place, base in bases:
        half = len(base) // 2
        network, mask = int.from_bytes(base[:half]), int.from_bytes(base[half:])
        by_mask.setdefault(mask, {}).setdefault((half, network & mask), place)
    return _Addresses(by_mask)


def _directory(bases: Sequence[tuple[int, bytes]]) -> Matcher:
    places: dict[object, int] = {}
    lengths: set[int] = set()
    for place, base in bases:
        rdns = canonical(base)
        places.setdefault(rdns, place)
        lengths.add(len(rdns))
    return _Directory(places, sorted(lengths))


_MATCHERS: Mapping[NameKind, Callable[[Sequence[tuple[int, bytes]]], Matcher]] = {
    NameKind.DNS: _dns,
    NameKind.EMAIL: _email,
    NameKind.URI: _uri,
    NameKind.IP_ADDRESS: _ip,
    NameKind.DIRECTORY_NAME: _directory,
}


def matcher(kind: NameKind, bases: Sequence[tuple[int, bytes]]) -> Matcher:
    """Return what finds the first of `bases` (place in the list, value) that covers a name of that kind."""
    make = _MATCHERS.get(kind)
    return make(bases) if make else _Incomparable()
