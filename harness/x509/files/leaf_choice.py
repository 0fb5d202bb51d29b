"""Which of several certificates is the holder's own."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TypeAlias

from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes

from harness.errors import Fault, ScenarioError
from harness.x509.files.contents import Contents, private_key_pem
from harness.x509.found_certificate import FoundCertificate
from harness.x509.lineage import Lineage

LeafAndKey: TypeAlias = tuple[FoundCertificate, bytes | None]


def choose_leaf(certificates: Sequence[FoundCertificate], contents: Contents) -> LeafAndKey:
    """Return the leaf among `certificates`, and its key (PKCS#8, PEM) where `contents` has it.

    ScenarioError where there is a key that fits none of them, or the key of an issuer, or more than one leaf.
    """
    issuers = _issuers_among(certificates)
    if not contents.keys:
        return _without_key(certificates, issuers, contents), None
    return _with_key(certificates, issuers, contents)


def _issuers_among(certificates: Sequence[FoundCertificate]) -> frozenset[bytes]:
    """Return those (DER) that issued another one of them."""
    lineage = Lineage(certificates)
    pairs = ((issuer, child) for child in certificates for issuer in lineage.issuers_of(child))
    return frozenset(issuer.der for issuer, child in pairs if issuer.key_bytes != child.key_bytes)


def _without_key(
    certificates: Sequence[FoundCertificate], issuers: frozenset[bytes], contents: Contents
) -> FoundCertificate:
    lowest = [each for each in certificates if each.der not in issuers]
    leaves = [each for each in lowest if not each.is_authority] or lowest
    if len(leaves) != 1:
        kind = "certificates of CAs, and no leaf" if all(each.is_authority for each in leaves) else "leaf certificates"
        message = f"it holds {len(leaves) or len(certificates)} {kind}: {_listed(leaves or certificates)}"
        raise _refusal(contents, message, "keep one leaf and the CAs above it, or add the private key of the leaf")
    if leaves[0].is_authority:
        contents.notes.append(f"'{leaves[0].label}' is the certificate of a CA")
    return leaves[0]


def _with_key(certificates: Sequence[FoundCertificate], issuers: frozenset[bytes], contents: Contents) -> LeafAndKey:
    fitting = [(each, key) for each in certificates for key in contents.keys if _fits(key, each)]
    owned = {each.der: each for each, _ in fitting}
    leaves = [each for each in owned.values() if each.der not in issuers]
    if len(leaves) != 1:
        raise _refusal(contents, *_no_single_owner(certificates, list(owned.values()), leaves))
    (leaf,) = leaves
    _note_other_keys(contents, leaf)
    key = next(key for each, key in fitting if each is leaf)
    return leaf, private_key_pem(key)


def _no_single_owner(
    certificates: Sequence[FoundCertificate], owned: Sequence[FoundCertificate], leaves: Sequence[FoundCertificate]
) -> tuple[str, str]:
    if leaves:
        several = f"there are private keys for {len(leaves)} certificates: {_listed(leaves)}"
        return several, "keep one of them, with its key and the CAs above it"
    if owned:
        return f"the private key is that of {_listed(owned)}, which issued others here", "give the key of the leaf"
    nobody = f"the private key is that of no certificate here: {_listed(certificates)}"
    return nobody, "give the key that the certificate was requested with"


def _note_other_keys(contents: Contents, leaf: FoundCertificate) -> None:
    others = sum(not _fits(key, leaf) for key in contents.keys)
    if others:
        keys = "one other private key" if others == 1 else f"{others} other private keys"
        contents.notes.append(f"ignored {keys}")


def _fits(key: PrivateKeyTypes, certificate: FoundCertificate) -> bool:
    return key.public_key() == certificate.public_key


def _listed(certificates: Sequence[FoundCertificate]) -> str:
    shown = ", ".join(f"'{each.label}'" for each in certificates[:3])
    return f"{shown} and {len(certificates) - 3} more" if len(certificates) > 3 else shown


def _refusal(contents: Contents, message: str, hint: str) -> ScenarioError:
    return ScenarioError([Fault(contents.file, 0, 0, message, hint)])
