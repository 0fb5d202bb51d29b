"""The verdict of a comparison: never good where something was refused, left out or broken by a rule."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from harness.certificates.change import Candidate, CertificateChange, UploadFlip
from harness.certificates.change_text import change_text
from harness.certificates.change_verdict import verdict_of
from harness.certificates.rules import CERTIFICATE_RULES, RuleFinding
from harness.x509.certificate import CertificateFacts

RSA, EDWARDS = (CertificateFacts("", key=key) for key in ("RSA 2048", "Ed25519"))
SAME = CertificateChange(
    role="expressway-e-server",
    at=datetime(2026, 6, 1, tzinfo=UTC),
    old=Candidate("old.pem", RSA, True, ()),
    new=Candidate("new.pem", RSA, True, ()),
    trust=0,
    releases=("x15.4", "x15.5"),
    tls_versions=("1.3",),
    stories=("one", "two"),
    worked=2,
    uploads=(),
    flips=(),
)


def finding(key: str) -> RuleFinding:
    rule = next(each for each in CERTIFICATE_RULES if each.key == key)
    return RuleFinding(rule, "why", "who", "what")


UPLOAD = UploadFlip(("x15.4",), refuses_new=True, reason="no", remedy="do")

VERDICTS: dict[str, tuple[CertificateChange, str]] = {
    "equal": (SAME, "nothing breaks in this lab"),
    "another kind of key": (
        replace(SAME, new=replace(SAME.new, facts=EDWARDS)),
        "nothing breaks in this lab; for which peers it cannot speak stands under unknown",
    ),
    "an upload is refused": (replace(SAME, uploads=(UPLOAD,)), "BREAKS: upload refused on X15.4"),
    "an upload of the old one was refused": (
        replace(SAME, uploads=(replace(UPLOAD, refuses_new=False, refuses_old=True),)),
        "nothing breaks in this lab",
    ),
    "an error by rule": (replace(SAME, rules=(finding("common-name-missing"),)), "BREAKS: rule errors 1"),
    "one rule, broken twice": (replace(SAME, rules=(finding("unusable-key"),) * 2), "BREAKS: rule errors 1"),
    "a warning by rule": (
        replace(SAME, rules=(finding("must-staple"),)),
        "nothing breaks in this lab: rule warnings 1",
    ),
    "nothing worked": (replace(SAME, worked=0), "NO ALL-CLEAR: no story works with the old certificate"),
    "nobody looks": (replace(SAME, looked_at=False), "NO ALL-CLEAR: no story looks at the certificate"),
    "interrupted": (replace(SAME, unplayed=3), "NO ALL-CLEAR: not played 3"),
}


@pytest.mark.parametrize("what", VERDICTS)
def test_the_verdict_says_all_that_speaks_against_it(what: str) -> None:
    change, verdict = VERDICTS[what]

    assert verdict_of(change) == verdict
    assert verdict.startswith("nothing breaks") is change.is_safe
    assert change_text(change, width=200, unicode=False).splitlines()[1] == verdict


@pytest.mark.parametrize("what", VERDICTS)
def test_the_last_line_has_the_same_counts(what: str) -> None:
    change, verdict = VERDICTS[what]
    last = change_text(change, width=200, unicode=False).splitlines()[-1]

    _, _, said = verdict.partition(": ")
    assert said in last
    assert ("nothing" in last) is (change.is_safe or change.unplayed > 0)
