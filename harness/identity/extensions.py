"""What each X.509 extension contributes to the facts of a certificate: one table, one reader a row."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID, ExtendedKeyUsageOID, ExtensionOID

from harness.identity.der import one_extension_each

SRV_NAME = x509.ObjectIdentifier("1.3.6.1.5.5.7.8.7")
"""id-on-dnsSRV, the otherName that carries an SRVName (RFC 4985 section 2)."""

EXTENDED_KEY_USAGES: Mapping[str, str] = {
    ExtendedKeyUsageOID.SERVER_AUTH.dotted_string: "serverAuth",
    ExtendedKeyUsageOID.CLIENT_AUTH.dotted_string: "clientAuth",
    ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE.dotted_string: "anyExtendedKeyUsage",
    "1.3.6.1.5.5.7.3.20": "id-kp-sipDomain",
}
"""Names for the extended key usages that matter here; others stay dotted (RFC 5280 4.2.1.12, RFC 5924)."""

KEY_USAGES: Mapping[str, str] = {
    "digital_signature": "digitalSignature",
    "content_commitment": "nonRepudiation",
    "key_encipherment": "keyEncipherment",
    "data_encipherment": "dataEncipherment",
    "key_agreement": "keyAgreement",
    "key_cert_sign": "keyCertSign",
    "crl_sign": "cRLSign",
}
"""Attributes of cryptography's KeyUsage and the names of RFC 5280 section 4.2.1.3."""


_SUBJECT_ALTERNATIVE_NAME_DER = bytes.fromhex("0603551d11")


@dataclass(frozen=True, slots=True)
class Unreadable:
    """An extension that could not be read. A broken subjectAltName is one all the same (RFC 5922 7.1)."""

    is_san: bool
    error: Exception

    @property
    def name(self) -> str:
        """What to call it in a sentence."""
        return "subjectAltName extension" if self.is_san else "extension"


def each_extension(certificate: x509.Certificate, der: bytes) -> Iterator[x509.Extension[Any] | Unreadable]:
    """Yield the extensions of a certificate, an `Unreadable` in the place of each one that cannot be read.

    cryptography reads all extensions or none; where it reads none they are tried one at a time.
    """
    try:
        extensions = list(certificate.extensions)
    except Exception:  # any kind: the bytes are a stranger's
        yield from _each_alone(der)
    else:
        yield from extensions


def _each_alone(der: bytes) -> Iterator[x509.Extension[Any] | Unreadable]:
    try:
        certificates = list(one_extension_each(der))
    except Exception as error:
        yield Unreadable(is_san=_SUBJECT_ALTERNATIVE_NAME_DER in der, error=error)
    else:
        yield from map(_only_extension, certificates)


def _only_extension(der: bytes) -> x509.Extension[Any] | Unreadable:
    try:
        only: x509.Extension[Any] = next(iter(x509.load_der_x509_certificate(der).extensions))
    except Exception as error:
        return Unreadable(is_san=_SUBJECT_ALTERNATIVE_NAME_DER in der, error=error)
    return only


def _subject_alternative_name(value: x509.SubjectAlternativeName) -> dict[str, Any]:
    others = value.get_values_for_type(x509.OtherName)
    return {
        "has_san_extension": True,
        "dns_names": tuple(value.get_values_for_type(x509.DNSName)),
        "uris": tuple(value.get_values_for_type(x509.UniformResourceIdentifier)),
        "emails": tuple(value.get_values_for_type(x509.RFC822Name)),
        "ip_addresses": tuple(str(address) for address in value.get_values_for_type(x509.IPAddress)),
        "srv_names": tuple(other.value[2:].decode("ascii", "replace") for other in others if other.type_id == SRV_NAME),
    }


def _extended_key_usage(value: x509.ExtendedKeyUsage) -> dict[str, Any]:
    dotted = [usage.dotted_string for usage in value]
    return {"extended_key_usage": tuple(EXTENDED_KEY_USAGES.get(oid, oid) for oid in dotted)}


def _key_usage(value: x509.KeyUsage) -> dict[str, Any]:
    named = (name for attribute, name in KEY_USAGES.items() if getattr(value, attribute))
    return {"key_usage": tuple(named)}


def _basic_constraints(value: x509.BasicConstraints) -> dict[str, Any]:
    return {"is_ca": value.ca, "path_length": value.path_length}


def _subject_key_identifier(value: x509.SubjectKeyIdentifier) -> dict[str, Any]:
    return {"subject_key_identifier": value.digest.hex()}


def _authority_key_identifier(value: x509.AuthorityKeyIdentifier) -> dict[str, Any]:
    return {"authority_key_identifier": (value.key_identifier or b"").hex()}


def _name_constraints(value: x509.NameConstraints) -> dict[str, Any]:
    return {
        "permitted_names": tuple(_constraint(name) for name in value.permitted_subtrees or ()),
        "excluded_names": tuple(_constraint(name) for name in value.excluded_subtrees or ()),
    }


def _crl_distribution_points(value: x509.CRLDistributionPoints) -> dict[str, Any]:
    names = (name for point in value for name in point.full_name or ())
    return {"crl_urls": tuple(name.value for name in names if isinstance(name, x509.UniformResourceIdentifier))}


def _authority_information_access(value: x509.AuthorityInformationAccess) -> dict[str, Any]:
    places = (each.access_location for each in value if each.access_method == AuthorityInformationAccessOID.OCSP)
    return {"ocsp_urls": tuple(name.value for name in places if isinstance(name, x509.UniformResourceIdentifier))}


def _constraint(name: x509.GeneralName) -> str:
    match name:
        case x509.DNSName(value=text):
            return f"dns:{text}"
        case x509.IPAddress(value=network):
            return f"ip:{network}"
        case x509.UniformResourceIdentifier(value=text):
            return f"uri:{text}"
        case x509.RFC822Name(value=text):
            return f"email:{text}"
        case _:
            return f"other:{type(name).__name__}"


READERS: Mapping[x509.ObjectIdentifier, Callable[[Any], dict[str, Any]]] = {
    ExtensionOID.SUBJECT_ALTERNATIVE_NAME: _subject_alternative_name,
    ExtensionOID.EXTENDED_KEY_USAGE: _extended_key_usage,
    ExtensionOID.KEY_USAGE: _key_usage,
    ExtensionOID.BASIC_CONSTRAINTS: _basic_constraints,
    ExtensionOID.SUBJECT_KEY_IDENTIFIER: _subject_key_identifier,
    ExtensionOID.AUTHORITY_KEY_IDENTIFIER: _authority_key_identifier,
    ExtensionOID.NAME_CONSTRAINTS: _name_constraints,
    ExtensionOID.CRL_DISTRIBUTION_POINTS: _crl_distribution_points,
    ExtensionOID.AUTHORITY_INFORMATION_ACCESS: _authority_information_access,
}
"""Extension to the fields of `CertificateFacts` that it fills (RFC 5280 section 4.2.1)."""
