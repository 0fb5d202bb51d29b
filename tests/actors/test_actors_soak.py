"""A lab that serves for long: whatever becomes of what visitors ask, nothing of it is kept.

The tables are not listed here: everything that the cast holds is walked through, and every collection in it counted.
"""

from __future__ import annotations

import gc
import itertools
import types
from collections import Counter, deque
from collections.abc import Awaitable, Callable, Iterator
from functools import partial
from typing import Any

import pytest
import trio
from actors_bench import asking, virtual_time
from calls_bench import B2BUA, PROXY, SILENT, Meeting, Stranger, meeting

from harness.net.recorder import Recorder
from harness.sip.dialog_table import DialogTable, Place
from harness.sip.digest import answer

each_way = pytest.mark.parametrize("change", [PROXY, B2BUA], ids=["proxy", "b2bua"])
FEW, MANY = 1, 6
TAPPED = "Link._tapped"  # the wire bytes of a connection: the recorder says how many are kept, here those of a play


# --- counting ---


def held(root: object) -> Counter[str]:
    """Return how much each collection holds that can be reached from an object of the lab, by class and attribute.

    What a play keeps for its end is left out: the recorder is not that of a served lab.
    """
    sizes: Counter[str] = Counter()
    seen: set[int] = set()
    waiting: list[tuple[str, object]] = [("cast", root)]
    while waiting:
        name, thing = waiting.pop()
        if id(thing) in seen or isinstance(thing, Recorder | type | types.ModuleType):
            continue
        seen.add(id(thing))
        if isinstance(thing, dict | list | set | deque):
            sizes[name] += len(thing)
            waiting += [(name, each) for each in _members(thing)]
        elif isinstance(thing, tuple | frozenset):
            waiting += [(name, each) for each in thing]
        elif isinstance(thing, partial | types.MethodType | types.FunctionType | types.CellType):
            waiting += [(name, each) for each in gc.get_referents(thing) if not isinstance(each, dict)]
        elif type(thing).__module__.startswith("harness."):
            waiting += [(f"{type(thing).__name__}.{key}", value) for key, value in _attributes(thing)]
    return sizes


def _members(collection: Any) -> Iterator[object]:
    yield from collection
    if isinstance(collection, dict):
        yield from collection.values()


def _attributes(thing: object) -> Iterator[tuple[str, object]]:
    yield from getattr(thing, "__dict__", {}).items()
    for kind in type(thing).__mro__:
        for slot in getattr(kind, "__slots__", ()):
            if hasattr(thing, slot):
                yield slot, getattr(thing, slot)


def tasks() -> int:
    """Return how many tasks there are: every connection and every timer is one at least."""
    todo, count = [trio.lowlevel.current_root_task()], 0
    while todo:
        task = todo.pop()
        if task is not None:
            count += 1
            todo += [child for nursery in task.child_nurseries for child in nursery.child_tasks]
    return count


def test_a_collection_behind_closures_and_slots_is_counted() -> None:
    table: DialogTable[int] = DialogTable()
    table.add({Place(1, "call", "a", "b"): 1}, 0.0)
    counted = held(partial(lambda: table.find))
    assert counted["DialogTable._entries"] == 1
    assert counted["DialogTable._owned"] == 2  # the connection, and its dialog


# --- what becomes of calls ---

NUMBERS = itertools.count(1)


async def refused(met: Meeting, caller: Stranger) -> None:
    met.phone.status = 486
    assert await caller.dial() == 486


async def not_found(met: Meeting, caller: Stranger) -> None:
    del met
    assert await caller.dial("sip:nobody@elsewhere.invalid") == 404


async def hung_up_by_caller(met: Meeting, caller: Stranger) -> None:
    del met
    assert await caller.dial() == 200
    assert await caller.ask_in_call("BYE") == 200


async def hung_up_by_called(met: Meeting, caller: Stranger) -> None:
    assert await caller.dial() == 200
    assert await met.phone.ask_in_call("BYE") == 200


