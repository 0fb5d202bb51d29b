"""The way in and the ways out: every error ends in one line for a person and an exit code.

What only an error needs is imported when there is one: `--help` is to feel instant (benchmarks/plays.py).
"""

from __future__ import annotations

import os
import sys
from typing import NoReturn, TextIO

from harness.cli.exits import Exit
from harness.cli.signals import terminated_like_interrupted
from harness.cli.streams import inert_streams

TRACEBACK = "SIP_MTLS_TRACEBACK"
"""Environment variable that shows where an error of our own came from."""


def main() -> NoReturn:
    """Run the command line and leave with the right exit code."""
    with inert_streams(), terminated_like_interrupted():
        try:
            code = _code_of_commands()
        except KeyboardInterrupt as early:  # while modules are being imported
            code = ended_by(early)
    sys.exit(code)


def _code_of_commands() -> Exit:
    import click  # noqa: PLC0415  # only now: `import harness.cli` stays light

    from harness.cli.commands import commands  # noqa: PLC0415

    output = sys.stdout
    try:
        commands(prog_name="sip-mtls", standalone_mode=False)
        output.flush()
    except SystemExit as leaving:
        return _last_word(output, leaving)
    except click.ClickException as error:
        from harness.cli.usage import told_usage  # noqa: PLC0415  # only where something went wrong

        told_usage(error)
        return Exit.WRONG_INPUT
    except click.Abort:  # click's word for a KeyboardInterrupt
        return ended_by(KeyboardInterrupt())
    except BaseException as error:  # every way out ends here, in one line and a code
        return ended_by(error)
    return Exit.MET


def _last_word(output: TextIO, leaving: SystemExit) -> Exit:
    """Return the code with which a command leaves, once all of its output is out."""
    from harness.errors import ScenarioError  # noqa: PLC0415  # `import harness.cli` stays light

    if sys.stdout is not output:  # click's answer to a broken pipe; its code would be 1
        return Exit.READER_GONE
    try:
        output.flush()
    except (BrokenPipeError, ScenarioError) as error:
        return ended_by(error)
    return Exit(int(leaving.code or 0))


def ended_by(error: BaseException) -> Exit:
    """Tell a person what happened, on stderr; return the exit code."""
    from harness.errors import LabError, ScenarioError, leaves_of  # noqa: PLC0415  # only where something went wrong

    causes = leaves_of(error)
    if any(isinstance(cause, KeyboardInterrupt) for cause in causes):
        print("interrupted", file=sys.stderr)
        return Exit.INTERRUPTED
    for kind, code in ((ScenarioError, Exit.WRONG_INPUT), (LabError, Exit.NO_LAB)):
        if causes and all(isinstance(cause, kind) for cause in causes):
            for text in dict.fromkeys(str(cause) for cause in causes):
                print(text, file=sys.stderr)
            return code
    if any(isinstance(cause, BrokenPipeError) for cause in causes):
        sys.stdout = None  # nothing more to flush
        return Exit.READER_GONE
    _confess(error, causes[0])
    return Exit.OUR_ERROR


def _confess(error: BaseException, cause: BaseException) -> None:
    print(f"sip-mtls has a bug: {type(cause).__name__}: {cause}", file=sys.stderr)
    if os.environ.get(TRACEBACK):
        import traceback  # noqa: PLC0415  # only where something went wrong

        traceback.print_exception(error)
    else:
        print(f"Please report it, with what {TRACEBACK}=1 adds to this.", file=sys.stderr)
