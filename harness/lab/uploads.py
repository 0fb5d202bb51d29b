"""What an Expressway says when somebody uploads a certificate into one of its stores (domain.md 3.1, 4.3).

One table of rules by release; the first that refuses decides. An upload that was taken may still be useless:
these are the box's own checks, not those of its peers. And they are those of the web page: up to X15.3 Cisco itself
says how a certificate without clientAuth gets in all the same, copied over SCP (A1).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Literal

from harness.lab.releases import NEWEST, Release

if TYPE_CHECKING:
    from harness.x509.certificate import CertificateFacts

Box = Literal["expressway-e", "expressway-c"]
Store = Literal["server", "client"]

_CLIENT_AUTH = "clientAuth"


@dataclass(frozen=True, slots=True)
class Upload:
    """A certificate on its way into the `store` of a `box`; `switch` is EnableServerEkuUpload (X15.4)."""

    certificate: CertificateFacts
    box: Box
    store: Store
    release: Release
    switch: bool = False


@dataclass(frozen=True, slots=True)
class UploadRule:
    """One check of the upload page: when it refuses, what it then says, and what helps. `{…}` are words of the case.

    `scp_gets_round` says whether a certificate that it refuses gets in over SCP.
    """

    key: str
    refuses: Callable[[Upload], bool]
    reason: str
    remedy: str
    source: str
    scp_gets_round: Callable[[Upload], bool] = lambda _: False


@dataclass(frozen=True, slots=True)
class UploadRefusal:
    """A refused upload: the rule's key, what the box says, what helps; and whether SCP gets round it (A1)."""

    rule: str
    reason: str
    remedy: str
    scp_gets_round: bool = False


def _lacks_client_auth(upload: Upload) -> bool:
    usages = upload.certificate.extended_key_usage
    return usages is not None and _CLIENT_AUTH not in usages


def _fits_server_store(upload: Upload) -> str:
    """Return what a certificate without clientAuth meets in this box's server store."""
    rule = upload.release.server_auth_only
    return "refused" if upload.box == "expressway-c" and rule == "behind-a-switch" else rule


def _unqualified(upload: Upload) -> str:
    """Return the first name that is an address or has no domain, empty where every one is qualified."""
    certificate = upload.certificate
    names = (*certificate.common_names, *certificate.dns_names)
    return next((name for name in (*certificate.ip_addresses, *names) if "." not in name or _is_address(name)), "")


def _is_address(name: str) -> bool:
    return ":" in name or name.replace(".", "").isdigit()


OVER_SCP = (
    "Only the web page refuses it: Cisco's way round is to copy it over SCP into the certificate folder and to "
    "restart. Its peers refuse it all the same where they demand clientAuth"
)

UPLOAD_RULES = (
    UploadRule(
        "no-client-store",
        lambda upload: upload.store == "client" and not upload.release.two_stores,
        "{release} has no client store: one certificate serves both roles",
        f"upload it as the server certificate, or upgrade to {NEWEST}",
        "C7",
    ),
    UploadRule(
        "unqualified-name",
        lambda upload: bool(_unqualified(upload)),
        "the name {name} is no fully qualified domain name",
        "issue it with fully qualified names alone, in the CN and in every SAN",
        "C13",
    ),
    UploadRule(
        "server-store-demands-client-auth",
        lambda upload: (
            upload.store == "server" and _fits_server_store(upload) == "refused" and _lacks_client_auth(upload)
        ),
        "the certificate lacks clientAuth ({usages}), which {release} demands of its one certificate",
        "obtain one with both serverAuth and clientAuth, or upgrade both Expressways",
        "C6, A1",
        lambda upload: upload.release.server_auth_only == "refused",
    ),
    UploadRule(
        "server-store-switch-is-off",
        lambda upload: (
            upload.store == "server"
            and _fits_server_store(upload) == "behind-a-switch"
            and not upload.switch
            and _lacks_client_auth(upload)
        ),
        "the certificate lacks clientAuth ({usages}), and EnableServerEkuUpload is Off",
        "set EnableServerEkuUpload to On first; what this box dials will then lack clientAuth",
        "C6",
    ),
    UploadRule(
        "client-store-demands-client-auth",
        lambda upload: upload.store == "client" and _lacks_client_auth(upload),
        "the client store takes no certificate without clientAuth ({usages})",
        "obtain one with clientAuth, from a private CA if need be; copying the server certificate gets round the check",
        "C7",
    ),
)


def refusal_of(upload: Upload) -> UploadRefusal | None:
    """Return why the box does not take the certificate, None where it does."""
    rule = next((rule for rule in UPLOAD_RULES if rule.refuses(upload)), None)
    if rule is None:
        return None
    usages = ", ".join(upload.certificate.extended_key_usage or ())
    words = {"release": upload.release.name.upper(), "usages": usages, "name": _unqualified(upload)}
    over_scp = rule.scp_gets_round(upload)
    remedy = f"{rule.remedy}. {OVER_SCP}" if over_scp else rule.remedy
    return UploadRefusal(rule.key, rule.reason.format_map(words), remedy, over_scp)


def warning_of(upload: Upload) -> str:
    """Return what a box that takes the certificate has to say about its own settings, empty where nothing (A3)."""
    if upload.box == "expressway-e" and upload.switch and upload.release.two_stores:
        return (
            f"EnableServerEkuUpload is deprecated on {upload.release.name.upper()}, where it changes nothing: the "
            "server store takes a certificate without clientAuth as it is"
        )
    return ""
