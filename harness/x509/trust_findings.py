"""Where a chain ends, and what that means: missing intermediate, unknown root, or not to be told."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.x509.chain import MAX_CERTIFICATES, Chain, ChainEnd, Link, continuation, is_root
from harness.x509.encoded import encoded
from harness.x509.extension_rules import malformed
from harness.x509.findings import FindingKind, PathFinding

_SELF_SIGNED_LEAF, _UNKNOWN_ROOT_SENT, _NO_ISSUER, _NO_ISSUER_OF_TRUSTED = 18, 19, 20, 2
_CHAIN_TOO_LONG = 22


def trust_findings(
    chain: Chain, sent: Sequence[Link], trusted: Sequence[Link], known: Sequence[Link]
) -> Iterator[PathFinding]:
    """Yield why this chain does not end in a trusted root; nothing where it does.

    `known` are authorities that the observer has seen elsewhere; without them a missing intermediate and an
    unknown root look the same (both X509_V_ERR 20, domain.md 5.1).
    """
    spoilt = tuple(_malformed(chain, (*sent, *trusted, *known))) if chain.end is ChainEnd.NO_ISSUER else ()
    match chain.end:
        case ChainEnd.NO_ISSUER if spoilt:
            yield from spoilt
        case ChainEnd.NO_ISSUER if len(chain.links) == MAX_CERTIFICATES:
            yield _too_long(chain)
        case ChainEnd.UNTRUSTED_ROOT if len(chain.links) == 1:
            yield _self_signed_leaf(chain)
        case ChainEnd.UNTRUSTED_ROOT:
            yield _unknown_root_sent(chain)
        case ChainEnd.NO_ISSUER if chain.trusted_from < len(chain.links):
            yield _only_intermediate_trusted(chain)
        case ChainEnd.NO_ISSUER:
            yield _open_end(chain, trusted, known)


def _malformed(chain: Chain, authorities: Sequence[Link]) -> Iterator[PathFinding]:
    """Yield what keeps the search from going on above a certificate that cannot be decoded."""
    named = encoded(chain.top.der).issuer
    issuers = (link for link in authorities if link.facts.readable and encoded(link.der).subject == named)
    for link in dict.fromkeys((chain.top, *issuers)):
        for problem in malformed(link.der):
            sentence = f"{link.called} {problem}: OpenSSL finds no issuer for it, or takes it for none"
            yield PathFinding(FindingKind.MALFORMED_EXTENSION, _depth(chain), sentence, _NO_ISSUER)


def _depth(chain: Chain) -> int:
    return len(chain.links) - 1


def _too_long(chain: Chain) -> PathFinding:
    sentence = f"the chain has more than {MAX_CERTIFICATES} certificates, and nobody here looks further"
    return PathFinding(FindingKind.UNDECIDED, _depth(chain), sentence, _CHAIN_TOO_LONG)


def _self_signed_leaf(chain: Chain) -> PathFinding:
    sentence = f"the certificate {chain.top.called} signed itself, and the verifier does not trust it by itself"
    return PathFinding(FindingKind.SELF_SIGNED_LEAF, 0, sentence, _SELF_SIGNED_LEAF)


def _unknown_root_sent(chain: Chain) -> PathFinding:
    sentence = (
        f"the chain ends in the root {chain.top.called}, which is not in the verifier's trust list; OpenSSL "
        'calls this "self-signed certificate in certificate chain", since the root itself was sent'
    )
    return PathFinding(FindingKind.UNKNOWN_ROOT, _depth(chain), sentence, _UNKNOWN_ROOT_SENT)


def _only_intermediate_trusted(chain: Chain) -> PathFinding:
    sentence = (
        f"the trust list holds the intermediate {chain.top.called} and not the root above it "
        f"({chain.top.facts.issuer}); without partial chains that is not enough"
    )
    return PathFinding(FindingKind.ONLY_INTERMEDIATE_TRUSTED, _depth(chain), sentence, _NO_ISSUER_OF_TRUSTED)


def _open_end(chain: Chain, trusted: Sequence[Link], known: Sequence[Link]) -> PathFinding:
    kind, sentence = _what_is_missing(chain.top, trusted, known)
    return PathFinding(kind, _depth(chain), sentence, _NO_ISSUER)


def _what_is_missing(top: Link, trusted: Sequence[Link], known: Sequence[Link]) -> tuple[FindingKind, str]:
    way = continuation(top, (*trusted, *known))
    if way and way[-1] in trusted and is_root(way[-1]):
        names = [link.called for link in way if link not in trusted]
        several = len(names) > 1
        lacking = f"the intermediates {', '.join(names)} were" if several else f"the intermediate {names[0]} was"
        return FindingKind.MISSING_INTERMEDIATE, (
            f"{lacking} not sent and {'are' if several else 'is'} not trusted; {'they' if several else 'it'} would "
            f"lead from {top.called} to the trusted root {way[-1].called}"
        )
    if way and is_root(way[-1]):
        return FindingKind.UNKNOWN_ROOT, (
            f"the chain leads to the root {way[-1].called}, which is not in the verifier's trust list"
        )
    return FindingKind.CHAIN_INCOMPLETE_OR_UNKNOWN_ROOT, _cannot_tell(top, trusted)


def _cannot_tell(top: Link, trusted: Sequence[Link]) -> str:
    sentence = (
        f'the issuer of {top.called}, "{top.facts.issuer}", was neither sent nor is it trusted. '
        "Either an intermediate is missing or the root is unknown; the evidence cannot tell which"
    )
    if any(link.facts.subject == top.facts.issuer for link in trusted):
        sentence += ". A trusted authority has the same name and another key"
    return sentence
