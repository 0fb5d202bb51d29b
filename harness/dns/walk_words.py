"""The words of a walk through DNS: what can be noted on the way, and how it can end without a target."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from harness.dns.records import Outcome, Question


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a stable word means, and the RFC section or the key of domain.md that says so."""

    text: str
    source: str


@dataclass(frozen=True, slots=True)
class Note:
    """One step of a walk: `kind` is a key of `NOTES`, `text` the sentence for a person, `facts` what it is about.

    The facts' names are lower-case words without blanks; `text`, `outcome` and `topic` are not among them.
    """

    kind: str
    text: str
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Finding:
    """Why a walk ended without a target: `kind` is a key of `FINDINGS`, `text` the sentence for a person.

    `question` is the one on which it ended and `outcome` what that one came to; None where none was asked.
    """

    kind: str
    text: str
    question: Question | None
    outcome: Outcome | None


NOTES: Mapping[str, Meaning] = {
    "address-literal": Meaning("The destination is an address: nothing is looked up.", "RFC 3263 section 4.2, D08"),
    "explicit-port": Meaning(
        "The destination names a port: only the host's address is looked up, no NAPTR and no SRV.",
        "RFC 3263 section 4.2, O14",
    ),
    "service-label": Meaning("The destination is the label of an SRV record, asked as it was given.", "X17"),
    "override-domain": Meaning("Another domain is looked up than the one of the URI (Modify DNS request).", "C2, O02"),
    "naptr-none": Meaning("No NAPTR record says which transport is wanted.", "RFC 3263 section 4.1"),
    "naptr-chosen": Meaning("The best NAPTR record that can be followed.", "RFC 3263 section 4.1"),
    "naptr-skipped": Meaning("A NAPTR record that is not followed here.", "RFC 3263 section 4.1, D09"),
    "srv-order": Meaning("The SRV records in the order in which they are tried.", "RFC 2782, D03, D04"),
    "srv-none": Meaning("There is no SRV record at that label.", "RFC 3263 section 4.2, D01"),
    "srv-unusable": Meaning("An SRV record that names no port.", "RFC 2782"),
    "srv-target-alias": Meaning(
        "The target of an SRV record is an alias: followed here, forbidden by the RFC, refused by strict peers.",
        "RFC 2782, X14, D06",
    ),
    "alias": Meaning("A name is an alias, and was followed.", "RFC 1034 section 3.6.2"),
    "service-absent": Meaning('The SRV target is ".": the service is not offered, on purpose.', "RFC 2782, D07"),
    "transport-unusable": Meaning("A transport that the asker cannot use, so its label is not asked.", "O13"),
    "address-fallback": Meaning(
        "No SRV record was found: the host's own address is used, at the default port.", "RFC 3263 section 4.2"
    ),
    "address-failed": Meaning("The address of one target could not be found out; the others are used.", "D13"),
    "no-address": Meaning("A host has no address, and drops out.", "RFC 2782"),
    "cut-short": Meaning("There was more than a walk takes, and the rest is left out.", "limit"),
}
"""Kinds of notes."""

FINDINGS: Mapping[str, Meaning] = {
    "no-records": Meaning("DNS answered, and holds no record that leads anywhere.", "D01, D11"),
    "service-absent": Meaning('DNS says with the target "." that there is no such service.', "RFC 2782, D07"),
    "no-address": Meaning("A host that was named, or that SRV leads to, has no address.", "RFC 2782, D14"),
    "no-answer": Meaning("No answer came: whether there is a record is not known.", "D13"),
    "server-failure": Meaning("The name server could not answer (SERVFAIL).", "D13"),
    "refused": Meaning("The name server refuses the question.", "D13"),
    "bad-answer": Meaning("What came back is no answer to the question.", "D13"),
    "too-long": Meaning("The answer never came whole, or the walk had no end.", "limit"),
    "loop": Meaning("An alias leads back to itself.", "RFC 1034 section 3.6.2"),
    "no-usable-transport": Meaning(
        "Only a transport is left that the asker does not use.", "RFC 3263 section 4.1, O13"
    ),
}
"""Kinds of findings. Those from `no-answer` to `loop` are values of `records.Outcome` too."""
