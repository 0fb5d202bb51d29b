"""What peers refuse that check a chain more strictly than OpenSSL does by default.

Two of them are measured: OpenSSL with X509_V_FLAG_X509_STRICT, as contexts of Python 3.13 and later have it, against
`openssl verify -x509_strict`; and Java 17 (its PKIX trust manager). What OpenSSL refuses anyway is not repeated here.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from harness.x509.chain import Link
from harness.x509.der import SEQUENCE, elements, only
from harness.x509.encoded import EncodedCertificate, encoded
from harness.x509.extension_rules import NETSCAPE_TYPE, OCSP_NO_CHECK, RESOURCES, called
from harness.x509.extensions import SUBJECT_ALTERNATIVE_NAME

_BASIC, _LISTS, _TLS_FEATURE = "2.5.29.19", "2.5.29.31", "1.3.6.1.5.5.7.1.24"
_STATUS_REQUESTS = {5, 17}
_NOT_IN_JAVA = (_LISTS, NETSCAPE_TYPE, OCSP_NO_CHECK, *RESOURCES)


def strict_objections(path: Sequence[Link], anchor: Link | None) -> Iterator[str]:
    """Yield what OpenSSL with X509_STRICT has against a leaf, the CAs above it and the trust anchor (None: unknown)."""
    for link in (*path, *((anchor,) if anchor else ())):
        fields = encoded(link.der)
        objections = {**_of_a_role(link, fields), **_of_names(link, fields), **_of_form(link, fields, link is anchor)}
        yield from (f"{link.called} {objection}" for objection, holds in objections.items() if holds)


def java_objections(path: Sequence[Link]) -> Iterator[str]:
    """Yield the critical extensions of a leaf and the CAs above it that OpenSSL understands and Java does not."""
    for link in path:
        for extension in encoded(link.der).extensions:
            if extension.critical and extension.identifier in _NOT_IN_JAVA:
                yield f"{link.called} has the critical extension {called(extension.identifier)}"


def is_nameless_with_plain_alternatives(certificate: bytes) -> bool:
    """Whether a certificate (DER) with an empty subject has a subjectAltName that is not critical.

    RFC 5280 section 4.2.1.6 forbids that; Java cannot read such a certificate (measured).
    """
    fields = encoded(certificate)
    alternatives = fields.extension(SUBJECT_ALTERNATIVE_NAME)
    return not fields.subject and alternatives is not None and not alternatives.critical


def wants_staple(certificate: bytes) -> bool:
    """Whether a certificate (DER) demands a stapled OCSP response of its server (RFC 7633).

    ValueError where its list of TLS features cannot be read.
    """
    feature = encoded(certificate).extension(_TLS_FEATURE)
    if feature is None:
        return False
    return any(int.from_bytes(number) in _STATUS_REQUESTS for _, number, _ in elements(only(feature.value, SEQUENCE)))


def _of_a_role(link: Link, fields: EncodedCertificate) -> dict[str, bool]:
    """Return what is wrong between basicConstraints and key usage (RFC 5280 sections 4.2.1.3 and 4.2.1.9)."""
    facts, basic = link.facts, fields.extension(_BASIC)
    limited, usages = facts.path_length is not None, facts.key_usage
    return {
        "has a path length and is no CA": limited and not facts.is_ca,
        "has a path length and no keyCertSign in its key usage": limited and "keyCertSign" not in (usages or ()),
        "is a CA, and its basicConstraints are not critical": facts.is_ca and basic is not None and not basic.critical,
        "is a CA without key usage": facts.is_ca and usages is None,
        "has keyCertSign in its key usage and is no CA": not facts.is_ca and "keyCertSign" in (usages or ()),
    }


def _of_names(link: Link, fields: EncodedCertificate) -> dict[str, bool]:
    """Return what is wrong with names (RFC 5280 sections 4.1.2.4, 4.1.2.6 and 4.2.1.6)."""
    facts, alternatives = link.facts, fields.extension(SUBJECT_ALTERNATIVE_NAME)
    signs = facts.is_ca or "cRLSign" in (facts.key_usage or ())
    return {
        "names no issuer": not fields.issuer,
        "has an empty subject": not fields.subject and (signs or alternatives is None),
        "has an empty subject, and its subjectAltName is not critical": is_nameless_with_plain_alternatives(link.der),
        "has a subjectAltName without a name": alternatives is not None and not only(alternatives.value, SEQUENCE),
    }


def _of_form(link: Link, fields: EncodedCertificate, is_anchor: bool) -> dict[str, bool]:
    """Return what is wrong with version, algorithms and key identifiers (RFC 5280 sections 4.1.1.2 and 4.2.1.1)."""
    facts, of_today = link.facts, fields.version == 3
    return {
        "names another signature algorithm inside than beside its signature": not fields.algorithms_agree,
        "has no authorityKeyIdentifier with a key": of_today and not is_anchor and not facts.authority_key_identifier,
        "is a CA without subjectKeyIdentifier": of_today and facts.is_ca and not facts.subject_key_identifier,
        "has extensions and is not of version 3": not of_today and bool(fields.extensions),
        "is a root and no CA by its basicConstraints": is_anchor and not facts.is_ca,
    }
