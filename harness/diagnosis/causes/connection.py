"""Causes that lie before any certificate was judged: TCP, the port, versions, ciphers, no certificate at all."""

from __future__ import annotations

from harness.diagnosis.causes.conditions import (
    BY_EXPRESSWAY,
    DIALLER_IS_EXPRESSWAY,
    DIALLER_IS_OLD,
    HAS_1_3,
    LACKS_1_3,
    LED_BY_SRV,
    LISTENER_CAN_CHANGE,
    LISTENER_IS_EXPRESSWAY,
    LISTENER_IS_NO_CLOUD,
    LISTENER_IS_PARTICULAR,
    MUTUAL_PORT_IS_CLOSED,
    MUTUAL_PORT_IS_OPEN,
    NEIGHBOUR_DIALLED,
    NO_NEIGHBOUR_DIALLED,
    NOT_LED_BY_SRV,
    OFFERS_BOTH,
    OFFERS_ECDSA_ALONE,
    OFFERS_NO_1_3,
    OFFERS_RSA_ALONE,
    ONE_STORE,
    TLS_PORT_IS_CLOSED,
    TLS_PORT_IS_OPEN,
    TWO_STORES,
    Condition,
    both,
    otherwise,
)
from harness.diagnosis.causes.row import ANYBODY, BY, DIALLER, LISTENER, NO_TRANSLATION, Cause, do
from harness.diagnosis.connection_view import FATAL, NETWORK
from harness.diagnosis.evidence import MRA_CLIENTS, Evidence
from harness.diagnosis.listeners import open_ports
from harness.lab.screens import (
    CIPHERS,
    CLIENT_CERTIFICATE,
    DEFAULT_ZONE,
    PUBLIC_DNS,
    SERVER_CERTIFICATE,
    SIP_PAGE,
    ZONES,
)
from harness.transcript import ClientCertificate, Direction
from harness.verdict import Stage

_PROTOCOL_VERSION, _HANDSHAKE_FAILURE = 70, 40
_CAPTURE = "capture"
"""The network of what was read from packets: of such, nobody knows on which machine it was."""
_HANDSHAKE_RECORD = b"\x16\x03"
_NO_CERTIFICATE_ALERTS = {40, 42, 46, 50, 116}  # by dialect: harness.tls.dialects; 50: GnuTLS, domain.md 5.3


def _no_certificate(evidence: Evidence) -> bool:
    """Whether the listener demanded a certificate and got none (domain.md 5.1, first row; 5.3, last)."""
    refused = evidence.by == evidence.listener and evidence.alert in _NO_CERTIFICATE_ALERTS
    demanded = evidence.requested is ClientCertificate.REQUIRED
    return refused and demanded and evidence.empty_client_certificate


def _calls_it_tls(evidence: Evidence) -> bool:
    """Whether the listener itself calls the port that for TLS, so that a setting made it demand a certificate."""
    return open_ports(evidence.transcript, evidence.listener).get(evidence.reached_port) == "TLS"


def _no_common_cipher(evidence: Evidence) -> bool:
    """Whether the listener said alert 40 before it had sent any certificate (trap X24)."""
    by_listener = evidence.alert == _HANDSHAKE_FAILURE and evidence.by == evidence.listener
    return by_listener and evidence.chain_of(evidence.listener) is None


def _sent_no_hello(evidence: Evidence) -> bool:
    """Whether the first that the dialler said was an alert: it failed before it had anything to offer."""
    seen = evidence.inspection
    if seen is None or seen.client_hello is not None or evidence.stage is not Stage.HANDSHAKE:
        return False
    return any(alert.from_client and alert.level == FATAL for alert in seen.alerts)


def _got_no_tls(evidence: Evidence, actor: str) -> bool:
    """Whether that end gave up, because what it got is no TLS."""
    failed = evidence.failed(actor)
    return evidence.by == actor and failed is not None and failed.reason == "not-tls"


def _came_as_tls(evidence: Evidence) -> bool:
    """Whether the first that a plain listener got is a handshake record (RFC 8446 section 5.1)."""
    end = evidence.view.listener_end if evidence.view else None
    if end is None or end.tls or evidence.stage is None:
        return False
    heard = (chunk.data for chunk in end.chunks if chunk.direction is Direction.RECEIVED)
    return next(heard, b"").startswith(_HANDSHAKE_RECORD)


