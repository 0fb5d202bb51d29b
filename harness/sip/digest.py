"""Digest authentication with MD5 and SHA-256 and qop=auth (RFC 7616; RFC 3261 section 22; RFC 8760).

Nonces and client nonces are passed in: nothing here is random.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from enum import StrEnum

from harness.sip.splitting import quote, split_outside_quotes, unquote

_HASHES: Mapping[str, Callable[[bytes], str]] = {
    "MD5": lambda data: hashlib.md5(data, usedforsecurity=False).hexdigest(),
    "SHA-256": lambda data: hashlib.sha256(data).hexdigest(),
}
# RFC 7616 3.4: these go without quotes.
_BARE = ("algorithm", "stale", "nc")


class DigestResult(StrEnum):
    """What became of credentials. Only `ACCEPTED` lets a request pass; `STALE` asks for it once more."""

    ACCEPTED = "accepted"
    MALFORMED = "malformed"
    UNKNOWN_USER = "unknown-user"
    STALE = "stale"
    WRONG = "wrong"


def challenge(*, realm: str, nonce: str, algorithm: str = "MD5", opaque: str = "", stale: bool = False) -> str:
    """Return the value of a WWW-Authenticate or Proxy-Authenticate header that offers qop=auth."""
    parts = {"realm": realm, "nonce": nonce, "algorithm": algorithm, "qop": "auth"}
    if opaque:
        parts["opaque"] = opaque
    if stale:
        parts["stale"] = "true"
    return _written(parts)


def answer(
    challenged: str, *, username: str, password: str, method: str, uri: str, cnonce: str, nc: int = 1
) -> str | None:
    """Return the Authorization value for a challenge; None where it is none that we can answer.

    `nc` counts the requests made with this nonce, from 1. A challenge without qop (RFC 2617's old form) gets
    the answer without it.
    """
    offered = fields(challenged)
    algorithm = _algorithm(offered)
    if algorithm is None or "realm" not in offered or "nonce" not in offered:
        return None
    parts = {"username": username, "realm": offered["realm"], "nonce": offered["nonce"], "uri": uri,
             "algorithm": offered.get("algorithm", "MD5")}  # fmt: skip
    qops = [qop.strip().lower() for qop in offered.get("qop", "").split(",")]
    if "auth" in qops:
        parts |= {"qop": "auth", "cnonce": cnonce, "nc": f"{nc:08x}"}
    elif "qop" in offered:
        return None
    if "opaque" in offered:
        parts["opaque"] = offered["opaque"]
    secret = ha1(username, offered["realm"], password, algorithm)
    return _written(parts | {"response": _response(algorithm, parts, secret, method)}, bare=(*_BARE, "qop"))


def verify(
    authorization: str,
    *,
    method: str,
    ha1_of: Callable[[str, str, str], str | None],
    nonce_is_fresh: Callable[[str, str], bool],
) -> DigestResult:
    """Return what credentials are worth.

    `ha1_of(username, realm, algorithm)` gives the stored hash (see `ha1`), None for nobody of that name
    there. `nonce_is_fresh(nonce, nc)` says whether we gave out that nonce, still honour it and have not seen
    that count (hexadecimal, "" without qop). It is asked only where the hash is right, so that a stale nonce
    never tells a guesser anything (RFC 7616 3.5).
    """
    given = fields(authorization)
    algorithm = _algorithm(given)
    if algorithm is None or not {"username", "realm", "nonce", "uri", "response"} <= given.keys():
        return DigestResult.MALFORMED
    if given.get("qop", "auth").lower() != "auth" or ("qop" in given and not {"cnonce", "nc"} <= given.keys()):
        return DigestResult.MALFORMED
    secret = ha1_of(given["username"], given["realm"], algorithm)
    if secret is None:
        return DigestResult.UNKNOWN_USER
    if not _same(_response(algorithm, given, secret, method), given["response"].lower()):
        return DigestResult.WRONG
    fresh = nonce_is_fresh(given["nonce"], given.get("nc", ""))
    return DigestResult.ACCEPTED if fresh else DigestResult.STALE


def ha1(username: str, realm: str, password: str, algorithm: str = "MD5") -> str:
    """Return H(username:realm:password), what a registrar stores instead of a password (RFC 7616 3.4.2)."""
    return _hash(algorithm, username, realm, password)


def fields(header: str) -> dict[str, str]:
    """Return the parameters of a Digest header by lower-case name, without quotes.

    They are those of a challenge or of credentials. Another scheme has none; the first of a repeated one
    counts.
    """
    scheme, _, rest = header.strip().partition(" ")
    found: dict[str, str] = {}
    for part in split_outside_quotes(rest, ",") if scheme.lower() == "digest" else ():
        name, equals, value = part.partition("=")
        if equals:
            found.setdefault(name.strip().lower(), unquote(value.strip()))
    return found


def _algorithm(parts: Mapping[str, str]) -> str | None:
    named = parts.get("algorithm", "MD5").upper()
    return named if named in _HASHES else None


def _response(algorithm: str, parts: Mapping[str, str], secret: str, method: str) -> str:
    ha2 = _hash(algorithm, method, parts["uri"])
    if "qop" not in parts:
        return _hash(algorithm, secret, parts["nonce"], ha2)
    return _hash(algorithm, secret, parts["nonce"], parts["nc"], parts["cnonce"], parts["qop"], ha2)


def _hash(algorithm: str, *parts: str) -> str:
    return _HASHES[algorithm](":".join(parts).encode("utf-8", "surrogateescape"))


def _same(one: str, other: str) -> bool:
    return hmac.compare_digest(one.encode(), other.encode("utf-8", "surrogateescape"))


def _written(parts: Mapping[str, str], bare: tuple[str, ...] = _BARE) -> str:
    written = (f"{name}={value if name in bare else quote(value)}" for name, value in parts.items())
    return "Digest " + ", ".join(written)
