"""Files of PEM blocks: one table says what is done with a block of each kind."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from typing import Final, TypeAlias

from cryptography.hazmat.primitives.serialization import load_pem_private_key, load_ssh_private_key, pkcs7

from harness.x509.der import whole_elements
from harness.x509.files.binary_files import TOO_MUCH, asks_too_much
from harness.x509.files.contents import ISSUED_ANEW, Contents, PemBlock, pem_blocks
from harness.x509.found_certificate import IllFormedError, read_found, without_panic

MAX_BLOCKS: Final = 1100
"""Blocks that are looked at: as many as the certificates that a file may hold, some keys, and some more."""

_COMPLETE: Final = "copy the whole block again, from its BEGIN line to its END line"


def take_pem(contents: Contents, text: str) -> bool:
    """Take all that the PEM blocks in `text` hold; False where there is no block at all."""
    blocks, outside = pem_blocks(text)
    for block in blocks[:MAX_BLOCKS]:
        _BLOCKS.get(block.label, _take_stranger)(contents, block)
    if blocks and outside:
        lines = "one line" if outside == 1 else f"{outside} lines"
        contents.notes.append(f"ignored {lines} of text around the PEM blocks")
    return bool(blocks)


def _take_certificate(contents: Contents, block: PemBlock) -> None:
    try:
        decoded = block.decoded()
        trusted = block.label == "TRUSTED CERTIFICATE"  # OpenSSL's own kind: its settings follow the certificate
        contents.certificates.append(read_found(whole_elements(decoded)[0].whole if trusted else decoded))
    except IllFormedError as error:
        contents.refuse(block.line, f"the {block.label} block that begins here is whole, but {error}", ISSUED_ANEW)
    except (ValueError, IndexError):
        contents.refuse(block.line, f"the {block.label} block that begins here cannot be decoded", _COMPLETE)


def _take_pkcs7_block(contents: Contents, block: PemBlock) -> None:
    try:
        contents.take(without_panic(lambda: pkcs7.load_der_pkcs7_certificates(block.decoded())))
    except Exception:  # any kind: the bytes are a stranger's
        contents.refuse(block.line, f"the {block.label} block that begins here holds no certificates", _COMPLETE)


def _take_key(contents: Contents, block: PemBlock) -> None:
    contents.unlock(block.line, lambda password: load_pem_private_key(block.text, password))


def _take_encrypted_key(contents: Contents, block: PemBlock) -> None:
    with suppress(ValueError):  # what is no base64 is refused as a key
        if asks_too_much(block.decoded()):
            contents.refuse(block.line, *TOO_MUCH)
            return
    _take_key(contents, block)


def _take_openssh_key(contents: Contents, block: PemBlock) -> None:
    try:
        contents.keys.append(without_panic(lambda: load_ssh_private_key(block.text, None)))
    except Exception:  # any kind: the bytes are a stranger's
        contents.refuse(block.line, "the OpenSSH key cannot be read", "convert it: ssh-keygen -p -m PKCS8")


def _ignore(contents: Contents, block: PemBlock) -> None:
    contents.notes.append(f"ignored the {block.label} in line {block.line}")


def _take_stranger(contents: Contents, block: PemBlock) -> None:
    what = _STRANGERS.get(block.label, f"a block of the kind {block.label}")
    contents.refuse(block.line, f"this is {what} and no certificate", "remove it, or give the certificate instead")


Take: TypeAlias = Callable[[Contents, PemBlock], None]

_BLOCKS: Final[dict[str, Take]] = {
    **dict.fromkeys(("CERTIFICATE", "X509 CERTIFICATE", "TRUSTED CERTIFICATE"), _take_certificate),
    **dict.fromkeys(("PKCS7", "PKCS #7 SIGNED DATA", "CMS"), _take_pkcs7_block),
    **dict.fromkeys(("PRIVATE KEY", "RSA PRIVATE KEY", "EC PRIVATE KEY", "DSA PRIVATE KEY"), _take_key),
    "ENCRYPTED PRIVATE KEY": _take_encrypted_key,
    "OPENSSH PRIVATE KEY": _take_openssh_key,
    **dict.fromkeys(("EC PARAMETERS", "DH PARAMETERS"), _ignore),
}
"""What is done with a PEM block of each kind."""

_STRANGERS: Final = {
    "CERTIFICATE REQUEST": "a certificate request, the question to a CA,",
    "NEW CERTIFICATE REQUEST": "a certificate request, the question to a CA,",
    "PUBLIC KEY": "a public key",
    "RSA PUBLIC KEY": "a public key",
    "X509 CRL": "a revocation list",
}
