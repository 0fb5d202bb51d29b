"""The TLS engine: one OpenSSL connection on memory BIOs, sans-IO, with everything about it observed.

Bytes go in with `receive`, come out with `outgoing`; between the two, `handshake`, `read`, `write` and
`close` say what they need next. Whoever pumps the engine keeps one rule: **after every call, also one
that failed, send what `outgoing` gives.** The alert of a failed handshake lies there; a pump that raises
first keeps it from the peer, which then sees a bare end of stream and can diagnose nothing (trap X31).

What OpenSSL tells is written down as it happens: alerts come with their number and direction from the
info callback, verify errors with their depth from the verify callback, secrets from the key-log callback.
No error string is ever matched. What OpenSSL does not tell, above all the chain of a client that was
refused, is read later from the recorded bytes by `harness.tls.inspector`.

Refusing as somebody else. OpenSSL picks the alert of a failed path check. A simulated cloud must answer
as the real one does (harness.tls.dialects), so the alert is exchanged:

* A TLS client's alert about the server's certificate leaves as seven clear bytes, in TLS 1.2 and 1.3
  alike (measured, domain.md 5.2). The last of them is the number.
* A TLS server accepts in the verify callback, remembers its objection, and lets the handshake finish. Its
  last flight is then thrown away unsent and the alert goes out in its place: in TLS 1.2 in clear, since the
  client never got our ChangeCipherSpec; in TLS 1.3 sealed under the application traffic secret, sequence
  number 0, since nothing has been sent under it (architecture.md, "TLS engine").

Asking somebody else. Whether a certificate was revoked is known to a server far away, and OpenSSL's callbacks cannot
wait. An engine that `asks` therefore stops between a good path check and the first bytes that this end would send
after it: `handshake` returns `WANTS_VERDICT`, `outgoing` gives nothing, and `in_question` says about whom it is.
`settle` either lets the held bytes go or throws them away for an alert, by the way that is described above. What is
held is the last flight of a server; the second flight of a client, which is its last in TLS 1.3. So the peer
sees what OpenSSL's own revocation check shows it, later by the time of the question (tests/tls compares the two).

OpenSSL is imported here, in `harness.tls.context`, which turns a profile into the settings that all its
connections share, and in `harness.tls.revocation_lists`, and nowhere else.
"""

from __future__ import annotations

from itertools import groupby

from cryptography.hazmat.primitives.serialization import Encoding
from OpenSSL import SSL, crypto

from harness.tls.context import context_of, observe
from harness.tls.dialects import alert_to_nobody, chosen_alert
from harness.tls.observations import Alert, InQuestion, NameCheck, Progress, VerifyError
from harness.tls.profile import Dialect, TlsProfile
from harness.tls.purpose import forgives
from harness.tls.sealing import plain_alert, sealed_alert
from harness.tls.verify_errors import HOSTNAME_MISMATCH, INVALID_PURPOSE, revocation_alert, text_of
from harness.transcript import ClientCertificate, Direction

_CALLBACK_ALERT = 0x4000
_CALLBACK_READ = 0x04
_CALLBACK_LOOP = 0x01
_PIECE = 65536
_HANDSHAKE_RECORD = 22
_ALERT_RECORD = 21
_SSL2_HELLO = 0x80
_FATAL = 2
_ALERT_LENGTH = 7
_MOST_SECRETS = 1024


