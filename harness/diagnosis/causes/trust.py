"""Causes that lie in a trust store or in its CAs: lists that aged, names that are there twice, rights exceeded."""

from __future__ import annotations

from harness.diagnosis.causes.row import ANYBODY, BY, OF_THE_CLOUD, REFUSED, SHOWN_CERTIFICATE, Cause, do
from harness.diagnosis.evidence import Evidence
from harness.diagnosis.objections import (
    EXPIRED,
    by_own_list,
    dead_anchors,
    objection,
    sent_by_refused,
    trusted_by_refuser,
    untrusted,
)
from harness.lab.screens import TRUSTED_CA, UPLOADED_LIST
from harness.x509.certificate import CertificateFacts
from harness.x509.findings import FindingKind

_PATH_LENGTH, _NO_CA = {25}, {24, 79}
_NAME_CONSTRAINTS = {47, 48, 49, 51, 53}


def _objected(evidence: Evidence, codes: set[int]) -> bool:
    return any(objection(evidence, code) for code in codes)


def _only_the_old_leaf(evidence: Evidence) -> bool:
    """Whether the refuser trusts another certificate of the holder's name that is no CA."""
    subject = evidence.presented.subject if evidence.presented else ""
    return any(not anchor.is_ca and anchor.subject == subject for anchor in trusted_by_refuser(evidence))


def _holds_a_namesake(evidence: Evidence) -> bool:
    """Whether the refuser trusts another CA of the name in which its search ended."""
    chain = evidence.path.chain if evidence.path else ()
    if not chain or not untrusted(evidence):
        return False
    wanted, known = chain[-1].issuer.lower(), {facts.sha256 for facts in chain}
    return any(
        anchor.subject.lower() == wanted and anchor.sha256 not in known for anchor in trusted_by_refuser(evidence)
    )


def _expired_issuer(evidence: Evidence) -> CertificateFacts | None:
    """Return the CA of the chain that has run out, None where the leaf has or a clock is wrong."""
    path = evidence.path
    if path is None:
        return None
    finding = path.finding(FindingKind.EXPIRED)
    if finding is None or not finding.depth or not objection(evidence, EXPIRED):
        return None
    return path.chain[finding.depth]


def _expired_root(evidence: Evidence) -> bool:
    issuer = _expired_issuer(evidence)
    return issuer is not None and issuer.self_issued


def _expired_in_store(evidence: Evidence) -> bool:
    issuer = _expired_issuer(evidence)
    return issuer is not None and issuer not in sent_by_refused(evidence)


