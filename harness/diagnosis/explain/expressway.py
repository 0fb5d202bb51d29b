"""Lines of Expressway's logs (domain.md 9.1)."""

from __future__ import annotations

from harness.diagnosis.explain.row import IN_HANDSHAKE, LATE, Blame, Kind, MessageRow, client, either, server
from harness.verdict import Stage

_LOG = Kind.EXPRESSWAY
_MISSING = (
    server(
        "no-client-certificate", "mra-on-mutual-port", "mutual-tls-on-default-zone", "mra-translated-to-mutual-port",
        "b2bua-on-mutual-port", "cloud-demands-certificate",
    ),
)  # fmt: skip
_UNKNOWN_NAMES = (
    "name-typo", "inbound-mapping-off", "no-access-rule", "name-of-other-generation", "access-rule-denied",
    "name-only-in-cn", "name-trailing-dot", "name-imitated", "name-wildcard", "name-is-a-pattern",
    "name-is-no-host-name", "access-rule-disabled", "another-service-answers",
)  # fmt: skip
_VANISHED = either("reset-by-middlebox", "cut-in-handshake", "foreign-certificate")

EXPRESSWAY_ROWS = (
    MessageRow(
        "identity-unacceptable", _LOG,
        r"identity was unacceptable",
        'Event="Inbound TLS Negotiation Error" Service="SIP" Dst-port="5062" '
        'Detail="Peer\'s TLS certificate identity was unacceptable" Protocol="TLS" Level="1"',
        "The chain is trusted and the handshake finished; then Expressway found none of the names that it looks for "
        "and dropped the connection. No alert tells the other side why. It looks at the common name first, then at "
        "every dNSName, and takes no wildcards.",
        Blame.OWN, (Stage.IDENTITY,),
        (
            server(*_UNKNOWN_NAMES, "traversal-subject-name", "name-unknown"),
            client("name-unknown", "name-typo", "only-the-host-name", "traversal-peer-is-an-address"),
            client("name-wildcard", "name-of-other-generation", "name-is-a-pattern", "name-is-no-host-name"),
        ),
        "9, 2",
    ),
    MessageRow(
        "no-certificate-returned", _LOG,
        r"no certificate returned|peer did not return a certificate|\b0a0000c7\b|didn't provide a certificate",
        'Detail="TCP Connection Closed" Reason="no certificate returned"',
        "The port demands a client certificate, and the side that dialled sent an empty Certificate.",
        Blame.OWN, LATE, _MISSING, "9, 5.1",
    ),
    MessageRow(
        "own-verify-failure-as-server", _LOG,
        r"(?:ssl3_get|tls_process)_client_certificate|\b14089086\b",
        "error:14089086:SSL routines:ssl3_get_client_certificate:certificate verify failed",
        "Expressway, as TLS server, refused the certificate of who dialled it. This is its own objection, not an alert "
        "that it received; the Detail of the event beside it says what it objects to.",
        Blame.OWN, LATE,
        (server("unknown-root", "missing-intermediate", "certificate-expired", "eku-no-client-auth"),), "5.2",
    ),
    MessageRow(
        "own-verify-failure-as-client", _LOG,
        r"(?:ssl3_get|tls_process)_server_certificate|\b14090086\b",
        "error:14090086:SSL routines:ssl3_get_server_certificate:certificate verify failed",
        "The TLS client refused the certificate of the server that it dialled: its own objection, not an alert.",
        Blame.OWN, IN_HANDSHAKE,
        (client("unknown-root", "missing-intermediate", "certificate-expired", "eku-no-server-auth"),), "5.2",
    ),
    MessageRow(
        "transport-vanished", _LOG,
        r"No SSL error available|^\s*error=['\"]?5['\"]?|"
        r"(?:Failed to establish SSL connection|TLS Negotiation Error).{0,200}\berror=['\"]?5\b",
        'Detail="No SSL error available, probably remote disconnect"',
        "TLS had nothing to complain of: the transport vanished in the middle of the handshake. With no alert this is "
        "most often a device in the path, and not the other side.",
        Blame.PATH, IN_HANDSHAKE, (_VANISHED,), "9, I06, X9",
    ),
    MessageRow(
        "role-in-handshake", _LOG,
        r"Failed to establish SSL connection|\bbServer=['\"]?(?:true|false)",
        'TTSSL_continueHandshake: Failed to establish SSL connection iResult="-1" error="1" bServer="true"',
        "A handshake failed. bServer says whether this Expressway was the TLS server in it; the line that begins with "
        "error: says why.",
        Blame.OPEN, LATE, (), "5.2",
    ),
    MessageRow(
        "socket-eof", _LOG,
        r"Got EOF on socket",
        'Detail="TCP Connection Closed" Reason="Got EOF on socket"',
        "The other side closed TCP. Why it did stands before: an alert, or a transport that vanished. In TLS 1.3 a "
        "refusal can come after this side believed itself done.",
        Blame.PEER, (Stage.HANDSHAKE, Stage.ACCEPTANCE, Stage.IDENTITY),
        (either("closed-after-handshake", "cut-in-handshake"),), "9, E3", settled_by="zone-found",
    ),
    MessageRow(
        "idle-countdown", _LOG,
        r"Idle countdown expired",
        'Detail="TCP Connection Closed" Reason="Idle countdown expired"',
        "TCP came about, and no handshake followed in time: bytes were swallowed on the way, or the caller is silent.",
        Blame.OWN, IN_HANDSHAKE,
        (server("swallowed-by-inspection", "handshake-timeout", "revocation-check-too-slow"),), "M19, B26",
    ),
    MessageRow(
        "zone-found", _LOG,
        r"Searched for DNS Zones by Subject Name.{0,20} Found=.?True|classified subject name|"
        r'MatchedZone="[^"]{1,200}"',
        'Detail="Searched for DNS Zones by Subject Name" Found="True" MatchedZone="Webex Zone" '
        'MatchMechanism="DNSZoneMatch"',
        "A zone took a name of the peer's certificate: the name is accepted, and requests come in through that zone.",
        Blame.NOBODY, (), (), "9, 2",
    ),
    MessageRow(
        "zone-not-found", _LOG,
        r"Searched for DNS Zones by Subject Name.{0,20} Found=.?False",
        'Detail="Searched for DNS Zones by Subject Name" Found="False" Candidates="sip.example.org" '
        'MatchMechanism="DNSZoneMatch"',
        "No zone with inbound mapping On looks for one of these names. On a port that enforces mutual TLS the access "
        "rules are next, and then the connection is dropped.",
        Blame.OWN, (Stage.IDENTITY,), (server(*_UNKNOWN_NAMES),), "9, 2",
    ),
    MessageRow(
        "zone-search", _LOG,
        r"Searched for DNS Zones by Subject Name|DNSZoneMatch",
        'MatchMechanism="DNSZoneMatch"',
        "Expressway looked for a zone with inbound mapping by the names of the peer's certificate. What came of it "
        "stands in the rest of the line: Found, and MatchedZone.",
        Blame.NOBODY, (), (), "9, 2",
    ),
    MessageRow(
        "search-not-found", _LOG,
        r"Search Completed.{0,200}Not Found",
        'Event="Search Completed" Reason="Not Found" Service="SIP"',
        "TLS is done with. Expressway answers 404: no search rule leads to the called address, or the zone "
        "through which the call came takes no preloaded routes.",
        Blame.OWN, (Stage.SIP,),
        (
            either(
                "preloaded-routes-off",
                "no-search-rule",
                "cloud-in-default-zone",
                "greedy-search-rule",
                "cluster-name-is-ours",
                "cluster-name-is-a-wildcard",
            ),
        ),
        "9, I29",
    ),
    MessageRow(
        "search-forbidden", _LOG,
        r"Search Completed.{0,200}Forbidden",
        'Event="Search Completed" Reason="Forbidden" Service="SIP"',
        "TLS is done with. Expressway answers 403: call policy rejects the call before any search rule is tried.",
        Blame.OWN, (Stage.SIP,), (either("rejected-by-call-policy", "cloud-in-default-zone"),), "9, O05",
    ),
    MessageRow(
        "tcp-failed", _LOG,
        r"TCP Connection Failed",
        'Detail="TCP Connection Failed"',
        "No TCP connection came about. A reset answers at once: nothing listens there, or a firewall refuses. Silence "
        "means that something in the path drops the SYN.",
        Blame.PATH, (Stage.TCP,), (either("connect-timed-out", "port-not-listening", "refused-by-firewall"),), "9, X9",
    ),
    MessageRow(
        "progress", _LOG,
        r"TCP Connecting|TCP Connection (?:Established|Closed)|Handshake (?:in progress|succeeded)",
        'Detail="Handshake succeeded"',
        "Progress, and no fault. For a TLS 1.3 client a handshake that succeeded does not mean that it was accepted.",
        Blame.NOBODY, (), (), "9, X8",
    ),
    MessageRow(
        "handshake-failed", _LOG,
        r"\bHandshake failed\b|(?:Inbound|Outbound) TLS Negotiation Error",
        'Detail="Handshake Failed"',
        "The handshake of this end failed. The Detail of the event beside it says why.",
        Blame.OPEN, LATE, (), "9",
    ),
)  # fmt: skip
