"""Revocation: how a verifier asks whether a certificate still counts, and who answers for the lab's CAs."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from harness.lab.fields import Seconds, Settings, Switch, setting

_SECTION = "Configuration > Protocols > SIP > Certificate revocation checking"
_COMMAND = "SIP TLS Certificate Revocation Checking"
Fallback = Literal["treat-as-not-revoked", "fail"]
ListState = Literal["sound", "stale", "not-yet-valid", "wrong-signer", "garbage"]
ResponseState = Literal["sound", "stale", "not-yet-valid", "wrong-signer", "garbage", "unknown", "sha1-only"]
Delay = Annotated[float, Field(ge=0, le=600)]


class RevocationChecking(Settings):
    """Whether peers are asked about, where, and what counts where nobody answers."""

    mode: Switch = setting(
        False,
        "ask whether a peer's certificate was revoked",
        screen=f"{_SECTION} > Certificate revocation checking mode",
        command=f"{_COMMAND} Mode",
        source="C2",
    )
    ocsp: Switch = setting(
        True,
        "ask the OCSP responder that the certificate names",
        screen=f"{_SECTION} > Use OCSP",
        command=f"{_COMMAND} OCSP Mode",
        source="C2",
    )
    crl: Switch = setting(
        True, "use CRLs", screen=f"{_SECTION} > Use CRLs", command=f"{_COMMAND} CRL Mode", source="C2"
    )
    cdp_fetch: Switch = setting(
        True,
        "fetch them from where the certificate says",
        screen=f"{_SECTION} > Allow CRL downloads from CDPs",
        command=f"{_COMMAND} CRL Network Fetch Mode",
        source="C2",
    )
    source_inaccessible: Fallback | None = setting(
        None,
        "what counts where no source answers; the documents disagree on the default, so there is none",
        screen=f"{_SECTION} > Fallback behavior",
        command=f"{_COMMAND} Source Inaccessibility Behavior",
        source="X10",
    )
    certificates_without_source: Literal["inaccessible", "accepted"] = setting(
        "inaccessible", "what a certificate counts as that names no source for its status", source="X10"
    )
    connect_timeout: Seconds = setting(2, "seconds for a SYN to a source; Cisco documents none")

    @model_validator(mode="after")
    def _says_what_counts_without_an_answer(self) -> Self:
        if self.mode and self.source_inaccessible is None:
            raise ValueError(
                "revocation checking is on, and nothing says what counts where no source answers; set "
                "`source-inaccessible` to treat-as-not-revoked or fail (the screen and the CLI reference disagree, X10)"
            )
        return self


class ValidationAuthority(Settings):
    """The web server on which the lab's CAs publish their CRLs and answer OCSP, validation.lab.example:8080."""

    crl: ListState = setting("sound", "the state of every CRL", source="I26")
    ocsp: ResponseState = setting("sound", "the state of every OCSP response, stapled ones too", source="C2")
    delay: Delay = setting(0, "seconds until it answers", source="B26")
