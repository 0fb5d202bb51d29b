"""A lab that stays open until somebody ends it: signals, reloads, and the visits as they end."""

from __future__ import annotations

import os
import signal
import sys
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from functools import partial
from typing import Protocol

import trio

from harness.errors import LabError, ScenarioError
from harness.net.loopback import LoopbackNetwork
from harness.pki.lab_pki import LabPki
from harness.serve.connections import Clients, Limits
from harness.serve.notes import Lookup, Visit
from harness.serve.ports import TcpPorts
from harness.serve.served_lab import Running, ServedLab
from harness.serve.settings_source import Served, read_served
from harness.serve.stories import Setting, Story, judged
from harness.transcript import Address

_WAITING_STORIES = 256
_REPORT_SECONDS = 10.0
_LAST_WORDS_SECONDS = 1.0
_RELOAD_KEY = b"r"


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be kept open: `word` names it, `block` holds its addresses, `bind` is one more address, or empty."""

    word: str
    block: str
    bind: str = ""
    limits: Limits = field(default_factory=Limits)


class Voice(Protocol):
    """Who tells a person what happens. It may take its time: it speaks in a thread, and the lab goes on."""

    def opened(self, running: Running, tcp_ports: TcpPorts) -> None:
        """Say that the lab is open."""

    def reloaded(self, running: Running, tcp_ports: TcpPorts) -> None:
        """Say that the settings were read again, and hold from now on."""

    def kept(self, error: Exception) -> None:
        """Say that the settings were read again and cannot be had; those of before hold on."""

    def visited(self, story: Story) -> None:
        """Tell of a request that was answered, of a visit that is over, or that stays."""

    def looked_up(self, lookup: Lookup) -> None:
        """Tell of a question to the name server, which was answered or not."""

    def missed(self, turned_away: Mapping[Address, int], untold: int) -> None:
        """Say how many were turned away at which port, and how many requests and visits there was no time to tell."""


async def keep_open(order: Order, served: Served, lab_pki: LabPki, voice: Voice) -> bool:
    """Keep a lab open until SIGTERM, or SIGINT: then return True.

    SIGHUP, or `r` and Enter at a terminal, reads the settings again. LabError where the lab cannot be opened.
    """
    with trio.open_signal_receiver(signal.SIGINT, signal.SIGTERM, signal.SIGHUP) as signals:
        async with trio.open_nursery() as nursery:
            keeper = _Keeper(order, lab_pki, voice, nursery)
            nursery.start_soon(keeper.work, served)
            interrupted = await keeper.obey(signals)
            with trio.move_on_after(_LAST_WORDS_SECONDS):
                await keeper.tell_the_rest()
            nursery.cancel_scope.cancel()
    return interrupted


_Told = tuple[Visit | Lookup, Setting] | trio.Event
"""What waits to be told; an event is set when all is told that waited before it."""


class _Keeper:
    def __init__(self, order: Order, lab_pki: LabPki, voice: Voice, nursery: trio.Nursery) -> None:
        self._order = order
        self._voice = voice
        self._clients = Clients(order.limits)
        self._tcp_ports = TcpPorts(LoopbackNetwork(), nursery, self._clients, publish=order.bind)
        self._served_lab = ServedLab(lab_pki, self._tcp_ports, nursery, order.block, self._take)
        self._stories, self._told = trio.open_memory_channel[_Told](_WAITING_STORIES)
        self._reload, self._asked = trio.open_memory_channel[None](1)
        self._untold = 0
        self._one_at_a_time = trio.CapacityLimiter(1)

    async def obey(self, signals: AsyncIterator[int]) -> bool:
        """Return whether it was Ctrl-C that ended it."""
        async for number in signals:
            if number != signal.SIGHUP:
                return number == signal.SIGINT
            self._ask_reload()
        raise AssertionError("signals never end")

    def _ask_reload(self) -> None:
        with suppress(trio.WouldBlock):  # one is asked for already
            self._reload.send_nowait(None)

    async def work(self, served: Served) -> None:
        """Open the lab, then do what there is to do."""
        running = await self._served_lab.switch_to(served)
        await self._aloud(self._voice.opened, running, self._tcp_ports)
        async with trio.open_nursery() as nursery:
            nursery.start_soon(self._clients.cut_off_the_idle)
            nursery.start_soon(self._tell)
            nursery.start_soon(self._count)
            if sys.stdin is not None and sys.stdin.isatty():
                nursery.start_soon(self._listen_to_keys)
            async for _ in self._asked:
                await self._read_again()

    async def _read_again(self) -> None:
        try:
            running = await self._served_lab.switch_to(read_served(self._order.word))
        except (ScenarioError, LabError) as error:
            await self._aloud(self._voice.kept, error)
        else:
            await self._aloud(self._voice.reloaded, running, self._tcp_ports)

    async def _listen_to_keys(self) -> None:
        descriptor = sys.stdin.fileno()
        while True:
            await trio.lowlevel.wait_readable(descriptor)
            typed = os.read(descriptor, 1024)
            if not typed:
                return
            if typed.strip().lower() == _RELOAD_KEY:
                self._ask_reload()

    # --- visits ---

    def _take(self, visit: Visit | Lookup, setting: Setting) -> None:
        try:
            self._stories.send_nowait((visit, setting))
        except trio.WouldBlock:
            self._untold += 1

    async def tell_the_rest(self) -> None:
        """Wait until all is told that ended before the lab does."""
        told = trio.Event()
        await self._stories.send(told)
        await told.wait()
        await self._tell_counts()

    async def _tell(self) -> None:
        async for told in self._told:
            match told:
                case trio.Event():
                    told.set()
                case Lookup() as lookup, _:
                    await self._aloud(self._voice.looked_up, lookup)
                case visit, setting:
                    await self._aloud(self._voice.visited, judged(visit, setting))

    async def _count(self) -> None:
        """Say how many were turned away: the first at once, those that follow together."""
        while True:
            with trio.move_on_after(_REPORT_SECONDS):
                await self._clients.has_turned_away.wait()
            if await self._tell_counts():
                await trio.sleep(_REPORT_SECONDS)

    async def _tell_counts(self) -> bool:
        """Say what is only counted; return whether there was anything."""
        turned_away = self._clients.count_turned_away()
        untold, self._untold = self._untold + self._served_lab.count_untold(), 0
        if turned_away or untold:
            await self._aloud(self._voice.missed, turned_away, untold)
        return bool(turned_away or untold)

    async def _aloud(self, tell: Callable[..., None], *words: object) -> None:
        """Let the voice speak: whoever reads its pipe slowly must not stop the lab, nor its end."""
        say = partial(tell, *words)
        await trio.to_thread.run_sync(say, abandon_on_cancel=True, limiter=self._one_at_a_time)
