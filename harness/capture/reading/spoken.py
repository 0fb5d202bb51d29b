"""What is spoken on a connection, by its first bytes, and what to take a port for where they do not say it."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum

from harness.transcript import Address


class Spoken(StrEnum):
    """What one end of a connection said first."""

    TLS = "tls"
    SIP = "sip"
    HTTP = "http"
    NOTHING = "nothing"
    OTHER = "other"


DECODINGS = (Spoken.TLS.value, Spoken.SIP.value, Spoken.HTTP.value)
"""What `--decode PORT=` takes."""

_TLS = re.compile(rb"[\x14-\x17]\x03[\x00-\x04]")
_SIP = re.compile(rb"(?:SIP/2\.0 \d{3}|[A-Z]{3,20} (?:sips?|tel|urn):\S* SIP/2\.0)", re.DOTALL | re.IGNORECASE)
_BEGUN_SIP = re.compile(rb"(?:SIP/2\.0|(?:INVITE|ACK|BYE|CANCEL|OPTIONS|REGISTER|SUBSCRIBE|NOTIFY) sips?:)")
_HTTP = re.compile(rb"(?:HTTP/1\.[01] \d{3}|(?:GET|POST|PUT|HEAD|OPTIONS|DELETE|CONNECT) \S+ HTTP/1\.[01])")
_LEADING = b"\r\n\0"
_LOOKED_AT = 4096

_SIP_PORTS = {5060, 5061, 5062, 5065, 5090, 5091, 7001, 7003}
TLS_PORTS = {5061, 5062, 443, 8443}
"""Ports on which whoever connects and says nothing owes a ClientHello."""
_HTTP_PORTS = {80, 443, 6970, 6972, 8080, 8443, 9443}


def spoken(first: bytes) -> Spoken:
    """Return what somebody speaks who said these bytes first."""
    if not first:
        return Spoken.NOTHING
    if _TLS.match(first):
        return Spoken.TLS
    text = first[:_LOOKED_AT].lstrip(_LEADING)
    if _SIP.match(text) or _BEGUN_SIP.match(text):
        return Spoken.SIP
    if _HTTP.match(text):
        return Spoken.HTTP
    return Spoken.OTHER if text else Spoken.NOTHING


def protocol_of(target: Address, said: Spoken, decoded: Mapping[int, str]) -> str:
    """Return `sip` or `https` for a connection: by what was said, else by what the user calls the port, else by habit.

    `said` is what was spoken inside TLS, or in clear.
    """
    told = said.value if said in {Spoken.SIP, Spoken.HTTP} else decoded.get(target.port, "")
    if told == Spoken.HTTP or (told != Spoken.SIP and target.port in _HTTP_PORTS):
        return "https"
    return "sip"


def is_known_port(port: int, decoded: Mapping[int, str]) -> bool:
    """Whether a port is one that listens for SIP or HTTPS: by habit, or because the user says so."""
    return port in decoded or port in _SIP_PORTS or port in _HTTP_PORTS
