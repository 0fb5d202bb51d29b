"""YAML files that people write: plain values, and `file:line:column` with plain words for every fault."""

from __future__ import annotations

from harness.document.faults import Vocabulary, faults_from
from harness.document.places import Document, Path, Place
from harness.document.reader import MAX_BYTES, read_document
from harness.document.words import hint_for, nearest, shown

__all__ = [
    "MAX_BYTES",
    "Document",
    "Path",
    "Place",
    "Vocabulary",
    "faults_from",
    "hint_for",
    "nearest",
    "read_document",
    "shown",
]
