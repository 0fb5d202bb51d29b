"""Causes that lie in an Expressway's certificate stores: an upload that it refuses, a certificate that it shows."""

from __future__ import annotations

from harness.diagnosis.causes.conditions import TWO_STORES, Condition, both, otherwise
from harness.diagnosis.causes.row import ANYBODY, Cause, do
from harness.diagnosis.decisive import UPLOAD
from harness.diagnosis.evidence import Evidence
from harness.lab.screens import CLIENT_CERTIFICATE, SERVER_CERTIFICATE
from harness.verdict import Stage


def _service_refused(evidence: Evidence) -> bool:
    return evidence.stage is Stage.SIP and evidence.decision("service-check", "refused") is not None


_INTO_CLIENT_STORE = both(
    TWO_STORES,
    Condition("into the client store", lambda e: e.obstacle is not None and e.obstacle.facts.get("store") == "client"),
)

STORE_CAUSES = (
    Cause(
        key="upload-refused",
        title="Expressway does not take the certificate",
        applies=lambda e: e.obstacle is not None and e.obstacle.topic == UPLOAD,
        diagnosis="{by} refuses the upload. {finding} It goes on presenting the certificate that it had.",
        remedies={
            ANYBODY: (
                do("{help}", CLIENT_CERTIFICATE, when=_INTO_CLIENT_STORE),
                do("{help}", SERVER_CERTIFICATE, when=otherwise(_INTO_CLIENT_STORE, "otherwise")),
            )
        },
        source="C6, C7",
    ),
    Cause(
        key="service-check-refused",
        title="Expressway-C does not take the certificate that Expressway-E shows it",
        applies=_service_refused,
        diagnosis=(
            "Every handshake succeeded. But before a phone may register, Expressway-E shows its certificate to "
            "Expressway-C in a SIP SERVICE request, and before X15.4 {by} insists on both serverAuth and clientAuth. "
            "Missing is {lacks}. The web page takes no such certificate; one that is copied over SCP gets in."
        ),
        remedies={
            ANYBODY: (
                do("Upgrade both Expressways to X15.4 or later, which no longer insists."),
                do("Or install a certificate with both usages on Expressway-E.", SERVER_CERTIFICATE),
            )
        },
        looks_like=("traversal-zone-down",),
        told_apart_by="The SERVICE request between the Expressways: here Expressway-C answers it with 403.",
        source="M17, A1",
    ),
)
