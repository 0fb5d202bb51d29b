"""What each actor wears: the certificates it presents and the authorities it trusts, as TLS profiles."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from harness.lab.changes import leaf_order
from harness.lab.settings import Certificate
from harness.pki.lab_pki import Credentials, LabPki
from harness.pki.publications import Kind, Publications
from harness.pki.revocation import Register
from harness.tls.profile import VERSIONS, TlsProfile
from harness.transcript import ClientCertificate
from harness.x509.certificate import read_certificate

_OLDEST_MODERN_VERSION = "1.2"
MODERN_VERSIONS = ("1.2", "1.3")


class TlsProfiles:
    """Hands out credentials and anchors; `tls_version` caps what the lab's TLS clients offer."""

    def __init__(self, lab_pki: LabPki, tls_version: str) -> None:
        self._lab_pki = lab_pki
        self._cap = tls_version

    def credentials(self, certificate: Certificate) -> Credentials:
        """Return the certificate, key and chain behind a setting."""
        return self._lab_pki.issue(leaf_order(certificate))

    def anchors(self, words: Iterable[str]) -> tuple[bytes, ...]:
        """Return the certificates (DER) that a trust setting names: authorities, lists, leaves."""
        return self._lab_pki.anchors_of(words)

    def profile(
        self,
        presented: Certificate | str | None = None,
        *,
        trusted: tuple[bytes, ...] = (),
        asks: ClientCertificate | None = None,
        versions: Sequence[str] = MODERN_VERSIONS,
        completes_chain: bool = False,
        can_be_old_gear: bool = False,
    ) -> TlsProfile:
        """Return how an actor behaves in a handshake: the one place where the lab's TLS profiles are made.

        `presented` is its certificate; a word such as `none`, or None: it has none. `trusted` are its anchors (DER).
        `asks` is what a listener asks of its clients; None: the actor dials, and its versions are capped by the play.
        `completes_chain` sends the leaf and completes the chain from `trusted`, as Expressway does (trap X11).
        `can_be_old_gear` lowers the security level where `versions` are old. Whatever else differs is replaced.
        """
        held = self.credentials(presented) if isinstance(presented, Certificate) else None
        span = self._client_versions(versions) if asks is None else self._listener_versions(versions)
        return TlsProfile(
            chain=() if held is None else (held.leaf,) if completes_chain else held.sent,
            private_key=held.private_key if held else b"",
            trusted=trusted,
            complete_chain=completes_chain,
            request=asks or ClientCertificate.NONE,
            versions=span,
            old_gear=can_be_old_gear and self._needs_old_gear(span),
        )

    def _client_versions(self, versions: Sequence[str]) -> tuple[str, str]:
        """Return the lowest and highest version that a TLS client offers in this play."""
        lowest, highest = self._listener_versions(versions)
        capped = min(highest, self._cap, key=VERSIONS.index)
        return lowest, max(lowest, capped, key=VERSIONS.index)

    def staple(self, certificate: Certificate, state: str) -> bytes:
        """Return the OCSP response (DER) that goes with a certificate setting, in that state."""
        return self._lab_pki.staple_for(self.credentials(certificate), state)

    def register_at(self, path: str) -> Register | None:
        """Return what the CA knows that publishes at that path of the validation authority, None if none does."""
        return self._lab_pki.register_at(path)

    def registers_at(self, kind: Kind, host: str, target: str) -> tuple[Register, ...]:
        """Return what the CAs from elsewhere know that publish something of that kind at a place."""
        return self._lab_pki.registers_at(kind, host, target)

    @property
    def publications(self) -> Publications:
        """What the CAs from elsewhere publish, and where."""
        return self._lab_pki.publications

    def clock(self, offset_days: int = 0) -> datetime:
        """Return what a clock shows that is off by so many days; all others show the lab's now."""
        return self._lab_pki.now + timedelta(days=offset_days)

    def has_expired(self, certificate: Certificate, offset_days: int) -> bool:
        """Whether a certificate has run out by a clock that is off by so many days."""
        until = read_certificate(self.credentials(certificate).leaf).not_after
        return until is not None and until < self.clock(offset_days)

    @staticmethod
    def _listener_versions(versions: Sequence[str]) -> tuple[str, str]:
        """Return the lowest and highest version of a setting."""
        ordered = sorted(versions, key=VERSIONS.index)
        return ordered[0], ordered[-1]

    @staticmethod
    def _needs_old_gear(versions: tuple[str, str]) -> bool:
        """Whether OpenSSL must lower its security level for these versions (domain.md 5.1)."""
        return VERSIONS.index(versions[0]) < VERSIONS.index(_OLDEST_MODERN_VERSION)
