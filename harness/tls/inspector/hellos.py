"""Decoding the hellos and their extensions (RFC 8446 sections 4.1 and 4.2, RFC 6066, RFC 7301)."""

from __future__ import annotations

from hashlib import sha256

from harness.tls.inspector.items import ClientHello, EncryptedExtensions, ServerHello, Stamp
from harness.tls.inspector.registry_names import group_name, scheme_names, suite_name, version_name
from harness.tls.inspector.wire import Reader

# Extension numbers of the IANA registry.
_SERVER_NAME, _GROUPS, _SIGNATURE_ALGORITHMS, _ALPN = 0, 10, 13, 16
_ENCRYPT_THEN_MAC, _SESSION_TICKET, _PRE_SHARED_KEY, _EARLY_DATA = 22, 35, 41, 42
_SUPPORTED_VERSIONS, _KEY_SHARE = 43, 51

_RETRY_RANDOM = sha256(b"HelloRetryRequest").digest()  # RFC 8446 section 4.1.3
_MESSAGE_HEADER_LENGTH = 4

Extensions = dict[int, bytes]


def extensions(reader: Reader) -> Extensions:
    """Read a block of extensions by number; a block may be absent in TLS 1.2 and below."""
    block = reader.inside(2) if reader else Reader(b"")
    found: Extensions = {}
    while block:
        number = block.number(2)
        found[number] = block.vector(2)
    return found


def client_hello(stamp: Stamp, body: bytes) -> ClientHello:
    """Decode a ClientHello."""
    reader = Reader(body)
    legacy_version = reader.number(2)
    random, session_id = reader.take(32), reader.vector(1)
    suites = tuple(suite_name(number) for number in reader.inside(2).numbers(2))
    reader.vector(1)  # compression methods, null ever since RFC 8446
    offered = extensions(reader)
    reader.finish()
    return ClientHello(
        *stamp,
        versions=_versions(offered, legacy_version),
        random=random,
        session_id=session_id,
        cipher_suites=suites,
        server_name=_server_name(offered),
        alpn=_protocols(offered),
        groups=tuple(group_name(number) for number in _list(offered, _GROUPS).numbers(2)),
        signature_algorithms=signature_algorithms(offered),
        ticket_offered=bool(offered.get(_SESSION_TICKET)) or _PRE_SHARED_KEY in offered,
        early_data=_EARLY_DATA in offered,
        length=len(body) + _MESSAGE_HEADER_LENGTH,
    )


def server_hello(stamp: Stamp, body: bytes) -> ServerHello:
    """Decode a ServerHello or a HelloRetryRequest, which differs by its random alone."""
    reader = Reader(body)
    legacy_version = reader.number(2)
    random, session_id = reader.take(32), reader.vector(1)
    suite = suite_name(reader.number(2))
    reader.take(1)  # compression method
    chosen = extensions(reader)
    reader.finish()
    version = Reader(chosen[_SUPPORTED_VERSIONS]).number(2) if _SUPPORTED_VERSIONS in chosen else legacy_version
    return ServerHello(
        *stamp,
        version=version_name(version),
        random=random,
        session_id=session_id,
        cipher_suite=suite,
        group=group_name(Reader(chosen[_KEY_SHARE]).number(2)) if _KEY_SHARE in chosen else None,
        retry=random == _RETRY_RANDOM,
        pre_shared_key=_PRE_SHARED_KEY in chosen,
        encrypt_then_mac=_ENCRYPT_THEN_MAC in chosen,
        alpn=next(iter(_protocols(chosen)), None),
    )


def encrypted_extensions(stamp: Stamp, body: bytes) -> EncryptedExtensions:
    """Decode EncryptedExtensions."""
    reader = Reader(body)
    chosen = extensions(reader)
    reader.finish()
    return EncryptedExtensions(*stamp, alpn=next(iter(_protocols(chosen)), None))


def signature_algorithms(offered: Extensions) -> tuple[str, ...]:
    """Return the names in a signature_algorithms extension, none where it is absent."""
    return scheme_names(_list(offered, _SIGNATURE_ALGORITHMS).numbers(2))


def _list(offered: Extensions, number: int) -> Reader:
    """Return a reader over an extension that is one list; an absent one is an empty list."""
    return Reader(offered[number]).inside(2) if number in offered else Reader(b"")


def _versions(offered: Extensions, legacy_version: int) -> tuple[str, ...]:
    if _SUPPORTED_VERSIONS not in offered:
        return (version_name(legacy_version),)
    return tuple(version_name(number) for number in Reader(offered[_SUPPORTED_VERSIONS]).inside(1).numbers(2))


def _server_name(offered: Extensions) -> str | None:
    """Return the host_name of RFC 6066 section 3; bytes outside ASCII show as escapes."""
    names = _list(offered, _SERVER_NAME)
    while names:
        kind, name = names.number(1), names.vector(2)
        if kind == 0:
            return name.decode("ascii", "backslashreplace")
    return None


def _protocols(offered: Extensions) -> tuple[str, ...]:
    return tuple(name.decode("ascii", "backslashreplace") for name in _list(offered, _ALPN).vectors(1))