TRUST_CAUSES = (
    Cause(
        key="uploaded-leaf",
        title="The upload holds an old certificate itself, not the CA that issued it",
        applies=lambda e: by_own_list(e) and untrusted(e) and _only_the_old_leaf(e),
        diagnosis=(
            "The organisation has uploaded to Control Hub a certificate that {refused} once had. The cloud trusts that "
            "one and none after it: today {refused} presents another, issued by {issuer}."
        ),
        remedies={
            ANYBODY: (do("Upload the root that issues these certificates, not the certificate.", UPLOADED_LIST),)
        },
        looks_like=("uploaded-list-overrides",),
        told_apart_by="The uploaded list: it holds a certificate with the name of {refused} that is no CA.",
        source="T-07",
    ),
    Cause(
        key="same-subject-ca",
        title="Another CA of the same name is trusted",
        applies=_holds_a_namesake,
        diagnosis=(
            "The certificate of {refused} was issued by {issuer}. {by} trusts a CA of just that name, but it is "
            "another one, with another key. OpenSSL copes with two CAs of one name; an Expressway cannot hold both."
        ),
        remedies={
            ANYBODY: (
                do("Let one CA sign both services, instead of each signing itself under one name."),
                do("Or delete the CA of that name which is not needed, then append the other.", TRUSTED_CA, box=BY),
            )
        },
        looks_like=("unknown-root",),
        told_apart_by="The key identifiers of the two CAs: names and dates may be alike, these differ.",
        source="T-04, C11",
    ),
    Cause(
        key="outdated-trust-list",
        title="The trust list has aged",
        applies=lambda e: untrusted(e, FindingKind.UNKNOWN_ROOT) and bool(dead_anchors(e)),
        diagnosis=(
            "{by} does not know the root of {refused}'s certificate. {path} Nobody has looked after the list of {by} "
            "for a while: it still holds {dead_anchors}."
        ),
        remedies={
            "webex-cloud": (
                do("Let the cloud hand its CAs over: automatic instead of manual CA management."),
                do("Or append the cloud's root by hand, and again whenever it changes.", TRUSTED_CA, box=BY),
            ),
            ANYBODY: (do("Append the root of {refused}'s certificate, and delete the dead ones.", TRUSTED_CA, box=BY),),
        },
        looks_like=("unknown-root",),
        told_apart_by="The dates of the roots that {by} does hold.",
        source="T-05, X18, C16",
    ),
    Cause(
        key="expired-root",
        title="The root that carries the chain has expired",
        applies=_expired_root,
        diagnosis=(
            "{by} traced the certificate of {refused} to a root that it trusts, and that root has run out: {path} If "
            "the CA has a younger root, that one is not on the list of {by}."
        ),
        remedies={ANYBODY: (do("Append the CA's new root, and delete the dead one.", TRUSTED_CA, box=BY),)},
        looks_like=("certificate-expired", "expired-intermediate"),
        told_apart_by="Which certificate of the chain has expired: here the last, not the first.",
        source="T-02, C17",
    ),
    Cause(
        key="expired-intermediate-in-store",
        title="An intermediate in the trust store has expired",
        applies=_expired_in_store,
        diagnosis=(
            "{by} has an old certificate of the issuing CA in its own list: {path} It looks there first, so whatever "
            "{refused} sends under that name counts for nothing."
        ),
        remedies={
            ANYBODY: (
                do(
                    "Delete the old intermediate from the {trust_list} of {by}, or put the new one there.",
                    TRUSTED_CA,
                    box=BY,
                ),
            )
        },
        looks_like=("certificate-expired", "expired-intermediate"),
        told_apart_by="The chain as it was sent is in date; what {by} holds is not.",
        source="T-03, C17",
    ),
    Cause(
        key="expired-intermediate",
        title="The intermediate that was sent has expired",
        applies=lambda e: _expired_issuer(e) is not None,
        diagnosis="The certificate of {refused} is in date, but the chain that it sent is not: {path}",
        remedies={
            "expressway-e": (
                do(
                    "Replace the intermediate in the trusted CA list of {refused}: from there it completes its chain.",
                    TRUSTED_CA,
                ),
            ),
            **OF_THE_CLOUD,
            ANYBODY: (do("Let {refused} send the intermediate that its CA issues under today."),),
        },
        looks_like=("certificate-expired", "expired-intermediate-in-store"),
        told_apart_by="Which certificate of the chain has expired.",
        source="5.1, T-03",
    ),
    Cause(
        key="name-constraints",
        title="The CA was not allowed to certify that name",
        applies=lambda e: _objected(e, _NAME_CONSTRAINTS),
        diagnosis="{by} refused the chain of {refused}: {verify}. {path}",
        remedies={
            **OF_THE_CLOUD,
            ANYBODY: (
                do(
                    "Get a certificate from a CA that may certify the names of {refused}.",
                    SHOWN_CERTIFICATE,
                    box=REFUSED,
                ),
            ),
        },
        source="T-08",
    ),
    Cause(
        key="path-length",
        title="A CA issued another CA that it was not allowed to issue",
        applies=lambda e: _objected(e, _PATH_LENGTH),
        diagnosis="{by} refused the chain of {refused}: {verify}. {path}",
        remedies={
            **OF_THE_CLOUD,
            ANYBODY: (do("Have the hierarchy issued anew: a CA with path length 0 may issue leaves only."),),
        },
        source="T-09",
    ),
    Cause(
        key="leaf-as-issuer",
        title="The certificate was issued by one that is no CA",
        applies=lambda e: _objected(e, _NO_CA),
        diagnosis="{by} refused the chain of {refused}: {verify}. {path}",
        remedies={
            **OF_THE_CLOUD,
            ANYBODY: (do("Have the certificate issued by a CA: an ordinary certificate cannot sign others."),),
        },
        source="T-10",
    ),
)
