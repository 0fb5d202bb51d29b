"""Captures that no code of ours made: openssl, GnuTLS, nginx, stunnel, curl and Kamailio, taken by dumpcap."""

from __future__ import annotations

import subprocess
from collections import Counter
from pathlib import Path

import pytest
from real_captures import Case, make, missing
from real_verdicts import COARSE, Found, found

from harness.packets.capture import read_capture
from harness.packets.connections import Kind, TcpConnection

pytestmark = [
    pytest.mark.interop,
    pytest.mark.may_skip("capturing needs a right that a machine may withhold"),
    pytest.mark.skipif(bool(missing()), reason=f"{missing()} is not installed here"),
]


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> tuple[list[Case], Path]:
    """A capture of 148 meetings, 132 where Kamailio is not installed."""
    folder = tmp_path_factory.mktemp("real")
    try:
        return make(folder), folder
    except PermissionError as error:
        pytest.skip(f"dumpcap may not capture here: {error}")


def told(results: list[Found], *ratings: str) -> list[tuple[str, str, tuple[str, ...]]]:
    return [(each.case.name, each.cause, each.candidates) for each in results if each.rating in ratings]


def test_with_keys_no_meeting_gets_a_wrong_cause_and_most_the_right_one(made: tuple[list[Case], Path]) -> None:
    results = found(*made, with_keys=True)
    rated = Counter(each.rating for each in results)
    print(f"\nwith keys: {dict(rated)}")

    assert told(results, "WRONG", "stood", "undecided", "not told", "open") == []
    assert rated["right"] + rated["first candidate"] > len(results) * 0.85


def test_without_keys_what_is_sealed_is_said_to_be_and_nothing_is_claimed(made: tuple[list[Case], Path]) -> None:
    results = found(*made, with_keys=False)
    print(f"\nwithout keys: {dict(Counter(each.rating for each in results))}")

    assert told(results, "WRONG", "not told", "open") == []
    assert {each.case.server for each in results if each.rating == "stood"} <= {"nginx", "kamailio"}
    assert {cause for _, cause, _ in told(results, "undecided")} <= COARSE


@pytest.mark.parametrize("direction", ["from listeners", "from diallers"])
def test_of_one_direction_alone_nothing_is_claimed(
    made: tuple[list[Case], Path], tmp_path: Path, direction: str
) -> None:
    every, folder = made
    (tmp_path / "keys.log").write_bytes((folder / "keys.log").read_bytes())
    only = "tcp.srcport" if direction == "from listeners" else "tcp.dstport"
    wanted = f"{only} in {{{every[0].port}..{every[-1].port}}}"
    subprocess.run(
        ["tshark", "-n", "-r", str(folder / "real.pcapng"), "-Y", wanted, "-w", str(tmp_path / "real.pcapng")],
        check=True,
        capture_output=True,
        timeout=120,
    )
    results = found(every, tmp_path, with_keys=True)
    print(f"\n{direction}: {dict(Counter(each.rating for each in results))}")

    claimed = [each for each in told(results, "WRONG") if each[1] != "unexplained"]
    assert claimed == []
    assert len(told(results, "open")) > 100


def test_tshark_sees_the_same_streams(made: tuple[list[Case], Path]) -> None:
    _, folder = made
    file = folder / "real.pcapng"
    with file.open("rb") as opened:
        capture = read_capture(opened.read)
    once = "not tcp.analysis.retransmission and not tcp.analysis.spurious_retransmission"
    fields = ("-T", "fields", "-e", "tcp.stream", "-e", "tcp.srcport", "-e", "tcp.len")
    lines = subprocess.run(
        ["tshark", "-n", "-r", str(file), "-Y", once, *fields],
        capture_output=True,
        text=True,
        check=True,
        timeout=120,
    ).stdout.splitlines()
    theirs: Counter[tuple[str, str]] = Counter()
    for stream, source, length in (line.split("\t") for line in lines):
        theirs[stream, source] += int(length)

    ours = sorted(size for each in capture.connections for size in sizes(each))
    assert sorted(theirs.values()) == ours
    assert capture.remarks == ()


def sizes(connection: TcpConnection) -> list[int]:
    """How much each end said that said anything at all, or acknowledged."""
    return [
        sum(len(seen.data) for seen in connection.seen if seen.by_dialler is side and seen.kind is Kind.DATA)
        for side in (True, False)
    ]
