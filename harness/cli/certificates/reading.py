"""The files, days and passwords that the commands below `certs` are given."""

from __future__ import annotations

import re
import sys
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path

import click

from harness.errors import Fault, ScenarioError
from harness.pki.holdings import Holding, completed, read_holding, read_trust_list
from harness.pki.holdings.contents import NEEDS_PASSWORD
from harness.pki.holdings.holding import MAX_FILE_BYTES

_DAY = re.compile(r"\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2})?Z?)?", re.ASCII)
_TRIES = 3
_LONGEST_PASSWORD = 1024


def holding_of(path: Path, password_file: Path | None, *, chain_files: Sequence[Path] = ()) -> Holding:
    """Return what a certificate file holds; asks for its password where there is somebody to ask.

    CA certificates of `chain_files` that lie above its leaf go with it. ScenarioError with place and reason where
    a file cannot be read.
    """
    authorities, _notes = trust_of(chain_files)
    return completed(_holding_of(path, password_file), authorities or ())


def _holding_of(path: Path, password_file: Path | None) -> Holding:
    data, password = _bytes_of(path), password_in(password_file)
    try:
        return read_holding(data, str(path), password=password)
    except ScenarioError as error:
        if password is not None or not _wants_password(error) or not sys.stdin.isatty():
            raise
    return _unlocked(data, path)


def _unlocked(data: bytes, path: Path) -> Holding:
    for tries_left in range(_TRIES - 1, -1, -1):
        password = click.prompt(f"Password of {path}", hide_input=True, err=True)
        try:
            return read_holding(data, str(path), password=password)
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
    line = _bytes_of(path)[:_LONGEST_PASSWORD].split(b"\n", 1)[0].rstrip(b"\r")
    return line.decode("utf-8", "surrogateescape")


def trust_of(paths: Sequence[Path]) -> tuple[tuple[bytes, ...] | None, tuple[str, ...]]:
    """Return the certificates (DER) of trust lists, None where there is no list, and notes about them."""
    lists = [read_trust_list(_bytes_of(path), str(path)) for path in paths]
    certificates = dict.fromkeys(der for each in lists for der in each.certificates)
    notes = tuple(f"{path}: {note}" for path, each in zip(paths, lists, strict=True) for note in each.notes)
    return (tuple(certificates) if paths else None), notes


def day_of(text: str) -> datetime:
    """Return a day, at its noon in UTC where no time is given; now where the text is empty."""
    if not text:
        return datetime.now(UTC)
    try:
        moment = datetime.fromisoformat(text.removesuffix("Z") if _DAY.fullmatch(text) else "")
    except ValueError:
        problem = f"'{text}' is no day"
        raise ScenarioError([Fault("--at", 0, 0, problem, "write it as 2027-03-15, or 2027-03-15T12:00")]) from None
    return moment.replace(tzinfo=UTC, hour=moment.hour if "T" in text else 12)


def _bytes_of(path: Path) -> bytes:
    """Return a file's bytes; of one that is too large as many as show that it is."""
    try:
        with path.open("rb") as file:
            return file.read(MAX_FILE_BYTES + 1)
    except OSError as error:
        problem = f"cannot be read: {error.strerror}"
        raise ScenarioError([Fault(str(path), 0, 0, problem, "check the path and its rights")]) from None
