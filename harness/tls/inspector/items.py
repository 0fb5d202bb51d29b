"""What an inspected connection consists of: one frozen value for each TLS message and each oddity.

Every item begins with the same three fields: `at`, the time of the chunk that completed it (seconds, as the
chunks count them); `from_client`, who sent it; `encrypted`, whether it went under a key.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple, TypeAlias


class Stamp(NamedTuple):
    """The first three fields of every item."""

    at: float
    from_client: bool
    encrypted: bool


@dataclass(frozen=True, slots=True)
class _Stamped:
    at: float
    from_client: bool
    encrypted: bool


@dataclass(frozen=True, slots=True)
class ClientHello(_Stamped):
    """What the TLS client offers (RFC 8446 section 4.1.2), in its order and with its GREASE.

    `versions` are those of supported_versions ("1.3"), without that extension the legacy version alone.
    `random` names the connection in a key log. `ticket_offered` says that the client wants to resume: by a
    session ticket or, in TLS 1.3, by a pre-shared key. `length` is the handshake message's size in bytes,
    header included (measured: OpenSSL's default fills two TCP segments, on which some old gear stalls).
    """

    versions: tuple[str, ...]
    random: bytes
    session_id: bytes
    cipher_suites: tuple[str, ...]
    server_name: str | None
    alpn: tuple[str, ...]
    groups: tuple[str, ...]
    signature_algorithms: tuple[str, ...]
    ticket_offered: bool
    early_data: bool
    length: int


@dataclass(frozen=True, slots=True)
class ServerHello(_Stamped):
    """What the TLS server chose (RFC 8446 section 4.1.3), or with `retry` its HelloRetryRequest (4.1.4).

    `group` is the key share's, known here in TLS 1.3 only. `pre_shared_key` says that TLS 1.3 resumed.
    `encrypt_then_mac` is RFC 7366, `alpn` the protocol chosen in TLS 1.2 and below.
    """

    version: str
    random: bytes
    session_id: bytes
    cipher_suite: str
    group: str | None
    retry: bool
    pre_shared_key: bool
    encrypt_then_mac: bool
    alpn: str | None


@dataclass(frozen=True, slots=True)
class EncryptedExtensions(_Stamped):
    """The server's further choices in TLS 1.3 (RFC 8446 section 4.3.1); `alpn` None: it chose none."""

    alpn: str | None


@dataclass(frozen=True, slots=True)
class CertificateRequest(_Stamped):
    """The server asks for a client certificate (RFC 8446 section 4.3.2, RFC 5246 section 7.4.4).

    `authorities` are the CA names as RFC 4514 strings (`#` and hex where a name cannot be read),
    `certificate_types` is empty in TLS 1.3, `signature_algorithms` in TLS 1.0 and 1.1.
    """

    authorities: tuple[str, ...]
    certificate_types: tuple[str, ...]
    signature_algorithms: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Certificate(_Stamped):
    """A chain as it was sent: DER, the sender's order, duplicates kept. Empty: it had none to show."""

    chain: tuple[bytes, ...]


@dataclass(frozen=True, slots=True)
class CertificateVerify(_Stamped):
    """Proof of the private key, by `scheme` (RFC 8446 section 4.4.3); TLS 1.0 and 1.1 name none."""

    scheme: str | None


@dataclass(frozen=True, slots=True)
class Finished(_Stamped):
    """The end of one side's handshake. In TLS 1.3 the client's says nothing of its certificate (trap X8)."""


@dataclass(frozen=True, slots=True)
class NewSessionTicket(_Stamped):
    """A ticket to resume with; in TLS 1.3 a sign that the server accepted the client (domain.md 5.2).

    `lifetime` is in seconds.
    """

    lifetime: int


@dataclass(frozen=True, slots=True)
class KeyUpdate(_Stamped):
    """The sender takes its next key, and may ask the same of the peer (RFC 8446 section 4.6.3)."""

    requested: bool


@dataclass(frozen=True, slots=True)
class Handshake(_Stamped):
    """Any other handshake message: its RFC name in lower snake case, and its body's length in bytes."""

    name: str
    length: int


@dataclass(frozen=True, slots=True)
class ChangeCipherSpec(_Stamped):
    """Keys from here on in TLS 1.2 and below; in TLS 1.3 a courtesy to middleboxes (RFC 8446 section D.4)."""


@dataclass(frozen=True, slots=True)
class Alert(_Stamped):
    """An alert: `level` 1 warning, 2 fatal; number and name as in RFC 8446 section 6.2."""

    level: int
    number: int
    name: str


@dataclass(frozen=True, slots=True)
class ApplicationData(_Stamped):
    """One record of it. `data` is None where no key opens it and TLS 1.2 shows its kind all the same.

    `length` is then the sealed record's, otherwise the data's, in bytes.
    """

    data: bytes | None
    length: int


@dataclass(frozen=True, slots=True)
class Undecrypted(_Stamped):
    """A run of records that stay shut: `records` of them with `length` bytes, and `why` as a sentence.

    `content` is the kind that their headers state (`handshake`, `alert`, `application_data`); TLS 1.3 calls
    every sealed record `application_data`. `at` is the time of the first.
    """

    content: str
    records: int
    length: int
    why: str


@dataclass(frozen=True, slots=True)
class NotTls(_Stamped):
    """A side that never spoke TLS; `first` are its first bytes (at most 64), such as `INVITE sip:…`."""

    first: bytes


@dataclass(frozen=True, slots=True)
class Malformed(_Stamped):
    """Nothing is read from `offset` of this side's stream on: `what` made no sense, or broke off there."""

    what: str
    offset: int


Item: TypeAlias = (
    ClientHello | ServerHello | EncryptedExtensions | CertificateRequest | Certificate | CertificateVerify
    | Finished | NewSessionTicket | KeyUpdate | Handshake | ChangeCipherSpec | Alert | ApplicationData
    | Undecrypted | NotTls | Malformed
)  # fmt: skip
