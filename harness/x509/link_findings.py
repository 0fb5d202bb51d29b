"""What is wrong with a single link of a chain: role, purpose, path length, strength, dates, signature.

The numbers and their order are OpenSSL's, measured; trap X25 lists where they differ from the RFCs.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime
from typing import TypeAlias

from harness.x509.chain import Chain, is_root
from harness.x509.der import bits_of
from harness.x509.encoded import is_signed_by
from harness.x509.extension_findings import (
    critical_extensions,
    explicit_curve,
    repeated_extensions,
    special_certificates,
)
from harness.x509.extension_rules import NETSCAPE_TYPE, problem_of
from harness.x509.findings import (
    FindingKind,
    PathFinding,
    Position,
    Purpose,
    authority_key_strength,
    leaf_key_strength,
    signature_strength,
)

WANTED_USAGE: Mapping[Purpose, str] = {"client": "clientAuth", "server": "serverAuth"}

_LEAF_KEY_USAGES: Mapping[Purpose, frozenset[str]] = {
    "client": frozenset({"digitalSignature", "keyAgreement"}),
    "server": frozenset({"digitalSignature", "keyAgreement", "keyEncipherment"}),
}
"""A leaf that limits its key usage needs one of these (OpenSSL's purposes sslclient and sslserver)."""

_NETSCAPE_BITS: Mapping[Purpose, slice] = {"client": slice(0, 1), "server": slice(1, 2)}
"""The bit of nsCertType that a leaf needs, where it has that extension."""

_BAD_SIGNATURE, _NOT_YET_VALID, _EXPIRED, _BAD_START, _BAD_END, _PATH_LENGTH = 7, 9, 10, 13, 14, 25
_WRONG_PURPOSE, _NOT_A_CA = 26, 79


def leaf_findings(chain: Chain, purpose: Purpose | None, at: datetime) -> Iterator[PathFinding]:
    """Yield what OpenSSL has against the leaf before it looks for an issuer."""
    yield from leaf_key_strength(Position(chain, 0, purpose, at))


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
    """Whether it may lack basicConstraints: a root of version 1, or the last link with a key usage (measured)."""
    if here.facts.has_basic_constraints or not here.is_top:
        return False
    return here.facts.key_usage is not None or (here.facts.version == 1 and is_root(here.link))


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


def _netscape_type(here: Position) -> Iterator[PathFinding]:
    extension = here.encoded.extension(NETSCAPE_TYPE)
    if here.purpose is None or here.depth or extension is None:
        return
    bits = () if problem_of(bits_of, extension.value) else bits_of(extension.value)
    if not any(bits[_NETSCAPE_BITS[here.purpose]]):
        sentence = f"has an old nsCertType extension that does not allow a TLS {here.purpose}"
        yield here.finding(FindingKind.KEY_USAGE, sentence, _WRONG_PURPOSE)


def _path_length(here: Position) -> Iterator[PathFinding]:
    allowed = here.facts.path_length
    below = sum(not link.facts.self_issued for link in here.chain.links[1 : here.depth])
    if allowed is not None and below > allowed:
        sentence = f"allows {allowed} authorities below it, and there are {below}"
        yield here.finding(FindingKind.PATH_LENGTH, sentence, _PATH_LENGTH)


def _signature(here: Position) -> Iterator[PathFinding]:
    if here.is_top:
        return  # OpenSSL takes a root by itself, not by its signature
    issuer = here.chain.links[here.depth + 1]
    if not is_signed_by(here.link.der, issuer.der):
        sentence = f"names {issuer.called} as its issuer, but that one's key did not sign it"
        yield here.finding(FindingKind.BAD_SIGNATURE, sentence, _BAD_SIGNATURE)


def _dates(here: Position) -> Iterator[PathFinding]:
    starts, ends = here.facts.not_before, here.facts.not_after
    if starts is None:
        yield here.finding(FindingKind.UNREADABLE, "has a start date that cannot be read", _BAD_START)
    elif here.at < starts:
        sentence = f"is not valid before {starts:%Y-%m-%d %H:%M} UTC: check the clock first"
        yield here.finding(FindingKind.NOT_YET_VALID, sentence, _NOT_YET_VALID)
    if ends is None:
        yield here.finding(FindingKind.UNREADABLE, "has an end date that cannot be read", _BAD_END)
    elif here.at > ends:
        yield here.finding(FindingKind.EXPIRED, f"expired on {ends:%Y-%m-%d %H:%M} UTC", _EXPIRED)


_Check: TypeAlias = Callable[[Position], Iterator[PathFinding]]

_EXTENSIONS: tuple[_Check, ...] = (
    repeated_extensions,
    critical_extensions,
    special_certificates,
    _authority,
    explicit_curve,
    _extended_key_usage,
    _key_usage,
    _netscape_type,
    _path_length,
)
_STRENGTH: tuple[_Check, ...] = (authority_key_strength, signature_strength)
_VALIDITY: tuple[_Check, ...] = (_signature, _dates)
