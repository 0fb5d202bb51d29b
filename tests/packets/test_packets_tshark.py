"""tshark is the referee: streams of mixed, doubled and lost segments, and of fragments, are put together as it does."""

from __future__ import annotations

import shutil
import subprocess
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from packet_forge import ANSWER, CLIENT, SERVER, TALK, Talk, classic, fragments, only, pcapng, read, said

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(shutil.which("tshark") is None, reason="tshark is not installed"),
]


def followed(file: Path, stream: int = 0) -> tuple[bytes, bytes]:
    """Return what tshark takes for the words of the two ends, whoever spoke first being the first."""
    done = subprocess.run(
        ["tshark", "-n", "-r", str(file), "-q", "-z", f"follow,tcp,raw,{stream}"],
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    lines = done.stdout.splitlines()
    (first,) = (line.split(": ")[1] for line in lines if line.startswith("Node 0"))
    hexes = [line for line in lines if set(line.strip()) <= set("0123456789abcdef") and line.strip()]
    node_0 = b"".join(bytes.fromhex(line) for line in hexes if not line.startswith("\t"))
    node_1 = b"".join(bytes.fromhex(line) for line in hexes if line.startswith("\t"))
    is_client = first == f"{CLIENT.host}:{CLIENT.port}"
    return (node_0, node_1) if is_client else (node_1, node_0)


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_mixed_and_doubled_segments_make_the_stream_that_tshark_sees(data: st.DataObject, tmp_path: Path) -> None:
    talk = Talk().greet().say(TALK * 3, size=13).say(ANSWER * 2, client=False, size=9)
    opening, rest = talk.packets[:3], talk.packets[3:]
    own = len(rest) - len(range(0, len(ANSWER) * 2, 9))
    mixed = []
    for half in (rest[:own], rest[own:]):  # a segment that acknowledges what comes later would be a loss to tshark
        doubled = half + [half[place] for place in data.draw(st.lists(st.integers(0, len(half) - 1), max_size=6))]
        mixed += data.draw(st.permutations(doubled))
    file = tmp_path / "mixed.pcap"
    file.write_bytes(classic([*opening, *mixed]))

    connection = only(read(file.read_bytes()))
    ours = said(connection, by_dialler=True), said(connection, by_dialler=False)
    assert ours == followed(file) == (TALK * 3, ANSWER * 2)


def test_fragments_and_a_small_snap_length_are_read_as_tshark_reads_them(tmp_path: Path) -> None:
    talk = Talk().greet().say(TALK * 20).say(ANSWER, client=False)
    packets = [piece for packet in talk.packets for piece in (fragments(packet, 96) if len(packet) > 200 else [packet])]
    file = tmp_path / "fragments.pcapng"
    file.write_bytes(pcapng(packets))

    connection = only(read(file.read_bytes()))
    assert (said(connection, by_dialler=True), said(connection, by_dialler=False)) == followed(file)
    assert connection.listener == SERVER
