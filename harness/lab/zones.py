"""From the lab's settings to its name server's knowledge, and what is wrong with the zones as written."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache

from harness.dns.authority import Authority
from harness.dns.destination import read_name
from harness.dns.faults import FAULTS, ZoneFault
from harness.dns.records import Question, is_type
from harness.dns.views import View
from harness.dns.zone import Overlay, Zone, renumbered
from harness.dns.zone_text import ZoneText, read_records, read_zone
from harness.document import hint_for
from harness.errors import Fault, ScenarioError
from harness.lab.directory import moved
from harness.lab.settings import Lab
from harness.lab.settings.network import HOME_BLOCK, NOBODYS_OCTET, DnsView, NameServer, ZoneSetting

Place = tuple[str | int, ...]
_HERE = "name-server"


def authority_of(lab: Lab, block: str, *, published: tuple[str, ...] = ()) -> Authority:
    """Return what the lab's name server knows, its own addresses moved to `block`.

    `published` are texts of records that were added later, one after the other. ScenarioError where a text is faulty.
    """
    settings = lab.name_server
    overlays = [_overlay(text) for text in (settings.records, *published) if text]
    missing = [question_of(words) for words in settings.without]
    zones = [_changed_zone(zone, overlays, missing) for zone in settings.zones]
    return Authority(
        tuple(renumbered(zone, HOME_BLOCK, block) for zone in zones),
        views=tuple(_view(view, zones, block) for view in settings.views),
        faults=tuple(ZoneFault(fault.fault, fault.name.lower()) for fault in settings.faults),
        inside=tuple(moved(network, block) for network in settings.inside),
        nobody=f"{block}.{NOBODYS_OCTET}",
    )


def _changed_zone(written: ZoneSetting, overlays: list[Overlay], missing: list[Question]) -> Zone:
    zone = _zone(written.origin, written.text)
    for overlay in overlays:
        zone = zone.with_records(overlay)
    for question in missing:
        zone = zone.without(question)
    return zone


def _view(written: DnsView, zones: list[Zone], block: str) -> View:
    overlay = _overlay(written.records)
    seen = [(zone, zone.with_records(overlay)) for zone in zones]
    other = tuple(renumbered(new, HOME_BLOCK, block) for zone, new in seen if new.rrsets != zone.rrsets)
    return View(written.name, tuple(moved(network, block) for network in written.networks), other)


@lru_cache(maxsize=256)
def _zone(origin: str, text: str) -> Zone:
    return read_zone(ZoneText(origin, text))


@lru_cache(maxsize=256)
def _overlay(text: str) -> Overlay:
    return read_records(ZoneText(".", text))


def question_of(words: str) -> Question:
    """Return the record set that words such as `SRV example.com` name; ValueError for other words."""
    kind, _, name = words.partition(" ")
    if not name or not is_type(kind):
        raise ValueError(f"expected a record type and a name, such as `SRV _sips._tcp.example.com`, got '{words}'")
    return Question(read_name(name.strip()), kind.upper())


@dataclass(frozen=True, slots=True)
class ZoneSettingFault:
    """One thing that the name server cannot serve.

    `place` is the path of the setting; `within` is line, column and wording of the faulty line where the setting is a
    text of several.
    """

    place: Place
    message: str
    hint: str = ""
    within: tuple[int, int, str] | None = None


def zone_faults(settings: NameServer) -> Iterator[ZoneSettingFault]:
    """Yield everything that the name server cannot serve."""
    for number, zone in enumerate(settings.zones):
        yield from _text_faults((_HERE, "zones", number, "text"), zone.text, zone.origin)
    yield from _text_faults((_HERE, "records"), settings.records)
    for number, view in enumerate(settings.views):
        yield from _text_faults((_HERE, "views", number, "records"), view.records)
    for number, words in enumerate(settings.without):
        try:
            question_of(words)
        except ValueError as error:
            yield ZoneSettingFault((_HERE, "without", number), str(error))
    for number, fault in enumerate(settings.faults):
        if fault.fault not in FAULTS:
            unknown = f"unknown DNS fault '{fault.fault}'"
            yield ZoneSettingFault((_HERE, "faults", number, "fault"), unknown, hint_for(fault.fault, sorted(FAULTS)))


def _text_faults(place: Place, text: str, origin: str = "") -> Iterator[ZoneSettingFault]:
    lines = text.splitlines()
    for fault in _faults_in(text, origin):
        within = (fault.line, fault.column, lines[fault.line - 1]) if 0 < fault.line <= len(lines) else None
        yield ZoneSettingFault(place, fault.message, fault.hint, within)


@lru_cache(maxsize=256)
def _faults_in(text: str, origin: str) -> tuple[Fault, ...]:
    """Return what is wrong with a zone, or with records where no origin is given; each text is read once."""
    try:
        if origin:
            _zone(origin, text)
        elif text:
            _overlay(text)
    except ScenarioError as error:
        return error.faults
    return ()
