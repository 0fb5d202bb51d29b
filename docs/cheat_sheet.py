"""The cheat sheet: commands by what somebody wants to do. A test parses each line; commands without one come last."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from itertools import chain

import click

TASKS: Mapping[str, Mapping[str, str]] = {
    "Learn": {
        "sip-mtls demo mra": "why MRA breaks on a mutual TLS port, side by side",
        "sip-mtls demo mra --html lesson.html": "the same as a page for a projector",
        "sip-mtls list": "every scenario, by the rows of the catalogue",
        "sip-mtls show M02": "what a scenario changes, on which screen, and how it must end",
        "sip-mtls list --causes": "what a verdict can name as the cause",
    },
    "Play": {
        "sip-mtls run": "every scenario, on real sockets",
        "sip-mtls run M02 --tls 1.3": "one scenario in full, verdict and ladder",
        "sip-mtls run mra b2b": "families",
        "sip-mtls run my-lab/": "a folder of your own",
        "sip-mtls run --network memory": "in memory under a virtual clock: milliseconds",
        "sip-mtls run trust --at 2021-09-30": "the whole lab as of a day",
        "sip-mtls run --lab our-lab.yaml I01 O01 M01": "against a lab of your own",
    },
    "Keep and show": {
        "sip-mtls run --html run.html": "one page of the whole run, opens without a network",
        "sip-mtls run --json run.json --junit run.xml": "for programs and for CI",
        "sip-mtls schema run": "the JSON Schema of what --json writes",
        "sip-mtls run M02 --out out": "transcript, ladder, key log and certificates as files",
        "sip-mtls run M02 --log expressway": "the log that the Expressways would have written",
        "sip-mtls run M02 --pcap m02.pcapng": "every packet for Wireshark, the secrets inside",
        "sip-mtls run M02 --mermaid m02.md --plantuml m02.puml": "the ladder as a diagram for a wiki",
        "sip-mtls run --sarif run.sarif": "what was not as expected, for the pages of a code host",
        "sip-mtls judge out/mra/m02-mutual-tls-on-the-default-zone-tls1.3/transcript.json": "judge a kept play again",
    },
    "Explain": {
        "sip-mtls explain unknown ca": "what an alert means, who refused whom, and what tells the causes apart",
        "sip-mtls explain 40068": "an alarm of Expressway",
        "sip-mtls explain -": "a log on standard input, line by line and then as a whole",
    },
    "Write": {
        "sip-mtls list --settings": "every setting, with its value in the healthy lab",
        "sip-mtls list --steps": "what each actor can be told to do",
        "sip-mtls list --faults": "what can be wrong with a certificate",
        "sip-mtls list --dns-faults": "what can be wrong in DNS",
        "sip-mtls schema scenario": "the JSON Schema of scenario files, for an editor",
    },
    "Certificates": {
        "sip-mtls certs show new.pem --name example.com": "what each link sees in it",
        "sip-mtls certs check new.pem --role expressway-e-server --release x15.5 --domain example.com": (
            "which rules it breaks, and who minds"
        ),
        "sip-mtls certs diff old.pem new.pem --role expressway-e-server": "which calls break when it is changed",
        "sip-mtls certs matrix": "which link takes which extended key usage",
        "sip-mtls certs plan old.pem new.pem --role expressway-e-server": "an order of steps in which nothing breaks",
        "sip-mtls certs make pki --fault expired": "the lab's own certificates as files, for other programs",
    },
    "Names": {
        "sip-mtls locate sip:anna@example.com --behaviour expressway": "where a name leads, step by step",
        "sip-mtls locate geo.example.com --from 203.0.113.7": "as somebody in that network sees it",
        "sip-mtls dns": "keep the lab's name server open, for dig",
    },
    "Real clients": {
        "sip-mtls serve": "the lab stays open for openssl, curl, baresip…, with a verdict on each connection",
        "sip-mtls serve M02 --ladder": "the lab of a scenario, with the ladder of each connection",
    },
    "Real gear": {
        "sip-mtls probe edge.example.com:5061 --as b2b-peer": "what a port wants, shows, and lets in",
    },
}
"""Command lines by what they are for."""


def cheat_sheet_page(commands: click.Group, note: str) -> Iterator[str]:
    """Yield the page of commands by task."""
    yield from ("# Cheat sheet", "", note, "")
    yield (
        "The commands by what you want to do. [commands.md](commands.md) has every option and the exit codes: 0 as "
        "expected, 1 not, 2 wrong input, 3 no lab."
    )
    for task, lines in TASKS.items():
        yield from _task(task, lines)
    used = {command_of(commands, line.split())[0] for line in chain(*TASKS.values())}
    rest = {name: command for name, command in every_command(commands) if name not in used}
    if rest:
        yield from _task("More", {f"sip-mtls {name}": _first_sentence(command) for name, command in rest.items()})


def _task(task: str, lines: Mapping[str, str]) -> Iterator[str]:
    yield from ("", f"## {task}", "", "| command | for |", "|---|---|")
    yield from (f"| `{line}` | {meaning} |" for line, meaning in lines.items())


def command_of(group: click.Group, words: list[str]) -> tuple[str, click.Command, list[str]]:
    """Return the command that a line calls, by name, and the words that are left for it; KeyError for none."""
    _, name, *rest = words
    command = group.commands[name]
    if isinstance(command, click.Group):
        return f"{name} {rest[0]}", command.commands[rest[0]], rest[1:]
    return name, command, rest


def every_command(group: click.Group) -> Iterator[tuple[str, click.Command]]:
    """Yield every command that does something, by its name."""
    for name, command in group.commands.items():
        if isinstance(command, click.Group):
            yield from ((f"{name} {inner}", each) for inner, each in command.commands.items())
        else:
            yield name, command


def _first_sentence(command: click.Command) -> str:
    return " ".join((command.help or "").split("\n\n")[0].split()).partition(". ")[0].rstrip(".")
