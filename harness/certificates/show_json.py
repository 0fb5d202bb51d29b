"""`certs show` as JSON, for programs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal

from harness.certificates.show import ShownCertificate, days_left
from harness.report.json_text import as_json, values_of
from harness.x509.certificate import CertificateFacts
from harness.x509.findings import PathFinding
from harness.x509.link_findings import WANTED_USAGE
from harness.x509.name_policy import NameVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificateDocument(CertificateFacts):
    """What one certificate says.

    `not_before` and `not_after` are None where they cannot be read. `days_left` are the whole days until it runs out,
    negative where it has, None where that cannot be read.
    """

    days_left: int | None


@dataclass(frozen=True, slots=True)
class RoleDocument:
    """Whether the certificate can serve in one TLS role.

    `fit` says that its usages allow it, `why` why they do not. `refused` says that OpenSSL refuses it in that role
    whatever its usages allow, `refusal` why. Both sentences are empty where there is nothing to say.
    """

    fit: bool
    why: str
    refused: bool
    refusal: str


@dataclass(frozen=True, slots=True)
class PolicyDocument:
    """What one name policy says: `accepted`, the `reason`, and `warnings` about what others would not accept."""

    accepted: bool
    reason: str
    warnings: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class NameDocument:
    """A name that somebody looks for in the certificate.

    `name` is the name, `sought` says who does, empty where the person asked for it. `policies` are what the name
    policies say, by name.
    """

    name: str
    sought: str
    policies: Mapping[str, PolicyDocument]


@dataclass(frozen=True, slots=True)
class SightDocument:
    """What a file of certificates shows.

    `format` and `version` name this shape. `file` is the file, `at` the day on which it is looked at. `private_key`
    says that the file holds one. `notes` are sentences about the file. `certificates` are the leaf and the CAs above
    it, as far as they are in the file. `other_ways` are CAs in the file that are above the leaf on another way,
    `unrelated` what has nothing to do with it. `completed` is the chain that an Expressway with this trust list would
    send, None without a list. `flaws` are sentences about what is wrong with the chain. `roles` are the two TLS roles,
    `server` and `client`. `names` are those that the links of the lab, or the person, look for.
    """

    format: Literal["sip-mtls certificate"]
    version: Literal[1]
    file: str
    at: datetime
    private_key: bool
    notes: tuple[str, ...]
    certificates: tuple[CertificateDocument, ...]
    other_ways: tuple[str, ...]
    unrelated: tuple[str, ...]
    completed: tuple[str, ...] | None
    flaws: tuple[str, ...]
    roles: Mapping[str, RoleDocument]
    names: tuple[NameDocument, ...]


def sight_as_json(sight: ShownCertificate) -> str:
    """Return what the file shows as a JSON document with `format` and `version`; days are whole days."""
    document = SightDocument(
        format="sip-mtls certificate",
        version=1,
        file=sight.file,
        at=sight.at,
        private_key=sight.holding.private_key is not None,
        notes=(*sight.holding.notes, *sight.notes),
        certificates=tuple(
            CertificateDocument(**values_of(facts), days_left=days_left(facts, sight.at)) for facts in sight.path
        ),
        other_ways=tuple(facts.label for facts in sight.other_ways),
        unrelated=tuple(facts.label for facts in sight.strangers),
        completed=None if sight.trust is None else tuple(facts.label for facts in sight.completed),
        flaws=tuple(sight.flaws),
        roles={purpose: _role(sight.unfit(purpose), sight.refusal(purpose)) for purpose in WANTED_USAGE},
        names=tuple(
            NameDocument(wanted.name, wanted.sought, _policies(sight.verdicts(wanted.name))) for wanted in sight.wanted
        ),
    )
    return as_json(document)


def _role(unfit: PathFinding | None, refusal: PathFinding | None) -> RoleDocument:
    return RoleDocument(
        fit=unfit is None,
        why=unfit.sentence if unfit else "",
        refused=refusal is not None,
        refusal=refusal.sentence if refusal else "",
    )


def _policies(verdicts: dict[str, NameVerdict]) -> dict[str, PolicyDocument]:
    return {
        policy: PolicyDocument(verdict.accepted, verdict.reason, tuple(verdict.warnings))
        for policy, verdict in verdicts.items()
    }
