"""Words of Expressway's alarms, and those of the Control Hub test (domain.md 2.3)."""

from __future__ import annotations

from harness.diagnosis.explain.row import LATE, Blame, Guess, Kind, MessageRow, client, either, server
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


_TCP, _DNS = (Stage.TCP,), (Stage.DNS,)
_REFUSED_CLOUD = client(
    "missing-intermediate", "unknown-root", "uploaded-list-overrides", "no-verified-domain", "self-signed-certificate",
    "certificate-expired",
)  # fmt: skip


def _hub(key: str, words: str, meaning: str, blame: Blame, stages: tuple[Stage, ...], *guesses: Guess) -> MessageRow:
    return MessageRow(
        f"control-hub-{key}", Kind.CONTROL_HUB, rf"\b{words}\b", words, f"The Test button of Control Hub: {meaning}",
        blame, stages, guesses, "2",
    )  # fmt: skip


CONTROL_HUB_ROWS = (
    _hub(
        "no-dns", "No DNS addresses found", "the SIP destination leads to no address.", Blame.PATH, _DNS,
        either("dns-no-records", "dns-service-absent", "dns-no-address", "dns-no-answer", "dns-server-failure"),
    ),
    _hub(
        "tls", "TLS failure", "TCP stood, and mutual TLS did not come about. The words do not say who refused whom.",
        Blame.OPEN, LATE,
        _REFUSED_CLOUD, server("unknown-root", "missing-intermediate", "eku-no-client-auth"),
    ),
    _hub(
        "read-write", "TCP read/write failure",
        "the connection was cut after TLS: Expressway refused the name, or something reset it.", Blame.OPEN,
        (Stage.IDENTITY, Stage.ACCEPTANCE),
        server("name-typo", "inbound-mapping-off", "name-of-other-generation", "no-access-rule"),
        either("reset-by-middlebox"),
    ),
    _hub(
        "refused", "Connect failure", "the SYN was answered with a reset: nothing listens there, or a firewall "
        "refuses.", Blame.PEER, _TCP, either("port-not-listening", "refused-by-firewall"),
    ),
    _hub(
        "tcp", "TCP failure", "there is no way to that address.", Blame.PATH, _TCP,
        either("no-route", "connect-timed-out"),
    ),
)  # fmt: skip
