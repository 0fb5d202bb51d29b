"""The workbench of the readers' tests: a small scenario with one part replaced, and the faults found in it."""

from __future__ import annotations

from shipped_library import LIBRARY

from harness.errors import Fault, ScenarioError
from harness.scenario.model import Scenario
from harness.scenario.read import read_scenario

FILE = "own/story.yaml"
SOUND = """\
title: Jabber signs in, but its phone never registers
story: Somebody switched mutual TLS on.
change:
  expressway-e.default-zone.mutual-tls: on
play:
  - jabber: register
expect:
  register: {stopped-at: handshake, by: expressway-e}
  cause: mra-on-mutual-port
"""


def scenario(text: str = SOUND) -> Scenario:
    return read_scenario(text, name="own/story", file=FILE, vocabulary=LIBRARY.vocabulary)


def written(old: str, new: str) -> str:
    """Return the sound scenario with one part replaced; the part must be there."""
    assert SOUND.count(old) == 1
    return SOUND.replace(old, new)


def faults(text: str) -> list[str]:
    """Return every fault of a scenario as `line:column: message | hint`; none where it is sound."""
    try:
        scenario(text)
    except ScenarioError as error:
        return [_shown(fault) for fault in error.faults]
    return []


def _shown(fault: Fault) -> str:
    place = f"{fault.line}:{fault.column}" if fault.file == FILE else str(fault)
    return f"{place}: {fault.message}" + (f" | {fault.hint}" if fault.hint else "")