def _plain_listener(evidence: Evidence) -> bool:
    """Whether the dialler spoke TLS to a listener that does not, but heard it."""
    if _came_as_tls(evidence):
        return True
    answered_in_clear = _got_no_tls(evidence, evidence.dialler)
    ends = evidence.view.connection.ends if evidence.view else ()
    return answered_in_clear or ([end.tls for end in ends] == [True, False] and bool(ends[1].bytes_received))


def _cut_off(evidence: Evidence) -> bool:
    """Whether the peer ended TCP in the middle of the handshake, and nobody saw why."""
    cut = evidence.failure in {"peer-reset", "peer-closed"}
    return evidence.one_sided and cut and evidence.alert is None


def _left_by_itself(evidence: Evidence) -> bool:
    """Whether a visitor ended the handshake itself: from an address of this machine, no device can have done it."""
    view = evidence.view
    if view is None or not view.visitor_left or evidence.alert is not None or evidence.transcript.network == _CAPTURE:
        return False
    host = view.connection.source.host
    return host.startswith("127.") or host == "::1"


def _ran_out_of_time(evidence: Evidence) -> bool:
    """Whether the refuser gave up waiting, or hung up on a dialler that said nothing."""
    failed = evidence.failed(evidence.by)
    gave_up = failed is not None and failed.reason == "timed-out"
    return gave_up or (evidence.view is not None and evidence.view.said_nothing)


def _arrived(evidence: Evidence) -> bool:
    """Whether one byte of the other end arrived at the refuser, whose end is ours."""
    end = evidence.view.connection.end_of(evidence.by) if evidence.view else None
    return end is not None and end.bytes_received > 0


def _kept_silent(evidence: Evidence) -> bool:
    """Whether the end that was waited for shows itself that it sent nothing."""
    end = evidence.view.connection.end_of(evidence.refused) if evidence.view else None
    return end is not None and not end.bytes_sent


_IS_SLOW = Condition("something arrived", _arrived)
_SENT_NOTHING = Condition("nothing was sent", _kept_silent)
_NOTHING_CAME = both(otherwise(_IS_SLOW, "nothing arrived"), otherwise(_SENT_NOTHING, "it may have been sent"))
_SWITCH_OFF = do(
    "Set Enable Mutual TLS on Default Zone to Off, so that {port} stops asking for client certificates.",
    DEFAULT_ZONE,
    "xConfiguration Zones DefaultZone SIP TLS Verify Mode: Off",
)
_DEDICATED_PORT = (
    do(
        "Give Webex the dedicated mutual TLS port instead: Mutual TLS mode On, port 5062.",
        SIP_PAGE,
        "xConfiguration SIP MutualTLS Mode: On",
        when=MUTUAL_PORT_IS_CLOSED,
    ),
    do("Webex keeps the dedicated mutual TLS port, {mutual_port}.", when=MUTUAL_PORT_IS_OPEN),
)

