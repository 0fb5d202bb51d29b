"""Certificate files and trust lists, read from the disk by whoever judges or plays them."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from harness.pki.holdings import Holding, completed, read_holding, read_trust_list
from harness.pki.holdings.holding import MAX_FILE_BYTES
from harness.run.disk import read_head


def holding_in(path: Path, password: str | None = None, *, chain_files: Sequence[Path] = ()) -> Holding:
    """Return what a certificate file holds, with those CA certificates of `chain_files` that lie above its leaf.

    ScenarioError with place and reason where a file cannot be read, or `password` does not open it.
    """
    authorities, _notes = trust_in(chain_files)
    return completed(read_holding(bytes_in(path), str(path), password=password), authorities or ())


def trust_in(paths: Sequence[Path]) -> tuple[tuple[bytes, ...] | None, tuple[str, ...]]:
    """Return the certificates (DER) of trust lists, None where there is no list, and notes about them."""
    lists = [read_trust_list(bytes_in(path), str(path)) for path in paths]
    certificates = dict.fromkeys(der for each in lists for der in each.certificates)
    notes = tuple(f"{path}: {note}" for path, each in zip(paths, lists, strict=True) for note in each.notes)
    return (tuple(certificates) if paths else None), notes


def bytes_in(path: Path) -> bytes:
    """Return a file's bytes; of one that is too large as many as show that it is."""
    return read_head(path, MAX_FILE_BYTES + 1)
