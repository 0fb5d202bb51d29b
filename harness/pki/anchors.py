"""The words of a trust setting: an authority, `list:` with a trust list, `leaf:` with a leaf profile."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Final

from harness.document import hint_for
from harness.pki.catalogue import Catalogue

LIST: Final = "list:"
LEAF: Final = "leaf:"


def named_by(catalogue: Catalogue, word: str) -> tuple[str, ...]:
    """Return the authorities of a trust list, or the word itself; KeyError where there is no such list."""
    if not word.startswith(LIST):
        return (word,)
    return catalogue.trust_lists[word.removeprefix(LIST)].authorities


def anchor_faults(catalogue: Catalogue, words: Sequence[str]) -> Iterator[tuple[int, str, str]]:
    """Yield (number of the word, what is wrong, hint) for each word that names nothing."""
    for number, word in enumerate(words):
        kind, prefix, known = _kind_of(catalogue, word)
        name = word.removeprefix(prefix)
        if name not in known:
            yield number, f"unknown {kind} '{name}'", hint_for(name, sorted(known))


def _kind_of(catalogue: Catalogue, word: str) -> tuple[str, str, frozenset[str]]:
    """Return what a word names, its prefix, and the names that would do."""
    if word.startswith(LIST):
        return "trust list", LIST, frozenset(catalogue.trust_lists)
    if word.startswith(LEAF):
        return "leaf profile", LEAF, frozenset(catalogue.leaves)
    return "authority", "", frozenset(catalogue.authorities)
