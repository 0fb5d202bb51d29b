"""What becomes of stories when one certificate takes another's place, and whether the change is safe."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from harness.certificates.change import Candidate, CertificateChange, Flip, Kind, UploadFlip, by_cause
from harness.certificates.rules import CERTIFICATE_RULES, RuleFinding, Severity
from harness.verdict import Facts, Stage, StepVerdict, Verdict
from harness.x509.certificate import CertificateFacts

FACTS = Facts(None, None, None)
STOPPED = StepVerdict("call", "us", next(iter(Stage)), "", "", None, None, "", None, FACTS, ())


def verdict(cause: str, *, stops: bool) -> Verdict:
    return Verdict("story", "1.3", "memory", (STOPPED,) if stops else (), cause, "why", ())


GOOD, BAD, WORSE = verdict("none", stops=False), verdict("bad", stops=True), verdict("worse", stops=True)


def flip(before: Verdict, after: Verdict, story: str = "story") -> Flip:
    return Flip(story, "B01", "title", ("x15.5",), ("1.3",), before, after)


BREAKS, MENDS, DIFFERS = flip(GOOD, BAD), flip(BAD, GOOD), flip(BAD, WORSE)


def rule(severity: Severity) -> RuleFinding:
    found = next(each for each in CERTIFICATE_RULES if each.severity is severity)
    return RuleFinding(found, "why", "who", "what")


UPLOAD = UploadFlip(("x15.4",), refuses_new=True, reason="no", remedy="do")
SAME = CertificateChange(
    role="expressway-e-server",
    at=datetime(2026, 6, 1, tzinfo=UTC),
    old=Candidate("old.pem", CertificateFacts("1"), True, ()),
    new=Candidate("new.pem", CertificateFacts("2"), True, ()),
    trust=0,
    releases=("x15.5",),
    tls_versions=("1.3",),
    stories=("story",),
    worked=1,
    uploads=(),
    flips=(),
)


def test_a_story_breaks_where_it_worked_mends_where_it_did_not_and_else_differs() -> None:
    assert [each.kind for each in (BREAKS, MENDS, DIFFERS, flip(GOOD, GOOD))] == [
        Kind.BREAKS,
        Kind.MENDS,
        Kind.DIFFERS,
        Kind.DIFFERS,
    ]


@pytest.mark.parametrize(
    ("how", "safe", "breaks", "same"),
    [
        ({}, True, False, True),
        ({"flips": (BREAKS,)}, False, True, False),
        ({"flips": (MENDS,)}, True, False, False),
        ({"flips": (DIFFERS,)}, True, False, False),
        ({"flips": (MENDS, BREAKS)}, False, True, False),
        ({"uploads": (UPLOAD,)}, False, True, False),
        ({"uploads": (replace(UPLOAD, refuses_new=False, refuses_old=True),)}, True, False, False),
        ({"rules": (rule(Severity.ERROR),)}, False, True, False),
        ({"rules": (rule(Severity.WARNING),)}, True, False, False),
        ({"worked": 0}, False, False, True),
        ({"looked_at": False}, False, False, True),
        ({"unplayed": 1}, False, False, False),
        ({"not_compared": (DIFFERS,)}, False, False, False),
        ({"dead": ("x",), "aside": ("y",)}, True, False, True),
    ],
)
def test_a_change_is_safe_where_nothing_breaks_and_everything_was_compared(
    how: dict[str, object], safe: bool, breaks: bool, same: bool
) -> None:
    change = replace(SAME, **how)  # type: ignore[arg-type]

    assert (change.is_safe, change.breaks, change.is_same) == (safe, breaks, same)


def test_a_story_that_was_not_compared_counts_only_where_it_breaks_or_mends() -> None:
    other = flip(BAD, WORSE, "other")
    change = replace(SAME, flips=(BREAKS, MENDS, DIFFERS, other), not_compared=(DIFFERS,))

    assert change.compared == (BREAKS, MENDS, other)
    assert replace(change, not_compared=()).compared == (BREAKS, MENDS, DIFFERS, other)


def test_flips_are_told_by_what_became_of_them_and_by_their_causes() -> None:
    again = flip(GOOD, BAD, "again")

    assert list(by_cause([DIFFERS, MENDS, BREAKS, again]).items()) == [
        ((Kind.BREAKS, "none", "bad"), [BREAKS, again]),
        ((Kind.MENDS, "bad", "none"), [MENDS]),
        ((Kind.DIFFERS, "bad", "worse"), [DIFFERS]),
    ]
