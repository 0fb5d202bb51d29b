"""One certificate copied under another issuer: every byte stays, but for those that bind keys and issuer."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Final, TypeAlias

from cryptography import x509
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding

from harness.pki.certificate_names import MARK, marked_authority
from harness.pki.twin_keys import TwinKey, key_identifier, public_key_info, signed_like, signed_plainly, signs_bare
from harness.x509.der import OCTET_STRING, SEQUENCE, Element, element, whole_elements
from harness.x509.found_certificate import FoundCertificate
from harness.x509.structure import VERSION_3, RawExtension, dissect, extension

COMMENT: Final = f"{MARK}: a look-alike made by sip-mtls"
_COMMENT_ID, _COMMENT_CONTENT = "2.16.840.1.113730.1.13", bytes.fromhex("6086480186f842010d")
_IA5_STRING: Final = 0x16
_KEY_IDENTIFIER, _ISSUER_NAMES, _DIRECTORY_NAME = 0x80, 0xA1, 0xA4
_ROOT_SPAN: Final = timedelta(days=3650)


@dataclass(frozen=True, slots=True)
class Identity:
    """Who a look-alike is: its Name (DER) and its key."""

    name: bytes
    key: TwinKey = field(repr=False)


@dataclass(frozen=True, slots=True)
class Copying:
    """One copy to be made: of `model`, for `subject`, signed by `issuer`.

    `true_issuer` is the certificate that issued the model, None where it is not at hand.
    """

    model: FoundCertificate
    subject: Identity
    issuer: Identity
    true_issuer: FoundCertificate | None
    is_leaf: bool


@dataclass(frozen=True, slots=True)
class Copy:
    """The copy (DER), and a sentence for each thing in which it had to differ from its model."""

    certificate: bytes
    notes: tuple[str, ...] = ()


def copied(order: Copying) -> Copy:
    """Return the copy: serial number, validity, algorithm and extensions are those of the model.

    Key identifiers become those of the new keys; one that named the wrong key in the model stays wrong. Signed
    certificate timestamps are left out, since they vouch for the model itself (RFC 6962 section 3.2). A leaf of
    version 3 gets a Netscape comment that says what it is; CAs say so in their names.
    """
    rewritten = [_REWRITES.get(each.identifier, _kept)(each, order) for each in order.model.anatomy.extensions]
    parts = replace(
        order.model.anatomy,
        issuer=order.issuer.name,
        subject=order.subject.name,
        public_key=public_key_info(order.subject.key),
        extensions=(*(each for each, _ in rewritten if each), *_comment(order)),
    )
    certificate, as_model = signed_like(order.model, parts, order.issuer.key)
    notes = [f"{note} of '{order.model.label}'" for _, note in rewritten if note]
    notes += [] if as_model else [f"SHA-256 stands for the signature algorithm of '{order.model.label}'"]
    return Copy(certificate, tuple(notes))


def made_up_root(identity: Identity, now: datetime) -> bytes:
    """Return a root (DER) for a CA of which nothing but its name is known, in date for ten years around `now`."""
    key, nobody = identity.key, x509.Name([])
    signing = dict.fromkeys(("key_cert_sign", "crl_sign"), True)
    rest = ("digital_signature", "content_commitment", "key_encipherment", "data_encipherment", "key_agreement")
    usage = x509.KeyUsage(**signing, **dict.fromkeys((*rest, "encipher_only", "decipher_only"), False))
    builder = x509.CertificateBuilder(nobody, nobody, key.public_key(), serial_number=1)
    builder = builder.not_valid_before(now - _ROOT_SPAN).not_valid_after(now + _ROOT_SPAN)
    builder = builder.add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
    builder = builder.add_extension(usage, critical=True)
    builder = builder.add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    drawn = builder.sign(key, None if signs_bare(key) else SHA256()).public_bytes(Encoding.DER)
    return signed_plainly(replace(dissect(drawn), issuer=identity.name, subject=identity.name), key)


# --- Extensions that cannot be copied as they are ------------------------------------------------------

Rewritten: TypeAlias = tuple[RawExtension | None, str]


def _kept(found: RawExtension, order: Copying) -> Rewritten:  # noqa: ARG001 - one shape for the table
    return found, ""


def _subject_key_identifier(found: RawExtension, order: Copying) -> Rewritten:
    return found.holding(element(OCTET_STRING, key_identifier(order.subject.key))), ""


def _authority_key_identifier(found: RawExtension, order: Copying) -> Rewritten:
    held = order.true_issuer.subject_key_identifier if order.true_issuer else b""
    wanted = order.model.authority_key_identifier
    if held and wanted and held != wanted:
        return found, "kept the authority key identifier, which names another key than its issuer's,"
    with suppress(ValueError, IndexError):
        (frame,) = whole_elements(found.value)
        fields = b"".join(_authority_field(each, order) for each in whole_elements(frame.content))
        return found.holding(element(SEQUENCE, fields)), ""
    return found, "kept the authority key identifier, which cannot be read,"


def _authority_field(field_: Element, order: Copying) -> bytes:
    """Return one field of RFC 5280 section 4.2.1.1; the issuer's serial number is the same in its copy."""
    match field_.tag:
        case 0x80:
            return element(_KEY_IDENTIFIER, key_identifier(order.issuer.key))
        case 0xA1:
            return element(
                _ISSUER_NAMES, b"".join(_marked_general_name(each) for each in whole_elements(field_.content))
            )
        case _:
            return field_.whole


def _marked_general_name(name: Element) -> bytes:
    return element(_DIRECTORY_NAME, marked_authority(name.content)) if name.tag == _DIRECTORY_NAME else name.whole


def _left_out(found: RawExtension, order: Copying) -> Rewritten:  # noqa: ARG001 - one shape for the table
    return None, "left out the signed certificate timestamps"


def _replaced_comment(found: RawExtension, order: Copying) -> Rewritten:
    return (None, "replaced the comment") if order.is_leaf else (found, "")


def _comment(order: Copying) -> tuple[RawExtension, ...]:
    if not order.is_leaf or order.model.anatomy.version != VERSION_3:
        return ()
    return (extension(_COMMENT_ID, _COMMENT_CONTENT, element(_IA5_STRING, COMMENT.encode("ascii"))),)


_REWRITES: Final[dict[str, Callable[[RawExtension, Copying], Rewritten]]] = {
    "2.5.29.14": _subject_key_identifier,
    "2.5.29.35": _authority_key_identifier,
    "1.3.6.1.4.1.11129.2.4.2": _left_out,
    _COMMENT_ID: _replaced_comment,
}
"""What becomes of an extension that binds keys or the model's own bytes; all others are kept byte for byte."""
