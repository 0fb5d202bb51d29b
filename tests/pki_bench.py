"""The workbench of the PKI's tests: the shipped catalogue, a fixed day, and a handshake in memory."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from cryptography import x509
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from OpenSSL import SSL, crypto

from harness.pki import Catalogue, Credentials, LabPki, read_catalogue
from harness.pki.keys import PrivateKey

NOW = datetime(2031, 5, 6, 7, 8, 9, tzinfo=UTC)
CERTS = Path(__file__).parents[1] / "certs"
TEXTS = {path.name: path.read_text(encoding="utf-8") for path in sorted(CERTS.glob("*.yaml"))}
CATALOGUE: Catalogue = read_catalogue(TEXTS)

Role = Literal["client", "server"]
VERSIONS = {"1.2": SSL.TLS1_2_VERSION, "1.3": SSL.TLS1_3_VERSION}


def lab_pki() -> LabPki:
    return LabPki(CATALOGUE, NOW)


def parsed(certificate: bytes) -> x509.Certificate:
    return x509.load_der_x509_certificate(certificate)


def private_key(credentials: Credentials) -> PrivateKey:
    key = load_pem_private_key(credentials.private_key, password=None)
    assert isinstance(key, PrivateKey)
    return key


@dataclass(frozen=True, slots=True)
class Outcome:
    """The fatal alert that was sent and the first X509_V_ERR of the check, both 0 where none.

    `checked` says that the verifying end finished its handshake.
    """

    alert: int
    verify_error: int
    checked: bool


@dataclass(slots=True)
class Watch:
    """What the callbacks of one handshake note down."""

    alerts: list[int] = field(default_factory=list)
    verify_errors: list[int] = field(default_factory=list)

    def verified(self, _end: SSL.Connection, _leaf: crypto.X509, error: int, _depth: int, ok: int) -> bool:
        self.verify_errors += [error] if error else []
        return bool(ok)

    def informed(self, _end: SSL.Connection, where: int, value: int) -> None:
        if where & SSL.SSL_CB_ALERT and where & SSL.SSL_CB_WRITE and value >> 8 == 2:
            self.alerts.append(value & 0xFF)


def handshake(client: Credentials, server: Credentials, verifier: Role, root: bytes, tls: str) -> Outcome:
    """Let `client` and `server` meet; `verifier` trusts `root` and checks the other, which checks nothing."""
    watch = Watch()
    dialler = SSL.Connection(_context(client, root if verifier == "client" else None, tls, watch), None)
    listener = SSL.Connection(_context(server, root if verifier == "server" else None, tls, watch), None)
    dialler.set_connect_state()
    listener.set_accept_state()
    finished: set[SSL.Connection] = set()
    for _ in range(4):
        for end, other in ((dialler, listener), (listener, dialler)):
            if end not in finished and not watch.alerts and _finishes(end):
                finished.add(end)
            _carry(end, other)
    checked = (dialler if verifier == "client" else listener) in finished
    return Outcome(next(iter(watch.alerts), 0), next(iter(watch.verify_errors), 0), checked)


def _context(credentials: Credentials, root: bytes | None, tls: str, watch: Watch) -> SSL.Context:
    context = SSL.Context(SSL.TLS_METHOD)
    context.set_min_proto_version(VERSIONS[tls])
    context.set_max_proto_version(VERSIONS[tls])
    context.use_certificate(parsed(credentials.leaf))
    context.use_privatekey(private_key(credentials))
    for certificate in credentials.sent[1:]:
        context.add_extra_chain_cert(parsed(certificate))
    context.set_info_callback(watch.informed)
    if root is not None:
        store = context.get_cert_store()
        assert store is not None
        store.add_cert(crypto.X509.from_cryptography(parsed(root)))
        store.set_time(NOW)
        context.set_verify(SSL.VERIFY_PEER | SSL.VERIFY_FAIL_IF_NO_PEER_CERT, watch.verified)
    return context


def _finishes(end: SSL.Connection) -> bool:
    try:
        end.do_handshake()
    except SSL.Error:  # wants bytes of the other end, or has refused it: the watch knows which
        return False
    return True


def _carry(source: SSL.Connection, target: SSL.Connection) -> None:
    try:
        target.bio_write(source.bio_read(65536))
    except SSL.WantReadError:
        return
