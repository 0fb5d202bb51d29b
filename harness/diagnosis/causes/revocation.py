"""Causes that lie in the life of a certificate: it was revoked, or nobody could or would say whether it was.

Alert numbers mislead here (trap X10): OpenSSL says 45 for an outdated CRL as for an outdated certificate, and 48 where
no list could be had, as for an unknown root. So each diagnosis names the verify error too.
"""

from __future__ import annotations

from harness.diagnosis.causes.conditions import BY_EXPRESSWAY, REFUSED_IS_NO_CLOUD, Condition, both, by, otherwise
from harness.diagnosis.causes.row import ANYBODY, BY, REFUSED, SHOWN_CERTIFICATE, Cause, do
from harness.diagnosis.evidence import Evidence
from harness.diagnosis.sources import (
    ASKING,
    TOPIC,
    answer_of_source,
    days_of_source,
    named_sources,
    question_was_swallowed,
    source_asked,
)
from harness.lab.screens import REVOCATION, SIP_PAGE, TIME
from harness.transcript import Decision
from harness.verdict import Stage

_NO_CRL, _CRL_SIGNATURE, _CRL_NOT_YET_VALID, _CRL_EXPIRED, _REVOKED = 3, 8, 11, 12, 23
_NO_CRL_ISSUER, _NO_CRL_SIGN = 33, 35
_OCSP_FAILED, _OCSP_UNKNOWN = 74, 75
_REVOKED_ALERT = 44


def _objection(evidence: Evidence, *codes: int) -> bool:
    """Whether the refuser objected with one of these verify errors in the handshake."""
    refused = evidence.stage in {Stage.HANDSHAKE, Stage.ACCEPTANCE}
    return refused and evidence.verify is not None and evidence.verify.code in codes


def _revoked(evidence: Evidence) -> bool:
    """Whether the certificate was called revoked; by the alert where the refuser is not ours."""
    return _objection(evidence, _REVOKED) or (evidence.one_sided and evidence.alert == _REVOKED_ALERT)


def _asked_in_vain(evidence: Evidence) -> bool:
    """Whether the handshake of one end ran out of time while that end still waited for a source."""
    asked = [each for each in evidence.told(Decision) if each.topic == TOPIC]
    if not asked or asked[-1].outcome != ASKING:
        return False
    failed = evidence.failed(asked[-1].actor)
    return failed is not None and failed.reason == "timed-out"


def _unusable(evidence: Evidence) -> bool:
    """Whether a list came, and was of no use: signed by somebody else, of tomorrow, or no list at all."""
    if _objection(evidence, _CRL_SIGNATURE, _CRL_NOT_YET_VALID, _NO_CRL_ISSUER, _NO_CRL_SIGN):
        return True
    decided = evidence.decision(TOPIC, "not-established")
    return _objection(evidence, _NO_CRL) and decided is not None and bool(decided.facts.get("useless"))


def _names_a_source(evidence: Evidence) -> bool:
    named = named_sources(evidence)
    return named is not None and bool(named.responders or named.lists)


def _names_a_list(evidence: Evidence) -> bool:
    named = named_sources(evidence)
    return named is not None and bool(named.lists)


def _answer_is_in_date(evidence: Evidence) -> bool:
    days = days_of_source(evidence)
    return days is not None and days.hold(evidence.time)


def _was_turned_away(evidence: Evidence) -> bool:
    answer = answer_of_source(evidence)
    return answer is not None and answer.facts.get("status") == "refused"


