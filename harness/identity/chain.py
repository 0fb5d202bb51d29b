"""Building a chain as OpenSSL does: trusted issuers first, one issuer a step, no second try (measured)."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from harness.identity.certificate import CertificateFacts, read_certificate
from harness.identity.signature import is_signed_by

MAX_CERTIFICATES = 64
"""Certificates of a peer that are looked at; also the longest chain that is built."""


@dataclass(frozen=True, slots=True)
class Link:
    """One certificate of a chain, as bytes (DER) and as facts."""

    der: bytes
    facts: CertificateFacts

    @property
    def called(self) -> str:
        """Its label in quotes."""
        return f'"{self.facts.label}"'


class ChainEnd(StrEnum):
    """Why a chain goes no further."""

    TRUSTED_ROOT = "its root is trusted"
    UNTRUSTED_ROOT = "its last certificate issued itself and is not trusted"
    NO_ISSUER = "nobody at hand issued its last certificate"


@dataclass(frozen=True, slots=True)
class Chain:
    """A chain, leaf first. From `trusted_from` on its links come from the trust list."""

    links: tuple[Link, ...]
    trusted_from: int
    end: ChainEnd

    @property
    def top(self) -> Link:
        """The last certificate: the root, where there is one."""
        return self.links[-1]


def links_of(certificates: Iterable[bytes]) -> tuple[Link, ...]:
    """Return certificates (DER) as links, each once, in their order."""
    return tuple(Link(der, read_certificate(der)) for der in dict.fromkeys(certificates))


def build_chain(sent: Sequence[Link], trusted: Sequence[Link], at: datetime) -> Chain:
    """Return the chain that starts with the first certificate sent; ValueError where none was sent.

    Once a link comes from the trust list the search stays there, so that a root that travelled does not help
    a trust list that holds only the intermediate (domain.md 5.1, X509_V_ERR 2).
    """
    if not sent:
        raise ValueError("no chain without a certificate")
    links, own = [sent[0]], 1
    while len(links) < MAX_CERTIFICATES and not _complete(links[-1], trusted):
        issuer = _issuer(links, trusted, at)
        if issuer is None and own == len(links):
            issuer = _issuer(links, sent, at)
            own += issuer is not None
        if issuer is None:
            break
        links.append(issuer)
    return Chain(tuple(links), own, _end(links[-1], trusted))


def _complete(link: Link, trusted: Sequence[Link]) -> bool:
    return _end(link, trusted) is not ChainEnd.NO_ISSUER


def _end(top: Link, trusted: Sequence[Link]) -> ChainEnd:
    if not is_root(top):
        return ChainEnd.NO_ISSUER
    return ChainEnd.TRUSTED_ROOT if top in trusted else ChainEnd.UNTRUSTED_ROOT


def is_root(link: Link) -> bool:
    """Whether a certificate issued itself: by its names and, where it has them, its key identifiers."""
    return link.facts.self_issued and _names_issuer(link, link)


def _issuer(links: Sequence[Link], pool: Sequence[Link], at: datetime) -> Link | None:
    """Return the first candidate that is in date, else the one that was so last."""
    candidates = [link for link in pool if link not in links and _names_issuer(links[-1], link)]
    if not candidates:
        return None
    current = (link for link in candidates if in_date(link.facts, at))
    return next(current, max(candidates, key=lambda link: link.facts.not_after or at))


def _names_issuer(child: Link, issuer: Link) -> bool:
    """Whether `child` names `issuer`; the signature is checked later, as OpenSSL does it."""
    named, held = child.facts.authority_key_identifier, issuer.facts.subject_key_identifier
    same_key = not named or not held or named == held
    return bool(child.facts.issuer) and child.facts.issuer.lower() == issuer.facts.subject.lower() and same_key


def in_date(facts: CertificateFacts, at: datetime) -> bool:
    """Whether `at` lies within the dates of a certificate, ends included; False where they are unreadable."""
    return bool(facts.not_before and facts.not_after and facts.not_before <= at <= facts.not_after)


def continuation(top: Link, known: Sequence[Link]) -> tuple[Link, ...]:
    """Return the links by which certificates known elsewhere would carry a chain on from `top`.

    Signatures are checked here: this is evidence about the world and not a copy of OpenSSL's search.
    """
    found = [top]
    while len(found) < MAX_CERTIFICATES and not is_root(found[-1]):
        issuers = (link for link in known if link not in found and _issued(found[-1], link))
        issuer = max(issuers, key=is_root, default=None)
        if issuer is None:
            break
        found.append(issuer)
    return tuple(found[1:])


def _issued(child: Link, issuer: Link) -> bool:
    return _names_issuer(child, issuer) and is_signed_by(child.der, issuer.der)
