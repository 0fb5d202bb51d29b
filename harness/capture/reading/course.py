"""How far a TLS connection came, as the wire shows it: who was done, who refused, who closed first.

Theory. In TLS 1.2 all of a handshake but its last messages is in clear, a refusal too. In TLS 1.3 everything behind the
ServerHello is sealed. With keys it is read; without them three things are left: the order, the sizes and the times. A
client that seals anything but an alert has sent its Finished, so for it the handshake is done. A server that seals
anything but an alert after that has accepted it: a session ticket, or an answer. A sealed alert has 19 bytes: level,
number, the true type, and a tag of 16 (RFC 8446 section 5.2; 11 with a tag of 8). A last record of that size is
one, and nobody can read its number; whether it is a refusal or a goodbye shows by what came before it.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from harness.tls.inspector import (
    Alert,
    ApplicationData,
    ChangeCipherSpec,
    Finished,
    Inspection,
    Item,
    NewSessionTicket,
    NotTls,
    Undecrypted,
)
from harness.tls.inspector.records import ContentType, Piece, Record, records
from harness.transcript import Chunk, Direction

_ALERT_SIZES = {19, 11}
_GOODBYES = {0, 90}
"""close_notify and user_canceled: no refusal, whatever their level (RFC 8446 section 6.1)."""
_FATAL = 2


@dataclass(frozen=True, slots=True)
class Sealed:
    """A record of TLS 1.3 that no key opens: when, whose, and how many bytes are in it."""

    at: float
    by_dialler: bool
    length: int

    @property
    def has_size_of_alert(self) -> bool:
        """Whether an alert fits into it and no other message does."""
        return self.length in _ALERT_SIZES


@dataclass(frozen=True, slots=True)
class Course:
    """How far the handshake came, by the dialler's (True) and the listener's (False) own sight.

    `done` is when each was through, None while it was not. `alert` is the first refusal that can be read: when, by the
    dialler or not, its level and number. `sealed_alert` is one that cannot. `goodbye` is when an end said close_notify
    or what may be one. `accepted` says that the listener went on after the dialler was through, None that nobody sees.
    `said` are the sizes of what each end said above TLS, as far as it shows.
    `is_sealed` says that no key opens all of it. `not_tls` are the ends that never spoke TLS.
    """

    version: str
    cipher: str
    done: dict[bool, float | None]
    alert: tuple[float, bool, int, int] | None
    sealed_alert: Sealed | None
    goodbye: dict[bool, float]
    accepted: bool | None
    said: dict[bool, int]
    is_sealed: bool
    not_tls: frozenset[bool]


def course_of(inspection: Inspection, chunks: Sequence[Chunk]) -> Course:
    """Return how far a connection came. `chunks` are its bytes as its dialler's side has them."""
    version = inspection.version or ""
    hello = inspection.server_hello
    reader = _Sealed13 if version == "1.3" and _is_shut(inspection) else _Readable
    course = reader(inspection, chunks)
    return Course(
        version=version,
        cipher=hello.cipher_suite if hello else "",
        done={True: course.done(by_dialler=True), False: course.done(by_dialler=False)},
        alert=course.alert(),
        sealed_alert=course.sealed_alert(),
        goodbye={side: at for side in (True, False) if (at := course.goodbye(by_dialler=side)) is not None},
        accepted=course.accepted(),
        said={side: course.said(by_dialler=side) for side in (True, False)},
        is_sealed=isinstance(course, _Sealed13),
        not_tls=frozenset(item.from_client for item in inspection.of_kind(NotTls)),
    )


def _is_shut(inspection: Inspection) -> bool:
    return any(item.content == "application_data" for item in inspection.of_kind(Undecrypted))


class _Readable:
    """A handshake in clear, TLS 1.2 without keys too, or one whose keys are at hand."""

    def __init__(self, inspection: Inspection, chunks: Sequence[Chunk]) -> None:
        del chunks
        self._seen = inspection
        self._version = inspection.version or ""

    def done(self, *, by_dialler: bool) -> float | None:
        """Return when an end was through."""
        finished = {side: self._finished(by_dialler=side) for side in (True, False)}
        own, other = finished[by_dialler], finished[not by_dialler]
        if self._version == "1.3":
            if own is None or other is None:
                return None
            return own if by_dialler else (other if self.accepted() else None)
        return None if own is None or other is None else max(own, other) if by_dialler else own

    def _finished(self, *, by_dialler: bool) -> float | None:
        """Return when an end sent its Finished; below TLS 1.3 the first sealed handshake record is that."""
        changed = False
        for item in self._seen.items:
            if item.from_client is not by_dialler:
                continue
            match item:
                case Finished() | Undecrypted(content="handshake"):
                    if self._version == "1.3" or changed:
                        return item.at
                case ChangeCipherSpec():
                    changed = True
        return None

    def accepted(self) -> bool | None:
        """Whether the listener went on after the dialler's Finished."""
        through = self._finished(by_dialler=True)
        if through is None:
            return None
        if self._version != "1.3":
            return self._finished(by_dialler=False) is not None
        place = next(n for n, item in enumerate(self._seen.items) if isinstance(item, Finished) and item.from_client)
        after = [item for item in self._seen.items[place:] if not item.from_client]
        went_on = any(isinstance(item, NewSessionTicket | ApplicationData) for item in after)
        return True if went_on else False if self.alert() else None

    def alert(self) -> tuple[float, bool, int, int] | None:
        """Return the first alert that is a refusal."""
        for each in self._seen.alerts:
            is_fatal = each.level == _FATAL or self._version == "1.3"
            if is_fatal and each.number not in _GOODBYES:
                return each.at, each.from_client, each.level, each.number
        return None

    def sealed_alert(self) -> Sealed | None:
        """Return the alert that nobody can read: none here."""
        return None

    def goodbye(self, *, by_dialler: bool) -> float | None:
        """Return when an end said close_notify, or in TLS 1.2 without keys sent an alert after its handshake."""
        said = (item.at for item in self._seen.items if item.from_client is by_dialler and _is_goodbye(item))
        return next(said, None)

    def said(self, *, by_dialler: bool) -> int:
        """Return how much an end said above TLS."""
        own = (item for item in self._seen.of_kind(ApplicationData) if item.from_client is by_dialler)
        return sum(item.length for item in own)


