"""One address of From, To, Contact, Route and Record-Route: `"Name" <uri>;parameters` (RFC 3261 20.10)."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from harness.sip.parameters import Parameters
from harness.sip.splitting import excerpt, find_outside_quotes, quote, unquote
from harness.sip.uri import SipUri

_SEPARATORS = ',;:@"'


@dataclass(frozen=True, slots=True)
class NameAddress:
    """A URI of any scheme with a display name and header parameters (`tag`, `expires`, `q`…)."""

    uri: str
    display: str = ""
    parameters: Parameters = field(default_factory=Parameters)

    @classmethod
    def parse(cls, text: str) -> NameAddress:
        """Read one address; ValueError where a bracket is not closed or the URI is empty.

        Without brackets, what follows the first `;` belongs to the header, and there is no `?` (RFC 3261 20.10).
        """
        opening = find_outside_quotes(text, "<")
        if opening < 0:
            return _checked(cls(*_bare(text)))
        uri, closing, rest = text[opening + 1 :].partition(">")
        if not closing or rest.strip()[:1] not in ("", ";"):
            raise ValueError(f"not an address: {excerpt(text)}")
        return _checked(cls(uri.strip(), _display(text[:opening].strip()), Parameters.parse(rest)))

    @property
    def sip_uri(self) -> SipUri | None:
        """The URI read as a SIP URI, None where it is of another scheme or unreadable."""
        try:
            return SipUri.parse(self.uri)
        except ValueError:
            return None

    @property
    def tag(self) -> str:
        """The tag parameter, "" where there is none."""
        return self.parameters.get("tag") or ""

    def with_parameter(self, name: str, value: str | None) -> NameAddress:
        """Return a copy in which the header parameter has that value; None makes it a bare one."""
        return replace(self, parameters=self.parameters.with_value(name, value))

    def __str__(self) -> str:
        display = f"{quote(self.display)} " if self.display else ""
        return f"{display}<{self.uri}>{self.parameters}"


def tag_of(value: str | None) -> str:
    """Return the tag of a From or To value; "" where the value is missing, unreadable or without one."""
    try:
        return NameAddress.parse(value or "").tag
    except ValueError:
        return ""


def sip_uri_of(value: str) -> SipUri | None:
    """Return the SIP URI in the address of a Route, Contact or other header; None where there is none."""
    try:
        return NameAddress.parse(value).sip_uri
    except ValueError:
        return None


def _bare(text: str) -> tuple[str, str, Parameters]:
    uri, _, parameters = text.partition(";")
    if "?" in uri:
        raise ValueError(f"a URI with a question mark needs angle brackets (RFC 3261 20.10): {excerpt(uri)}")
    return uri.strip(), "", Parameters.parse(parameters)


def _display(text: str) -> str:
    """Return a display name: a quoted string, or words without separators among them (RFC 4475 3.1.2.15)."""
    meant = unquote(text)
    if meant == text and any(character in _SEPARATORS for character in text):
        raise ValueError(f"a display name with separators needs quotes: {excerpt(text)}")
    return meant


def _checked(address: NameAddress) -> NameAddress:
    if ":" not in address.uri or any(character.isspace() for character in address.uri):
        raise ValueError(f"not a URI: {excerpt(address.uri)}")
    return address
