"""The passwords of certificate files: from a file, or from the person at the terminal."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from pathlib import Path

import click

from harness.certificates.shell.files import bytes_in, holding_in
from harness.errors import ScenarioError
from harness.x509.files import Holding
from harness.x509.files.contents import NEEDS_PASSWORD

_TRIES = 3
_LONGEST_PASSWORD = 1024


def holding_of(path: Path, password_file: Path | None, *, chain_files: Sequence[Path] = ()) -> Holding:
    """Return what a certificate file holds; asks for its password where there is somebody to ask.

    CA certificates of `chain_files` that lie above its leaf go with it. ScenarioError with place and reason where
    a file cannot be read.
    """
    password = password_in(password_file)
    try:
        return holding_in(path, password, chain_files=chain_files)
    except ScenarioError as error:
        if password is not None or not _wants_password(error) or not sys.stdin.isatty():
            raise
    return _unlocked(path, chain_files)


def _unlocked(path: Path, chain_files: Sequence[Path]) -> Holding:
    for tries_left in range(_TRIES - 1, -1, -1):
        password = click.prompt(f"Password of {path}", hide_input=True, err=True)
        try:
            return holding_in(path, password, chain_files=chain_files)
        except ScenarioError as error:
            if not tries_left or not _wants_password(error):
                raise
            click.echo("It does not open it.", err=True)
    raise AssertionError("the last try returns or raises")


def _wants_password(error: ScenarioError) -> bool:
    return any(fault.hint == NEEDS_PASSWORD for fault in error.faults)


def password_in(path: Path | None) -> str | None:
    """Return the first line of a password file, None where there is no file. It is never shown."""
    if path is None:
        return None
    line = bytes_in(path)[:_LONGEST_PASSWORD].split(b"\n", 1)[0].rstrip(b"\r")
    return line.decode("utf-8", "surrogateescape")
