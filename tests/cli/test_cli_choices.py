"""Words of the command line come from the tables that run, and cost nothing before they are needed."""

from __future__ import annotations

import subprocess
import sys

import click
import pytest
from click.testing import CliRunner

from harness.cli.certificates.group import certs
from harness.cli.commands import commands
from harness.lab.certificate_roles import CERTIFICATE_ROLES
from harness.lab.releases import NEWEST, RELEASE_NAMES, RELEASES
from harness.probe.roles import ROLES

LIGHT = "import sys; from harness.cli.commands import commands; {}; print(*sys.modules)"


def option(group: click.Group, command: str, name: str) -> click.Option:
    found = next(each for each in group.commands[command].params if each.name == name)
    assert isinstance(found, click.Option)
    return found


@pytest.mark.parametrize("command", ["check", "diff", "plan"])
def test_a_certificate_command_offers_every_certificate_role_and_no_other(command: str) -> None:
    kind = option(certs, command, "role").type
    assert isinstance(kind, click.Choice)
    assert kind.choices == tuple(CERTIFICATE_ROLES)


def test_the_releases_of_types_and_table_are_the_same() -> None:
    assert tuple(RELEASES) == RELEASE_NAMES
    assert RELEASE_NAMES[-1] == NEWEST


def test_probe_offers_every_role() -> None:
    kind = option(commands, "probe", "role").type
    assert isinstance(kind, click.Choice)
    assert kind.choices == tuple(ROLES)


def test_a_word_that_is_in_no_table_is_refused_with_those_that_are() -> None:
    told = CliRunner().invoke(commands, ["certs", "check", "--role", "nobody", "file.pem"]).output
    assert all(name in told for name in CERTIFICATE_ROLES)


@pytest.mark.parametrize("words", [["--help"], ["certs", "check", "--help"], ["probe", "--help"], ["run", "--help"]])
def test_help_imports_nothing_slow(words: list[str]) -> None:
    asked = f"commands({words!r}, standalone_mode=False)"
    told = subprocess.run([sys.executable, "-c", LIGHT.format(asked)], capture_output=True, text=True, check=True)
    imported = set(told.stdout.splitlines()[-1].split())
    assert "click" in imported
    assert imported & {"pydantic", "cryptography", "trio", "OpenSSL", "dns.name"} == set()
