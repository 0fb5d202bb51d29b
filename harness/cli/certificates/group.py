"""The commands below `certs`: their words. What they do is imported when one of them runs."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING, Any

import click

from harness.cli.choices import CERTIFICATE_ROLE, RELEASE, TLS_VERSION, newest_release
from harness.cli.paths import FILE, FOLDER

if TYPE_CHECKING:
    from pathlib import Path

_AT = click.option("--at", metavar="DATE", default="", help="The day to judge for, as 2027-03-15; today by default.")
_PASSWORD = click.option(
    "--password-file",
    type=FILE,
    help="A file whose first line is the password of the PKCS#12 file or key; asked for on a terminal without it.",
)
_TRUST = click.option(
    "--trust",
    "trust_files",
    multiple=True,
    type=FILE,
    help="The Trusted CA list of the Expressway, as a file; may be given several times.",
)
_RELEASE = click.option(
    "--release",
    type=RELEASE,
    default=newest_release,
    show_default="the newest",
    help="The release of the Expressways.",
)
_CHAIN = click.option(
    "--chain",
    "chain_files",
    multiple=True,
    type=FILE,
    help="CA certificates above the two, where their files have none; may be given several times.",
)
_PEERS_TRUST = click.option(
    "--trust",
    "trust_files",
    multiple=True,
    type=FILE,
    help="CA certificates that the peers trust besides the root of the old one; may be given several times.",
)
_JSON = click.option("--json", "json_file", type=FILE, help="Write it as JSON; - for standard output.")


@click.group("certs")
def certs() -> None:
    """Look at certificate files: show them, check them by rules, make those of the lab."""


@certs.command("show")
@click.argument("file", type=FILE)
@click.option(
    "--name",
    "names",
    multiple=True,
    help="A name that a peer looks for; may be given several times. By default those that the lab's links look for.",
)
@_TRUST
@_PASSWORD
@_AT
@_JSON
def show_command(**words: Any) -> None:
    """Show what each link will see in a certificate: names, chain, usages, dates, and what name policies say."""
    from harness.cli.certificates.showing import Shown, show_certificate  # noqa: PLC0415

    sys.exit(show_certificate(Shown(**words)))


@certs.command("check")
@click.argument("file", type=FILE)
@click.option("--role", required=True, type=CERTIFICATE_ROLE, help="Where it will serve.")
@_RELEASE
@_TRUST
@click.option("--domain", "domains", multiple=True, help="A domain of the organisation: MRA, SIP, verified.")
@click.option("--name", "names", multiple=True, help="A name that must be in it: FQDN, cluster, phone profile.")
@_PASSWORD
@_AT
@_JSON
@click.option("--sarif", type=FILE, help="Write it as SARIF 2.1.0; - for standard output.")
def check_command(**words: Any) -> None:
    """Check a certificate by the rules of docs/certificate-rules.md; 1 where one of level error fires."""
    from harness.cli.certificates.checking import Checked, check_certificate  # noqa: PLC0415

    sys.exit(check_certificate(Checked(**words)))


@certs.command("diff")
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@click.option("--role", required=True, type=CERTIFICATE_ROLE, help="Where it serves.")
@click.option("--release", "releases", multiple=True, type=RELEASE, help="Only this release.")
@click.option("--tls", multiple=True, type=TLS_VERSION, help="Only this TLS version.")
@click.option(
    "--scenario",
    "scenarios",
    multiple=True,
    metavar="ID, FILE or FOLDER",
    help="Only these stories: an id, a row, a family, a file, a folder; may be given several times.",
)
@click.option("--lab", "lab_file", type=FILE, help="Another healthy lab than the one that comes with sip-mtls.")
@click.option("--ladder", is_flag=True, help="Show the plays behind each story that changes, with both certificates.")
@click.option(
    "--out",
    "out_folder",
    type=FOLDER,
    help="Write those plays below this folder: transcript, ladder, key log and certificates.",
)
@_CHAIN
@_PEERS_TRUST
@_PASSWORD
@_AT
@_JSON
def diff_command(**words: Any) -> None:
    """Play every story with the old and with the new certificate, and print which calls stop working.

    1 where something breaks, or where a story that works in the healthy lab works with neither.
    """
    from harness.cli.certificates.comparing import Compared, compare_certificates  # noqa: PLC0415

    sys.exit(compare_certificates(Compared(**words)))


@certs.command("matrix")
@click.option("--release", "releases", multiple=True, type=RELEASE, help="Only this release.")
@_AT
@_JSON
def matrix_command(**words: Any) -> None:
    """Play every extended key usage in every store of both Expressways, and show which link takes it."""
    from harness.cli.certificates.tabulating import Tabulated, tabulate_usages  # noqa: PLC0415

    sys.exit(tabulate_usages(Tabulated(**words)))


@certs.command("plan")
@click.argument("old", type=FILE)
@click.argument("new", type=FILE)
@click.option("--role", required=True, type=CERTIFICATE_ROLE, help="Where it serves.")
@click.option(
    "--also",
    multiple=True,
    type=(CERTIFICATE_ROLE, FILE, FILE),
    metavar="ROLE OLD NEW",
    help="Another certificate that changes with it; may be given several times.",
)
@_RELEASE
@click.option(
    "--upgrade-to",
    type=RELEASE,
    help="The release to which both Expressways are upgraded on the way; without it the newest, where that helps.",
)
@click.option("--stay", is_flag=True, help="Plan no upgrade.")
@_CHAIN
@_PEERS_TRUST
@_PASSWORD
@_AT
@_JSON
def plan_command(**words: Any) -> None:
    """Find an order of steps in which nothing breaks while certificates change, or prove that there is none.

    1 where there is none, or where a link that works in the healthy lab had to be left out.
    """
    from harness.cli.certificates.planning import Planned, plan_change  # noqa: PLC0415

    sys.exit(plan_change(Planned(**words)))


@certs.command("make")
@click.argument("folder", type=FOLDER, metavar="DIR")
@click.option("--profile", "profiles", multiple=True, help="A role of certs/leaves.yaml; all of them by default.")
@click.option("--fault", "faults", multiple=True, help="A fault of certs/faults.yaml that each certificate gets.")
@click.option("--at", metavar="DATE", default="", help="The day on which they are issued; today by default.")
@click.option("--force", is_flag=True, help="Replace a folder that this command made before.")
def make_command(folder: Path, profiles: tuple[str, ...], faults: tuple[str, ...], at: str, force: bool) -> None:
    """Write the lab's certificates, chains, keys and trust lists to a new folder. They are for tests only."""
    from harness.cli.certificates.making import Made, make_certificates  # noqa: PLC0415

    sys.exit(make_certificates(Made(folder, profiles, faults, at, force)))
