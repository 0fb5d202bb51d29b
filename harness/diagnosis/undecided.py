"""What one end's evidence leaves open where the other end refused it.

Theory. Of an end that is not ours nobody sees the trust list, the clock, the lists of revoked certificates or the names
that it looks for. Its alert narrows the causes and settles none (domain.md 5.3). So what the certificate itself
shows is named as the cause, and every cause that the evidence does not exclude stands beside it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain

from harness.diagnosis.connection_view import NETWORK
from harness.diagnosis.evidence import MRA_CLIENTS, Evidence
from harness.diagnosis.explain.alert_meanings import ALERTS
from harness.diagnosis.explain.row import By
from harness.diagnosis.explain.sip import SIP_ROWS
from harness.diagnosis.objections import (
    CERTIFICATE_ALERTS,
    chain_reaches_root,
    name_objected,
    named_by_request,
    refused_afar,
    root_is_named,
    sent_by_refused,
    untrusted,
)
from harness.diagnosis.reliability import heard
from harness.diagnosis.sources import named_sources
from harness.transcript import DnsSeen
from harness.verdict import Stage


@dataclass(frozen=True, slots=True)
class Opening:
    """What stays open: the other causes, most likely first, what a diagnosis has to add, and what would tell.

    `caveat` and `told_apart_by` are templates over the words of `harness.diagnosis.words`. `complete`: these are all
    that stay open; else they stand beside what the row of the cause itself leaves open.
    """

    causes: tuple[str, ...]
    caveat: str
    told_apart_by: str
    complete: bool


_AFAR_CAVEAT = " That is what the certificate shows: {by} itself was not seen, and its {verify} does not say why."
_AFAR_TOLD = (
    "The log of {by} names the check that failed. Without it, change one thing and try again: send the whole chain, "
    "compare the dates with the clock of {by}, show a certificate of another CA."
)
_STOOD_IN_CAVEAT = " The end of {listener} was not seen, so a device between them may have answered in its place."
_STOOD_IN_TOLD = (
    "Fingerprints: what {dialler} was shown is {shown_print}. Where {listener} itself has another certificate, a "
    "device between them answered."
)

_SHOWN_CAVEAT = " It came after {dialler} had shown its certificate, so that may be what {by} minds."
_SHOWN_TOLD = (
    "Dial it again without a certificate, then with one of another CA: if the alert stays the same, the certificate is "
    "not the reason. The log of {by} names the reason."
)
_UNNAMED_CAVEAT = " {dialler} {asked_name}; some ports hang up on whoever asks for no name."
_UNNAMED_TOLD = "Dial it by its name too: where that is answered, the missing server name was the reason."
_HUNG_UP = {"peer-closed", "peer-reset"}
_REVOKED = 44
"""The one alert about certificates that says itself what is wrong (RFC 8446 section 6.2)."""
_SEALED_CAVEAT = " It came after {refused} had shown its certificate, which is sealed here (TLS 1.3)."
_SEALED_TOLD = (
    "The secrets of this connection open the certificate: a key log of either end, given by --keys. Or the log of "
    "{by}, or `openssl s_client -showcerts` at the same port."
)
_OF_CALLERS = ("no-client-certificate", "bad-optional-certificate", "same-subject-ca")
"""Causes that are about certificates of callers alone."""
_NAMELESS_CAVEAT = (
    " {refused} had shown no certificate, so no name can be the reason here: {by} may have closed on the request."
)
_NAMELESS_TOLD = "A capture at {by}: whether the request arrived there, and who closed. Its log says what became of it."

_ANSWERED_CAVEAT = " {by} itself was not seen, so why it answered like that is not known."
_ANSWERED_TOLD = (
    "The search history and the log of {by}: they name the rule, the zone or the link that ended the request."
)
_BY_CERTIFICATE = {400, 403, 495, 496}
"""What web servers answer where the certificate of a caller does not please them (measured: nginx says 400)."""
_BEHIND_A_BAD_REQUEST = ("certificate-refused", "unknown-root", "missing-intermediate", "certificate-expired",
                         "certificate-not-yet-valid", "self-signed-certificate", "eku-no-client-auth")  # fmt: skip
_ASKED_CAVEAT = (
    " {by} had asked for a client certificate, and web servers answer like that where it does not please them."
)
_LEFT_CAVEAT = " What {by} made of it was not seen."
_LEFT_TOLD = "A capture at {by}: whether the request arrived there, and who ended the connection."
_WAITED_CAVEAT = " The end of {dialler} was not seen."
_WAITED_TOLD = "The log of {dialler}: whether it asked about the certificate that it was shown, and how long that took."

_Open = Callable[[Evidence], bool]


def _always(_: Evidence) -> bool:
    return True


def _by_cloud(evidence: Evidence) -> bool:
    return evidence.by == "webex-cloud"


def _root_may_be_unknown(evidence: Evidence) -> bool:
    return not root_is_named(evidence)


def _intermediate_may_be_missing(evidence: Evidence) -> bool:
    return not root_is_named(evidence) and not chain_reaches_root(evidence)


def _root_may_be_missing(evidence: Evidence) -> bool:
    return not root_is_named(evidence) or len(sent_by_refused(evidence)) == 1


def _leaf_signs_itself(evidence: Evidence) -> bool:
    return sent_by_refused(evidence)[0].self_issued


_OPEN: Mapping[str, _Open] = {
    "self-signed-certificate": _leaf_signs_itself,
    "unknown-root": _root_may_be_unknown,
    "missing-intermediate": _intermediate_may_be_missing,
    "same-subject-ca": lambda e: bool(named_by_request(e)),
    "only-intermediate-trusted": _root_may_be_missing,
    "bad-optional-certificate": lambda e: e.refused == e.dialler and _root_may_be_unknown(e),
    "uploaded-list-overrides": _by_cloud,
    "uploaded-leaf": _by_cloud,
    "no-verified-domain": _by_cloud,
    "server-name-mismatch": lambda e: e.refused == e.listener and e.dialler not in MRA_CLIENTS,
    "mra-name-not-in-certificate": lambda e: e.refused == e.listener and e.dialler in MRA_CLIENTS,
    "certificate-expired": _always,
    "certificate-not-yet-valid": _always,
    "expired-root": _always,
    "expired-intermediate-in-store": _always,
    "certificate-revoked": _always,
    "crl-expired": _always,
    "crl-unusable": _always,
    "ocsp-response-unusable": _always,
    "revocation-source-unreachable": _always,
    "eku-restricted-intermediate": lambda e: not chain_reaches_root(e),
    "name-constraints": _always,
    "path-length": _always,
    "leaf-as-issuer": lambda e: not chain_reaches_root(e),
    "weak-certificate": _always,
    "key-usage": _always,
    "critical-extension": _always,
    "broken-chain": _always,
}
"""Causes that may lie behind a refusal by an end that is not ours, each with whether the evidence leaves it open."""

_OF_ITS_STATUS = ("certificate-revoked", "crl-expired", "crl-unusable", "ocsp-response-unusable")
"""What somebody may have learnt where a certificate says that its status can be asked."""

_WHATEVER_THE_ALERT = ("unknown-root", "missing-intermediate", "same-subject-ca", "server-name-mismatch",
                       "mra-name-not-in-certificate", "revocation-source-unreachable")  # fmt: skip
"""Causes that some stack answers with any of the alerts about certificates."""


def opening(evidence: Evidence) -> Opening | None:
    """Return what one end's evidence leaves open besides the cause, None where it settles the matter."""
    if refused_afar(evidence) and evidence.alert == _REVOKED:
        return None
    if refused_afar(evidence) and evidence.alert in CERTIFICATE_ALERTS:
        guessed = chain(
            _visible(evidence),
            _guessed(evidence),
            _WHATEVER_THE_ALERT,
            _OF_ITS_STATUS if _has_sources(evidence) else (),
        )
        causes = dict.fromkeys(key for key in guessed if key in _OPEN and _OPEN[key](evidence))
        return Opening(tuple(causes), _AFAR_CAVEAT, _AFAR_TOLD, complete=True)
    if _came_after_our_certificate(evidence):
        causes = dict.fromkeys(key for key in _WHATEVER_THE_ALERT if _OPEN[key](evidence))
        return Opening((*causes, "broken-tls"), _SHOWN_CAVEAT, _SHOWN_TOLD, complete=True)
    if _objected_to_what_was_sealed(evidence):
        open_to_all = (key for key in chain(_guessed(evidence), _WHATEVER_THE_ALERT) if key not in _OF_CALLERS)
        return Opening(
            ("certificate-refused", *dict.fromkeys(open_to_all)), _SEALED_CAVEAT, _SEALED_TOLD, complete=True
        )
    if evidence.stage is Stage.IDENTITY and evidence.one_sided and _showed_nothing(evidence):
        return Opening(("reset-by-middlebox",), _NAMELESS_CAVEAT, _NAMELESS_TOLD, complete=True)
    if _may_be_another(evidence):
        return Opening(("foreign-certificate",), _STOOD_IN_CAVEAT, _STOOD_IN_TOLD, complete=False)
    if _hung_up_on_a_hello_without_name(evidence):
        return Opening(("refused-without-server-name",), _UNNAMED_CAVEAT, _UNNAMED_TOLD, complete=False)
    return _opening_of_sip(evidence) or _opening_of_waiting(evidence)


