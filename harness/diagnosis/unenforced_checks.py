"""Warnings about what a check of certificates let pass, because a setting or a release told it to."""

from __future__ import annotations

from collections.abc import Callable

from harness.diagnosis.evidence import Evidence
from harness.diagnosis.objections import PURPOSE
from harness.diagnosis.words import label
from harness.transcript import Decision, VerifyFailed


def _overridden(evidence: Evidence) -> VerifyFailed | None:
    return next((e for e in evidence.events if isinstance(e, VerifyFailed) and e.overridden), None)


def _between_cluster_peers(evidence: Evidence) -> bool:
    return evidence.protocol == "cluster"


def _permissive_cluster(evidence: Evidence) -> str:
    permitted = [e for e in evidence.events if isinstance(e, Decision) and e.topic == "cluster-peer"]
    if not permitted:
        return ""
    objection, flaw = _overridden(evidence), "any certificate opens the link between cluster peers"
    if objection is not None:
        flaw = f"a certificate with a flaw was taken ({objection.text})"
    elif any(each.facts.get("name") == "unknown" for each in permitted):
        flaw = "a certificate was taken that names no cluster peer"
    return f"TLS verification of the cluster is Permissive (alarm 40049): {flaw}."


def _cluster_without_client_auth(evidence: Evidence) -> str:
    objection = _overridden(evidence)
    enforcing = _between_cluster_peers(evidence) and evidence.decision("cluster-peer") is None
    if not enforcing or objection is None:
        return ""
    return (
        "a cluster peer's certificate without clientAuth was taken, as X15.4 and newer do; a node of an older release "
        "refuses it (T-15)."
    )


def _verify_off(evidence: Evidence) -> str:
    objection = _overridden(evidence)
    if objection is None or objection.code == PURPOSE or _between_cluster_peers(evidence):
        return ""
    return (
        f"{label(evidence, objection.actor)} does not verify here and took a certificate that it would refuse "
        f"({objection.text}): encrypted, but to whom?"
    )


def _eku_check_off(evidence: Evidence) -> str:
    objection = _overridden(evidence)
    if objection is None or objection.code != PURPOSE or _between_cluster_peers(evidence):
        return ""
    return "EKU checking is Off: a certificate without the right key usage was accepted (X29)."


UNENFORCED_CHECKS: tuple[Callable[[Evidence], str], ...] = (
    _verify_off,
    _eku_check_off,
    _permissive_cluster,
    _cluster_without_client_auth,
)
