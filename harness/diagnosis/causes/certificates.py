"""Causes that lie in a chain: who issued it, what it may be used for, and when."""

from __future__ import annotations

from harness.diagnosis.causes.conditions import (
    BY_EXPRESSWAY,
    CLIENT_WAS_REFUSED,
    CLOCK_IS_WRONG,
    EKU_CHECK_IS_ON,
    EKU_SWITCH,
    HAS_A_TLS_USAGE,
    HAS_NO_TLS_USAGE,
    NO_EKU_SWITCH,
    ONE_STORE,
    REALLY_OUT_OF_DATE,
    TWO_STORES,
    both,
    by,
)
from harness.diagnosis.causes.row import (
    ANYBODY,
    BY,
    CLOUDS_OWN,
    OF_THE_CLOUD,
    REFUSED,
    SHOW_NONE,
    SHOWN_CERTIFICATE,
    Cause,
    do,
)
from harness.diagnosis.evidence import Evidence
from harness.diagnosis.objections import (
    CERTIFICATE_ALERTS,
    EXPIRED,
    NOT_YET_VALID,
    PURPOSE,
    by_own_list,
    name_objected,
    objection,
    refused_afar,
    refused_certificate,
    untrusted,
)
from harness.lab.screens import (
    CLIENT_CERTIFICATE,
    DOMAINS,
    SERVER_CERTIFICATE,
    SIP_PAGE,
    TIME,
    TRUSTED_CA,
    UPLOADED_LIST,
)
from harness.transcript import ClientCertificate
from harness.x509.findings import FindingKind

_WEAK = {66, 67, 68}
_NOT_ACCEPTED = {34, 40}


def _wrong_usage(evidence: Evidence, *details: str) -> bool:
    finding = evidence.path.finding(FindingKind.WRONG_EKU) if evidence.path else None
    if finding is None or not objection(evidence, PURPOSE):
        return False
    return not details or finding.detail in details


def _wrong_key_usage(evidence: Evidence) -> bool:
    finding = evidence.path.finding(FindingKind.KEY_USAGE) if evidence.path else None
    return finding is not None and objection(evidence, PURPOSE)


_APPEND_CA = do("Append the missing CA certificate to the {trust_list} of {by}.", TRUSTED_CA, box=BY)
_APPEND_ROOT = do("Append the root of {refused}'s certificate to the {trust_list} of {by}.", TRUSTED_CA, box=BY)
_RENEW = do(
    "Renew the certificate of {refused}; upload it, then restart.",
    SHOWN_CERTIFICATE,
    when=REALLY_OUT_OF_DATE,
    box=REFUSED,
)
_CLOUDS_DATE = do(CLOUDS_OWN.action, when=REALLY_OUT_OF_DATE)
_SET_CLOCK = do("Set the clock of {by}: NTP servers, time zone.", TIME, when=CLOCK_IS_WRONG, box=BY)
GET_CLIENT_AUTH = (
    do("Put a certificate with clientAuth into the client store of {refused}.", CLIENT_CERTIFICATE, when=TWO_STORES),
    do(
        "Install a certificate with serverAuth and clientAuth on {refused}: before X15.5 one certificate serves in "
        "both roles.",
        SERVER_CERTIFICATE,
        when=ONE_STORE,
    ),
)
"""What an Expressway does that dialled with a certificate which is not for that."""

