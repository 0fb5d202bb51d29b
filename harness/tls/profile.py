"""How one end behaves in every handshake that it takes part in."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from harness.tls.purpose import PurposeCheck
from harness.transcript import ClientCertificate

VERSIONS = ("1.0", "1.1", "1.2", "1.3")


class Dialect(StrEnum):
    """Whose alert numbers an end speaks; `harness.tls.dialects` has the numbers and where they come from.

    A Java is named by the first release that was measured to speak so. All but OpenSSL also take chains that end in any
    certificate on their list; OpenSSL wants them to end in a root (measured; for Webex inferred, domain.md 5.3).
    """

    OPENSSL = "openssl"
    WEBEX = "webex"
    JAVA_17_0_15 = "java-17.0.15"
    JAVA_17_0_21 = "java-17.0.21"


@dataclass(frozen=True, slots=True)
class TlsProfile:
    """The TLS settings of one actor in one role. Hashable: each distinct profile is one OpenSSL context.

    `chain` is what is presented, DER, leaf first, empty for none; `private_key` is PKCS#8 PEM. `trusted`
    are the anchors (DER). With `complete_chain` the sent chain is completed from `trusted`, root included,
    as Expressway does (domain.md 5.4, trap X11). `request` is what a listener asks of its clients.
    `verify` Off accepts any chain and records what was wrong with it; `purpose` is how much of the peer's extended
    key usage is checked. `versions` are the lowest and the highest offered. `old_gear` lowers OpenSSL's security
    level to 0: TLS 1.0, RSA-1024 and SHA-1 then work. `clock` is the date at which chains are judged, None for now.
    `staple` is the OCSP response (DER) that a listener sends with its certificate to whoever asks for one (RFC 6066
    section 8). `resumption` allows tickets; off, since a resumed handshake shows no certificates (trap X23).
    `classic_hello` offers one elliptic curve, P-256, so that the ClientHello fits into one TCP segment (353 bytes
    instead of 1560, measured).
    """

    chain: tuple[bytes, ...] = ()
    private_key: bytes = field(default=b"", repr=False)
    trusted: tuple[bytes, ...] = ()
    complete_chain: bool = False
    request: ClientCertificate = ClientCertificate.NONE
    announce_authorities: bool = True
    verify: bool = True
    purpose: PurposeCheck = PurposeCheck.ROLE
    versions: tuple[str, str] = ("1.2", "1.3")
    ciphers: str = ""
    signature_algorithms: str = ""
    old_gear: bool = False
    dialect: Dialect = Dialect.OPENSSL
    clock: datetime | None = None
    staple: bytes = field(default=b"", repr=False)
    resumption: bool = False
    classic_hello: bool = False
