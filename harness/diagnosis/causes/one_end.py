"""Causes that a connection shows of whose ends only the dialler's is ours: a probe, or a capture made at one side."""

from __future__ import annotations

from collections import Counter

from harness.diagnosis.causes.row import ANYBODY, LISTENER, OF_THE_CLOUD, Cause, do
from harness.diagnosis.connection_view import ConnectionView
from harness.diagnosis.evidence import TRIAL, Evidence
from harness.diagnosis.objections import CERTIFICATE_ALERTS
from harness.diagnosis.offers import ECDSA, RSA, offers
from harness.diagnosis.reliability import heard, hello_size, reliability
from harness.lab.screens import SIP_PAGE
from harness.tls.inspector import ClientHello, ServerHello
from harness.verdict import Stage

_HANDSHAKE_FAILURE, _ILLEGAL_PARAMETER, _PROTOCOL_VERSION, _UNRECOGNIZED_NAME = 40, 47, 70, 112
_CERTIFICATE_REQUIRED = 116
_FOR_CERTIFICATES = {*CERTIFICATE_ALERTS, _CERTIFICATE_REQUIRED}
_FOR_NAMES = {_HANDSHAKE_FAILURE, 49, 80, _UNRECOGNIZED_NAME}
"""Alerts with which servers refuse a ClientHello that names no host they serve (measured: 112, 40, 80)."""
_DOWNGRADE_MARKS = (b"DOWNGRD\x01", b"DOWNGRD\x00")
_SAMPLES = 2
"""Connections of one shape that it takes before the shape is called the reason."""
_CUT = {"timed-out", "peer-reset", "peer-closed"}


def _alone(evidence: Evidence) -> bool:
    """Whether only the dialler's end is ours, and the story stopped in its handshake."""
    view = evidence.view
    return view is not None and view.listener_end is None and evidence.stage is Stage.HANDSHAKE


def _unanswered(evidence: Evidence) -> ConnectionView | None:
    """Return the connection where the dialler got not one byte back, or no TCP connection at all; else None."""
    view = evidence.view
    if view is None or view.listener_end is not None or heard(view):
        return None
    was_tried = evidence.stage is Stage.TCP and evidence.decision(TRIAL) is not None
    return view if was_tried or evidence.failure in _CUT else None


def _answers_now_and_then(evidence: Evidence) -> bool:
    """Whether nothing came back here, and to others alike at the same port something did."""
    view = _unanswered(evidence)
    return view is not None and reliability(evidence.transcript, view.connection.target) is not None


def _smaller_hello_was_answered(evidence: Evidence) -> bool:
    """Whether every ClientHello of this size got nothing back and every smaller one an answer, each more than once."""
    stalled = _unanswered(evidence)
    if stalled is None:
        return False
    target, size = stalled.connection.target, hello_size(stalled)
    others = (each for each in evidence.transcript.connections if each.target == target)
    views = [ConnectionView(evidence.transcript, each) for each in others]
    sizes = Counter((hello_size(view) < size, heard(view)) for view in views if 0 < hello_size(view) <= size)
    large_answered, small_unanswered = sizes[False, True], sizes[True, False]
    repeated = min(sizes[False, False], sizes[True, True]) >= _SAMPLES
    return repeated and not large_answered and not small_unanswered


def _hellos(evidence: Evidence) -> tuple[ClientHello | None, ServerHello | None]:
    seen = evidence.inspection
    return (seen.client_hello, seen.server_hello) if seen else (None, None)


def _by_own_alert(evidence: Evidence) -> bool:
    """Whether the dialler broke off by an alert, and not because of a certificate."""
    hello, _ = _hellos(evidence)
    alone = _alone(evidence) and evidence.by == evidence.dialler and hello is not None
    return alone and evidence.alert is not None and evidence.verify is None


def _offers_what_is_current(evidence: Evidence) -> bool:
    """Whether TLS 1.2 and 1.3 were both offered, and older ones not refused too: who takes neither is the old one."""
    hello, _ = _hellos(evidence)
    offered = set(hello.versions) if hello else set()
    return offered >= {"1.2", "1.3"} and not _older_ones_were_refused(evidence)


def _older_ones_were_refused(evidence: Evidence) -> bool:
    """Whether the same port got older versions offered too, on other connections, and took none of them."""
    target = evidence.view.connection.target if evidence.view else None
    others = (each for each in evidence.transcript.connections if each.target == target)
    seen = [view.inspection for view in (ConnectionView(evidence.transcript, each) for each in others)]
    hellos = [(each.client_hello, each.server_hello) for each in seen if each]
    answers = [answer for hello, answer in hellos if hello and max(hello.versions, default="") < "1.2"]
    return bool(answers) and not any(answers)


