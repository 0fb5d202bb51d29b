"""CI fails on every skip, wherever it is asked for, but on those that are marked."""

from __future__ import annotations

import pytest

pytest_plugins = ["pytester"]

QUIETLY = ("-p", "no:cacheprovider")
SKIPS = {
    "in the test": 'import pytest\ndef test_it():\n    pytest.skip("no oracle")',
    "by a missing module": 'import pytest\ndef test_it():\n    pytest.importorskip("no_such_oracle")',
    "by a condition": 'import pytest\n@pytest.mark.skipif(True, reason="x is absent")\ndef test_it():\n    pass',
    "by a mark of the module": "import pytest\npytestmark = pytest.mark.skip\ndef test_it():\n    pass",
    "in a fixture": (
        'import pytest\n@pytest.fixture\ndef wheel():\n    pytest.skip("no build")\ndef test_it(wheel):\n    pass'
    ),
    "of a whole module": 'import pytest\npytest.importorskip("no_such_oracle")\ndef test_it():\n    pass',
}


@pytest.fixture
def suite(pytester: pytest.Pytester) -> pytest.Pytester:
    pytester.makeini("[pytest]\nmarkers = may_skip(reason): depends on the machine\n")
    return pytester


@pytest.mark.parametrize("where", SKIPS)
def test_a_skip_fails_where_ci_asks_for_it_and_nowhere_else(suite: pytest.Pytester, where: str) -> None:
    suite.makepyfile(SKIPS[where])

    assert suite.runpytest_inprocess(*QUIETLY).parseoutcomes() == {"skipped": 1}

    strict = suite.runpytest_inprocess(*QUIETLY, "-p", "no_skips")
    assert strict.ret != pytest.ExitCode.OK
    strict.stdout.fnmatch_lines("*no test may skip here*")


def test_a_marked_skip_and_an_expected_failure_stay_what_they_are(suite: pytest.Pytester) -> None:
    suite.makepyfile(
        'import pytest\n@pytest.mark.may_skip("root reads all")\ndef test_skips():\n    pytest.skip("root")\n'
        "@pytest.mark.xfail\ndef test_fails():\n    assert False\n"
    )

    result = suite.runpytest_inprocess(*QUIETLY, "-p", "no_skips")

    assert (result.ret, result.parseoutcomes()) == (pytest.ExitCode.OK, {"skipped": 1, "xfailed": 1})
