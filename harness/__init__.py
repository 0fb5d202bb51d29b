"""A SIP/TLS mutual-authentication test harness: a hybrid-calling estate on one machine.

What stands in `__all__` is the API for programs; docs/api.md shows it in use. Each name is imported when it is first
asked for, so `import harness` costs nothing.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from harness.api.certificate_values import Change, Check
    from harness.api.certificates import check_certificate, compare_certificates, write_certificates
    from harness.api.labs import LabInThread, RunningLab, open_lab, open_lab_in_thread
    from harness.api.played import Play
    from harness.api.plays import explain, judge, play
    from harness.api.probes import probe_port
    from harness.errors import LabError, ScenarioError
    from harness.probe.probing import Probe
    from harness.transcript import Transcript
    from harness.verdict import Reading, Verdict

__version__ = "0.1.0"

__all__ = [
    "Change",
    "Check",
    "LabError",
    "LabInThread",
    "Play",
    "Probe",
    "Reading",
    "RunningLab",
    "ScenarioError",
    "Transcript",
    "Verdict",
    "check_certificate",
    "compare_certificates",
    "explain",
    "judge",
    "open_lab",
    "open_lab_in_thread",
    "play",
    "probe_port",
    "write_certificates",
]

_HOMES = {
    "harness.api.certificate_values": ("Change", "Check"),
    "harness.api.certificates": ("check_certificate", "compare_certificates", "write_certificates"),
    "harness.api.labs": ("LabInThread", "RunningLab", "open_lab", "open_lab_in_thread"),
    "harness.api.played": ("Play",),
    "harness.api.plays": ("explain", "judge", "play"),
    "harness.api.probes": ("probe_port",),
    "harness.errors": ("LabError", "ScenarioError"),
    "harness.probe.probing": ("Probe",),
    "harness.transcript": ("Transcript",),
    "harness.verdict": ("Reading", "Verdict"),
}
"""The modules of the API, and what each of them brings."""


if not TYPE_CHECKING:  # whoever checks types sees the imports above, and no name besides

    def __getattr__(name: str) -> object:
        from importlib import import_module  # noqa: PLC0415

        home = next((home for home, names in _HOMES.items() if name in names), None)
        if home is None:
            raise AttributeError(f"module 'harness' has no attribute {name!r}")
        found: object = getattr(import_module(home), name)
        globals()[name] = found
        return found


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
