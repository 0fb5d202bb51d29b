"""Where a certificate says that its status can be asked for: the pointers in it, and who publishes behind them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from cryptography import x509
from cryptography.x509.oid import AuthorityInformationAccessOID

VALIDATION_HOST: Final = "validation.lab.example"
VALIDATION_PORT: Final = 8080
"""Where all CAs of the lab publish their CRLs and answer OCSP: one host, plain HTTP (RFC 5280 section 8)."""

LIST_SUFFIX: Final = ".crl"
RESPONDER_PREFIX: Final = "/ocsp/"


def list_path(authority: str) -> str:
    """Return the path of a CA's list, by the CA's name."""
    return f"/{_slug(authority)}{LIST_SUFFIX}"


def responder_path(authority: str) -> str:
    """Return the path of a CA's OCSP responder, by the CA's name."""
    return f"{RESPONDER_PREFIX}{_slug(authority)}"


def _slug(authority: str) -> str:
    return authority.replace(" ", "-")


def _url(path: str) -> x509.UniformResourceIdentifier:
    return x509.UniformResourceIdentifier(f"http://{VALIDATION_HOST}:{VALIDATION_PORT}{path}")


def _list_pointer(authority: str) -> x509.CRLDistributionPoints:
    point = x509.DistributionPoint([_url(list_path(authority))], None, None, None)
    return x509.CRLDistributionPoints([point])


def _responder_pointer(authority: str) -> x509.AuthorityInformationAccess:
    method = AuthorityInformationAccessOID.OCSP
    return x509.AuthorityInformationAccess([x509.AccessDescription(method, _url(responder_path(authority)))])


Pointer = Callable[[str], x509.CRLDistributionPoints | x509.AuthorityInformationAccess]

SOURCES: Final[dict[str, Pointer]] = {"crl": _list_pointer, "ocsp": _responder_pointer}
"""From the name of the issuing CA to the extension that names its source (RFC 5280 sections 4.2.1.13, 4.2.2.1)."""
