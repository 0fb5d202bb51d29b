"""The words of the chain explainer: what can be said of a chain, and how OpenSSL would number it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class FindingKind(StrEnum):
    """What may be found about a chain. Stable words: verdicts and causes refer to them."""

    NOTHING_SENT = "nothing-sent"
    UNREADABLE = "unreadable"
    MISSING_INTERMEDIATE = "missing-intermediate"
    UNKNOWN_ROOT = "unknown-root"
    ONLY_INTERMEDIATE_TRUSTED = "only-intermediate-trusted"
    CHAIN_INCOMPLETE_OR_UNKNOWN_ROOT = "chain-incomplete-or-unknown-root"
    SELF_SIGNED_LEAF = "self-signed-leaf"
    ROOT_SENT = "root-sent"
    EXPIRED = "expired"
    NOT_YET_VALID = "not-yet-valid"
    WRONG_EKU = "wrong-eku"
    KEY_USAGE = "key-usage"
    CRITICAL_EXTENSION = "critical-extension"
    MALFORMED_EXTENSION = "malformed-extension"
    REPEATED_EXTENSION = "repeated-extension"
    PROXY_CERTIFICATE = "proxy-certificate"
    EXPLICIT_CURVE = "explicit-curve"
    UNDECIDED = "undecided"
    NOT_A_CA = "not-a-ca"
    PATH_LENGTH = "path-length"
    NAME_CONSTRAINTS = "name-constraints"
    BAD_SIGNATURE = "bad-signature"
    WEAK_SIGNATURE = "weak-signature"
    WEAK_KEY = "weak-key"
    WRONG_ORDER = "wrong-order"
    EXTRA_CERTIFICATES = "extra-certificates"


@dataclass(frozen=True, slots=True)
class PathFinding:
    """One finding about a chain.

    `depth` is 0 for the leaf and counts towards the root; None where the whole chain is meant. `verify_code`
    is the X509_V_ERR number with which OpenSSL refuses for this reason (measured, OpenSSL 4.0.3 at security
    level 2), 0 where it does not refuse or has no number for it. `detail` is a stable word of a kind that has
    several: of WRONG_EKU `server-auth-only`, `client-auth-only`, `any-eku-only`, `sip-domain-only`,
    `other-eku` or `restricted-intermediate`. UNDECIDED means that nobody here can tell, and counts as refused.
    """

    kind: FindingKind
    depth: int | None
    sentence: str
    verify_code: int = 0
    detail: str = ""

    @property
    def fatal(self) -> bool:
        """Whether OpenSSL refuses the chain for it."""
        return self.verify_code != 0 or self.kind in (FindingKind.NOTHING_SENT, FindingKind.UNREADABLE)
