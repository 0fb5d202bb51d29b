"""Causes that lie between an Expressway and its own company: cluster peers, and the trunk to Unified CM."""

from __future__ import annotations

from harness.diagnosis.causes.certificates import CHECK_OFF, GET_CLIENT_AUTH
from harness.diagnosis.causes.row import ANYBODY, Cause, do
from harness.diagnosis.causes.traversal import dialler_lacks_client_auth, name_refused
from harness.diagnosis.objections import untrusted
from harness.lab.screens import CERTIFICATE_MANAGEMENT, CLUSTERING, SERVER_CERTIFICATE, TRUNK_PROFILE

_CLUSTER, _TRUNK = "cluster", "SIP trunk"

CLUSTER_AND_TRUNK_CAUSES = (
    Cause(
        key="cluster-no-client-auth",
        title="Cluster peers demand clientAuth of each other until X15.4",
        applies=lambda e: dialler_lacks_client_auth(e, _CLUSTER),
        diagnosis=(
            "{by} refused its cluster peer {refused} on port {port}: {usage} TLS verification of the cluster is "
            "Enforcing, and before X15.4 it looks for clientAuth. Replication between the nodes is broken."
        ),
        remedies={
            ANYBODY: (
                do("Issue certificates with serverAuth and clientAuth for all nodes.", SERVER_CERTIFICATE),
                do("Or upgrade all nodes to X15.4 or newer, which does not look for clientAuth between peers."),
                do(
                    "Or set TLS verification mode to Permissive, which takes any certificate (alarm 40049).",
                    CLUSTERING,
                ),
            )
        },
        source="T-15",
    ),
    Cause(
        key="trunk-no-client-auth",
        title="Whoever dials the trunk needs clientAuth, and both ends dial",
        applies=lambda e: dialler_lacks_client_auth(e, _TRUNK),
        diagnosis=(
            "{by} refused {refused} on the trunk's port {port}: {usage} Calls from outside are dialled by "
            "Expressway-C, calls that go out by Unified CM, so a trunk may work in one direction alone."
        ),
        remedies={
            ANYBODY: GET_CLIENT_AUTH,
            "unified-cm": (
                do("Have the CallManager certificate issued with serverAuth and clientAuth.", CERTIFICATE_MANAGEMENT),
                *CHECK_OFF,
            ),
        },
        source="L11",
    ),
    Cause(
        key="trunk-root-unknown",
        title="Unified CM does not trust the CA of Expressway-C",
        applies=lambda e: e.service == _TRUNK and e.by == "unified-cm" and untrusted(e),
        diagnosis="{by} could not trace the certificate of {refused} to its CallManager-trust. {path}",
        remedies={
            ANYBODY: (
                do(
                    "Upload the CA chain of {refused} to CallManager-trust, then restart the service.",
                    CERTIFICATE_MANAGEMENT,
                ),
            )
        },
        looks_like=("unknown-root",),
        told_apart_by="Who refused: the trust list at fault is that of {by}.",
        source="L11",
    ),
    Cause(
        key="trunk-subject-name",
        title="The trunk security profile expects another name of Expressway-C",
        applies=lambda e: name_refused(e, "unified-cm", _TRUNK),
        diagnosis="The X.509 subject name of the trunk on {by} is {names}; the certificate of {refused} carries "
        "{presented}.",
        remedies={ANYBODY: (do("Enter a name of {refused}'s certificate as X.509 subject name.", TRUNK_PROFILE),)},
        source="L11",
    ),
)
