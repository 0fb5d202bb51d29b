"""Our side of the handshake benchmarks: two sites of the lab that talk over loopback sockets.

A connection is what a step of a play makes of it: it is dialled, secured with certificates on both sides,
asked OPTIONS, answered 200 and closed cleanly (close_notify). All of it is observed as a verdict needs it: wire
bytes, key log, handshake states, events. The transcript itself is decoded only on request, so not here.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, replace
from functools import cache

import trio

from benchmarks.measuring import own_cpu
from harness.actors.site import Site, Stage
from harness.actors.tls_profiles import TlsProfiles
from harness.actors.user_agent import CallOrder, UserAgent
from harness.lab.directory import directory_of
from harness.net.link import Link
from harness.net.loopback import LoopbackNetwork
from harness.net.recorder import Recorder
from harness.net.sip_link import SipLink
from harness.pki import LeafOrder
from harness.run.library import Library
from harness.tls.profile import TlsProfile
from harness.transcript import ClientCertificate

PORT = 5062
_ORDER = CallOrder(caller="ping@peer.example", called="us-expe1.example.com")


@dataclass(frozen=True, slots=True)
class Pair:
    """The two ends of a mutual handshake: P-256 throughout, a leaf and an intermediate on each side."""

    caller: TlsProfile
    called: TlsProfile


@cache
def library() -> Library:
    """Return the library that comes with the package, read once."""
    return Library()


def mutual_pair(version: str) -> Pair:
    """Return both ends, at exactly that TLS version."""
    caller, called = (_wearing(role, version) for role in ("b2b-peer", "expressway-e"))
    return Pair(caller, replace(called, request=ClientCertificate.REQUIRED))


def _wearing(role: str, version: str) -> TlsProfile:
    lab_pki = library().lab_pki
    worn = lab_pki.issue(LeafOrder(role))
    trusted = (lab_pki.certificate_of("public-root"),)
    return TlsProfile(chain=worn.sent, private_key=worn.private_key, trusted=trusted, versions=(version, version))


def our_cost(pair: Pair, connections: int) -> float:
    """Return the CPU seconds of one connection, both ends, as the mean of so many in a row."""
    return own_cpu(lambda: trio.run(_talk, pair, connections)) / connections


async def _talk(pair: Pair, connections: int) -> None:
    lab = library().healthy
    block = f"127.{random.randrange(64, 255)}.{random.randrange(256)}"  # noqa: S311  # no secret
    async with trio.open_nursery() as nursery:
        tls_profiles = TlsProfiles(library().lab_pki, "1.3")
        recorder = Recorder(trio.current_time)
        stage = Stage(lab, directory_of(lab, block), LoopbackNetwork(), recorder, tls_profiles, nursery)
        await _listen(Site(stage, "expressway-e"), pair.called)
        caller = Site(stage, "b2b-peer")
        for _ in range(connections):
            await _ask_once(caller, pair.caller)
        nursery.cancel_scope.cancel()


async def _listen(site: Site, profile: TlsProfile) -> None:
    agent = UserAgent(site, port=PORT)

    async def welcome(link: Link) -> None:
        if await link.secure(replace(profile)):  # actors make their profile anew for each connection
            await SipLink(link, site.stage.recorder, agent.serve).run()

    await site.listen(PORT, welcome, service="SIP")


async def _ask_once(site: Site, profile: TlsProfile) -> None:
    agent = UserAgent(site, port=PORT)
    link = await site.dial(site.stage.directory.address_of("expressway-e"), PORT)
    assert link is not None  # noqa: S101  # we listen there
    assert await link.secure(replace(profile))  # noqa: S101  # a healthy pair
    sip = site.speak_sip(link, agent.serve)
    outcome = await agent.options(sip, _ORDER)
    assert outcome.completed, outcome.detail  # noqa: S101  # what was not answered must not be timed
    await sip.close()
