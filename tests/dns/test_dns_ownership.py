"""Who owns a domain: tokens that are right, nearly right, hidden, and not there."""

from __future__ import annotations

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.dns.ownership import (
    KINDS,
    PREFIX,
    DomainKind,
    OwnershipCheck,
    TokenProfile,
    activation,
    check_ownership,
    derived_token,
    expected_text,
)
from harness.dns.records import Answer, Outcome, Question, Text

TOKEN = "123456789abcdef123456789abcdef123456789abcdef123456789abcdef"  # noqa: S105  # the example of the seeds
QUESTION = Question("example.com", "TXT")
SPF = "v=spf1 -all"
PREFIXED, BARE = TokenProfile.PREFIXED, TokenProfile.BARE


def _check(*values: str, profile: TokenProfile = PREFIXED) -> OwnershipCheck:
    return check_ownership(Answer(QUESTION, Outcome.FOUND, tuple(map(Text, values)), ttl=300), TOKEN, profile)


@pytest.mark.parametrize("profile", TokenProfile)
def test_the_token_among_several_records_proves_the_domain(profile: TokenProfile) -> None:
    check = _check(SPF, "0" * 60, expected_text(TOKEN, profile), profile=profile)

    assert (check.verified, check.kind) == (True, "verified")


def test_the_bare_token_of_the_documents_is_refused_by_a_portal_and_enough_for_the_documents() -> None:
    assert _check(TOKEN).kind == "prefix-missing"
    assert _check(TOKEN, profile=BARE).verified
    assert not _check(TOKEN).verified


@pytest.mark.parametrize(
    ("values", "profile", "kind", "said"),
    [
        ((PREFIX + "x" + TOKEN[1:],), PREFIXED, "wrong-token", "character 1 of the token is 'x', and '1' is wanted"),
        ((PREFIX + TOKEN[:-1],), PREFIXED, "wrong-token", "ends after 59 of 60 characters"),
        ((PREFIX + TOKEN + "0",), PREFIXED, "wrong-token", "goes on after the 60 characters"),
        ((f'"{PREFIX}{TOKEN}"',), PREFIXED, "wrong-token", "quotes or blanks around it"),
        ((f"{PREFIX}{TOKEN} ",), PREFIXED, "wrong-token", "quotes or blanks around it"),
        ((PREFIX + TOKEN.upper(),), PREFIXED, "wrong-token", "upper and lower case"),
        ((PREFIX + TOKEN,), BARE, "wrong-token", "the token alone is wanted"),
        (("0" * 60,), PREFIXED, "wrong-token", f"'1' is wanted, and {PREFIX} is missing"),
        (("0" * 60, TOKEN), PREFIXED, "prefix-missing", f"without {PREFIX}"),
        ((PREFIX + "\N{ZERO WIDTH SPACE}" + TOKEN,), PREFIXED, "wrong-token", r"is '\u200b', and"),
        ((SPF, "google-site-verification=abc"), PREFIXED, "no-record", "2 TXT records, and none of them looks"),
        ((), PREFIXED, "no-record", "0 TXT records"),
    ],
)
def test_a_near_miss_is_told_by_how_it_differs(
    values: tuple[str, ...], profile: TokenProfile, kind: str, said: str
) -> None:
    check = _check(*values, profile=profile)

    assert (check.verified, check.kind) == (False, kind)
    assert said in check.text


def test_a_missing_record_says_for_how_long_it_stays_missing() -> None:
    check = check_ownership(Answer(QUESTION, Outcome.NO_RECORD, ttl=300), TOKEN, PREFIXED)

    assert check.kind == "no-record"
    assert "kept for 300 s" in check.text


@pytest.mark.parametrize(
    ("outcome", "values"), [(Outcome.NO_RECORD, ()), (Outcome.NO_NAME, ()), (Outcome.FOUND, (Text(SPF),))]
)
def test_an_alias_hides_the_token_of_the_domain_itself(outcome: Outcome, values: tuple[Text, ...]) -> None:
    answer = Answer(QUESTION, outcome, values, aliases=("shop.hosting.example",))

    check = check_ownership(answer, TOKEN, PREFIXED)

    assert check.kind == "alias-hides-it"
    assert "shop.hosting.example" in check.text


def test_an_alias_that_leads_to_the_token_hides_nothing() -> None:
    answer = Answer(QUESTION, Outcome.FOUND, (Text(PREFIX + TOKEN),), aliases=("real.example.com",))

    assert check_ownership(answer, TOKEN, PREFIXED).verified


@pytest.mark.parametrize("outcome", [each for each in Outcome if each not in (Outcome.FOUND, Outcome.NO_RECORD)])
def test_no_name_and_no_answer_are_told_apart(outcome: Outcome) -> None:
    check = check_ownership(Answer(QUESTION, outcome, detail="after 4 s"), TOKEN, PREFIXED)

    assert (check.verified, check.kind) == (False, outcome.value)
    assert "example.com" in check.text


@given(
    st.sampled_from(Outcome),
    st.lists(st.one_of(st.text(max_size=80), st.just(TOKEN), st.just(PREFIX + TOKEN)), max_size=4),
    st.lists(st.just("alias.example"), max_size=1),
    st.text(max_size=70),
    st.sampled_from(TokenProfile),
)
def test_only_the_very_token_proves_anything(
    outcome: Outcome, values: list[str], aliases: list[str], token: str, profile: TokenProfile
) -> None:
    answer = Answer(QUESTION, outcome, tuple(map(Text, values)), tuple(aliases))

    check = check_ownership(answer, token, profile)

    assert check.kind in KINDS
    assert check.text
    assert check.verified is (outcome is Outcome.FOUND and expected_text(token, profile) in values)
    assert check.verified is (check.kind == "verified")


# --- activation ---------------------------------------------------------------------------------------------

JANE = {DomainKind.DIRECTORY_URI: "example.com", DomainKind.EMAIL: "hacker.com", DomainKind.EXPRESSWAY_E: "hacker.com"}


def test_hacker_com_cannot_use_the_directory_uris_of_example_com() -> None:
    assert activation(JANE, {"hacker.com"}) == (DomainKind.DIRECTORY_URI,)
    assert activation(JANE, {"hacker.com", "example.com"}) == ()
    assert activation(JANE, ()) == tuple(DomainKind)


@pytest.mark.parametrize(
    ("claimed", "verified", "proven"),
    [
        ("voice.example.com", "example.com", True),
        ("Example.COM.", "example.com", True),
        ("example.com", "voice.example.com", False),
        ("notexample.com", "example.com", False),
        ("", "example.com", False),
        ("example.com", "", False),
    ],
)
def test_a_domain_is_proven_with_the_one_above_it_and_with_no_other(claimed: str, verified: str, proven: bool) -> None:
    assert (activation({DomainKind.EMAIL: claimed}, [verified]) == ()) is proven


def test_a_derived_token_is_stable_and_nobody_elses() -> None:
    assert derived_token("example.com") == derived_token("example.com") != derived_token("hacker.com")
    assert re.fullmatch(r"[0-9a-f]{60}", derived_token("example.com"))
