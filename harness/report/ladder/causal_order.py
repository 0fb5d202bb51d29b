"""The order in which a ladder tells what happened.

Two ends that run at the same time write their events down in an order that chance decides. The ladder goes
by cause and effect instead: nothing comes before what it followed from, and of what was possible next the
consequence of the last thing comes first. So an answer is followed through all its hops before the next
one, and the same story is told the same way in every run.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Hashable, Iterable, Sequence
from dataclasses import dataclass
from heapq import heappop, heappush
from typing import Any


@dataclass(frozen=True, slots=True)
class Moment:
    """One thing that happened: its name, what it followed from, and its place among equals (small first).

    Names in `after` that are no moment's are ignored.
    """

    name: Hashable
    after: tuple[Hashable, ...]
    rank: tuple[Any, ...]


def in_causal_order(moments: Sequence[Moment]) -> list[Hashable]:
    """Return the names of all moments, each once; a circle, which only a forged file has, is broken open."""
    teller = _Teller(moments)
    for moment in moments:
        teller.tell_from(moment)
    return list(teller.told)


class _Teller:
    def __init__(self, moments: Iterable[Moment]) -> None:
        self._moments = {moment.name: moment for moment in moments}
        self._waits_for = {
            name: {cause for cause in moment.after if cause in self._moments and cause != name}
            for name, moment in self._moments.items()
        }
        self._followers: dict[Hashable, list[Hashable]] = defaultdict(list)
        for name, causes in self._waits_for.items():
            for cause in causes:
                self._followers[cause].append(name)
        self._ready: list[tuple[int, tuple[Any, ...], Hashable]] = []
        self.told: dict[Hashable, int] = {}
        for name, causes in self._waits_for.items():
            if not causes:
                self._make_ready(name)

    def tell_from(self, moment: Moment) -> None:
        """Tell all that is ready; where nothing is, `moment` breaks the circle unless it was told already."""
        if not self._ready and moment.name not in self.told:
            self._make_ready(moment.name)
        while self._ready:
            _recency, _rank, name = heappop(self._ready)
            if name not in self.told:
                self._tell(name)

    def _tell(self, name: Hashable) -> None:
        self.told[name] = len(self.told)
        for follower in self._followers[name]:
            self._waits_for[follower].discard(name)
            if not self._waits_for[follower] and follower not in self.told:
                self._make_ready(follower)

    def _make_ready(self, name: Hashable) -> None:
        moment = self._moments[name]
        latest = max((self.told.get(cause, -1) for cause in moment.after), default=-1)
        heappush(self._ready, (-latest, moment.rank, name))
