"""Causes of Mobile and Remote Access: how a client finds the edge, and what stands in its path."""

from __future__ import annotations

from harness.diagnosis.calls import where_srv_led
from harness.diagnosis.causes.conditions import CLOUD, Condition
from harness.diagnosis.causes.row import ANYBODY, DIALLER, Cause, do
from harness.diagnosis.estate import SIGN_IN, SIGN_IN_PORT
from harness.diagnosis.evidence import MRA_CLIENTS, Evidence
from harness.diagnosis.interception import turned_away
from harness.diagnosis.listeners import open_ports
from harness.diagnosis.objections import name_objected
from harness.diagnosis.root_cause import mra_is_off
from harness.lab.screens import PUBLIC_DNS, SERVER_CERTIFICATE, TRUSTED_CA, UNIFIED_COMMUNICATIONS
from harness.x509.name_policy import judge_names


def _signs_in(evidence: Evidence) -> bool:
    return evidence.dialler in MRA_CLIENTS and _is_https(evidence)


def _is_https(evidence: Evidence) -> bool:
    return evidence.protocol == "https"


def _foreign(evidence: Evidence) -> bool:
    """Whether the dialler refused a certificate that is not that of whom it dialled."""
    return evidence.by == evidence.dialler and evidence.foreign_leaf is not None


def _believes_inside(evidence: Evidence) -> bool:
    return _signs_in(evidence) and evidence.decision("discovery", "inside") is not None


def _wrong_port(evidence: Evidence) -> bool:
    """Whether the SRV record itself led a client to a port of an edge that is not the one of sign-in.

    That one is what the edge itself calls so; where its side was not seen, 8443.
    """
    led, opened = where_srv_led(evidence), open_ports(evidence.transcript, evidence.listener)
    if led is None or not _signs_in(evidence) or evidence.part_of(evidence.listener) != "expressway-e":
        return False
    right = [port for port, service in opened.items() if service == SIGN_IN] if opened else [SIGN_IN_PORT]
    return bool(right) and led[2].port not in right


def _has_the_name(evidence: Evidence) -> bool:
    """Whether the certificate that was seen carries a name that the dialler looks for."""
    seen = evidence.presented
    return seen is not None and judge_names(seen, evidence.expected_names, policy="expressway").accepted


_NAME_FITS = Condition("its certificate carries the name", _has_the_name)

