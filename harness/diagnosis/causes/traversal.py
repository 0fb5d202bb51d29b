"""Causes that lie between the Expressways: the traversal zones, and the SSH tunnel beside them."""

from __future__ import annotations

import ipaddress

from harness.diagnosis.causes.conditions import EKU_SWITCH, ONE_STORE, TWO_STORES
from harness.diagnosis.causes.row import ANYBODY, REFUSED, SHOWN_CERTIFICATE, Cause, do
from harness.diagnosis.evidence import Evidence
from harness.diagnosis.objections import PURPOSE, objection, untrusted
from harness.diagnosis.root_cause import TUNNEL, broken_link
from harness.lab.screens import CLIENT_CERTIFICATE, SERVER_CERTIFICATE, TRUSTED_CA, UC_STATUS, ZONES
from harness.x509.findings import FindingKind

_ZONES, _TUNNEL = ("UC traversal", "traversal"), "SSH tunnel"


def dialler_lacks_client_auth(evidence: Evidence, *services: str) -> bool:
    """Whether the listener of one of these services found the dialler's certificate not made for TLS clients.

    Not where an intermediate restricts it, or its key may not sign: then another certificate of that kind is no cure.
    """
    if evidence.service not in services or evidence.refused != evidence.dialler or not objection(evidence, PURPOSE):
        return False
    finding = evidence.path.finding(FindingKind.WRONG_EKU) if evidence.path else None
    return finding is not None and finding.detail != "restricted-intermediate"


def name_refused(evidence: Evidence, part: str, *services: str) -> bool:
    """Whether that part refused the other's name on one of these services."""
    refused = evidence.view.refused_identity if evidence.view else None
    return refused is not None and evidence.service in services and evidence.part_of(evidence.by) == part


def _wanted_an_address(evidence: Evidence) -> bool:
    return bool(evidence.expected_names) and all(map(_is_address, evidence.expected_names))


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


def _tunnel_down(evidence: Evidence) -> bool:
    broken = broken_link(evidence)
    return broken is not None and broken.key == TUNNEL


_GET_CLIENT_AUTH = (
    do(
        "Give {refused} a client certificate with clientAuth; a private CA that {by} trusts is enough.",
        CLIENT_CERTIFICATE,
        when=TWO_STORES,
    ),
    do(
        "Install a certificate with serverAuth and clientAuth on {refused}; a private CA that {by} trusts is enough.",
        SERVER_CERTIFICATE,
        when=ONE_STORE,
    ),
)

