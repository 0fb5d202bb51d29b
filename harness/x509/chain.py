"""Building a chain as OpenSSL does: trusted issuers first, one issuer a step, no second try (measured).

Whether one certificate says that another issued it goes by OpenSSL's rules.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

from harness.x509.certificate import CertificateFacts, read_certificate
from harness.x509.der import OCTET_STRING, SEQUENCE, fields, only
from harness.x509.encoded import EncodedCertificate, encoded, is_signed_by
from harness.x509.extension_rules import malformed
from harness.x509.extensions import AUTHORITY_KEY_IDENTIFIER
from harness.x509.general_names import NameKind, canonical, general_names
from harness.x509.keys import may_have_signed

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
    while len(links) < MAX_CERTIFICATES and not is_root(links[-1]):
        issuer = _issuer(links, links[-1], trusted, at)
        if issuer is None and own == len(links):
            issuer = _issuer(links, links[-1], sent, at)
            own += issuer is not None
        if issuer is None:
            break
        links.append(issuer)
    return Chain(tuple(links), own, _end(links, own, trusted, at))


def _end(links: Sequence[Link], own: int, trusted: Sequence[Link], at: datetime) -> ChainEnd:
    top = links[-1]
    if not is_root(top):
        return ChainEnd.NO_ISSUER
    from_trust = own < len(links) or _issuer((), top, trusted, at) == top  # a namesake with another key is a mimic
    return ChainEnd.TRUSTED_ROOT if from_trust else ChainEnd.UNTRUSTED_ROOT


def is_root(link: Link) -> bool:
    """Whether a certificate issued itself: by its names, its key identifiers and the kind of its key."""
    return likely_issued(link.der, link.der)


def _issuer(links: Sequence[Link], child: Link, pool: Sequence[Link], at: datetime) -> Link | None:
    """Return the first candidate that is in date and not in `links`, else the one that was so last."""
    candidates = [link for link in pool if link not in links and likely_issued(child.der, link.der)]
    if not candidates:
        return None
    current = (link for link in candidates if in_date(link.facts, at))
    return next(current, max(candidates, key=lambda link: link.facts.not_after or at))


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
    return names_issuer(child.der, issuer.der) and is_signed_by(child.der, issuer.der)


_SUBJECT_KEY_IDENTIFIER = "2.5.29.14"


@lru_cache(maxsize=1 << 14)
def names_issuer(child: bytes, issuer: bytes) -> bool:
    """Whether `child` (DER) names `issuer`: by its name, and by key identifier or issuer and serial where it has them.

    False for what cannot be taken apart.
    """
    try:
        return _names_issuer(encoded(child), encoded(issuer))
    except (ValueError, IndexError):
        return False


def likely_issued(child: bytes, issuer: bytes) -> bool:
    """Whether OpenSSL would take `issuer` for the issuer of `child`: named so, both readable, and a key that fits."""
    if malformed(child) or malformed(issuer) or not names_issuer(child, issuer):
        return False
    return may_have_signed(encoded(issuer), encoded(child))


def _names_issuer(child: EncodedCertificate, issuer: EncodedCertificate) -> bool:
    return canonical(child.issuer) == canonical(issuer.subject) and _identifiers_fit(child, issuer)


def _identifiers_fit(child: EncodedCertificate, issuer: EncodedCertificate) -> bool:
    """Compare the authorityKeyIdentifier, each field where it is present (RFC 5280 section 4.2.1.1)."""
    extension = child.extension(AUTHORITY_KEY_IDENTIFIER)
    if extension is None:
        return True
    named = fields(only(extension.value, SEQUENCE), 0x80, 0xA1, 0x82)
    held = issuer.extension(_SUBJECT_KEY_IDENTIFIER)
    if held and 0x80 in named and named[0x80] != only(held.value, OCTET_STRING):
        return False
    if 0x82 in named and _number(named[0x82]) != _number(issuer.serial):
        return False
    issuers = general_names(named.get(0xA1, b""))
    directory = next((name for name in issuers if name.kind is NameKind.DIRECTORY_NAME), None)
    return directory is None or canonical(directory.value) == canonical(issuer.issuer)


def _number(contents: bytes) -> int:
    return int.from_bytes(contents, signed=True)
