"""What has been found so far in one file of certificates, what is wrong with it, and how a key is unlocked."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding

from harness.errors import Fault
from harness.pki.found_certificate import FoundCertificate, read_found
from harness.pki.panics import without_panic

NEEDS_PASSWORD: Final = "give its password with --password-file"  # noqa: S105 - names an option, is none
ISSUED_ANEW: Final = "have it issued anew, though others may read it; or copy it again, if a byte of it was lost"

MAX_KEYS: Final = 16
"""Of a key that is read every number is checked, which takes its time."""


@dataclass(slots=True)
class Contents:
    """Certificates, keys, notes and faults of one file, in its order.

    Nothing here says anything of a key's bytes: faults are worded by this package, never by a library.
    """

    file: str
    password: bytes | None = field(default=None, repr=False)
    certificates: list[FoundCertificate] = field(default_factory=list)
    keys: list[PrivateKeyTypes] = field(default_factory=list, repr=False)
    notes: list[str] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)

    def refuse(self, line: int, message: str, hint: str) -> None:
        """Note down what is wrong, at that line, or with the file as a whole where it is 0."""
        self.faults.append(Fault(self.file, line, 1 if line else 0, message, hint))

    def take(self, certificates: Sequence[x509.Certificate]) -> None:
        """Take certificates that a container held."""
        self.certificates += [read_found(each.public_bytes(Encoding.DER)) for each in certificates]

    def unlock(self, line: int, load: Callable[[bytes | None], PrivateKeyTypes]) -> None:
        """Take the private key that `load` returns, which raises TypeError without the password it needs."""
        if len(self.keys) == MAX_KEYS:
            self.refuse(line, f"there are more than {MAX_KEYS} private keys", "keep the one of the leaf")
            return
        try:
            self.keys.append(without_panic(lambda: load(None)))
        except TypeError:
            self._unlock_with_password(line, load)
        except Exception:  # any kind: the bytes are a stranger's
            self.refuse(line, "the private key cannot be decoded", "give it as PKCS#8 or in OpenSSL's older PEM")

    def _unlock_with_password(self, line: int, load: Callable[[bytes | None], PrivateKeyTypes]) -> None:
        if self.password is None:
            self.refuse(line, "the private key is encrypted", NEEDS_PASSWORD)
            return
        try:
            self.keys.append(without_panic(lambda: load(self.password)))
        except Exception:  # any kind: a wrong password decrypts to anything
            self.refuse(line, "the password does not open the private key", NEEDS_PASSWORD)
