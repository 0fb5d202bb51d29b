"""The one table of messages: what `sip-mtls explain` runs and docs/messages.md lists.

Rows are tried in order and the first that fits claims a line: what names its cause comes before what only says that
something failed.
"""

from __future__ import annotations

from harness.diagnosis.explain.alarms import ALARM_ROWS, CONTROL_HUB_ROWS
from harness.diagnosis.explain.alerts import ALERT_ROWS
from harness.diagnosis.explain.expressway import EXPRESSWAY_ROWS
from harness.diagnosis.explain.other_stacks import OTHER_STACK_ROWS, OWN_SETTING_ROWS
from harness.diagnosis.explain.sip import SIP_ROWS
from harness.diagnosis.explain.tls_stacks import JAVA_ROWS, OPENSSL_ROWS
from harness.diagnosis.explain.verify_errors import VERIFY_ROWS

_LAST = {"role-in-handshake", "socket-eof", "progress", "handshake-failed"}
"""Lines that say little by themselves: whatever stands in the same line says more."""

_TELLING = tuple(row for row in EXPRESSWAY_ROWS if row.key not in _LAST)
_SAYING_LITTLE = tuple(row for row in EXPRESSWAY_ROWS if row.key in _LAST)

MESSAGE_ROWS = (
    *OWN_SETTING_ROWS, *JAVA_ROWS, *_TELLING, *ALERT_ROWS, *OTHER_STACK_ROWS, *VERIFY_ROWS, *CONTROL_HUB_ROWS,
    *OPENSSL_ROWS, *SIP_ROWS, *ALARM_ROWS, *_SAYING_LITTLE,
)  # fmt: skip
"""Every row, in the order in which they are tried."""
