"""A capture file, read and judged: what `sip-mtls judge` does with one."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import UTC, datetime
from pathlib import Path
from time import monotonic

from harness.capture.reading.datagrams import is_wanted
from harness.capture.reading.secrets import KeyTable
from harness.capture.reading.stories import Hints, Stories, stories_of
from harness.diagnosis.judge import judge
from harness.errors import Fault, ScenarioError
from harness.lab.actors import TITLES
from harness.packets.capture import Capture, read_capture
from harness.packets.frames import NotACaptureError
from harness.report.captured import JudgedCapture, JudgedStory
from harness.run.disk import read_head

LONGEST_READING = 300.0
"""Seconds after which no more of a capture is read."""
_LONGEST_KEY_LOG = 64 << 20
_PRIVATE_KEY = b"PRIVATE KEY-----"
_NANOSECONDS = 1e9


def judged_capture(
    path: Path, keys: Iterable[Path], decoded: Mapping[int, str], who: Mapping[str, str]
) -> JudgedCapture:
    """Read a capture as a stream, and judge every connection and call in it; ScenarioError for a wrong file.

    `keys` are key logs, `decoded` says what ports speak (`tls`, `sip`, `http`), `who` which address is which part.
    """
    logs = [_key_log(file) for file in keys]
    capture = _read(path)
    table = KeyTable([capture.secrets, *logs])
    told = stories_of(capture, table, Hints(decoded, who, TITLES))
    return JudgedCapture(
        file=str(path),
        packets=capture.packets,
        began=datetime.fromtimestamp(capture.began / _NANOSECONDS, UTC) if capture.began else None,
        stories=tuple(JudgedStory(story, judge(story.transcript)) for story in told.stories),
        remarks=(*capture.remarks, *_about_keys(table, told)),
        dead_ends=told.dead_ends,
    )


def _read(path: Path) -> Capture:
    until = monotonic() + LONGEST_READING
    try:
        with path.open("rb") as file:
            return read_capture(file.read, wanted=is_wanted, goes_on=lambda: monotonic() < until)
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise ScenarioError([Fault(str(path), 0, 0, problem, "check the path and its rights")]) from None
    except NotACaptureError as error:
        raise ScenarioError([Fault(str(path), 0, 0, str(error))]) from None


def _key_log(path: Path) -> bytes:
    """Return the bytes of a key log; what is none is refused, and nothing of it repeated."""
    text = read_head(path, _LONGEST_KEY_LOG)
    if KeyTable([text]).count:
        return text
    if _PRIVATE_KEY in text:
        problem = "it holds a private key, and no secret of a session: handshakes of today are not opened by those"
    else:
        problem = "no line of it is one of an NSS key log"
    raise ScenarioError([Fault(str(path), 0, 0, problem, "let an end write one: SSLKEYLOGFILE=keys.log")])


def _about_keys(table: KeyTable, told: Stories) -> Iterable[str]:
    if table.count and not told.opened and told.sealed:
        yield f"None of the {table.count:,} secrets is for a connection of this capture: they are of other sessions."
