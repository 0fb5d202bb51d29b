"""The certificate files that people have, read into what a holder needs: leaf, chain and key; or a trust list."""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Final

from harness.errors import ScenarioError
from harness.x509.files.binary_files import FORMATS, take_binary
from harness.x509.files.contents import Contents, text_of
from harness.x509.files.leaf_choice import choose_leaf
from harness.x509.files.pem_files import take_pem
from harness.x509.found_certificate import FoundCertificate, read_found
from harness.x509.lineage import Lineage

MAX_FILE_BYTES: Final = 4 * 1024 * 1024
MAX_CERTIFICATES: Final = 1000
"""As many as an Expressway's Trusted CA list takes (domain.md 3.1)."""

MAX_FAULTS: Final = 20
"""As many are told of one file."""


@dataclass(frozen=True, slots=True)
class Holding:
    """What one file gives its holder.

    `certificates` are DER: the leaf first, the CAs above it nearest first, then CAs that make another chain above it
    (cross-certificates), then those that have nothing to do with it. `private_key` is unencrypted PKCS#8 in PEM, None
    where the file has none. `notes` are sentences about what was handled on the way. `was_sorted` says that the file
    had its chain in another order.
    """

    certificates: tuple[bytes, ...]
    private_key: bytes | None = field(default=None, repr=False)
    notes: tuple[str, ...] = ()
    was_sorted: bool = False


@dataclass(frozen=True, slots=True)
class TrustList:
    """Certificates (DER) that somebody trusts, each once, in the order of the file; `notes` as in `Holding`."""

    certificates: tuple[bytes, ...]
    notes: tuple[str, ...] = ()


def read_holding(data: bytes, file: str, *, password: str | None = None) -> Holding:
    """Return what the file holds: PEM with any text around it, DER, PKCS#7 or PKCS#12.

    The leaf is the certificate that the private key fits; without a key the one that is no CA and issued none
    of the others. Raises ScenarioError where the file is empty, too large or damaged, holds something else than
    certificates and keys, needs another password, or leaves open which certificate is the leaf.
    """
    contents = _read(data, file, password)
    certificates = _each_once(contents)
    leaf, key = choose_leaf(certificates, contents)
    lineage = Lineage(certificates)
    path = (leaf, *lineage.path_above(leaf))
    other_ways = tuple(each for each in lineage.all_above(leaf) if each not in path)
    strangers = tuple(each for each in certificates if each not in (*path, *other_ways))
    was_sorted = [each for each in certificates if each in path] != list(path)
    _note_order(contents, was_sorted, other_ways, strangers)
    return Holding(tuple(each.der for each in (*path, *other_ways, *strangers)), key, _notes(contents), was_sorted)


def completed(holding: Holding, authorities: Sequence[bytes]) -> Holding:
    """Return the holding with those of `authorities` (DER) that lie above its leaf and that it has not itself."""
    leaf, *others = (read_found(der) for der in holding.certificates)
    path = Lineage((leaf, *others, *map(read_found, authorities))).path_above(leaf)
    above = tuple(each.der for each in path)
    strangers = tuple(each.der for each in others if each.der not in above)
    return replace(holding, certificates=(leaf.der, *above, *strangers))


def read_trust_list(data: bytes, file: str) -> TrustList:
    """Return the certificates of a file as a trust list, in which neither order nor keys mean anything.

    Takes the same formats as `read_holding`, and a PKCS#12 file without password. Raises ScenarioError as that does.
    """
    contents = _read(data, file, None)
    if contents.keys:
        contents.notes.append("ignored a private key, which has no place in a trust list")
    return TrustList(tuple(each.der for each in _each_once(contents)), _notes(contents))


def _read(data: bytes, file: str, password: str | None) -> Contents:
    contents = Contents(file, None if password is None else password.encode("utf-8", "surrogateescape"))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of what cryptography will refuse one day: today it can be read
        _take(contents, data)
    _limit(contents)
    if contents.faults:
        raise ScenarioError(contents.faults[:MAX_FAULTS])
    return contents


def _take(contents: Contents, data: bytes) -> None:
    if len(data) > MAX_FILE_BYTES:
        contents.refuse(0, f"{len(data)} bytes are too many", f"the limit is {MAX_FILE_BYTES} bytes")
    elif not data.strip():
        contents.refuse(0, "the file is empty", FORMATS)
    elif not take_pem(contents, text_of(data)):
        take_binary(contents, data)


def _limit(contents: Contents) -> None:
    count = len(contents.certificates)
    if count > MAX_CERTIFICATES:
        contents.refuse(0, f"there are more than {MAX_CERTIFICATES} certificates in it", "keep those that matter")
    elif not count and not contents.faults:
        what = "a private key, but no certificate" if contents.keys else "no certificate"
        contents.refuse(0, f"there is {what} in it", "add the certificate, and the CAs above it")


def _each_once(contents: Contents) -> tuple[FoundCertificate, ...]:
    once = {each.der: each for each in contents.certificates}
    repeated = len(contents.certificates) - len(once)
    if repeated:
        contents.notes.append(f"ignored {_certificates(repeated)} that occurred before")
    return tuple(once.values())


def _note_order(
    contents: Contents,
    was_sorted: bool,
    other_ways: Sequence[FoundCertificate],
    strangers: Sequence[FoundCertificate],
) -> None:
    if was_sorted:
        contents.notes.append("the chain was out of order and was sorted")
    if other_ways:
        named = ", ".join(dict.fromkeys(f"'{each.label}'" for each in other_ways[:3]))
        contents.notes.append(f"left {_certificates(len(other_ways))} behind the chain that make another one: {named}")
    if strangers:
        contents.notes.append(f"left {_certificates(len(strangers))} at the end that did not issue the leaf")


def _notes(contents: Contents) -> tuple[str, ...]:
    problems = [f"{problem} in '{each.label}'" for each in contents.certificates for problem in each.problems]
    return tuple(dict.fromkeys((*contents.notes, *problems)))


def _certificates(count: int) -> str:
    return "one certificate" if count == 1 else f"{count} certificates"
