"""The Test button of Control Hub: look-up, socket, TLS, OPTIONS, and its own words for where that ended.

domain.md 2.3. The words do not say who refused whom; that is what the verdict beside them is for.
"""

from __future__ import annotations

from collections.abc import Mapping

from harness.actors.user_agent import Outcome
from harness.actors.webex_cloud import CloudCall, WebexCloud
from harness.dns.locate import Target
from harness.transcript import DialFailed, DialFailure

NO_ADDRESSES, TLS_FAILURE, READ_WRITE_FAILURE = "No DNS addresses found", "TLS failure", "TCP read/write failure"
SOCKET_WORDS: Mapping[DialFailure, str] = {
    DialFailure.TIMED_OUT: "Connection timed out",
    DialFailure.REFUSED: "Connect failure",
    DialFailure.UNREACHABLE: "TCP failure",
}


async def run_test(cloud: WebexCloud, call: CloudCall) -> Outcome:
    """Test the SIP destination at its first target, a step after the other; the first that fails ends it."""
    located = await cloud.locate(call)
    if not located.targets:
        return _ended(cloud, 0, "DNS", NO_ADDRESSES)
    target = located.targets[0]
    told = {"lookup": _lookup_of(target), "fqdn": target.host, "ip": target.address}
    link = await cloud.attempt(target)
    if isinstance(link, DialFailed):
        return _ended(cloud, link.connection, "Socket", SOCKET_WORDS[link.failure], **told)
    if not await cloud.secure(link, target):
        return _ended(cloud, link.number, "TLS", TLS_FAILURE, **told)
    answered = await cloud.ping(link)
    if not answered.completed:
        words = READ_WRITE_FAILURE if link.ended is not None else answered.detail
        return _ended(cloud, link.number, "SIP OPTIONS", words, **told)
    cloud.site.decide(link.number, "control-hub-test", "passed", **told)
    return Outcome(completed=True, detail="DNS, socket, TLS and SIP OPTIONS passed")


def _lookup_of(target: Target) -> str:
    """Return how the target was found: by SRV, by the address of a host, or as it was written."""
    if target.priority is not None:
        return "SRV"
    return "none" if target.host == target.address else "A/AAAA"


def _ended(cloud: WebexCloud, connection: int, step: str, words: str, **told: str) -> Outcome:
    cloud.site.decide(connection, "control-hub-test", "failed", step=step, words=words, **told)
    return Outcome(completed=False, detail=f"{words} ({step})")