def _visible(evidence: Evidence) -> Iterator[str]:
    """Yield what the shown chain itself suggests, whatever the alert: it signs itself, or it is a leaf alone."""
    sent = sent_by_refused(evidence)
    if sent[0].self_issued:
        yield "self-signed-certificate"
    elif len(sent) == 1:
        yield "missing-intermediate"


def _objected_to_what_was_sealed(evidence: Evidence) -> bool:
    """Whether the dialler refused a certificate that no key opens: its alert is in clear, and speaks of one."""
    by_dialler = evidence.by == evidence.dialler and evidence.stage is Stage.HANDSHAKE
    return by_dialler and evidence.is_sealed and evidence.alert in CERTIFICATE_ALERTS


def _showed_nothing(evidence: Evidence) -> bool:
    """Whether it was seen that the end that was dropped had shown no certificate."""
    return not evidence.is_sealed and not evidence.chain_of(evidence.refused)


def _came_after_our_certificate(evidence: Evidence) -> bool:
    """Whether a far end's alert that says nothing of certificates came after it had been shown one."""
    if evidence.alert is None or evidence.alert in CERTIFICATE_ALERTS or evidence.by != evidence.listener:
        return False
    is_far = evidence.view is not None and evidence.view.connection.end_of(evidence.by) is None
    return (
        is_far and evidence.stage in {Stage.HANDSHAKE, Stage.ACCEPTANCE} and bool(evidence.chain_of(evidence.dialler))
    )


