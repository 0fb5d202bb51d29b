"""Causes that show only where two things are laid side by side: two directions, two ends, a record and a name.

They come before the general ones, because without that second thing they claim nothing.
"""

from __future__ import annotations

from harness.diagnosis.calls import alarms, edited_versions, one_way_stands, where_srv_led
from harness.diagnosis.causes.conditions import DIALLER_IS_EXPRESSWAY, otherwise
from harness.diagnosis.causes.row import ANYBODY, BY, DIALLER, Cause, do
from harness.diagnosis.causes.tcp import nothing_listens
from harness.diagnosis.evidence import Evidence
from harness.diagnosis.objections import EXPIRED, objection
from harness.lab.screens import CLIENT_CERTIFICATE, SIP_PAGE, ZONES
from harness.verdict import Stage

_CLIENT_EXPIRED = "40078"


def _client_store_expired(evidence: Evidence) -> bool:
    told_of_it = any(
        raised.outcome == _CLIENT_EXPIRED and raised.actor == evidence.refused for raised in alarms(evidence)
    )
    return evidence.refused == evidence.dialler and objection(evidence, EXPIRED) and told_of_it


def _only_the_host(evidence: Evidence) -> bool:
    """Whether the dialler wanted the domain, and the certificate has the host to which SRV had led."""
    led, presented = where_srv_led(evidence), evidence.presented
    if presented is None or led is None:
        return False
    _, host, _ = led
    names = {name.lower() for name in (*presented.dns_names, *presented.common_names)}
    wanted_above = all(host.endswith(f".{wanted}") for wanted in evidence.expected_names)
    return evidence.stage is Stage.IDENTITY and evidence.by == evidence.dialler and host in names and wanted_above


TWO_ENDED_CAUSES = (
    Cause(
        key="client-store-expired",
        title="The certificate in the client store has expired",
        applies=_client_store_expired,
        diagnosis=(
            "{refused} keeps two certificates (X15.5), each with a date of its own. The one that it shows when it "
            "dials has run out, and {by} refused it{late}; the one that it shows when it is dialled is another. So "
            "calls arrive and none leaves. Alarm 40078 told of it."
        ),
        remedies={
            ANYBODY: (
                do(
                    "Renew the certificate in the client store, or copy the server certificate into it.",
                    CLIENT_CERTIFICATE,
                ),
            )
        },
        looks_like=("certificate-expired", "eku-no-client-auth"),
        told_apart_by="Calls of the other direction work, and alarm 40078 is raised.",
        source="O07",
    ),
    Cause(
        key="only-the-host-name",
        title="The certificate names the host, and the domain was looked for",
        applies=_only_the_host,
        diagnosis=(
            "{by} looked for {names}, the domain of the dialled address. The certificate of {refused} carries the "
            "host to which the SRV record led ({presented}), and that record is not to be trusted with a name "
            "(RFC 5922 section 7.3)."
        ),
        remedies={
            ANYBODY: (
                do("Ask {refused} for a certificate that carries its SIP domain as a dNSName."),
                do("Or write the host name into TLS verify subject name, for this peer alone.", ZONES, box=BY),
            )
        },
        looks_like=("name-unknown", "name-imitated"),
        told_apart_by="The target of the SRV record stands in the certificate.",
        source="B23",
    ),
    Cause(
        key="one-way-connection-stands",
        title="A connection stands, but not for calls in this direction",
        applies=lambda e: e.stage is Stage.TCP and one_way_stands(e) and not nothing_listens(e),
        diagnosis=(
            "{dialler} dialled port {port} of {listener} and got no connection. One that {listener} had opened the "
            "other way still stands, and may not be used: {listener} showed no certificate on it, so nobody knows who "
            "is at its far end (RFC 5923)."
        ),
        remedies={ANYBODY: (do("Open port {port} towards {listener}: calls to it need a connection of their own."),)},
        looks_like=("connect-timed-out", "port-not-listening", "refused-by-firewall"),
        told_apart_by="Whether a connection of the other direction stands at the same time.",
        source="B28",
    ),
    Cause(
        key="hello-was-edited",
        title="A middlebox took TLS 1.3 out of the ClientHello",
        applies=lambda e: e.stage is Stage.HANDSHAKE and bool(edited_versions(e)),
        diagnosis=(
            "{dialler} offered TLS {offered}, and {listener} was offered {arrived}: something between them edited the "
            "ClientHello. {listener} marked its answer as one to an old client (RFC 8446 section 4.1.3), {dialler} saw "
            "the mark and gave up. No device can do this to two modern ends unnoticed."
        ),
        remedies={
            ANYBODY: (
                do("Take the device out of the path, or exempt port {port} from its inspection."),
                do(
                    "Until then: let {dialler} speak TLS 1.2 only, so that there is nothing to take out.",
                    SIP_PAGE,
                    "xConfiguration SIP Advanced SipTlsVersions: TLSv1.2",
                    when=DIALLER_IS_EXPRESSWAY,
                    box=DIALLER,
                ),
                do(
                    "Until then: {dialler} would have to offer TLS 1.2 alone, so that there is nothing to take out.",
                    when=otherwise(DIALLER_IS_EXPRESSWAY, "another box dialled"),
                ),
            )
        },
        looks_like=("no-common-version",),
        told_apart_by="The ClientHello as it was sent beside the one that arrived; the alert is 47, not 70.",
        source="I37",
    ),
)
