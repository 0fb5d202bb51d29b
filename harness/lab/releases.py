"""The releases of Expressway, as far as certificates and handshakes tell them apart (domain.md 3.1, 4 and trap X26).

One table: the lab takes its defaults from it, uploads are judged by it, the documentation prints it.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal, get_args

ReleaseName = Literal["x14", "x15.0", "x15.2", "x15.4", "x15.5"]
ServerAuthOnly = Literal["refused", "behind-a-switch", "taken"]


@dataclass(frozen=True, slots=True)
class Release:
    """What one release does.

    `tls_versions` are the default of SipTlsVersions. `two_stores` says that what the box presents when it dials
    has a store of its own; before, there is one certificate for both roles. `server_auth_only` is what an upload
    of a certificate without clientAuth meets in the server store of Expressway-E; behind a switch means
    EnableServerEkuUpload. `eku_switch` says that the inbound check for clientAuth can be switched off.
    `one_way_uc_traversal` says that a document calls the UC traversal zone one-way (trap X34).
    `service_check` says that Expressway-C demands both usages of the certificate which Expressway-E sends it
    in a SIP SERVICE request. `cluster_check` says that cluster peers demand clientAuth of each other.
    """

    name: ReleaseName
    tls_versions: tuple[str, ...]
    two_stores: bool
    server_auth_only: ServerAuthOnly
    eku_switch: bool
    one_way_uc_traversal: bool
    service_check: bool
    cluster_check: bool
    source: str

    @property
    def behaviour(self) -> tuple[object, ...]:
        """Everything that it does: equal for two releases that do the same."""
        return tuple(getattr(self, each.name) for each in fields(self) if each.name not in {"name", "source"})


_OLD, _NEW = ("1.0", "1.1", "1.2"), ("1.2", "1.3")

RELEASES: dict[str, Release] = {
    row.name: row
    for row in (
        Release("x14", _OLD, False, "refused", False, False, True, True, "C2, C6"),
        Release("x15.0", _OLD, False, "refused", False, False, True, True, "C2, C6"),
        Release("x15.2", _NEW, False, "refused", False, False, True, True, "C2, C6"),
        Release("x15.4", _NEW, False, "behind-a-switch", False, True, False, False, "C6, A4"),
        Release("x15.5", _NEW, True, "taken", True, True, False, False, "C2, C6, C7, A4"),
    )
}
"""By name, oldest first."""

RELEASE_NAMES: tuple[str, ...] = get_args(ReleaseName)
NEWEST: ReleaseName = "x15.5"
