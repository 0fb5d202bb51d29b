"""`sip-mtls locate` and `sip-mtls dns`: from a name to an address, and the lab's name server for real clients."""

from __future__ import annotations

import ipaddress
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from random import Random
from textwrap import wrap

import trio
import trio.testing

from harness.actors.finder import spoken
from harness.actors.name_server import Served
from harness.cli.exits import Exit
from harness.cli.giving_out import as_asked, give_out
from harness.cli.terminal import progress, width
from harness.dns.destination import Destination, read_destination
from harness.dns.locate import Behaviour, Located, Policy, Target, Walking, locate, run_walk
from harness.dns.records import Answer, Question
from harness.errors import Fault, ScenarioError
from harness.lab.settings import Lab
from harness.lab.settings.network import HOME_BLOCK
from harness.net.loopback import LoopbackNetwork
from harness.net.memory import MemoryNetwork
from harness.report.json_text import as_json
from harness.run.library import Library
from harness.run.name_server import open_names
from harness.run.option_values import checked_block

_SHOWN_QUERY = 58
_STRIDE = 1000


@dataclass(frozen=True, slots=True)
class Sought:
    """The words of `locate` on the command line. `asker` is the address from which the question comes."""

    name: str
    asker: str
    behaviour: str
    count: int
    lab_file: Path | None
    json_file: Path | None


@dataclass(frozen=True, slots=True)
class WalkWord:
    """What the walk noted: `kind` is its word, one of those on the page of names, `text` a sentence."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class TargetDocument:
    """An address to dial.

    `transport`, `address` and `port` are where; `host` is the name that led there, or the address itself. `priority`
    and `weight` are those of its SRV record, None where none led there. `first` counts the walks in which it came
    first.
    """

    transport: str
    address: str
    port: int
    host: str
    priority: int | None
    weight: int | None
    first: int


@dataclass(frozen=True, slots=True)
class LocatedDocument:
    """Where a name leads.

    `destination` is what the person named, `behaviour` the rules by which it was looked up. `walk` is what was noted on
    the way. `finding` says why there is no target, None where there is one. `walks` is how often the way was walked,
    `targets` are the addresses in the order in which they are tried.
    """

    destination: str
    behaviour: Behaviour
    walk: tuple[WalkWord, ...]
    finding: WalkWord | None
    walks: int
    targets: tuple[TargetDocument, ...]


def locate_name(sought: Sought) -> Exit:
    """Print the walk from a name to its targets, and the share that each of them gets."""
    try:
        destination = read_destination(sought.name)
    except ValueError as error:
        hint = "a SIP URI, a domain, host:port or address:port"
        raise ScenarioError([Fault(sought.name, 0, 0, str(error), hint)]) from None
    policy, subnet = _policy(sought.behaviour), _subnet(sought.asker)
    library = Library(sought.lab_file)
    library.check_zones()
    walks = _Walks(destination, policy, Random(library.healthy.seed))  # noqa: S311  # the same choices again
    clock = trio.testing.MockClock(autojump_threshold=0)
    located, answers = trio.run(_ask, library, walks, subnet, clock=clock)
    shares = _shares(located, answers, walks, sought.count)
    lines = list(_lines(destination, policy, located, shares, sought))
    json = partial(_as_json, destination, policy, located, shares, sought.count)
    give_out(as_asked(sought.json_file, json, lambda: print(*lines, sep="\n")))
    return Exit.NOT_MET if located.finding is not None else Exit.MET


@dataclass(frozen=True, slots=True)
class _Walks:
    """The same walk as often as it is wanted; only chance chooses anew."""

    destination: Destination
    policy: Policy
    chance: Random

    def another(self) -> Walking:
        return locate(self.destination, self.policy, lambda most: self.chance.randint(0, most))


def _policy(behaviour: str) -> Policy:
    """Return how an asker of that behaviour walks; either can use TLS and TCP."""
    return Policy(behaviour=Behaviour(behaviour), transports=("tls", "tcp"), families=("A", "AAAA"))


def _subnet(asker: str) -> str:
    """Return the client subnet that stands for an asker's address, empty for nobody in particular."""
    try:
        return str(ipaddress.ip_network(asker)) if asker else ""
    except ValueError:
        hint = "an address such as 203.0.113.7, or a network such as 203.0.113.0/24"
        raise ScenarioError([Fault("--from", 0, 0, f"'{asker}' is no address", hint)]) from None