_WAS_ASKED = Condition("a source was asked", lambda e: bool(source_asked(e)[0]))
_NONE_WAS_ASKED = otherwise(_WAS_ASKED, "none was asked")
_NAMES_A_SOURCE = Condition("the certificate names a source", _names_a_source)
_NAMED_AND_NOT_ASKED = both(_NAMES_A_SOURCE, _NONE_WAS_ASKED)
_NO_SOURCE_IS_NAMED = both(otherwise(_NAMES_A_SOURCE, "the certificate names no source"), _NONE_WAS_ASKED)
_OCSP_WITH_A_LIST = both(
    Condition("OCSP was asked", lambda e: source_asked(e)[0] == "ocsp"),
    Condition("the certificate names a CRL too", _names_a_list),
)
_SWALLOWED = Condition("a device swallowed the question", question_was_swallowed)
_ARRIVED = otherwise(_SWALLOWED, "the question arrived")
_IN_DATE = Condition("the answer is in date", _answer_is_in_date)
_NOT_IN_DATE = otherwise(_IN_DATE, "it is not in date, as far as is known")
_NO_DATES = Condition("its dates are not known", lambda e: days_of_source(e) is None)
_TURNED_AWAY = Condition("it answered with an error", _was_turned_away)
_ANSWERED = otherwise(_TURNED_AWAY, "it answered")

_OPEN_HTTP = do("Let {by} reach {source} by HTTP: firewall, proxy, DNS.", when=_WAS_ASKED)
_ASK_IT = do(
    "Let {by} ask the source that the certificate names: OCSP, CRLs and their download have switches of their own.",
    REVOCATION,
    when=_NAMED_AND_NOT_ASKED,
    box=BY,
)
_NAME_ONE = do(
    "Have the CA of {refused} issue certificates that name a CRL or an OCSP responder: this one names neither.",
    when=both(_NO_SOURCE_IS_NAMED, REFUSED_IS_NO_CLOUD),
)
_IGNORE = do(
    "Or let calls through where no source answers; revoked certificates then pass as well while it is away.",
    REVOCATION,
    "xConfiguration SIP TLS Certificate Revocation Checking Source Inaccessibility Behavior: Ignore",
    when=BY_EXPRESSWAY,
    box=BY,
)
_WITHOUT_OCSP = do(
    "Or switch OCSP off, so that the CRL counts which the certificate names as well.",
    REVOCATION,
    "xConfiguration SIP TLS Certificate Revocation Checking OCSP Mode: Off",
    when=both(BY_EXPRESSWAY, _OCSP_WITH_A_LIST),
    box=BY,
)
_CLOCK = do("Set the clock of {by}: NTP servers, time zone.", TIME, when=_IN_DATE, box=BY)
_BY_SOURCE = "What {by} asked before the alert ({source}), and what came of it."

