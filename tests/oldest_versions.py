"""Print the oldest versions that pyproject.toml allows, as constraints for pip: `make test-oldest` runs with them."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

_PROJECT = Path(__file__).parents[1] / "pyproject.toml"
_LOWER_BOUND = re.compile(r"([\w.-]+)>=([\d.]+)")


def oldest_versions() -> list[str]:
    """Return `name==version` for each dependency and development tool; each must have a lower bound."""
    project = tomllib.loads(_PROJECT.read_text("utf-8"))["project"]
    bounds = [_LOWER_BOUND.match(each) for each in (*project["dependencies"], *project["optional-dependencies"]["dev"])]
    if None in bounds:
        raise SystemExit("pyproject.toml: every dependency needs a lower bound, as in trio>=0.30")
    return [f"{bound[1]}=={bound[2]}" for bound in bounds if bound]


if __name__ == "__main__":
    print("\n".join(oldest_versions()))
