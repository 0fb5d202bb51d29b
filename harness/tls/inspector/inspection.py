"""The inspection: every item of one connection, and the few questions that everybody asks of it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import TypeVar

from harness.tls.inspector.items import (
    Alert,
    ApplicationData,
    Certificate,
    CertificateRequest,
    ClientHello,
    Item,
    ServerHello,
)

ItemT = TypeVar("ItemT", bound=Item)


@dataclass(frozen=True, slots=True)
class Inspection:
    """Every message of one TLS connection, in the order in which its recorder's chunks completed them."""

    items: tuple[Item, ...]

    def of_kind(self, kind: type[ItemT]) -> Iterator[ItemT]:
        """Yield the items of that class, in order."""
        return (item for item in self.items if isinstance(item, kind))

    @property
    def client_hello(self) -> ClientHello | None:
        """The client's first offer, None where none was seen."""
        return next((hello for hello in self.of_kind(ClientHello) if hello.from_client), None)

    @property
    def server_hello(self) -> ServerHello | None:
        """The server's choice, never the retry; None where it made none."""
        hellos = (hello for hello in self.of_kind(ServerHello) if not hello.from_client)
        return next((hello for hello in hellos if not hello.retry), None)

    @property
    def version(self) -> str | None:
        """The negotiated version, such as "1.3"."""
        return self.server_hello.version if self.server_hello else None

    @property
    def certificate_request(self) -> CertificateRequest | None:
        """The last request for a client certificate (one may come by renegotiation), None without one."""
        return _last(self.of_kind(CertificateRequest))

    @property
    def server_chain(self) -> tuple[bytes, ...] | None:
        """The server's chain as sent (DER, leaf first); None where no Certificate message was seen."""
        return self._chain(from_client=False)

    @property
    def client_chain(self) -> tuple[bytes, ...] | None:
        """The client's chain as sent, also if refused; () where it had none, None without a message."""
        return self._chain(from_client=True)

    @property
    def alerts(self) -> tuple[Alert, ...]:
        """Every alert that could be read, close_notify among them, in order."""
        return tuple(self.of_kind(Alert))

    def application_data(self, *, client: bool) -> bytes:
        """Return what one side said above TLS, as far as it could be read."""
        said = (item.data for item in self.of_kind(ApplicationData) if item.from_client is client)
        return b"".join(data for data in said if data)

    def _chain(self, *, from_client: bool) -> tuple[bytes, ...] | None:
        certificates = self.of_kind(Certificate)
        shown = _last(item for item in certificates if item.from_client is from_client)
        return shown.chain if shown else None


def _last(items: Iterator[ItemT]) -> ItemT | None:
    last = None
    for item in items:
        last = item
    return last
