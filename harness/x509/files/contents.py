"""What has been found so far in one file of certificates, what is wrong with it, and how a key is unlocked."""

from __future__ import annotations

import base64
import binascii
import codecs
import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric.types import PrivateKeyTypes
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from harness.errors import Fault
from harness.x509.found_certificate import FoundCertificate, read_found, without_panic

NEEDS_PASSWORD: Final = "give its password with --password-file"  # noqa: S105 - names an option, is none
ISSUED_ANEW: Final = "have it issued anew, though others may read it; or copy it again, if a byte of it was lost"

MAX_KEYS: Final = 16
"""Of a key that is read every number is checked, which takes its time."""


def private_key_pem(key: PrivateKeyTypes) -> bytes:
    """Return the key as unencrypted PKCS#8 in PEM."""
    return key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())


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


_BEGIN: Final = re.compile(r"-----BEGIN ([A-Z0-9#/ ]{1,40})-----")
_MARKS: Final = ((codecs.BOM_UTF8, "utf-8"), (codecs.BOM_UTF16_LE, "utf-16-le"), (codecs.BOM_UTF16_BE, "utf-16-be"))


@dataclass(frozen=True, slots=True)
class PemBlock:
    """One block: what its BEGIN line calls it, the line of that, counted from 1, and the text between the two.

    `complete` is False where there is no END line for it.
    """

    label: str
    line: int
    body: str = field(repr=False)
    complete: bool = True

    @property
    def text(self) -> bytes:
        """The block as PEM again, without blanks at the edges of its lines."""
        lines = [line.strip() for line in self.body.strip().splitlines()]
        return "\n".join((f"-----BEGIN {self.label}-----", *lines, f"-----END {self.label}-----", "")).encode("latin-1")

    def decoded(self) -> bytes:
        """Return the bytes that the block holds; ValueError where it is not complete base64."""
        try:
            if not self.complete:
                raise ValueError("the block has no end")
            return base64.b64decode("".join(self.body.split()).encode("ascii"), validate=True)
        except (binascii.Error, UnicodeEncodeError) as error:
            raise ValueError("the block is not base64") from error


def text_of(data: bytes) -> str:
    """Return the bytes as text: of the encoding that a byte-order mark tells, else a character a byte."""
    for mark, encoding in _MARKS:
        if data.startswith(mark):
            text = data[len(mark) :].decode(encoding, "replace")
            return text.encode("latin-1", "replace").decode("latin-1")
    return data.decode("latin-1")


def pem_blocks(text: str) -> tuple[tuple[PemBlock, ...], int]:
    """Return the blocks in `text` and how many lines that are not blank stand outside of them."""
    blocks: list[PemBlock] = []
    outside: list[str] = []
    at, line, counted = 0, 1, 0
    while begin := _BEGIN.search(text, at):
        outside.append(text[at : begin.start()])
        line += text.count("\n", counted, begin.start())
        counted = begin.start()
        block, at = _block(text, begin, line)
        blocks.append(block)
    outside.append(text[at:])
    return tuple(blocks), sum(bool(each.strip()) for part in outside for each in part.splitlines())


def _block(text: str, begin: re.Match[str], line: int) -> tuple[PemBlock, int]:
    """Return the block that begins there and where the text goes on; five dashes end every block."""
    label, stop = begin[1], text.find("-----", begin.end())
    stop = len(text) if stop < 0 else stop
    end = f"-----END {label}-----"
    complete = text.startswith(end, stop)
    return PemBlock(label, line, text[begin.end() : stop], complete), stop + (len(end) if complete else 0)
