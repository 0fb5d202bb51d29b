"""Where each cause nearly applies: one table, file by file like `harness.diagnosis.causes`.

A row is a story of a cause and, for each thing without which it would be another story, that one thing changed.
`test_diagnosis_nearly.py` tells them all; a cause without a row fails there.
"""

from __future__ import annotations

from nearly import (
    both_ends,
    calling,
    captures,
    certificate_names,
    certificates,
    cluster_and_trunk,
    connection,
    dns,
    ends,
    mra,
    one_end,
    ownership,
    ports,
    revocation,
    routing,
    stores,
    tcp,
    traversal,
    trust,
    unified_cm,
)

_PARTS = (
    calling, captures, certificates, connection, dns, ends, one_end, cluster_and_trunk, unified_cm, mra,
    certificate_names, ownership, ports, revocation, routing, stores, tcp, traversal, trust, both_ends,
)  # fmt: skip
ROWS = tuple(row for part in _PARTS for row in part.ROWS)
