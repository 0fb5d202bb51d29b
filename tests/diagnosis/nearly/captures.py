"""Of the connection only its packets were seen: `harness.diagnosis.causes.captures`."""

from __future__ import annotations

from meeting import LISTENER

from nearly.one_end import ALONE, BY_FAR_END, INTERNAL_ERROR
from nearly.row import but, row

SEALED = ALONE.but(sealed=LISTENER, ends=BY_FAR_END, network="capture", decisions=())

ROWS = (
    row(
        "refusal-sealed",
        SEALED,
        but("its alert can be read", "handshake-broken-off", alert=(LISTENER, INTERNAL_ERROR)),
        but("nothing sealed came", "unexplained", sealed=""),
        but("the handshake was over and a request was answered", "none", completed=True),
    ),
)