def _is_goodbye(item: Item) -> bool:
    match item:
        case Alert(number=number):
            return number in _GOODBYES
        case Undecrypted(content="alert"):
            return True
        case _:
            return False


class _Sealed13(_Readable):
    """TLS 1.3 without keys, or with keys that do not open all of it."""

    def __init__(self, inspection: Inspection, chunks: Sequence[Chunk]) -> None:
        super().__init__(inspection, chunks)
        self._sealed = _sealed_records(chunks)
        first = next((n for n, each in enumerate(self._sealed) if each.by_dialler and not each.has_size_of_alert), None)
        self._through = first
        """The place of the record with the dialler's Finished, or of what came before that in the same flight."""

    def done(self, *, by_dialler: bool) -> float | None:
        """Return when an end was through, as far as sizes and order show it."""
        if self._through is None:
            return None
        if by_dialler:
            return self._sealed[self._through].at
        return self._sealed[self._through].at if self.accepted() else None

    def accepted(self) -> bool | None:
        """Whether the listener sealed anything but an alert after the dialler was through."""
        if self._through is None:
            return None
        went_on = any(not each.by_dialler and not each.has_size_of_alert for each in self._sealed[self._through :])
        return True if went_on or self._heard() else None

    def _heard(self) -> bool:
        return any(not item.from_client for item in self._seen.of_kind(ApplicationData))

    def sealed_alert(self) -> Sealed | None:
        """Return the record that must be a refusal, or may be one.

        The dialler's is one before it was through, and may be one where it is all that it said after that. The
        listener's may be one as long as nothing shows that it had accepted the dialler.
        """
        if self.alert() or not self._sealed:
            return None
        for by_dialler in (True, False):
            own = [each for each in self._sealed if each.by_dialler is by_dialler]
            if own and own[-1].has_size_of_alert and not self._is_goodbye_for_sure(own):
                return own[-1]
        return None

    def _is_goodbye_for_sure(self, own: Sequence[Sealed]) -> bool:
        through = self._through
        if through is None:
            return False
        if not own[-1].by_dialler:
            return self.accepted() is True
        return self.accepted() is True or self._spoke_after(through)

    def _spoke_after(self, through: int) -> bool:
        """Whether the dialler sealed more than its last flight and an alert: then it said something to the listener."""
        flight = self._sealed[through].at
        return any(each.by_dialler and not each.has_size_of_alert and each.at > flight for each in self._sealed)

    def goodbye(self, *, by_dialler: bool) -> float | None:
        """Return when the last record of an end was, where that may be close_notify."""
        own = [each for each in self._sealed if each.by_dialler is by_dialler]
        return own[-1].at if own and own[-1].has_size_of_alert else None

    def said(self, *, by_dialler: bool) -> int:
        """Return how much an end sealed behind the dialler's last flight.

        What a listener seals at once may be session tickets, which say nothing: only what comes after them counts.
        """
        if self._through is None:
            return 0
        flight = self._sealed[self._through].at
        own = [each for each in self._sealed[self._through :] if each.by_dialler is by_dialler and each.at > flight]
        tickets = own[0].at if own and not by_dialler else -1.0
        return sum(each.length for each in own if not each.has_size_of_alert and each.at > tickets)


def _sealed_records(chunks: Sequence[Chunk]) -> list[Sealed]:
    """Return the records that their headers call application data, in the order in which they were complete."""
    found: list[tuple[int, Sealed]] = []
    for by_dialler, direction in ((True, Direction.SENT), (False, Direction.RECEIVED)):
        pieces = [Piece(n, each.at, each.data) for n, each in enumerate(chunks) if each.direction is direction]
        found += [
            (each.order, Sealed(each.at, by_dialler, len(each.payload)))
            for each in records(pieces, from_client=by_dialler)
            if isinstance(each, Record) and each.content == ContentType.APPLICATION_DATA
        ]
    return [sealed for _, sealed in sorted(found, key=lambda pair: pair[0])]
