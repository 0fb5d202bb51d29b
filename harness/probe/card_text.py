"""A probe as text: how far it came, why it stopped, and the port card."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from harness.probe.card import VERSIONS, PortCard
from harness.probe.credentials import BOTH, Shows
from harness.probe.notes import notes_of
from harness.probe.outcomes import Came, Trial
from harness.probe.probing import Probe
from harness.probe.roles import NOBODY
from harness.probe.stages import stage_lines
from harness.report.columns import Paper
from harness.transcript import ClientCertificate
from harness.verdict import PolicyOpinion, Remedy
from harness.x509.certificate import CertificateFacts

_MARGIN, _WHO, _SHOWN = 14, 36, 6
_YES_NO: Mapping[bool | None, str] = {True: "yes", False: "no", None: "not known"}
_DEMANDS: Mapping[ClientCertificate | None, str] = {
    ClientCertificate.NONE: "none: never asked for",
    ClientCertificate.OPTIONAL: "optional: asked for, and done without",
    ClientCertificate.REQUIRED: "required: nobody gets in without",
    None: "not known",
}
_WHOM: Mapping[Shows, str] = {
    Shows.NOTHING: "Jabber, phones, most partners",
    Shows.STRANGER: "anybody at all",
    Shows.OWN: "who holds it",
}


def probe_text(probe: Probe, *, width: int, unicode: bool) -> str:
    """Return all that a probe found out, in lines of at most `width` columns."""
    paper = Paper(width, unicode)
    blocks = [_head(probe, paper), _stages(probe, paper), _why(probe, paper)]
    if probe.card is not None:
        blocks += [_port(probe.card, paper), _shown(probe, probe.card, paper), _who(probe.card, paper)]
        blocks += [_notes(probe.card, paper)]
    blocks.append(_conclusion(probe, paper))
    told = ("\n".join(block) for block in blocks)
    return "\n\n".join(text for text in told if text) + "\n"


def _head(probe: Probe, paper: Paper) -> Iterator[str]:
    order = probe.order
    whom = "" if order.role.name == NOBODY else f" as {order.role.title}"
    yield from paper.hanging("", f"Probe of {order.destination.written}{whom}", 0)
    place = f"{probe.card.place}, " if probe.card else ""
    yield from paper.hanging("", f"{place}{order.started:%Y-%m-%d %H:%M} UTC, by the clock of this machine", 0)
    if order.role.presents and not order.kit.own:
        text = f"{order.role.title} shows a certificate; this probe had none to show: give it with --cert and --key."
        yield from paper.hanging("note", text, _MARGIN)


def _stages(probe: Probe, paper: Paper) -> Iterator[str]:
    for word, text in stage_lines(probe):
        yield from paper.hanging(word, text, _MARGIN)


def _why(probe: Probe, paper: Paper) -> Iterator[str]:
    verdict = probe.verdict
    if verdict.stopped is None:
        return
    yield from paper.hanging("cause", verdict.cause, _MARGIN)
    yield from paper.hanging("why", verdict.diagnosis, _MARGIN)
    for remedy in verdict.remedies:
        yield from _remedy(remedy, paper)
    for other in verdict.cannot_tell:
        yield from paper.hanging("or it is", other, _MARGIN)
    yield from paper.hanging("to tell", verdict.probe, _MARGIN)


def _remedy(remedy: Remedy, paper: Paper) -> Iterator[str]:
    yield from paper.hanging("to do", remedy.action, _MARGIN)
    yield from paper.hanging("  Screen", remedy.screen, _MARGIN)
    yield from paper.hanging("  Command", remedy.command, _MARGIN)


# --- the port card ---


def _port(card: PortCard, paper: Paper) -> Iterator[str]:
    yield from paper.hanging("", f"PORT CARD of {card.place}", 0)
    if not any(each.spoke_tls for each in card.trials):
        yield from paper.hanging("", "Nobody there spoke TLS, so nothing was learned of versions and certificates.", 0)
        return
    known = {version: card.versions[version] for version in reversed(VERSIONS)}
    taken = ", ".join(f"{version} {_YES_NO[takes]}" for version, takes in known.items())
    taken = taken if any(takes is not None for takes in known.values()) else "none is known: it refused every attempt"
    yield from paper.hanging("TLS versions", taken, _MARGIN)
    demands = {version: _DEMANDS[card.demands[version]] for version in reversed(BOTH)}
    alike = len(set(demands.values())) == 1
    words = {f"TLS {' and '.join(demands)}": demands["1.3"]} if alike else {f"TLS {v}": d for v, d in demands.items()}
    for number, (version, demand) in enumerate(words.items()):
        yield from paper.hanging("certificate" if number == 0 else "", f"{demand} ({version})", _MARGIN)
    if card.authorities is not None:
        yield from _authorities(card.authorities, paper)


def _authorities(named: tuple[str, ...], paper: Paper) -> Iterator[str]:
    if not named:
        yield from paper.hanging("asks for", "a certificate of any CA: its request names none", _MARGIN)
    for number, name in enumerate(named[:_SHOWN]):
        yield from paper.hanging("asks for" if number == 0 else "", f"one below {name}", _MARGIN)
    if len(named) > _SHOWN:
        yield from paper.hanging("", f"and {len(named) - _SHOWN} more", _MARGIN)


def _shown(probe: Probe, card: PortCard, paper: Paper) -> Iterator[str]:
    leaf = card.leaf
    if leaf is None or card.path is None:
        return
    yield from paper.hanging("it shows", f"{leaf.label}, and {len(card.chain) - 1} above it", _MARGIN)
    for line in card.path.lines[:_SHOWN]:
        yield from paper.hanging("", f"{line.position}: {line.sentence}", _MARGIN)
    yield from paper.hanging("its names", _names(leaf), _MARGIN)
    yield from paper.hanging("trusted", _trust(probe, card), _MARGIN)
    if card.names:
        yield from paper.hanging("looked for", " or ".join(card.names), _MARGIN)
    for opinion in card.opinions:
        yield from paper.hanging(f"  {opinion.policy}", _opinion(opinion), _MARGIN)


def _names(leaf: CertificateFacts) -> str:
    names = list(dict.fromkeys([*leaf.dns_names, *leaf.uris, *leaf.ip_addresses]))
    more = f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else ""
    return ", ".join(names[:_SHOWN]) + more if names else "none in a subjectAltName"


def _trust(probe: Probe, card: PortCard) -> str:
    trust = probe.order.kit.trust
    if probe.trusts_port is None or card.path is None:
        return "nobody can say: no CA certificates were found; give some with --ca"
    if probe.trusts_port:
        return f"yes, by {trust}"
    fatal = next(finding.sentence for finding in card.path.findings if finding.fatal)
    return f"no, by {trust}: {fatal}"


def _opinion(opinion: PolicyOpinion) -> str:
    return f"accepts it: {opinion.reason}" if opinion.accepted else f"refuses it: {opinion.reason}"


def _who(card: PortCard, paper: Paper) -> Iterator[str]:
    if not any(card.trial(shows, version) for shows in Shows for version in BOTH):
        return
    yield f"{'who gets in':<{_WHO}}{'TLS 1.3':<22}TLS 1.2"
    for shows in Shows:
        trials = {version: card.trial(shows, version) for version in reversed(BOTH)}
        if any(trials.values()):
            cells = [_cell(trial) for trial in trials.values()]
            yield paper.plain(f"{shows.value:<{_WHO}}{cells[0]:<22}{cells[1]}").rstrip()
            yield f"  ({_WHOM[shows]})"


def _cell(trial: Trial | None) -> str:
    """Return what an attempt came to in at most 21 characters."""
    if trial is None:
        return "not tried"
    match trial.came:
        case Came.ANSWERED:
            return "yes, answered"
        case Came.UNREFUSED:
            return "perhaps (tickets)" if trial.tickets else "perhaps (silence)"
        case Came.HUNG_UP:
            return "closed on the request"
        case Came.REFUSED:
            how = "closed" if trial.alert is None else f"alert {trial.alert}"
            return f"no, {how}{', late' if trial.late else ''}"
        case Came.FAILED:
            return "no handshake"


def _notes(card: PortCard, paper: Paper) -> Iterator[str]:
    for text in notes_of(card):
        yield from paper.hanging("note", text, _MARGIN)


def _conclusion(probe: Probe, paper: Paper) -> Iterator[str]:
    role = probe.order.role
    who = "The probe" if role.name == NOBODY else role.title
    if probe.interrupted:
        yield from paper.hanging("", "Interrupted: what was not tried is not known.", 0)
    yield from paper.hanging("", f"{who} gets in here: {_YES_NO[probe.let_in]}{''.join(_buts(probe))}.", 0)
    if role.verifies and probe.card is not None and probe.card.chain:
        accepts = f"{_YES_NO[probe.accepts_port]}{_unknown(probe) if probe.accepts_port is None else ''}"
        yield from paper.hanging("", f"{role.title} would accept what the port shows: {accepts}.", 0)


def _buts(probe: Probe) -> Iterator[str]:
    """Yield what takes back a part of the answer."""
    card = probe.card
    if card is None:
        return
    if card.reliability is not None:
        yield f", but {card.reliability.unanswered} of {card.reliability.dialled} connections got no answer"
    if card.turned_away:
        yield f", but {card.turned_away} of {len(card.trials)} connections were turned away by an alert"
    if card.unnamed:
        yield ", and no server name was asked for (SNI)"
    if not probe.was_understood:
        yield ", but what answered does not speak what it was asked in"


def _unknown(probe: Probe) -> str:
    """Say what is missing for an answer."""
    return ", without a name to look for (--name)" if probe.knows_port is None else ", without CA certificates (--ca)"
