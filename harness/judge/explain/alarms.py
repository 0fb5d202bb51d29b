"""Expressway's alarms about certificates, ports and connectors (domain.md 9.2)."""

from __future__ import annotations

from harness.judge.explain.row import Blame, Kind, MessageRow, either
from harness.verdict import Stage


def _alarm(number: int, meaning: str, *causes: str, stage: Stage | None = None) -> MessageRow:
    return MessageRow(
        f"alarm-{number}",
        Kind.ALARM,
        rf"\b{number}\b",
        f"Alarm {number} raised",
        f"Alarm {number}: {meaning}",
        Blame.NOBODY,
        (stage,) if stage else (),
        (either(*causes),) if causes else (),
        "9.2",
        (str(number),),
    )


_CONNECTOR = ("unknown-root", "missing-intermediate", "inspected-by-proxy")
ALARM_ROWS = (
    _alarm(25031, "the address of this box and the names in its certificate do not go together (PTR, SAN)."),
    _alarm(40033, "access rules are there, and TCP or UDP is On: who comes in clear is never asked for a certificate."),
    _alarm(
        40048, "Unified Communications is On and TLS is Off: phones have no port to register on.",
        "mra-on-mutual-port", "port-not-listening", stage=Stage.TCP,
    ),
    _alarm(40049, "the cluster does not enforce TLS verification between its peers."),
    _alarm(40068, "the server certificate has expired or is about to.", "certificate-expired", stage=Stage.HANDSHAKE),
    _alarm(40069, "the server certificate has expired or is about to.", "certificate-expired", stage=Stage.HANDSHAKE),
    _alarm(40075, "a domain certificate has expired or is about to.", "certificate-expired", stage=Stage.HANDSHAKE),
    _alarm(40076, "a domain certificate has expired or is about to.", "certificate-expired", stage=Stage.HANDSHAKE),
    _alarm(
        40078, "the client certificate has expired or is about to: inbound goes on, outbound dies.",
        "client-store-expired", stage=Stage.ACCEPTANCE,
    ),
    _alarm(
        40079, "the client certificate has expired or is about to: inbound goes on, outbound dies.",
        "client-store-expired", stage=Stage.ACCEPTANCE,
    ),
    _alarm(60055, "a connector could not be fetched: the download host is signed by another CA.", *_CONNECTOR,
           stage=Stage.HANDSHAKE),
    _alarm(60056, "a connector could not be fetched: the download host is signed by another CA.", *_CONNECTOR,
           stage=Stage.HANDSHAKE),
    _alarm(60057, "a connector could not be fetched: the download host is signed by another CA.", *_CONNECTOR,
           stage=Stage.HANDSHAKE),
    _alarm(60058, "the connector does not trust the certificate of the cloud: append its root.", *_CONNECTOR,
           stage=Stage.HANDSHAKE),
    _alarm(60059, "the certificate of the cloud carries another name: a proxy that redirects, or the wrong host.",
           "server-name-mismatch", "inspected-by-proxy", stage=Stage.HANDSHAKE),
    _alarm(60060, "the certificate of the cloud is not in date: look at the clock first.",
           "certificate-expired", "certificate-not-yet-valid", stage=Stage.HANDSHAKE),
    _alarm(60074, "the connector does not trust what answers for the cloud: a proxy that inspects.",
           "inspected-by-proxy", "unknown-root", stage=Stage.HANDSHAKE),
    _alarm(60101, "Exchange refuses the user name or the password (HTTP 401)."),
    _alarm(60102, "the calendar connector does not accept the certificate of Exchange: its CA, or its name.",
           "unknown-root", "server-name-mismatch", stage=Stage.HANDSHAKE),
    _alarm(60113, "autodiscover leads to an address that was not allowed yet."),
    _alarm(60130, "Exchange throttles the calendar connector."),
    _alarm(60321, "the call connector could not verify the cloud.", *_CONNECTOR, stage=Stage.HANDSHAKE),
)  # fmt: skip
"""The alarms that are about certificates, ports and connectors."""
