"""Certificate files and trust lists, read from the disk by whoever judges or plays them."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from harness.errors import Fault, LabError, ScenarioError, leaves_of
from harness.run.disk import read_head
from harness.x509.certificate import read_certificate
from harness.x509.encoded import encoded
from harness.x509.files import Holding, completed, read_holding, read_trust_list
from harness.x509.files.holding import MAX_FILE_BYTES
from harness.x509.findings import SECURITY_LEVEL
from harness.x509.keys import DSA, LEVELS, key_security


def holding_in(path: Path, password: str | None = None, *, chain_files: Sequence[Path] = ()) -> Holding:
    """Return what a certificate file holds, with those CA certificates of `chain_files` that lie above its leaf.

    ScenarioError with place and reason where a file cannot be read, or `password` does not open it.
    """
    authorities, _notes = trust_in(chain_files)
    return completed(read_holding(bytes_in(path), str(path), password=password), authorities or ())


@contextmanager
def naming_the_unplayable(holdings: Iterable[Holding], paths: Iterable[Path]) -> Iterator[None]:
    """Where a lab cannot be put on with one of these certificates, raise ScenarioError that names the file and why.

    OpenSSL loads no key that is too weak (measured at security level 2; old gear takes them), and no kind without use.
    """
    try:
        yield
    except Exception as error:
        if not all(isinstance(leaf, LabError | ScenarioError) for leaf in leaves_of(error)):
            raise
        for holding, path in zip(holdings, paths, strict=True):
            if holding.certificates and (problem := _unplayable(holding.certificates[0])):
                raise ScenarioError([Fault(str(path), 0, 0, f"its key {problem}", _NEW_KEY)]) from None
        raise


_NEW_KEY = "no lab of this release can be put on with it: have it issued with a new key; `certs check` tells the rest"


def _unplayable(der: bytes) -> str:
    try:
        fields = encoded(der)
    except ValueError:
        return ""
    bits, wanted, name = key_security(fields), LEVELS[SECURITY_LEVEL], read_certificate(der).key
    if fields.key_algorithm == DSA:
        return f"is {name}, a kind that TLS has no use for"
    if not bits:
        return f"is of a kind that nobody here knows ({fields.key_algorithm})"
    return "" if bits >= wanted else f"is {name}: {bits} bits of security, and OpenSSL loads none below {wanted}"


def trust_in(paths: Sequence[Path]) -> tuple[tuple[bytes, ...] | None, tuple[str, ...]]:
    """Return the certificates (DER) of trust lists, None where there is no list, and notes about them."""
    lists = [read_trust_list(bytes_in(path), str(path)) for path in paths]
    certificates = dict.fromkeys(der for each in lists for der in each.certificates)
    notes = tuple(f"{path}: {note}" for path, each in zip(paths, lists, strict=True) for note in each.notes)
    return (tuple(certificates) if paths else None), notes


def bytes_in(path: Path) -> bytes:
    """Return a file's bytes; of one that is too large as many as show that it is."""
    return read_head(path, MAX_FILE_BYTES + 1)
