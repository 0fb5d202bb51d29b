"""The commands. Each reads its words, calls the stage, prints a report and names an exit code."""

from __future__ import annotations

import sys
from typing import TYPE_CHECKING

import click

from harness import __version__
from harness.cli.certificates.group import certs
from harness.cli.choices import BEHAVIOUR, NETWORK, PROBE_ROLE, TLS_VERSION, Choice
from harness.cli.exits import MEANINGS, Exit
from harness.cli.exports import Exports, export_options
from harness.cli.paths import FILE, FOLDER

if TYPE_CHECKING:
    from pathlib import Path

_EPILOG = "Exit codes: " + "; ".join(f"{code.value} {meaning}" for code, meaning in MEANINGS.items()) + "."


_LOG = click.option(
    "--log",
    type=Choice(["expressway"]),
    help="Show nothing but the log that the Expressways would have written, marked as simulated.",
)


@click.group(epilog=_EPILOG, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(__version__, prog_name="sip-mtls")
def commands() -> None:
    """Play SIP over mutual TLS against a simulated Expressway and Webex cloud.

    A scenario changes one thing in a healthy lab and plays a short story over real TLS. The verdict says where
    it stopped, who refused whom, why, and what to fix.
    """


@commands.command("run")
@click.argument("asked", nargs=-1, metavar="[ID, FILE or FOLDER]...")
@click.option("--tls", multiple=True, type=TLS_VERSION, help="Only this TLS version; may be given twice.")
@click.option(
    "--network",
    type=NETWORK,
    default="loopback",
    show_default=True,
    help="Real sockets in 127.0.0.0/8, or the same actors in memory under a virtual clock.",
)
@click.option("--lab", "lab_file", type=FILE, help="Another healthy lab than the one that comes with sip-mtls.")
@click.option("--addresses", metavar="127.A.B", default="", help="The lab's addresses: 127.A.B.10 and so on.")
@click.option("--at", metavar="DATE", default="", help="Set the whole lab to this day, such as 2027-03-15.")
@click.option(
    "--out",
    "out_folder",
    type=FOLDER,
    help="Write each play's transcript, ladder, key log and certificates below this folder.",
)
@export_options
@click.option("--ladder/--no-ladder", default=None, help="Show each play in full; by default where few are played.")
@_LOG
def run_command(  # noqa: PLR0913, PLR0917  # one parameter an option, which click passes by name
    asked: tuple[str, ...],
    tls: tuple[str, ...],
    network: str,
    lab_file: Path | None,
    addresses: str,
    at: str,
    out_folder: Path | None,
    ladder: bool | None,  # click calls it by name
    log: str | None,
    **exports: Path | None,
) -> None:
    """Play scenarios: all of them, or those with these ids (B02, mra, b2b/b02-...), files or folders."""
    from harness.cli.running import Wanted, run  # noqa: PLC0415

    wanted = Wanted(
        asked, tls or ("1.2", "1.3"), network, lab_file, addresses, out_folder, ladder, at, log,
        Exports(**exports),
    )  # fmt: skip
    sys.exit(run(wanted))


@commands.command("list")
@click.option("--settings", "what", flag_value="settings", help="Every setting that a scenario can change.")
@click.option("--steps", "what", flag_value="steps", help="What each actor can be told to do.")
@click.option("--causes", "what", flag_value="causes", help="Every cause that a verdict can name.")
@click.option("--faults", "what", flag_value="faults", help="Every fault that a certificate can have.")
@click.option("--dns-faults", "what", flag_value="dns-faults", help="Every fault that DNS can have.")
def list_command(what: str | None) -> None:
    """List the scenarios, or the words that they are made of."""
    from harness.cli.showing import list_words  # noqa: PLC0415

    list_words(what or "scenarios")


@commands.command("show")
@click.argument("asked", metavar="ID or FILE")
def show_command(asked: str) -> None:
    """Show a scenario: its story, what it changes, the play, and what is expected."""
    from harness.cli.showing import show_scenario  # noqa: PLC0415

    show_scenario(asked)


@commands.command("judge")
@click.argument("file", type=FILE)
@click.option("--keys", multiple=True, type=FILE, help="A key log that opens TLS in a capture.")
@click.option("--decode", "decoded", multiple=True, metavar="PORT=KIND", help="What a port speaks: tls, sip or http.")
@click.option("--who", multiple=True, metavar="ACTOR=ADDRESS", help="Which part an address of a capture is.")
@export_options
@_LOG
def judge_command(  # one parameter an option, which click passes by name
    file: Path,
    keys: tuple[Path, ...],
    decoded: tuple[str, ...],
    who: tuple[str, ...],
    log: str | None,
    **exports: Path | None,
) -> None:
    """Judge a saved transcript again, or each connection and call of a capture: pcap or pcapng, gzip too."""
    from harness.cli.judging import judge_file  # noqa: PLC0415

    sys.exit(judge_file(file, Exports(**exports), log, (keys, decoded, who)))


@commands.command("explain")
@click.argument("words", nargs=-1, metavar="[TEXT... | FILE | -]")
@click.option("--json", "json_file", type=FILE, help="Write what it means as JSON; - for standard output.")
def explain_command(words: tuple[str, ...], json_file: Path | None) -> None:
    """Explain a log line, a TLS alert, an error, an alarm, a SIP answer or a transcript.

    Says what it means, who refused whom, at which stage, the candidate causes, and what tells them apart. Text of many
    lines, such as a log on standard input, is explained line by line and then as a whole. The exit code is 1 where
    nothing in it is known.
    """
    from harness.cli.explaining import explain_words  # noqa: PLC0415

    sys.exit(explain_words(words, json_file))


@commands.command("demo")
@click.argument("lesson", type=Choice(["mra"]), default="mra")
@click.option("--network", type=NETWORK, default="loopback", show_default=True)
@click.option("--html", "html_file", type=FILE, help="Write the lesson as one HTML page, to project in a meeting.")
def demo_command(lesson: str, network: str, html_file: Path | None) -> None:
    """Show a lesson: why MRA breaks on a mutual-TLS port, side by side in TLS 1.2 and 1.3."""
    from harness.cli.lessons import show_lesson  # noqa: PLC0415

    sys.exit(show_lesson(lesson, network, html_file))


@commands.command("locate")
@click.argument("name", metavar="NAME")
@click.option("--from", "asker", metavar="ADDRESS", default="", help="Where the question comes from, for geo DNS.")
@click.option(
    "--behaviour",
    type=BEHAVIOUR,
    default="rfc3263",
    show_default=True,
    help="RFC 3263 to the letter, or Expressway's own way.",
)
@click.option(
    "--count",
    type=click.IntRange(1, 1_000_000),
    default=1,
    help="Repeat the lookup N times, and show how often each target came first.",
)
@click.option("--lab", "lab_file", type=FILE, help="Another lab than the one that comes with sip-mtls.")
@click.option("--json", "json_file", type=FILE, help="Write walk and targets as JSON; - for standard output.")
def locate_command(
    name: str, asker: str, behaviour: str, count: int, lab_file: Path | None, json_file: Path | None
) -> None:
    """Find where a SIP URI, a domain, host:port or address:port leads in the lab's DNS, step by step."""
    from harness.cli.naming import Sought, locate_name  # noqa: PLC0415

    sys.exit(locate_name(Sought(name, asker, behaviour, count, lab_file, json_file)))


@commands.command("dns")
@click.option("--lab", "lab_file", type=FILE, help="Another lab than the one that comes with sip-mtls.")
@click.option("--addresses", metavar="127.A.B", default="", help="The lab's addresses, 127.64.0 by default.")
def dns_command(lab_file: Path | None, addresses: str) -> None:
    """Keep the lab's name server open, so that dig and other real clients can ask it."""
    from harness.cli.naming import serve_names  # noqa: PLC0415

    sys.exit(serve_names(lab_file, addresses))


@commands.command("probe")
@click.argument("target", metavar="TARGET")
@click.option(
    "--as",
    "role",
    type=PROBE_ROLE,
    default="probe",
    show_default=True,
    help="Whom to stand for: what is shown, which names are looked for, and what counts.",
)
@click.option("--cert", "certificate", type=FILE, help="The client certificate to show, with its chain.")
@click.option("--key", type=FILE, help="Its private key, where that is in a file of its own.")
@click.option("--password-file", type=FILE, help="The password of --cert, in the first line of a file.")
@click.option("--ca", "authorities", multiple=True, type=FILE, help="CAs to trust, instead of this machine's.")
@click.option("--name", "names", multiple=True, help="A name to look for in the certificate, instead of the role's.")
@click.option("--sni", "server_name", metavar="NAME", default="", help="The server name to ask for, by SNI.")
@click.option("--resolver", metavar="ADDRESS", default="", help="The name server to ask, instead of this machine's.")
@click.option(
    "--within",
    type=click.FloatRange(0.1, 120),
    default=5,
    show_default=True,
    help="Seconds for TCP, for the handshake, and for an answer, each.",
)
@click.option(
    "--pace",
    type=click.FloatRange(0, 3600),
    default=1,
    show_default=True,
    help="Seconds from one connection to the next, outside this machine.",
)
@click.option("--ladder", is_flag=True, help="Show every message too.")
@click.option("--json", "json_file", type=FILE, help="Write the probe as JSON; - for standard output.")
@click.option("--out", "out_folder", type=FOLDER, help="Write transcript, key log, ladder and certificates there.")
def probe_command(  # noqa: PLR0913, PLR0917  # one parameter an option, which click passes by name
    target: str,
    role: str,
    certificate: Path | None,
    key: Path | None,
    password_file: Path | None,
    authorities: tuple[Path, ...],
    names: tuple[str, ...],
    server_name: str,
    resolver: str,
    within: float,
    pace: float,
    ladder: bool,  # click calls it by name
    json_file: Path | None,
    out_folder: Path | None,
) -> None:
    """Ask a port of real gear what it wants, what it shows and who gets in.

    TARGET is host:port, [v6]:port, a sip: or sips: URI, or a domain, which is looked up in DNS. Only that host is
    dialled, one connection at a time.
    """
    from harness.cli.probing import Pointed, probe_port  # noqa: PLC0415

    sys.exit(
        probe_port(
            Pointed(
                target,
                role,
                certificate,
                key,
                password_file,
                authorities,
                names,
                server_name,
                resolver,
                within,
                pace,
                ladder,
                json_file,
                out_folder,
            )
        )
    )


@commands.command("serve")
@click.argument("word", metavar="[SCENARIO or LAB]", default="")
@click.option("--addresses", metavar="127.A.B", default="", help="The lab's addresses, 127.64.0 by default.")
@click.option("--bind", metavar="ADDRESS", default="", help="Open every port at this address too; read the warning.")
@click.option("--out", "folder", type=FOLDER, help="Write the certificates here, and leave them at the end.")
@click.option("--force", is_flag=True, help="Replace a folder of certificates that was made before.")
@click.option(
    "--idle",
    metavar="SECONDS",
    type=click.FloatRange(1, 86400),
    default=1800,
    show_default=True,
    help="Idle timeout in seconds: a client that is silent for longer is disconnected.",
)
@click.option("--ladder", is_flag=True, help="Show the ladder of each connection.")
def serve_command(  # one parameter an option, which click passes by name
    word: str,
    addresses: str,
    bind: str,
    folder: Path | None,
    force: bool,  # click calls it by name
    idle: float,
    ladder: bool,  # click calls it by name
) -> None:
    """Keep the lab open for real clients; say of each connection how it went, and why."""
    from harness.cli.serving import Wanted, serve_lab  # noqa: PLC0415

    sys.exit(serve_lab(Wanted(word, addresses, bind, folder, force, idle, ladder)))


@commands.command("schema")
@click.argument("name", metavar="[NAME]", default="")
def schema_command(name: str) -> None:
    """Print the JSON Schema of a scenario file or of a JSON that sip-mtls writes; without NAME, list them."""
    from harness.cli.schemas import print_schema  # noqa: PLC0415

    print_schema(name)


commands.add_command(certs)

__all__ = ["Exit", "commands"]
