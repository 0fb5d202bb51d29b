"""What a row of the table of causes says, and how its advice is fitted to the lab of a transcript."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field

from harness.diagnosis.causes.conditions import ALWAYS, CAN_SHOW_NONE, DIALLED_FROM_TWO_STORES, TRANSLATED, Condition
from harness.diagnosis.estate import goes_by_onboarding_list, product_of, release_of
from harness.diagnosis.evidence import Evidence
from harness.lab.screens import (
    CLIENT_CERTIFICATE,
    EXPRESSWAY,
    PORT_FORWARDING,
    SERVER_CERTIFICATE,
    TRUSTED_CA,
    UNIFIED_COMMUNICATIONS,
    command_page,
    screen_on,
)
from harness.verdict import Remedy

ANYBODY = ""
BY, REFUSED, DIALLER, LISTENER = "by", "refused", "dialler", "listener"
"""Whose screen a piece of advice is about: words of `harness.diagnosis.words`, and properties of the evidence."""

SHOWN_CERTIFICATE = SERVER_CERTIFICATE + " or Client certificate"
"""The page of the certificate that the refused end showed: with two stores it depends on who dialled."""


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing to do: a template, the screen and the command, and for which labs it is.

    `box` says whose screen that is, by `BY`, `REFUSED`, `DIALLER` or `LISTENER`; empty where the screen itself says it.
    A box of another product has another screen for it, or none.
    """

    action: str
    screen: str = ""
    command: str = ""
    when: Condition = ALWAYS
    box: str = ""

    def fitted(self, evidence: Evidence) -> Remedy:
        """Return it as a remedy for the lab of this evidence; its words are not filled in yet."""
        screen = self.screen
        if screen == SHOWN_CERTIFICATE:
            screen = CLIENT_CERTIFICATE if DIALLED_FROM_TWO_STORES.holds(evidence) else SERVER_CERTIFICATE
        if not self.box:
            return Remedy(self.action, screen, self.command)
        if screen == TRUSTED_CA and self.box == BY and goes_by_onboarding_list(evidence):
            screen = UNIFIED_COMMUNICATIONS
        product = product_of(evidence, getattr(evidence, self.box))
        screen = screen_on(product, screen) if screen else ""
        release = release_of(evidence)
        known = product == EXPRESSWAY and bool(self.command)
        has_it = known and command_page(self.command).is_on(release.name if release else "")
        return Remedy(self.action, screen, self.command if has_it else "")


@dataclass(frozen=True, slots=True)
class Cause:
    """One cause. Texts are templates over the words of `harness.diagnosis.words`.

    `remedies` maps the part of the actor that was refused (`expressway-e` stands for every node of the edge), or
    the service of the port that refused it (`TLS`, `mutual TLS`), to what to do; the entry for `ANYBODY` holds
    where there is no better one. `looks_like` names causes that look
    the same on the wire, and `told_apart_by` says what tells them apart; with `ambiguous` the evidence itself
    cannot, and the verdict says so. `source` is a key of domain.md.
    """

    key: str
    title: str
    applies: Callable[[Evidence], bool]
    diagnosis: str
    remedies: Mapping[str, tuple[Advice, ...]] = field(default_factory=dict)
    looks_like: tuple[str, ...] = ()
    told_apart_by: str = ""
    ambiguous: bool = False
    source: str = ""

    def remedies_for(self, evidence: Evidence) -> tuple[Remedy, ...]:
        """Return what to do about it in the lab of this evidence, templates still."""
        return tuple(dict.fromkeys(advice.fitted(evidence) for advice in self._advice_for(evidence)))

    def _advice_for(self, evidence: Evidence) -> Iterator[Advice]:
        keys = (evidence.part_of(evidence.refused), evidence.service, ANYBODY)
        found = next((self.remedies[key] for key in keys if key in self.remedies), ())
        yield from (advice for advice in found if advice.when.holds(evidence))
        yield from (advice for advice in _WHATEVER_THE_CAUSE if advice.when.holds(evidence) and advice not in found)


def do(action: str, screen: str = "", command: str = "", *, when: Condition = ALWAYS, box: str = "") -> Advice:
    """Return a piece of advice: what to change, on which screen of which box, by which CLI command, and when."""
    return Advice(action, screen, command, when, box)


NO_TRANSLATION = do(
    "Let the firewall pass port {port} to port {port}: today it leads to port {reached_port} of {listener}.",
    PORT_FORWARDING,
    when=TRANSLATED,
)
CLOUDS_OWN = do("This is on the cloud's side: open a case.")
OF_THE_CLOUD = {"webex-cloud": (CLOUDS_OWN,), "control-hub": (CLOUDS_OWN,)}
"""What is left to do where a certificate of the cloud is at fault: nobody else can change that."""

SHOW_NONE = do(
    "Let {dialler} show no certificate: port {port} only asks for one, and a bad one is worse than none.",
    when=CAN_SHOW_NONE,
)
_WHATEVER_THE_CAUSE = (NO_TRANSLATION, SHOW_NONE)
