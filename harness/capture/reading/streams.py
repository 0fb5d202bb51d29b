"""A captured TCP connection as chunks and moments, in seconds since the capture began."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from harness.packets.connections import Kind, Seen, TcpConnection
from harness.transcript import Chunk, Closing, Direction

_NANOSECONDS = 1e9


@dataclass(frozen=True, slots=True)
class Closure:
    """The first end of a connection that closed it: when, the dialler or not, and by FIN or RST."""

    at: float
    by_dialler: bool
    how: Closing


@dataclass(frozen=True, slots=True)
class Flowing:
    """What a captured connection comes to.

    `dialled`, `answered` and `ended` are the times of the SYN, of the answer to it, and of the last that was seen;
    None where they are not in the capture. `refused` says that the SYN was answered by a reset, `repeated` that it was
    sent again, `began` that it is in the capture. `chunks` are the bytes
    as the dialler has them; of a direction nothing follows the first byte that the capture lost. `lost` are sentences
    about that. `closure` is who closed first.
    """

    dialled: float | None
    answered: float | None
    refused: bool
    repeated: bool
    began: bool
    chunks: tuple[Chunk, ...]
    lost: tuple[str, ...]
    closure: Closure | None
    ended: float

    def first_bytes(self, *, by_dialler: bool) -> bytes:
        """Return what an end said first, up to 4,096 bytes."""
        wanted = Direction.SENT if by_dialler else Direction.RECEIVED
        found = b""
        for chunk in self.chunks:
            if chunk.direction is wanted:
                found += chunk.data
            if len(found) >= _LOOKED_AT:
                break
        return found[:_LOOKED_AT]

    def last_word(self) -> Chunk | None:
        """Return the last bytes that anybody said."""
        return self.chunks[-1] if self.chunks else None


_LOOKED_AT = 4096


def flowing(connection: TcpConnection, began: int) -> Flowing:
    """Return what a connection comes to; `began` is when the capture did, in nanoseconds after 1970 began."""
    seen = connection.seen
    syn = _first(seen, Kind.SYN)
    answer = _first(seen, Kind.SYN_ACK) or _first(seen, Kind.ACK)
    reset = _first(seen, Kind.RST)
    said = any(each.kind in {Kind.DATA, Kind.GAP, Kind.LEFT_OUT} for each in seen)
    refused = syn is not None and answer is None and reset is not None and not reset.by_dialler and not said
    return Flowing(
        dialled=_seconds(syn, began),
        answered=_seconds(answer, began) if answer else (None if syn and not said else _seconds(seen[0], began)),
        refused=refused,
        repeated=_first(seen, Kind.SYN_AGAIN) is not None,
        began=connection.began,
        chunks=tuple(_chunks(seen, began)),
        lost=tuple(_lost(connection)),
        closure=_closure(seen, began),
        ended=(seen[-1].at - began) / _NANOSECONDS,
    )


def _first(seen: tuple[Seen, ...], kind: Kind) -> Seen | None:
    return next((each for each in seen if each.kind is kind), None)


def _seconds(seen: Seen | None, began: int) -> float | None:
    return None if seen is None else (seen.at - began) / _NANOSECONDS


def _chunks(seen: tuple[Seen, ...], began: int) -> Iterator[Chunk]:
    over: set[bool] = set()
    for each in seen:
        if each.kind in {Kind.GAP, Kind.LEFT_OUT}:
            over.add(each.by_dialler)
        if each.kind is Kind.DATA and each.by_dialler not in over:
            direction = Direction.SENT if each.by_dialler else Direction.RECEIVED
            yield Chunk((each.at - began) / _NANOSECONDS, direction, each.data)


def _lost(connection: TcpConnection) -> Iterator[str]:
    for by_dialler, end in ((True, connection.dialler), (False, connection.listener)):
        own = [each for each in connection.seen if each.by_dialler is by_dialler]
        before = 0
        for each in own:
            if each.kind is Kind.GAP:
                yield (
                    f"The capture lost {each.size:,} bytes of {end} after {before:,}: what that end said from there on "
                    "is not read."
                )
                break
            if each.kind is Kind.LEFT_OUT:
                yield f"{end} said more than is kept: the first {before:,} bytes are read."
                break
            before += len(each.data)


def _closure(seen: tuple[Seen, ...], began: int) -> Closure | None:
    for each in seen:
        if each.kind in {Kind.FIN, Kind.RST}:
            how = Closing.FIN if each.kind is Kind.FIN else Closing.RST
            return Closure((each.at - began) / _NANOSECONDS, each.by_dialler, how)
    return None