CONNECTION_CAUSES = (
    Cause(
        key="no-client-hello",
        title="The client had nothing to offer, and sent no ClientHello",
        applies=_sent_no_hello,
        diagnosis=(
            "{dialler} opened TCP to port {port}, and its first record was an alert, not a ClientHello: it failed by "
            "itself, and {listener} had nothing to answer. Most often its own settings leave it no cipher suite for "
            "any of its TLS versions."
        ),
        remedies={
            ANYBODY: (
                do(
                    "Check the TLS versions and the cipher list of {dialler} together: TLS 1.0 has no GCM suite, TLS "
                    "1.3 no others than its own."
                ),
            )
        },
        looks_like=("no-common-version", "no-common-cipher", "handshake-timeout"),
        told_apart_by="The first record of {dialler}: an alert, where every handshake begins with a ClientHello.",
        source="5.3, measured",
    ),
    Cause(
        key="plaintext-on-tls-port",
        title="Plain SIP was sent to a TLS port",
        applies=lambda e: _got_no_tls(e, e.listener),
        diagnosis=(
            "{dialler} sent SIP in clear to port {port}, which speaks TLS. {listener} got bytes that are no "
            "ClientHello and closed without a word: there is no alert to read."
        ),
        remedies={
            ANYBODY: (
                do("Let {dialler} use TLS on port {port}.", when=both(NOT_LED_BY_SRV, NO_NEIGHBOUR_DIALLED)),
                do(
                    "Set the transport of the neighbour zone to TLS with port {trunk_tls_port}, or let it dial the "
                    "plain port of the trunk, {trunk_port}.",
                    ZONES,
                    "xConfiguration Zones Zone [n] Neighbor SIP Transport",
                    when=NEIGHBOUR_DIALLED,
                ),
                do(
                    "Let {dialler} use TLS: publish _sips._tcp, not _sip._tcp, for port {port}.",
                    PUBLIC_DNS,
                    when=LED_BY_SRV,
                ),
            )
        },
        source="B17",
    ),
    Cause(
        key="tls-on-plaintext-port",
        title="TLS was spoken to a plain port",
        applies=_plain_listener,
        diagnosis=(
            "{dialler} began a TLS handshake on port {port}, where {listener} {speaks_in_clear}: a ClientHello says "
            "nothing to it."
        ),
        remedies={
            ANYBODY: (
                do("Dial the TLS port of {listener}, {tls_port}.", when=both(NOT_LED_BY_SRV, TLS_PORT_IS_OPEN)),
                do(
                    "Dial the port on which {listener} speaks TLS; for SIP it is 5061 by default.",
                    when=both(both(NOT_LED_BY_SRV, TLS_PORT_IS_CLOSED), NO_NEIGHBOUR_DIALLED),
                ),
                do(
                    "Let the neighbour zone dial the TLS port of the trunk, {trunk_tls_port}, or set its transport to "
                    "TCP.",
                    ZONES,
                    "xConfiguration Zones Zone [n] Neighbor SIP Port",
                    when=NEIGHBOUR_DIALLED,
                ),
                do(
                    "Correct the port in the SRV record of {record}: _sips._tcp has to name a port that speaks TLS.",
                    PUBLIC_DNS,
                    when=LED_BY_SRV,
                ),
            )
        },
        source="B18",
    ),
    Cause(
        key="handshake-timeout",
        title="The handshake took too long",
        applies=_ran_out_of_time,
        diagnosis=(
            "{dialler} opened TCP to port {port}, and no handshake was finished in the time that {by} gives; {by} "
            "closed. {how_silent}"
        ),
        remedies={
            ANYBODY: (
                do("Find out why {refused} sends nothing.", when=_SENT_NOTHING),
                do(
                    "Find out why nothing of {refused} arrives: SIP inspection in a firewall swallows the ClientHello.",
                    when=_NOTHING_CAME,
                ),
                do("Find out what {refused} waited for after it had begun.", when=_IS_SLOW),
                do(
                    "If it asks about the certificate of {by} first (OCSP, CRL), raise the timeout.",
                    SIP_PAGE,
                    "xConfiguration SIP TLS Handshake Timeout: 10",
                    when=both(_IS_SLOW, BY_EXPRESSWAY),
                    box=BY,
                ),
            )
        },
        looks_like=("swallowed-by-inspection", "revocation-check-too-slow"),
        told_apart_by="What of the dialler arrived: nothing, or a ClientHello that nothing followed.",
        source="B26, M19",
    ),
    Cause(
        key="reset-by-middlebox",
        title="Something between them reset the connection",
        applies=lambda e: e.by == NETWORK,
        diagnosis=(
            "{dialler} saw a reset that {listener} never sent. Neither end refused the other: a device in the "
            "path cut the connection {moment}."
        ),
        remedies={
            ANYBODY: (
                do("Disable SIP or TLS inspection for port {port} on the firewall."),
                do("Capture on both sides of the firewall: the reset appears on one side only."),
            )
        },
        looks_like=("name-unknown",),
        told_apart_by=(
            'Expressway that refuses a name logs "Peer\'s TLS certificate identity was unacceptable" and sends '
            "the reset itself, after the handshake."
        ),
        source="I06, X9",
    ),
    Cause(
        key="client-left-in-handshake",
        title="The client ended TCP in the middle of the handshake",
        applies=_left_by_itself,
        diagnosis=(
            "{dialler} came from this machine, so nothing stands between: it ended TCP to port {port} itself, "
            "{left_how} {left_when}, and sent no alert. {listener} refused nothing."
        ),
        remedies={
            ANYBODY: (
                do("Look into the log of the client: it gave up, was ended, or only looked whether the port is open."),
                do("Where it leaves after the server's certificate: check what it trusts, and which name it wants."),
            )
        },
        looks_like=("cut-in-handshake", "handshake-timeout"),
        told_apart_by="Who closed first, and whether an alert came before: a client that refuses should send one.",
        source="5.2",
    ),
    Cause(
        key="cut-in-handshake",
        title="Cut off in the middle of the handshake, without a word",
        applies=_cut_off,
        diagnosis=(
            "TCP to port {port} ended before the handshake did, and no alert came. Only one side was seen, so this "
            "may be the other side or a device between them."
        ),
        looks_like=("reset-by-middlebox", "tls-on-plaintext-port", "handshake-timeout"),
        told_apart_by="Capture at the other side: a reset that it did not send is the firewall's.",
        ambiguous=True,
        source="X9",
    ),
    Cause(
        key="no-common-version",
        title="No TLS version in common",
        applies=lambda e: e.alert == _PROTOCOL_VERSION,
        diagnosis="{dialler} offered TLS {offered}; {listener} takes none of these, and {by} broke off by alert 70.",
        remedies={
            ANYBODY: (
                do("Raise {dialler} to TLS 1.2 or newer.", when=DIALLER_IS_OLD),
                do(
                    "Or widen the versions of {listener}, knowing what the old ones are worth.",
                    SIP_PAGE,
                    when=DIALLER_IS_OLD,
                    box=LISTENER,
                ),
                do(
                    "Let {listener} take TLS {offered} as well.",
                    SIP_PAGE,
                    "xConfiguration SIP Advanced SipTlsVersions: TLSv1.2:TLSv1.3",
                    when=both(LISTENER_IS_PARTICULAR, both(LISTENER_CAN_CHANGE, LISTENER_IS_NO_CLOUD)),
                    box=LISTENER,
                ),
                do(
                    "Upgrade {listener} to X15.2, which speaks TLS 1.3 too, or let {dialler} offer TLS 1.2.",
                    when=both(LISTENER_IS_PARTICULAR, otherwise(LISTENER_CAN_CHANGE, "it has no TLS 1.3")),
                ),
                do(
                    "Upgrade {dialler} to X15.2, which speaks TLS 1.3 too.",
                    when=both(LISTENER_IS_PARTICULAR, both(DIALLER_IS_EXPRESSWAY, LACKS_1_3)),
                ),
                do(
                    "Let {dialler} offer TLS 1.3 too.",
                    SIP_PAGE,
                    "xConfiguration SIP Advanced SipTlsVersions: TLSv1.2:TLSv1.3",
                    when=both(both(LISTENER_IS_PARTICULAR, OFFERS_NO_1_3), both(DIALLER_IS_EXPRESSWAY, HAS_1_3)),
                    box=DIALLER,
                ),
            )
        },
        source="B19, B20",
    ),
    Cause(
        key="no-common-cipher",
        title="No cipher suite or signature algorithm in common",
        applies=_no_common_cipher,
        diagnosis=(
            "{listener} answered the ClientHello with alert 40 before any certificate was sent: nothing that "
            "{dialler} offers fits {listener}'s key. {signatures}"
        ),
        remedies={
            ANYBODY: (
                do("Let {dialler} offer ECDSA suites and signature algorithms.", when=OFFERS_RSA_ALONE),
                do(
                    "Or install an RSA certificate on {listener}.",
                    SERVER_CERTIFICATE,
                    when=OFFERS_RSA_ALONE,
                    box=LISTENER,
                ),
                do("Let {dialler} offer RSA suites and signature algorithms.", when=OFFERS_ECDSA_ALONE),
                do(
                    "Install a certificate on {listener} with a key of RSA 2048 or ECDSA P-256 and with "
                    "digitalSignature in its key usage.",
                    SERVER_CERTIFICATE,
                    when=OFFERS_BOTH,
                    box=LISTENER,
                ),
                do(
                    "If it has such a one already, compare the cipher settings of both.",
                    CIPHERS,
                    "xConfiguration Ciphers SIPTLSCiphers Value",
                    when=OFFERS_BOTH,
                    box=LISTENER,
                ),
            )
        },
        looks_like=("no-client-certificate",),
        told_apart_by=(
            "Alert 40 for a missing client certificate comes after the server's Certificate and its "
            "CertificateRequest; this one comes before either."
        ),
        source="B21, X24",
    ),
    Cause(
        key="mra-translated-to-mutual-port",
        title="A port translation puts MRA clients on a port that demands a certificate",
        applies=lambda e: e.translated and e.dialler in MRA_CLIENTS and _no_certificate(e),
        diagnosis=(
            "{dialler} dialled port {port}, as it should, and the firewall led it to port {reached_port} of "
            "{listener}, which demands a client certificate. {dialler} has none: it is signed in and never registers."
        ),
        remedies={ANYBODY: (NO_TRANSLATION,)},
        looks_like=("mra-on-mutual-port",),
        told_apart_by="The port that was dialled beside the one on which {listener} took it.",
        source="M03",
    ),
    Cause(
        key="mra-on-mutual-port",
        title="MRA clients meet a port that demands a certificate",
        applies=lambda e: e.dialler in MRA_CLIENTS and _no_certificate(e),
        diagnosis=(
            "{listener} demands a client certificate on port {port}, and {dialler} has none: it sent an empty "
            "Certificate. Sign-in on 8443 asks for none and still works, so users are signed in and their "
            "phones never register."
        ),
        remedies={
            "mutual TLS": (
                do(
                    "Let clients register on the TLS port: TLS mode On, apart from the mutual TLS port.",
                    SIP_PAGE,
                    "xConfiguration SIP TLS Mode: On",
                    when=TLS_PORT_IS_CLOSED,
                ),
                do("Let clients register on the TLS port, {tls_port}: this one is for peers.", when=TLS_PORT_IS_OPEN),
            ),
            ANYBODY: (_SWITCH_OFF, *_DEDICATED_PORT),
        },
        looks_like=("no-common-cipher",),
        told_apart_by="The CertificateRequest in the ladder.",
        source="M02, M04, X4",
    ),
    Cause(
        key="cloud-demands-certificate",
        title="The cloud demands a client certificate",
        applies=lambda e: e.listener == "webex-cloud" and _no_certificate(e),
        diagnosis=(
            "Webex asked for a client certificate on port {port} and takes no empty answer; {dialler} has none "
            "for the role of TLS client. That 5061 never asks for one is true of Expressway's own port alone."
        ),
        remedies={
            ANYBODY: (
                do("Install a certificate with clientAuth in the client store.", CLIENT_CERTIFICATE, when=TWO_STORES),
                do(
                    "Or copy the server certificate there, if it carries clientAuth.",
                    CLIENT_CERTIFICATE,
                    when=TWO_STORES,
                ),
                do("Install a certificate with serverAuth and clientAuth.", SERVER_CERTIFICATE, when=ONE_STORE),
            )
        },
        source="O12, X7",
    ),
    Cause(
        key="mutual-tls-on-default-zone",
        title="Mutual TLS on the Default Zone changed the TLS port",
        applies=lambda e: _calls_it_tls(e) and LISTENER_IS_EXPRESSWAY.holds(e) and _no_certificate(e),
        diagnosis=(
            "Enable Mutual TLS on Default Zone made port {port} demand a client certificate. {dialler} has none, "
            "as is normal for business-to-business, and was turned away."
        ),
        remedies={ANYBODY: (_SWITCH_OFF, *_DEDICATED_PORT)},
        looks_like=("no-client-certificate", "no-common-cipher"),
        told_apart_by="Whether the port is the TLS port or the mutual TLS port: see the SIP page.",
        source="B06, X4",
    ),
    Cause(
        key="no-client-certificate",
        title="No client certificate on the mutual TLS port",
        applies=_no_certificate,
        diagnosis=(
            "{dialler} reached port {port}, which demands a client certificate, and sent an empty Certificate. "
            "{listener} refused it{late}."
        ),
        remedies={
            "b2b-peer": (
                do(
                    "Publish port {tls_port} for business-to-business in DNS, and keep {port} for Webex.",
                    PUBLIC_DNS,
                    when=both(LED_BY_SRV, TLS_PORT_IS_OPEN),
                ),
                do(
                    "Let this partner dial port {tls_port}, which asks for no certificate; keep {port} for Webex.",
                    when=both(NOT_LED_BY_SRV, TLS_PORT_IS_OPEN),
                ),
                do(
                    "Switch TLS mode On for business-to-business, and keep {port} for Webex.",
                    SIP_PAGE,
                    "xConfiguration SIP TLS Mode: On",
                    when=both(LISTENER_IS_EXPRESSWAY, TLS_PORT_IS_CLOSED),
                ),
                do("If this partner must use mutual TLS: let it install a certificate with clientAuth."),
            ),
            "expressway-e": (
                do(
                    "Put a certificate with clientAuth into the client store of {dialler}.",
                    CLIENT_CERTIFICATE,
                    when=TWO_STORES,
                ),
                do("Install a certificate with serverAuth and clientAuth.", SERVER_CERTIFICATE, when=ONE_STORE),
            ),
            ANYBODY: (do("Give {dialler} a certificate with clientAuth, or let it dial a port without mutual TLS."),),
        },
        looks_like=("no-common-cipher", "mutual-tls-on-default-zone"),
        told_apart_by=(
            "The CertificateRequest and the empty Certificate in the ladder. Whether the port is the TLS port or the "
            "mutual one: see the SIP page of that box."
        ),
        source="B02",
    ),
)
