"""Causes that a connection shows of whose ends only the dialler's is ours: a probe, or a capture made at one side."""

from __future__ import annotations

from harness.judge.causes.row import ANYBODY, SIP_PAGE, Cause, do
from harness.judge.connection_view import ConnectionView
from harness.judge.evidence import Evidence
from harness.verdict import Stage

_PROTOCOL_VERSION = 70
_CUT = {"timed-out", "peer-reset", "peer-closed"}


def _alone(evidence: Evidence) -> bool:
    """Whether only the dialler's end is ours, and the story stopped in its handshake."""
    stopped = evidence.stage is Stage.HANDSHAKE and evidence.one_sided
    return stopped and evidence.view is not None and evidence.view.listener_end is None


def _smaller_hello_was_answered(evidence: Evidence) -> bool:
    """Whether nothing came back to the ClientHello, and an answer to a smaller one from the same end."""
    if not _alone(evidence) or evidence.failure not in _CUT or evidence.view is None or _heard(evidence.view):
        return False
    target, size = evidence.view.connection.target, _hello_size(evidence.view)
    others = (each for each in evidence.transcript.connections if each.target == target)
    views = (ConnectionView(evidence.transcript, each) for each in others)
    return any(_heard(view) and 0 < _hello_size(view) < size for view in views)


def _heard(view: ConnectionView) -> bool:
    return any(end.bytes_received for end in view.connection.ends)


def _hello_size(view: ConnectionView) -> int:
    hello = view.inspection.client_hello if view.inspection else None
    return hello.length if hello else 0


def _by_own_alert(evidence: Evidence) -> bool:
    """Whether the dialler broke off by an alert, and not because of a certificate."""
    alone = _alone(evidence) and evidence.by == evidence.dialler
    return alone and evidence.alert is not None and evidence.verify is None


def _offers_what_is_current(evidence: Evidence) -> bool:
    """Whether TLS 1.2 and 1.3 were both offered: whoever takes neither is the old one."""
    hello = evidence.inspection.client_hello if evidence.inspection else None
    return hello is not None and {"1.2", "1.3"} <= set(hello.versions)


FAR_SIDE_CAUSES = (
    Cause(
        key="large-hello-stalls",
        title="A large ClientHello stalls, a small one passes",
        applies=_smaller_hello_was_answered,
        diagnosis=(
            "{listener} never answered the ClientHello, which fills more than one TCP segment because of its "
            "post-quantum key share, and did answer a smaller one. {listener}, or a device before it, expects the "
            "whole ClientHello in the first segment."
        ),
        remedies={
            ANYBODY: (
                do("Update {listener}, or take TLS inspection on port {port} out of the path."),
                do("Until then: let {dialler} offer elliptic curves only, such as P-256."),
            )
        },
        looks_like=("silent-in-handshake", "cut-in-handshake"),
        told_apart_by="The same port answers a ClientHello of a few hundred bytes.",
        source="measured",
    ),
    Cause(
        key="silent-in-handshake",
        title="The handshake was never finished at the far end",
        applies=lambda e: _alone(e) and e.failure == "timed-out",
        diagnosis=(
            "TCP to port {port} came about, and {listener} did not finish a TLS handshake in the time that {dialler} "
            "gave it: {what_came_back}."
        ),
        remedies={
            ANYBODY: (
                do("Check that port {port} of {listener} speaks TLS at all: a plain port waits for a request."),
                do("Look for TLS inspection in the firewall that swallows the ClientHello or the answer."),
            )
        },
        looks_like=("large-hello-stalls", "tls-on-plaintext-port", "handshake-timeout"),
        told_apart_by="A capture at {listener}: whether the ClientHello arrived there, and what was answered.",
        source="M19, X30",
    ),
    Cause(
        key="only-old-versions",
        title="The far end takes TLS versions that are too old, and no others",
        applies=lambda e: e.alert == _PROTOCOL_VERSION and (_by_own_alert(e) or _offers_what_is_current(e)),
        diagnosis=(
            "{dialler} offered TLS {offered}; {listener} takes older versions only, and {by} broke off by alert 70."
        ),
        remedies={
            ANYBODY: (
                do(
                    "Let {listener} speak TLS 1.2 or newer.",
                    SIP_PAGE,
                    "xConfiguration SIP Advanced SipTlsVersions: TLSv1.2:TLSv1.3",
                ),
            )
        },
        looks_like=("no-common-version",),
        told_apart_by="What was offered: TLS 1.2 and 1.3, so the side that takes neither is the old one.",
        source="B19",
    ),
    Cause(
        key="broken-tls",
        title="What the far end sent is no TLS as the RFCs have it",
        applies=_by_own_alert,
        diagnosis=(
            "{listener} answered with records, and {dialler} broke off by {verify}: a record or message was too long, "
            "out of place or not to be read."
        ),
        remedies={ANYBODY: (do("Check what listens on port {port} of {listener}: this is no sound TLS server."),)},
        looks_like=("tls-on-plaintext-port",),
        told_apart_by="The first bytes that came back: those of a TLS record, or text.",
        source="measured",
    ),
)
