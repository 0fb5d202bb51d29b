"""What the test PKI can make: authorities, leaf profiles and named faults, as certs/*.yaml states them."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import field, fields
from typing import Annotated, Final, Literal, TypeAlias

from cryptography.x509 import ObjectIdentifier
from cryptography.x509.oid import ExtendedKeyUsageOID
from pydantic import AfterValidator, Field
from pydantic.dataclasses import dataclass

from harness.document import hint_for
from harness.pki.certificate_names import NAME_CHANGES
from harness.pki.keys import KEY_TYPES, SIGNATURES
from harness.pki.validity import STATED, DaysFromNow, Validity

EXTENDED_KEY_USAGES: Final[dict[str, ObjectIdentifier]] = {
    "server-auth": ExtendedKeyUsageOID.SERVER_AUTH,
    "client-auth": ExtendedKeyUsageOID.CLIENT_AUTH,
    "any": ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE,
    "sip-domain": ObjectIdentifier("1.3.6.1.5.5.7.3.20"),
}
"""Purposes of RFC 5280 section 4.2.1.12; `sip-domain` is id-kp-sipDomain of RFC 5924."""

KEY_USAGES: Final[dict[str, str]] = {
    "digital-signature": "digital_signature",
    "content-commitment": "content_commitment",
    "key-encipherment": "key_encipherment",
    "key-agreement": "key_agreement",
    "key-cert-sign": "key_cert_sign",
    "crl-sign": "crl_sign",
}
"""Bits of RFC 5280 section 4.2.1.3, as `cryptography.x509.KeyUsage` calls them."""


def one_of(known: Iterable[str]) -> Callable[[str], str]:
    """Return a check that passes a word in `known` and raises ValueError with the nearest word otherwise."""
    words = frozenset(known)

    def check(word: str) -> str:
        if word not in words:
            raise ValueError(f"'{word}' is not a word for this place; {hint_for(word, sorted(words))}")
        return word

    return check


Chain: TypeAlias = tuple[bytes, ...]

PRESENTED_CHAINS: Final[dict[str, Callable[[bytes, Chain], Chain]]] = {
    "leaf-and-intermediates": lambda leaf, issuers: (leaf, *issuers[:-1]),
    "leaf-only": lambda leaf, issuers: (leaf,),  # noqa: ARG005 - one shape for the whole table
    "with-root": lambda leaf, issuers: (leaf, *issuers),
    "issuers-reversed": lambda leaf, issuers: (leaf, *reversed(issuers)),
}
"""From the leaf (DER) and its true issuers, nearest first, to the chain that is sent.

