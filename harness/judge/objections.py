"""What a refuser had against the certificates of its peer, as the rules of the causes ask about it."""

from __future__ import annotations

from harness.identity.certificate import CertificateFacts, read_certificate
from harness.identity.findings import FindingKind
from harness.judge.evidence import Evidence
from harness.verdict import Stage

EXPIRED, NOT_YET_VALID, PURPOSE, _HOSTNAME = 10, 9, 26, 62
"""X509_V_ERR numbers of objections that have causes of their own."""

_UNTRUSTED = {2, 18, 19, 20, 21}
_ALERTS_OF = {EXPIRED: {45}, NOT_YET_VALID: set[int](), PURPOSE: {43}}
_UNTRUSTED_ALERTS = {46, 48}


def refused_certificate(evidence: Evidence) -> bool:
    """Whether a certificate that was presented was refused in the handshake."""
    return evidence.stage in {Stage.HANDSHAKE, Stage.ACCEPTANCE} and bool(evidence.chain_of(evidence.refused))


def objection(evidence: Evidence, code: int) -> bool:
    """Whether the refuser objected with that verify code; by the alert where the refuser is not ours."""
    if not refused_certificate(evidence):
        return False
    if evidence.verify is not None:
        return evidence.verify.code == code
    return evidence.one_sided and evidence.alert in _ALERTS_OF.get(code, set())


def name_objected(evidence: Evidence) -> bool:
    """Whether a peer's names were refused inside the handshake, its chain being fine."""
    return objection(evidence, _HOSTNAME)


def by_own_list(evidence: Evidence) -> bool:
    """Whether the cloud refused, and goes by the list that the organisation uploaded."""
    return evidence.by == "webex-cloud" and evidence.decision("trust", "uploaded-list") is not None


def untrusted(evidence: Evidence, *kinds: FindingKind) -> bool:
    """Whether the chain reached no anchor of the refuser, for one of these reasons if any are given."""
    if not refused_certificate(evidence):
        return False
    code = evidence.verify.code if evidence.verify else 0
    if code not in _UNTRUSTED and not (code == 0 and evidence.alert in _UNTRUSTED_ALERTS):
        return False
    return not kinds or (evidence.path is not None and any(evidence.path.finding(kind) for kind in kinds))


def found(evidence: Evidence, kind: FindingKind) -> bool:
    """Whether a certificate was refused of whose chain the explainer says this."""
    return refused_certificate(evidence) and evidence.path is not None and evidence.path.finding(kind) is not None


def trusted_by_refuser(evidence: Evidence) -> tuple[CertificateFacts, ...]:
    """Return the anchors of the refuser, none where it is not ours."""
    end = evidence.view.connection.end_of(evidence.by) if evidence.view else None
    return tuple(read_certificate(der) for der in end.trusted) if end else ()


def dead_anchors(evidence: Evidence) -> tuple[CertificateFacts, ...]:
    """Return the roots that the refuser trusts and that have run out."""
    return tuple(
        anchor
        for anchor in trusted_by_refuser(evidence)
        if anchor.self_issued and anchor.not_after and anchor.not_after < evidence.time
    )


def sent_by_refused(evidence: Evidence) -> tuple[CertificateFacts, ...]:
    """Return the certificates that the refused end presented, leaf first."""
    return tuple(read_certificate(der) for der in evidence.chain_of(evidence.refused) or ())
