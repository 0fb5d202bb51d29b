"""The benchmarks by name: what each measures, in what unit, and the target that it must not exceed."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Final

from benchmarks.bare_pyopenssl import BarePair
from benchmarks.estate import mutual_pair, our_cost
from benchmarks.measuring import Effort, Figure, in_turns, ratio_of
from benchmarks.name_servers import answers_against_nsd, name_server_programs
from benchmarks.openssl_time import openssl_cost, openssl_program
from benchmarks.plays import help_start, memory_play


@dataclass(frozen=True, slots=True)
class Benchmark:
    """`measure` says how much effort is worth; the target is met by a value that is not above it."""

    target: float
    unit: str
    measure: Callable[[Effort], Figure]


def against_pyopenssl(version: str, effort: Effort) -> Figure:
    """CPU of one connection of ours to that of the same handshake by bare pyOpenSSL."""
    pair, connections = mutual_pair(version), effort.connections
    bare = BarePair(pair)
    medians = in_turns(lambda: our_cost(pair, connections), lambda: bare.cost(connections), effort.repetitions)
    return ratio_of(medians, "pyOpenSSL")


def against_openssl(version: str, effort: Effort) -> Figure:
    """CPU of one connection of ours to that of one between two openssl programs; no value without them."""
    program = openssl_program()
    if program is None:
        return Figure(None, "there is no openssl on the PATH")
    pair = mutual_pair(version)
    medians = in_turns(
        lambda: our_cost(pair, effort.connections),
        lambda: openssl_cost(program, pair, effort.dialling_seconds),
        effort.repetitions,
    )
    return ratio_of(medians, "openssl")


def names_against_nsd(effort: Effort) -> Figure:
    """Answers of nsd to one of the lab's name server; no value without nsd and dnsperf."""
    programs = name_server_programs()
    if programs is None:
        return Figure(None, "nsd and dnsperf are not both installed")
    return answers_against_nsd(programs, effort.repetitions, effort.dialling_seconds)


BENCHMARKS: Final[Mapping[str, Benchmark]] = {
    "handshake-vs-pyopenssl-tls1.2": Benchmark(2.0, "times", partial(against_pyopenssl, "1.2")),
    "handshake-vs-pyopenssl-tls1.3": Benchmark(2.0, "times", partial(against_pyopenssl, "1.3")),
    "handshake-vs-openssl-tls1.2": Benchmark(1.3, "times", partial(against_openssl, "1.2")),
    "handshake-vs-openssl-tls1.3": Benchmark(1.3, "times", partial(against_openssl, "1.3")),
    "name-server-vs-nsd": Benchmark(30.0, "times", names_against_nsd),
    "memory-play-cpu-ms": Benchmark(50.0, "ms", memory_play),
    "help-vs-python": Benchmark(5.0, "times", help_start),
}
