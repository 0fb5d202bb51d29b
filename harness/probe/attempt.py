"""One connection to the port that is probed: TCP, TLS, one request, and what comes back within the time given.

In TLS 1.3 a finished handshake proves nothing (trap X8). So after it the visitor first listens a moment for an alert,
which a request that runs into a closed port could lose (domain.md 5.2), then asks, and waits: an answer proves that it
was accepted, an alert or a close that it was not, and silence proves neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

import trio

from harness.diagnosis.evidence import TRIAL
from harness.net.link import Link
from harness.net.named_hosts import OutsideNetwork
from harness.net.network import DialError
from harness.net.recorder import Recorder
from harness.probe.conversation import Conversation
from harness.probe.credentials import Manner, ProbeCredentials
from harness.probe.target import protocol_at
from harness.sip.identifiers import Identifiers
from harness.transcript import Address, Decision, DialFailed, Dialled

TARGET = "target"
"""The actor at the far end."""

LISTEN_FIRST_SECONDS = 0.5


class Pace:
    """Lets one connection begin every `seconds`, however many want to."""

    def __init__(self, seconds: float) -> None:
        self._seconds = seconds
        self._next = 0.0

    async def wait(self) -> None:
        """Wait until the next connection may begin."""
        await trio.sleep_until(self._next)
        self._next = trio.current_time() + self._seconds


@dataclass(frozen=True, slots=True)
class Place:
    """A port to probe: its address, and the far end as the user named it, for the Request-URI.

    `host` goes into SNI, the name that led to the address or another that the user wants; empty for none. `names`
    are looked for in its certificate.
    """

    address: Address
    name: str
    host: str
    names: tuple[str, ...]


class Visitor:
    """Makes connections for one actor. `within` are the seconds for TCP, for the handshake, and for an answer."""

    def __init__(
        self,
        network: OutsideNetwork,
        recorder: Recorder,
        *,
        actor: str,
        kit: ProbeCredentials,
        within: float,
        pace: Pace,
    ) -> None:
        self._network = network
        self._recorder = recorder
        self._actor = actor
        self._kit = kit
        self._within = within
        self._pace = pace
        self._identifiers = Identifiers(f"probe {actor}")

    async def visit(self, place: Place, manner: Manner) -> str:
        """Make one connection and end it; return what came of the request, empty where no answer came."""
        await self._pace.wait()
        link = await self._dial(place.address, manner)
        if link is None:
            return ""
        try:
            return await self._speak(link, place, manner)
        finally:
            link.drop()

    async def _dial(self, place: Address, manner: Manner) -> Link | None:
        recorder, actor, protocol = self._recorder, self._actor, protocol_at(place)
        number = recorder.dialling(actor, place, protocol)
        recorder.note(Dialled(recorder.now(), actor, number))
        facts = {"lowest": manner.versions[0], "highest": manner.versions[1]}
        recorder.note(Decision(recorder.now(), actor, number, TRIAL, manner.shows.value, facts))

        try:
            bound = partial(recorder.bound, number)
            stream = await self._network.dial("", place, within=self._within, bound=bound)
        except DialError as error:
            recorder.note(DialFailed(recorder.now(), actor, number, error.failure))
            return None
        recorder.taken(number, TARGET)
        return Link(stream, recorder, actor=actor, number=number, listens=False, peer=place)

    async def _speak(self, link: Link, place: Place, manner: Manner) -> str:
        link.expected_names = place.names if manner.visits else ()
        profile = self._kit.profile(manner)
        if not await link.secure_within(self._within, profile, server_name=place.host):
            return ""
        conversation = Conversation(link, self._recorder)
        answer = ""
        with trio.move_on_after(LISTEN_FIRST_SECONDS):
            answer = await conversation.hear()
        if link.ended is None and not (answer or conversation.over):
            with trio.move_on_after(self._within):
                await conversation.ask(place.name, protocol_at(place.address), self._identifiers)
                answer = await conversation.hear()
        await link.close("asked all that there was to ask")
        return answer
