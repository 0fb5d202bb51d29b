"""SIP and SIPS URIs (RFC 3261 19.1)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from urllib.parse import unquote

from harness.sip.parameters import Parameters
from harness.sip.splitting import excerpt

_HOST_AND_PORT = re.compile(r"(\[[0-9A-Fa-f:.]+\]|[^\s:;?@\[\]<>\"]+)(?::([0-9]{1,5}))?", re.ASCII)
_SCHEMES = ("sip", "sips")

# RFC 3261 19.1.4: these must agree even where only one of the two URIs has them.
_DECISIVE_PARAMETERS = frozenset({"user", "ttl", "method", "maddr", "transport"})


@dataclass(frozen=True, slots=True)
class SipUri:
    """One SIP or SIPS URI.

    `user` is the user information as written (escapes and a password included), None where there is no `@`.
    `host` is a name, an IPv4 address or a bracketed IPv6 reference; `port` is None where the default holds.
    `headers` is the text after `?`. Compare with `is_equivalent_to`; `==` compares spelling.
    """

    scheme: str
    user: str | None
    host: str
    port: int | None = None
    parameters: Parameters = field(default_factory=Parameters)
    headers: str = ""

    @classmethod
    def parse(cls, text: str) -> SipUri:
        """Read a URI; ValueError where the scheme is another one (`tel:`) or no host can be made out."""
        scheme, _, rest = text.strip().partition(":")
        if scheme.lower() not in _SCHEMES:
            raise ValueError(f"not a SIP URI: {excerpt(text)}")
        user, place = _split_user(rest)
        place, _, headers = place.partition("?")
        authority, _, parameters = place.partition(";")
        host, port = host_and_port(authority)
        return cls(scheme.lower(), user, host, port, Parameters.parse(parameters), headers)

    @property
    def is_loose_router(self) -> bool:
        """Whether the URI carries `lr`: its owner keeps the Request-URI alone (RFC 3261 19.1.1)."""
        return "lr" in self.parameters

    @property
    def transport(self) -> str | None:
        """The `transport` parameter in lower case, None where the URI leaves it open."""
        named = self.parameters.get("transport")
        return named.lower() if named else None

    @property
    def effective_port(self) -> int:
        """The port, or the default: 5061 for SIPS and `transport=tls`, else 5060 (RFC 3261 19.1.2)."""
        if self.port is not None:
            return self.port
        return 5061 if self.scheme == "sips" or self.transport == "tls" else 5060

    def is_equivalent_to(self, other: SipUri) -> bool:
        """Whether both name the same resource by the rules of RFC 3261 19.1.4 (which are not transitive)."""
        if _identity(self) != _identity(other):
            return False
        mine, theirs = _compared(self.parameters), _compared(other.parameters)
        decisive = mine.keys() & theirs.keys() | _DECISIVE_PARAMETERS
        return all(mine.get(name) == theirs.get(name) for name in decisive) and _headers(self) == _headers(other)

    def __str__(self) -> str:
        user = "" if self.user is None else f"{self.user}@"
        port = "" if self.port is None else f":{self.port}"
        headers = f"?{self.headers}" if self.headers else ""
        return f"{self.scheme}:{user}{self.host}{port}{self.parameters}{headers}"


def host_and_port(text: str) -> tuple[str, int | None]:
    """Read `host`, `host:port` or `[IPv6]:port`; ValueError for anything else, ports over 65535 included."""
    match = _HOST_AND_PORT.fullmatch(text.strip())
    if match is None or int(match[2] or 0) > 65535:
        raise ValueError(f"not a host: {excerpt(text)}")
    return match[1], int(match[2]) if match[2] else None


def _split_user(rest: str) -> tuple[str | None, str]:
    # A user part may hold `;` and `?` (RFC 4475 3.1.1.13), and a header may hold `@`: the `@` of the URI is
    # the first one.
    user, at, place = rest.partition("@")
    return (user, place) if at else (None, rest)


def _identity(uri: SipUri) -> tuple[str, str | None, str, int | None]:
    user = None if uri.user is None else unquote(uri.user)
    return uri.scheme, user, uri.host.lower(), uri.port


def _compared(parameters: Parameters) -> dict[str, str]:
    """Return the parameters as they are compared: the first of each name, without regard to case and escapes."""
    return {name: unquote(value).lower() for name, value in parameters.by_name().items()}


def _headers(uri: SipUri) -> set[tuple[str, str]]:
    parts = (part.partition("=") for part in uri.headers.split("&") if part)
    return {(unquote(name).lower(), unquote(value)) for name, _, value in parts}
