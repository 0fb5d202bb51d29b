"""The verdict on a peer's names, put on record by whoever judged them."""

from __future__ import annotations

from harness.actors.admission import UNACCEPTABLE, spoken
from harness.actors.site import Site
from harness.net.link import Link
from harness.x509.certificate import read_certificate
from harness.x509.name_policy import NameVerdict, judge_names


def has_wanted_name(site: Site, link: Link, place: str) -> bool:
    """Whether the peer has one of the names that the link expects, by Expressway's own policy."""
    return recorded(site, link, place, judge_names(read_certificate(link.peer_certificate), link.expected_names))


def recorded(site: Site, link: Link, place: str, verdict: NameVerdict) -> bool:
    """Put a verdict on record, with the Expressway zone or the service for which it was made; whether it accepts."""
    outcome = "accepted" if verdict.accepted else "unacceptable"
    detail = {} if verdict.accepted else {"detail": UNACCEPTABLE}
    site.decide(link.number, "identity", outcome, zone=place, **spoken(verdict), **detail)
    return verdict.accepted
