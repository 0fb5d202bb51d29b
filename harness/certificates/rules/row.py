"""What a row of the table of certificate rules says, and what it comes to."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from harness.certificates.rules.examination import Examination


class Severity(StrEnum):
    """How bad it is: `error` a peer or the box itself refuses, `warning` some peer may, `info` good to know."""

    ERROR = "error"
    WARNING = "warning"
    INFO = "info"


@dataclass(frozen=True, slots=True)
class CertificateRule:
    """One rule.

    `key` never changes once it is out. `roles` are those to which it applies. `fires` yields a sentence for each
    thing that breaks the rule. `peers` says who minds, empty for the peers of the role. `remedy` says what to do;
    `{names}` in it stands for the names that the role needs. `source` is a key of domain.md or an RFC.
    `beyond_plays` says that no actor of the lab minds it: no play shows it, and `certs diff` tells it by the rule.
    """

    key: str
    title: str
    severity: Severity
    roles: tuple[str, ...]
    fires: Callable[[Examination], Iterator[str]]
    remedy: str
    source: str
    peers: str = ""
    beyond_plays: bool = False


@dataclass(frozen=True, slots=True)
class RuleFinding:
    """One rule that fired: what it found, who minds, and what to do."""

    rule: CertificateRule
    detail: str
    peers: str
    remedy: str
