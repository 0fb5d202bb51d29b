"""From a name to addresses as this machine sees it: its hosts file and its name servers, or one that was named.

Addresses come from the machine's own resolver, which also knows /etc/hosts; NAPTR and SRV records, for which no
system call asks, from its name servers by our own asker. Where the user names a name server, that one is asked for all.
"""

from __future__ import annotations

import socket
from collections.abc import Mapping
from pathlib import Path

import trio

from harness.dns.locate import Located, Walking
from harness.dns.records import Answer, Host, Outcome, Question
from harness.errors import LabError
from harness.net.named_hosts import OutsideNetwork, source_towards
from harness.net.recorder import Recorder
from harness.net.resolver import BUDGET_SECONDS, Resolver
from harness.transcript import Address

DNS_PORT = 53
RESOLV_CONF = Path("/etc/resolv.conf")
_MOST_SERVERS = 3  # resolv.conf(5), MAXNS
_LOCAL = Address("127.0.0.1", DNS_PORT)
_FAMILIES: Mapping[str, socket.AddressFamily] = {"A": socket.AF_INET, "AAAA": socket.AF_INET6}
_DENIED: Mapping[int, Outcome] = {
    socket.EAI_NONAME: Outcome.NO_NAME,
    getattr(socket, "EAI_NODATA", socket.EAI_NONAME): Outcome.NO_RECORD,
    getattr(socket, "EAI_ADDRFAMILY", socket.EAI_FAMILY): Outcome.NO_RECORD,
    socket.EAI_AGAIN: Outcome.NO_ANSWER,
    socket.EAI_FAIL: Outcome.SERVER_FAILURE,
}
_UNKNOWN_NAMES = {Outcome.NO_ANSWER, Outcome.SERVER_FAILURE, Outcome.REFUSED}


def machine_servers(text: str) -> tuple[Address, ...]:
    """Return the name servers of a resolv.conf, at most three; this machine where it names none (resolv.conf(5))."""
    words = [line.split() for line in text.splitlines()]
    named = [word[1] for word in words if len(word) > 1 and word[0] == "nameserver" and "%" not in word[1]]
    return tuple(Address(host, DNS_PORT) for host in named[:_MOST_SERVERS]) or (_LOCAL,)


class Names:
    """Answers the questions of a walk. `server` is the name server that the user named, None for the machine's own."""

    def __init__(self, network: OutsideNetwork, recorder: Recorder, actor: str, server: Address | None) -> None:
        self._network = network
        self._recorder = recorder
        self._actor = actor
        self._is_named = server is not None
        self._servers = (server,) if server else machine_servers(_resolv_conf())

    async def drive(self, walk: Walking) -> Located:
        """Answer a walk's questions; return what it came to. LabError where no way leads to any name server."""
        try:
            question = next(walk)
            while True:
                question = walk.send(await self._answer(question))
        except StopIteration as stop:
            located: Located = stop.value
            return located

    async def _answer(self, question: Question) -> Answer:
        if question.type in _FAMILIES and not self._is_named:
            return await self._by_machine(question)
        answer = Answer(question, Outcome.NO_ANSWER)
        for server in self._servers:
            answer = await self._by_server(question, server)
            if answer.outcome not in _UNKNOWN_NAMES:
                break
        return answer

    async def _by_server(self, question: Question, server: Address) -> Answer:
        try:
            host = source_towards(server)
        except OSError:
            raise LabError(f"no way leads to the name server {server}; name another one with --resolver") from None
        self._network.permit(server.host)
        return await Resolver(self._network, self._recorder, actor=self._actor, host=host, server=server).ask(question)

    async def _by_machine(self, question: Question) -> Answer:
        with trio.move_on_after(BUDGET_SECONDS):
            try:
                found = await trio.socket.getaddrinfo(
                    question.name, None, family=_FAMILIES[question.type], type=socket.SOCK_STREAM
                )
            except socket.gaierror as error:
                return Answer(question, _DENIED.get(error.errno or 0, Outcome.SERVER_FAILURE))
            except UnicodeError:
                return Answer(question, Outcome.NO_NAME)
            addresses = dict.fromkeys(str(place[0]) for *_, place in found)
            return Answer(question, Outcome.FOUND, tuple(Host(address) for address in addresses))
        return Answer(question, Outcome.NO_ANSWER, detail=f"the machine's resolver took more than {BUDGET_SECONDS:g} s")


def _resolv_conf() -> str:
    try:
        return RESOLV_CONF.read_text("utf-8", "replace")
    except OSError:
        return ""
