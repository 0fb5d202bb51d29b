"""What Java refuses and OpenSSL takes, against the Java that is installed: each has a rule of `certs check`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
import trio
from certificate_forge import authority, forge
from cryptography import x509
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from interop_bench import HOST, MUTUAL, alert_received, dialled, files, needs, new_link, running

from harness.certificates.rules import Examination, Severity, examine
from harness.lab.certificate_roles import CERTIFICATE_ROLES
from harness.lab.releases import RELEASES
from harness.net.memory import memory_stream_pair
from harness.pki import certificates_pem
from harness.tls.profile import TlsProfile

pytestmark = [pytest.mark.interop, needs("java")]

PEER = Path(__file__).with_name("JssePeer.java")
TODAY = datetime.now(UTC)
DATES: dict[str, object] = {"begins": TODAY - timedelta(days=5), "ends": TODAY + timedelta(days=60)}
LISTS = x509.CRLDistributionPoints(
    [x509.DistributionPoint([x509.UniformResourceIdentifier("http://crl.ca.example/1.crl")], None, None, None)]
)


@dataclass(frozen=True)
class Shown:
    """What a client shows (its chain, its key), the root above, and the rule that tells why Java refuses it."""

    profile: TlsProfile
    root: bytes
    rule: str


def shown(rule: str, above: Mapping[str, object] | None = None, **odd: object) -> Shown:
    top = authority("Root", **DATES)  # type: ignore[arg-type]
    issuing = authority("Issuing", by=top, **DATES, **(above or {}))  # type: ignore[arg-type]
    held = forge(by=issuing, **DATES, **odd)  # type: ignore[arg-type]
    key = held.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    return Shown(TlsProfile(chain=(held.der, issuing.der), private_key=key, versions=("1.3", "1.3")), top.der, rule)


STORIES = {
    "sound": shown(""),
    "no digitalSignature": shown("no-digital-signature", usages=("key_agreement",)),
    "a policy is demanded": shown("policy-missing", {"critical": [x509.PolicyConstraints(0, None)]}),
    "no subject, names that are not critical": shown("alternatives-not-critical", name=""),
    "critical CRL addresses": shown("critical-for-java", crls=(), critical=[LISTS]),
}


@pytest.mark.parametrize("what", STORIES)
async def test_a_rule_tells_what_java_refuses_and_openssl_takes(what: str, tmp_path: Path) -> None:
    story = STORIES[what]
    assert await refusal_of_java(story, tmp_path) is bool(story.rule)
    assert await refusal_of_openssl(story) is False

    role = CERTIFICATE_ROLES["mra-phone"]
    case = Examination((*story.profile.chain, story.root), role, RELEASES["x15.5"], TODAY)
    found = {each.rule.key for each in examine(case) if each.rule.severity is not Severity.INFO} - {"strict-peers"}
    assert found == ({story.rule} if story.rule else set())


async def refusal_of_java(story: Shown, folder: Path) -> bool:
    worn = files(folder, "expressway-e")
    worn.trusted.write_text(certificates_pem((story.root,)), encoding="ascii")
    words: list[str | Path] = [
        "java",
        "-XX:TieredStopAtLevel=1",
        PEER,
        worn.chain,
        worn.key,
        worn.trusted,
        "server",
        HOST,
    ]
    async with running(words) as server:
        link = await dialled(int((await server.line()).removeprefix("listening ")))
        with trio.fail_after(10):
            if await link.secure(replace(story.profile, verify=False)):
                await link.send(b"PING")
                await link.receive()
            await link.close()
    return alert_received(link) is not None


async def refusal_of_openssl(story: Shown) -> bool:
    near, far = memory_stream_pair()
    caller, called = new_link(near, listens=False), new_link(far, listens=True)
    async with trio.open_nursery() as nursery:
        nursery.start_soon(called.secure, replace(MUTUAL, trusted=(story.root,)))
        if await caller.secure(replace(story.profile, verify=False)):
            nursery.start_soon(called.close)
            await caller.receive()
        await caller.close()
    return alert_received(caller) is not None
