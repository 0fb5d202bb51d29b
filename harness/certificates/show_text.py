"""`certs show` as text: what each link will see in a certificate file."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from harness.certificates.show import ShownCertificate, WantedName, days_left
from harness.report.columns import Paper
from harness.x509.certificate import CertificateFacts
from harness.x509.findings import FindingKind, Purpose
from harness.x509.name_policy import NameVerdict
from harness.x509.name_rules import POLICIES
from harness.x509.presented_names import IdentityKind

_MARGIN, _COLUMN = 16, 11
_MOST_TOLD = 10


def sight_text(sight: ShownCertificate, *, width: int, unicode: bool) -> str:
    """Return what the file shows, in lines of at most `width` columns."""
    paper = Paper(width, unicode)
    parts = (_head, _certificates, _chain, _roles, _names)
    return "\n\n".join("\n".join(part(sight, paper)) for part in parts) + "\n"


def _head(sight: ShownCertificate, paper: Paper) -> Iterator[str]:
    yield from paper.hanging("", f"{sight.file}: {sight.leaf.label}", 0)
    key = "is in the file, and fits" if sight.holding.private_key else "is not in the file"
    yield from paper.hanging("  private key", key, _MARGIN)
    for note in (*sight.holding.notes, *sight.notes):
        yield from paper.hanging("  note", note, _MARGIN)


def _certificates(sight: ShownCertificate, paper: Paper) -> Iterator[str]:
    for number, facts in enumerate(sight.path):
        yield from ("",) if number else ()
        what = "The certificate" if number == 0 else f"CA {number} above it"
        yield from paper.hanging("", f"{what}: {facts.label}", 0)
        for word, text in _rows(facts, sight.at):
            yield from paper.hanging(f"  {word}", text, _MARGIN)
    yield from _others("Above it too, on another way:", sight.other_ways, paper)
    yield from _others("Not related to it:", sight.strangers, paper)


def _others(title: str, others: Sequence[CertificateFacts], paper: Paper) -> Iterator[str]:
    if others:
        yield from ("", title)
        yield from (f"  {paper.plain(facts.label)[: paper.width - 2]}" for facts in others[:_MOST_TOLD])
        more = len(others) - _MOST_TOLD
        yield from (f"  and {more} more",) if more > 0 else ()


def _rows(facts: CertificateFacts, at: datetime) -> Iterator[tuple[str, str]]:
    names = {
        "DNS names": facts.dns_names,
        "URIs": facts.uris,
        "SRV names": facts.srv_names,
        "IP addresses": facts.ip_addresses,
        "e-mail": facts.emails,
    }
    yield "subject", facts.subject or "(empty)"
    yield "common name", ", ".join(facts.common_names) or "none"
    yield from ((word, ", ".join(values)) for word, values in names.items() if values)
    if not facts.is_ca and not facts.has_san_extension:
        yield "SANs", "none, there is no such extension"
    yield "issuer", "itself" if facts.self_issued else facts.issuer
    yield "key", facts.key or "unreadable"
    yield "signature", facts.signature_hash.upper() or "without a hash of its own, or unreadable"
    yield "in date", _dates(facts, at)
    yield "key usage", "no limit" if facts.key_usage is None else ", ".join(facts.key_usage) or "nothing"
    yield "usages (EKU)", _usages(facts)
    yield "CRL", ", ".join(facts.crl_urls) or "none"
    yield "OCSP", ", ".join(facts.ocsp_urls) or "none"
    yield "SHA-256", facts.sha256
    yield from (("unreadable", problem) for problem in facts.problems)


def _dates(facts: CertificateFacts, at: datetime) -> str:
    left = days_left(facts, at)
    if facts.not_before is None or facts.not_after is None or left is None:
        return "unreadable"
    span = f"{facts.not_before:%Y-%m-%d} to {facts.not_after:%Y-%m-%d}"
    if at < facts.not_before:
        return f"{span}, not yet"
    return f"{span}, {left} days left" if left >= 0 else f"{span}, over"


def _usages(facts: CertificateFacts) -> str:
    usages = facts.extended_key_usage
    return "no limit (the extension is absent)" if usages is None else ", ".join(usages) or "nothing"


def _chain(sight: ShownCertificate, paper: Paper) -> Iterator[str]:
    yield "Chain"
    yield from paper.hanging("  in the file", _labels(sight.path), _MARGIN)
    if sight.trust is None:
        yield from paper.hanging("  completed", "give a Trusted CA list with --trust to see that", _MARGIN)
    else:
        yield from paper.hanging("  Expressway", f"sends {_labels(sight.completed)}", _MARGIN)
    for flaw in sight.flaws:
        yield from paper.hanging("  note", flaw, _MARGIN)


def _labels(facts: Sequence[CertificateFacts]) -> str:
    return ", issued by ".join(f'"{each.label}"' for each in facts)


def _roles(sight: ShownCertificate, paper: Paper) -> Iterator[str]:
    yield f"What its usages allow, by OpenSSL's rules on {sight.at:%Y-%m-%d}"
    for purpose in ("server", "client"):
        yield from paper.hanging(f"  TLS {purpose}", _fitness(sight, purpose), _MARGIN)


def _fitness(sight: ShownCertificate, purpose: Purpose) -> str:
    """Say yes, or with which alert OpenSSL refuses it and why (measured: 43 for a purpose, 48 for no issuer)."""
    unfit, refusal = sight.unfit(purpose), sight.refusal(purpose)
    if unfit is None:
        return f"yes, but OpenSSL refuses it all the same: {refusal.sentence}" if refusal else "yes"
    return f"no (alert {48 if unfit.kind is FindingKind.MALFORMED_EXTENSION else 43}): {unfit.sentence}"


def _names(sight: ShownCertificate, paper: Paper) -> Iterator[str]:
    columns = "".join(f"{policy:<{_COLUMN}}" for policy in POLICIES).rstrip()
    left = paper.width - _COLUMN * len(POLICIES)
    yield f"{'Names by policy':<{left}}{columns}"
    for wanted in sight.wanted:
        yield from _name_row(wanted, sight.verdicts(wanted.name), paper, left)


def _name_row(wanted: WantedName, verdicts: dict[str, NameVerdict], paper: Paper, left: int) -> Iterator[str]:
    answers = [f"{'yes' if verdict.accepted else 'no':<{_COLUMN}}" for verdict in verdicts.values()]
    name = f"  {paper.plain(wanted.name)}"
    if len(name) >= left:
        yield name[: paper.width]
        name = ""
    yield f"{name:<{left}}{''.join(answers)}".rstrip()
    told = next((verdict.reason for verdict in verdicts.values() if verdict.nearest_miss), "")
    yield from paper.hanging("", "; ".join(part for part in (wanted.sought, told) if part), 4)
    matched = verdicts["rfc9525"].matched
    if matched is not None and matched.kind in (IdentityKind.URI, IdentityKind.SRV):
        text = f"the {matched.kind} counts for SIP alone: no client of HTTPS reads it, such as Jabber when it signs in"
        yield from paper.hanging("", text, 4)
