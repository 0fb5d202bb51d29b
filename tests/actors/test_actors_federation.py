"""What a Microsoft edge looks for in DNS and in the certificate of whoever calls, and how it says no."""

from __future__ import annotations

from typing import Any

import pytest
from actors_bench import Visit, virtual_time, visiting

from harness.net.memory import MemoryNetwork

FEDERATED: dict[str, Any] = {"b2b-peer.federation": "microsoft", "b2b-peer.request": "required"}
LABEL = "_sipfederationtls._tcp.example.com"


async def called(visit: Visit) -> tuple[str, list[str]]:
    """Call the partner; return how that ended, and the headers that said why."""
    outcome = await visit.lab.cast.unified_cm.call("bob@peer.example")
    answers = visit.heard_by("unified-cm", b"SIP/2.0 ")
    return outcome.detail, [line for text in answers for line in text.split("\r\n") if line.startswith("ms-diag")]


@virtual_time
async def test_a_caller_whose_record_and_certificate_agree_is_welcome() -> None:
    async with visiting(MemoryNetwork(), FEDERATED) as visit:
        assert await called(visit) == ("200 OK", [])


@pytest.mark.parametrize(
    ("change", "number", "reason"),
    [
        ({"name-server.without": [f"SRV {LABEL}"]}, 1008, "Unable to resolve DNS SRV record."),
        (
            {"name-server.records": f"{LABEL}. 300 SRV 1 1 5061 notexample.com."},
            1009,
            "Conflicting SRV and host domains in DNS.",
        ),
        (
            {"name-server.records": f"{LABEL}. 300 SRV 1 1 5061 sip.example.com."},
            1010,
            "Certificate trust with next-hop server could not be established.",
        ),
        ({"b2b-peer.request": "none"}, 1010, "Certificate trust with next-hop server could not be established."),
    ],
)
@virtual_time
async def test_each_objection_has_its_number_and_comes_as_a_504(
    change: dict[str, Any], number: int, reason: str
) -> None:
    async with visiting(MemoryNetwork(), FEDERATED | change) as visit:
        told = f'ms-diagnostics: {number};reason="{reason}";source="edge1.peer.example"'
        assert await called(visit) == ("504 Server Time-out", [told])


@virtual_time
async def test_any_other_company_asks_for_no_record() -> None:
    async with visiting(MemoryNetwork(), {"name-server.without": [f"SRV {LABEL}"]}) as visit:
        assert await called(visit) == ("200 OK", [])
