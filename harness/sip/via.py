"""One Via value: the way back of a response (RFC 3261 20.42)."""

from __future__ import annotations

import re
from dataclasses import dataclass, field, replace
from functools import lru_cache

from harness.sip.headers import Headers
from harness.sip.parameters import Parameters
from harness.sip.splitting import collapse_blanks, excerpt
from harness.sip.uri import host_and_port

_PROTOCOL = re.compile(r"SIP ?/ ?2\.0 ?/ ?([^\s/;,]+) ", re.ASCII | re.IGNORECASE)
_BEFORE_COLON = re.compile(r" ?: ?")


@dataclass(frozen=True, slots=True)
class Via:
    """One hop: `transport` in capitals (`TLS`), where it wants the response, and its parameters.

    `port` is None where the transport's default holds.
    """

    transport: str
    host: str
    port: int | None = None
    parameters: Parameters = field(default_factory=Parameters)

    @classmethod
    def of(cls, transport: str, host: str, port: int | None, branch: str) -> Via:
        """Return the Via that an element puts on a request of its own; add to it with `with_parameter`."""
        return cls(transport.upper(), host, port, Parameters((("branch", branch),)))

    @classmethod
    def parse(cls, text: str) -> Via:
        """Read one value, with blanks around the slashes and the colon; ValueError where it is none."""
        return _parsed(text)

    @property
    def branch(self) -> str:
        """The branch parameter, "" where there is none (an RFC 2543 element)."""
        return self.parameters.get("branch") or ""

    @property
    def sent_by(self) -> tuple[str, int]:
        """Host in lower case and port, the default filled in: 5061 for TLS, else 5060 (RFC 3261 18.2.2)."""
        default = 5061 if self.transport == "TLS" else 5060
        return self.host.lower(), default if self.port is None else self.port

    def with_parameter(self, name: str, value: str | None) -> Via:
        """Return a copy in which the parameter has that value; None makes it a bare one."""
        return replace(self, parameters=self.parameters.with_value(name, value))

    def __str__(self) -> str:
        port = "" if self.port is None else f":{self.port}"
        return f"SIP/2.0/{self.transport} {self.host}{port}{self.parameters}"


def top_via(headers: Headers) -> Via | None:
    """Return the top Via of a message, None where there is none or it cannot be read."""
    try:
        return next((Via.parse(value) for value in headers.get_list("via")), None)
    except ValueError:
        return None


@lru_cache(maxsize=64)  # the same top Via is read once by each layer that a message passes
def _parsed(text: str) -> Via:
    text = collapse_blanks(text)
    protocol = _PROTOCOL.match(text)
    if protocol is None:
        raise ValueError(f"not a Via: {excerpt(text)}")
    sent_by, _, parameters = text[protocol.end() :].partition(";")
    host, port = host_and_port(_BEFORE_COLON.sub(":", sent_by))
    return Via(protocol[1].upper(), host, port, Parameters.parse(parameters))
