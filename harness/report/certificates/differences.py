"""In what two certificates differ, as far as anybody who looks at them can mind."""

from __future__ import annotations

from collections.abc import Callable, Iterator

from harness.identity.certificate import CertificateFacts

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
