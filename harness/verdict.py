"""The verdict: what the judge concluded from a transcript. Reports print it; nothing changes it."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Stage(StrEnum):
    """Where a story can stop, in the order in which it can.

    `UPLOAD`: an Expressway did not take a certificate that somebody installed. `DNS`: the name led to no
    address. `OWNERSHIP`: the cloud lets nobody use a domain that was not proven.
    `HANDSHAKE`: the dialler's own handshake failed. `ACCEPTANCE`: it finished here and was refused there
    (TLS 1.3, trap X8). `IDENTITY`: the chain was fine, the name was not, the connection was closed after
    the handshake. `SIP`: a SIP entity refused or did not answer.
    """

    UPLOAD = "upload"
    DNS = "dns"
    OWNERSHIP = "ownership"
    TCP = "tcp"
    HANDSHAKE = "handshake"
    ACCEPTANCE = "acceptance"
    IDENTITY = "identity"
    SIP = "sip"


@dataclass(frozen=True, slots=True)
class PolicyOpinion:
    """What the name policy `policy` says of one certificate: whether it is `accepted`, and the `reason`.

    `matched` is the name that fits, empty where it says no.
    """

    policy: str
    accepted: bool
    matched: str
    reason: str


@dataclass(frozen=True, slots=True)
class Facts:
    """The three facts that are never one (trap X8), for the connection on which the step hung.

    `handshake_finished`: that of the dialler did. `certificate_accepted`: the listener accepted the dialler.
    `sip_answered`: an answer reached the dialler. None means that nobody could see it.
    """

    handshake_finished: bool | None
    certificate_accepted: bool | None
    sip_answered: bool | None


@dataclass(frozen=True, slots=True)
class EndView:
    """What the end of `actor` saw: `saw` has sentences for a person, in order."""

    actor: str
    saw: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Remedy:
    """What to do about it: `action` says what to change, `screen` where, `command` is the CLI setting."""

    action: str
    screen: str = ""
    command: str = ""


@dataclass(frozen=True, slots=True)
class StepVerdict:
    """How one step of the play went.

    `step` is its name, `actor` its protagonist. `stopped_at` is None where it completed. `by` is the actor that
    refused, `refused` the one it refused. `alert` is the fatal alert's number, None where none was sent. `status` is
    the final SIP or HTTP status that the protagonist received, None where there was none. `connection` is the number of
    the connection on which it hung, `reached` the actor at its far end; empty where there was none. `closing` is how
    that connection ended. `facts` are the three facts about it, `ends` what each end saw.
    """

    step: str
    actor: str
    stopped_at: Stage | None
    by: str
    refused: str
    alert: int | None
    status: int | None
    closing: str
    connection: int | None
    facts: Facts
    ends: tuple[EndView, ...]
    reached: str = ""

    @property
    def ok(self) -> bool:
        """Whether the step completed."""
        return self.stopped_at is None


@dataclass(frozen=True, slots=True)
class Verdict:
    """The judge's answer to one play.

    `scenario` is the id of what was played, `tls_version` what the TLS clients offered at most, `network` where it ran.
    `steps` are those of the play, `remedies` what to do. `cause` is a key of the table of causes (`none` where the
    story completed). `diagnosis` is plain English. `warnings` are things that worked here and fail elsewhere.
    `cannot_tell` names causes that this evidence does not tell apart and `probe` says what would. `opinions` are the
    four name policies on the certificate that mattered, for the names in `names`.
    """

    scenario: str
    tls_version: str
    network: str
    steps: tuple[StepVerdict, ...]
    cause: str
    diagnosis: str
    remedies: tuple[Remedy, ...]
    warnings: tuple[str, ...] = ()
    cannot_tell: tuple[str, ...] = ()
    probe: str = ""
    names: tuple[str, ...] = ()
    opinions: tuple[PolicyOpinion, ...] = ()

    @property
    def stopped(self) -> StepVerdict | None:
        """The first step that did not complete, or None."""
        return next((step for step in self.steps if not step.ok), None)


# --- What a single message means, without a transcript ---------------------------------------------------


@dataclass(frozen=True, slots=True)
class Candidate:
    """A cause that may lie behind a message.

    `cause` is a key of the table of causes, `title` its title; `when` the condition under which it fits, empty for
    none; `told_apart_by` the probe that tells it from what looks like it, empty where nothing does.
    """

    cause: str
    title: str
    when: str = ""
    told_apart_by: str = ""


@dataclass(frozen=True, slots=True)
class Explanation:
    """What one message means. `text` is what somebody pasted, untrusted; `key` names the row that recognised it.

    `meaning` is a sentence, `source` who says so. `candidates` are the causes that may lie behind it. `who` is a
    sentence about who refused whom, empty where nobody did. `stages` are those at which the message can appear. `times`
    counts the lines that say the same.
    """

    text: str
    key: str
    meaning: str
    who: str
    stages: tuple[Stage, ...]
    candidates: tuple[Candidate, ...]
    source: str
    times: int = 1


@dataclass(frozen=True, slots=True)
class Reading:
    """What a pasted text means.

    `explanations` has each message once, in order; `candidates` are what they come to together, likeliest first.
    `unknown` counts the lines of which nothing is known; `cut` says that the text was longer than what is read.
    """

    explanations: tuple[Explanation, ...]
    candidates: tuple[Candidate, ...]
    unknown: int
    cut: bool
