"""Words of the Control Hub test (domain.md 2.3)."""

from __future__ import annotations

from harness.judge.explain.row import LATE, Blame, Guess, Kind, MessageRow, client, either, server
from harness.verdict import Stage

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
