"""A SIP connection that is dialled when somebody needs it, and kept for as long as it lives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

import trio

from harness.actors.site import Site
from harness.net.link import Link
from harness.net.sip_link import Serve, SipLink

Dial = Callable[[], Awaitable[Link | None]]
"""Gives a connection on which SIP may be spoken, None where none could be had."""


class StandingLink:
    """One actor's connection to one other; `serve` takes what the other end asks over it.

    Whoever needs it while it is dialled waits for that. `tend` is told of each connection that comes up.
    """

    def __init__(
        self, site: Site, dial: Dial, serve: Serve, *, tend: Callable[[SipLink], None] = lambda _: None
    ) -> None:
        self._site = site
        self._dial = dial
        self._serve = serve
        self._tend = tend
        self._sip: SipLink | None = None
        self._dialling: trio.Event | None = None

    @property
    def alive(self) -> bool:
        """Whether there is a connection that stands."""
        return self._sip is not None and self._sip.alive

    @property
    def is_down(self) -> bool:
        """Whether no connection stands and none is dialled."""
        return not self.alive and self._dialling is None

    async def reach(self) -> SipLink | None:
        """Return the connection, dialled where there is none; None where it could not be had."""
        if self._dialling is not None:
            await self._dialling.wait()
        if not self.alive:
            await self._bring_up()
        return self._sip if self.alive else None

    async def _bring_up(self) -> None:
        """Dial. Where that comes to nothing, those who waited dial for themselves, and not one after the other."""
        self._dialling = dialling = trio.Event()
        try:
            link = await self._dial()
            if link is not None:
                self._sip = self._site.speak_sip(link, self._serve)
                self._tend(self._sip)
        finally:
            dialling.set()
            if self._dialling is dialling:
                self._dialling = None

    async def close(self) -> None:
        """Close the connection, if there is one."""
        if self._sip is not None:
            await self._sip.close()
            self._sip = None
