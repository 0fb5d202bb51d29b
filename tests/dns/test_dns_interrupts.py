"""Ctrl-C while dnspython reads a record is no fault of the record."""

from __future__ import annotations

import dns.message
import dns.rdtypes.IN.SRV
import dns.rrset
import pytest
from dns_bench import zone_of

from harness.dns.wire import parsed

NAME, VALUE = "_sips._tcp.example.com.", "10 10 5061 edge.example.com."


def interrupted(*_: object, **__: object) -> None:
    raise KeyboardInterrupt


@pytest.mark.parametrize("while_reading", ["a zone", "a message"])
def test_an_interrupt_stays_one(monkeypatch: pytest.MonkeyPatch, while_reading: str) -> None:
    message = dns.message.make_response(dns.message.make_query(NAME, "SRV"))
    message.answer.append(dns.rrset.from_text(NAME, 60, "IN", "SRV", VALUE))
    octets = message.to_wire()
    for reader in ("from_text", "from_wire_parser"):
        monkeypatch.setattr(dns.rdtypes.IN.SRV.SRV, reader, interrupted)

    with pytest.raises(KeyboardInterrupt):
        zone_of(f"{NAME} 60 IN SRV {VALUE}") if while_reading == "a zone" else parsed(octets, limit=9)
