"""What a test says when it was given something wrong: the file and the place in it, and no traceback."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import contextmanager

import pytest

from harness.document import hint_for
from harness.errors import Fault, LabError, ScenarioError


@contextmanager
def plain_failures() -> Iterator[None]:
    """Turn what a person can mend into a failure of the test that says where; everything else stays an error."""
    try:
        yield
    except (ScenarioError, LabError) as error:
        told = str(error)
    except BaseExceptionGroup as group:
        leaves = _leaves(group)
        if not all(isinstance(leaf, ScenarioError | LabError) for leaf in leaves):
            raise
        told = "\n".join(dict.fromkeys(map(str, leaves)))
    else:
        return
    raise pytest.fail.Exception(told, pytrace=False) from None


def checked_word(what: str, word: str, choices: Collection[str]) -> str:
    """Return `word` where it is one of `choices`; ScenarioError with the nearest where it is not."""
    if word not in choices:
        raise ScenarioError([Fault(what, 0, 0, f"'{word}' is none that is known", hint_for(word, list(choices)))])
    return word


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    """Return the exceptions inside groups, which nurseries wrap around everything."""
    found: list[BaseException] = []
    for each in group.exceptions:
        found += _leaves(each) if isinstance(each, BaseExceptionGroup) else [each]
    return found
