"""What is wrong with a single link of a chain: role, purpose, path length, strength, dates, signature.

The numbers and their order are OpenSSL's, measured; trap X25 lists where they differ from the RFCs.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeAlias

from harness.identity.certificate import CertificateFacts
from harness.identity.chain import Chain, Link, is_root
from harness.identity.findings import FindingKind, PathFinding
from harness.identity.signature import is_signed_by

Purpose: TypeAlias = Literal["client", "server"]
"""The TLS role in which a certificate is presented."""

WANTED_USAGE: Mapping[Purpose, str] = {"client": "clientAuth", "server": "serverAuth"}

_LEAF_KEY_USAGES: Mapping[Purpose, frozenset[str]] = {
    "client": frozenset({"digitalSignature", "keyAgreement"}),
    "server": frozenset({"digitalSignature", "keyAgreement", "keyEncipherment"}),
}
"""A leaf that limits its key usage needs one of these (OpenSSL's purposes sslclient and sslserver)."""

_NOT_YET_VALID, _EXPIRED, _BAD_SIGNATURE, _PATH_LENGTH, _WRONG_PURPOSE = 9, 10, 7, 25, 26
_WEAK_LEAF_KEY, _WEAK_AUTHORITY_KEY, _WEAK_SIGNATURE, _NOT_A_CA = 66, 67, 68, 79

_WEAK_HASHES = frozenset({"md5", "sha1"})
_MIN_RSA = 2048


@dataclass(frozen=True, slots=True)
class Position:
    """One link at its depth in a chain, with the circumstances in which it is judged."""

    chain: Chain
    depth: int
    purpose: Purpose | None
    at: datetime

    @property
    def link(self) -> Link:
        """The certificate at this depth."""
        return self.chain.links[self.depth]

    @property
    def facts(self) -> CertificateFacts:
        """What it says."""
        return self.link.facts

    @property
    def is_top(self) -> bool:
        """Whether the chain ends here."""
        return self.depth == len(self.chain.links) - 1

    def finding(self, kind: FindingKind, sentence: str, code: int, detail: str = "") -> PathFinding:
        """Return a finding about this link; `sentence` goes on from its name."""
        return PathFinding(kind, self.depth, f"{self.link.called} {sentence}", code, detail)


def link_findings(chain: Chain, purpose: Purpose | None, at: datetime) -> Iterator[PathFinding]:
    """Yield what is wrong with each link, in the order in which OpenSSL would object."""
    positions = [Position(chain, depth, purpose, at) for depth in range(len(chain.links))]
    for checks, order in ((_EXTENSIONS, positions), (_STRENGTH, positions), (_VALIDITY, positions[::-1])):
        for position in order:
            for check in checks:
                yield from check(position)


def _authority(here: Position) -> Iterator[PathFinding]:
    facts, usages = here.facts, here.facts.key_usage
    if here.depth == 0:
        return
    if usages is not None and "keyCertSign" not in usages:
        sentence = "issued the certificate below it, but its key usage lacks keyCertSign"
        yield here.finding(FindingKind.NOT_A_CA, sentence, _NOT_A_CA)
    elif not facts.is_ca and not _old_root(here):
        sentence = "issued the certificate below it, but is not a CA (basicConstraints)"
        yield here.finding(FindingKind.NOT_A_CA, sentence, _NOT_A_CA)


def _old_root(here: Position) -> bool:
    """Whether it is a root that may lack basicConstraints: of version 1, or with a key usage (measured)."""
    return here.is_top and is_root(here.link) and (here.facts.version == 1 or here.facts.key_usage is not None)


def _extended_key_usage(here: Position) -> Iterator[PathFinding]:
    usages = here.facts.extended_key_usage
    if here.purpose is None or usages is None or WANTED_USAGE[here.purpose] in usages:
        return
    detail = "restricted-intermediate" if here.depth else _EKU_WORDS.get(frozenset(usages), "other-eku")
    inherited = "; the restriction binds everything below it" if here.depth else ""
    sentence = (
        f"is limited to {', '.join(usages) or 'no purpose'} and so cannot serve as a TLS {here.purpose} "
        f"(extendedKeyUsage lacks {WANTED_USAGE[here.purpose]}){inherited}"
    )
    yield here.finding(FindingKind.WRONG_EKU, sentence, _WRONG_PURPOSE, detail)


_EKU_WORDS: Mapping[frozenset[str], str] = {
    frozenset({"serverAuth"}): "server-auth-only",
    frozenset({"clientAuth"}): "client-auth-only",
    frozenset({"anyExtendedKeyUsage"}): "any-eku-only",
    frozenset({"id-kp-sipDomain"}): "sip-domain-only",
}


def _key_usage(here: Position) -> Iterator[PathFinding]:
    usages = here.facts.key_usage
    if here.purpose is None or here.depth or usages is None or _LEAF_KEY_USAGES[here.purpose] & set(usages):
        return
    needed = " or ".join(sorted(_LEAF_KEY_USAGES[here.purpose]))
    sentence = f"limits its key to {', '.join(usages) or 'nothing'}; a TLS {here.purpose} needs {needed}"
    yield here.finding(FindingKind.KEY_USAGE, sentence, _WRONG_PURPOSE)


def _path_length(here: Position) -> Iterator[PathFinding]:
    allowed = here.facts.path_length
    below = sum(not link.facts.self_issued for link in here.chain.links[1 : here.depth])
    if allowed is not None and below > allowed:
        sentence = f"allows {allowed} authorities below it, and there are {below}"
        yield here.finding(FindingKind.PATH_LENGTH, sentence, _PATH_LENGTH)


def _key_strength(here: Position) -> Iterator[PathFinding]:
    size = re.fullmatch(r"RSA (\d+)", here.facts.key)
    if size and int(size[1]) < _MIN_RSA:
        code = _WEAK_AUTHORITY_KEY if here.depth else _WEAK_LEAF_KEY
        yield here.finding(FindingKind.WEAK_KEY, f"has a key of {size[1]} bits, less than {_MIN_RSA}", code)


def _signature_strength(here: Position) -> Iterator[PathFinding]:
    if here.facts.signature_hash in _WEAK_HASHES and not here.is_top:
        sentence = f"was signed with {here.facts.signature_hash.upper()}, which nobody should accept any more"
        yield here.finding(FindingKind.WEAK_SIGNATURE, sentence, _WEAK_SIGNATURE)


def _signature(here: Position) -> Iterator[PathFinding]:
    if here.is_top:
        return  # OpenSSL takes a root by itself, not by its signature
    issuer = here.chain.links[here.depth + 1]
    if not is_signed_by(here.link.der, issuer.der):
        sentence = f"names {issuer.called} as its issuer, but that one's key did not sign it"
        yield here.finding(FindingKind.BAD_SIGNATURE, sentence, _BAD_SIGNATURE)


def _dates(here: Position) -> Iterator[PathFinding]:
    starts, ends = here.facts.not_before, here.facts.not_after
    if starts and here.at < starts:
        sentence = f"is not valid before {starts:%Y-%m-%d %H:%M} UTC: check the clock first"
        yield here.finding(FindingKind.NOT_YET_VALID, sentence, _NOT_YET_VALID)
    if ends and here.at > ends:
        yield here.finding(FindingKind.EXPIRED, f"expired on {ends:%Y-%m-%d %H:%M} UTC", _EXPIRED)


_Check: TypeAlias = Callable[[Position], Iterator[PathFinding]]

_EXTENSIONS: tuple[_Check, ...] = (_authority, _extended_key_usage, _key_usage, _path_length)
_STRENGTH: tuple[_Check, ...] = (_key_strength, _signature_strength)
_VALIDITY: tuple[_Check, ...] = (_signature, _dates)