async def _ask(library: Library, walks: _Walks, subnet: str) -> tuple[Located, dict[Question, Answer]]:
    async with open_names(library.healthy, library.lab_pki, MemoryNetwork()) as names:
        return await names.finder.drive(walks.another(), subnet)


def _shares(located: Located, answers: dict[Question, Answer], walks: _Walks, count: int) -> dict[Target, int]:
    """Return how often each target came first, the most frequent first."""
    counted: Counter[Target] = Counter(located.targets[:1])
    with progress(count // _STRIDE, "thousand walks") as tick:
        for number in range(1, count):
            counted.update(run_walk(walks.another(), answers.__getitem__).targets[:1])
            if number % _STRIDE == 0:
                tick("")
    rest = {target: 0 for target in located.targets if target not in counted}
    return {**dict(counted.most_common()), **rest}


def _lines(
    destination: Destination, policy: Policy, located: Located, shares: dict[Target, int], sought: Sought
) -> Iterator[str]:
    asker = f", asked from {sought.asker}" if sought.asker else ""
    yield f"{destination.written}, by the way of {policy.behaviour.value}{asker}"
    yield ""
    for note in located.notes:
        yield from wrap(note.text, width(), initial_indent="  ", subsequent_indent="    ", break_on_hyphens=False)
    if located.finding is not None:
        yield ""
        yield from wrap(f"STOPPED at dns: {located.finding.kind}. {located.finding.text}", width())
        return
    yield ""
    yield f"targets{'' if sought.count == 1 else f', and how often each came first in {sought.count} walks'}"
    for target, times in shares.items():
        share = "" if sought.count == 1 else f"{100 * times / sought.count:6.2f} %  "
        yield f"  {share}{spoken(target)}"


def _as_json(destination: Destination, policy: Policy, located: Located, shares: dict[Target, int], count: int) -> str:
    finding = located.finding
    document = LocatedDocument(
        destination=destination.written,
        behaviour=policy.behaviour,
        walk=tuple(WalkWord(note.kind, note.text) for note in located.notes),
        finding=None if finding is None else WalkWord(finding.kind, finding.text),
        walks=count,
        targets=tuple(_target(target, times) for target, times in shares.items()),
    )
    return as_json(document)


def _target(target: Target, first: int) -> TargetDocument:
    return TargetDocument(
        target.transport, target.address, target.port, target.host, target.priority, target.weight, first
    )


# --- the name server for real clients ---


def serve_names(lab_file: Path | None, addresses: str) -> Exit:
    """Keep the lab's name server open until somebody interrupts; print each question as it comes."""
    library = Library(lab_file)
    library.check_zones()
    block = checked_block(addresses) if addresses else HOME_BLOCK
    trio.run(_serve, library, block, restrict_keyboard_interrupt_to_checkpoints=True)
    return Exit.MET


async def _serve(library: Library, block: str) -> None:
    lab = library.healthy
    async with open_names(lab, library.lab_pki, LoopbackNetwork(), block=block, watch=_print_question) as names:
        for line in _greeting(lab, names.address.host, names.address.port):
            print(line, flush=True)
        await trio.sleep_forever()


def _greeting(lab: Lab, host: str, port: int) -> Iterator[str]:
    yield f"The lab's name server answers at {host}, port {port}, UDP and TCP. Ctrl-C ends it."
    yield f"Zones: {', '.join(zone.origin for zone in lab.name_server.zones)}"
    yield ""
    yield "Ask it, for example:"
    yield f"  dig @{host} -p {port} _sips._tcp.example.com SRV"
    yield f"  dig @{host} -p {port} example.com TXT +tcp"
    yield ""


def _print_question(served: Served) -> None:
    reply = served.reply
    asked = reply.question or "(no question)"
    view = f"  view {reply.view}" if reply.view else ""
    print(f"{served.source!s:<22}{served.transport:<5}{asked[:_SHOWN_QUERY]}  {reply.outcome}{view}", flush=True)
