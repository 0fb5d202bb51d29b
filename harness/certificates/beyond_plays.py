"""What a comparison by plays cannot show: rules whose effect no actor has, and peers that no actor is like."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from harness.certificates.rules import Examination, RuleFinding, Severity, examine
from harness.x509.certificate import CertificateFacts

_POST_QUANTUM = "ML-DSA"
_LABEL = re.compile(r'^"[^"]*"')
_KINDS_OF_PEERS = {
    "RSA": "peers that offer no RSA signature, which are rare",
    "ECDSA": "peers that offer RSA ciphers and signatures alone: old phones and session border controllers, and a "
    "Unified CM whose cipher settings allow RSA alone",
    "Ed25519": "peers without EdDSA in TLS: many Java, appliance and phone stacks",
    "Ed448": "peers without EdDSA in TLS: many Java, appliance and phone stacks",
    _POST_QUANTUM: "every peer without TLS 1.3 or without ML-DSA (OpenSSL before 3.5, and so every Expressway here)",
}
"""Which peers may mind a key of that kind, though all actors of the lab take it."""


def rules_broken_anew(old: Sequence[Examination], new: Sequence[Examination]) -> tuple[RuleFinding, ...]:
    """Return what breaks rules in the new certificate and not in the old one, and no play shows; each once, by rule.

    `old` and `new` examine one certificate each, for the releases in question. Where the old one broke the rule of an
    error too, nothing breaks that worked. A warning in other words is another one: a new certificate that expires soon
    is told, though the old one does so too.
    """
    before = [finding for case in old for finding in examine(case)]
    errors = {finding.rule.key for finding in before if finding.rule.severity is Severity.ERROR}
    known = set(map(_likeness, before))
    found = {
        (finding.rule.key, finding.detail): finding
        for case in new
        for finding in examine(case)
        if finding.rule.beyond_plays and finding.rule.key not in errors
        if _likeness(finding) not in known
    }
    keys = list(dict.fromkeys(key for key, _ in found))
    return tuple(sorted(found.values(), key=lambda finding: keys.index(finding.rule.key)))


def _likeness(finding: RuleFinding) -> tuple[str, str]:
    """Return what makes two findings one: the rule, and its words whatever the certificate at fault is called."""
    return finding.rule.key, _LABEL.sub("it", finding.detail)


def unspoken_for(old: CertificateFacts, new: CertificateFacts) -> Iterator[str]:
    """Yield for which kinds of peers the lab cannot speak, where the kind of the key is another one."""
    before, after = _kind(old), _kind(new)
    if before != after:
        peers = _KINDS_OF_PEERS.get(after, "peers that do not know such keys")
        yield (
            f"the key goes from {old.key or 'an unknown one'} to {new.key or 'an unknown one'}, and the peers of this "
            f"lab take both. It cannot speak for {peers}. Their ClientHello tells: look for the kind in its "
            "signature_algorithms"
        )


def _kind(facts: CertificateFacts) -> str:
    return _POST_QUANTUM if facts.key.startswith(_POST_QUANTUM) else facts.key.partition(" ")[0]
