"""Certificates for a page: each once, by its fingerprint, and what was said of a chain where it was presented."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from typing import Any

from harness.inert import inert
from harness.report.html.pool import Pool
from harness.x509.certificate import CertificateFacts, read_certificate
from harness.x509.name_policy import judge_names, opinions
from harness.x509.name_rules import POLICIES
from harness.x509.presented_names import PresentedIdentity, presented_by

_MOST_NAMES = 40
"""Names of one certificate that a page shows; a forged one may hold thousands."""


class Certificates:
    """The certificates of a page, and the chains as they were presented."""

    def __init__(self) -> None:
        self._numbers: dict[str, int] = {}
        self._presented = Pool()
        self.facts: list[dict[str, Any]] = []

    @property
    def presented(self) -> list[Any]:
        """Every chain as somebody presented it: see `presentation`."""
        return self._presented.values

    def presentation(self, chain: Sequence[bytes], names: Sequence[str], at: datetime | None) -> int:
        """Return the number of a chain (DER, leaf first) as it was shown to somebody who looked for `names`.

        `at` is the verifier's clock. The policies speak of the leaf, in the order of their table.
        """
        facts = [read_certificate(der) for der in chain]
        said = opinions(facts[0], names) if facts and names else ()
        return self._presented.number(
            {
                "chain": [self._number(each) for each in facts],
                "dates": [date_words(each, at) for each in facts],
                "names": [inert(name) for name in names],
                "policies": [[each.policy, each.accepted, inert(each.reason)] for each in said],
            }
        )

    def _number(self, facts: CertificateFacts) -> int:
        if facts.sha256 not in self._numbers:
            self._numbers[facts.sha256] = len(self.facts)
            self.facts.append({"label": inert(facts.label), "rows": list(_rows(facts)), "names": _names(facts)})
        return self._numbers[facts.sha256]


def date_words(facts: CertificateFacts, at: datetime | None) -> str:
    """Return whether a certificate was in date for a verifier whose clock shows `at`, None where nobody knows."""
    begins, ends = facts.not_before, facts.not_after
    if begins is None or ends is None or at is None:
        return "unreadable" if at else ""
    if at < begins:
        return "not yet in date"
    return "in date" if at <= ends else "expired"


def _rows(facts: CertificateFacts) -> Iterator[list[str]]:
    """Yield what the page says of a certificate beside its names: a word, and the text to it."""
    rows = {
        "Subject": facts.subject or "(empty)",
        "Issuer": "itself" if facts.self_issued else facts.issuer,
        "Validity": _validity(facts),
        "EKU": _usages(facts.extended_key_usage, "no limit: the extension is absent"),
        "Key usage": _usages(facts.key_usage, "no limit: the extension is absent"),
        "CA": _authority(facts),
        "Key": ", signed with ".join(filter(None, (facts.key, facts.signature_hash.upper()))),
        "CRL": ", ".join(facts.crl_urls),
        "OCSP": ", ".join(facts.ocsp_urls),
        "Serial": facts.serial,
        "SHA-256": facts.sha256,
        "Unreadable": "; ".join(facts.problems),
    }
    yield from ([word, inert(text)] for word, text in rows.items() if text)


def _validity(facts: CertificateFacts) -> str:
    if facts.not_before is None or facts.not_after is None:
        return "unreadable"
    return f"{facts.not_before:%Y-%m-%d} to {facts.not_after:%Y-%m-%d}"


def _usages(usages: tuple[str, ...] | None, absent: str) -> str:
    return absent if usages is None else ", ".join(usages) or "nothing"


def _authority(facts: CertificateFacts) -> str:
    if not facts.is_ca:
        return "no"
    return "yes" if facts.path_length is None else f"yes, {facts.path_length} CAs below it at most"


def _names(facts: CertificateFacts) -> list[list[Any]]:
    """Return each name: its kind, the name, and for each policy whether it accepts the peer by it."""
    presented = presented_by(facts)[:_MOST_NAMES]
    return [[each.kind.value, inert(each.value), *_accepted(facts, each)] for each in presented]


def _accepted(facts: CertificateFacts, presented: PresentedIdentity) -> Iterator[bool]:
    for policy in POLICIES:
        candidates = judge_names(facts, [presented.name], policy=policy).candidates
        yield bool(presented.name) and any(each.accepted for each in candidates if each.presented == presented)
