"""SIP and HTTP answers: TLS is done with, and somebody refused all the same."""

from __future__ import annotations

from harness.diagnosis.explain.row import Blame, Kind, MessageRow, either
from harness.verdict import Stage


def _sip(key: str, pattern: str, example: str, meaning: str, *causes: str, needs: tuple[str, ...] = ()) -> MessageRow:
    guesses = (either(*causes),) if causes else ()
    told = f"TLS is done with; SIP answered. {meaning}"
    return MessageRow(f"sip-{key}", Kind.SIP, pattern, example, told, Blame.PEER, (Stage.SIP,), guesses, "9, 6", needs)


def _status(status: int, meaning: str, *causes: str) -> MessageRow:
    pattern = rf"\bSIP/2\.0 {status}\b|\bCode={status}\b|^\s*(?:SIP )?{status}(?: [a-z ]{{1,40}})?\s*$"
    return _sip(str(status), pattern, f"SIP/2.0 {status}", meaning, *causes, needs=(str(status),))


SIP_ROWS = (
    _sip(
        "federation", r"ms-diagnostics:?.{0,40}10(?:09|10)", "ms-diagnostics: 1010;reason=\"Certificate trust\"",
        "Microsoft's edge could not establish the federation: the SRV target lies outside the domain, or its name is "
        "not in the certificate.", "federation-srv-elsewhere", "federation-name-missing",
    ),
    _sip(
        "trunk", r"trunk disallows REGISTER", "Warning: 399 cucm1 \"SIP trunk disallows REGISTER\"",
        "A SIP trunk of Unified CM listens on the port on which phones register.", "trunk-takes-registrations",
    ),
    _status(401, "User name or password is wanted, or wrong.", "wrong-credentials"),
    _status(
        403, "Call policy rejects the call, or the phone's security profile is not in the certificate.",
        "rejected-by-call-policy", "phone-profile-not-in-certificate", "cloud-in-default-zone",
    ),
    _status(
        404, "No search rule leads to the address, or a zone takes no preloaded routes.",
        "preloaded-routes-off", "cloud-in-default-zone", "no-search-rule", "greedy-search-rule", "cluster-name-is-ours",
        "cluster-name-is-a-wildcard",
    ),
    _status(405, "A SIP trunk listens where phones register.", "trunk-takes-registrations"),
    _status(407, "A proxy wants a user name and a password.", "wrong-credentials"),
    _status(408, "Nobody answered in time.", "sip-unanswered"),
    _status(480, "Who was called is not there.", "sip-refused"),
    _status(486, "Who was called is busy.", "sip-refused"),
    _status(488, "The offered media are not acceptable.", "sip-refused"),
    _status(
        500, "The next hop could not be reached, or the message is too large.",
        "traversal-zone-down", "message-too-large", "service-check-refused",
    ),
    _status(502, "A gateway got no usable answer.", "unified-cm-by-other-name", "tomcat-certificate-untrusted"),
    _status(503, "The next hop could not be reached: a transport or TLS failure behind the answering proxy.",
            "traversal-zone-down"),
    _status(504, "The next hop did not answer in time; with ms-diagnostics it is a certificate or SRV matter.",
            "federation-name-missing", "federation-srv-elsewhere"),
    _sip(
        "policy", r"Policy Response", 'Warning: 399 192.0.2.10:5061 "Policy Response"',
        "Expressway itself refused: its search rules or the zone with 404, its call policy with 403.",
        "preloaded-routes-off", "rejected-by-call-policy", "no-search-rule", "cloud-in-default-zone",
    ),
    _sip(
        "sni", r"SNI not in certificate", "HTTP 502: SNI not in certificate",
        "Expressway-C dialled Unified CM by a name or address that its certificate lacks.", "unified-cm-by-other-name",
    ),
)  # fmt: skip
