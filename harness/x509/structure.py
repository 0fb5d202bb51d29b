"""A certificate taken apart byte for byte, so that one part can be exchanged and all others stay as they are."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from harness.x509.der import BIT_STRING, OBJECT_IDENTIFIER, OCTET_STRING, SEQUENCE, dotted, element, whole_elements

_VERSION, _EXTENSIONS = 0xA0, 0xA3
VERSION_3: Final = bytes.fromhex("a003020102")


@dataclass(frozen=True, slots=True)
class RawExtension:
    """One extension: its dotted identifier, whether it is critical, and the DER inside its OCTET STRING."""

    identifier: str
    value: bytes
    whole: bytes

    def holding(self, value: bytes) -> RawExtension:
        """Return the same extension, as critical as it is, with another value."""
        *before, _ = whole_elements(whole_elements(self.whole)[0].content)
        content = b"".join(each.whole for each in before) + element(OCTET_STRING, value)
        return RawExtension(self.identifier, value, element(SEQUENCE, content))


@dataclass(frozen=True, slots=True)
class CertificateParts:
    """The fields of a TBSCertificate in their order, each a whole DER element (RFC 5280 section 4.1).

    `version` is empty in a version 1 certificate, `unique_identifiers` nearly always.
    """

    version: bytes
    serial: bytes
    algorithm: bytes
    issuer: bytes
    validity: bytes
    subject: bytes
    public_key: bytes
    unique_identifiers: bytes = b""
    extensions: tuple[RawExtension, ...] = ()

    def to_be_signed(self) -> bytes:
        """Return the TBSCertificate (DER), the part that an issuer signs."""
        held = element(SEQUENCE, b"".join(extension.whole for extension in self.extensions))
        fields = (
            *(self.version, self.serial, self.algorithm, self.issuer, self.validity, self.subject, self.public_key),
            self.unique_identifiers,
            element(_EXTENSIONS, held) if self.extensions else b"",
        )
        return element(SEQUENCE, b"".join(fields))

    def signed(self, signature: bytes) -> bytes:
        """Return the certificate (DER) with this signature over its `to_be_signed`."""
        unused_bits = b"\x00"
        sealing = self.algorithm + element(BIT_STRING, unused_bits + signature)
        return element(SEQUENCE, self.to_be_signed() + sealing)


def dissect(certificate: bytes) -> CertificateParts:
    """Return the parts of a certificate (DER); ValueError where it is not framed as one."""
    try:
        (frame,) = whole_elements(certificate)
        fields = list(whole_elements(whole_elements(frame.content)[0].content))
        version = fields.pop(0).whole if fields[0].tag == _VERSION else b""
        serial, algorithm, issuer, validity, subject, public_key = (each.whole for each in fields[:6])
        rest = fields[6:]
        identifiers = b"".join(each.whole for each in rest if each.tag != _EXTENSIONS)
        held = [each.content for each in rest if each.tag == _EXTENSIONS]
        extensions = [
            _extension(each.whole) for inside in held for each in whole_elements(whole_elements(inside)[0].content)
        ]
        named = (version, serial, algorithm, issuer, validity, subject, public_key, identifiers)
        return CertificateParts(*named, extensions=tuple(extensions))
    except IndexError as error:
        raise ValueError("it is not framed as a certificate") from error


def extension(identifier: str, identifier_content: bytes, value: bytes) -> RawExtension:
    """Return an extension that is not critical."""
    content = element(OBJECT_IDENTIFIER, identifier_content) + element(OCTET_STRING, value)
    return RawExtension(identifier, value, element(SEQUENCE, content))


def _extension(whole: bytes) -> RawExtension:
    first, *_, last = whole_elements(whole_elements(whole)[0].content)
    return RawExtension(dotted(first.content), last.content, whole)