The leaf stays in front in every row: TLS proves possession of the first certificate's key, so a chain that
starts with a CA is not a chain in the wrong order but another certificate (RFC 5246 section 7.4.2).
"""


KeyType = Annotated[str, AfterValidator(one_of(KEY_TYPES))]
KeyUsages = tuple[Annotated[str, AfterValidator(one_of(KEY_USAGES))], ...]
ExtendedKeyUsages = tuple[Annotated[str, AfterValidator(one_of(EXTENDED_KEY_USAGES))], ...]
NameChange = Annotated[str, AfterValidator(one_of(NAME_CHANGES))]
Sending = Annotated[str, AfterValidator(one_of(PRESENTED_CHAINS))]
AuthorityName = Annotated[str, Field(min_length=1, max_length=64)]
Domain = Annotated[str, Field(pattern=r"^[a-z0-9.-]+$")]
Signature = Annotated[str, AfterValidator(one_of(SIGNATURES))]


@dataclass(frozen=True, slots=True, config=STATED)
class AuthorityProfile:
    """One CA. `under` is the CA that issued it, empty for a root.

    `flaw` says what is wrong with it and is empty for a sound CA. A flawed CA is a graft: the fault that
    names it puts it beneath the leaf's own CAs, so that its flaw and not its root is what a peer refuses.
    `path_length` None means no limit; `permitted_names` are the dNSName subtrees of RFC 5280 section
    4.2.1.10; `is_authority` False makes an ordinary certificate that signs all the same. `same_key_as` is
    another CA whose key this one has: with the same common name too it is that CA once more, reissued or
    cross-signed (RFC 5280 section 3.2).
    """

    common_name: AuthorityName
    under: str = ""
    flaw: str = ""
    key_type: KeyType = "ecdsa-p256"
    same_key_as: str = ""
    validity: Validity = DaysFromNow(-1_000, 2_650)
    path_length: Annotated[int, Field(ge=0, le=9)] | None = None
    extended_key_usage: ExtendedKeyUsages = ()
    permitted_names: tuple[Domain, ...] = ()
    is_authority: bool = True


@dataclass(frozen=True, slots=True, config=STATED)
class LeafProfile:
    """The healthy certificate of one role. The first of `dns_names` is the name that peers look for."""

    title: str
    issuer: str
    common_name: str
    dns_names: tuple[str, ...] = ()
    uris: tuple[str, ...] = ()
    ip_addresses: tuple[str, ...] = ()
    key_type: KeyType = "ecdsa-p256"
    key_usage: KeyUsages = ("digital-signature",)
    extended_key_usage: ExtendedKeyUsages = ("server-auth", "client-auth")
    validity: Validity = DaysFromNow(-10, 180)


@dataclass(frozen=True, slots=True, config=STATED)
class CertificateChange:
    """What a fault changes in the leaf itself, or says of it; None leaves a thing as it is."""

    validity: Validity | None = None
    key_type: KeyType | None = None
    key_usage: KeyUsages | None = None
    extended_key_usage: ExtendedKeyUsages | None = None
    names: NameChange | None = None
    signature: Signature | None = None
    revoked: Literal[True] | None = None


@dataclass(frozen=True, slots=True, config=STATED)
class ChainChange:
    """What a fault changes in the chain; None leaves a thing as it is.

    `issuer` is another CA, or `self`. `intermediate` is a flawed CA to put beneath the leaf's own ones, or
    `none`. `sends` is a row of `PRESENTED_CHAINS`.
    """

    issuer: str | None = None
    intermediate: str | None = None
    sends: Sending | None = None


@dataclass(frozen=True, slots=True, config=STATED)
class FaultProfile:
    """One named fault: a title for people and the change it makes."""

    title: str
    certificate: CertificateChange = field(default_factory=CertificateChange)
    chain: ChainChange = field(default_factory=ChainChange)

    @property
    def acts_on(self) -> Literal["certificate", "chain"]:
        """Where the fault acts: in the leaf itself, or in who issued it and what is sent with it."""
        return "chain" if _made(self.chain) else "certificate"

    @property
    def changes(self) -> dict[str, object]:
        """What the fault changes, by field of `Blueprint`. Two faults with a common field contradict."""
        return _made(self.certificate) | _made(self.chain)


@dataclass(frozen=True, slots=True, config=STATED)
class TrustListProfile:
    """A list of CAs that many trust stores hold, by name; `title` says whose list of which year it is."""

    title: str
    authorities: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Catalogue:
    """The files of certs/, read and checked. Each maps a name to its profile."""

    authorities: Mapping[str, AuthorityProfile]
    leaves: Mapping[str, LeafProfile]
    faults: Mapping[str, FaultProfile]
    trust_lists: Mapping[str, TrustListProfile] = field(default_factory=dict)

    def path_of(self, authority: str) -> tuple[str, ...]:
        """Return the names from the root down to `authority`; KeyError where one is unknown."""
        profile = self.authorities[authority]
        above = self.path_of(profile.under) if profile.under else ()
        return (*above, authority)


def _made(change: CertificateChange | ChainChange) -> dict[str, object]:
    values = {each.name: getattr(change, each.name) for each in fields(change)}
    return {name: value for name, value in values.items() if value is not None}
