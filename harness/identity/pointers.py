"""Where a certificate says that its status can be had (RFC 5280 sections 4.2.1.13 and 4.2.2.1)."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

_Extension = TypeVar("_Extension", bound=x509.ExtensionType)


@dataclass(frozen=True, slots=True)
class Pointers:
    """Where a certificate says that its status can be had, and its issuer's certificate, as URLs."""

    lists: tuple[str, ...]
    responders: tuple[str, ...]
    issuers: tuple[str, ...] = ()


def pointers_of(certificate: bytes) -> Pointers:
    """Return the CRLs, OCSP responders and issuers that a certificate (DER) points to; none where it is unreadable."""
    try:
        extensions = x509.load_der_x509_certificate(certificate).extensions
    except ValueError:
        return Pointers((), ())
    points = _value(extensions, x509.CRLDistributionPoints) or ()
    access = _value(extensions, x509.AuthorityInformationAccess) or ()
    responders, issuers = (
        tuple(url for each in access if each.access_method == method for url in _urls([each.access_location]))
        for method in (AuthorityInformationAccessOID.OCSP, AuthorityInformationAccessOID.CA_ISSUERS)
    )
    lists = tuple(url for point in points for url in _urls(point.full_name or ()))
    return Pointers(lists, responders, issuers)


def _value(extensions: x509.Extensions, kind: type[_Extension]) -> _Extension | None:
    try:
        return extensions.get_extension_for_class(kind).value
    except x509.ExtensionNotFound:
        return None


def _urls(names: Iterable[x509.GeneralName]) -> Iterator[str]:
    for name in names:
        if isinstance(name, x509.UniformResourceIdentifier):
            yield name.value
