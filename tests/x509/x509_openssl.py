"""Two oracles for paths: OpenSSL's own store, told the purpose, and the program `openssl verify` at a level."""

from __future__ import annotations

import base64
import re
import shutil
import subprocess
import warnings
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from OpenSSL import crypto
from OpenSSL._util import lib

PROGRAM = shutil.which("openssl")
_PURPOSES = {"client": 1, "server": 2}


def store_objection(
    sent: Sequence[bytes], trusted: Sequence[bytes], purpose: str, at: datetime
) -> tuple[int, int] | None:
    """Return (X509_V_ERR, depth) of the store's first objection, None where it takes the chain.

    pyOpenSSL names no purpose by itself; the store takes one through its binding. It knows no security level.
    """
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        leaf, *others = (crypto.load_certificate(crypto.FILETYPE_ASN1, der) for der in sent)
        store = crypto.X509Store()
        for der in trusted:
            store.add_cert(crypto.load_certificate(crypto.FILETYPE_ASN1, der))
    store.set_time(at)
    assert lib.X509_STORE_set_purpose(store._store, _PURPOSES[purpose]) == 1
    try:
        crypto.X509StoreContext(store, leaf, others).verify_certificate()
    except crypto.X509StoreContextError as error:
        code, depth, *_ = error.errors
        return code, depth
    return None


def program_objection(
    sent: Sequence[bytes],
    trusted: Sequence[bytes],
    purpose: str,
    at: datetime,
    folder: Path,
    level: int = 2,
    more: Sequence[str] = (),
) -> tuple[int, int] | None:
    """Return what `openssl verify` objects to first at that security level, None where it takes the chain.

    `more` are further options of it.
    """
    assert PROGRAM is not None
    files = {"trusted": trusted, "untrusted": sent[1:], "leaf": sent[:1]}
    for word, certificates in files.items():
        (folder / f"{word}.pem").write_text("".join(map(_pem, certificates)))
    options = ["-no-CAfile", "-no-CApath", "-auth_level", str(level), "-purpose", f"ssl{purpose}"]
    options += ["-attime", str(int(at.timestamp())), "-trusted", str(folder / "trusted.pem")]
    options += more
    options += ["-untrusted", str(folder / "untrusted.pem")] if len(sent) > 1 else []
    command = [PROGRAM, "verify", *options, str(folder / "leaf.pem")]
    ended = subprocess.run(command, capture_output=True, text=True, check=False, timeout=30)
    if ended.returncode == 0:
        return None
    told = re.search(r"error (\d+) at (\d+) depth", ended.stdout + ended.stderr)
    assert told, ended.stderr
    return int(told[1]), int(told[2])


def _pem(der: bytes) -> str:
    body = base64.encodebytes(der).decode()
    return f"-----BEGIN CERTIFICATE-----\n{body}-----END CERTIFICATE-----\n"
