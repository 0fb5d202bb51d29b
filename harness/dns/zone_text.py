"""From what a person writes to zones: standard master-file text, every fault at its line and column."""

from __future__ import annotations

from dataclasses import dataclass

import dns.rdatatype
import dns.rrset
from dns.rdatatype import RdataType

from harness.dns.domain_names import is_below, labels_of, name_of
from harness.dns.record_reader import RecordReader, WrittenRecord
from harness.dns.zone import Key, Overlay, Zone, record_set
from harness.errors import Fault, ScenarioError

MAX_BYTES = 1_000_000
"""Size of a zone's text in bytes of UTF-8."""

MAX_RECORDS = 10_000
"""Records of a zone."""


@dataclass(frozen=True, slots=True)
class ZoneText:
    """A zone, or some records of one, in master-file text (RFC 1035 section 5).

    `origin` is what relative names are relative to. `file` and `first_line` say where a person wrote it:
    `first_line` is the line of `file` at which `text` begins, counted from 1.

    A record needs no TTL: it has the one of `$TTL`, else the last that was written, else an hour. `$INCLUDE` and
    `$GENERATE` are refused.
    """

    origin: str
    text: str
    file: str = ""
    first_line: int = 1


def read_zone(written: ZoneText) -> Zone:
    """Return the zone that is written; ScenarioError with every fault that was found in it."""
    reader = _read(written)
    apex = reader.origin
    sound = [record for record in reader.records if _is_at_home(record, reader)]
    soas = [record for record in sound if record.rdtype == RdataType.SOA]
    if not soas:
        hint = "begin with: @ SOA ns.<zone>. hostmaster.<zone>. 1 3600 600 86400 300"
        reader.faults.append(Fault(written.file, written.first_line, 1, "the zone has no SOA record", hint))
    for second in soas[1:]:
        reader.object_to(second.place, "a second SOA record", "a zone has one")
    sets = _record_sets(sound, reader)
    _raise(reader)
    return Zone(apex, sets[labels_of(apex), RdataType.SOA], sets)


def read_records(written: ZoneText) -> Overlay:
    """Return the records that are written, to be laid over zones: absolute or relative names, and no SOA.

    ScenarioError with every fault that was found.
    """
    reader = _read(written)
    for record in reader.records:
        if record.rdtype == RdataType.SOA:
            reader.object_to(record.place, "an SOA record cannot be laid over a zone", "remove it")
    sets = _record_sets(reader.records, reader)
    _raise(reader)
    return Overlay(tuple(sets.values()))


def _read(written: ZoneText) -> RecordReader:
    if len(written.text.encode("utf-8", "surrogatepass")) > MAX_BYTES:
        raise ScenarioError([Fault(written.file, written.first_line, 1, f"larger than {MAX_BYTES} bytes", "split it")])
    try:
        origin = name_of(written.origin)
    except ValueError as error:
        raise ScenarioError([Fault(written.file, written.first_line, 1, str(error))]) from None
    reader = RecordReader(origin, written.file, written.first_line)
    reader.read(written.text, MAX_RECORDS)
    return reader


def _is_at_home(record: WrittenRecord, reader: RecordReader) -> bool:
    """Return whether a record may stand in the zone; where not, that is a fault."""
    origin, labels = labels_of(reader.origin), labels_of(record.name)
    if not is_below(labels, origin):
        zone = reader.origin.to_text()
        hint = "a name with a final dot is absolute; without one it is relative to the zone"
        reader.object_to(record.place, f"the name {record.name.to_text()} lies outside of the zone {zone}", hint)
        return False
    if record.rdtype == RdataType.SOA and labels != origin:
        reader.object_to(record.place, "an SOA record below the zone's own name", "write it at @")
        return False
    return True


def _record_sets(records: list[WrittenRecord], reader: RecordReader) -> dict[Key, dns.rrset.RRset]:
    """Return the record sets in the order of their first records; an alias beside other data is a fault."""
    gathered: dict[Key, list[WrittenRecord]] = {}
    kinds: dict[tuple[bytes, ...], RdataType] = {}
    for record in records:
        labels = labels_of(record.name)
        if record.rdtype not in _BESIDE_AN_ALIAS:
            first = kinds.setdefault(labels, record.rdtype)
            _check_alias(record, first, reader, again=(labels, RdataType.CNAME) in gathered)
        gathered.setdefault((labels, record.rdtype), []).append(record)
    return {key: _record_set(members) for key, members in gathered.items()}


def _record_set(members: list[WrittenRecord]) -> dns.rrset.RRset:
    return record_set(members[0].name, min(m.ttl for m in members), [m.value for m in members])


_BESIDE_AN_ALIAS = (RdataType.RRSIG, RdataType.NSEC)
"""What DNSSEC puts beside an alias (RFC 4034 sections 3 and 4)."""


def _check_alias(record: WrittenRecord, first: RdataType, reader: RecordReader, *, again: bool) -> None:
    if RdataType.CNAME not in (record.rdtype, first):
        return
    if record.rdtype != first:
        what = f"{record.name.to_text()} is an alias (CNAME) and has other records"
        reader.object_to(record.place, what, "an alias stands alone at its name (RFC 1034 section 3.6.2)")
    elif again:
        reader.object_to(record.place, f"{record.name.to_text()} has a second CNAME", "an alias leads to one name")


def _raise(reader: RecordReader) -> None:
    if reader.faults:
        raise ScenarioError(sorted(reader.faults, key=lambda fault: (fault.line, fault.column)))
