"""What a refuser had against the certificates of its peer, as the rules of the causes ask about it."""

from __future__ import annotations

from collections.abc import Mapping

from harness.diagnosis.evidence import Evidence
from harness.verdict import Stage
from harness.x509.certificate import CertificateFacts, read_certificate
from harness.x509.findings import FindingKind, PathFinding

EXPIRED, NOT_YET_VALID, PURPOSE, _HOSTNAME = 10, 9, 26, 62
"""X509_V_ERR numbers of objections that have causes of their own."""

_UNTRUSTED = {2, 18, 19, 20, 21}
_BY_TRUST_LIST = {
    FindingKind.MISSING_INTERMEDIATE,
    FindingKind.UNKNOWN_ROOT,
    FindingKind.ONLY_INTERMEDIATE_TRUSTED,
    FindingKind.CHAIN_INCOMPLETE_OR_UNKNOWN_ROOT,
    FindingKind.SELF_SIGNED_LEAF,
}
"""What nobody can say of a chain without the list of its verifier."""
_SAID_BY: Mapping[int, set[int]] = {43: {PURPOSE}, 45: {EXPIRED}, 48: {24, 25, 79}, 71: {66, 67, 68}}
"""Alerts that say something narrow, and the X509_V_ERR numbers that they can stand for (domain.md 5.1)."""
_SAYS_LITTLE = {40, 42, 46, 49}
"""Alerts that one stack or another sends whatever it has against a certificate (domain.md 5.3)."""
CERTIFICATE_ALERTS = {*_SAID_BY, *_SAYS_LITTLE, 41, 44, 51, 113, 114}


def refused_certificate(evidence: Evidence) -> bool:
    """Whether a certificate that was presented was refused in the handshake."""
    return evidence.stage in {Stage.HANDSHAKE, Stage.ACCEPTANCE} and bool(evidence.chain_of(evidence.refused))


def refused_afar(evidence: Evidence) -> bool:
    """Whether the other end, which is not ours, refused by an alert a certificate that was shown to it.

    What such an end trusts, checks and looks for is not known, and no number of an alert tells it (domain.md 5.3).
    """
    if evidence.view is None or not refused_certificate(evidence):
        return False
    return evidence.view.connection.end_of(evidence.by) is None and evidence.alert is not None


def visible_flaws(evidence: Evidence) -> tuple[PathFinding, ...]:
    """Return what is wrong with the refused chain whoever verifies it: dates, usages, constraints, keys."""
    findings = evidence.path.findings if evidence.path else ()
    return tuple(each for each in findings if each.fatal and each.kind not in _BY_TRUST_LIST)


def objection(evidence: Evidence, code: int) -> bool:
    """Whether the refuser objected with that verify code.

    Where the refuser is not ours: whether the chain shows that flaw, and the alert does not speak of something else.
    """
    if not refused_certificate(evidence):
        return False
    if evidence.verify is not None:
        return evidence.verify.code == code
    fits = evidence.alert in _SAYS_LITTLE or code in _SAID_BY.get(evidence.alert or 0, ())
    return fits and refused_afar(evidence) and any(flaw.verify_code == code for flaw in visible_flaws(evidence))


def name_objected(evidence: Evidence) -> bool:
    """Whether a peer's names were refused inside the handshake, its chain being fine."""
    return objection(evidence, _HOSTNAME)


def by_own_list(evidence: Evidence) -> bool:
    """Whether the cloud refused, and goes by the list that the organisation uploaded."""
    return evidence.by == "webex-cloud" and evidence.decision("trust", "uploaded-list") is not None


def untrusted(evidence: Evidence, *kinds: FindingKind) -> bool:
    """Whether the chain reached no anchor of a refuser that is ours, for one of these reasons if any are given.

    Not where an extension cannot be decoded: then nobody's issuer is found, and no trust list has to do with it.
    """
    if not refused_certificate(evidence) or evidence.verify is None or evidence.verify.code not in _UNTRUSTED:
        return False
    if evidence.path is not None and evidence.path.finding(FindingKind.MALFORMED_EXTENSION):
        return False
    return not kinds or (evidence.path is not None and any(evidence.path.finding(kind) for kind in kinds))


def chain_reaches_root(evidence: Evidence) -> bool:
    """Whether the refused end sent its chain up to a root."""
    return any(facts.self_issued for facts in sent_by_refused(evidence)[1:])


def named_by_request(evidence: Evidence) -> tuple[CertificateFacts, ...]:
    """Return what the dialler sent and the CertificateRequest names the issuer of, leaf first.

    The names are those of CAs that the listener takes (RFC 8446 section 4.2.4); another CA of that name has them too.
    """
    seen = evidence.inspection
    request = seen.certificate_request if seen and evidence.refused == evidence.dialler else None
    sent = sent_by_refused(evidence) if request else ()
    return tuple(facts for facts in sent if request and facts.issuer in request.authorities)


def root_is_named(evidence: Evidence) -> bool:
    """Whether the CertificateRequest names the CA in which the dialler's chain ends."""
    return sent_by_refused(evidence)[-1] in named_by_request(evidence)


def chain_was_in_date(evidence: Evidence) -> bool:
    """Whether every certificate of the chain counted on the day of the play, so that a date refused is a clock's."""
    outside = (FindingKind.EXPIRED, FindingKind.NOT_YET_VALID)
    return evidence.path is not None and not any(evidence.path.finding(kind) for kind in outside)


def trusted_by_refuser(evidence: Evidence) -> tuple[CertificateFacts, ...]:
    """Return the anchors of the refuser, none where it is not ours."""
    end = evidence.view.connection.end_of(evidence.by) if evidence.view else None
    return tuple(read_certificate(der) for der in end.trusted) if end else ()


def further_flaws(evidence: Evidence) -> tuple[PathFinding, ...]:
    """Return what is wrong with the refused chain besides what its refuser, who is ours, objected to.

    Where an intermediate is missing that the observer knows of, that one counts too: what it would bring is not seen
    before it is there.
    """
    if not refused_certificate(evidence) or evidence.verify is None or evidence.path is None:
        return ()
    found = [*evidence.path.findings, *_with_missing_issuer(evidence)]
    others = (each for each in found if each.fatal and each.kind not in _BY_TRUST_LIST)
    return tuple(dict.fromkeys(each for each in others if each.verify_code != evidence.verify.code))


def _with_missing_issuer(evidence: Evidence) -> tuple[PathFinding, ...]:
    """Return what is found about the chain with the issuer that was not sent, none where nobody knows of it."""
    path, sent = evidence.path, evidence.chain_of(evidence.refused)
    if path is None or not sent or not path.chain or path.finding(FindingKind.MISSING_INTERMEDIATE) is None:
        return ()
    wanted = path.chain[-1].issuer
    issuer = next((der for der in evidence.transcript.authorities if read_certificate(der).subject == wanted), None)
    return evidence.explained((*sent, issuer)).findings if issuer is not None else ()


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
