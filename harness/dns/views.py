"""Who asks, and which picture of the zones it gets: geo DNS and split horizon are both views.

The asker is told by the client subnet that a resolver sends along (RFC 7871), else by its own address; so a resolver
that sends none shows its own region to its clients (row G04).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import IPv4Network, IPv6Network, ip_network
from typing import TypeAlias

import dns.edns
import dns.message

from harness.dns.zone import Zone

Network: TypeAlias = IPv4Network | IPv6Network


@dataclass(frozen=True, slots=True)
class View:
    """Zones for some askers: those whose network lies in one of `networks` ("127.64.0.16/28", "2001:db8::/32").

    The zones stand before the default ones: a zone of the same name hides the default one, others stay visible.
    """

    name: str
    networks: tuple[str, ...]
    zones: tuple[Zone, ...]


@dataclass(frozen=True, slots=True)
class Client:
    """The network that an answer is for, and the option that named it, None where the query has none."""

    network: Network
    told: dns.edns.ECSOption | None

    def is_inside(self, networks: Iterable[Network]) -> bool:
        """Return whether the whole network lies in one of these."""
        return any(_contains(network, self.network) for network in networks)

    def echo(self, networks: Iterable[Network]) -> tuple[dns.edns.ECSOption, ...]:
        """Return the option as the response carries it (RFC 7871 section 7.2.1), or nothing.

        Its scope is the number of leading bits that decide in which of `networks` an asker lies: whoever shares them
        gets this answer.
        """
        if self.told is None:
            return ()
        scope = max((_deciding_bits(self.network, other) for other in networks), default=0) if self.told.srclen else 0
        return (dns.edns.ECSOption(self.told.address, self.told.srclen, scope),)


def client_of(query: dns.message.Message, source: str) -> Client:
    """Return for whom a query asks. A subnet of zero bits hides the client, not the resolver (section 7.1.2).

    `source` is the address that the query came from; ValueError where it is none.
    """
    told = next((option for option in query.options if isinstance(option, dns.edns.ECSOption)), None)
    if told is None or not told.srclen:
        return Client(network_of(source.partition("%")[0]), told)
    return Client(network_of(f"{told.address}/{told.srclen}"), told)


@lru_cache(maxsize=1024)
def network_of(text: str) -> Network:
    """Return the network that `text` writes, an address being one of all its bits; ValueError for anything else."""
    return ip_network(text, strict=False)


def _contains(network: Network, inner: Network) -> bool:
    return network.version == inner.version and network.prefixlen <= inner.prefixlen and _shared(network, inner)


def _shared(network: Network, inner: Network) -> bool:
    return _common_bits(network, inner) >= network.prefixlen


def _deciding_bits(client: Network, other: Network) -> int:
    if client.version != other.version:
        return 0
    return min(other.prefixlen, _common_bits(client, other) + 1)


def _common_bits(one: Network, other: Network) -> int:
    different = int(one.network_address) ^ int(other.network_address)
    return one.max_prefixlen - different.bit_length()
