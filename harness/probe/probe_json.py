"""A probe as JSON, for programs: a stable shape in which new keys may come, within a version.

`sip-mtls schema probe` prints its schema, which is made from the classes here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from harness.diagnosis.reliability import Reliability
from harness.probe.card import PortCard
from harness.probe.credentials import Shows
from harness.probe.notes import notes_of
from harness.probe.outcomes import Came, Trial
from harness.probe.probing import Probe
from harness.probe.stages import stage_lines
from harness.report.json_text import as_json
from harness.transcript import ClientCertificate
from harness.verdict import PolicyOpinion, Verdict


@dataclass(frozen=True, slots=True)
class ProbeSchema:
    """Which shape this is: its `name`, and its `version`, which rises where a key goes or changes its meaning."""

    name: Literal["sip-mtls probe"] = "sip-mtls probe"
    version: Literal[1] = 1


@dataclass(frozen=True, slots=True)
class ResultDocument:
    """What the caller would come to; each is None where nobody can say.

    `gets_through` is the answer. `let_in` says that the port takes the caller's certificate, `trusts_port` that the
    caller trusts the port's, `knows_port` that it finds in it a name for which it looks. `understood` says that what
    answered spoke what it was asked in; it is true where nothing did.
    """

    gets_through: bool | None
    let_in: bool | None
    trusts_port: bool | None
    knows_port: bool | None
    understood: bool


@dataclass(frozen=True, slots=True)
class TrialDocument:
    """One attempt at the port.

    `connection` is its number. `shows` is what it showed. `offered` are the lowest and the highest TLS version that it
    offered, `tls_version` the one that the port chose, empty where it chose none. `came` is what it came to. `asked`
    says that a CertificateRequest came, `late` that the refusal came after this end's handshake had finished. `alert`
    is the number of the port's fatal alert, None where there was none. `session_tickets` counts NewSessionTickets.
    `client_hello_bytes` is the size of the ClientHello. `spoke` is what came back above TLS: `sip`, `https`,
    `something else`, or empty for nothing.
    """

    connection: int
    shows: Shows
    offered: tuple[str, str]
    tls_version: str
    came: Came
    asked: bool
    late: bool
    alert: int | None
    session_tickets: int
    client_hello_bytes: int
    spoke: str


@dataclass(frozen=True, slots=True)
class CardDocument:
    """What a port wants and shows, and who gets in.

    `place` is its address and port. `tls_versions` says for each version whether the port takes it, None where that is
    not known. `client_certificate` says for TLS 1.2 and 1.3 what it does about client certificates, None where nobody
    could see it. `authorities` are the CA names of its CertificateRequest, None where it never asked. `chain` is its
    own, as sent (DER); `chain_findings` are sentences about it. `names` were looked for, and `opinions` is what the
    name policies say. `unreliable` counts connections without an answer, None where there were none. `turned_away`
    counts those that an alert ended before the port had chosen a version, though it chose one for others alike.
    `trials` are the attempts in their order, `notes` sentences about the port.
    """

    place: str
    tls_versions: Mapping[str, bool | None]
    client_certificate: Mapping[str, ClientCertificate | None]
    authorities: tuple[str, ...] | None
    chain: tuple[bytes, ...]
    chain_findings: tuple[str, ...]
    names: tuple[str, ...]
    opinions: tuple[PolicyOpinion, ...]
    unreliable: Reliability | None
    turned_away: int
    trials: tuple[TrialDocument, ...]
    notes: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class ProbeDocument:
    """A port of real gear, asked from outside.

    `schema` names this shape. `target` is what the person named, `as` the role for which the probe stood. `started` is
    when it began. `interrupted` says that somebody stopped it. `result` is what it came to. `trust` says which CAs were
    trusted. `stages` are what happened at each stage, by its name. `verdict` is the judge's. `card` is the port's, None
    where the name led nowhere.
    """

    schema: ProbeSchema
    target: str
    as_: str
    started: str
    interrupted: bool
    result: ResultDocument
    trust: str
    stages: Mapping[str, str]
    verdict: Verdict
    card: CardDocument | None


def probe_as_json(probe: Probe) -> str:
    """Return a probe as JSON text in ASCII."""
    order = probe.order
    document = ProbeDocument(
        schema=ProbeSchema(),
        target=order.destination.written,
        as_=order.role.name,
        started=order.started.isoformat(timespec="seconds"),
        interrupted=probe.interrupted,
        result=ResultDocument(
            probe.gets_through, probe.let_in, probe.trusts_port, probe.knows_port, probe.was_understood
        ),
        trust=order.kit.trust,
        stages=dict(stage_lines(probe)),
        verdict=probe.verdict,
        card=None if probe.card is None else _card(probe.card),
    )
    return as_json(document, sort_keys=True)


def _card(card: PortCard) -> CardDocument:
    path = card.path
    return CardDocument(
        place=str(card.place),
        tls_versions=dict(card.versions),
        client_certificate=dict(card.demands),
        authorities=card.authorities,
        chain=card.chain,
        chain_findings=tuple(finding.sentence for finding in path.findings) if path else (),
        names=card.names,
        opinions=card.opinions,
        unreliable=card.reliability,
        turned_away=card.turned_away,
        trials=tuple(map(_trial, card.trials)),
        notes=tuple(notes_of(card)),
    )


def _trial(trial: Trial) -> TrialDocument:
    return TrialDocument(
        connection=trial.connection,
        shows=trial.shows,
        offered=trial.offered,
        tls_version=trial.version,
        came=trial.came,
        asked=trial.asked,
        late=trial.late,
        alert=trial.alert,
        session_tickets=trial.tickets,
        client_hello_bytes=trial.hello,
        spoke=trial.spoke,
    )
