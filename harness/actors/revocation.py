"""Asking whether a peer's certificate was revoked: which source, over which way, and what counts without an answer.

The sources are asked in the order staple, OCSP, CRL. The first that can be reached decides, also where its answer is of
no use: an outdated list is an objection of its own (row I26), not an inaccessible source. A staple that is of no use
is passed over, since the responder behind it may know better. Where nobody could be reached the fallback counts, which
somebody must have chosen (trap X10).
"""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from urllib.parse import urlsplit

from harness.actors.finder import Finder
from harness.actors.https import Posting, fetch
from harness.actors.site import Site
from harness.dns.records import Answer, Host, Outcome, Question
from harness.lab.settings.revocation import RevocationChecking
from harness.net.link import Link, StatusCheck
from harness.tls.observations import InQuestion
from harness.tls.revocation_lists import days_of_list, judge_by_lists
from harness.tls.verify_errors import (
    CRL_EXPIRED,
    CRL_NOT_YET_VALID,
    NO_CRL,
    OCSP_UNKNOWN_CERTIFICATE,
    OCSP_VERIFY_FAILED,
    REVOKED,
    text_of,
)
from harness.transcript import DialFailure
from harness.x509.der import elements
from harness.x509.status import Status, StatusFinding, pointers_of, read_response, request_about

TOPIC = "revocation"
_HTTP_PORT = 80
_CODES = {Status.GOOD: 0, Status.REVOKED: REVOKED, Status.UNKNOWN: OCSP_UNKNOWN_CERTIFICATE}
_WITHOUT_ADDRESS = {
    Outcome.NO_ANSWER: "no name server answered about",
    Outcome.SERVER_FAILURE: "the name server failed (SERVFAIL) on",
    Outcome.REFUSED: "the name server refuses to answer about",
    Outcome.BAD_ANSWER: "the name server's answer makes no sense about",
    Outcome.TOO_LONG: "the name server's answer never came whole about",
}
"""Why no address of a source is known, but for the case that there is none."""

_UNREACHED = {
    DialFailure.REFUSED: "the connection was refused",
    DialFailure.TIMED_OUT: "nobody answered the SYN in time",
    DialFailure.UNREACHABLE: "there is no route to it",
}
_BY_DATE = {CRL_NOT_YET_VALID, CRL_EXPIRED}
_STAPLE, _OCSP, _CRL = "staple", "ocsp", "crl"


@dataclass(frozen=True, slots=True)
class Source:
    """Where the status of a certificate can be had: `staple`, `ocsp` or `crl`, and the URL behind the last two."""

    kind: str
    url: str = ""

    def __str__(self) -> str:
        return f"{self.kind} {self.url}".strip()


@dataclass(frozen=True, slots=True)
class Said:
    """What a source came to: 0, a verify error, or None where it told nothing; and a sentence for a person.

    `answered` says that something came from it, though it told nothing: then it was reached. `facts` are what the
    record keeps besides: the status in a word, and for what days the answer is.
    """

    code: int | None
    text: str
    answered: bool = False
    facts: Mapping[str, str] = field(default_factory=dict)


def status_check(site: Site, settings: RevocationChecking, clock_offset_days: int = 0) -> StatusCheck | None:
    """Return how an actor checks its peers, None where it does not. `clock_offset_days` is how far its clock is off."""
    return _Checking(site, settings, clock_offset_days).check if settings.mode else None


