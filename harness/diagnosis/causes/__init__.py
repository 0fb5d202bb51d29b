"""The one table of causes: what the judge runs, the reports print and docs/causes.md lists.

Rows are tried in order; the first that applies is the cause. The last one always applies and says openly that
the evidence does not explain the story.
"""

from __future__ import annotations

from harness.diagnosis.causes.both_ends import TWO_ENDED_CAUSES
from harness.diagnosis.causes.calling import CALLING_CAUSES
from harness.diagnosis.causes.captures import CAPTURE_CAUSES
from harness.diagnosis.causes.certificate_names import NAME_CAUSES, PATTERN_CAUSES
from harness.diagnosis.causes.certificates import CERTIFICATE_CAUSES
from harness.diagnosis.causes.cluster_and_trunk import CLUSTER_AND_TRUNK_CAUSES
from harness.diagnosis.causes.connection import CONNECTION_CAUSES
from harness.diagnosis.causes.dns import DNS_CAUSES
from harness.diagnosis.causes.mra import MRA_CAUSES
from harness.diagnosis.causes.one_end import ONE_END_CAUSES
from harness.diagnosis.causes.ownership import OWNERSHIP_CAUSES
from harness.diagnosis.causes.ports import PORT_CAUSES
from harness.diagnosis.causes.revocation import REVOCATION_CAUSES
from harness.diagnosis.causes.routing import ROUTING_CAUSES
from harness.diagnosis.causes.row import Cause
from harness.diagnosis.causes.stores import STORE_CAUSES
from harness.diagnosis.causes.tcp import TCP_CAUSES
from harness.diagnosis.causes.traversal import TRAVERSAL_CAUSES
from harness.diagnosis.causes.trust import TRUST_CAUSES
from harness.diagnosis.causes.unified_cm import UNIFIED_CM_CAUSES

COMPLETED = "none"

NO_CAUSE = Cause(
    key=COMPLETED,
    title="The story completed",
    applies=lambda evidence: evidence.stage is None,
    diagnosis="Every step got the answer that it hoped for.",
)

UNEXPLAINED = Cause(
    key="unexplained",
    title="The evidence does not explain it",
    applies=lambda _: True,
    diagnosis=(
        "The story stopped at {stage}, refused by {by}, but nothing that was recorded says why. Look at the "
        "ladder; if {by} is real gear, its own log knows more."
    ),
)

CAUSES: tuple[Cause, ...] = (
    NO_CAUSE,
    *STORE_CAUSES,
    *CALLING_CAUSES,
    *TWO_ENDED_CAUSES,
    *DNS_CAUSES,
    *OWNERSHIP_CAUSES,
    *MRA_CAUSES,
    *PORT_CAUSES,
    *UNIFIED_CM_CAUSES,
    *REVOCATION_CAUSES,
    *CAPTURE_CAUSES,
    *ONE_END_CAUSES,
    *TCP_CAUSES,
    *CONNECTION_CAUSES,
    *TRUST_CAUSES,
    *PATTERN_CAUSES,
    *TRAVERSAL_CAUSES,
    *CLUSTER_AND_TRUNK_CAUSES,
    *CERTIFICATE_CAUSES,
    *NAME_CAUSES,
    *ROUTING_CAUSES,
    UNEXPLAINED,
)


def cause_keys() -> tuple[str, ...]:
    """Return every key that a scenario may expect."""
    return tuple(cause.key for cause in CAUSES)
