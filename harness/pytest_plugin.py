"""The pytest plugin: the fixture `sip_mtls`, and what is told and kept of a test that fails.

pytest imports this module in every run, also of projects that never use it: so it imports nothing of its own until
a test asks for the fixture.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Generator, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

import pytest

if TYPE_CHECKING:
    from harness.testing import SipMtls

_IN_USE: pytest.StashKey[tuple[SipMtls, Callable[[], Path]]] = pytest.StashKey()
"""What a test that is running uses, and what gives the folder for its plays."""


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options; nothing else happens before a test asks for `sip_mtls`."""
    group = parser.getgroup("sip-mtls", "SIP over mutual TLS")
    group.addoption(
        "--sip-mtls-network",
        choices=["memory", "loopback"],
        default="memory",
        help="Where `sip_mtls` plays: in memory under a virtual clock, by default, or on real sockets in 127.0.0.0/8.",
    )
    group.addoption(
        "--sip-mtls-out",
        metavar="DIR",
        type=Path,
        help="Keep transcript, ladder, key log and certificates of the plays of each failing test below DIR; "
        "by default below pytest's own temporary folder.",
    )
    parser.addini("sip_mtls_lab", "A lab file that replaces the healthy lab of `sip_mtls`.", default="")


@pytest.fixture
def sip_mtls(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[SipMtls]:
    """Play SIP over mutual TLS: `.play("mra/m02…")`, `.certificate_change("old.pem", "new.pem", role=…)` and more."""
    from harness.testing import SipMtls  # noqa: PLC0415
    from harness.testing.folders import Places  # noqa: PLC0415

    config = request.config
    stage = SipMtls(
        Places(request.path.parent, config.rootpath),
        network=config.getoption("--sip-mtls-network"),
        lab=config.getini("sip_mtls_lab"),
        new_folder=lambda: tmp_path_factory.mktemp("sip-mtls-certificates"),
    )
    request.node.stash[_IN_USE] = stage, partial(_folder_for, request.node, tmp_path_factory)
    yield stage
    del request.node.stash[_IN_USE]  # a session keeps its tests, and need not keep their transcripts


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Tell beside a failing test what its plays came to, and where they are kept."""
    report = yield
    stage, new_folder = item.stash.get(_IN_USE, (None, None))
    if stage and new_folder and stage.told and report.failed:
        from harness.testing.failure_report import keep  # noqa: PLC0415

        report.sections.append(("sip-mtls", keep(stage.told, new_folder)))
    return report


def _folder_for(item: pytest.Item, temporary: pytest.TempPathFactory) -> Path:
    """Return the folder for the plays of a failing test."""
    asked: Path | None = item.config.getoption("--sip-mtls-out")
    word = re.sub(r"[^\w.-]+", "-", item.nodeid).strip("-.")[-100:]
    if asked is None:
        return temporary.mktemp(f"sip-mtls-{word[-40:]}")
    return item.config.invocation_params.dir / asked / word
