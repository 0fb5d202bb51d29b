"""Which certificate an actor holds, and how it treats those of others."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Discriminator, Field, Tag

from harness.lab.fields import Settings, TextOfNumber, setting

TlsVersion = Annotated[Literal["1.0", "1.1", "1.2", "1.3"], TextOfNumber]
Versions = Annotated[tuple[TlsVersion, ...], Field(min_length=1, max_length=4)]
Request = Literal["none", "optional", "required"]
Dialect = Literal["openssl", "webex", "java-17.0.15", "java-17.0.21"]
EkuCheckOff = Literal["any-tls-usage", "nothing"]
EKU_CHECK_OFF = (
    "what is still checked while the EKU check is Off: that a certificate with key usages has serverAuth or clientAuth "
    "among them, or nothing; Cisco's text can be read either way, and this is the stricter reading"
)


def _word_or_certificate(value: object) -> str:
    return "word" if isinstance(value, str) else "certificate"


class Certificate(Settings):
    """Which certificate an actor holds: a leaf profile of certs/leaves.yaml, changed as stated."""

    profile: str = setting(..., "leaf profile in certs/leaves.yaml")
    faults: tuple[str, ...] = setting((), "named faults of certs/faults.yaml")
    issuer: str = setting("", "authority in certs/authorities.yaml; empty for the profile's own")
    common_name: str | None = setting(None, "CN; empty for the profile's own")
    dns_names: tuple[str, ...] | None = setting(None, "dNSNames; empty for the profile's own")
    uris: tuple[str, ...] | None = setting(None, "URI names, such as sip:example.com")
    revocation: tuple[Literal["crl", "ocsp"], ...] = setting(
        (), "which sources of its status it names: crl, ocsp or both", source="I11"
    )
    key: str = setting("", "ecdsa-p256, ecdsa-p384, rsa-2048, rsa-4096 or rsa-1024")
    renewals: Annotated[int, Field(ge=0, le=100)] = setting(
        0, "how often it was renewed: each time with a new key and serial number", source="C4"
    )


MaybeCertificate = Annotated[
    Annotated[Certificate, Tag("certificate")] | Annotated[Literal["none"], Tag("word")],
    Discriminator(_word_or_certificate),
]
ClientStore = Annotated[
    Annotated[Certificate, Tag("certificate")] | Annotated[Literal["same-as-server", "none"], Tag("word")],
    Discriminator(_word_or_certificate),
]
