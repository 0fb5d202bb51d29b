"""The lab's name server: UDP and TCP around the authority that knows the answers."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import trio

from harness.actors.site import Stage
from harness.dns.authority import Reply
from harness.lab.zones import authority_of
from harness.net.network import ByteStream, DatagramPort, Listener, StreamResetError
from harness.net.resolver import FramedReader, framed
from harness.transcript import Address

NAME = "name-server"
_IDLE_SECONDS = 10.0


@dataclass(frozen=True, slots=True)
class Served:
    """One question that was answered, for whoever watches."""

    source: Address
    transport: str
    reply: Reply


class NameServer:
    """Answers whoever asks; `watch` is told of each question."""

    def __init__(self, stage: Stage, watch: Callable[[Served], None] | None = None) -> None:
        self._stage = stage
        self._watch = watch
        self._published: tuple[str, ...] = ()
        self.address = Address(stage.directory.address_of(NAME), stage.lab.name_server.port)
        self._authority = authority_of(stage.lab, stage.directory.block)

    async def start(self) -> None:
        """Open the port, UDP and TCP; LabError where that cannot be."""
        port = await self._stage.network.open_datagrams(self.address)
        listener = await self._stage.network.listen(self.address)
        self._stage.nursery.start_soon(self._serve_udp, port)
        self._stage.nursery.start_soon(self._serve_tcp, listener)

    def publish(self, records: str) -> None:
        """Add records (master-file text) to the zones; those of the same name and type are replaced."""
        self._published += (records,)
        self._authority = authority_of(self._stage.lab, self._stage.directory.block, published=self._published)

    def _answer(self, query: bytes, source: Address, transport: str) -> bytes | None:
        reply = self._authority.answer(query, source=source.host, transport="tcp" if transport == "tcp" else "udp")
        if self._watch is not None:
            self._watch(Served(source, transport, reply))
        outcome = reply.outcome if reply.message is not None else f"{reply.outcome}, in silence"
        self._record(source, transport, reply.question, outcome)
        return reply.message

    def _record(self, source: Address, transport: str, question: str, outcome: str) -> None:
        """Put what a stranger asked on record; what actors ask is theirs to record."""
        if not self._stage.directory.actor_at(source.host):
            self._stage.recorder.looked_up((source, self.address), transport, question, outcome)

    async def _serve_udp(self, port: DatagramPort) -> None:
        try:
            while True:
                query, source = await port.receive()
                answer = self._answer(query, source, "udp")
                if answer is not None:
                    await port.send(answer, source)
        finally:
            port.close()

    async def _serve_tcp(self, listener: Listener) -> None:
        try:
            async with trio.open_nursery() as nursery:
                while True:
                    stream, source = await listener.accept()
                    nursery.start_soon(self._serve_connection, stream, source)
        finally:
            listener.close()

    async def _serve_connection(self, stream: ByteStream, source: Address) -> None:
        queries, came = FramedReader(stream), 0
        try:
            with trio.move_on_after(_IDLE_SECONDS) as idle:
                while query := await queries.read():
                    came += 1
                    idle.deadline = trio.current_time() + _IDLE_SECONDS
                    answer = self._answer(query, source, "tcp")
                    if answer is None:
                        return
                    await stream.send(framed(answer))
        except StreamResetError:
            pass
        finally:
            stream.close()
            if not came:
                self._record(source, "tcp", "", "")
