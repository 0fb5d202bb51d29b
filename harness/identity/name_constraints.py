"""Name constraints: which names a CA may certify (RFC 5280 section 4.2.1.10), as OpenSSL applies them."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Callable, Iterator, Mapping
from urllib.parse import urlsplit

from harness.identity.certificate import CertificateFacts
from harness.identity.chain import Chain
from harness.identity.findings import FindingKind, PathFinding

_NOT_PERMITTED, _EXCLUDED, _UNREADABLE_NAME = 47, 48, 53
_LIKE_A_DNS_NAME = re.compile(r"[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)+")


def constraint_findings(chain: Chain) -> Iterator[PathFinding]:
    """Yield a finding for each name of a link that an authority above it may not certify.

    Directory names are not compared. A sip: URI under a URI constraint is refused as unreadable, since it has
    no authority part (X509_V_ERR 53, measured).
    """
    for depth, link in enumerate(chain.links):
        if depth and link.facts.self_issued:
            continue
        for authority in chain.links[depth + 1 :]:
            for sentence, code in _violations(_names(link.facts, depth), authority.facts):
                told = f"{authority.called} may not certify {sentence}"
                yield PathFinding(FindingKind.NAME_CONSTRAINTS, depth, told, code)


def _names(facts: CertificateFacts, depth: int) -> Iterator[tuple[str, str]]:
    yield from (("dns", name) for name in facts.dns_names)
    yield from (("uri", name) for name in facts.uris)
    yield from (("email", name) for name in facts.emails)
    yield from (("ip", name) for name in facts.ip_addresses)
    if depth == 0 and not facts.dns_names:  # then OpenSSL takes a leaf's common name for a host (measured)
        yield from (("dns", name) for name in facts.common_names if _LIKE_A_DNS_NAME.fullmatch(name))


def _violations(names: Iterator[tuple[str, str]], authority: CertificateFacts) -> Iterator[tuple[str, int]]:
    for kind, name in names:
        permitted = _of_kind(authority.permitted_names, kind)
        excluded = _of_kind(authority.excluded_names, kind)
        if kind == "uri" and (permitted or excluded) and not _uri_host(name):
            yield f'the URI "{name}": its constraints cannot be compared with it', _UNREADABLE_NAME
        elif permitted and not any(_WITHIN[kind](name, subtree) for subtree in permitted):
            yield f'"{name}": it permits only {", ".join(permitted)}', _NOT_PERMITTED
        elif any(_WITHIN[kind](name, subtree) for subtree in excluded):
            yield f'"{name}": it excludes {", ".join(excluded)}', _EXCLUDED


def _of_kind(constraints: tuple[str, ...], kind: str) -> list[str]:
    prefix = f"{kind}:"
    return [constraint.removeprefix(prefix) for constraint in constraints if constraint.startswith(prefix)]


def _dns_within(name: str, subtree: str) -> bool:
    name, subtree = name.lower(), subtree.lower()
    return not subtree or name == subtree or name.endswith(f".{subtree.removeprefix('.')}")


def _host_within(host: str, subtree: str) -> bool:
    """Compare by RFC 5280 section 4.2.1.10: a leading dot means every host below, else that host alone."""
    host, subtree = host.lower(), subtree.lower()
    return host.endswith(subtree) if subtree.startswith(".") else host == subtree


def _email_within(address: str, subtree: str) -> bool:
    return address == subtree if "@" in subtree else _host_within(address.rpartition("@")[2], subtree)


def _uri_host(uri: str) -> str:
    try:
        return urlsplit(uri).hostname or ""
    except ValueError:
        return ""


def _uri_within(uri: str, subtree: str) -> bool:
    return _host_within(_uri_host(uri), subtree)


def _ip_within(address: str, subtree: str) -> bool:
    try:
        return ipaddress.ip_address(address) in ipaddress.ip_network(subtree, strict=False)
    except (ValueError, TypeError):
        return False


_WITHIN: Mapping[str, Callable[[str, str], bool]] = {
    "dns": _dns_within,
    "uri": _uri_within,
    "email": _email_within,
    "ip": _ip_within,
}
