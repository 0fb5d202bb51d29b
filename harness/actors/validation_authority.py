"""The validation authority: a web server on which CAs publish their CRLs and answer OCSP (RFC 5280, RFC 6960)."""

from __future__ import annotations

import base64
import binascii
from urllib.parse import unquote_to_bytes

import trio

from harness.actors.https import Reply, ServedRequest, serve_https
from harness.actors.site import Site, Stage
from harness.net.link import Link
from harness.pki.revocation import make_list
from harness.pki.status_responses import answer_request
from harness.pki.status_sources import LIST_SUFFIX, RESPONDER_PREFIX, VALIDATION_PORT

NAME = "validation-authority"
_IDLE_SECONDS = 30.0
_NOT_FOUND, _NOT_ALLOWED = Reply(404), Reply(405)


class ValidationAuthority:
    """Speaks for every CA of the lab, as truthfully as its settings let it."""

    def __init__(self, stage: Stage) -> None:
        self.site = Site(stage, NAME)
        self.settings = stage.lab.validation_authority

    async def start(self) -> None:
        """Open the port."""
        await self.site.listen(VALIDATION_PORT, self._welcome, protocol="http")

    async def _welcome(self, link: Link) -> None:
        await trio.sleep(self.settings.delay)
        with trio.move_on_after(_IDLE_SECONDS):
            await serve_https(link, self.site.stage.recorder, self._answer)

    async def _answer(self, request: ServedRequest) -> Reply:
        if request.target.startswith(RESPONDER_PREFIX):
            return self._respond(request)
        register = self.site.stage.wardrobe.register_at(request.target)
        if register is None or not request.target.endswith(LIST_SUFFIX):
            return _NOT_FOUND
        if request.method != "GET":
            return _NOT_ALLOWED
        return Reply(200, make_list(register, self.settings.crl), "application/pkix-crl")

    def _respond(self, request: ServedRequest) -> Reply:
        """Answer OCSP by POST, or by GET with the request in the path (RFC 6960 appendix A.1)."""
        name, _, encoded = request.target.removeprefix(RESPONDER_PREFIX).partition("/")
        register = self.site.stage.wardrobe.register_at(RESPONDER_PREFIX + name)
        if register is None:
            return _NOT_FOUND
        match request.method:
            case "POST":
                asked = request.body
            case "GET":
                asked = _decoded(encoded)
            case _:
                return _NOT_ALLOWED
        return Reply(200, answer_request(register, asked, self.settings.ocsp), "application/ocsp-response")


def _decoded(encoded: str) -> bytes:
    """Return the request in a path; what is none is given to the responder as it is, which says so."""
    try:
        return base64.b64decode(unquote_to_bytes(encoded), validate=True)
    except binascii.Error:
        return b""
