"""The names of the IANA registry of TLS parameters, as the oracle of our tables."""

from __future__ import annotations

import tomllib
from functools import cache
from pathlib import Path


@cache
def _tables() -> dict[str, dict[str, str]]:
    return tomllib.loads((Path(__file__).parent / "iana_tls_parameters.toml").read_text("utf-8"))


def registered(table: str) -> dict[int, str]:
    """Return one table by number."""
    return {int(number, 0): name for number, name in _tables()[table].items()}
