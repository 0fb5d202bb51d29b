"""What each box calls itself in `Server` and `User-Agent` (RFC 3261 20.35, 20.41).

The product names are those of real boxes: the cloud's is in domain.md 1.1, those of Expressway and Unified CM
are in banners and traces that people published (`TANDBERG/4137 (X12.5.1)`, `Cisco-CUCM12.5`); the release is that of
the lab. The comment at the end says that it is none of them.
"""

from __future__ import annotations

from collections.abc import Mapping

_SIMULATED = "(simulated by sip-mtls)"
_EXPRESSWAY = "TANDBERG/4137 ({release})"

_PRODUCTS: Mapping[str, str] = {
    "webex-cloud": "Cisco-L2SIP",
    "expressway-e": _EXPRESSWAY,
    "expressway-c": _EXPRESSWAY,
    "b2bua": _EXPRESSWAY,
    "unified-cm": "Cisco-CUCM14.0",
    "jabber": "Cisco-Jabber",
}


def software_of(actor: str, release: str) -> str:
    """Return the name for an actor of a lab with that release; of an actor that stands for no product, its own."""
    product = _PRODUCTS.get(actor, actor)
    return f"{product.format(release=release.upper())} {_SIMULATED}"