TRAVERSAL_CAUSES = (
    Cause(
        key="traversal-peer-is-an-address",
        title="The peer address of the traversal zone is an IP address",
        applies=lambda e: name_refused(e, "expressway-c", *_ZONES, _TUNNEL) and _wanted_an_address(e),
        diagnosis=(
            "{by} dials {names} and looks for just that in the certificate of {refused}, which names hosts: "
            '{presented}. The handshake passes, then {by} closes: "Outbound TLS Negotiation Error", "Peer\'s TLS '
            'certificate identity was unacceptable".'
        ),
        remedies={
            ANYBODY: (
                do(
                    "Enter the FQDN of {refused} as the peer address of the zone on {by}, one that its certificate "
                    "carries and that the inner DNS resolves.",
                    ZONES,
                    "xConfiguration Zones Zone [n] TraversalClient Peer [1..6] Address",
                ),
            )
        },
        looks_like=("traversal-subject-name", "reset-by-middlebox"),
        told_apart_by="Who closed, and the peer address of the zone beside the names in the certificate.",
        source="M13",
    ),
    Cause(
        key="traversal-subject-name",
        title="The traversal zone expects another name of Expressway-C",
        applies=lambda e: name_refused(e, "expressway-e", *_ZONES, _TUNNEL),
        diagnosis=(
            "The TLS verify subject name of the zone on {by} is {names}; the certificate of {refused} carries "
            "{presented}. The chain is fine, and {by} resets the connection after the handshake."
        ),
        remedies={
            ANYBODY: (
                do(
                    "Set the TLS verify subject name on {by} to a name that every Expressway-C node carries: the "
                    "cluster name, if there are several.",
                    ZONES,
                    "xConfiguration Zones Zone [n] TraversalServer SIP TLS Verify Subject Name",
                ),
                do(
                    "Or issue the certificate of each node with {names} among its SANs.",
                    SHOWN_CERTIFICATE,
                    box=REFUSED,
                ),
            )
        },
        looks_like=("traversal-peer-is-an-address", "reset-by-middlebox"),
        told_apart_by="Who closed, and the subject name of the zone beside the names in the certificate.",
        source="M14",
    ),
    Cause(
        key="traversal-no-client-auth",
        title="The traversal client's certificate lacks clientAuth",
        applies=lambda e: dialler_lacks_client_auth(e, *_ZONES),
        diagnosis=(
            "{by} refused {refused} on port {port}: {usage} The traversal client dials, so its certificate has to "
            "serve a TLS client. The zone is Failed, and with it all that runs through it."
        ),
        remedies={
            ANYBODY: (
                *_GET_CLIENT_AUTH,
                do(
                    "Leave the EKU check On: switched Off the zone comes up, but the SSH tunnel of MRA demands "
                    "clientAuth all the same.",
                    when=EKU_SWITCH,
                ),
            )
        },
        looks_like=("tunnel-no-client-auth",),
        told_apart_by="The port: the zones have 7001 and above, the tunnel 2222.",
        source="M15",
    ),
    Cause(
        key="tunnel-no-client-auth",
        title="The SSH tunnel demands clientAuth, whatever the EKU check says",
        applies=lambda e: dialler_lacks_client_auth(e, _TUNNEL),
        diagnosis=(
            "{by} refused {refused} on port {port}: {usage} The SSH tunnel looks for clientAuth whatever is set "
            "elsewhere, so a traversal zone may be Active while no sign-in gets inside."
        ),
        remedies={ANYBODY: (*_GET_CLIENT_AUTH, do("Fix the certificate, not the EKU check.", when=EKU_SWITCH))},
        looks_like=("traversal-no-client-auth",),
        told_apart_by="The port: the zones have 7001 and above, the tunnel 2222.",
        source="M16",
    ),
    Cause(
        key="tunnel-missing-intermediate",
        title="The SSH tunnel knows only the intermediates of the trusted CA list",
        applies=lambda e: e.service == _TUNNEL and untrusted(e, FindingKind.MISSING_INTERMEDIATE),
        diagnosis=(
            "{by} could not trace the certificate of {refused} on port {port}: its intermediate is not on the "
            "trusted CA list of {by}. A traversal zone takes the intermediate from the chain that is sent; the tunnel "
            "does not look at it. So a renewal under a new intermediate leaves zones up and tunnels down."
        ),
        remedies={
            ANYBODY: (
                do("Append the new intermediate to the trusted CA list of every Expressway-E and -C.", TRUSTED_CA),
            )
        },
        looks_like=("missing-intermediate", "unknown-root"),
        told_apart_by="On the zone's own port the same certificate passes.",
        source="M18",
    ),
    Cause(
        key="ssh-tunnel-down",
        title="The SSH tunnel from Expressway-C is down",
        applies=_tunnel_down,
        diagnosis=(
            "{by} answered {status}: sign-in goes inside through the SSH tunnel, which Expressway-C holds open to port "
            "2222, and there is none. The UC traversal zone is Active, so SIP is not to blame. What stopped the "
            "tunnel is the cause, and that is not on record."
        ),
        remedies={
            ANYBODY: (
                do("Look at the state of the SSH tunnels on both Expressways.", UC_STATUS),
                do("Let port 2222 pass from Expressway-C to Expressway-E."),
                do("Check clientAuth in the client certificate of Expressway-C.", CLIENT_CERTIFICATE, when=TWO_STORES),
                do("Check clientAuth in the certificate of Expressway-C.", SERVER_CERTIFICATE, when=ONE_STORE),
                do("Check that each trusted CA list holds the other's intermediates.", TRUSTED_CA),
            )
        },
        looks_like=("tunnel-no-client-auth", "tunnel-missing-intermediate", "connect-timed-out"),
        told_apart_by="Open it again with Expressway-C's side on record: `expressway-c: open-tunnel` in a play.",
        ambiguous=True,
        source="M16, M18",
    ),
)
