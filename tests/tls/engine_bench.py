"""The workbench of the engine's tests: two TLS engines, a wire between them, and certificates to wear."""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from functools import cache
from pathlib import Path

from harness.pki import Credentials, LabPki, LeafOrder, read_catalogue
from harness.tls.engine import TlsEngine
from harness.tls.observations import Alert, NameCheck, Progress, VerifyError
from harness.tls.profile import TlsProfile
from harness.transcript import ClientCertificate, Direction

NOW = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
CERTS = Path(__file__).parents[2] / "certs"
LAB_PKI = LabPki(
    read_catalogue({path.name: path.read_text(encoding="utf-8") for path in sorted(CERTS.glob("*.yaml"))}),
    NOW,
)
BOTH_VERSIONS = ("1.2", "1.3")


@cache
def credentials(role: str, *faults: str) -> Credentials:
    return LAB_PKI.issue(LeafOrder(role, faults=faults))


def wearing(role: str, *faults: str) -> TlsProfile:
    """Return the profile of a holder that trusts the public root and asks for nothing."""
    worn = credentials(role, *faults)
    trusted = (LAB_PKI.certificate_of("public-root"),)
    return TlsProfile(chain=worn.sent, private_key=worn.private_key, trusted=trusted, clock=NOW)


CALLER = wearing("b2b-peer")
CALLER_WITHOUT_CERTIFICATE = replace(CALLER, chain=(), private_key=b"")
ONE_WAY = wearing("expressway-e")
MUTUAL = replace(ONE_WAY, request=ClientCertificate.REQUIRED)


def at_version(profile: TlsProfile, version: str) -> TlsProfile:
    return replace(profile, versions=(version, version))


@dataclass
class Meeting:
    """A TLS client and a TLS server on one wire. `crossed` is what each sent, in order."""

    client: TlsEngine
    server: TlsEngine
    crossed: list[tuple[str, bytes]] = field(default_factory=list)

    def run(self) -> Meeting:
        """Let both talk until neither says more; who fails hangs up, and the other hears of it."""
        while self._turn("client") or self._turn("server"):
            pass
        return self

    def _turn(self, name: str) -> bool:
        end, peer = (self.client, self.server) if name == "client" else (self.server, self.client)
        if not end.failure:
            end.read() if end.finished else end.handshake()
        data = end.outgoing()
        if data:
            self.crossed.append((name, data))
            peer.receive(data)
        return bool(data)

    def hang_up(self, name: str) -> None:
        """Send a bare FIN from that end and let the other one notice."""
        end = self.server if name == "client" else self.client
        end.receive(b"")
        end.read() if end.finished else end.handshake()


def meeting(
    client: TlsProfile, server: TlsProfile, *, server_name: str = "", accept_name: NameCheck | None = None
) -> Meeting:
    """Let a TLS client meet a TLS server; return when neither has more to say."""
    return Meeting(
        TlsEngine(client, listens=False, server_name=server_name, accept_name=accept_name),
        TlsEngine(server, listens=True),
    ).run()


def fatal_alerts(engine: TlsEngine) -> list[tuple[str, int]]:
    """Return (direction, number) of every fatal alert that crossed this end."""
    return [(seen.direction.value, seen.number) for seen in engine.observed
            if isinstance(seen, Alert) and seen.level == 2]  # fmt: skip


def objections(engine: TlsEngine) -> list[tuple[int, int]]:
    """Return (depth, X509_V_ERR) of everything that the path check of this end objected to."""
    return [(seen.depth, seen.code) for seen in engine.observed if isinstance(seen, VerifyError)]


def says(speaker: TlsEngine, listener: TlsEngine, text: bytes) -> bytes | Progress:
    """Carry application data from one end to the other; return what the other end read."""
    assert speaker.write(text) is Progress.DONE
    listener.receive(speaker.outgoing())
    return listener.read()


SENT, RECEIVED = Direction.SENT.value, Direction.RECEIVED.value