async def cancelled(met: Meeting, caller: Stranger) -> None:
    met.phone.status = 0
    asked = caller.invite()
    async with caller.link.ask(asked) as responses:
        await met.phone.rang.wait()
        await caller.link.cancel(asked)
        assert [response.status async for response in responses][-1] == 487


async def lost_while_ringing(met: Meeting, caller: Stranger) -> None:
    met.phone.status = 0
    async with trio.open_nursery() as nursery:
        nursery.start_soon(caller.dial)
        await met.phone.rang.wait()
        caller.link.link.reset("gone")


async def lost_in_the_call(met: Meeting, caller: Stranger) -> None:
    del met
    assert await caller.dial() == 200
    caller.link.link.reset("gone")


async def phone_lost_in_the_call(met: Meeting, caller: Stranger) -> None:
    assert await caller.dial() == 200
    await met.phone.link.close()


async def nobody_answers(met: Meeting, caller: Stranger) -> None:
    met.phone.status = SILENT
    assert await caller.dial() == 408
    met.phone.link.link.reset("its own transaction is never over")


async def only_trying(met: Meeting, caller: Stranger) -> None:
    met.phone.status = 100
    assert await caller.dial() == 408


async def registers(met: Meeting, caller: Stranger) -> None:
    """Register as a phone of one's own, for a quarter of an hour."""
    settings = met.visit.lab.cast.unified_cm.settings
    me = f"<sip:{next(NUMBERS)}@{settings.user.partition('@')[2]}>"
    more = [("Contact", "<sip:a@192.0.2.1>;expires=900")]
    final, credentials = None, ""
    for _ in range(2):
        asked = asking(
            "REGISTER", "sip:example.com", more=(*more, *([("Authorization", credentials)] * bool(credentials)))
        )
        final = await caller.ask(asked.with_headers(asked.headers.with_replaced("To", me)))
        assert final is not None
        credentials = answer(
            final.headers.get("www-authenticate") or "", username=settings.user, password=settings.password,
            method="REGISTER", uri="sip:example.com", cnonce="1",
        ) or ""  # fmt: skip
    assert final is not None
    assert final.status == 200


async def outside(met: Meeting, caller: Stranger) -> None:
    """Call another company, its name written in a way of one's own, and leave without a word."""
    del met
    number = next(NUMBERS)
    spelt = "".join(each.upper() if number >> at & 1 else each for at, each in enumerate("peer.example"))
    assert await caller.dial(f"sip:bob@{spelt}") == 200


async def unanswered_bye(met: Meeting, caller: Stranger) -> None:
    assert await caller.dial() == 200
    met.phone.dialog = None
    assert await caller.ask_in_call("BYE") == 481


BECOMES: list[Callable[[Meeting, Stranger], Awaitable[None]]] = [
    refused, not_found, hung_up_by_caller, hung_up_by_called, cancelled, lost_while_ringing, lost_in_the_call,
    phone_lost_in_the_call, nobody_answers, only_trying, registers, outside, unanswered_bye,
]  # fmt: skip


async def come_and_go(met: Meeting, becomes: Callable[[Meeting, Stranger], Awaitable[None]]) -> None:
    """Be a visitor of one call, and leave."""
    met.phone.status, met.phone.dialog, met.phone.rang = 200, None, trio.Event()
    met.phone.asked.clear()
    caller = await met.another_caller("visitor")
    await becomes(met, caller)
    await caller.link.close()


async def after(met: Meeting, rounds: int) -> Counter[str]:
    """Return what is held some time after so many rounds of everything."""
    for _ in range(rounds):
        for becomes in BECOMES:
            await come_and_go(met, becomes)
    await trio.sleep(3600)
    await registers(met, met.caller)  # what has grown old is found when somebody comes
    counted = held(met.visit.lab.cast)
    del counted[TAPPED]
    return counted + Counter(tasks=tasks())


@each_way
@virtual_time
async def test_every_table_empties_itself_whatever_becomes_of_a_call(change: dict[str, Any]) -> None:
    async with meeting(change) as met:
        first = await after(met, FEW)
        assert await after(met, MANY) == first
        assert first["DialogTable._entries"] == 0
        assert first["Registrar._bindings"] == 1
