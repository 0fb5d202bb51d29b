"""Rules about names that are written in a way in which nobody finds them."""

from __future__ import annotations

import re
from collections.abc import Iterator

from harness.certificates.rules.examination import Examination
from harness.certificates.rules.row import CertificateRule, Severity
from harness.lab.certificate_roles import NAMED
from harness.x509.presented_names import MAX_NAME, address_in

_LABEL = r"(?!-)[A-Za-z0-9_-]{1,63}(?<!-)"
_DNS_NAME = re.compile(rf"(\*\.)?{_LABEL}(\.{_LABEL})*\.?")
_MOST_TOLD = 20


def _wildcards(case: Examination) -> Iterator[str]:
    names = dict.fromkeys((*case.leaf.common_names, *case.leaf.dns_names))
    yield from (f'"{name}" is a wildcard' for name in names if "*" in name)


def _trailing_dots(case: Examination) -> Iterator[str]:
    yield from (f'"{name}" ends with a dot' for name in case.leaf.dns_names if name.endswith("."))


def _no_dns_names(case: Examination) -> Iterator[str]:
    wrong = [name for name in case.leaf.dns_names if address_in(name) is None and _fault(name)]
    yield from (f'the dNSName "{name}" {_fault(name)}' for name in wrong[:_MOST_TOLD])


def _fault(name: str) -> str:
    """Return why a dNSName can be no name in DNS, empty where it can be one."""
    if any(letter.isspace() for letter in name):
        return "has a blank in it"
    if len(name) > MAX_NAME:
        return f"has {len(name)} characters, and a DNS name at most {MAX_NAME}"
    return "" if _DNS_NAME.fullmatch(name) else "is no DNS name"


def _addresses(case: Examination) -> Iterator[str]:
    for name in case.leaf.dns_names:
        if address_in(name) is not None:
            yield f'"{name}" is an address and stands as a dNSName: it never matches that address'


def _wanted_addresses(case: Examination) -> Iterator[str]:
    for name in case.names:
        if address_in(name) is not None and case.carries(name):
            yield f'"{name}" stands as an iPAddress; whether an Expressway looks there is not known'


NAME_SYNTAX_RULES = (
    CertificateRule(
        key="wildcard-name",
        title="A wildcard",
        severity=Severity.WARNING,
        roles=NAMED,
        fires=_wildcards,
        peers="every SIP peer: SIP never matches wildcards",
        remedy="Name each host and domain itself: {names}.",
        source="RFC 5922 section 7.2, X22",
    ),
    CertificateRule(
        key="trailing-dot",
        title="A name with a dot at its end",
        severity=Severity.ERROR,
        roles=NAMED,
        fires=_trailing_dots,
        remedy="Issue it without the dot: nobody takes it off when names are compared.",
        source="I20",
    ),
    CertificateRule(
        key="no-dns-name",
        title="A dNSName that is no name in DNS",
        severity=Severity.ERROR,
        roles=NAMED,
        fires=_no_dns_names,
        remedy="Issue it with bare names, no blanks, ports or URLs: names are compared letter by letter.",
        source="RFC 5280 section 4.2.1.6",
    ),
    CertificateRule(
        key="address-as-dns-name",
        title="An address where names stand",
        severity=Severity.WARNING,
        roles=NAMED,
        fires=_addresses,
        remedy="Put it in an iPAddress, or better: let peers be known by their names. The zones of this lab count no "
        "iPAddress, since no text of Cisco says that they do.",
        source="RFC 5280 section 4.2.1.6, RFC 9525 section 6.5",
    ),
    CertificateRule(
        key="known-by-address",
        title="Peers know it by an address",
        severity=Severity.WARNING,
        roles=NAMED,
        fires=_wanted_addresses,
        remedy="Let peers know it by a dNSName: of an iPAddress no text of Cisco tells, and this lab counts none.",
        source="X1, RFC 9525 section 6.5",
    ),
)
"""Rules about how names are written."""
