"""The one table of messages: what `sip-mtls explain` runs and docs/messages.md lists.

Rows are tried in order and the first that fits claims a line: what names its cause comes before what only says that
something failed.
"""

from __future__ import annotations

from harness.judge.explain.alarms import ALARM_ROWS
from harness.judge.explain.alerts import ALERT_ROWS
from harness.judge.explain.control_hub import CONTROL_HUB_ROWS
from harness.judge.explain.expressway import EXPRESSWAY_ROWS
from harness.judge.explain.java import JAVA_ROWS
from harness.judge.explain.openssl import OPENSSL_ROWS
from harness.judge.explain.sip import SIP_ROWS
from harness.judge.explain.verify_errors import VERIFY_ROWS

_LAST = {"role-in-handshake", "socket-eof", "progress", "handshake-failed"}
"""Lines that say little by themselves: whatever stands in the same line says more."""

_TELLING = tuple(row for row in EXPRESSWAY_ROWS if row.key not in _LAST)
_SAYING_LITTLE = tuple(row for row in EXPRESSWAY_ROWS if row.key in _LAST)

MESSAGE_ROWS = (
    *JAVA_ROWS, *_TELLING, *ALERT_ROWS, *VERIFY_ROWS, *CONTROL_HUB_ROWS, *OPENSSL_ROWS, *SIP_ROWS, *ALARM_ROWS,
    *_SAYING_LITTLE,
)  # fmt: skip
"""Every row, in the order in which they are tried."""