class TlsEngine:
    """One end of one TLS connection.

    `listens` makes it the TLS server. `server_name` is the SNI that a client sends, empty for none.
    `accept_name` is asked about the peer's leaf inside the handshake, for peers that check names there
    (alert 42, or 46 from the others); Expressway judges names after the handshake and leaves it None. `asks` makes it
    stop for a verdict on each peer that it verified; a TLS client then asks for a stapled OCSP response too.
    """

    def __init__(
        self,
        profile: TlsProfile,
        *,
        listens: bool,
        server_name: str = "",
        accept_name: NameCheck | None = None,
        asks: bool = False,
    ) -> None:
        self.profile = profile
        self.listens = listens
        self.observed: list[Alert | VerifyError] = []
        self.key_log: list[str] = []
        self._states: list[bytes] = []
        self.failure = ""
        self.failed_state = ""
        self._accept_name = accept_name
        self._objection: int | None = None
        self._first_byte: int | None = None
        self._instead: bytes | None = None
        self._finished = False
        self._asks = asks
        self._path_holds = False
        self._staple = b""
        self._held: bytes | None = None
        self._released = b""
        self._connection = SSL.Connection(context_of(profile, listens), None)
        observe(self._connection, self)
        if listens:
            self._connection.set_accept_state()
        else:
            self._connection.set_connect_state()
            if asks:
                self._connection.request_ocsp()
            if server_name:
                self._connection.set_tlsext_host_name(server_name.encode("idna"))

    # --- bytes ---

    def receive(self, data: bytes) -> None:
        """Take bytes from the peer; empty bytes mean that its stream ended."""
        if not data:
            self._connection.bio_shutdown()
            return
        if self._first_byte is None:
            self._first_byte = data[0]
        self._connection.bio_write(data)

    def outgoing(self) -> bytes:
        """Return the bytes to send now; to be called after every other call."""
        if self._instead is not None:
            data, self._instead = self._instead, b""
            return data
        data, self._released = self._released + self._drained(), b""
        return self._in_dialect(data) if self._objection is not None and not self.listens else data

    def _drained(self) -> bytes:
        data = b""
        while len(data) % _PIECE == 0:  # a short read has emptied it
            try:
                data += self._connection.bio_read(_PIECE)
            except SSL.Error:
                break
        return data

    # --- calls ---

    def handshake(self) -> Progress:
        """Advance the handshake."""
        if self._held is not None:
            return Progress.WANTS_VERDICT
        if self._instead is not None:
            return Progress.FAILED
        try:
            self._connection.do_handshake()
        except SSL.WantReadError:
            return Progress.WANTS_VERDICT if self._holds_back() else Progress.WANTS_BYTES
        except SSL.Error:
            return self._fail()
        if self._refuses_late():
            return Progress.FAILED
        if self._holds_back(finished=True):
            return Progress.WANTS_VERDICT
        self._finished = True
        return Progress.DONE

    def settle(self, code: int) -> None:
        """Answer `WANTS_VERDICT`: X509_V_OK (0) lets the handshake go on, any other verify error refuses the peer."""
        held, self._held, self._asks = self._held or b"", None, False
        if not code:
            self._released = held
            return
        self.observed.append(VerifyError(0, code, text_of(code), overridden=False))
        self._refuse(self._alert_for(code) or revocation_alert(code))

    def read(self, limit: int = _PIECE) -> bytes | Progress:
        """Return decrypted bytes, or what is needed or happened instead."""
        if self._instead is not None:
            return Progress.ENDED
        try:
            return self._connection.recv(limit)
        except SSL.WantReadError:
            return Progress.WANTS_BYTES
        except SSL.ZeroReturnError:
            return Progress.ENDED
        except SSL.Error:
            return self._fail()

    def write(self, data: bytes) -> Progress:
        """Encrypt `data`; it lies in `outgoing` afterwards."""
        try:
            self._connection.sendall(data)
        except SSL.Error:
            return self._fail()
        return Progress.DONE

    def close(self) -> None:
        """Say close_notify, if there is anybody to say it to."""
        if self._finished and not self.failure:
            try:
                self._connection.shutdown()
            except SSL.Error:
                self.failure = "internal"

    # --- what is known afterwards ---

    @property
    def finished(self) -> bool:
        """Whether this end's handshake call has returned."""
        return self._finished

    @property
    def states(self) -> tuple[str, ...]:
        """The states that the handshake went through, in OpenSSL's words, each once in a row."""
        return tuple(state.decode("ascii", "replace") for state, _ in groupby(self._states))

    @property
    def version(self) -> str:
        """The negotiated version, "1.2"; empty before the ServerHello."""
        return self._agreed_version if self.cipher else ""

    @property
    def _agreed_version(self) -> str:
        """The version since the ServerHello; before it OpenSSL names the highest that it would take."""
        name = self._connection.get_protocol_version_name()
        return {"TLSv1": "1.0"}.get(name, name.removeprefix("TLSv"))

    @property
    def cipher(self) -> str:
        """The negotiated cipher suite in OpenSSL's name; empty before there is one."""
        return self._connection.get_cipher_name() or ""

    @property
    def close_notify_received(self) -> bool:
        """Whether the peer closed cleanly, by close_notify; OpenSSL's own flag is also set by a fatal alert."""
        return any(
            isinstance(seen, Alert) and seen.direction is Direction.RECEIVED and seen.number == 0
            for seen in self.observed
        )

    @property
    def peer_certificate(self) -> bytes:
        """The peer's leaf (DER) once the handshake is over; empty where it presented none."""
        certificate = self._connection.get_peer_certificate(as_cryptography=True)
        return certificate.public_bytes(Encoding.DER) if certificate else b""

    @property
    def verified_chain(self) -> tuple[bytes, ...]:
        """The chain that the path check built (DER, leaf first); empty where there is none."""
        if not (self._finished or self._path_holds):
            return ()
        chain = self._connection.get_verified_chain(as_cryptography=True) or ()
        return tuple(certificate.public_bytes(Encoding.DER) for certificate in chain)

    @property
    def in_question(self) -> InQuestion:
        """The peer about whom `WANTS_VERDICT` asks."""
        return InQuestion(self.verified_chain, self._staple)

    # --- what OpenSSL tells, as `harness.tls.context.Observer` ---

    def note_state(self, where: int, code: int) -> None:
        """Take what the info callback says: an alert, or another state reached."""
        if not where & _CALLBACK_ALERT:
            if where & _CALLBACK_LOOP:
                self._states.append(self._connection.get_state_string())
            return
        direction = Direction.RECEIVED if where & _CALLBACK_READ else Direction.SENT
        number = code & 0xFF
        if direction is Direction.SENT and self._objection is not None:
            number = self._alert_for(self._objection) or number
        self.observed.append(Alert(direction, code >> 8, number))

    def note_secret(self, line: str) -> None:
        """Take a line of the key log, up to a limit: a peer that updates its keys for ever must not fill the memory."""
        if len(self.key_log) < _MOST_SECRETS:
            self.key_log.append(line)

    def note_staple(self, response: bytes) -> None:
        """Take the OCSP response that came with the peer's certificate, empty where none did."""
        self._staple = response

    def judge_certificate(self, certificate: crypto.X509, code: int, depth: int, ok: int) -> bool:
        """Take one result of the path check; return whether to go on."""
        if ok:
            self._path_holds = depth == 0 and self._objection is None and self.profile.verify
            return depth > 0 or self._name_is_wanted(certificate)
        overridden = not self.profile.verify or (code == INVALID_PURPOSE and self._forgives_purpose(certificate))
        self.observed.append(VerifyError(depth, code, text_of(code), overridden))
        if overridden:
            return True
        self._objection = code
        return self._speaks_late

    def _forgives_purpose(self, certificate: crypto.X509) -> bool:
        return forgives(self.profile.purpose, certificate.to_cryptography(), listens=self.listens)

    def _name_is_wanted(self, certificate: crypto.X509) -> bool:
        if self._accept_name is None or not self.profile.verify or self._objection is not None:
            return True
        if self._accept_name(certificate.to_cryptography().public_bytes(Encoding.DER)):
            return True
        self.observed.append(VerifyError(0, HOSTNAME_MISMATCH, text_of(HOSTNAME_MISMATCH), overridden=False))
        self._objection = HOSTNAME_MISMATCH
        return self._speaks_late

    # --- refusing as somebody else ---

    @property
    def _speaks_late(self) -> bool:
        return self.listens and self.profile.dialect is not Dialect.OPENSSL

    def _alert_for(self, code: int) -> int | None:
        return chosen_alert(self.profile.dialect, code, self._agreed_version, listens=self.listens)

    def _in_dialect(self, data: bytes) -> bytes:
        """Exchange the number in the clear alert that ends `data`."""
        number = self._alert_for(self._objection or 0)
        tail = data[-_ALERT_LENGTH:]
        if number is None or len(tail) < _ALERT_LENGTH or tail[0] != _ALERT_RECORD or tail[5] != _FATAL:
            return data
        return data[:-1] + bytes([number])

    def _refuses_late(self) -> bool:
        """After the handshake: put the alert of a late objection in place of our last flight."""
        if not self._speaks_late:
            return False
        number = self._alert_for(self._objection) if self._objection is not None else None
        if self.profile.request is ClientCertificate.REQUIRED and not self.peer_certificate:
            number = alert_to_nobody(self.profile.dialect, self.version)
        if number is None:
            return False
        self._refuse(number)
        return True

    def _refuse(self, number: int) -> None:
        """Put an alert in the place of everything that this end would have sent."""
        self._instead = self._alert_record(number)
        self.observed.append(Alert(Direction.SENT, _FATAL, number))
        self.failure, self.failed_state = "alert-sent", self.states[-1] if self.states else ""

    def _alert_record(self, number: int) -> bytes:
        if self.version != "1.3" or not self.listens:
            return plain_alert(self.version, number)
        secret = next(line.split()[2] for line in self.key_log if line.startswith("SERVER_TRAFFIC_SECRET_0"))
        return sealed_alert(self.cipher, bytes.fromhex(secret), number)

    # --- asking somebody else ---

    def _holds_back(self, *, finished: bool = False) -> bool:
        """Whether the peer is in question and this end is about to speak, or done; its bytes are held then."""
        if not (self._asks and self._path_holds):
            return False
        held = self._drained()
        if held or finished:
            self._held = held
        return self._held is not None

    # --- failing ---

    def _fail(self) -> Progress:
        if not self.failure:
            self.failure = self._reason()
            self.failed_state = self._connection.get_state_string().decode("ascii", "replace")
        return Progress.FAILED

    def _reason(self) -> str:
        fatal = [seen for seen in self.observed if isinstance(seen, Alert) and seen.level == _FATAL]
        if fatal:
            return "alert-received" if fatal[-1].direction is Direction.RECEIVED else "alert-sent"
        if not self._finished and self._first_byte not in {
            None,
            _HANDSHAKE_RECORD,
            _ALERT_RECORD,
            _SSL2_HELLO,
        }:
            return "not-tls"
        return "peer-closed"
