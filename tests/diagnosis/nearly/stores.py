"""An Expressway's certificate stores: `harness.diagnosis.causes.stores`."""

from __future__ import annotations

from meeting import decided

from harness.transcript import DialFailure
from nearly.row import but, row
from nearly.stories import CALL_REFUSED

REFUSED = (decided("expressway-e", "upload", "refused", store="server", text="no key", help="bring the key"),)
CHECKED = (decided("expressway-c", "service-check", "refused", 1, lacks="clientAuth"),)

ROWS = (
    row(
        "upload-refused",
        CALL_REFUSED.but(decisions=REFUSED),
        but("the box took it", "sip-refused", decisions=(decided("expressway-e", "upload", "taken"),)),
        but("the cloud refused something else", "domain-not-proven",
            decisions=(decided("control-hub", "activation", "refused"),)),
    ),
    row(
        "service-check-refused",
        CALL_REFUSED.but(decisions=CHECKED),
        but("nobody took the connection", "connect-timed-out", dial=DialFailure.TIMED_OUT),
        but("the check was passed", "sip-refused", decisions=(decided("expressway-c", "service-check", "passed", 1),)),
        but("the call comes through", "none", completed=True),
    ),
)  # fmt: skip