MRA_CAUSES = (
    Cause(
        key="client-believes-inside",
        title="An inside record is visible outside, so the client does not use the edge",
        applies=_believes_inside,
        diagnosis=(
            "{dialler} asked for _cisco-uds._tcp first and got an answer, so it believes that it is inside: it dialled "
            "{listener} itself and never asked for _collab-edge._tls. Expressway is not involved at all."
        ),
        remedies={
            ANYBODY: (do("Remove _cisco-uds._tcp from public DNS: only the inside may see that record.", PUBLIC_DNS),)
        },
        looks_like=("connect-timed-out", "dns-no-records"),
        told_apart_by="The first question of {dialler}: _cisco-uds._tcp was answered.",
        source="M12",
    ),
    Cause(
        key="mra-is-off",
        title="Mobile and Remote Access is switched off",
        applies=mra_is_off,
        diagnosis=(
            "{by} took the registration on its port for calls and answered {status}: it has no UC traversal zone, so "
            "no registration gets inside. Mobile and Remote Access is Off there."
        ),
        remedies={ANYBODY: (do("Switch Mobile and Remote Access on, on both Expressways.", UNIFIED_COMMUNICATIONS),)},
        looks_like=("traversal-zone-down", "sip-refused"),
        told_apart_by="{by}'s own list of open ports: there is none for UC traversal, and none for sign-in.",
        source="C9",
    ),
    Cause(
        key="collab-edge-wrong-port",
        title="The SRV record of the edge names another port than 8443",
        applies=_wrong_port,
        diagnosis=(
            "_collab-edge._tls leads {dialler} to port {port} of {listener}, and sign-in is served on {sign_in_port}."
        ),
        remedies={
            ANYBODY: (do("Correct the port of the SRV record _collab-edge._tls: {sign_in_port}.", PUBLIC_DNS),),
        },
        looks_like=("port-not-listening", "connect-timed-out", "another-service-answers"),
        told_apart_by=(
            "The port in the SRV record: with {sign_in_port} there, look for the listener or the firewall instead."
        ),
        source="M10",
    ),
    Cause(
        key="inspected-by-proxy",
        title="A proxy in the path inspects HTTPS, and its root is not trusted",
        applies=lambda e: _foreign(e) and _is_https(e) and e.owner in CLOUD,
        diagnosis=(
            "{dialler} dialled {owner} and saw the certificate {seen_print} ({presented}, issued by {issuer}); {owner} "
            "itself presents {own_print}. A TLS-inspecting proxy signs in its name, and {dialler} does not know the "
            "proxy's root."
        ),
        remedies={
            ANYBODY: (
                do(
                    "Append the proxy's root to the trusted CA list of {dialler}.",
                    TRUSTED_CA,
                    when=_NAME_FITS,
                    box=DIALLER,
                ),
                do("Or exempt {owner} from inspection."),
            )
        },
        looks_like=("unknown-root", "missing-intermediate"),
        told_apart_by="Fingerprints: fetch the certificate of {owner} past the proxy, and compare.",
        source="T-12, R-06",
    ),
    Cause(
        key="foreign-certificate",
        title="Somebody else answers in the place of the one that was dialled",
        applies=_foreign,
        diagnosis=(
            "{dialler} dialled {owner} on port {port} and saw the certificate {seen_print} ({presented}, issued by "
            "{issuer}). That is not the one of {owner}, which is {own_print}: a device between them answers itself, as "
            "a phone proxy does."
        ),
        remedies={
            ANYBODY: (
                do("Take port {port} out of the phone proxy, or out of TLS inspection, so that it reaches {owner}."),
                do("Leave the certificate of {owner} alone: nobody has seen it."),
            )
        },
        looks_like=("mra-name-not-in-certificate", "unknown-root"),
        told_apart_by=(
            "Fingerprints: what {dialler} saw beside the Server certificate page of {owner}. "
            "Where they are the same, the names or the root of {owner} are at fault."
        ),
        source="M20",
    ),
    Cause(
        key="interception-turned-away",
        title="A device that terminates TLS found no way on",
        applies=turned_away,
        diagnosis=(
            "{intercepted} dialled {owner} on port {port}, and a device between them took the connection: it tried to "
            "reach {owner} itself, failed, and let go of {intercepted}. Where {owner} demands a client certificate "
            "that has to be: no device has that of {intercepted}, so mutual TLS cannot be inspected."
        ),
        remedies={ANYBODY: (do("Take port {port} out of TLS inspection, so that it reaches {owner}."),)},
        looks_like=("reset-by-middlebox", "foreign-certificate"),
        told_apart_by=("{owner} logs a handshake from the address of the device, and none from that of {intercepted}."),
        source="I06, M20",
    ),
    Cause(
        key="mra-name-not-in-certificate",
        title="The certificate names neither the users' domain nor the edge",
        applies=lambda e: _signs_in(e) and e.refused == e.listener and name_objected(e),
        diagnosis=(
            "{dialler} takes any of these names on port {port}: {names}. The certificate of {refused} carries "
            "{presented}. The chain is fine; {dialler} refused inside the handshake, and the user reads that the "
            "certificate is not valid."
        ),
        remedies={
            ANYBODY: (
                do(
                    "Add the registration domain, or collab-edge.<domain>, to the SANs of Expressway-E's certificate.",
                    SERVER_CERTIFICATE,
                ),
            )
        },
        looks_like=("server-name-mismatch", "unknown-root"),
        told_apart_by="The chain leads to a root that {dialler} holds: only the names do not fit.",
        source="M09, L7",
    ),
    Cause(
        key="swallowed-by-inspection",
        title="Something in the path lets TCP through and swallows TLS",
        applies=lambda e: e.view is not None and e.view.swallowed,
        diagnosis=(
            "{dialler} opened TCP to port {port} and sent its {first_words}; {listener} got not one byte of it"
            "{gave_up}. A device between them took the bytes: SIP inspection (ALG) does that with what it cannot read."
        ),
        remedies={
            ANYBODY: (
                do("Disable SIP inspection (SIP ALG) for port {port} on every firewall in the path."),
                do("Capture on both sides of the firewall: the {first_words} is on one side only."),
            )
        },
        looks_like=("handshake-timeout", "connect-timed-out", "reset-by-middlebox"),
        told_apart_by=(
            "Bytes: here {dialler} sent some and {listener} received none. A silent caller sends none, a firewall that "
            "drops lets no TCP come about, and one that cuts sends a reset."
        ),
        source="M19",
    ),
)
