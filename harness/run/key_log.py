"""SSLKEYLOGFILE: the secrets of every play, appended where the user wants them, as browsers and curl do."""

from __future__ import annotations

import os
import stat
from pathlib import Path

from harness.capture.key_log import key_log_text
from harness.errors import Fault, ScenarioError
from harness.transcript import Transcript

KEY_LOG_VARIABLE = "SSLKEYLOGFILE"
"""The environment variable that names the file; unset or empty, nothing is written."""

_PRIVATE = 0o600


def key_log_file() -> Path | None:
    """Return the file that takes the secrets, None where nobody asked for them; ScenarioError where it cannot."""
    name = os.environ.get(KEY_LOG_VARIABLE, "")
    if not name:
        return None
    _append(Path(name), b"")
    return Path(name)


def append_key_log(transcript: Transcript) -> None:
    """Append the secrets of a play where the user asked for them; ScenarioError where that cannot be."""
    name = os.environ.get(KEY_LOG_VARIABLE, "")
    secrets = key_log_text(transcript).encode("ascii") if name else b""
    if secrets:
        _append(Path(name), secrets)


def _append(path: Path, secrets: bytes) -> None:
    """Append in one write, so that plays side by side do not mix; a file, but no pipe or device, is made private."""
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, _PRIVATE)
        with open(descriptor, "ab", buffering=0) as file:  # noqa: PTH123  # of a descriptor
            if stat.S_ISREG(os.fstat(descriptor).st_mode):
                os.fchmod(descriptor, _PRIVATE)
            file.write(secrets)
    except OSError as error:
        problem = f"cannot be written: {error.strerror}"
        hint = f"{KEY_LOG_VARIABLE} names it: choose another place, or unset it"
        raise ScenarioError([Fault(str(path), 0, 0, problem, hint)]) from None
