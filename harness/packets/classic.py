"""Classic pcap (draft-ietf-opsawg-pcap): both byte orders, microseconds and nanoseconds."""

from __future__ import annotations

import struct
from collections.abc import Iterator

from harness.packets.frames import CLASSIC_MAGICS, Frame
from harness.packets.limits import Limits, Remarks
from harness.packets.source import Source

_HEADER_LENGTH = 24
_LINK_TYPE = 0x0FFFFFFF
"""The high bits of the field say something of frame check sequences."""
_NANOSECONDS = 10**9


def classic_frames(source: Source, limits: Limits, remarks: Remarks) -> Iterator[Frame]:
    """Yield the packets of a file whose magic was recognised, as far as it goes."""
    header = source.take(_HEADER_LENGTH)
    if len(header) < _HEADER_LENGTH:
        remarks.add("the file ends inside its header")
        return
    order, unit = CLASSIC_MAGICS[header[:4]]
    (link,) = struct.unpack_from(f"{order}I", header, 20)
    record = struct.Struct(f"{order}IIII")
    while head := source.take(record.size):
        if len(head) < record.size:
            remarks.add("the file ends inside a packet: it was cut off")
            return
        seconds, fraction, captured, length = record.unpack(head)
        if captured > limits.block:
            remarks.add("a packet claims to be larger than any is: the rest of the file was not read")
            return
        data = source.take(captured)
        yield Frame(seconds * _NANOSECONDS + fraction * unit, link & _LINK_TYPE, data, max(length, captured))
        if len(data) < captured:
            remarks.add("the file ends inside a packet: it was cut off")
            return
