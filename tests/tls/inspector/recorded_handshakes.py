"""Two OpenSSL ends that talk through memory, recorded as the listening end would record them."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from dataclasses import dataclass, field
from functools import cache

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID
from OpenSSL import SSL, crypto

from harness.tls.inspector import Inspection, inspect
from harness.transcript import Chunk, Direction

VERSIONS = {
    "1.0": SSL.TLS1_VERSION,
    "1.1": SSL.TLS1_1_VERSION,
    "1.2": SSL.TLS1_2_VERSION,
    "1.3": SSL.TLS1_3_VERSION,
}
NO_ENCRYPT_THEN_MAC = 1 << 19  # SSL_OP_NO_ENCRYPT_THEN_MAC, which pyOpenSSL does not name
PrivateKey = ec.EllipticCurvePrivateKey | rsa.RSAPrivateKey


@dataclass(frozen=True)
class Identity:
    """A certificate with its key."""

    certificate: x509.Certificate
    key: PrivateKey


def authority(name: str = "Lab Root") -> Identity:
    """A CA of that name, always the same."""
    return _authority(name)


def leaf(name: str, kind: str = "ec", issuer: str = "Lab Root") -> Identity:
    """A leaf with an EC or an RSA key, always the same."""
    return _leaf(name, kind, issuer)


@cache
def _authority(name: str) -> Identity:
    return _issued(name, ec.generate_private_key(ec.SECP256R1()), None)


@cache
def _leaf(name: str, kind: str, issuer: str) -> Identity:
    key: PrivateKey = (
        ec.generate_private_key(ec.SECP256R1())
        if kind == "ec"
        else rsa.generate_private_key(public_exponent=65537, key_size=2048)
    )
    return _issued(name, key, authority(issuer))


def der(identity: Identity) -> bytes:
    """The identity's certificate as it crosses the wire."""
    return crypto.dump_certificate(crypto.FILETYPE_ASN1, crypto.X509.from_cryptography(identity.certificate))


def _issued(name: str, key: PrivateKey, issuer: Identity | None) -> Identity:
    subject = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer.certificate.subject if issuer else subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(dt.datetime(2020, 1, 1, tzinfo=dt.UTC))
        .not_valid_after(dt.datetime(2049, 1, 1, tzinfo=dt.UTC))
        .add_extension(x509.BasicConstraints(ca=issuer is None, path_length=None), critical=True)
    )
    return Identity(builder.sign(issuer.key if issuer else key, hashes.SHA256()), key)


@dataclass
class Meeting:
    """One connection between a TLS client and a TLS server, and all that crossed it."""

    client_context: SSL.Context
    server_context: SSL.Context
    key_log: list[str] = field(default_factory=list)
    chunks: list[Chunk] = field(default_factory=list)
    alerts: list[tuple[bool, int, int]] = field(default_factory=list)
    failed: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.client = SSL.Connection(self.client_context)
        self.server = SSL.Connection(self.server_context)
        self.client.set_connect_state()
        self.server.set_accept_state()
        self.server.set_app_data(self.key_log)
        self.client.set_info_callback(self._listener(from_client=True))
        self.server.set_info_callback(self._listener(from_client=False))

    def _listener(self, *, from_client: bool) -> Callable[[SSL.Connection, int, int], None]:
        def hear(_end: SSL.Connection, where: int, value: int) -> None:
            if where & SSL.SSL_CB_ALERT and where & SSL.SSL_CB_WRITE:
                self.alerts.append((from_client, value >> 8, value & 0xFF))

        return hear

    def shake_hands(self) -> Meeting:
        """Let both ends go on until neither has anything left to say."""
        while self._step(self.client, "client") | self._step(self.server, "server"):
            pass
        return self

    def _step(self, end: SSL.Connection, name: str) -> bool:
        if name not in self.failed:
            try:
                end.do_handshake()
                end.recv(65536)
            except SSL.WantReadError:
                pass
            except SSL.Error:
                self.failed.add(name)
        return self._carry(end)

    def _carry(self, end: SSL.Connection) -> bool:
        """Move what `end` has written to the other end, and record it."""
        other = self.server if end is self.client else self.client
        direction = Direction.RECEIVED if end is self.client else Direction.SENT
        try:
            data = end.bio_read(1 << 20)
        except SSL.WantReadError:
            return False
        self.record(direction, data)
        other.bio_write(data)
        return True

    def record(self, direction: Direction, data: bytes) -> None:
        """Record bytes a second after those before them."""
        self.chunks.append(Chunk(float(len(self.chunks)), direction, data))

    def say(self, end: SSL.Connection, data: bytes) -> bytes:
        """Send application data and return what the other end made of it."""
        end.send(data)
        self._carry(end)
        heard = (self.server if end is self.client else self.client).recv(65536)
        assert isinstance(heard, bytes)
        return heard

    def close(self, end: SSL.Connection) -> None:
        """Send close_notify."""
        end.shutdown()
        self._carry(end)

    def inspection(self, *, key_log: bool = True) -> Inspection:
        """Inspect what was recorded, with or without the keys."""
        return inspect(self.chunks, self.key_log if key_log else [], listens=True)


def context(
    version: str = "1.2",
    *,
    own: Identity | None = None,
    suites: str = "ALL",
    wants_certificate: bool = False,
    trusts: str = "Lab Root",
) -> SSL.Context:
    """A context of one version and, below TLS 1.3, of these cipher suites (OpenSSL's names)."""
    made = SSL.Context(SSL.TLS_METHOD)
    made.set_min_proto_version(VERSIONS[version])
    made.set_max_proto_version(VERSIONS[version])
    if version == "1.3" and suites != "ALL":
        made.set_tls13_ciphersuites(suites.encode())
    made.set_cipher_list(f"{'ALL' if version == '1.3' else suites}:@SECLEVEL=0".encode())
    if own:
        made.use_certificate(own.certificate)
        made.use_privatekey(own.key)
    store = made.get_cert_store()
    assert store is not None
    store.add_cert(crypto.X509.from_cryptography(authority(trusts).certificate))
    mode = SSL.VERIFY_PEER | (SSL.VERIFY_FAIL_IF_NO_PEER_CERT if wants_certificate else 0)
    made.set_verify(mode, lambda _end, _certificate, _error, _depth, ok: bool(ok))
    made.set_session_id(b"inspector")
    made.set_keylog_callback(_log_key)
    return made


def _log_key(end: SSL.Connection, line: bytes) -> None:
    """Give a line to the meeting that waits for it: OpenSSL has one callback for all of a context's ends."""
    wanted = end.get_app_data()
    if wanted is not None:
        wanted.append(line.decode())


def mutual(version: str, *, suites: str = "ALL", kind: str = "ec") -> Meeting:
    """A handshake in which both ends show a certificate, then a word each way and the client's goodbye."""
    listener = context(version, own=leaf("exp-e", kind), suites=suites, wants_certificate=True)
    listener.add_client_ca(authority().certificate)
    dialler = context(version, own=leaf("cloud", "ec"), suites=suites)
    meeting = Meeting(dialler, listener).shake_hands()
    assert meeting.say(meeting.client, b"OPTIONS sip:exp-e SIP/2.0") == b"OPTIONS sip:exp-e SIP/2.0"
    assert meeting.say(meeting.server, b"SIP/2.0 200 OK") == b"SIP/2.0 200 OK"
    meeting.close(meeting.client)
    return meeting
