"""The table of causes as rules that a code host shows beside what it found."""

from __future__ import annotations

from collections.abc import Iterator
from string import Formatter

from harness.diagnosis.causes import CAUSES
from harness.diagnosis.causes.row import Advice, Cause
from harness.report.sarif import SarifRule

_LOOK = "Look at the play in full: `sip-mtls run` with the id of the scenario."


def cause_rules() -> list[SarifRule]:
    """Return a rule for each cause; what the evidence of a play would fill in stands in brackets."""
    return [SarifRule(each.key, each.title, _plain(each.diagnosis), "\n".join(_help(each)) or _LOOK) for each in CAUSES]


def _help(cause: Cause) -> Iterator[str]:
    remedies = dict.fromkeys(remedy for choice in cause.remedies.values() for remedy in choice)
    yield from map(_remedy, remedies)
    if cause.told_apart_by:
        yield f"Looks like {', '.join(cause.looks_like)}. To tell them apart: {_plain(cause.told_apart_by)}"


def _remedy(advice: Advice) -> str:
    where = "; ".join(word for word in (advice.screen, advice.command) if word)
    when = f"{advice.when.words}: " if advice.when.words else ""
    return when + _plain(advice.action + (f" ({where})" if where else ""))


def _plain(template: str) -> str:
    parts = Formatter().parse(template)
    return "".join(said + (f"[{word.replace('_', ' ')}]" if word else "") for said, word, _, _ in parts)
