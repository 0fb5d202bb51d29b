"""Words of OpenSSL and of sockets that are neither alerts nor verify errors."""

from __future__ import annotations

from harness.judge.explain.row import IN_HANDSHAKE, LATE, Blame, Guess, Kind, MessageRow, client, either, server
from harness.verdict import Stage

_TCP = (Stage.TCP,)


def _openssl(
    key: str, pattern: str, example: str, meaning: str, blame: Blame, stages: tuple[Stage, ...], *guesses: Guess
) -> MessageRow:
    return MessageRow(f"openssl-{key}", Kind.OPENSSL, pattern, example, meaning, blame, stages, guesses, "5.1, 5.2")


OPENSSL_ROWS = (
    _openssl(
        "no-cipher", r"no shared cipher|no suitable signature algorithm|no suitable key share",
        "error:0A0000C1:SSL routines::no shared cipher",
        "This end, as TLS server, finds nothing in the ClientHello that fits its key. It sends alert 40 before any "
        "certificate.", Blame.OWN, IN_HANDSHAKE, server("no-common-cipher"),
    ),
    _openssl(
        "no-version", r"\b(?:unsupported|unknown|wrong) (?:protocol|ssl version)\b|no protocols available",
        "error:0A000102:SSL routines::unsupported protocol",
        "No TLS version in common: the other side offers or chose one that is not taken here.", Blame.OWN, IN_HANDSHAKE,
        either("no-common-version"),
    ),
    _openssl(
        "not-tls", r"wrong version number|http request|packet length too long|record layer failure",
        "error:0A00010B:SSL routines::wrong version number",
        "What came is not TLS: one side speaks in clear. Nothing is sent back.", Blame.OWN, IN_HANDSHAKE,
        server("plaintext-on-tls-port"), client("tls-on-plaintext-port"),
    ),
    _openssl(
        "verify", r"certificate verify failed|…086\b|\.\.\.086\b|\b0A000086\b|^\s*086\s*$",
        "[SSL: CERTIFICATE_VERIFY_FAILED] certificate verify failed (_ssl.c:1006)",
        "An objection of whoever wrote this, not an alert: it refused the certificate of the other side. The verify "
        "error beside it says why.", Blame.OWN, LATE,
        either("unknown-root", "missing-intermediate", "certificate-expired", "self-signed-certificate"),
        server("eku-no-client-auth"), client("server-name-mismatch"),
    ),
    _openssl(
        "eof", r"unexpected eof while reading|EOF occurred in violation of protocol",
        "error:0A000126:SSL routines::unexpected eof while reading",
        "The other side closed TCP without close_notify, and sent no alert that arrived.", Blame.PEER,
        (Stage.HANDSHAKE, Stage.ACCEPTANCE, Stage.IDENTITY),
        server("no-access-rule", "name-unknown", when="after the handshake: Expressway refuses a name that way"),
        either("closed-after-handshake", "cut-in-handshake", "reset-by-middlebox"),
    ),
    _openssl(
        "reset", r"connection reset|\bECONNRESET\b|broken pipe|\bEPIPE\b",
        "ConnectionResetError: [Errno 104] Connection reset by peer",
        "A reset came. Who sent it, and at which stage, decides: on the SYN nothing listens; in the handshake it is "
        "mostly a device in the path; after it Expressway refused a name, or TLS 1.3 a certificate.", Blame.OPEN,
        (Stage.HANDSHAKE, Stage.ACCEPTANCE, Stage.IDENTITY),
        either("reset-by-middlebox", when="in the handshake"),
        server("no-access-rule", "inbound-mapping-off", "name-typo", when="after the handshake"),
    ),
    _openssl(
        "refused", r"connection refused|\bECONNREFUSED\b", "connect: Connection refused",
        "A reset on the SYN: nothing listens there, or a firewall refuses. This is no firewall that drops.", Blame.PEER,
        _TCP, either("port-not-listening", "refused-by-firewall"),
    ),
    _openssl(
        "timed-out", r"connection timed out|\bETIMEDOUT\b|connect timed out", "Connection timed out",
        "Nobody answered the SYN, or mutual TLS never came about. The Test button of Control Hub says this too: a "
        "firewall or NAT, or a port that swallows.", Blame.PATH, (Stage.TCP, Stage.HANDSHAKE),
        either("connect-timed-out", "swallowed-by-inspection", "handshake-timeout"),
    ),
    _openssl(
        "no-route", r"no route to host|network is unreachable|\bEHOSTUNREACH\b", "connect: No route to host",
        "There is no way to that address.", Blame.PATH, _TCP, either("connect-timed-out"),
    ),
)  # fmt: skip
