"""Causes on the inside of Mobile and Remote Access: between Expressway-C and Unified CM (domain.md 6.2, M21 to M25)."""

from __future__ import annotations

from harness.diagnosis.causes.conditions import ONE_STORE, TWO_STORES, Condition, otherwise
from harness.diagnosis.causes.row import ANYBODY, Cause, do
from harness.diagnosis.evidence import Evidence
from harness.diagnosis.objections import name_objected, untrusted
from harness.lab.screens import (
    CERTIFICATE_MANAGEMENT,
    CLIENT_CERTIFICATE,
    PHONE_PROFILE,
    SERVER_CERTIFICATE,
    SYSTEM_SERVER,
    TRUNK_PROFILE,
    TRUSTED_CA,
    UC_SERVERS,
    ZONES,
)
from harness.verdict import Stage
from harness.x509.presented_names import address_in


def _inside_https(evidence: Evidence, *, by: str) -> bool:
    """Whether one end of Expressway-C's HTTPS to Unified CM refused the other."""
    is_link = (evidence.dialler, evidence.listener) == ("expressway-c", "unified-cm")
    return is_link and evidence.protocol == "https" and evidence.by == by


_IS_ECDSA = Condition("its key is ECDSA", lambda e: e.presented is not None and e.presented.key.startswith("ECDSA"))
_SIGNS_ITSELF = Condition("it signs itself", lambda e: e.presented is not None and e.presented.self_issued)
_NO_ADDRESS = Condition(
    "a name was looked for", lambda e: not any(address_in(name) is not None for name in e.expected_names)
)
_ADD_PROFILE = "Add {profile} to the SANs of Expressway-C's certificate: Unified CM phone security profile names."

UNIFIED_CM_CAUSES = (
    Cause(
        key="trunk-takes-registrations",
        title="The SIP trunk of Unified CM listens where phones register",
        applies=lambda e: e.stage is Stage.SIP and e.decision("registration", "refused") is not None,
        diagnosis=(
            'Unified CM answered {status} to REGISTER: "SIP trunk disallows REGISTER". Its trunk to Expressway-C '
            "listens on the port on which phones register, and what comes from Expressway-C is taken for the trunk."
        ),
        remedies={
            ANYBODY: (
                do(
                    "Give the trunk an incoming port of its own, such as 5065, or 5561 for TLS.",
                    TRUNK_PROFILE,
                ),
                do(
                    "Dial that port in the neighbour zone of Expressway-C.",
                    ZONES,
                    "xConfiguration Zones Zone [n] Neighbor SIP Port",
                ),
            )
        },
        looks_like=("sip-refused", "phone-profile-not-in-certificate"),
        told_apart_by="The Warning header of the 405.",
        source="M21",
    ),
    Cause(
        key="phone-profile-not-in-certificate",
        title="The certificate of Expressway-C lacks the name of the phone security profile",
        applies=lambda e: e.stage is Stage.SIP and e.decision("phone-profile", "refused") is not None,
        diagnosis=(
            "The handshake between Expressway-C and Unified CM is fine. But the phones' security profile is called "
            "{profile}, and the certificate of Expressway-C carries {carried}: Unified CM does not let it register "
            "them, and answered {status}."
        ),
        remedies={
            ANYBODY: (
                do(_ADD_PROFILE, CLIENT_CERTIFICATE, when=TWO_STORES),
                do(_ADD_PROFILE, SERVER_CERTIFICATE, when=ONE_STORE),
                do("Name profiles as FQDNs, and never all alike.", PHONE_PROFILE),
            )
        },
        looks_like=("wrong-credentials", "trunk-takes-registrations"),
        told_apart_by="The SANs of Expressway-C beside the name of the profile.",
        source="M25",
    ),
    Cause(
        key="tomcat-certificate-untrusted",
        title="Expressway-C does not trust the Tomcat certificate of Unified CM",
        applies=lambda e: _inside_https(e, by="expressway-c") and untrusted(e),
        diagnosis=(
            "Outside, sign-in ends in HTTP {status}; the fault is inside. Expressway-C dialled port {port} of Unified "
            "CM and refused its certificate ({presented}): {verify}, depth {depth}. Depth 0 is the certificate itself, "
            "self-signed or without its issuer; above 0 it is a CA.{tomcat_ecdsa}"
        ),
        remedies={
            ANYBODY: (
                do(
                    "Append that certificate itself to the trusted CA list of Expressway-C.",
                    TRUSTED_CA,
                    when=_SIGNS_ITSELF,
                ),
                do(
                    "Append the issuer of that certificate to the trusted CA list of Expressway-C.",
                    TRUSTED_CA,
                    when=otherwise(_SIGNS_ITSELF, "a CA issued it"),
                ),
                do("Or have it issued by a CA that Expressway-C trusts.", CERTIFICATE_MANAGEMENT),
                do("Or let Expressway-C prefer RSA, so that it meets the tomcat certificate.", when=_IS_ECDSA),
            )
        },
        looks_like=("expressway-c-unknown-to-tomcat", "unified-cm-by-other-name"),
        told_apart_by="Who sent the alert on port {port} inside, and its number: here Expressway-C, for the chain.",
        source="M22",
    ),
    Cause(
        key="unified-cm-by-other-name",
        title="Unified CM is known by an address or name that its certificate lacks",
        applies=lambda e: _inside_https(e, by="expressway-c") and name_objected(e),
        diagnosis=(
            "Outside, sign-in ends in HTTP {status}; the fault is inside. Expressway-C dialled Unified CM as {names}, "
            'and its certificate carries {presented} ("SNI not in certificate"). The chain is fine.'
        ),
        remedies={
            ANYBODY: (
                do(
                    "Give the server, on the publisher, a name that its Tomcat certificate carries: its FQDN.",
                    SYSTEM_SERVER,
                ),
                do("Or have the Tomcat certificate issued with that name.", CERTIFICATE_MANAGEMENT, when=_NO_ADDRESS),
                do(
                    "Then refresh the servers on Expressway-C.",
                    UC_SERVERS,
                ),
            )
        },
        looks_like=("tomcat-certificate-untrusted",),
        told_apart_by="The names: what Expressway-C dialled beside what the certificate carries.",
        source="M23",
    ),
    Cause(
        key="expressway-c-unknown-to-tomcat",
        title="Unified CM does not trust the CA of Expressway-C",
        applies=lambda e: _inside_https(e, by="unified-cm") and untrusted(e),
        diagnosis=(
            "Outside, sign-in ends in HTTP {status}; the fault is inside. Unified CM demands a certificate on port "
            "{port} and refused that of Expressway-C ({presented}, issued by {issuer}){late}: nothing on its "
            'tomcat-trust leads there. Expressway-C logs "tlsv1 alert unknown ca", which is what its peer thinks of it.'
        ),
        remedies={
            ANYBODY: (
                do(
                    "Upload the CA chain of Expressway-C to tomcat-trust and to CallManager-trust, then restart "
                    "Tomcat, TFTP and CallManager.",
                    CERTIFICATE_MANAGEMENT,
                ),
            )
        },
        looks_like=("tomcat-certificate-untrusted",),
        told_apart_by="Who sent the alert on port {port} inside: here Unified CM.",
        source="M24",
    ),
)
