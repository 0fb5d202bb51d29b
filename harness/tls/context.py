"""From a TLS profile to an OpenSSL context: the settings that all connections of one profile share.

A context cannot change once it has a connection (architecture.md, "TLS engine"), so there is one for each
profile and role, made once and kept. Its callbacks belong to everybody who uses it: they find the observer
of the connection at hand in its app data.
"""

from __future__ import annotations

import warnings
from functools import lru_cache
from typing import Protocol

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL, crypto

from harness.errors import LabError
from harness.tls.profile import Dialect, TlsProfile
from harness.transcript import ClientCertificate

_OPENSSL_VERSIONS = {
    "1.0": SSL.TLS1_VERSION,
    "1.1": SSL.TLS1_1_VERSION,
    "1.2": SSL.TLS1_2_VERSION,
    "1.3": SSL.TLS1_3_VERSION,
}
_MODE_NO_AUTO_CHAIN = 0x08  # pyOpenSSL has no name for it


class Observer(Protocol):
    """Who is told what OpenSSL does on one connection. None of them must raise, or it would be lost."""

    def note_state(self, where: int, code: int) -> None:
        """Take what the info callback says."""

    def note_secret(self, line: str) -> None:
        """Take a line of the key log."""

    def note_staple(self, response: bytes) -> None:
        """Take the OCSP response that came with the peer's certificate, empty where none did."""

    def judge_certificate(self, certificate: crypto.X509, code: int, depth: int, ok: int) -> bool:
        """Take one result of the path check; return whether to go on."""


def observe(connection: SSL.Connection, observer: Observer) -> None:
    """Let `observer` hear of everything on `connection`; to be called before its first byte."""
    connection.set_app_data(observer)


@lru_cache(maxsize=256)
def context_of(profile: TlsProfile, listens: bool) -> SSL.Context:  # lru_cache wants it plain
    """Return the context of a profile as TLS server (`listens`) or client, the same one each time.

    Raises LabError where OpenSSL will not take the settings. Connections made from it need an observer.
    """
    context = SSL.Context(SSL.TLS_SERVER_METHOD if listens else SSL.TLS_CLIENT_METHOD)
    try:
        _set_versions(context, profile)
        _set_trust(context, profile)
        _set_own_certificate(context, profile)
    except (SSL.Error, ValueError) as error:
        raise LabError(
            f"OpenSSL will not use this certificate, key, cipher or signature setting: {_reason(error)}. Choose "
            "another one; a key that is too weak is refused before any handshake."
        ) from error
    context.set_verify(_verify_mode(profile, listens), _on_certificate)
    context.set_info_callback(_on_state)
    context.set_keylog_callback(_on_secret)
    if not listens:
        context.set_ocsp_client_callback(_on_staple)
    elif profile.staple:
        context.set_ocsp_server_callback(lambda _connection, _data: profile.staple)
    context.set_mode(SSL.MODE_RELEASE_BUFFERS)
    # Else OpenSSL answers a bare FIN with alert 50 (measured, 4.0.3), as if this end had refused the peer.
    context.set_options(SSL.OP_IGNORE_UNEXPECTED_EOF)
    if not profile.resumption:
        context.set_options(SSL.OP_NO_TICKET)
        context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    context.set_session_id(b"sip-mtls")
    return context


def _reason(error: Exception) -> str:
    """Return OpenSSL's words out of its list of (library, function, reason)."""
    told = error.args[0] if error.args else ""
    return "; ".join(reason for *_, reason in told) if isinstance(told, list) else str(told)


def _set_versions(context: SSL.Context, profile: TlsProfile) -> None:
    lowest, highest = profile.versions
    context.set_min_proto_version(_OPENSSL_VERSIONS[lowest])
    context.set_max_proto_version(_OPENSSL_VERSIONS[highest])
    ciphers = profile.ciphers or "DEFAULT"
    context.set_cipher_list((ciphers + (":@SECLEVEL=0" if profile.old_gear else "")).encode("ascii"))
    if profile.classic_hello:
        context.set_tmp_ecdh(ec.SECP256R1())
    if profile.signature_algorithms:
        _set_signature_algorithms(context, profile.signature_algorithms)


def _set_signature_algorithms(context: SSL.Context, algorithms: str) -> None:
    """Limit the offered signature algorithms, the one setting that pyOpenSSL does not wrap."""
    from OpenSSL._util import lib  # noqa: PLC0415  # private, and needed for this setting alone

    if not lib.SSL_CTX_set1_sigalgs_list(context._context, algorithms.encode("ascii")):  # noqa: SLF001
        raise ValueError(f"unknown signature algorithm in {algorithms!r}")


def _set_trust(context: SSL.Context, profile: TlsProfile) -> None:
    store = context.get_cert_store()
    if store is None:
        raise LabError("OpenSSL gave a context without a certificate store")
    for der in profile.trusted:
        certificate = _load(der)
        store.add_cert(crypto.X509.from_cryptography(certificate))
        if profile.request is not ClientCertificate.NONE and profile.announce_authorities:
            context.add_client_ca(certificate)
    if profile.clock is not None:
        store.set_time(profile.clock)
    if profile.dialect is not Dialect.OPENSSL:  # what is on its list Java trusts by itself, leaf or CA (measured)
        store.set_flags(crypto.X509StoreFlags.PARTIAL_CHAIN)


def _set_own_certificate(context: SSL.Context, profile: TlsProfile) -> None:
    if not profile.complete_chain:
        context.set_mode(_MODE_NO_AUTO_CHAIN)
    if not profile.chain:
        return
    leaf, *others = (_load(der) for der in profile.chain)
    context.use_certificate(leaf)
    _use_key(context, profile.private_key)
    for certificate in others:
        context.add_extra_chain_cert(certificate)


def _use_key(context: SSL.Context, private_key: bytes) -> None:
    """Take the own key; pyOpenSSL 26 knows no ML-DSA key of cryptography, but OpenSSL reads one itself (measured)."""
    try:
        context.use_privatekey(load_pem_private_key(private_key, None))  # type: ignore[arg-type]
    except TypeError:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.use_privatekey(crypto.load_privatekey(crypto.FILETYPE_PEM, private_key))


def _verify_mode(profile: TlsProfile, listens: bool) -> int:
    if not listens:
        return SSL.VERIFY_PEER
    match profile.request:
        case ClientCertificate.NONE:
            return SSL.VERIFY_NONE
        case ClientCertificate.REQUIRED if profile.dialect is Dialect.OPENSSL:
            return SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT
        case ClientCertificate.REQUIRED | ClientCertificate.OPTIONAL:
            return SSL.VERIFY_PEER


def _load(der: bytes) -> x509.Certificate:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # odd certificates are our trade
        return x509.load_der_x509_certificate(der)


# --- callbacks: to the observer of the connection ---


def _observer_of(connection: SSL.Connection) -> Observer:
    observer: Observer = connection.get_app_data()
    return observer


def _on_state(connection: SSL.Connection, where: int, code: int) -> None:
    _observer_of(connection).note_state(where, code)


def _on_secret(connection: SSL.Connection, line: bytes) -> None:
    _observer_of(connection).note_secret(line.decode("ascii"))


def _on_staple(connection: SSL.Connection, response: bytes, _data: object) -> bool:
    _observer_of(connection).note_staple(response)
    return True


def _on_certificate(connection: SSL.Connection, certificate: crypto.X509, code: int, depth: int, ok: int) -> bool:
    return _observer_of(connection).judge_certificate(certificate, code, depth, ok)
