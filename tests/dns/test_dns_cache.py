"""What an asker remembers, and for how long."""

from __future__ import annotations

import pytest

from harness.dns.cache import MAX_ENTRIES, AnswerCache
from harness.dns.records import Answer, Outcome, Question, Text

TOKEN = Question("example.com", "TXT")


def test_a_token_that_is_added_later_stays_unseen_until_the_denial_runs_out() -> None:
    cache = AnswerCache()
    cache.keep(Answer(TOKEN, Outcome.NO_RECORD, ttl=60), "", now=100.0)

    seen_at_159 = cache.find(TOKEN, "", now=159.5)
    assert seen_at_159 is not None
    assert (seen_at_159.outcome, seen_at_159.ttl) == (Outcome.NO_RECORD, 1)
    assert cache.find(TOKEN, "", now=160.0) is None


def test_another_region_has_another_answer() -> None:
    cache = AnswerCache()
    answer = Answer(TOKEN, Outcome.FOUND, (Text("4b9c"),), ttl=60)
    cache.keep(answer, "127.64.0.16/28", now=0.0)

    assert cache.find(TOKEN, "127.64.0.16/28", now=0.0) == answer
    assert cache.find(TOKEN, "", now=0.0) is None
    assert cache.find(Question("example.com", "A"), "127.64.0.16/28", now=0.0) is None


@pytest.mark.parametrize("outcome", sorted(set(Outcome) - {Outcome.FOUND, Outcome.NO_NAME, Outcome.NO_RECORD}))
def test_a_failure_is_asked_about_again(outcome: Outcome) -> None:
    cache = AnswerCache()
    cache.keep(Answer(TOKEN, outcome, ttl=60), "", now=0.0)

    assert cache.find(TOKEN, "", now=1.0) is None


def test_what_may_not_be_kept_is_not() -> None:
    cache = AnswerCache()
    cache.keep(Answer(TOKEN, Outcome.FOUND, (Text("4b9c"),), ttl=0), "", now=0.0)

    assert cache.find(TOKEN, "", now=0.0) is None


def test_a_newer_answer_takes_the_place_of_the_older() -> None:
    cache = AnswerCache()
    cache.keep(Answer(TOKEN, Outcome.NO_NAME, ttl=60), "", now=0.0)
    cache.keep(Answer(TOKEN, Outcome.NO_RECORD, ttl=60), "", now=30.0)

    found = cache.find(TOKEN, "", now=80.0)
    assert found is not None
    assert (found.outcome, found.ttl) == (Outcome.NO_RECORD, 10)


def test_a_full_cache_forgets_what_it_kept_first() -> None:
    cache = AnswerCache()
    questions = [Question(f"h{number}.example.com", "A") for number in range(MAX_ENTRIES + 1)]
    for question in questions:
        cache.keep(Answer(question, Outcome.NO_NAME, ttl=60), "", now=0.0)

    assert cache.find(questions[0], "", now=1.0) is None
    assert all(cache.find(question, "", now=1.0) for question in questions[1:])
