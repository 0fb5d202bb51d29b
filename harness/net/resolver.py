"""The asker's side of DNS: one question at a time to the lab's name server, over UDP, and over TCP where it must be.

No question waits longer than its budget; what became of it is an `Answer`, never an exception.
"""

from __future__ import annotations

import itertools
from dataclasses import replace

import trio

from harness.dns.cache import AnswerCache
from harness.dns.message import MAX_ALIASES, query_message, read_answer
from harness.dns.records import Answer, Outcome, Question
from harness.net.network import ByteStream, DatagramPort, DialError, Network, StreamResetError
from harness.net.recorder import Recorder
from harness.transcript import Address, Direction, DnsSeen

TRIES = 2
TRY_SECONDS = 2.0
"""How often a question is sent over UDP, and how long each time is waited for."""

TCP_SECONDS = 3.0
"""How long the same question may take over TCP."""

BUDGET_SECONDS = TRIES * TRY_SECONDS + TCP_SECONDS
"""How long a question may take in all, whatever aliases it leads through."""

_LENGTH_BYTES = 2
_LONGEST_MESSAGE = 65535


class Resolver:
    """Asks for one actor, from its own address, and keeps what it may keep."""

    def __init__(self, network: Network, recorder: Recorder, *, actor: str, host: str, server: Address) -> None:
        self._network = network
        self._recorder = recorder
        self._actor = actor
        self._host = host
        self._server = server
        self._numbers = itertools.count(1)
        self._cache = AnswerCache()

    async def ask(self, question: Question, client_subnet: str = "") -> Answer:
        """Return what a question comes to; `client_subnet` is told to the name server (RFC 7871).

        An alias whose end the name server did not tell is followed with questions of our own (RFC 1034 section 5.3.3).
        """
        with trio.move_on_after(BUDGET_SECONDS):
            answer = await self._ask_once(question, client_subnet)
            while _leads_on(answer):
                if len(set(answer.aliases)) < len(answer.aliases) or len(answer.aliases) > MAX_ALIASES:
                    endless = f"{question.name} leads through aliases to no end"
                    return replace(answer, outcome=Outcome.LOOP, detail=endless)
                onward = await self._ask_once(Question(answer.aliases[-1], question.type), client_subnet)
                answer = replace(onward, question=question, aliases=(*answer.aliases, *onward.aliases))
                if not onward.aliases:
                    break
            return answer
        return Answer(question, Outcome.NO_ANSWER, detail=f"no end of its aliases within {BUDGET_SECONDS:g} s")

    async def _ask_once(self, question: Question, client_subnet: str) -> Answer:
        now = self._recorder.elapsed()
        kept = self._cache.find(question, client_subnet, now)
        if kept is not None:
            return kept
        number = next(self._numbers) % _LONGEST_MESSAGE
        try:
            query = query_message(question, number=number, client_subnet=client_subnet)
        except ValueError:
            return Answer(question, Outcome.NO_NAME, detail=f"'{question.name}' cannot be a DNS name")
        answer = await self._over_udp(question, query, number)
        self._cache.keep(answer, client_subnet, self._recorder.elapsed())
        return answer

    async def _over_udp(self, question: Question, query: bytes, number: int) -> Answer:
        reply = await self._first_reply(query)
        if reply is None:
            waited = f"no answer within {TRIES * TRY_SECONDS:g} s ({TRIES} tries)"
            return Answer(question, Outcome.NO_ANSWER, detail=waited)
        answer = read_answer(reply, question, number=number)
        return await self._over_tcp(question, query, number) if answer is None else answer

    async def _first_reply(self, query: bytes) -> bytes | None:
        """Return the name server's first datagram, None where none came to any of the tries."""
        port = await self._network.open_datagrams(Address(self._host, 0))
        try:
            for _ in range(TRIES):
                self._note(Direction.SENT, query, "udp")
                await port.send(query, self._server)
                with trio.move_on_after(TRY_SECONDS):
                    return await self._next_reply(port)
        finally:
            port.close()
        return None

    async def _next_reply(self, port: DatagramPort) -> bytes:
        """Return the next datagram of the name server; what others send is none of our business."""
        while True:
            reply, source = await port.receive()
            if source == self._server:
                self._note(Direction.RECEIVED, reply, "udp")
                return reply

    async def _over_tcp(self, question: Question, query: bytes, number: int) -> Answer:
        reply = b""
        with trio.move_on_after(TCP_SECONDS):
            reply = await self._exchange(query)
        answer = read_answer(reply, question, number=number) if reply else None
        if answer is not None:
            return answer
        cut = f"cut off over UDP, and no whole answer over TCP within {TCP_SECONDS:g} s"
        return Answer(question, Outcome.TOO_LONG, detail=cut)

    async def _exchange(self, query: bytes) -> bytes:
        try:
            stream = await self._network.dial(self._host, self._server, within=TCP_SECONDS, bound=lambda _: None)
        except DialError:
            return b""
        try:
            self._note(Direction.SENT, query, "tcp")
            await stream.send(framed(query))
            reply = await FramedReader(stream).read()
        except StreamResetError:
            return b""
        finally:
            stream.close()
        if reply:
            self._note(Direction.RECEIVED, reply, "tcp")
        return reply

    def _note(self, direction: Direction, message: bytes, transport: str) -> None:
        now = self._recorder.now()
        self._recorder.note(DnsSeen(now, self._actor, self._server, transport, direction, message))


def _leads_on(answer: Answer) -> bool:
    """Whether an answer names an alias and nothing of where it leads, not even that there is nothing (RFC 2308)."""
    return answer.outcome is Outcome.NO_RECORD and bool(answer.aliases) and answer.ttl == 0


def framed(message: bytes) -> bytes:
    """Return a DNS message as TCP carries it (RFC 1035 section 4.2.2)."""
    return len(message).to_bytes(_LENGTH_BYTES, "big") + message


class FramedReader:
    """Reads DNS messages from a TCP connection, also where several came in one piece (RFC 7766 section 6.2.1.1)."""

    def __init__(self, stream: ByteStream) -> None:
        self._stream = stream
        self._held = b""

    async def read(self) -> bytes:
        """Return the next message, empty where the connection ends before; StreamResetError at an RST."""
        while len(self._held) < self._wanted:
            piece = await self._stream.receive()
            if not piece:
                return b""
            self._held += piece
        end = self._wanted
        message, self._held = self._held[_LENGTH_BYTES:end], self._held[end:]
        return message

    @property
    def _wanted(self) -> int:
        """Octets that must be here before a message is: its length, then all of it."""
        if len(self._held) < _LENGTH_BYTES:
            return _LENGTH_BYTES
        return _LENGTH_BYTES + int.from_bytes(self._held[:_LENGTH_BYTES], "big")
