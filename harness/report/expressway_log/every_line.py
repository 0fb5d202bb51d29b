"""The table of log lines: what an Expressway writes in which situation (domain.md section 9)."""

from __future__ import annotations

from harness.report.expressway_log.row import Channel, LogRow

INBOUND, OUTBOUND = "Inbound TLS Negotiation Error", "Outbound TLS Negotiation Error"
EITHER = "{direction} TLS Negotiation Error"
UNACCEPTABLE = "Peer's TLS certificate identity was unacceptable"
GOT_EOF, NO_CERTIFICATE, IDLE = "Got EOF on socket", "no certificate returned", "Idle countdown expired"

_HEALTHY = "cloud-inbound/i01-call-from-the-cloud"
_EVENT, _TCP, _SSL, _ZONES = Channel.EVENT, Channel.TCP, Channel.SSL, Channel.ZONES

ROWS = (
    # --- TCP ---
    LogRow(
        "tcp-connecting", "A SYN went out, or came in", _TCP, (_HEALTHY, "1.3"), "9",
        detail="TCP Connecting",
    ),
    LogRow(
        "tcp-established", "TCP is up", _TCP, (_HEALTHY, "1.3"), "9",
        detail="TCP Connection Established",
    ),
    LogRow(
        "tcp-failed", "Nobody answered the SYN, or a reset did", _TCP,
        ("cloud-outbound/o03-egress-is-blocked", "1.3"), "9",
        detail="TCP Connection Failed", reason="{why}",
    ),
    LogRow(
        "tcp-closed", "This box closed", _TCP, ("cloud-inbound/i04-subject-name-typo", "1.2"), "9",
        detail="TCP Connection Closed",
    ),
    LogRow(
        "tcp-closed-by-peer", "The other side closed", _TCP,
        ("cloud-inbound/i05-expressway-sends-only-its-leaf", "1.2"), "9",
        detail="TCP Connection Closed", reason=GOT_EOF,
    ),
    LogRow(
        "tcp-closed-without-certificate", "This box closed, because no client certificate came", _TCP,
        ("b2b/b02-no-certificate-on-the-mutual-port", "1.2"), "9",
        detail="TCP Connection Closed", reason=NO_CERTIFICATE,
    ),
    LogRow(
        "tcp-closed-idle", "This box closed, because the handshake never went on", _TCP,
        ("b2b/b26-silent-caller", "1.2"), "E3, M19",
        detail="TCP Connection Closed", reason=IDLE,
    ),
    # --- the handshake ---
    LogRow(
        "handshake-running", "A handshake began", _SSL, (_HEALTHY, "1.3"), "9",
        detail="Handshake in progress", reason="want read/write",
    ),
    LogRow(
        "handshake-succeeded", "It finished, for this end (in TLS 1.3 the other one may still refuse)", _SSL,
        (_HEALTHY, "1.3"), "9, X8", detail="Handshake succeeded",
    ),
    LogRow(
        "handshake-failed", "It failed, for this end", _SSL, ("cloud-inbound/i02-cloud-root-not-trusted", "1.2"), "9",
        detail="Handshake Failed",
    ),
    LogRow(
        "verify-failed-as-server", "This box, as TLS server, refused the peer's chain", _SSL,
        ("cloud-inbound/i02-cloud-root-not-trusted", "1.2"), "9, 5.2",
        detail="SSL routines:ssl3_get_client_certificate: certificate verify failed",
    ),
    LogRow(
        "verify-failed-as-client", "This box, as TLS client, refused the peer's chain", _SSL,
        ("cloud-outbound/o09-cloud-root-absent", "1.2"), "9, 5.2",
        detail="SSL routines:ssl3_get_server_certificate: certificate verify failed",
    ),
    LogRow(
        "transport-vanished-trace", "The transport vanished in the handshake: no TLS error at all", _SSL,
        ("cloud-inbound/i06-firewall-resets-the-handshake", "1.2"), "9, 5.2",
        detail="TTSSL_continueHandshake: Failed to establish SSL connection",
    ),
    # --- why it failed ---
    LogRow(
        "chain-refused-inbound", "The chain of who dialled this box is not accepted", _EVENT,
        ("cloud-inbound/i02-cloud-root-not-trusted", "1.2"), "9, X6", event=INBOUND, detail="{verify}",
    ),
    LogRow(
        "chain-refused-outbound", "The chain of who was dialled is not accepted", _EVENT,
        ("cloud-outbound/o09-cloud-root-absent", "1.2"), "9", event=OUTBOUND, detail="{verify}",
    ),
    LogRow(
        "alert-inbound", "Who dialled this box refused its certificate", _EVENT,
        ("cloud-inbound/i05-expressway-sends-only-its-leaf", "1.2"), "9, E2", event=INBOUND, detail="{alert}",
    ),
    LogRow(
        "alert-outbound", "Who was dialled refused this box, in TLS 1.3 after `Handshake succeeded`", _EVENT,
        ("cloud-outbound/o06-client-store-without-client-auth", "1.2"), "9, E2", event=OUTBOUND, detail="{alert}",
    ),
    LogRow(
        "name-refused-inbound", "The chain is fine, no zone and no access rule takes the name", _EVENT,
        ("cloud-inbound/i04-subject-name-typo", "1.2"), "9", event=INBOUND, detail=UNACCEPTABLE,
    ),
    LogRow(
        "name-refused-outbound", "The chain is fine, the wanted name is not in the certificate", _EVENT,
        ("cloud-outbound/o10-subject-name-wrong", "1.2"), "9, C23", event=OUTBOUND, detail=UNACCEPTABLE,
    ),
    LogRow(
        "no-certificate", "The port demands a client certificate and none came", _EVENT,
        ("b2b/b02-no-certificate-on-the-mutual-port", "1.2"), "9, 5.1",
        event=INBOUND, detail="peer did not return a certificate",
    ),
    LogRow(
        "transport-vanished-inbound", "The transport vanished in the handshake, where this box was dialled", _EVENT,
        ("cloud-inbound/i06-firewall-resets-the-handshake", "1.2"), "9",
        event=INBOUND, detail="No SSL error available, probably remote disconnect",
    ),
    LogRow(
        "transport-vanished-outbound", "The transport vanished in the handshake, where this box dialled", _EVENT,
        ("cloud-outbound/o18-first-target-resets-the-handshake", "1.2"), "9",
        event=OUTBOUND, detail="No SSL error available, probably remote disconnect",
    ),
    LogRow(
        "not-tls", "What came is not TLS", _EVENT, ("b2b/b17-plain-sip-on-the-tls-port", "1.2"), "5.1, B17",
        event=EITHER, detail="wrong version number",
    ),
    LogRow(
        "no-version", "No TLS version in common", _EVENT, ("b2b/b19-old-partner", "1.2"), "5.1, B19",
        event=EITHER, detail="unsupported protocol",
    ),
    LogRow(
        "no-cipher", "No cipher suite or key type in common", _EVENT, ("b2b/b21-rsa-only-partner", "1.2"), "5.1, B21",
        event=EITHER, detail="no shared cipher",
    ),
    # --- names ---
    LogRow(
        "zone-found", "A zone takes the name in the peer's certificate", _ZONES, (_HEALTHY, "1.3"), "9",
        detail="Searched for DNS Zones by Subject Name",
    ),
    LogRow(
        "zone-not-found", "No zone takes it", _ZONES, ("cloud-inbound/i04-subject-name-typo", "1.2"), "9",
        detail="Searched for DNS Zones by Subject Name",
    ),
    # --- routing ---
    LogRow(
        "search-not-found", "No search rule leads on, or the zone takes no preloaded routes", _EVENT,
        ("cloud-inbound/i29-preloaded-routes-off-on-expressway-e", "1.3"), "9",
        event="Search Completed", reason="Not Found",
    ),
    LogRow(
        "search-forbidden", "Call policy rejects the call", _EVENT,
        ("cloud-outbound/o05-call-policy-the-wrong-way-round", "1.3"), "9",
        event="Search Completed", reason="Forbidden",
    ),
    LogRow(
        "policy-response", "The answer that goes with it", Channel.SIP,
        ("cloud-outbound/o05-call-policy-the-wrong-way-round", "1.3"), "9", detail="{answer}",
    ),
)  # fmt: skip
"""Every kind of line, in the order in which a connection can come to it."""

ROW_OF = {row.key: row for row in ROWS}
"""The rows by key."""
