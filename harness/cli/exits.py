"""How the program ends: exit codes and what they mean."""

from __future__ import annotations

from enum import IntEnum


class Exit(IntEnum):
    """Exit codes."""

    MET = 0
    NOT_MET = 1
    WRONG_INPUT = 2
    NO_LAB = 3
    OUR_ERROR = 4
    INTERRUPTED = 130
    READER_GONE = 141


MEANINGS = {
    Exit.MET: "all expectations met; an expected refusal is a pass",
    Exit.NOT_MET: (
        "some expectation was not met, fewer plays ran than were asked for, a certificate broke a rule, a change of "
        "certificates breaks something or could not be judged in full, a probed port "
        "does not let its caller in, or shows what the caller would refuse, a connection or call of a capture was "
        "stopped, or nothing in a pasted text is known"
    ),
    Exit.WRONG_INPUT: "wrong input: a scenario, an id, an option, a file",
    Exit.NO_LAB: "the lab could not be set up: a busy port, a missing address; or no way leads to a name server",
    Exit.OUR_ERROR: "an error of our own",
    Exit.INTERRUPTED: "interrupted by Ctrl-C or SIGTERM; what was reached until then is kept and said",
    Exit.READER_GONE: "whoever read the output went away",
}