_CHECK_MODE = "xConfiguration SIP TLS Certificate ExtendedKeyUsage Checking Mode: Off"
_SWITCH_HELPS = both(both(BY_EXPRESSWAY, EKU_SWITCH), both(EKU_CHECK_IS_ON, CLIENT_WAS_REFUSED))
CHECK_OFF = (
    do(
        "Or switch EKU checking off on {by}; names are still verified, roles no longer are.",
        SIP_PAGE,
        _CHECK_MODE,
        when=both(_SWITCH_HELPS, HAS_A_TLS_USAGE),
        box=BY,
    ),
    do(
        "Or try EKU checking Off on {by}: Cisco's text can be read so, and also so that a certificate with neither "
        "serverAuth nor clientAuth is refused all the same.",
        SIP_PAGE,
        _CHECK_MODE,
        when=both(_SWITCH_HELPS, HAS_NO_TLS_USAGE),
        box=BY,
    ),
    do(
        "Or upgrade both Expressways to X15.5, where the check of {by} can be switched off.",
        when=both(both(BY_EXPRESSWAY, NO_EKU_SWITCH), both(HAS_A_TLS_USAGE, CLIENT_WAS_REFUSED)),
    ),
)

_APPEND_INTERMEDIATE = do("Or append that intermediate to the {trust_list} of {by}.", TRUSTED_CA, box=BY)
_COMPLETE_CHAIN = do(
    "Append the issuing CA to the trusted CA list of {refused}: from that list it completes the chain that it sends.",
    TRUSTED_CA,
)

