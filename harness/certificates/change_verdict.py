"""What a comparison comes to, in few words: they stand first and last in its text, and in its JSON.

In what two certificates differ, as far as anybody who looks at them can mind.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.certificates.beyond_plays import unspoken_for
from harness.certificates.change import CertificateChange, Kind
from harness.certificates.release_words import release_names
from harness.certificates.rules import Severity
from harness.x509.certificate import CertificateFacts

_NOTHING = "nothing breaks in this lab"
KIND_WORDS = {Kind.BREAKS: "breaks", Kind.MENDS: "mends", Kind.DIFFERS: "changes"}
"""How a comparison counts each kind."""

_RULES = {Severity.ERROR: "rule errors", Severity.WARNING: "rule warnings", Severity.INFO: "rule notes"}


def verdict_of(change: CertificateChange) -> str:
    """Return `BREAKS`, `NO ALL-CLEAR` or that nothing breaks, and what there is to see of each kind."""
    said = list(counts(change))
    if change.breaks:
        return f"BREAKS: {', '.join(said)}"
    if not change.is_safe:
        return f"NO ALL-CLEAR: {', '.join(said)}"
    unknown = any(unspoken_for(change.old.facts, change.new.facts))
    doubt = "; for which peers it cannot speak stands under unknown" if unknown else ""
    return f"{_NOTHING}{doubt}: {', '.join(said)}" if said else f"{_NOTHING}{doubt}"


def counts(change: CertificateChange) -> Iterator[str]:
    """Yield what there is of each kind: stories, uploads and rules; nothing where the two certificates come to one."""
    if not change.worked:
        yield "no story works with the old certificate"
    elif not change.looked_at:
        yield "no story looks at the certificate"
    for kind in Kind:
        if found := {flip.scenario for flip in change.compared if flip.kind is kind}:
            yield f"{KIND_WORDS[kind]} {len(found)}"
    if change.not_compared:
        yield f"not compared {len({flip.scenario for flip in change.not_compared})}"
    if change.was_interrupted:
        yield f"not played {change.unplayed}" if change.unplayed else "interrupted before the comparison was checked"
    if refusing := {name for each in change.uploads if each.refuses_new for name in each.releases}:
        yield f"upload refused on {release_names(tuple(name for name in change.releases if name in refusing))}"
    keys = {finding.rule.key: finding.rule.severity for finding in change.rules}
    for severity in Severity:
        if count := list(keys.values()).count(severity):
            yield f"{_RULES[severity]} {count}"


Part = Callable[[CertificateFacts], str]


def usages_of(facts: CertificateFacts) -> str:
    """Return the extended key usages in words."""
    return "none named, so for everything" if facts.extended_key_usage is None else ", ".join(facts.extended_key_usage)


def dates_of(facts: CertificateFacts) -> str:
    """Return from when until when a certificate is in date."""
    if facts.not_before is None or facts.not_after is None:
        return "unreadable dates"
    return f"{facts.not_before:%Y-%m-%d} to {facts.not_after:%Y-%m-%d}"


_PARTS: tuple[tuple[str, Part], ...] = (
    ("extended key usage", usages_of),
    ("key usage", lambda facts: "no limit" if facts.key_usage is None else ", ".join(facts.key_usage)),
    ("common name", lambda facts: ", ".join(facts.common_names) or "none"),
    ("alternative names", lambda facts: ", ".join((*facts.dns_names, *facts.uris, *facts.ip_addresses)) or "none"),
    ("issuer", lambda facts: "itself" if facts.self_issued else facts.issuer),
    ("key", lambda facts: facts.key),
    ("signature", lambda facts: facts.signature_hash.upper() or "no hash of its own"),
    ("CRL", lambda facts: ", ".join(facts.crl_urls) or "no address"),
    ("OCSP responder", lambda facts: ", ".join(facts.ocsp_urls) or "no address"),
    ("in date", dates_of),
)


def differences(old: CertificateFacts, new: CertificateFacts) -> Iterator[tuple[str, str, str]]:
    """Yield (what, of the old one, of the new one) for each part that is not the same."""
    for what, part in _PARTS:
        before, after = part(old), part(new)
        if before != after:
            yield what, before, after
    if old.issuer == new.issuer and old.authority_key_identifier != new.authority_key_identifier:
        before, after = (each.authority_key_identifier or "not named" for each in (old, new))
        yield "key of its issuer", before, after
    if old.common_names == new.common_names and old.subject != new.subject:
        yield "subject", old.subject or "(empty)", new.subject or "(empty)"
