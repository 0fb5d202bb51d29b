"""The network outside the lab: real hosts, and only those that the user named."""

from __future__ import annotations

import socket
from collections.abc import Callable
from contextlib import AbstractContextManager
from ipaddress import ip_address

from harness.errors import LabError
from harness.net.loopback import LoopbackNetwork
from harness.net.network import ByteStream, DatagramPort, DialError, Listener
from harness.transcript import Address, DialFailure


def is_this_machine(host: str) -> bool:
    """Return whether an address leads to this machine: 127.0.0.0/8, or ::1."""
    return ip_address(host).is_loopback


def source_towards(target: Address) -> str:
    """Return the address of this machine from which packets to `target` leave; OSError where no way leads there.

    Nothing is sent: the kernel looks into its routes.
    """
    family = socket.AF_INET6 if ":" in target.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_DGRAM) as sock:
        sock.connect((target.host, target.port))
        return str(sock.getsockname()[0])


class OutsideNetwork:
    """Real sockets to the hosts that were permitted. It listens nowhere."""

    name = "probe"

    def __init__(self) -> None:
        self._sockets = LoopbackNetwork()
        self._permitted: set[str] = set()

    def permit(self, host: str) -> None:
        """Allow connections to an address."""
        self._permitted.add(host)

    def block(self) -> AbstractContextManager[str]:
        """Raise LabError: nobody lives here."""
        raise LabError("a probe has no addresses to give away")

    async def listen(self, address: Address) -> Listener:
        """Raise LabError: a probe dials only."""
        raise LabError(f"a probe does not listen, neither at {address} nor elsewhere")

    async def dial(
        self, source: str, target: Address, *, within: float, bound: Callable[[Address], None]
    ) -> ByteStream:
        """Connect to a permitted host within `within` seconds, from `source` or, where that is empty, as routes say.

        Raises DialError, and LabError for a host that nobody permitted.
        """
        if target.host not in self._permitted:
            raise LabError(f"a probe dials only where its user points, and not {target.host}")
        try:
            source = source or source_towards(target)
        except OSError as error:
            raise DialError(DialFailure.UNREACHABLE) from error
        return await self._sockets.dial(source, target, within=within, bound=bound)

    async def open_datagrams(self, address: Address) -> DatagramPort:
        """Open a UDP port, to ask a name server; LabError where that cannot be."""
        return await self._sockets.open_datagrams(address)
