"""What is worth a sentence about a port: who gets in for a bad reason, and what it left without an answer."""

from __future__ import annotations

from collections.abc import Iterator

from harness.probe.card import PortCard
from harness.probe.credentials import Shows
from harness.probe.outcomes import Came, Trial
from harness.report.wording import alert_words

_PROTOCOLS = {"sip": "SIP", "https": "HTTP", "something else": "something else"}


def notes_of(card: PortCard) -> Iterator[str]:
    """Yield what is worth a sentence about a port."""
    yield from _about_certificates(card)
    yield from _about_answers(card)
    yield from _about_versions(card)


def _about_certificates(card: PortCard) -> Iterator[str]:
    late = next(
        (each for each in card.trials if each.late and each.version == "1.3" and not _late_anyway(each, card)), None
    )
    if late is not None:
        told = f"by alert {alert_words(late.alert)}" if late.alert is not None else "by closing without a word"
        yield f"TLS 1.3 refuses late: the caller's handshake is done before the port turns it down {told} (trap X8)."
    demands = {card.demands[each.version] for each in card.trials if each.asked and each.version in card.demands}
    refused = [each for each in card.trials if each.asked and each.came is Came.REFUSED]
    if refused and None in demands:
        how = "hangs up without a word" if all(each.alert is None for each in refused) else "refuses by the same alert"
        yield (
            f"It asks for a certificate, and {how} whatever it is shown: nothing tells whether it demands one. "
            "A certificate that it trusts would (--cert, --key)."
        )
    if any(each.shows is Shows.STRANGER and each.taken for each in card.trials):
        yield "It takes a certificate of a CA that nobody knows: what it asks for, it does not verify."


def _late_anyway(trial: Trial, card: PortCard) -> bool:
    """Whether it closed without a word in TLS 1.2 as late as in TLS 1.3: then lateness is not about versions."""
    return trial.alert is None and any(each.late for each in card.trials if each.version == "1.2")


def _about_answers(card: PortCard) -> Iterator[str]:
    if any(each.timed_out for each in card.trials):
        yield (
            "Some handshake was not over in the time given. A port that is merely slow looks like one that never "
            "answers: a longer --within tells them apart."
        )
    unproven = [each for each in card.trials if each.came is Came.UNREFUSED and each.stage is None]
    if unproven and not any(each.came is Came.ANSWERED for each in card.trials):
        hint = "Session tickets hint at acceptance" if any(each.tickets for each in unproven) else "Nothing came at all"
        yield f"It never answered a request. {hint}; only an answer would prove that somebody got in."
    elif unproven:
        stood = [each for each in card.trials if each.came in {Came.UNREFUSED, Came.ANSWERED}]
        yield f"It left {len(unproven)} of {len(stood)} requests without an answer: what one got, another may not get."
    if any(each.came is Came.HUNG_UP for each in card.trials):
        yield (
            "It asked for no certificate, and closed when a request came: it may not want OPTIONS, or may speak "
            "something else. Nothing tells whether it would serve another request."
        )
    foreign = next((each for each in card.trials if each.foreign), None)
    if foreign is not None:
        wanted = _PROTOCOLS[foreign.wanted]
        spoken = _PROTOCOLS[foreign.spoke]
        yield f"It was asked in {wanted} and answered in {spoken}: nobody who speaks {wanted} can work here."
    if card.turned_away:
        yield (
            f"The port is fickle: {card.turned_away} of {len(card.trials)} connections were turned away by an alert, "
            "and one alike was not."
        )
    if card.reliability is not None:
        count = f"{card.reliability.unanswered} of {card.reliability.dialled}"
        yield f"The port is unreliable: {count} connections got no answer, and one alike was answered."
    if card.fell_silent:
        yield (
            "The port answered at first and then no more: you may be blocked. Expressway bans an address after failed "
            "handshakes (Automated detection); wait, or ask its administrator (trap X30)."
        )


def _about_versions(card: PortCard) -> Iterator[str]:
    if card.unnamed:
        yield (
            "It was dialled by address, so no ClientHello asked for a server name (SNI), and it refused all of them. "
            "No more is known of its versions until it is dialled by name, or with --sni NAME."
        )
    if card.left_unanswered:
        alone = " and ".join(f"TLS {version}" for version in card.left_unanswered)
        yield f"A ClientHello that offers {alone} alone got no answer at all, each time: not even a refusal."
    if card.small_hello_only:
        sizes = sorted({each.hello for each in card.trials if each.hello})
        yield f"It stalls on a ClientHello of {sizes[-1]} bytes and answers smaller ones ({sizes[0]} bytes)."
    if card.versions["1.0"] or card.versions["1.1"]:
        yield "It still takes TLS 1.0 or 1.1, which RFC 8996 forbids."
