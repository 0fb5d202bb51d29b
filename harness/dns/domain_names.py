"""Domain names in their two spellings: text as `harness.dns.records` has it, and labels to look up by."""

from __future__ import annotations

from typing import TypeAlias

import dns.exception
import dns.name

Labels: TypeAlias = tuple[bytes, ...]
"""A name as its labels in lower case, most specific first, with the empty label of the root at the end."""

_ALIAS_PREFIX = b"alias-of-"
MAX_LABEL = 63
"""Octets of a label (RFC 1035 section 2.3.4)."""


def labels_of(name: dns.name.Name) -> Labels:
    """Return the key by which names are compared: without regard to case (RFC 1034 section 3.1)."""
    return tuple(label.lower() for label in name.labels)


def name_of(text: str) -> dns.name.Name:
    """Return the absolute name that `text` writes, with or without the final dot.

    ValueError where no name can be written so: an empty label, one longer than 63 octets, more than 255 in all.
    """
    try:
        return dns.name.from_text(text, dns.name.root)
    except (dns.exception.DNSException, UnicodeError) as error:
        raise ValueError(f"'{text}' is no domain name") from error


def text_of(name: dns.name.Name) -> str:
    """Return a name in lower case without the final dot; the root is "."."""
    return name.to_text(omit_final_dot=True).lower()


def is_below(labels: Labels, top: Labels) -> bool:
    """Return whether a name is `top` or lies below it."""
    return labels[len(labels) - len(top) :] == top if len(labels) >= len(top) else False


def alias_of(host: dns.name.Name, apex: dns.name.Name) -> dns.name.Name:
    """Return the name `alias-of-<host>` beside the host, or right below `apex` for a host of another zone."""
    parent = host.parent() if host != apex and host.is_subdomain(apex) else apex
    return dns.name.Name(((_ALIAS_PREFIX + host.labels[0])[:MAX_LABEL], *parent.labels))
