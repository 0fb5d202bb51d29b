"""The order of attempts: the visit that the role would make, and what else there is to learn about the port."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import replace

from harness.diagnosis.connection_view import ConnectionView
from harness.diagnosis.reliability import reliability
from harness.net.recorder import Recorder
from harness.probe.attempt import Place, Visitor
from harness.probe.credentials import BOTH, Manner, ProbeCredentials, Shows
from harness.probe.outcomes import Trial, trials_of
from harness.transcript import DialFailed, DialFailure, Transcript
from harness.verdict import Stage

_OLD = (("1.1", "1.1"), ("1.0", "1.0"))
_NO_ANSWER = "no answer"
_MOST_UNANSWERED = 2
Snapshot = Callable[[], Transcript]


class AttemptSequence:
    """Probes the first of some places that takes a TCP connection, one connection at a time."""

    def __init__(
        self, visitor: Visitor, recorder: Recorder, snapshot: Snapshot, *, actor: str, kit: ProbeCredentials
    ) -> None:
        self._visitor = visitor
        self._recorder = recorder
        self._snapshot = snapshot
        self._actor = actor
        self._kit = kit
        self._turns: Counter[Manner] = Counter()

    async def run(self, places: tuple[Place, ...]) -> None:
        """Visit, and where that reached anybody who speaks TLS, try the rest.

        What gets no answer at all, or an alert that fits everything, is done again, alike, before anything is
        concluded: once is no pattern.
        """
        manner = Manner(Shows.OWN if self._kit.own else Shows.NOTHING, visits=True)
        place = await self._visit(places, manner)
        if self._is_mute(self._last) or self._last.turned_away:
            place = await self._visit(places, manner) or place
        classic = False
        if place is not None and self._is_mute(self._last):
            classic = await self._compare_hellos(place, manner)
        if place is not None and any(each.spoke_tls for each in self._trials):
            await self._learn(place, classic=classic)
            if self._last.stage is not Stage.TCP and self._is_mute(self._last):
                await self._try(place, replace(manner, classic=classic, visits=False))

    async def _compare_hellos(self, place: Place, manner: Manner) -> bool:
        """Try small ClientHellos and large ones by turns; return whether small ones alone are always answered.

        Two large ones had no answer. Three of each are enough, and the first that breaks the pattern ends it: then the
        last visit is done once more, so that it tells how the probe went.
        """
        small = replace(manner, classic=True)
        await self._visit((place,), small)
        if self._is_mute(self._last):
            return False
        for attempt in (manner, small, small):
            await self._visit((place,), attempt)
            if self._last.heard is not attempt.classic:
                if self._is_mute(self._last):
                    await self._visit((place,), small)
                return False
        return True

    async def _visit(self, places: tuple[Place, ...], manner: Manner) -> Place | None:
        """Do what the role would do, at the first place that takes it; this step says how the probe went."""
        manner = self._next_turn(manner)
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
        """Try what there is to try; two manners in a row that get no answer are the end of it."""
        unanswered = 0
        for manner in self._attempts(classic):
            if self._is_known(manner):
                continue
            unanswered = 0 if await self._is_answered(place, manner) else unanswered + 1
            if unanswered == _MOST_UNANSWERED or self._last.stage is Stage.TCP:
                return

    async def _is_answered(self, place: Place, manner: Manner) -> bool:
        """Try one manner, twice where nothing comes back, four times at a port that is known to be unreliable.

        An alert that fits everything gets a second try too, where the port takes another version: it may be a bad day.
        """
        takes_some = any(each.version for each in self._trials)
        for _ in range(4 if reliability(self._snapshot(), place.address) else 2):
            await self._try(place, manner)
            if not self._is_mute(self._last) and not (takes_some and self._last.turned_away):
                return True
        return self._last.heard

    async def _try(self, place: Place, manner: Manner) -> None:
        manner = self._next_turn(manner)
        self._recorder.begin_step(self._actor, manner.step)
        await self._visitor.visit(place, manner)
        self._recorder.end_step(self._actor, manner.step, self._last.came.value, completed=True)

    def _next_turn(self, manner: Manner) -> Manner:
        self._turns[manner] += 1
        return replace(manner, turn=self._turns[manner])

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

    def _is_mute(self, trial: Trial) -> bool:
        """Whether the port had not said anything at all: TCP was refused, or ended or stood without one byte."""
        if trial.stage is Stage.TCP:
            view = ConnectionView(self._snapshot(), self._snapshot().connection(trial.connection))
            return any(each.failure is DialFailure.REFUSED for each in view.events(DialFailed))
        return trial.stage is Stage.HANDSHAKE and not trial.heard

    @property
    def _trials(self) -> tuple[Trial, ...]:
        return trials_of(self._snapshot())

    @property
    def _last(self) -> Trial:
        return self._trials[-1]
