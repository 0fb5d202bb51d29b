"""Causes that only a capture has: whoever was there himself can read his own records."""

from __future__ import annotations

from harness.diagnosis.causes.row import Cause
from harness.diagnosis.evidence import Evidence
from harness.verdict import Stage


def _refused_sealed(evidence: Evidence) -> bool:
    """Whether what ended it is a sealed record of the size of an alert."""
    stopped = evidence.stage in {Stage.HANDSHAKE, Stage.ACCEPTANCE}
    return stopped and evidence.view is not None and bool(evidence.view.sealed_alert)


CAPTURE_CAUSES = (
    Cause(
        key="refusal-sealed",
        title="A refusal that nobody can read without the keys (TLS 1.3)",
        applies=_refused_sealed,
        diagnosis=(
            "{by} sent one sealed record of the size of an alert{late}, and that was its last. In TLS 1.3 nobody reads "
            "its number without the keys: it is a refusal, or a goodbye of somebody who wanted no more."
        ),
        looks_like=(
            "no-client-certificate",
            "certificate-refused",
            "unknown-root",
            "missing-intermediate",
            "certificate-expired",
            "eku-no-client-auth",
            "server-name-mismatch",
            "closed-after-handshake",
        ),
        told_apart_by=(
            "The secrets of this connection: a key log of either end (SSLKEYLOGFILE), given by --keys. Or the log of "
            "{by}, or the same handshake in TLS 1.2, which is in clear."
        ),
        ambiguous=True,
        source="rfc 8446, measured",
    ),
)
