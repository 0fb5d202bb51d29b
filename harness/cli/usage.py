"""What is wrong with the words of a command line: one line that names the command, and where its words stand."""

from __future__ import annotations

import click
from click.exceptions import NoArgsIsHelpError

from harness.errors import Fault

_PROGRAM = "sip-mtls"


def told_usage(error: click.ClickException) -> None:
    """Tell a person what click found wrong, on stderr; a group without a command shows its help.

    Click does not say of every option without its value to which command it belongs: then the program is named.
    """
    if not isinstance(error, click.UsageError) or isinstance(error, NoArgsIsHelpError):
        error.show()
        return
    command = error.ctx.command_path if error.ctx else _PROGRAM
    message = " ".join(error.format_message().split())
    click.echo(str(Fault(command, 0, 0, message, f"`{command} --help` shows what it takes")), err=True)