REVOCATION_CAUSES = (
    Cause(
        key="revocation-check-too-slow",
        title="The revocation source answered too slowly for the handshake",
        applies=_asked_in_vain,
        diagnosis=(
            "{by} held the handshake while it asked {source} whether the certificate of {refused} was revoked, and "
            "the TLS handshake timeout came first. The peer was not silent: its part of the handshake had arrived."
        ),
        remedies={
            ANYBODY: (
                do("Find out who swallows the question: what {by} asked never got to {source}.", when=_SWALLOWED),
                do("Find out why {source} is slow.", when=_ARRIVED),
                do(
                    "Or raise the TLS handshake timeout above the time that it takes to answer.",
                    SIP_PAGE,
                    "xConfiguration SIP TLS Handshake Timeout: 10",
                    when=both(BY_EXPRESSWAY, _ARRIVED),
                    box=BY,
                ),
                _WITHOUT_OCSP,
            )
        },
        looks_like=("handshake-timeout",),
        told_apart_by="The peer's Certificate is on record, and behind it a question that was not answered in time.",
        source="B26",
    ),
    Cause(
        key="certificate-revoked",
        title="The certificate was revoked",
        applies=_revoked,
        diagnosis=(
            "{by} refused the certificate of {refused} ({presented}): {verify}. {learnt}The chain and the dates are "
            "in order; its CA took it back."
        ),
        remedies={
            "expressway-e": (
                do("Install a new certificate with a new key: the old one is burnt.", SHOWN_CERTIFICATE, box=REFUSED),
            ),
            "webex-cloud": (
                do("This is on the cloud's side: open a case. Do not switch the check off.", REVOCATION, box=BY),
            ),
            ANYBODY: (do("Let {refused} install a new certificate with a new key."),),
        },
        looks_like=("crl-expired",),
        told_apart_by=_BY_SOURCE,
        source="I27",
    ),
    Cause(
        key="crl-expired",
        title="The CRL has expired, not the certificate",
        applies=lambda e: _objection(e, _CRL_EXPIRED),
        diagnosis=(
            '{by} refused {refused}: "{verify}" (OpenSSL\'s alert for it is 45). The certificate itself ({presented}) '
            "is in date: what {by} objects to is the CRL of its CA, and an outdated list counts for nothing, neither "
            "for nor against. {days_of_source}"
        ),
        remedies={
            ANYBODY: (
                do("Have the CA publish a new CRL at {source}.", when=_NOT_IN_DATE),
                _CLOCK,
                do("Check the clock of {by} too: one that is ahead outdates every list.", TIME, when=_NO_DATES, box=BY),
            )
        },
        looks_like=("certificate-expired",),
        told_apart_by="The verify text: 'CRL has expired' (12) is not 'certificate has expired' (10).",
        source="I26, X10",
    ),
    Cause(
        key="crl-unusable",
        title="The CRL cannot be used",
        applies=_unusable,
        diagnosis=(
            "{by} fetched the CRL for the certificate of {refused} and refused: {verify}. {learnt}{days_of_source}"
            "Nothing is known against the certificate itself."
        ),
        remedies={
            ANYBODY: (do("Have the CA publish a sound CRL at {source}.", when=_NOT_IN_DATE), _CLOCK),
        },
        looks_like=("broken-chain", "certificate-not-yet-valid"),
        told_apart_by="The verify text names the CRL.",
        source="5.1",
    ),
    Cause(
        key="ocsp-response-unusable",
        title="The OCSP responder answers, and its answer cannot be used",
        applies=lambda e: _objection(e, _OCSP_FAILED, _OCSP_UNKNOWN),
        diagnosis=(
            "{by} asked {source} about the certificate of {refused} and refused: {verify}. {learnt}{days_of_source}"
        ),
        remedies={
            ANYBODY: (
                do("Have the CA bring its OCSP responder in order.", when=both(_NOT_IN_DATE, _ANSWERED)),
                do(
                    "Have the CA teach its OCSP responder SHA-256: one without it refuses a request that names the "
                    "certificate so.",
                    when=_TURNED_AWAY,
                ),
                _CLOCK,
                _WITHOUT_OCSP,
            )
        },
        looks_like=("revocation-source-unreachable", "certificate-refused"),
        told_apart_by=_BY_SOURCE,
        source="T-13",
    ),
    Cause(
        key="revocation-source-unreachable",
        title="Nobody could say whether the certificate was revoked",
        applies=lambda e: _objection(e, _NO_CRL),
        diagnosis=(
            '{by} refused the certificate of {refused}: "{verify}" (OpenSSL\'s alert for it is 48), and it does '
            "know the root. {learnt}Its fallback makes that a refusal."
        ),
        remedies={
            "expressway-e": (
                do("Publish the CRL where {by} can reach it; for Webex that is the Internet.", when=_WAS_ASKED),
                _ASK_IT,
                _NAME_ONE,
                do(
                    "Or issue the certificate without CRL distribution point.",
                    SHOWN_CERTIFICATE,
                    when=by("webex-cloud"),
                    box=REFUSED,
                ),
                _IGNORE,
            ),
            ANYBODY: (_OPEN_HTTP, _ASK_IT, _NAME_ONE, _IGNORE),
        },
        looks_like=("unknown-root", "missing-intermediate"),
        told_apart_by="The verify text 'unable to get certificate CRL' (3) is about a list; the chain has a root.",
        source="I11, I25, X10",
    ),
)
