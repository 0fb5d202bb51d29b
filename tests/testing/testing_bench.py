"""The workbench of the plugin's tests: somebody's own project, and pytest run in it."""

from __future__ import annotations

import pytest


class Project:
    """A folder with tests of somebody's own."""

    def __init__(self, pytester: pytest.Pytester) -> None:
        self.pytester = pytester

    def run(self, test: str, *words: str) -> pytest.RunResult:
        """Run one test module with the plugin, as if it were the only one that is installed."""
        self.pytester.makepyfile(test)
        return self.pytester.runpytest_inprocess("-p", "harness.pytest_plugin", "-p", "no:cacheprovider", *words)


@pytest.fixture
def project(pytester: pytest.Pytester, monkeypatch: pytest.MonkeyPatch) -> Project:
    monkeypatch.setenv("PYTEST_DISABLE_PLUGIN_AUTOLOAD", "1")
    return Project(pytester)