class _Checking:
    """One actor's way of asking."""

    def __init__(self, site: Site, settings: RevocationChecking, clock_offset_days: int) -> None:
        self._site = site
        self._settings = settings
        self._finder = Finder(site)
        self._today = site.stage.tls_profiles.clock(clock_offset_days)

    async def check(self, number: int, peer: InQuestion) -> int:
        """Return 0 or the verify error for a peer on connection `number`; all that was asked is put on record."""
        untold: list[tuple[Source, Said]] = []
        sources = self._sources(peer)
        if not sources and self._settings.certificates_without_source == "accepted":
            return 0
        for source in sources:
            self._site.decide(number, TOPIC, "asking", source=str(source), text=str(source))
            said = await self._consult(source, peer)
            if said.code is not None:
                outcome = "good" if said.code == 0 else "objected"
                self._decide(number, outcome, said.code, said.text, source=str(source), **said.facts)
                return said.code
            untold.append((source, said))
        return self._fall_back(number, untold)

    def _sources(self, peer: InQuestion) -> tuple[Source, ...]:
        settings, pointers = self._settings, pointers_of(peer.chain[0])
        stapled = [Source(_STAPLE)] if settings.ocsp and peer.staple else []
        responders = [Source(_OCSP, url) for url in pointers.responders if settings.ocsp]
        lists = [Source(_CRL, url) for url in pointers.lists if settings.crl and settings.cdp_fetch]
        return (*stapled, *responders, *lists)

    def _fall_back(self, number: int, untold: Sequence[tuple[Source, Said]]) -> int:
        text = "; ".join(f"{said.text} ({source})" for source, said in untold)
        text = text or "the certificate names no source that may be asked"
        useless = ", ".join(str(source) for source, said in untold if said.answered)
        passes = self._settings.source_inaccessible == "treat-as-not-revoked"
        outcome, code = ("treated-as-not-revoked", 0) if passes else ("not-established", NO_CRL)
        self._decide(number, outcome, code, text, useless=useless)
        return code

    def _decide(self, number: int, outcome: str, code: int, text: str, **facts: str) -> None:
        verify = text_of(code) if code else "ok"
        told = {"source": "", **facts, "text": text, "code": str(code), "verify": verify}
        self._site.decide(number, TOPIC, outcome, **told)

    # --- one source ---

    async def _consult(self, source: Source, peer: InQuestion) -> Said:
        leaf, issuer = peer.chain[0], peer.chain[min(1, len(peer.chain) - 1)]
        if source.kind == _STAPLE:
            finding = read_response(peer.staple, leaf, issuer, self._today)
            return _of_finding(finding, unusable=None)
        posted = Posting(request_about(leaf, issuer), "application/ocsp-request") if source.kind == _OCSP else None
        got = await self._download(source.url, posted)
        if isinstance(got, str):
            return Said(None, got)
        if posted is not None:
            return _of_finding(read_response(got, leaf, issuer, self._today), unusable=OCSP_VERIFY_FAILED)
        lists = _lists_in(got)
        return _of_list(
            judge_by_lists(peer.chain, lists, self._today), days_of_list(lists[0]) if len(lists) == 1 else None
        )

    async def _download(self, url: str, posted: Posting | None) -> bytes | str:
        """Return what lies at a URL, or a sentence that says why it could not be had."""
        link = await self._reach(url)
        if isinstance(link, str):
            return link
        try:
            parts = urlsplit(url)
            target = parts._replace(scheme="", netloc="", fragment="").geturl() or "/"
            answer = await fetch(link, self._site.stage.recorder, parts.netloc, target, posted)
            await link.close()
        finally:
            link.drop()
        match answer.status:
            case 200:
                return answer.body
            case None:
                return "no HTTP answer came"
            case status:
                return f"it answered HTTP {status}"

    async def _reach(self, url: str) -> Link | str:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname or "", parts.port or _HTTP_PORT
        except ValueError:
            return "the URL cannot be read"
        if parts.scheme != "http" or not host:
            return "only http URLs are followed"
        address = await self._address_of(host)
        if isinstance(address, Answer):
            return f"{_WITHOUT_ADDRESS.get(address.outcome, 'DNS has no address of')} {host}"
        if not ipaddress.ip_address(address).is_loopback:
            return f"{address} lies outside the lab"
        link = await self._site.attempt(address, port, within=self._settings.connect_timeout, protocol="http")
        return link if isinstance(link, Link) else _UNREACHED[link.failure]

    async def _address_of(self, host: str) -> str | Answer:
        """Return where a host is, or the answer that holds no address of it.

        An address at which a CA from elsewhere publishes leads to who speaks for it.
        """
        try:
            address = str(ipaddress.ip_address(host))
        except ValueError:
            answer = await self._finder.ask(Question(host.lower(), "A"))
        else:
            stage = self._site.stage
            is_published = stage.tls_profiles.publications.has_host(host.lower())
            return stage.directory.address_of("validation-authority") if is_published else address
        return next((record.address for record in answer.records if isinstance(record, Host)), answer)


def _lists_in(body: bytes) -> tuple[bytes, ...]:
    """Return the lists that lie at one place: several CAs may name it in a lab (see `ValidationAuthority`)."""
    try:
        return tuple(whole for _, _, whole in elements(body))
    except ValueError:
        return (body,)


def _of_finding(finding: StatusFinding, *, unusable: int | None) -> Said:
    facts = {"status": finding.status.value, **_days(finding.since, finding.until)}
    return Said(_CODES.get(finding.status, unusable), finding.sentence, facts=facts)


def _days(since: datetime | None, until: datetime | None) -> dict[str, str]:
    days = {"since": since, "until": until}
    return {word: day.isoformat() for word, day in days.items() if day is not None}


def _of_list(code: int, days: tuple[datetime, datetime | None] | None) -> Said:
    match code:
        case 0:
            return Said(0, "the certificate is not on the list")
        case _ if code == NO_CRL:
            return Said(None, "what lies there is no list of the CA that issued the certificate", answered=True)
        case _ if code == REVOKED:
            return Said(code, "the CRL of its CA lists it")
        case _:
            facts = _days(*days) if days and code in _BY_DATE else {}
            return Said(code, f"the CRL was refused: {text_of(code)}", facts=facts)
