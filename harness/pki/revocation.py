"""What a CA says of the certificates that it issued, sound or faulty on purpose; and its CRL."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import CertificateIssuerPrivateKeyTypes
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from harness.pki.issuing import Authority
from harness.pki.keys import KEY_TYPES
from harness.pki.publications import CopiedAuthority
from harness.pki.twin_keys import signs_bare

GARBAGE: Final = b"<html>Moved</html>"
_REVOKED_DAYS_AGO: Final = 2
REASON: Final = x509.ReasonFlags.key_compromise


@dataclass(frozen=True, slots=True)
class Register:
    """What a CA knows at `now`: the serial numbers that it revoked, and that it issued."""

    authority: Authority | CopiedAuthority
    revoked: frozenset[int]
    issued: frozenset[int]
    now: datetime


@dataclass(frozen=True, slots=True)
class Publication:
    """How a list or a response differs from a sound one.

    `begins` and `ends` are the days from now that become thisUpdate and nextUpdate. `strange_key` signs with a key that
    is not the CA's, under the CA's name. `garbage` is another document. `forgets` makes an OCSP responder know
    nobody, `sha1_only` one that cannot read a request that names its certificate by SHA-256.
    """

    title: str
    begins: float = -0.25
    ends: float = 7
    strange_key: bool = False
    garbage: bool = False
    forgets: bool = False
    sha1_only: bool = False

    def dates(self, now: datetime) -> tuple[datetime, datetime]:
        """Return thisUpdate and nextUpdate."""
        return now + timedelta(days=self.begins), now + timedelta(days=self.ends)

    def key(self, authority: Authority | CopiedAuthority) -> CertificateIssuerPrivateKeyTypes:
        """Return the key that signs."""
        return KEY_TYPES["ecdsa-p256"]() if self.strange_key else authority.key


SOUND: Final = "sound"
_ANY: Final = {
    SOUND: Publication("in date, signed by the CA, and it says what is so"),
    "stale": Publication("its nextUpdate passed ten days ago", begins=-20, ends=-10),
    "not-yet-valid": Publication("its thisUpdate lies ten days ahead", begins=10, ends=20),
    "wrong-signer": Publication("signed by a key that is not the CA's", strange_key=True),
    "garbage": Publication("a web page in its place", garbage=True),
}
LISTS: Final[dict[str, Publication]] = _ANY
"""The states of a CRL, by name."""

RESPONSES: Final[dict[str, Publication]] = _ANY | {
    "unknown": Publication("the responder knows no certificate of that number", forgets=True),
    "sha1-only": Publication("the responder cannot read a request by SHA-256", sha1_only=True),
}
"""The states of OCSP responses, by name."""


def revocation_date(now: datetime) -> datetime:
    """Return when the revoked certificates of the lab were revoked, seen from `now`."""
    return now - timedelta(days=_REVOKED_DAYS_AGO)


def make_list(register: Register, state: str = SOUND) -> bytes:
    """Return the CA's CRL (DER, RFC 5280 section 5) in a state of `LISTS`."""
    publication = LISTS[state]
    if publication.garbage:
        return GARBAGE
    issuer = x509.load_der_x509_certificate(register.authority.certificate)
    begins, ends = publication.dates(register.now)
    builder = (
        x509.CertificateRevocationListBuilder()
        .issuer_name(issuer.subject)
        .last_update(begins)
        .next_update(ends)
        .add_extension(x509.CRLNumber(1), critical=False)
    )
    if identifier := _key_identifier(issuer):
        builder = builder.add_extension(identifier, critical=False)
    for entry in _entries(register):
        builder = builder.add_revoked_certificate(entry)
    key = publication.key(register.authority)
    return builder.sign(key, digest_for(key)).public_bytes(Encoding.DER)


def digest_for(key: CertificateIssuerPrivateKeyTypes) -> SHA256 | None:
    """Return with which hash a key signs, None for one that signs without a hash of one's choice (RFC 8410)."""
    return None if signs_bare(key) else SHA256()


def _key_identifier(issuer: x509.Certificate) -> x509.AuthorityKeyIdentifier | None:
    """Return what names the issuer's key, None where its certificate has no identifier (RFC 5280 section 5.2.1)."""
    try:
        held = issuer.extensions.get_extension_for_class(x509.SubjectKeyIdentifier).value
    except x509.ExtensionNotFound:
        return None
    return x509.AuthorityKeyIdentifier.from_issuer_subject_key_identifier(held)


def _entries(register: Register) -> Iterable[x509.RevokedCertificate]:
    reason = x509.CRLReason(REASON)
    for serial in sorted(register.revoked):
        entry = x509.RevokedCertificateBuilder().serial_number(serial).revocation_date(revocation_date(register.now))
        yield entry.add_extension(reason, critical=False).build()
