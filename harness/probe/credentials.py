"""What a probe carries: the user's certificate, one of a CA that nobody knows, and what it verifies with."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from harness.pki import AuthorityProfile, Catalogue, LabPki, LeafOrder, LeafProfile
from harness.tls.profile import TlsProfile

BOTH = ("1.2", "1.3")
_STRANGER = "stranger"


class Shows(StrEnum):
    """What a probe presents where a port asks for a client certificate."""

    NOTHING = "no certificate"
    STRANGER = "a certificate of an unknown CA"
    OWN = "your certificate"


@dataclass(frozen=True, slots=True)
class Manner:
    """How one connection is tried: what it shows, the lowest and highest TLS version, and whether the hello is small.

    `visits` marks the attempt that does what the role would do; it carries the anchors, and its step tells how the
    probe went. `turn` counts the attempts alike, from 1.
    """

    shows: Shows
    versions: tuple[str, str] = BOTH
    classic: bool = False
    visits: bool = False
    turn: int = 1

    @property
    def step(self) -> str:
        """What the attempt is called in the transcript."""
        lowest, highest = self.versions
        hello = ", small ClientHello" if self.classic else ""
        span = highest if lowest == highest else f"{lowest} to {highest}"
        again = f", turn {self.turn}" if self.turn > 1 else ""
        return f"{'visit' if self.visits else 'try'} with {self.shows}, TLS {span}{hello}{again}"


@dataclass(frozen=True, slots=True)
class ProbeCredentials:
    """Certificates to present (DER, leaf first) with their keys (PEM), and anchors (DER). `own` may be empty.

    `trust` says where the anchors are from, for a person; empty where there are none.
    """

    anchors: tuple[bytes, ...]
    trust: str
    own: tuple[bytes, ...] = ()
    own_key: bytes = field(default=b"", repr=False)
    stranger: tuple[bytes, ...] = ()
    stranger_key: bytes = field(default=b"", repr=False)

    def profile(self, manner: Manner) -> TlsProfile:
        """Return the TLS settings of one attempt. Nothing about the peer ends it: what is wrong is put on record."""
        chain, key = {
            Shows.NOTHING: ((), b""),
            Shows.STRANGER: (self.stranger, self.stranger_key),
            Shows.OWN: (self.own, self.own_key),
        }[manner.shows]
        return TlsProfile(
            chain=chain,
            private_key=key,
            trusted=self.anchors if manner.visits else (),
            verify=False,
            versions=manner.versions,
            old_gear=manner.versions[0] < BOTH[0],
            classic_hello=manner.classic,
        )


def stranger(now: datetime) -> tuple[tuple[bytes, ...], bytes]:
    """Return a certificate of a CA that was founded a moment ago (DER, leaf first) and its key (PEM)."""
    catalogue = Catalogue(
        authorities={_STRANGER: AuthorityProfile(common_name="A CA that nobody knows")},
        leaves={
            _STRANGER: LeafProfile(
                title="a stranger",
                issuer=_STRANGER,
                common_name="stranger.invalid",
                dns_names=("stranger.invalid",),
            )
        },
        faults={},
    )
    made = LabPki(catalogue, now).issue(LeafOrder(_STRANGER))
    return made.sent, made.private_key
