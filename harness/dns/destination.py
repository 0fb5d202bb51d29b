"""Where somebody wants to go: a SIP URI, or a SIP destination as Control Hub takes it (domain.md 3.2)."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Mapping
from dataclasses import dataclass

MAX_LENGTH = 1024
"""Characters of a destination as it is written."""

MAX_NAME = 253
"""Characters of a domain name without its final dot (RFC 1035 section 2.3.4: 255 octets on the wire)."""

SERVICE_LABELS: Mapping[str, str] = {"tls": "_sips._tcp", "tcp": "_sip._tcp", "udp": "_sip._udp"}
"""Transport to the labels at which SRV records for it stand (RFC 3263 section 4.2)."""

_TRANSPORT_OF = {label: transport for transport, label in SERVICE_LABELS.items()}
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?", re.IGNORECASE)
_SCHEME = re.compile(r"(sips?):(.*)", re.IGNORECASE)
_BRACKETS = re.compile(r"\[([^\]]*)\](:.*)?")
_PORT_DIGITS, _HIGHEST_PORT = 5, 65535


@dataclass(frozen=True, slots=True)
class Destination:
    """A destination that was understood.

    `host` is a name in lower case without its final dot, or an address (`is_address`). `port` is None and `transport`
    empty where they are not stated. `secure` says that only TLS will do: a sips URI, or a destination without a
    scheme, as Control Hub takes it. `service` is `_sips._tcp` or one of its like where the label of the SRV record
    was given in full (trap X17); `written` is the text as it was given.
    """

    host: str
    port: int | None
    transport: str
    secure: bool
    is_address: bool
    written: str
    service: str = ""


def read_destination(text: str) -> Destination:
    """Return the destination that a text means; ValueError with a sentence for a person where it means none.

    `sips:user1@example.com`, `sip:example.com:5061;transport=tls`, `example.com`, `_sips._tcp.mtls.example.com`,
    `host:port`, `ip:port`, `[v6]:port`, an address; and `user@domain`, which is taken for a sips URI.
    """
    written = text.strip()
    if not written or len(written) > MAX_LENGTH or not written.isprintable():
        raise ValueError("a destination is one line of text, such as example.com, host:5062 or sips:user1@example.com")
    uri = _SCHEME.fullmatch(written)
    scheme, rest = (uri[1].lower(), uri[2]) if uri else ("sips", written)
    place, parameters = _parameters(rest)
    if parameters and not uri:
        raise ValueError("parameters belong to a URI: begin it with sip: or sips:")
    host, port = _host_and_port(place)
    transport = _transport(parameters, scheme)
    if _is_address(host):
        return Destination(str(ipaddress.ip_address(host)), port, transport, scheme == "sips", True, written)
    name = read_name(host)
    for label, meant in _TRANSPORT_OF.items():
        if name.startswith(f"{label}."):
            if port is not None:
                raise ValueError(f"the record at {name} says the port itself: leave out :{port}")
            return Destination(name[len(label) + 1 :], None, meant, meant == "tls", False, written, label)
    if name.startswith("_"):
        raise ValueError(f"nobody looks up {name} for SIP (row D11): the label for SIP over TLS is _sips._tcp")
    return Destination(name, port, transport, scheme == "sips", False, written)


def read_name(text: str) -> str:
    """Return a domain name in lower case without its final dot; ValueError that says why it is none."""
    fault = name_fault(text)
    if fault:
        raise ValueError(fault)
    return text.removesuffix(".").lower()


def name_fault(text: str) -> str:
    """Return a sentence that says why nobody can ask for a name, empty where one can (RFC 1035 section 2.3.1).

    Underscores are letters here, for the labels of SRV records (RFC 8552).
    """
    name = text.removesuffix(".")
    if not name:
        return "a host is missing"
    if not name.isascii():
        return f"the name {name[:MAX_NAME]!a} is not in ASCII: write the xn-- form"
    if len(name) > MAX_NAME:
        return f"a name of {len(name)} characters is longer than {MAX_NAME}"
    labels = name.split(".")
    if any(not _LABEL.fullmatch(label) for label in labels):
        return f"'{name}' is no host name: labels of 1 to 63 letters, digits and hyphens, with dots between them"
    return f"'{name}' looks like an address and is no host name" if labels[-1].isdigit() else ""


def is_port(number: int) -> bool:
    """Return whether a number is that of a port somebody can be reached at."""
    return 0 < number <= _HIGHEST_PORT


def _parameters(rest: str) -> tuple[str, Mapping[str, str]]:
    """Return host and port of what follows the scheme, and the URI parameters (RFC 3261 section 19.1.1)."""
    user, at, place = rest.rpartition("@")
    if at and not user:
        raise ValueError("there is nobody before the @: leave it out, or write user@domain")
    place, *parameters = place.partition("?")[0].split(";")
    named = (parameter.partition("=") for parameter in parameters)
    return place, {name.lower(): value.lower() for name, _, value in named}


def _transport(parameters: Mapping[str, str], scheme: str) -> str:
    if "maddr" in parameters:
        raise ValueError("maddr is not followed here: write the address that it names as the destination")
    transport = parameters.get("transport", "")
    if transport and transport not in SERVICE_LABELS:
        raise ValueError(f"transport {transport!a} is not spoken here: tls, tcp or udp")
    if scheme == "sips" and transport == "udp":
        raise ValueError("a sips URI means TLS, which transport=udp contradicts (RFC 3261 section 26.2.2)")
    return "tls" if scheme == "sips" and transport else transport


def _host_and_port(place: str) -> tuple[str, int | None]:
    if _is_address(place):
        return place, None
    brackets = _BRACKETS.fullmatch(place)
    if brackets and not (_is_address(brackets[1]) and ":" in brackets[1]):
        raise ValueError(f"{brackets[1]!a} in brackets is no IPv6 address")
    host, colon, digits = (brackets[1], *(brackets[2] or "").partition(":")[1:]) if brackets else place.partition(":")
    if not colon:
        return host, None
    if not (digits.isascii() and digits.isdigit() and len(digits) <= _PORT_DIGITS and is_port(int(digits))):
        raise ValueError(f"{digits!a} is no port: a number from 1 to {_HIGHEST_PORT}")
    return host, int(digits)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return "%" not in text
