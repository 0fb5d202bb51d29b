"""The order of attempts: the visit that the role would make, and what else there is to learn about the port."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.net.recorder import Recorder
from harness.probe.kit import BOTH, Kit, Manner, Shows
from harness.probe.trials import Trial, trials_of
from harness.probe.visitor import Place, Visitor
from harness.transcript import Transcript
from harness.verdict import Stage

_OLD = (("1.1", "1.1"), ("1.0", "1.0"))
_NO_ANSWER = "no answer"
Snapshot = Callable[[], Transcript]


class Survey:
    """Probes the first of some places that takes a TCP connection, one connection at a time."""

    def __init__(self, visitor: Visitor, recorder: Recorder, snapshot: Snapshot, *, actor: str, kit: Kit) -> None:
        self._visitor = visitor
        self._recorder = recorder
        self._snapshot = snapshot
        self._actor = actor
        self._kit = kit

    async def run(self, places: tuple[Place, ...]) -> None:
        """Visit, and where that reached anybody who speaks TLS, try the rest."""
        shows = Shows.OWN if self._kit.own else Shows.NOTHING
        place = await self._visit(places, Manner(shows, visits=True))
        if place is None:
            return
        classic = False
        if self._stalled():
            classic = True
            await self._visit((place,), Manner(shows, classic=True, visits=True))
        if self._last.spoke_tls:
            await self._learn(place, classic=classic)

    async def _visit(self, places: tuple[Place, ...], manner: Manner) -> Place | None:
        """Do what the role would do, at the first place that takes it; this step says how the probe went."""
        self._recorder.begin_step(self._actor, manner.step)
        answer, reached = "", None
        for place in places:
            answer = await self._visitor.visit(place, manner)
            if self._last.stage is not Stage.TCP:
                reached = place
                break
        self._recorder.end_step(self._actor, manner.step, answer or _NO_ANSWER, completed=bool(answer))
        return reached

    async def _learn(self, place: Place, *, classic: bool) -> None:
        for manner in self._attempts(classic):
            if self._is_known(manner):
                continue
            self._recorder.begin_step(self._actor, manner.step)
            await self._visitor.visit(place, manner)
            trial = self._last
            self._recorder.end_step(self._actor, manner.step, trial.came.value, completed=True)
            if trial.stage is Stage.TCP:
                return

    def _attempts(self, classic: bool) -> Iterator[Manner]:
        """Yield what is to be tried; what a certificate would change is tried only where one was asked for."""
        for version in reversed(BOTH):
            yield Manner(Shows.NOTHING, (version, version), classic)
        for version in reversed(BOTH):
            if any(each.asked and each.version == version for each in self._trials):
                yield Manner(Shows.STRANGER, (version, version), classic)
                if self._kit.own:
                    yield Manner(Shows.OWN, (version, version), classic)
        for versions in _OLD:
            yield Manner(Shows.NOTHING, versions, classic)

    def _is_known(self, manner: Manner) -> bool:
        version = manner.versions[0]
        alike = (each for each in self._trials if each.shows is manner.shows)
        return any(version in {each.version, each.pinned} for each in alike)

    def _stalled(self) -> bool:
        """Whether the visit ended in the handshake before the port had said anything at all."""
        last = self._last
        return last.stage is Stage.HANDSHAKE and not last.spoke_tls and not self._spoke_otherwise()

    def _spoke_otherwise(self) -> bool:
        connection = self._snapshot().connections[-1]
        return any(end.bytes_received for end in connection.ends)

    @property
    def _trials(self) -> tuple[Trial, ...]:
        return trials_of(self._snapshot())

    @property
    def _last(self) -> Trial:
        return self._trials[-1]
