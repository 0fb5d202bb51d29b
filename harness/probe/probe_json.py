"""A probe as JSON, for programs: a stable shape in which new keys may come, within a version.

The outermost object has `schema` (name and version), `target`, `as`, `started`, `result` (`gets_through`, `let_in`,
`trusts_port`, `knows_port`: true, false, or null where nobody can say), `stages`, `verdict` with every field of
`harness.verdict.Verdict`, and `card`, null where the name led nowhere.
"""

from __future__ import annotations

import json
from base64 import b64encode
from dataclasses import asdict
from typing import Any

from harness.probe.card import PortCard
from harness.probe.notes import notes_of
from harness.probe.probing import Probe
from harness.probe.stages import stage_lines
from harness.probe.trials import Trial

SCHEMA = {"name": "sip-mtls probe", "version": 1}


def probe_as_json(probe: Probe) -> str:
    """Return a probe as JSON text in ASCII."""
    order = probe.order
    document = {
        "schema": SCHEMA,
        "target": order.destination.written,
        "as": order.role.name,
        "started": order.started.isoformat(timespec="seconds"),
        "interrupted": probe.interrupted,
        "result": {
            "gets_through": probe.gets_through,
            "let_in": probe.let_in,
            "trusts_port": probe.trusts_port,
            "knows_port": probe.knows_port,
            "understood": probe.was_understood,
        },
        "trust": order.kit.trust,
        "stages": dict(stage_lines(probe)),
        "verdict": asdict(probe.verdict),
        "card": None if probe.card is None else _card(probe.card),
    }
    return json.dumps(document, indent=2, sort_keys=True) + "\n"


def _card(card: PortCard) -> dict[str, Any]:
    path = card.path
    return {
        "place": str(card.place),
        "tls_versions": dict(card.versions),
        "client_certificate": {version: demand and demand.value for version, demand in card.demands.items()},
        "authorities": card.authorities,
        "chain": [b64encode(der).decode("ascii") for der in card.chain],
        "chain_findings": [finding.sentence for finding in path.findings] if path else [],
        "names": card.names,
        "opinions": [asdict(opinion) for opinion in card.opinions],
        "unreliable": asdict(card.reliability) if card.reliability else None,
        "turned_away": card.turned_away,
        "trials": [_trial(trial) for trial in card.trials],
        "notes": list(notes_of(card)),
    }


def _trial(trial: Trial) -> dict[str, Any]:
    return {
        "connection": trial.connection,
        "shows": trial.shows.value,
        "offered": list(trial.offered),
        "tls_version": trial.version,
        "came": trial.came.value,
        "asked": trial.asked,
        "late": trial.late,
        "alert": trial.alert,
        "session_tickets": trial.tickets,
        "client_hello_bytes": trial.hello,
        "spoke": trial.spoke,
    }
