"""The picture of the lab: where each actor stands, and who dialled whom on which port."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from typing import Any

from harness.inert import inert
from harness.lab.actors import ACTORS
from harness.report.outcome import PlayOutcome
from harness.report.wording import actor_names
from harness.transcript import Transcript

_PLACES = {actor.key: actor.at for actor in sorted(ACTORS.values(), key=lambda actor: actor.at)}
"""Left the Internet, in the middle the edge, right the inside, as network drawings have it."""

_NODES_AT, _NODE_ROWS = 600, range(34, 260, 44)
"""Other nodes of the edge stand above Expressway-E, one below the other."""


def estate(outcomes: Sequence[PlayOutcome]) -> dict[str, Any]:
    """Return the picture: `places` (actor, name, x, y) and `lines` (dialler, listener, ports) between places.

    Lines are the connections of the plays that completed: what the lab does where nothing is wrong. Where none did,
    they are those of all plays, and `title` says so.
    """
    completed = any(outcome.verdict.stopped is None for outcome in outcomes)
    names: dict[str, str] = {}
    seen: set[str] = set()
    ports: dict[tuple[str, str], set[int]] = defaultdict(set)
    for outcome in outcomes:
        names |= {inert(actor): name for actor, name in actor_names(outcome.transcript).items()}
        for dialler, listener, port in dialled(outcome.transcript):
            seen |= {dialler, listener}
            if outcome.verdict.stopped is None or not completed:
                ports[dialler, listener].add(port)
    places = _placed(names, seen)
    order = {place[0]: number for number, place in enumerate(places)}
    lines = [[order[one], order[other], sorted(found)] for (one, other), found in ports.items()]
    title = "who dials whom, on which port" + (", in the plays that completed" if completed else "")
    return {"title": title, "places": places, "lines": sorted(lines)}


def dialled(transcript: Transcript) -> list[tuple[str, str, int]]:
    """Return who dialled whom on which nominal port, each once; only what somebody took."""
    known = {card.name for card in transcript.actors}
    took = (each for each in transcript.connections if {each.dialler, each.listener} <= known)
    dials = ((inert(each.dialler), inert(each.listener), each.target.port) for each in took)
    return list(dict.fromkeys(dial for dial in dials if dial[0] != dial[1]))


def _placed(names: dict[str, str], seen: set[str]) -> list[list[Any]]:
    """Return a place for each actor that takes part; whoever the table does not name is a node of the edge."""
    others = sorted(name for name in names if name not in _PLACES and name in seen)
    nodes = {name: (_NODES_AT, row) for name, row in zip(others, _NODE_ROWS, strict=False)}
    places = {name: at for name, at in _PLACES.items() if name in names} | nodes
    return [[name, names[name], *at] for name, at in places.items()]
