"""The TLS handshake of a connection as flights: what one side sent in one go, in a few words."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from harness.report.evidence import inspected
from harness.report.ladder.marks import HELD
from harness.tls.inspector import (
    Alert,
    ApplicationData,
    Certificate,
    CertificateRequest,
    ChangeCipherSpec,
    ClientHello,
    EncryptedExtensions,
    Handshake,
    Item,
    Malformed,
    NewSessionTicket,
    NotTls,
    ServerHello,
    Undecrypted,
)
from harness.transcript import Connection
from harness.x509.certificate import read_certificate

# They say nothing that the rest of their flight does not say.
_SILENT = (Alert, ApplicationData, ChangeCipherSpec, EncryptedExtensions)
_SILENT_HANDSHAKE = {"server_key_exchange", "server_hello_done"}


@dataclass(frozen=True, slots=True)
class Flight:
    """What one side sent without waiting for the other, under one protection.

    `late` are the tickets of TLS 1.3, which come once the server has accepted the client. `chain` are the
    certificates (DER) of its Certificate message, None where there is none in it. `at` is when it began.
    """

    from_client: bool
    encrypted: bool
    late: bool
    label: str
    at: float
    chain: tuple[bytes, ...] | None = None


@dataclass(frozen=True, slots=True)
class Conversation:
    """The flights of one connection, and for each of its alerts whether it went encrypted."""

    version: str
    flights: tuple[Flight, ...]
    alerts: tuple[Alert, ...]

    def alert_is_encrypted(self, number: int, *, from_client: bool) -> bool:
        """Return whether that alert went under a key; False where it was not found in the bytes."""
        found = (alert for alert in self.alerts if (alert.number, alert.from_client) == (number, from_client))
        return any(alert.encrypted for alert in found)


def conversation(connection: Connection) -> Conversation:
    """Return what the bytes of a connection say, without flights where it was no TLS."""
    seen = inspected(connection)
    plain = {not end.listens for end in connection.ends if not end.tls}
    telling = [item for item in seen.items if not (_is_silent(item) or _is_told_above(item, plain))]
    groups = groupby(telling, key=lambda item: (item.from_client, item.encrypted, _is_late(item)))
    flights = tuple(_flight(key, list(items)) for key, items in groups)
    return Conversation(seen.version or "", flights, seen.alerts)


def _flight(key: tuple[bool, bool, bool], items: Sequence[Item]) -> Flight:
    chains = (item.chain for item in items if isinstance(item, Certificate))
    return Flight(*key, label=_label(items), at=items[0].at, chain=next(chains, None))


def _is_silent(item: Item) -> bool:
    return isinstance(item, _SILENT) or (isinstance(item, Handshake) and item.name in _SILENT_HANDSHAKE)


def _is_told_above(item: Item, plain: Collection[bool]) -> bool:
    """Whether these are plain bytes of a side whose SIP messages are on record."""
    return isinstance(item, NotTls) and item.from_client in plain


def _is_late(item: Item) -> bool:
    return isinstance(item, NewSessionTicket) and item.encrypted


def _label(items: Sequence[Item]) -> str:
    kinds = {type(item) for item in items}
    words = list(_words(items))
    if Certificate in kinds and not items[0].from_client and CertificateRequest not in kinds:
        words.append(f"no{HELD}CertificateRequest")
    return ", ".join(words)


def _words(items: Iterable[Item]) -> Iterator[str]:
    """Yield the words for each message; several alike become one with a count."""
    for word, same in groupby(items, key=_word):
        count = sum(1 for _ in same)
        yield word if count == 1 else f"{word} ({count})"


def _word(item: Item) -> str:
    match item:
        case ClientHello(versions=versions, server_name=name):
            offered = " ".join(version for version in versions if version != "GREASE")
            return f"ClientHello {offered}, " + (f"SNI {name}" if name else "no SNI")
        case ServerHello(retry=True, group=group):
            return f"HelloRetryRequest for {group}"
        case ServerHello(version=version, cipher_suite=suite):
            return f"ServerHello {version} {suite}"
        case CertificateRequest(authorities=authorities):
            return f"CertificateRequest (names{HELD}{_count(len(authorities), 'CA')})"
        case Certificate(chain=()):
            return "Certificate (EMPTY)"
        case Certificate(chain=chain):
            return f"Certificate ({read_certificate(chain[0]).label}, {len(chain)}{HELD}sent)"
        case other:
            return _bare_word(other)


def _bare_word(item: Item) -> str:
    """Return a message by its name alone, or what stands where one could not be read."""
    match item:
        case Handshake(name=name):
            return "".join(part.capitalize() for part in name.split("_"))
        case Undecrypted(content=content, records=records, why=why):
            return f"{_count(records, 'sealed record')} ({content}: {why})"
        case NotTls(first=first):
            return f"not TLS: {first.decode('ascii', 'backslashreplace')[:40]!r}"
        case Malformed(what=what):
            return f"malformed: {what}"
        case other:
            return type(other).__name__


def _count(number: int, noun: str) -> str:
    return f"no{HELD}{noun}" if number == 0 else f"{number}{HELD}{noun}{'s' * (number != 1)}"
