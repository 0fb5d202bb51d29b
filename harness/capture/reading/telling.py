"""From the wire to the events of one end: of a capture between two boxes, that of whoever was refused.

Theory. A capture shows what crossed the wire and nothing of what either end thinks. The end that was refused thinks
nothing about it that the wire does not show: it got an alert, or the other one closed. So a connection is told from its
end, and the end that refused stands there as one that nobody saw. The judge then treats it as such: its trust list, its
clock and its settings are unknown, and its alert narrows the causes and settles none.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace

from harness.capture.reading.course import Course
from harness.capture.reading.streams import Closure, Flowing
from harness.tls.alerts import alert_name
from harness.transcript import (
    AlertSeen,
    Closed,
    Closing,
    Connected,
    DialFailed,
    DialFailure,
    Dialled,
    Direction,
    Event,
    HandshakeFailed,
    HandshakeFinished,
    SealedAlert,
)

WAITED = 1.0
"""Seconds without a word after which whoever closes is taken to have waited in vain, not to have refused."""
_FATAL = 2
_ABOUT_THE_STREAM = {10, 50, 80}
"""unexpected_message, decode_error, internal_error."""


@dataclass(frozen=True, slots=True)
class Told:
    """What is told of a connection: from which end, and its events.

    `completed` says that nothing stopped it; None that it is not known what became of it, and `open_because` why.
    `is_about_tls` says that this end speaks TLS, whatever the other one does.
    """

    by_dialler: bool
    events: tuple[Event, ...]
    completed: bool | None
    open_because: str = ""
    is_about_tls: bool = False


@dataclass(frozen=True, slots=True)
class Names:
    """How the two ends are called, and the number of the connection."""

    dialler: str
    listener: str
    number: int = 1

    def of(self, *, dialler: bool) -> str:
        """Return the name of an end."""
        return self.dialler if dialler else self.listener


def tell_dial(flow: Flowing, names: Names, *, over_at: float) -> Told:
    """Return what is told of a SYN that nobody answered, or that a reset answered."""
    began = flow.dialled or 0.0
    dialled = Dialled(began, names.dialler, names.number)
    if flow.refused:
        failed = DialFailed(flow.ended, names.dialler, names.number, DialFailure.REFUSED)
        return Told(True, (dialled, failed), completed=False)
    if over_at - began < WAITED:
        return Told(True, (dialled,), None, "the capture ends right after the SYN")
    if not flow.repeated:
        why = "no answer to the SYN is in the capture, and it was not sent again: the answer may be what is missing"
        return Told(True, (dialled,), None, why)
    failed = DialFailed(max(flow.ended, began + WAITED), names.dialler, names.number, DialFailure.TIMED_OUT)
    return Told(True, (dialled, failed), completed=False)


def tell_not_tls(flow: Flowing, names: Names, *, dialler_speaks_tls: bool) -> Told:
    """Return what is told where one end speaks TLS and the other does not: from the end that does."""
    teller = _Teller(flow, names, by_dialler=dialler_speaks_tls)
    last = flow.last_word()
    at = last.at if last else flow.ended
    failed = HandshakeFailed(at, teller.actor, names.number, "not-tls", "")
    events = (*teller.opening(), failed, *teller.closing())
    return Told(dialler_speaks_tls, events, completed=False, is_about_tls=True)


def tell_silence(flow: Flowing, names: Names, *, over_at: float) -> Told:
    """Return what is told of a connection to a TLS port on which nobody said a word."""
    return replace(_told_unfinished(flow, names, over_at=over_at), is_about_tls=True)


def tell_middle(flow: Flowing, names: Names) -> Told:
    """Return what is told of a connection whose beginning is not in the capture, nor the first words of its dialler."""
    teller = _Teller(flow, names, by_dialler=True)
    return Told(True, teller.opening(), None, "what the dialler said first is not in the capture")


def tell_clear(flow: Flowing, names: Names, *, by_dialler: bool) -> Told:
    """Return what is told of a connection without TLS, on which SIP or HTTP was spoken."""
    teller = _Teller(flow, names, by_dialler=by_dialler)
    return Told(by_dialler, (*teller.opening(), *teller.closing()), completed=True)


def tell_tls(flow: Flowing, course: Course, names: Names, *, over_at: float) -> Told:
    """Return what is told of a TLS connection."""
    alert, sealed = course.alert, course.sealed_alert
    if flow.lost and not course.said[False]:
        return _told_in_part(flow, course, names)
    if alert is not None and not _had_an_answer(course, alert[1]) and not _answers_closing(flow, alert):
        return _told_by_alert(flow, course, names)
    if sealed is not None and not (sealed.by_dialler and _came_after_closing(flow, sealed.at, by_dialler=True)):
        return _told_by_sealed_alert(flow, course, names)
    if course.done[True] is None:
        return _told_unfinished(flow, names, over_at=over_at)
    return _told_finished(flow, course, names)


def _told_in_part(flow: Flowing, course: Course, names: Names) -> Told:
    """Return what is told where bytes are missing before anything was answered: what was seen, and no more.

    What is missing may be the certificate that was shown, or the offer that nobody could take.
    """
    teller = _Teller(flow, names, by_dialler=True)
    why = "bytes of the handshake are not in the capture"
    if course.alert is not None:
        by = names.of(dialler=course.alert[1])
        why += f"; the {by} sent alert {course.alert[3]} {alert_name(course.alert[3])}"
    return Told(True, teller.opening(), None, why)


def _answers_closing(flow: Flowing, alert: tuple[float, bool, int, int]) -> bool:
    """Whether an alert is about the end of the stream, which came before it (measured: OpenSSL 3 says decode_error).

    One about a certificate is not, however late: in TLS 1.3 a client may have closed before it comes.
    """
    at, by_dialler, _, number = alert
    return number in _ABOUT_THE_STREAM and _came_after_closing(flow, at, by_dialler=by_dialler)


def _came_after_closing(flow: Flowing, at: float, *, by_dialler: bool) -> bool:
    """Whether the other end had closed TCP by then."""
    closure = flow.closure
    return closure is not None and closure.by_dialler is not by_dialler and closure.at < at


def _had_an_answer(course: Course, by_dialler: bool) -> bool:  # one of the two ends
    """Whether whoever sent the alert had already spoken above TLS: then it had accepted the other end."""
    return course.said[by_dialler] > 0 and course.done[by_dialler] is not None


def _told_by_alert(flow: Flowing, course: Course, names: Names) -> Told:
    at, by_dialler, level, number = course.alert or (0.0, False, _FATAL, 0)
    teller = _Teller(flow, names, by_dialler=not by_dialler)
    seen = AlertSeen(at, teller.actor, names.number, Direction.RECEIVED, max(level, _FATAL), number)
    return _refused(course, teller, seen, at)


def _told_by_sealed_alert(flow: Flowing, course: Course, names: Names) -> Told:
    sealed = course.sealed_alert
    at, by_dialler = (sealed.at, sealed.by_dialler) if sealed else (0.0, False)
    teller = _Teller(flow, names, by_dialler=not by_dialler)
    return _refused(course, teller, SealedAlert(at, teller.actor, names.number, Direction.RECEIVED), at)


def _refused(course: Course, teller: _Teller, seen: Event, at: float) -> Told:
    was_done = course.done[teller.by_dialler] is not None and teller.by_dialler
    events: list[Event] = [*teller.opening(), *teller.finished(course)] if was_done else [*teller.opening()]
    events.append(seen)
    if not was_done:
        events.append(HandshakeFailed(at, teller.actor, teller.names.number, "alert-received", ""))
    return Told(teller.by_dialler, (*events, *teller.closing()), completed=False)


def _told_unfinished(flow: Flowing, names: Names, *, over_at: float) -> Told:
    """Return what is told where no handshake was finished and no alert came."""
    closure, last = flow.closure, flow.last_word()
    if closure is not None and closure.by_dialler and not flow.first_bytes(by_dialler=True) and not flow.lost:
        teller = _Teller(flow, names, by_dialler=False)
        why = "the dialler said nothing and left, as somebody does who only looks whether a port is open"
        return Told(False, (*teller.opening(), *teller.closing()), None, why)
    if closure is None:
        teller = _Teller(flow, names, by_dialler=True)
        why = "the capture ends before the handshake does"
        if last is not None and over_at - last.at >= WAITED:
            why = f"nobody said a word for {over_at - last.at:.0f} s, and nobody had closed when the capture ended"
        return Told(True, teller.opening(), None, why)
    spoke_last = last is not None and (last.direction is Direction.SENT) == closure.by_dialler
    began = last.at if last else (flow.answered or 0.0)
    owes = closure.by_dialler if last is None else not spoke_last
    if not owes and closure.at - began >= WAITED:
        teller = _Teller(flow, names, by_dialler=closure.by_dialler)
        failed = HandshakeFailed(closure.at, teller.actor, names.number, "timed-out", "")
        return Told(teller.by_dialler, (*teller.opening(), failed, *teller.closing()), completed=False)
    teller = _Teller(flow, names, by_dialler=not closure.by_dialler)
    reason = "peer-reset" if closure.how is Closing.RST else "peer-closed"
    failed = HandshakeFailed(closure.at, teller.actor, names.number, reason, "")
    return Told(teller.by_dialler, (*teller.opening(), failed, *teller.closing()), completed=False)


def _told_finished(flow: Flowing, course: Course, names: Names) -> Told:
    """Return what is told of a handshake that the dialler finished: it stood, or somebody dropped it without a word."""
    closure = _who_closed(flow, course)
    soon = closure is not None and closure.at - (course.done[True] or 0.0) < WAITED
    if closure is None and course.version == "1.3" and not course.accepted and not course.said[False]:
        teller = _Teller(flow, names, by_dialler=True)
        why = "the capture ends before the listener took the client's certificate, or refused it"
        return Told(True, (*teller.opening(), *teller.finished(course)), None, why)
    if closure is None or course.said[False] > 0 or (course.accepted and course.is_sealed and not soon):
        teller = _Teller(flow, names, by_dialler=True)
        return Told(True, (*teller.opening(), *teller.finished(course), *teller.closing()), completed=True)
    teller = _Teller(flow, names, by_dialler=not closure.by_dialler)
    is_good = closure.by_dialler in course.goodbye
    was_asked = course.said[True] > 0
    dropped = not closure.by_dialler and was_asked
    stood = closure.at - (course.done[True] or 0.0) >= WAITED
    left = closure.by_dialler and not was_asked and not is_good and not stood
    unwanted = not closure.by_dialler and not was_asked and not is_good
    completed = not (dropped or left or unwanted)
    events = (*teller.opening(), *teller.finished(course), *teller.closing(closure, good=is_good and completed))
    return Told(teller.by_dialler, events, completed)


def _who_closed(flow: Flowing, course: Course) -> Closure | None:
    """Return who closed first: close_notify counts before the FIN or RST with which the other end answers it."""
    closure = flow.closure
    for by_dialler, at in sorted(course.goodbye.items(), key=lambda pair: pair[1]):
        if closure is not None and at <= closure.at:
            return Closure(at, by_dialler, Closing.FIN)
    return closure


class _Teller:
    """Writes the events of one end."""

    def __init__(self, flow: Flowing, names: Names, *, by_dialler: bool) -> None:
        self._flow = flow
        self.names = names
        self.by_dialler = by_dialler
        self.actor = names.of(dialler=by_dialler)

    def opening(self) -> tuple[Event, ...]:
        """Return the SYN and the connection, as far as they are in the capture."""
        events: list[Event] = []
        if self._flow.dialled is not None and self.by_dialler:
            events.append(Dialled(self._flow.dialled, self.actor, self.names.number))
        at = self._flow.answered if self._flow.answered is not None else self._flow.dialled
        events.append(Connected(at or 0.0, self.actor, self.names.number))
        return tuple(events)

    def finished(self, course: Course) -> tuple[Event, ...]:
        """Return the end of this end's handshake, where it came to that."""
        at = course.done[self.by_dialler]
        if at is None and not self.by_dialler:
            at = course.done[True]
        done = HandshakeFinished(at or 0.0, self.actor, self.names.number, course.version, course.cipher)
        return (done,) if at is not None else ()

    def closing(self, closure: Closure | None = None, *, good: bool = False) -> Iterator[Event]:
        """Yield how the connection ended, seen from this end; `good`: by a close_notify that can be read."""
        closure = closure or self._flow.closure
        if closure is not None:
            own = closure.by_dialler is self.by_dialler
            how = Closing.CLOSE_NOTIFY if good and closure.how is Closing.FIN else closure.how
            yield Closed(closure.at, self.actor, self.names.number, Direction.SENT if own else Direction.RECEIVED, how)
