"""Unified CM's HTTPS services, which sign-in needs: user data services and the download of the configuration.

On the real box these are several services of Tomcat and the TFTP service, on ports 8443 and 6972. Certificates decide
whether Expressway-C reaches them, and so one port stands for all here (rows M22 to M24).
"""

from __future__ import annotations

from harness.actors.https import Reply, ServedRequest, serve_https
from harness.actors.https_client import HttpsClient
from harness.actors.site import Site
from harness.net.link import Link
from harness.tls.profile import TlsProfile
from harness.transcript import ClientCertificate

_HANDSHAKE_SECONDS = 10.0
_CONFIGURATION = "/jabber-config.xml"
_OK, _UNAUTHORIZED, _BAD_GATEWAY = 200, 401, 502


class ManagerServices:
    """Unified CM's end: it demands a certificate of whoever dials, and the user's password."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._settings = site.stage.lab.unified_cm

    async def open(self) -> None:
        """Listen for Expressway-C."""
        await self._site.listen(self._settings.https_port, self._welcome, service="HTTPS", protocol="https")

    async def _welcome(self, link: Link) -> None:
        if await link.secure_within(_HANDSHAKE_SECONDS, self._profile()):
            await serve_https(link, self._site.stage.recorder, self._answer)

    async def _answer(self, request: ServedRequest) -> Reply:
        knows = request.credentials == (self._settings.user, self._settings.password)
        return Reply(_OK, b"<config/>") if knows else Reply(_UNAUTHORIZED)

    def _profile(self) -> TlsProfile:
        tls_profiles = self._site.stage.tls_profiles
        trusted = tls_profiles.anchors(self._settings.tomcat_trust)
        return tls_profiles.profile(self._settings.tomcat_certificate, trusted=trusted, asks=ClientCertificate.REQUIRED)


class SignInProxy:
    """Expressway-C's end: what Expressway-E asks through the tunnel is asked of Unified CM."""

    def __init__(self, site: Site, client: HttpsClient) -> None:
        self._site = site
        self._client = client

    async def answer(self, request: ServedRequest) -> Reply:
        """Pass on what Unified CM says; 502 where nothing comes from there (row M22)."""
        manager = self._site.stage.lab.unified_cm
        place = f"{manager.system_server or manager.host_name}:{manager.https_port}"
        reply = await self._client.get(place, _CONFIGURATION, request.credentials)
        return Reply(reply.status or _BAD_GATEWAY, reply.body)