CERTIFICATE_CAUSES = (
    Cause(
        key="no-verified-domain",
        title="No name of the certificate lies in a verified domain",
        applies=lambda e: name_objected(e) and by_own_list(e),
        diagnosis=(
            "The organisation has uploaded a certificate list of its own, so the cloud asks for a name in a verified "
            "domain ({names}). The certificate of {refused} carries {presented}. The domain was checked once, the "
            "certificate is checked on every call."
        ),
        remedies={
            ANYBODY: (
                do("Verify the domain of the certificate's names, or verify it again if it was removed.", DOMAINS),
                do("Or issue a certificate that carries a name in a verified domain.", SHOWN_CERTIFICATE, box=REFUSED),
            )
        },
        looks_like=("uploaded-list-overrides", "server-name-mismatch"),
        told_apart_by="The chain is trusted; the names of the certificate beside the verified domains in Control Hub.",
        source="I10, V-09, G07",
    ),
    Cause(
        key="server-name-mismatch",
        title="The certificate does not carry the name that was dialled",
        applies=name_objected,
        diagnosis=(
            "{by} looked for {names} in the certificate of {refused} and found {presented}. It refused inside "
            "the handshake."
        ),
        remedies={
            "control-hub": (
                do("Find out who answered: a proxy that redirects, or a wrong host in the setting."),
                CLOUDS_OWN,
            ),
            "webex-cloud": (CLOUDS_OWN,),
            ANYBODY: (
                do(
                    "Issue a certificate for {refused} that carries {names} as a dNSName.",
                    SHOWN_CERTIFICATE,
                    box=REFUSED,
                ),
                do("Or let {by} look for a name that the certificate carries: {presented}.", when=by("b2b-peer")),
            ),
        },
        source="B09, R-04",
    ),
    Cause(
        key="bad-optional-certificate",
        title="A certificate was optional, and a bad one was volunteered",
        applies=lambda e: e.requested is ClientCertificate.OPTIONAL and e.refused == e.dialler and untrusted(e),
        diagnosis=(
            "Port {port} only asks for a client certificate. {dialler} volunteered one that {by} cannot trace "
            "to a trusted root: a bad certificate is worse than none."
        ),
        remedies={
            ANYBODY: (
                do("Append the CA of {dialler} to the {trust_list} of {by}.", TRUSTED_CA, box=BY),
                SHOW_NONE,
            )
        },
        source="B11",
    ),
    Cause(
        key="uploaded-list-overrides",
        title="The uploaded certificate list does not cover the installed certificate",
        applies=lambda e: by_own_list(e) and untrusted(e),
        diagnosis=(
            "The organisation has uploaded a certificate list of its own to Control Hub, and only that list "
            "counts. The certificate of {refused} was issued by {issuer}, which is not on it, however public it is."
        ),
        remedies={
            ANYBODY: (
                do(
                    "Remove the old upload, or upload the root that issued today's certificate.",
                    UPLOADED_LIST,
                ),
            )
        },
        looks_like=("unknown-root", "missing-intermediate"),
        told_apart_by="Whether Control Hub shows an uploaded list.",
        source="I07",
    ),
    Cause(
        key="self-signed-certificate",
        title="The certificate is self-signed",
        applies=lambda e: untrusted(e, FindingKind.SELF_SIGNED_LEAF),
        diagnosis="{refused} presented a certificate that it signed itself ({presented}); {by} does not know it.",
        remedies={
            **OF_THE_CLOUD,
            ANYBODY: (
                do("Install a certificate of a CA that {by} trusts on {refused}.", SHOWN_CERTIFICATE, box=REFUSED),
            ),
        },
        looks_like=("unknown-root",),
        told_apart_by="Issuer and subject of the leaf are the same.",
        source="I09",
    ),
    Cause(
        key="missing-intermediate",
        title="The intermediate certificate is missing",
        applies=lambda e: untrusted(e, FindingKind.MISSING_INTERMEDIATE),
        diagnosis="{path} So {by} could not reach a root that it does trust.",
        remedies={
            "expressway-e": (_COMPLETE_CHAIN,),
            "expressway-c": (_COMPLETE_CHAIN,),
            "webex-cloud": (CLOUDS_OWN, _APPEND_INTERMEDIATE),
            "control-hub": (CLOUDS_OWN, _APPEND_INTERMEDIATE),
            ANYBODY: (do("Let {refused} send its intermediate with its certificate."), _APPEND_INTERMEDIATE),
        },
        looks_like=("unknown-root",),
        told_apart_by="The chain as it was sent: here it stops below a root that {by} trusts.",
        source="B27, I05, O08",
    ),
    Cause(
        key="only-intermediate-trusted",
        title="Only the intermediate is trusted, not its root",
        applies=lambda e: untrusted(e, FindingKind.ONLY_INTERMEDIATE_TRUSTED),
        diagnosis="{by} holds the intermediate but not the root above it, and takes no partial chains.",
        remedies={ANYBODY: (_APPEND_CA,)},
        looks_like=("unknown-root",),
        told_apart_by="The trusted CA list of {by}: the intermediate is on it, its root is not.",
        source="T-01",
    ),
    Cause(
        key="unknown-root",
        title="The issuing CA is not trusted",
        applies=lambda e: untrusted(e, FindingKind.UNKNOWN_ROOT),
        diagnosis=("{by} does not know the root of {refused}'s certificate. {path}{self_signed_words}"),
        remedies={
            "webex-cloud": (
                do(
                    "Get the certificates for the cloud: append the cloud's root to the {trust_list} of {by}.",
                    TRUSTED_CA,
                    box=BY,
                ),
            ),
            "expressway-e": (
                do("Install a certificate of a CA that {by} trusts.", SHOWN_CERTIFICATE, box=REFUSED),
                do("Or upload the private root for your organisation.", UPLOADED_LIST, when=by("webex-cloud")),
                do(
                    "Or append the root of {refused}'s certificate to the {trust_list} of {by}.",
                    TRUSTED_CA,
                    when=by("expressway-e", "expressway-c", "unified-cm"),
                    box=BY,
                ),
            ),
            ANYBODY: (_APPEND_ROOT,),
        },
        looks_like=("missing-intermediate", "uploaded-list-overrides"),
        told_apart_by="The chain as it was sent: it is complete, and ends under a root that {by} does not hold.",
        source="I02, I03, O09, M07, X6",
    ),
    Cause(
        key="incomplete-or-unknown-chain",
        title="The chain is incomplete, or its root unknown",
        applies=untrusted,
        diagnosis="{by} could not trace {refused}'s certificate to a root that it trusts. {path}",
        remedies={ANYBODY: (do("Let {refused} send its whole chain; append its root to the {trust_list} of {by}."),)},
        looks_like=("missing-intermediate", "unknown-root"),
        told_apart_by=(
            "Ask {refused} for its intermediate and run `openssl verify -CAfile trusted.pem -untrusted "
            "intermediate.pem leaf.pem`: if that passes, the intermediate was missing."
        ),
        ambiguous=True,
        source="B27, I02",
    ),
    Cause(
        key="certificate-expired",
        title="The certificate has expired",
        applies=lambda e: objection(e, EXPIRED),
        diagnosis="{by} refused the certificate of {refused} ({presented}) by its date. {expiry}",
        remedies={
            "expressway-e": (_RENEW, _SET_CLOCK),
            "expressway-c": (_RENEW, _SET_CLOCK),
            **dict.fromkeys(("webex-cloud", "control-hub"), (_CLOUDS_DATE, _SET_CLOCK)),
            ANYBODY: (
                do("Renew the certificate of {refused}.", SHOWN_CERTIFICATE, when=REALLY_OUT_OF_DATE, box=REFUSED),
                _SET_CLOCK,
            ),
        },
        source="B10, I23",
    ),
    Cause(
        key="certificate-not-yet-valid",
        title="The certificate is not valid yet",
        applies=lambda e: objection(e, NOT_YET_VALID),
        diagnosis=(
            "For {by} the certificate of {refused} ({presented}, valid from {not_before}) lies in the future. "
            "{whose_day}"
        ),
        remedies={
            **dict.fromkeys(("webex-cloud", "control-hub"), (_CLOUDS_DATE, _SET_CLOCK)),
            ANYBODY: (
                _SET_CLOCK,
                do(
                    "Wait for that day, or install a certificate on {refused} that is valid today.",
                    SHOWN_CERTIFICATE,
                    when=REALLY_OUT_OF_DATE,
                    box=REFUSED,
                ),
            ),
        },
        source="I24",
    ),
    Cause(
        key="eku-restricted-intermediate",
        title="An intermediate restricts what the certificate may be used for",
        applies=lambda e: _wrong_usage(e, "restricted-intermediate"),
        diagnosis=(
            "The leaf of {refused} carries the right key usages, but its intermediate is limited: {usage} The "
            "restriction is inherited."
        ),
        remedies={
            **dict.fromkeys(("webex-cloud", "control-hub"), (CLOUDS_OWN, *CHECK_OFF)),
            ANYBODY: (
                do(
                    "Get a certificate for {refused} from an intermediate without that restriction.",
                    SHOWN_CERTIFICATE,
                    box=REFUSED,
                ),
                *CHECK_OFF,
            ),
        },
        looks_like=("eku-no-client-auth",),
        told_apart_by="The EKU of the intermediate, not of the leaf.",
        source="B16",
    ),
    Cause(
        key="eku-any-only",
        title="anyExtendedKeyUsage does not stand for clientAuth",
        applies=lambda e: _wrong_usage(e, "any-eku-only"),
        diagnosis=(
            "The certificate of {refused} carries anyExtendedKeyUsage only. RFC 5280 lets a verifier take that "
            "for everything; OpenSSL, and so {by}, does not.{check_is_off}"
        ),
        remedies={
            **dict.fromkeys(("webex-cloud", "control-hub"), (CLOUDS_OWN, *CHECK_OFF)),
            ANYBODY: (
                do("Issue the certificate with {wanted_usage} named.", SHOWN_CERTIFICATE, box=REFUSED),
                *CHECK_OFF,
            ),
        },
        source="B15, X25",
    ),
    Cause(
        key="eku-no-client-auth",
        title="The certificate may not be used by a TLS client",
        applies=lambda e: _wrong_usage(e) and e.refused == e.dialler,
        diagnosis=(
            "The certificate of {refused} ({presented}) lacks clientAuth in its extended key usage: {usage} "
            "Public CAs stopped issuing clientAuth in 2026, so a renewal is enough to get here.{check_is_off}"
        ),
        remedies={
            "expressway-e": GET_CLIENT_AUTH,
            "expressway-c": GET_CLIENT_AUTH,
            "webex-cloud": (CLOUDS_OWN, *CHECK_OFF),
            ANYBODY: (
                do("Let {refused} get a certificate with clientAuth, from a private CA if need be."),
                *CHECK_OFF,
            ),
        },
        source="B12, I28, O06",
    ),
    Cause(
        key="eku-no-server-auth",
        title="The certificate may not be used by a TLS server",
        applies=_wrong_usage,
        diagnosis="The certificate of {refused} ({presented}) lacks serverAuth in its extended key usage: {usage}",
        remedies={
            **OF_THE_CLOUD,
            ANYBODY: (do("Install a certificate with serverAuth on {refused}.", SERVER_CERTIFICATE, box=REFUSED),),
        },
        source="5.1",
    ),
    Cause(
        key="weak-certificate",
        title="The key or the signature is too weak",
        applies=lambda e: any(objection(e, code) for code in _WEAK),
        diagnosis="{by} refused the chain of {refused}: {verify}. {path}",
        remedies={
            **OF_THE_CLOUD,
            ANYBODY: (
                do(
                    "Issue the certificate anew: RSA 2048 or more, or ECDSA; SHA-256 or better.",
                    SHOWN_CERTIFICATE,
                    box=REFUSED,
                ),
            ),
        },
        source="T-11",
    ),
    Cause(
        key="key-usage",
        title="The key may not be used for TLS",
        applies=_wrong_key_usage,
        diagnosis="{by} refused the certificate of {refused} for what its key may do: {verify}. {path}",
        remedies={
            **OF_THE_CLOUD,
            ANYBODY: (
                do(
                    "Install a certificate on {refused} whose key usage has digitalSignature.",
                    SHOWN_CERTIFICATE,
                    box=REFUSED,
                ),
            ),
        },
        looks_like=("eku-no-client-auth", "eku-no-server-auth"),
        told_apart_by="The key usage of the leaf, not its extended key usage.",
        source="5.1",
    ),
    Cause(
        key="critical-extension",
        title="A critical extension is not accepted",
        applies=lambda e: any(objection(e, code) for code in _NOT_ACCEPTED),
        diagnosis=(
            "{by} refused the chain of {refused}: {verify}. {path} A critical extension has to be understood and "
            "allowed by whoever checks the chain; another program may accept this one."
        ),
        remedies={
            **OF_THE_CLOUD,
            ANYBODY: (do("Have that certificate issued without the extension, or with it not marked as critical."),),
        },
        source="RFC 5280 section 4.2",
    ),
    Cause(
        key="broken-chain",
        title="The chain breaks a rule of RFC 5280",
        applies=lambda e: refused_certificate(e) and e.verify is not None,
        diagnosis="{by} refused the chain of {refused}: {verify}. {path}",
        remedies={**OF_THE_CLOUD, ANYBODY: (do("Have the CA re-issue the chain of {refused}."),)},
        source="5.1",
    ),
    Cause(
        key="certificate-refused",
        title="The certificate was refused, and the alert does not say why",
        applies=lambda e: refused_afar(e) and e.alert in CERTIFICATE_ALERTS,
        diagnosis=(
            "{by} answered the certificate of {refused} with {verify}. That alert stands for several faults, and only "
            "{by} knows which. Shown was: {shown}.{flaws}{requested}"
        ),
        remedies={ANYBODY: (do("Compare names, dates and key usages of the certificate with what {by} wants."),)},
        looks_like=("unknown-root", "server-name-mismatch", "revocation-source-unreachable", "broken-chain"),
        told_apart_by="Look into the log of {by}: it names the check that failed.",
        ambiguous=True,
        source="5.1, 5.3",
    ),
)
