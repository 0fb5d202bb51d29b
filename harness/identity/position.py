"""One link of a chain with the circumstances in which it is judged: what every check of a link is given."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from harness.identity.certificate import CertificateFacts
from harness.identity.chain import Chain, Link
from harness.identity.encoded import EncodedCertificate, encoded
from harness.identity.findings import FindingKind, PathFinding

Purpose: TypeAlias = Literal["client", "server"]
"""The TLS role in which a certificate is presented."""


@dataclass(frozen=True, slots=True)
class Position:
    """One link at its depth in a chain, with the circumstances in which it is judged."""

    chain: Chain
    depth: int
    purpose: Purpose | None
    at: datetime

    @property
    def link(self) -> Link:
        """The certificate at this depth."""
        return self.chain.links[self.depth]

    @property
    def facts(self) -> CertificateFacts:
        """What it says."""
        return self.link.facts

    @property
    def encoded(self) -> EncodedCertificate:
        """Its fields as bytes."""
        return encoded(self.link.der)

    @property
    def is_top(self) -> bool:
        """Whether the chain ends here."""
        return self.depth == len(self.chain.links) - 1

    def finding(self, kind: FindingKind, sentence: str, code: int, detail: str = "") -> PathFinding:
        """Return a finding about this link; `sentence` goes on from its name."""
        return PathFinding(kind, self.depth, f"{self.link.called} {sentence}", code, detail)
