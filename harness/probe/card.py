"""The port card: what a port wants and shows, and who gets in, as the attempts of a probe found out."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from harness.diagnosis.connection_view import ConnectionView
from harness.diagnosis.objections import CERTIFICATE_ALERTS
from harness.diagnosis.reliability import Reliability, reliability
from harness.probe.credentials import BOTH, Shows
from harness.probe.outcomes import Came, Trial, trials_of
from harness.transcript import Address, ClientCertificate, Transcript
from harness.verdict import PolicyOpinion, Stage
from harness.x509.certificate import CertificateFacts, read_certificate
from harness.x509.name_policy import opinions
from harness.x509.path import PathExplanation, explain_path

_PROTOCOL_VERSION = 70
_FOR_NOBODY = {*CERTIFICATE_ALERTS, 116} - {40}
"""Alerts that are about certificates alone; 40 is one of OpenSSL for nobody's, and for much else (RFC 5246 7.2.2)."""
VERSIONS = ("1.0", "1.1", "1.2", "1.3")


@dataclass(frozen=True, slots=True)
class PortCard:
    """One port.

    `versions` maps a TLS version to whether the port takes it, None where that is not known. `demands` says for TLS 1.2
    and 1.3 what it does about client certificates, None where nobody could see it. `authorities` are the CA names of
    its CertificateRequest, None where it never asked. `chain` is its own as sent (DER). `path` explains that chain by
    the anchors of the probe, None without a chain. `names` were looked for, `opinions` is what the policies say.
    `small_hello_only`: large ClientHellos stalled, small ones did not. `fell_silent`: it answered and then no more.
    `reliability` counts the connections that got no answer though others alike did, None where there were none.
    `turned_away` counts those that an alert ended before the port had chosen a version, though it chose one for others
    alike. `unnamed`: no attempt got further than a ClientHello that asks for no server name (SNI).
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
    reliability: Reliability | None
    turned_away: int
    unnamed: bool

    @property
    def leaf(self) -> CertificateFacts | None:
        """The certificate that the port shows."""
        return read_certificate(self.chain[0]) if self.chain else None

    def trial(self, shows: Shows, version: str) -> Trial | None:
        """Return the attempt that showed this in that version, an answered one before others; None: there was none."""
        fitting = [each for each in self.trials if each.shows is shows and version in {each.version, each.pinned}]
        return min(fitting, key=lambda each: not each.heard, default=None)

    @property
    def left_unanswered(self) -> tuple[str, ...]:
        """The versions that got no answer at all whenever they were offered alone, by a port that answers others."""
        alone = [version for version in VERSIONS if any(each.pinned == version for each in self.trials)]
        mute = [version for version in alone if not any(each.heard for each in self.trials if each.pinned == version)]
        return () if self.fell_silent else tuple(mute)


def card_of(transcript: Transcript) -> PortCard | None:
    """Return the card of the port that a probe reached, None where its name led nowhere."""
    trials = trials_of(transcript)
    if not trials:
        return None
    reached = next((each for each in trials if each.stage is not Stage.TCP), trials[-1])
    asking = next((each for each in trials if each.asked), None)
    chain = next((each.chain for each in trials if each.chain), ())
    names, anchors = _looked_for(transcript)
    counted = reliability(transcript, transcript.connection(reached.connection).target)
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
        small_hello_only=counted is None and _needs_small_hello(trials),
        fell_silent=_fell_silent(trials),
        reliability=counted,
        turned_away=_turned_away(trials),
        unnamed=_asked_for_no_name(transcript, trials),
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
    """Return whether the port takes a version; a refusal counts that is about versions, or met one version alone."""
    if any(each.version == version for each in trials):
        return True
    if any(each.version and each.pinned == version for each in trials):
        return False  # it chose another one, which was not offered
    declined = [each for each in trials if _offers(each, version) and not each.version and each.spoke_tls]
    if any(each.alert == _PROTOCOL_VERSION for each in declined):
        return False
    takes_another = any(each.version for each in trials)
    return False if takes_another and any(each.pinned for each in declined) else None


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
            return ClientCertificate.OPTIONAL if each.taken else None
        if each.came is not Came.FAILED:
            return ClientCertificate.NONE
    return None


def _by_its_showing(refused: Trial, trials: tuple[Trial, ...]) -> bool:
    """Whether what an attempt showed is why it was refused: an alert says so, or that something else fared otherwise.

    A port that ends every connection alike, without a word or by an alert that fits everything, says nothing about
    certificates.
    """
    others = (each for each in trials if each.version == refused.version and each.shows is not refused.shows)
    fared = (refused.came, refused.alert)
    return refused.alert in _FOR_NOBODY or any((each.came, each.alert) != fared for each in others)


def _needs_small_hello(trials: tuple[Trial, ...]) -> bool:
    """Whether ClientHellos were answered, more than one and all smaller than those, again several, that were not."""
    mute = Counter(each.hello for each in trials if each.hello and not each.heard)
    answered = [each.hello for each in trials if each.spoke_tls]
    largest = max(mute, default=0)
    return mute[largest] > 1 and len(answered) > 1 and max(answered) < largest


def _fell_silent(trials: tuple[Trial, ...]) -> bool:
    """Whether the last attempt got no answer, and one alike had got one: perhaps the prober was banned (trap X30)."""
    last, earlier = trials[-1], trials[:-1]
    if last.stage is Stage.TCP:
        return any(each.heard for each in earlier)
    return not last.heard and any(each.heard and each.alike(last) for each in earlier)


def _turned_away(trials: tuple[Trial, ...]) -> int:
    taken = [each for each in trials if each.version]
    return sum(1 for each in trials if each.turned_away and not each.version and any(map(each.alike, taken)))


def _asked_for_no_name(transcript: Transcript, trials: tuple[Trial, ...]) -> bool:
    """Whether the port answered ClientHellos and refused every one, none of which carried a server name."""
    if not any(each.spoke_tls for each in trials):
        return False
    views = [ConnectionView(transcript, transcript.connection(each.connection)) for each in trials]
    hellos = [view.inspection.client_hello for view in views if view.inspection]
    named = any(hello is not None and hello.server_name for hello in hellos)
    return bool(hellos) and not named and not any(each.version for each in trials)
