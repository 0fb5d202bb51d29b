"""The CRLs, responders and CA certificates that somebody's certificates name: who answers for them in the lab.

The look-alike of each CA speaks at the URLs in the look-alikes that it issued, on the validation authority, and the
name server leads there. So a source is away only where somebody asks for that: by a rule of the firewall, a fault of
the name server, or the state of the validation authority.
"""

from __future__ import annotations

import ipaddress
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from harness.dns.destination import name_fault
from harness.dns.records import Question
from harness.dns.zone_text import ZoneText, read_zone
from harness.errors import ScenarioError
from harness.lab.actors import ACTORS
from harness.lab.settings import Lab
from harness.lab.settings.network import HOME_BLOCK, ZoneSetting
from harness.pki import CopiedAuthority, Kind, LabPki
from harness.x509.certificate import read_certificate
from harness.x509.status import pointers_of

_ADDRESS = f"{HOME_BLOCK}.{ACTORS['validation-authority'].octet}"
_ZONE = f"@ 300 SOA ns hostmaster 1 3600 600 86400 300\n@ 300 A {_ADDRESS}\n"


def publish(lab_pki: LabPki, issued: Mapping[bytes, CopiedAuthority]) -> None:
    """Let each CA speak at the http URLs in the certificates (DER) that it issued."""
    for certificate, authority in issued.items():
        for kind, url in _sources(certificate):
            lab_pki.publications.add(kind, url, certificate, authority)


def _sources(certificate: bytes) -> Iterator[tuple[Kind, str]]:
    pointers = pointers_of(certificate)
    by_kind = ((Kind.LIST, pointers.lists), (Kind.RESPONDER, pointers.responders), (Kind.ISSUER, pointers.issuers))
    yield from ((kind, url) for kind, urls in by_kind for url in urls)


def unfetched(certificate: bytes) -> Iterator[str]:
    """Yield a sentence about the sources of a certificate (DER) that no verifier of the lab can fetch."""
    facts = read_certificate(certificate)
    for what, urls in (("CRL", facts.crl_urls), ("OCSP responder", facts.ocsp_urls)):
        schemes = {url: urlsplit(url).scheme.lower() if "[" not in url else "broken" for url in urls}
        others = dict.fromkeys(scheme or "broken" for scheme in schemes.values() if scheme != "http")
        if others:
            also = "too" if "http" in schemes.values() else "alone"
            yield f"names its {what} by {' and '.join(others)} {also}: verifiers of the lab fetch http and nothing else"


def shared_lists(old: bytes, new: bytes) -> Iterator[str]:
    """Yield a sentence where two certificates (DER) of different CAs name the same place of their CRL."""
    before, after = read_certificate(old), read_certificate(new)
    same_issuer = (before.issuer, before.authority_key_identifier) == (after.issuer, after.authority_key_identifier)
    for url in () if same_issuer else (each for each in after.crl_urls if each in before.crl_urls):
        yield (
            f"it names the CRL {url}, as the old one does, and another CA issued it. One list alone can lie there, and "
            "whose is not known here: the lab answers each verifier with the right one. Fetch it and look who signed it"
        )


def found_hosts(lab: Lab, lab_pki: LabPki) -> dict[str, Any]:
    """Return the settings with which the name server of the lab leads to everything that is published."""
    hosts = tuple(lab_pki.publications.hosts())
    zones = zones_with(lab, hosts) if hosts else ()
    return {"name-server.zones": [zone.model_dump(by_alias=True) for zone in zones]} if zones else {}


def zones_with(lab: Lab, hosts: Iterable[str]) -> list[ZoneSetting]:
    """Return the zones of the lab in which each of `hosts` has an address: that of the validation authority.

    A host that has one already keeps it. What is no name of a host is left out.
    """
    zones = list(lab.name_server.zones)
    for host in map(str.lower, hosts):
        name = host.removesuffix(".")
        if _is_name(name):
            _add_host(zones, name)
    return zones


def _is_name(host: str) -> bool:
    try:
        ipaddress.ip_address(host)
    except ValueError:
        return not name_fault(host)
    return False


def _add_host(zones: list[ZoneSetting], host: str) -> None:
    inside = [zone for zone in zones if host == _origin(zone) or host.endswith(f".{_origin(zone)}")]
    home = max(inside, key=lambda zone: len(zone.origin), default=None)
    if home is None:
        zones.append(ZoneSetting(origin=host, text=_ZONE))
    elif not _is_known(home, host):
        written = ZoneSetting(origin=home.origin, text=f"{home.text.rstrip()}\n{host}. 300 A {_ADDRESS}\n")
        zones[zones.index(home)] = written


def _origin(zone: ZoneSetting) -> str:
    return zone.origin.lower().removesuffix(".")


def _is_known(zone: ZoneSetting, host: str) -> bool:
    try:
        read = read_zone(ZoneText(zone.origin, zone.text))
    except ScenarioError:  # it is told where the lab is opened
        return True
    return any(read.find(Question(host, kind)) is not None for kind in ("A", "CNAME"))
