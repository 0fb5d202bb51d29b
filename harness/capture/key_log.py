"""The secrets of recorded connections, as Wireshark and its like read them."""

from __future__ import annotations

import re

from harness.transcript import Transcript

_KEY_LOG_LINE = re.compile(r"[A-Z0-9_]{1,64} [0-9a-fA-F]{64} [0-9a-fA-F]{2,512}")


def key_log_text(transcript: Transcript) -> str:
    """Return the secrets of every connection in the NSS key-log format, each once, in ASCII.

    Both ends of a connection log the same secrets. Lines of another shape, which a file from elsewhere may hold,
    are left out.
    """
    lines = [line for connection in transcript.connections for end in connection.ends for line in end.key_log]
    return "".join(f"{line}\n" for line in dict.fromkeys(lines) if _KEY_LOG_LINE.fullmatch(line))
