"""Where the files lie that a test names."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

from harness.api.reading import FileName

_SUFFIXES = (".yaml", ".yml")


@dataclass(frozen=True, slots=True)
class Places:
    """Where a relative path begins: at the folder of the test file, else at the root of the tests."""

    folder: Path
    root: Path

    def file(self, name: FileName) -> Path:
        """Return the file or folder of that name; beside the test where there is none, so that a fault names it."""
        path = Path(name)
        beside = self.folder / path
        return next((each for each in (beside, self.root / path) if each.exists()), beside)

    def scenario(self, name: FileName) -> str:
        """Return what a library is asked for: a path for a .yaml file, for a text that ends in /, or for a Path."""
        if isinstance(name, str) and not name.endswith((*_SUFFIXES, "/")):
            return name
        return str(self.file(name))
