"""What a test says when it was given something wrong: the file and the place in it, and no traceback."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from harness.errors import LabError, ScenarioError


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


def _leaves(group: BaseExceptionGroup[BaseException]) -> list[BaseException]:
    """Return the exceptions inside groups, which nurseries wrap around everything."""
    found: list[BaseException] = []
    for each in group.exceptions:
        found += _leaves(each) if isinstance(each, BaseExceptionGroup) else [each]
    return found
