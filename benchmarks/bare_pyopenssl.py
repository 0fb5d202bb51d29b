"""The floor of the handshake: pyOpenSSL on memory BIOs and nothing else, no socket, no task, no record.

The same certificates, versions and checks as ours: both sides present a leaf and an intermediate and verify
the other's. After the handshake one message goes each way, then both say close_notify.
"""

from __future__ import annotations

from cryptography.hazmat.primitives.serialization import load_pem_private_key
from cryptography.x509 import load_der_x509_certificate
from OpenSSL import SSL, crypto

from benchmarks.estate import Pair
from benchmarks.measuring import own_cpu
from harness.tls.profile import TlsProfile

_VERSIONS = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}
_QUESTION = b"OPTIONS sip:us-expe1.example.com SIP/2.0\r\n\r\n".ljust(420)
_ANSWER = b"SIP/2.0 200 OK\r\n\r\n".ljust(360)
_PIECE = 65536


class BarePair:
    """Two contexts, made once; `talk` is one connection between them."""

    def __init__(self, pair: Pair) -> None:
        self._caller = _context(pair.caller, SSL.TLS_CLIENT_METHOD)
        self._called = _context(pair.called, SSL.TLS_SERVER_METHOD)

    def cost(self, connections: int) -> float:
        """Return the CPU seconds of one connection, both ends, as the mean of so many in a row."""
        return own_cpu(lambda: [self.talk() for _ in range(connections)]) / connections

    def talk(self) -> tuple[bytes, bytes]:
        """Shake hands, ask, answer and part; return what the called and the caller got."""
        caller, called = SSL.Connection(self._caller, None), SSL.Connection(self._called, None)
        caller.set_connect_state()
        called.set_accept_state()
        while not (_advance(caller) & _advance(called)):
            _carry(caller, called)
            _carry(called, caller)
        got = _say(caller, called, _QUESTION), _say(called, caller, _ANSWER)
        caller.shutdown()
        _carry(caller, called)
        called.shutdown()
        _carry(called, caller)
        return got


def _context(profile: TlsProfile, method: int) -> SSL.Context:
    context = SSL.Context(method)
    version = _VERSIONS[profile.versions[0]]
    context.set_min_proto_version(version)
    context.set_max_proto_version(version)
    leaf, *others = (load_der_x509_certificate(der) for der in profile.chain)
    context.use_certificate(leaf)
    context.use_privatekey(load_pem_private_key(profile.private_key, None))  # type: ignore[arg-type]
    for certificate in others:
        context.add_extra_chain_cert(certificate)
    store = context.get_cert_store()
    assert store is not None  # noqa: S101  # a fresh context has one
    for der in profile.trusted:
        store.add_cert(crypto.X509.from_cryptography(load_der_x509_certificate(der)))
    context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT)
    context.set_options(SSL.OP_NO_TICKET)  # no resumption here either
    context.set_session_cache_mode(SSL.SESS_CACHE_OFF)
    return context


def _advance(end: SSL.Connection) -> bool:
    try:
        end.do_handshake()
    except SSL.WantReadError:
        return False
    return True


def _carry(source: SSL.Connection, target: SSL.Connection) -> None:
    """Carry what one end wants to send over to the other."""
    try:
        data = source.bio_read(_PIECE)
    except SSL.WantReadError:
        return
    target.bio_write(data)


def _say(speaker: SSL.Connection, hearer: SSL.Connection, words: bytes) -> bytes:
    speaker.send(words)
    _carry(speaker, hearer)
    return hearer.recv(_PIECE)
