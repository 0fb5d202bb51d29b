"""The block of addresses that a lab lives in, as a person names it."""

from __future__ import annotations

import ipaddress

from harness.errors import Fault, ScenarioError

_PARTS = 3


def checked_block(text: str) -> str:
    """Return the first three octets of a block in 127.0.0.0/8; ScenarioError for anything else.

    A lab never listens elsewhere: it is a simulator, and the network outside is none of its business.
    """
    octets = text.removesuffix(".0/24").split(".")
    try:
        address = ipaddress.IPv4Address(".".join([*octets, "1"]))
    except ipaddress.AddressValueError:
        address = None
    if address is None or len(octets) != _PARTS or not address.is_loopback:
        hint = "three octets inside 127.0.0.0/8, such as 127.77.1"
        raise ScenarioError([Fault("--addresses", 0, 0, f"'{text}' is no block for a lab", hint)])
    return ".".join(octets)
