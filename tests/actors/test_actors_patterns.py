"""No pattern of a user keeps the box from answering a stranger."""

from __future__ import annotations

import time

from actors_bench import EDGE_PORT, NOBODY, asking, virtual_time, visiting

from harness.net.memory import MemoryNetwork
from harness.transcript import Decision

ENDLESS = {"pattern": "(a|aa)+$", "target": "dns-zone"}


@virtual_time
async def test_no_pattern_freezes_the_box_that_a_stranger_calls() -> None:
    rules = [ENDLESS | {"priority": number, "pattern": f"(a|aa)+{number}?$"} for number in range(1, 60)]
    async with (
        visiting(MemoryNetwork(), {"expressway-e.search-rules": rules}) as visit,
        visit.speaking(EDGE_PORT, NOBODY) as visitor,
    ):
        started = time.process_time()
        final = await visitor.ask(asking("INVITE", f"sip:{'a' * 200}@example.com"))
        used = time.process_time() - started
        late = [each for each in visit.events("expressway-e", Decision) if each.topic == "pattern"]

    assert final is not None
    assert (final.status, len(late)) == (404, len(rules))
    assert used < 2