def _has_sources(evidence: Evidence) -> bool:
    named = named_sources(evidence)
    return named is not None and bool(named.lists or named.responders)


def _opening_of_sip(evidence: Evidence) -> Opening | None:
    """Return what stays open where somebody who is not ours answered no, or said nothing and left."""
    if evidence.stage is not Stage.SIP or evidence.obstacle is not None or evidence.by == NETWORK:
        return None
    if _is_on_record(evidence, evidence.by):
        return None
    if evidence.status in _BY_CERTIFICATE and evidence.protocol == "https" and evidence.requested is not None:
        causes = ("no-client-certificate",) if evidence.empty_client_certificate else _BEHIND_A_BAD_REQUEST
        return Opening(causes, _ASKED_CAVEAT, _ANSWERED_TOLD, complete=False)
    if evidence.status is not None:
        return Opening(_behind_status(evidence.status), _ANSWERED_CAVEAT, _ANSWERED_TOLD, complete=False)
    end = evidence.view.connection.end_of(evidence.dialler) if evidence.view else None
    in_clear = ("plaintext-on-tls-port",) if end is not None and not end.tls else ()
    return Opening(
        (*in_clear, "reset-by-middlebox", "swallowed-by-inspection"), _LEFT_CAVEAT, _LEFT_TOLD, complete=False
    )


def _is_on_record(evidence: Evidence, actor: str) -> bool:
    """Whether the side of an actor was seen; that it asked DNS says nothing of what it does."""
    return any(event.actor == actor and not isinstance(event, DnsSeen) for event in evidence.transcript.events)


def _behind_status(status: int) -> tuple[str, ...]:
    """Return the causes that an answer with this status may have, as the table of pasted text has them."""
    rows = (row for row in SIP_ROWS if row.key == f"sip-{status}")
    return tuple(key for row in rows for guess in row.guesses for key in guess.causes if key != "sip-refused")


def _opening_of_waiting(evidence: Evidence) -> Opening | None:
    """Return what stays open where a dialler who is not ours said a ClientHello and then nothing in time."""
    view = evidence.view
    if view is None or not view.visited or evidence.failure != "timed-out" or not heard(view):
        return None
    return Opening(("revocation-check-too-slow",), _WAITED_CAVEAT, _WAITED_TOLD, complete=False)


def _hung_up_on_a_hello_without_name(evidence: Evidence) -> bool:
    """Whether a listener that is not ours ended TCP after a ClientHello without a server name, and had said nothing."""
    view, seen = evidence.view, evidence.inspection
    if view is None or view.listener_end is not None or seen is None or heard(view):
        return False
    return evidence.failure in _HUNG_UP and seen.client_hello is not None and seen.client_hello.server_name is None


def _may_be_another(evidence: Evidence) -> bool:
    """Whether the dialler refused a server whose end is not ours by its root or its names."""
    unseen = evidence.view is not None and evidence.view.listener_end is None
    return unseen and evidence.by == evidence.dialler and (untrusted(evidence) or name_objected(evidence))


def _guessed(evidence: Evidence) -> Iterator[str]:
    """Yield what the alert stands for in the stacks that are known, by which end sent it."""
    side = By.CLIENT if evidence.by == evidence.dialler else By.SERVER
    for meaning in ALERTS:
        if meaning.number == evidence.alert:
            for guess in meaning.guesses:
                if guess.by in {side, By.EITHER}:
                    yield from guess.causes
