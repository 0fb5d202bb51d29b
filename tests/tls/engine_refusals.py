"""What OpenSSL 4.0.3 objects to: domain.md 5.1 row by row, with depth and number of the objection.

Where it goes otherwise in one version, the row has a comment.
"""

from __future__ import annotations

from dataclasses import dataclass

from engine_bench import BOTH_VERSIONS

BAD_CERTIFICATE, UNSUPPORTED_CERTIFICATE, CERTIFICATE_EXPIRED = 42, 43, 45
CERTIFICATE_UNKNOWN, UNKNOWN_CA = 46, 48
BOTH_ROLES = ("client", "server")


@dataclass(frozen=True, slots=True)
class Refusal:
    """A holder with `faults` is refused: which alert, and the objection's depth and X509_V_ERR.

    `as_role` are the holder's roles in which it happens, `in_versions` the TLS versions.
    """

    faults: tuple[str, ...]
    alert: int
    depth: int
    code: int
    as_role: tuple[str, ...] = BOTH_ROLES
    in_versions: tuple[str, ...] = BOTH_VERSIONS

    def __str__(self) -> str:
        return "+".join(self.faults)


REFUSALS = (
    Refusal(("self-signed",), UNKNOWN_CA, 0, 18),
    Refusal(("unknown-root", "with-root"), UNKNOWN_CA, 2, 19),
    Refusal(("unknown-root",), UNKNOWN_CA, 1, 20),
    Refusal(("missing-intermediate",), UNKNOWN_CA, 0, 20),
    Refusal(("expired",), CERTIFICATE_EXPIRED, 0, 10),
    Refusal(("expired-intermediate",), CERTIFICATE_EXPIRED, 1, 10),
    Refusal(("not-yet-valid",), BAD_CERTIFICATE, 0, 9),
    Refusal(("server-auth-only",), UNSUPPORTED_CERTIFICATE, 0, 26, as_role=("client",)),
    Refusal(("client-auth-only",), UNSUPPORTED_CERTIFICATE, 0, 26, as_role=("server",)),
    Refusal(("any-eku-only",), UNSUPPORTED_CERTIFICATE, 0, 26),
    Refusal(("sip-domain-eku-only",), UNSUPPORTED_CERTIFICATE, 0, 26),
    Refusal(("eku-restricted-intermediate",), UNSUPPORTED_CERTIFICATE, 1, 26, as_role=("client",)),
    Refusal(("no-digital-signature",), UNSUPPORTED_CERTIFICATE, 0, 26, as_role=("client",)),
    # In TLS 1.2 such a server finds no suite for itself and refuses
    # first, with 40: test_a_server_that_may_not_sign_finds_no_suite_in_tls_1_2.
    Refusal(("no-digital-signature",), UNSUPPORTED_CERTIFICATE, 0, 26, ("server",), ("1.3",)),
    Refusal(("leaf-as-issuer",), UNKNOWN_CA, 1, 79),
    Refusal(("path-length-exceeded",), UNKNOWN_CA, 2, 25),
    Refusal(("name-constraints-violated",), CERTIFICATE_UNKNOWN, 0, 47),
    Refusal(("rsa-1024",), BAD_CERTIFICATE, 0, 66),
    Refusal(("sha1-signature",), BAD_CERTIFICATE, 0, 68),
)

ACCEPTED: tuple[tuple[str, ...], ...] = ((), ("no-eku",), ("wrong-order",), ("with-root",))
"""Faults that a chain may have and pass all the same, in both roles and versions."""


def cases(role: str) -> list[tuple[Refusal, str]]:
    """Return every refusal of a holder in that role, with each version in which it happens."""
    return [(refusal, version) for refusal in REFUSALS if role in refusal.as_role for version in refusal.in_versions]
