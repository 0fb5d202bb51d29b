"""The chain explainer: what was sent, how far it reaches, and why a verifier like OpenSSL would refuse it."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from harness.x509.certificate import CertificateFacts
from harness.x509.chain import MAX_CERTIFICATES, Chain, Link, build_chain, in_date, is_root, links_of
from harness.x509.findings import FindingKind, PathFinding, Purpose
from harness.x509.link_findings import WANTED_USAGE, leaf_findings, link_findings
from harness.x509.name_constraints import constraint_findings
from harness.x509.trust_findings import trust_findings


@dataclass(frozen=True, slots=True)
class CertificateLine:
    """One certificate as it was sent: its position from 0, and its depth in the chain (None: not in it)."""

    position: int
    depth: int | None
    certificate: CertificateFacts
    sentence: str


@dataclass(frozen=True, slots=True)
class PathExplanation:
    """What the explainer found. `chain` is what OpenSSL would build, leaf first.

    `findings` begin with those for which OpenSSL refuses, in the order in which it would come upon them.
    """

    lines: tuple[CertificateLine, ...]
    findings: tuple[PathFinding, ...]
    chain: tuple[CertificateFacts, ...]

    @property
    def accepted(self) -> bool:
        """Whether OpenSSL would take the chain."""
        return not any(finding.fatal for finding in self.findings)

    @property
    def verify_code(self) -> int:
        """The X509_V_ERR number that OpenSSL reports first, 0 where it takes the chain."""
        return next((finding.verify_code for finding in self.findings if finding.fatal), 0)

    def finding(self, kind: FindingKind) -> PathFinding | None:
        """Return the first finding of that kind, or None."""
        return next((finding for finding in self.findings if finding.kind is kind), None)


def explain_path(
    sent: Sequence[bytes],
    *,
    trusted: Sequence[bytes],
    known_authorities: Sequence[bytes],
    purpose: Purpose | None,
    at: datetime,
) -> PathExplanation:
    """Return why a verifier with the anchors `trusted` would take or refuse the chain `sent` (DER, in order).

    `known_authorities` are CA certificates that the observer knows of otherwise: they tell a missing
    intermediate from an unknown root. `purpose` is the role of the certificate's holder; None leaves key
    usages unjudged. `at` is an aware time. Semantics are OpenSSL's without partial chains (domain.md 5.1,
    X25); revocation and names are judged elsewhere. Never raises for bytes that are no certificates.
    """
    links = links_of(sent[:MAX_CERTIFICATES])
    if not links:
        return PathExplanation((), (_nothing_sent(),), ())
    if unreadable := tuple(_unreadable(links)):
        return PathExplanation(_lines(links, None, purpose, at), unreadable, ())
    anchors = links_of(trusted)
    chain = build_chain(links, anchors, at)
    fatal = (
        *leaf_findings(chain, purpose, at),
        *trust_findings(chain, links, anchors, links_of(known_authorities)),
        *link_findings(chain, purpose, at),
        *constraint_findings(chain),
    )
    findings = (*fatal, *_about_sending(sent, links, chain))
    facts = tuple(link.facts for link in chain.links)
    return PathExplanation(_lines(links, chain, purpose, at), findings, facts)


def _nothing_sent() -> PathFinding:
    return PathFinding(FindingKind.NOTHING_SENT, None, "no certificate was sent")


def _unreadable(links: Sequence[Link]) -> Iterator[PathFinding]:
    for position, link in enumerate(links):
        if not link.facts.readable:
            sentence = f"what was sent in place {position} is no certificate: {'; '.join(link.facts.problems)}"
            yield PathFinding(FindingKind.UNREADABLE, position, sentence)


def _about_sending(sent: Sequence[bytes], links: Sequence[Link], chain: Chain) -> Iterator[PathFinding]:
    """Yield what is odd about how the chain was sent; OpenSSL takes all of it."""
    used = [links.index(link) for link in chain.links if link in links]
    if used != sorted(used):
        sentence = "the certificates do not follow each other, leaf first; some peers refuse that"
        yield PathFinding(FindingKind.WRONG_ORDER, None, sentence)
    surplus = [link for link in links if link not in chain.links]
    if surplus or len(sent) > len(links):
        names = ", ".join(link.called for link in surplus) or "one of them twice"
        yield PathFinding(FindingKind.EXTRA_CERTIFICATES, None, f"more was sent than the chain needs: {names}")
    for link in filter(is_root, links[1:]):
        sentence = f"the root {link.called} was sent along; a verifier never needs that"
        yield PathFinding(FindingKind.ROOT_SENT, _depth_in(chain, link), sentence)


def _depth_in(chain: Chain | None, link: Link) -> int | None:
    return chain.links.index(link) if chain and link in chain.links else None


def _lines(
    links: Sequence[Link], chain: Chain | None, purpose: Purpose | None, at: datetime
) -> tuple[CertificateLine, ...]:
    return tuple(
        CertificateLine(position, _depth_in(chain, link), link.facts, _sentence(link, position, purpose, at))
        for position, link in enumerate(links)
    )


def _sentence(link: Link, position: int, purpose: Purpose | None, at: datetime) -> str:
    facts = link.facts
    if not facts.readable:
        return "; ".join(facts.problems)
    issuer = "itself" if is_root(link) else f'"{facts.issuer}"'
    is_what = f"{_role(link, position)} {link.called}, issued by {issuer}"
    return f"{is_what}, {_dated(facts, at)}, {_usable(facts, purpose)}"


def _role(link: Link, position: int) -> str:
    if position == 0:
        return "leaf"
    return "root" if is_root(link) else "intermediate" if link.facts.is_ca else "other certificate"


def _dated(facts: CertificateFacts, at: datetime) -> str:
    if not (facts.not_before and facts.not_after):
        return "dates unreadable"
    if in_date(facts, at):
        return f"in date until {facts.not_after:%Y-%m-%d}"
    return f"valid only from {facts.not_before:%Y-%m-%d} to {facts.not_after:%Y-%m-%d}"


def _usable(facts: CertificateFacts, purpose: Purpose | None) -> str:
    usages = facts.extended_key_usage
    if usages is None:
        return "for any purpose"
    unfit = purpose is not None and WANTED_USAGE[purpose] not in usages
    return f"for {', '.join(usages) or 'no purpose'} only" + (f" (unfit for a TLS {purpose})" if unfit else "")
