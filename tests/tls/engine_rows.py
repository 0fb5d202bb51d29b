"""domain.md 5.1 and 5.3 as one table, in their own words: the fault, who verifies, and the alert in each dialect.

Revocation has tests of its own. Where it goes otherwise in one version, the row has a comment.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

from engine_bench import BOTH_VERSIONS, CALLER, LAB_PKI, MUTUAL, ONE_WAY, wearing

from harness.tls.profile import Dialect, TlsProfile
from harness.transcript import ClientCertificate

_EXPIRED, _NOT_YET_VALID = 45, 42
_PUBLIC_ROOT = ("public-root",)

NAMES_DATES_AS_CLIENT: dict[Dialect, tuple[str, ...]] = {
    Dialect.WEBEX: (),
    Dialect.JAVA_17_0_15: ("1.2",),
    Dialect.JAVA_17_0_21: ("1.2", "1.3"),
}
"""Those that say 46 to nearly everything, to the TLS versions in which they name a wrong date where they dial."""


@dataclass(frozen=True, slots=True)
class Row:
    """One line of domain.md 5.1.

    `by_server` are the faults of the caller's certificate where the server verifies it, `by_client` those of the
    server's where the client does; None where the table has no such case. `alert` is OpenSSL's, None for success;
    `java_accepts` says that Java accepts what OpenSSL refuses. `otherwise` maps
    (verifier, version) to what happens there instead.
    """

    fault: str
    by_server: tuple[str, ...] | None
    by_client: tuple[str, ...] | None
    alert: int | None
    trusted: tuple[str, ...] = _PUBLIC_ROOT
    java_accepts: bool = False
    otherwise: dict[tuple[str, str], tuple[str, int]] = field(default_factory=dict, hash=False)

    def __str__(self) -> str:
        return self.fault


def _row(fault: str, faults: tuple[str, ...], alert: int | None) -> Row:
    return Row(fault, faults, faults, alert)


ROWS = (
    _row("self-signed leaf", ("self-signed",), 48),
    _row("untrusted, root included in chain", ("unknown-root", "with-root"), 48),
    _row("untrusted, root not included", ("unknown-root",), 48),
    _row("intermediate missing", ("missing-intermediate",), 48),
    Row("only the caller's intermediate in the trust store", (), None, 48, ("partner-issuing",), java_accepts=True),
    Row("only the server's intermediate in the trust store", None, (), 48, ("public-issuing",), java_accepts=True),
    _row("expired leaf", ("expired",), _EXPIRED),
    _row("expired intermediate", ("expired-intermediate",), _EXPIRED),
    _row("not yet valid", ("not-yet-valid",), _NOT_YET_VALID),
    Row("wrong EKU: the other role's", ("server-auth-only",), ("client-auth-only",), 43),
    _row("wrong EKU: anyEKU-only", ("any-eku-only",), 43),
    _row("wrong EKU: sipDomain-only", ("sip-domain-eku-only",), 43),
    Row("wrong EKU: EKU-restricted intermediate", ("eku-restricted-intermediate",), None, 43),
    # In TLS 1.2 such an ECDSA server finds no suite for itself and sends 40 first.
    Row(
        "keyUsage without digitalSignature",
        ("no-digital-signature",),
        ("no-digital-signature",),
        43,
        otherwise={("client", "1.2"): ("server", 40)},
    ),
    _row("EKU absent", ("no-eku",), None),
    _row("non-CA issuer", ("leaf-as-issuer",), 48),
    _row("path length exceeded", ("path-length-exceeded",), 48),
    _row("name constraints violated", ("name-constraints-violated",), 46),
)


@dataclass(frozen=True, slots=True)
class Case:
    """A row with its verifier (`server` or `client`), its dialect and the TLS version."""

    row: Row
    verifier: str
    dialect: Dialect
    tls: str

    def __str__(self) -> str:
        return f"{self.row}-{self.verifier}-{self.dialect.value}-{self.tls}"

    @property
    def ends(self) -> tuple[TlsProfile, TlsProfile]:
        """The caller and the listener; the one that does not verify is healthy and trusts the public root."""
        trusted = tuple(LAB_PKI.certificate_of(name) for name in self.row.trusted)
        versions = (self.tls, self.tls)
        if self.verifier == "server":
            caller = wearing("b2b-peer", *(self.row.by_server or ()))
            listener = replace(MUTUAL, trusted=trusted, dialect=self.dialect)
        else:
            caller = replace(CALLER, trusted=trusted, dialect=self.dialect)
            listener = wearing("expressway-e", *(self.row.by_client or ()))
        return replace(caller, versions=versions), listener

    @property
    def refusal(self) -> tuple[str, int] | None:
        """Who refuses, with which alert; None where both go on."""
        row, told = self.row, self.row.otherwise.get((self.verifier, self.tls))
        if told or row.alert is None or (self.dialect is not Dialect.OPENSSL and row.java_accepts):
            return told
        dated = row.alert in {_EXPIRED, _NOT_YET_VALID} and self.verifier == "client"
        named = self.dialect is Dialect.OPENSSL or (dated and self.tls in NAMES_DATES_AS_CLIENT[self.dialect])
        return self.verifier, row.alert if named else 46


CASES = tuple(
    Case(row, verifier, dialect, tls)
    for row in ROWS
    for verifier, faults in (("server", row.by_server), ("client", row.by_client))
    if faults is not None
    for dialect in Dialect
    for tls in BOTH_VERSIONS
)


@dataclass(frozen=True, slots=True)
class NoCertificateRow:
    """A line of 5.1 or 5.3 that is about no bad chain.

    `alerts` are the server's by TLS version, None for success.
    """

    fault: str
    caller: TlsProfile
    listener: TlsProfile
    alerts: Mapping[str, int | None] = field(hash=False)

    def __str__(self) -> str:
        return self.fault


_NOBODY = replace(CALLER, chain=(), private_key=b"")
_OPTIONAL = replace(ONE_WAY, request=ClientCertificate.OPTIONAL)
_ONLY_1_2, _ONLY_1_3 = ("1.2", "1.2"), ("1.3", "1.3")

OTHER_ROWS = (
    NoCertificateRow("no client certificate, required", _NOBODY, MUTUAL, {"1.2": 40, "1.3": 116}),
    *(
        NoCertificateRow(f"empty client certificate, {dialect}", _NOBODY, replace(MUTUAL, dialect=dialect), alerts)
        for dialect, alerts in (
            (Dialect.WEBEX, {"1.2": 46, "1.3": 46}),
            (Dialect.JAVA_17_0_15, {"1.2": 42, "1.3": 42}),
            (Dialect.JAVA_17_0_21, {"1.2": 40, "1.3": 116}),
        )
    ),
    NoCertificateRow("no client certificate, optional", _NOBODY, _OPTIONAL, {"1.2": None, "1.3": None}),
    NoCertificateRow(
        "bad client certificate, optional",
        wearing("b2b-peer", "unknown-root"),
        _OPTIONAL,
        {"1.2": 48, "1.3": 48},
    ),
    NoCertificateRow("no common version, old caller", CALLER, replace(MUTUAL, versions=_ONLY_1_3), {"1.2": 70}),
    NoCertificateRow("no common version, old listener", CALLER, replace(MUTUAL, versions=_ONLY_1_2), {"1.3": 70}),
    NoCertificateRow("no common cipher (1.2)", replace(CALLER, ciphers="AES128-GCM-SHA256"), MUTUAL, {"1.2": 40}),
    NoCertificateRow(
        "no common key type (1.2)",
        replace(CALLER, ciphers="ECDHE-RSA-AES128-GCM-SHA256"),
        MUTUAL,
        {"1.2": 40},
    ),
)

OTHER_CASES = tuple((row, tls) for row in OTHER_ROWS for tls in row.alerts)
