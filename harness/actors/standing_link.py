"""A SIP connection that is dialled when somebody needs it, and kept for as long as it lives."""

from __future__ import annotations

from collections.abc import Awaitable, Callable

from harness.actors.site import Site
from harness.net.link import Link
from harness.net.sip_link import Serve, SipLink

Dial = Callable[[], Awaitable[Link | None]]
"""Gives a connection on which SIP may be spoken, None where none could be had."""


class StandingLink:
    """One actor's connection to one other; `serve` takes what the other end asks over it."""

    def __init__(self, site: Site, dial: Dial, serve: Serve) -> None:
        self._site = site
        self._dial = dial
        self._serve = serve
        self._sip: SipLink | None = None

    async def reach(self) -> SipLink | None:
        """Return the connection, dialled where there is none; None where it could not be had."""
        if self._sip is None or not self._sip.alive:
            link = await self._dial()
            self._sip = self._site.speak_sip(link, self._serve) if link else None
        return self._sip

    async def close(self) -> None:
        """Close the connection, if there is one."""
        if self._sip is not None:
            await self._sip.close()
            self._sip = None
