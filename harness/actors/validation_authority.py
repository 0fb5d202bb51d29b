"""The validation authority: a web server on which CAs publish their CRLs and answer OCSP (RFC 5280, RFC 6960).

It also speaks at the URLs of CAs from elsewhere whose look-alikes are in the lab: under their hosts and ports.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Sequence
from urllib.parse import unquote_to_bytes

import trio

from harness.actors.https import Reply, ServedRequest, serve_https
from harness.actors.site import Site, Stage
from harness.net.link import Link
from harness.pki.publications import LIST_SUFFIX, RESPONDER_PREFIX, VALIDATION_PORT, Kind
from harness.pki.revocation import Register, make_list
from harness.pki.status_responses import answer_request, register_meant

NAME = "validation-authority"
_IDLE_SECONDS = 30.0
_NOT_FOUND, _NOT_ALLOWED = Reply(404), Reply(405)


class ValidationAuthority:
    """Speaks for every CA of the lab, as truthfully as its settings let it."""

    def __init__(self, stage: Stage) -> None:
        self.site = Site(stage, NAME)
        self.settings = stage.lab.validation_authority

    async def start(self) -> None:
        """Open its port, and those at which CAs from elsewhere publish."""
        for port in sorted({VALIDATION_PORT, *self.site.stage.tls_profiles.publications.ports()}):
            await self.site.listen(port, self._welcome, service="CRL and OCSP", protocol="http")

    async def _welcome(self, link: Link) -> None:
        with trio.move_on_after(_IDLE_SECONDS):
            await serve_https(link, self.site.stage.recorder, self._answer)

    async def _answer(self, request: ServedRequest) -> Reply:
        await trio.sleep(self.settings.delay)
        published = self._published(request)
        if published is not None:
            return published
        if request.target.startswith(RESPONDER_PREFIX):
            return self._respond(request)
        register = self.site.stage.tls_profiles.register_at(request.target)
        if register is None or not request.target.endswith(LIST_SUFFIX):
            return _NOT_FOUND
        if request.method != "GET":
            return _NOT_ALLOWED
        return self._list(register)

    def _list(self, *registers: Register) -> Reply:
        """Give the list of a CA; where several name one place, that of each, one behind the other.

        Outside one list alone can lie there, and nobody here knows whose. So none of the CAs is taken to have lost it.
        """
        lists = (make_list(register, self.settings.crl) for register in registers)
        return Reply(200, b"".join(lists), "application/pkix-crl")

    def _status(self, registers: Sequence[Register], asked: bytes) -> Reply:
        answer = answer_request(register_meant(registers, asked), asked, self.settings.ocsp)
        return Reply(200, answer, "application/ocsp-response")

    def _published(self, request: ServedRequest) -> Reply | None:
        """Answer for a CA from elsewhere; None where none publishes there."""
        host, target = request.host, request.target
        found = self.site.stage.tls_profiles.registers_at
        if request.method == "POST":
            responders = found(Kind.RESPONDER, host, target)
            return self._status(responders, request.body) if responders else None
        if request.method not in {"GET", "HEAD"}:
            return None
        if lists := found(Kind.LIST, host, target):
            return self._list(*lists)
        if issuers := found(Kind.ISSUER, host, target):
            return Reply(200, issuers[0].authority.certificate, "application/pkix-cert")
        base, _, encoded = target.rpartition("/")
        responders = found(Kind.RESPONDER, host, base) or found(Kind.RESPONDER, host, f"{base}/")
        return self._status(responders, _decoded(encoded)) if responders else None

    def _respond(self, request: ServedRequest) -> Reply:
        """Answer OCSP by POST, or by GET with the request in the path (RFC 6960 appendix A.1)."""
        name, _, encoded = request.target.removeprefix(RESPONDER_PREFIX).partition("/")
        register = self.site.stage.tls_profiles.register_at(RESPONDER_PREFIX + name)
        if register is None:
            return _NOT_FOUND
        match request.method:
            case "POST":
                asked = request.body
            case "GET":
                asked = _decoded(encoded)
            case _:
                return _NOT_ALLOWED
        return self._status((register,), asked)


def _decoded(encoded: str) -> bytes:
    """Return the request in a path; what is none is given to the responder as it is, which says so."""
    try:
        return base64.b64decode(unquote_to_bytes(encoded), validate=True)
    except binascii.Error:
        return b""
