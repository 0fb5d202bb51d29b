"""Presented and wanted identities: different types, so that nobody compares two strings by accident."""

from __future__ import annotations

import ipaddress
import re
from dataclasses import dataclass
from enum import StrEnum

from harness.x509.certificate import CertificateFacts

MAX_NAME = 253
"""Characters in a DNS name (RFC 1035 section 2.3.4, in text). Nothing longer is ever compared."""

_SIP_URI = re.compile(r"(?P<scheme>sips?):(?P<user>[^@]*@)?(?P<host>\[[^\]]*\]|[^:;?/]+)", re.IGNORECASE)
_SRV_NAME = re.compile(r"_sips?\.(?P<host>.+)", re.IGNORECASE | re.DOTALL)


class IdentityKind(StrEnum):
    """Where in a certificate a name stands."""

    COMMON_NAME = "common name"
    DNS = "dNSName"
    URI = "URI"
    SRV = "SRVName"
    IP_ADDRESS = "iPAddress"


Address = ipaddress.IPv4Address | ipaddress.IPv6Address


def address_in(text: str) -> Address | None:
    """Return the IP address that `text` is, in brackets or not; None where it is a name."""
    try:
        return ipaddress.ip_address(text.removeprefix("[").removesuffix("]"))
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class PresentedIdentity:
    """One name that a certificate carries, as it stands there."""

    kind: IdentityKind
    value: str

    @property
    def name(self) -> str:
        """The name to compare, in lower case; empty where this identity cannot be one.

        A URI gives the host of its sip: or sips: form, an SRVName the domain behind `_sip.` or `_sips.`.
        Only ASCII counts: a certificate writes international names as A-labels (RFC 5280 section 7.2), and
        folding look-alike letters would accept a forged one.
        """
        name = self._bare()
        return name.lower() if name.isascii() and len(name) <= MAX_NAME else ""

    def is_address(self, wanted: Address) -> bool:
        """Whether it names that address: only an iPAddress does (RFC 5280 4.2.1.6), and a common name by its text."""
        counts = self.kind in (IdentityKind.IP_ADDRESS, IdentityKind.COMMON_NAME)
        return counts and address_in(self.value) == wanted

    @property
    def is_wildcard(self) -> bool:
        """Whether an asterisk stands anywhere in the name."""
        return "*" in self.name

    @property
    def scheme(self) -> str:
        """The scheme of a URI in lower case, else empty."""
        return self.value.partition(":")[0].lower() if self.kind is IdentityKind.URI else ""

    @property
    def has_user(self) -> bool:
        """Whether it is a URI with a user part: a person, not a domain (RFC 5922 section 7.1)."""
        return self.kind is IdentityKind.URI and "@" in self.value

    def _bare(self) -> str:
        match self.kind:
            case IdentityKind.URI:
                found = _SIP_URI.match(self.value)
            case IdentityKind.SRV:
                found = _SRV_NAME.fullmatch(self.value)
            case _:
                return self.value
        return found["host"] if found else ""


@dataclass(frozen=True, slots=True)
class ReferenceIdentity:
    """One name for which this end looks in the peer's certificate, as its settings spell it."""

    name: str

    @property
    def address(self) -> Address | None:
        """The address that it is, None where it is a name."""
        return address_in(self.name)

    @property
    def canonical(self) -> str:
        """The name as A-labels in lower case. A trailing dot stays (domain.md I20)."""
        if self.name.isascii() or len(self.name) > MAX_NAME:
            return self.name.lower()
        try:
            return self.name.encode("idna").decode("ascii").lower()
        except UnicodeError:
            return self.name.lower()


def presented_by(certificate: CertificateFacts) -> tuple[PresentedIdentity, ...]:
    """Return every identity of a certificate: common names first, as the log of an Expressway lists them."""
    held = (
        (IdentityKind.COMMON_NAME, certificate.common_names),
        (IdentityKind.DNS, certificate.dns_names),
        (IdentityKind.URI, certificate.uris),
        (IdentityKind.SRV, certificate.srv_names),
        (IdentityKind.IP_ADDRESS, certificate.ip_addresses),
    )
    return tuple(PresentedIdentity(kind, value) for kind, values in held for value in values)


def wildcard_covers(pattern: str, name: str) -> bool:
    """Return whether `pattern` is `*.` and the rest of `name` after its first label (RFC 9525 section 6.3).

    Both in lower case. The asterisk must be the whole left-most label, and stands for one label only; at
    least two labels follow it, so that `*.com` covers nothing.
    """
    star, dot, parent = pattern.partition(".")
    label, _, rest = name.partition(".")
    return bool(star == "*" and dot and "." in parent and "*" not in parent and label and rest == parent)
