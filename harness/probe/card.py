"""The port card: what a port wants and shows, and who gets in, as the attempts of a probe found out."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from harness.identity.certificate import CertificateFacts, read_certificate
from harness.identity.path import PathExplanation, explain_path
from harness.identity.policy import opinions
from harness.probe.kit import BOTH, Shows
from harness.probe.trials import Came, Trial, trials_of
from harness.transcript import Address, ClientCertificate, Transcript
from harness.verdict import PolicyOpinion, Stage

VERSIONS = ("1.0", "1.1", "1.2", "1.3")


@dataclass(frozen=True, slots=True)
class PortCard:
    """One port.

    `versions` maps a TLS version to whether the port takes it, None where that is not known. `demands` says for TLS 1.2
    and 1.3 what it does about client certificates, None where nobody could see it. `authorities` are the CA names of
    its CertificateRequest, None where it never asked. `chain` is its own as sent (DER). `path` explains that chain by
    the anchors of the probe, None without a chain. `names` were looked for, `opinions` is what the policies say.
    `small_hello_only`: a large ClientHello stalled, a small one did not. `fell_silent`: TCP worked and then did not.
    """

    place: Address
    versions: Mapping[str, bool | None]
    demands: Mapping[str, ClientCertificate | None]
    authorities: tuple[str, ...] | None
    chain: tuple[bytes, ...]
    path: PathExplanation | None
    names: tuple[str, ...]
    opinions: tuple[PolicyOpinion, ...]
    trials: tuple[Trial, ...]
    small_hello_only: bool
    fell_silent: bool

    @property
    def leaf(self) -> CertificateFacts | None:
        """The certificate that the port shows."""
        return read_certificate(self.chain[0]) if self.chain else None

    def trial(self, shows: Shows, version: str) -> Trial | None:
        """Return the attempt that showed this in that version, None where there was none."""
        fitting = (each for each in self.trials if each.shows is shows and version in {each.version, each.pinned})
        return next(fitting, None)


def card_of(transcript: Transcript) -> PortCard | None:
    """Return the card of the port that a probe reached, None where its name led nowhere."""
    trials = trials_of(transcript)
    if not trials:
        return None
    reached = next((each for each in trials if each.stage is not Stage.TCP), trials[-1])
    asking = next((each for each in trials if each.asked), None)
    chain = next((each.chain for each in trials if each.chain), ())
    names, anchors = _looked_for(transcript)
    return PortCard(
        place=transcript.connection(reached.connection).target,
        versions={version: _takes(trials, version) for version in VERSIONS},
        demands={version: _demand(trials, version) for version in BOTH},
        authorities=asking.authorities if asking else None,
        chain=chain,
        path=_path(transcript, chain, anchors) if chain else None,
        names=names,
        opinions=opinions(read_certificate(chain[0]), names) if chain and names else (),
        trials=trials,
        small_hello_only=_needs_small_hello(trials),
        fell_silent=_fell_silent(trials),
    )


def _looked_for(transcript: Transcript) -> tuple[tuple[str, ...], tuple[bytes, ...]]:
    """Return the names for which the visit looked, and the anchors that it had."""
    ends = [end for connection in transcript.connections for end in connection.ends]
    names = next((end.expected_names for end in ends if end.expected_names), ())
    return names, next((end.trusted for end in ends if end.trusted), ())


def _path(transcript: Transcript, chain: tuple[bytes, ...], anchors: tuple[bytes, ...]) -> PathExplanation:
    at = datetime.fromisoformat(transcript.started)
    return explain_path(chain, trusted=anchors, known_authorities=transcript.authorities, purpose="server", at=at)


def _takes(trials: tuple[Trial, ...], version: str) -> bool | None:
    if any(each.version == version for each in trials):
        return True
    declined = (each for each in trials if _offers(each, version) and (each.pinned or not each.version))
    return False if any(each.spoke_tls for each in declined) else None


def _offers(trial: Trial, version: str) -> bool:
    lowest, highest = trial.offered
    return lowest <= version <= highest


def _demand(trials: tuple[Trial, ...], version: str) -> ClientCertificate | None:
    """Return what the port does about client certificates, by the attempts that showed none."""
    for each in trials:
        if each.shows is not Shows.NOTHING or each.version != version:
            continue
        if each.asked and each.came is Came.REFUSED:
            return ClientCertificate.REQUIRED if _by_its_showing(each, trials) else None
        if each.asked:
            return ClientCertificate.OPTIONAL
        if each.came is not Came.FAILED:
            return ClientCertificate.NONE
    return None


def _by_its_showing(refused: Trial, trials: tuple[Trial, ...]) -> bool:
    """Whether what an attempt showed is why it was refused: an alert says so, or that something else fared otherwise.

    A port that hangs up on everybody without a word says nothing about certificates.
    """
    others = (each for each in trials if each.version == refused.version and each.shows is not refused.shows)
    return refused.alert is not None or any(each.came is not Came.REFUSED or each.alert is not None for each in others)


def _needs_small_hello(trials: tuple[Trial, ...]) -> bool:
    """Whether the ClientHellos that were answered are all smaller than one that was not."""
    mute = max((each.hello for each in trials if each.hello and not each.spoke_tls), default=0)
    answered = [each.hello for each in trials if each.spoke_tls]
    return bool(mute) and bool(answered) and max(answered) < mute


def _fell_silent(trials: tuple[Trial, ...]) -> bool:
    """Whether TCP came about at first and then no more: perhaps the prober was banned (trap X30)."""
    connected = [each.stage is not Stage.TCP for each in trials]
    return True in connected and False in connected[connected.index(True) :]