def _broke_off(evidence: Evidence) -> bool:
    """Whether an alert ended the handshake that is not about certificates, and one end alone does not tell why."""
    seen = evidence.inspection
    if seen is not None and seen.client_hello is None:
        return False
    if evidence.alert is None or evidence.stage not in {Stage.HANDSHAKE, Stage.ACCEPTANCE}:
        return False
    refuser = evidence.view.connection.end_of(evidence.by) if evidence.view else None
    if refuser is None:
        return _says_nothing(evidence)
    return evidence.one_sided and evidence.alert == _ILLEGAL_PARAMETER and _is_marked(evidence)


def _says_nothing(evidence: Evidence) -> bool:
    """Whether a far end's alert fits many faults: an alert about certificates too, where it had been shown none."""
    by_listener = evidence.by == evidence.listener
    if by_listener and evidence.alert == _HANDSHAKE_FAILURE and evidence.chain_of(evidence.listener) is None:
        return offers(evidence, ECDSA) and offers(evidence, RSA)
    if evidence.alert in {_PROTOCOL_VERSION, _UNRECOGNIZED_NAME} or (by_listener and evidence.empty_client_certificate):
        return False
    return evidence.alert not in _FOR_CERTIFICATES or not evidence.chain_of(evidence.refused)


def _is_marked(evidence: Evidence) -> bool:
    """Whether the ServerHello carries the mark of one that was offered less than this end offered (RFC 8446, 4.1.3)."""
    _, answer = _hellos(evidence)
    return answer is not None and answer.random.endswith(_DOWNGRADE_MARKS)


def _asked_for_no_name(evidence: Evidence) -> bool:
    """Whether the far end refused a ClientHello without a server name, before it had shown anything."""
    hello, answer = _hellos(evidence)
    unnamed = _alone(evidence) and hello is not None and hello.server_name is None
    told = evidence.by == evidence.listener and evidence.alert in _FOR_NAMES
    return unnamed and told and answer is None


ONE_END_CAUSES = (
    Cause(
        key="server-name-refused",
        title="The port serves no host of the name that was asked for (SNI)",
        applies=lambda e: _alone(e) and e.by == e.listener and e.alert == _UNRECOGNIZED_NAME,
        diagnosis="{dialler} {asked_name}, and {listener} refused that by {verify}, before it showed any certificate.",
        remedies={
            ANYBODY: (do("Dial {listener} by a name that it serves: the name goes into the ClientHello (SNI)."),)
        },
        looks_like=("no-common-cipher", "refused-without-server-name"),
        told_apart_by="Alert 112 is about the server name alone (RFC 6066 section 3).",
        source="rfc 6066",
    ),
    Cause(
        key="refused-without-server-name",
        title="Refused before any certificate, and no server name was sent (SNI)",
        applies=_asked_for_no_name,
        diagnosis=(
            "{dialler} {asked_name}. {listener} answered the ClientHello with {verify} and showed no certificate. Many "
            "ports serve several hosts and refuse a caller that names none; nothing is known yet of its TLS versions."
        ),
        remedies={ANYBODY: (do("Dial {listener} by its name, so that the ClientHello names a host (SNI)."),)},
        looks_like=("server-name-refused", "no-common-cipher"),
        told_apart_by="Dial the same port by name: if a certificate comes back, the missing name was the reason.",
        ambiguous=True,
        source="rfc 6066, measured",
    ),
    Cause(
        key="handshake-broken-off",
        title="The handshake was broken off by an alert that does not say why",
        applies=_broke_off,
        diagnosis=(
            "{by} broke off the handshake by {verify}. That alert does not say what it is about, and only one end was "
            "seen."
        ),
        looks_like=("no-common-cipher", "no-common-version", "hello-was-edited", "server-name-refused", "broken-tls"),
        told_apart_by=(
            "Dial it again with another server name: if the answer is another one, that was the reason. Else a capture "
            "at both ends: whether ClientHello and ServerHello arrive as they were sent. The log of the end that sent "
            "the alert names its reason."
        ),
        ambiguous=True,
        source="5.3, X24",
    ),
    Cause(
        key="unreliable-port",
        title="The port answers some connections and leaves others alike without a word",
        applies=_answers_now_and_then,
        diagnosis=(
            "{unanswered} of {dialled} connections to port {port} got no answer at all, and one alike was answered at "
            "another time. So {listener} is unreliable: what {dialler} sends is not the reason."
        ),
        remedies={
            ANYBODY: (
                do("Find out what lies behind port {port}: a load balancer with a dead member answers now and then."),
                do("Check {listener} for overload, and the path for lost packets."),
            )
        },
        looks_like=("silent-in-handshake", "large-hello-stalls", "port-not-listening"),
        told_apart_by="Dial it again and again the same way: here some are answered and some are not.",
        source="measured",
    ),
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
            **OF_THE_CLOUD,
            ANYBODY: (
                do(
                    "Let {listener} speak TLS 1.2 or newer.",
                    SIP_PAGE,
                    "xConfiguration SIP Advanced SipTlsVersions: TLSv1.2:TLSv1.3",
                    box=LISTENER,
                ),
            ),
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
