"""Calls between two SIPp through the lab, in both directions: either end holds, either end hangs up, and calls end."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest
from address_blocks import fresh_block
from interop_bench import files, needs
from sipp_bench import PHONE_PORT, Lab, Plot, served, sipp, tls_in_front_of

pytestmark = [pytest.mark.interop, needs("sipp"), needs("stunnel")]

CALLS = 5
PLOTS = [Plot("", "called"), Plot("", "caller"), Plot("called", "called"), Plot("caller", "called")]
NAMES = ["called-hangs-up", "caller-hangs-up", "called-holds", "caller-holds"]
each_plot = pytest.mark.parametrize("plot", PLOTS, ids=NAMES)
OUTSIDE = f"127.50.{os.getpid() // 250 % 256}.{1 + os.getpid() % 250}"  # no block of a lab begins so
BLOCK = fresh_block()


@pytest.fixture(scope="module", params=[False, True], ids=["proxy", "b2bua"])
def lab(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Lab]:
    with served(tmp_path_factory.mktemp("served"), BLOCK, b2bua=request.param) as opened:
        yield opened


def limits() -> list[str]:
    return ["-m", str(CALLS), "-l", str(CALLS), "-r", "50"]


@each_plot
def test_every_call_from_outside_ends(plot: Plot, lab: Lab, tmp_path: Path) -> None:
    called = "sip:user1@example.com"
    phone = ["-i", lab.at(30), "-p", str(PHONE_PORT), *limits()]
    caller = [f"{lab.at(10)}:5060", "-i", lab.at(99), *limits()]
    with (
        sipp(tmp_path, "called", plot.called(called), phone) as answering,
        sipp(tmp_path, "caller", plot.caller(called), caller) as calling,
    ):
        assert [calling.outcome(), answering.outcome()] == [(CALLS, 0), (CALLS, 0)]


@each_plot
def test_every_call_from_inside_ends(plot: Plot, lab: Lab, tmp_path: Path) -> None:
    """The called end is outside, behind stunnel: the DNS zone of Expressway-E speaks TLS."""
    worn = files(tmp_path, "b2b-peer")
    called = f"sip:bob@{OUTSIDE}:{PHONE_PORT};transport=tls"
    phone = ["-i", OUTSIDE, "-p", str(PHONE_PORT - 1), *limits()]
    caller = [f"{lab.at(20)}:5060", "-i", lab.at(99), *limits()]
    with (
        sipp(tmp_path, "called", plot.called(called), phone) as answering,
        tls_in_front_of(tmp_path, (OUTSIDE, PHONE_PORT), PHONE_PORT - 1, worn.chain, worn.key),
        sipp(tmp_path, "caller", plot.caller(called), caller) as calling,
    ):
        assert [calling.outcome(), answering.outcome()] == [(CALLS, 0), (CALLS, 0)]
