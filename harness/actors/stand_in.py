"""What stands in for a protocol that the lab does not speak: mutual TLS as on the real link, then one line.

Whether the SSH tunnel of MRA or the database link of a cluster comes up is decided by certificates, and that part is
real here. What flows afterwards is played by a greeting, with which the listener says that it accepted the dialler: in
TLS 1.3 the end of the dialler's handshake does not say so (trap X8).
"""

from __future__ import annotations

import trio

from harness.net.link import Link

GREETING = b"sip-mtls stand-in: accepted\r\n"
_PATIENCE = 10.0


async def greet(link: Link) -> None:
    """Tell the dialler that it was accepted, and stay until it leaves."""
    await link.send(GREETING)
    while await link.receive():
        pass
    await link.close()


async def was_greeted(link: Link) -> bool:
    """Whether the listener says within 10 seconds that it accepted us; where it does not, the link is dropped."""
    with trio.move_on_after(_PATIENCE):
        if await link.receive() == GREETING:
            return True
    link.drop()
    return False
