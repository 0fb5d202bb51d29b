"""What the lab plays somebody's certificates with: themselves where it can, look-alikes where it cannot."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime

from harness.pki import CopiedAuthority, Credentials, LabPki, LookAlikes
from harness.x509.certificate import read_certificate
from harness.x509.files import Holding


@dataclass(frozen=True, slots=True)
class Played:
    """What one certificate is played with, and the root (DER) above it; see `LookAlikeCredentials`."""

    credentials: Credentials
    root: bytes
    look_alike: bool
    notes: tuple[str, ...] = ()


class Adopted:
    """CA certificates that a lab's PKI took in, each under one name."""

    def __init__(self, lab_pki: LabPki) -> None:
        self._lab_pki = lab_pki
        self._names: dict[bytes, str] = {}

    def name(self, certificate: bytes) -> str:
        """Return the name under which trust lists have a certificate (DER)."""
        if certificate not in self._names:
            name = f"CA {len(self._names) + 1}, {read_certificate(certificate).label}"
            self._lab_pki.adopt(name, certificate)
            self._names[certificate] = name
        return self._names[certificate]

    def names(self, certificates: Iterable[bytes]) -> tuple[str, ...]:
        """Return the names of several, each once."""
        return tuple(dict.fromkeys(map(self.name, certificates)))


@dataclass(frozen=True, slots=True)
class StandIns:
    """What plays each certificate, in the order asked, and the trust list (DER) as the lab has it.

    `issued` says of each look-alike (DER) which CA issued it, and so speaks at the URLs in it.
    """

    played: tuple[Played, ...]
    trust: tuple[bytes, ...]
    issued: Mapping[bytes, CopiedAuthority] = field(default_factory=dict)


CA_KEY_MISSING = "its own key is at hand, but not that of its CA, which signs the CRL or OCSP response that it names"


def stand_ins(holdings: Sequence[Holding], trust: Sequence[bytes], at: datetime) -> StandIns:
    """Return the real certificates where all keys and roots are at hand, else look-alikes of all.

    One real CA and its look-alike would be two CAs to a peer, so there is no mixture. Where a real one names a CRL or
    a responder, look-alikes are taken: nobody here has the key of its CA, which signs what lies there. `trust` are CA
    certificates (DER) that the peers trust; those of which nothing hangs have no look-alike. ScenarioError where a
    certificate cannot be played.
    """
    look_alikes = LookAlikes(at, trust)
    real = [look_alikes.credentials(each) for each in holdings]
    can_be_real = all(each.private_key for each in holdings) and all(each.root for each in real)
    asked_about = [can_be_real and _names_a_source(each) for each in holdings]
    if can_be_real and not any(asked_about):
        return StandIns(tuple(Played(each.credentials, each.root, False, each.notes) for each in real), tuple(trust))
    copied = [look_alikes.credentials(replace(each, private_key=None)) for each in holdings]
    copies = tuple(copy for each in trust if (copy := look_alikes.copy_of(each)))
    played = (
        Played(each.credentials, each.root, True, (*each.notes, *((CA_KEY_MISSING,) if names_it else ())))
        for each, names_it in zip(copied, asked_about, strict=True)
    )
    return StandIns(tuple(played), copies, look_alikes.issued)


def _names_a_source(holding: Holding) -> bool:
    facts = read_certificate(holding.certificates[0])
    return bool(facts.crl_urls or facts.ocsp_urls)
