"""The certificate stores of an Expressway-E: what it presents in each role, and what it lets into them.

Until X15.4 there is one certificate for both roles; from X15.5 what the box presents when it dials has a store
of its own (domain.md 3.1). The trusted CA list verifies peers and completes the chain that is sent (trap X11).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from itertools import takewhile
from typing import Literal

from harness.actors.site import Site
from harness.actors.user_agent import Outcome
from harness.lab.settings import Certificate, ExpresswayE
from harness.lab.settings.certificates import EkuCheckOff
from harness.lab.uploads import Store, Upload, refusal_of, warning_of
from harness.tls.profile import TlsProfile
from harness.tls.purpose import PurposeCheck
from harness.transcript import ClientCertificate
from harness.x509.certificate import read_certificate


def first_of_each_name(certificates: Iterable[bytes]) -> tuple[bytes, ...]:
    """Return the certificates (DER) without those whose common name an earlier one has; any without one stay."""
    kept: dict[object, bytes] = {}
    for der in certificates:
        kept.setdefault(read_certificate(der).common_names or der, der)
    return tuple(kept.values())


EKU_CHECK = "eku-check"
"""The topic of the decision by which a box says that it does not check roles."""


def purpose_check(*, check: bool, off: EkuCheckOff) -> PurposeCheck:
    """Return how much of a client's extended key usage is checked: `off` is what the check still does while Off."""
    if check:
        return PurposeCheck.ROLE
    return PurposeCheck.NOTHING if off == "nothing" else PurposeCheck.ANY_TLS_ROLE


def tell_eku_check(site: Site, *, check: bool, off: EkuCheckOff) -> None:
    """Put on record that the EKU check of a box is Off, and how Cisco's text is read there (A2)."""
    if not check:
        site.decide(0, EKU_CHECK, "off", still_wanted=off)


class CertificateStores:
    """The stores of one node, and the TLS profiles that follow from them."""

    def __init__(self, site: Site, settings: ExpresswayE) -> None:
        self._site = site
        self._settings = settings

    @property
    def server_leaf(self) -> bytes:
        """The certificate (DER) that this box presents when it is dialled."""
        return self._site.stage.tls_profiles.credentials(self._settings.server_certificate).leaf

    @property
    def trusted(self) -> tuple[bytes, ...]:
        """The Trusted CA list (DER), with what the cloud handed over where that is automatic."""
        settings, stage = self._settings, self._site.stage
        handed = stage.lab.webex_cloud.announced_cas if settings.ca_management == "automatic" else ()
        held = stage.tls_profiles.anchors((*settings.trusted_ca, *handed))
        return first_of_each_name(held) if settings.same_subject_cas == "first-only" else held

    def raise_alarms(self) -> None:
        """Raise an alarm for each store whose certificate has run out (domain.md 9.2: 40068 server, 40078 client)."""
        held, tls_profiles = self._settings, self._site.stage.tls_profiles
        stores = (("40068", "server", held.server_certificate), ("40078", "client", held.client_certificate))
        for number, store, certificate in stores:
            if isinstance(certificate, Certificate) and tls_profiles.has_expired(certificate, held.clock_offset_days):
                self._site.decide(0, "alarm", number, text=f"the {store} certificate has expired")

    # --- what gets in ---

    def upload(self, certificate: Certificate, store: Store) -> Outcome:
        """Install a certificate in one of the stores, if the release takes it; what stands already goes on."""
        lab, settings = self._site.stage.lab, self._settings
        facts = read_certificate(self._site.stage.tls_profiles.credentials(certificate).leaf)
        wanted = Upload(facts, "expressway-e", store, lab.running, settings.enable_server_eku_upload)
        refusal = refusal_of(wanted)
        if refusal is not None:
            told = {"rule": refusal.rule, "text": refusal.reason, "help": refusal.remedy}
            self._site.decide(0, "upload", "refused", store=store, certificate=facts.label, **told)
            return Outcome(completed=False, detail=refusal.reason)
        self._site.decide(0, "upload", "taken", store=store, certificate=facts.label, warning=warning_of(wanted))
        return self._install(certificate, store)

    def copy_over_scp(self, certificate: Certificate) -> Outcome:
        """Put a certificate into the folder of the server store, and restart: the web page is not asked (A1)."""
        label = read_certificate(self._site.stage.tls_profiles.credentials(certificate).leaf).label
        self._site.decide(0, "upload", "taken", store="server", certificate=label, by="a copy over SCP and a restart")
        return self._install(certificate, "server")

    def copy_server_certificate(self) -> Outcome:
        """Let the client store hold what the server store holds; nobody checks it (C7)."""
        self._site.decide(0, "upload", "taken", store="client", by="copy server certificate as client certificate")
        return self._install(self._settings.server_certificate, "client")

    def _install(self, certificate: Certificate, store: Store) -> Outcome:
        held: dict[str, object] = {f"{store}_certificate": certificate}
        if store == "server" and self._site.stage.lab.running.two_stores:
            held = {"client_certificate": self._presented_as_client(), **held}
        self._settings = self._settings.model_copy(update=held)
        return Outcome(completed=True, detail=f"the {store} certificate is installed")

    def _presented_as_client(self) -> Certificate | Literal["none"]:
        held = self._settings.client_certificate
        return self._settings.server_certificate if held == "same-as-server" else held

    # --- what is presented ---

    def server_profile(self, request: ClientCertificate) -> TlsProfile:
        """Return how this box behaves when it is dialled."""
        sip = self._settings.sip
        purpose = purpose_check(check=sip.eku_check, off=sip.eku_check_off)
        return self._profile(self._settings.server_certificate, asks=request, purpose=purpose)

    def onboarding_profile(self) -> TlsProfile:
        """Return how 8443 behaves with activation code onboarding (trap X7): a list of its own verifies clients.

        The chain that it sends is still completed from the trusted CA list, and so is written out here.
        """
        usual, tls_profiles = self.server_profile(ClientCertificate.OPTIONAL), self._site.stage.tls_profiles
        worn = tls_profiles.credentials(self._settings.server_certificate)
        completed = takewhile(lambda issuer: issuer in usual.trusted, worn.issuers)
        trusted = tls_profiles.anchors(self._settings.activation_code_ca)
        return replace(usual, chain=(worn.leaf, *completed), complete_chain=False, trusted=trusted)

    def client_profile(self, names: tuple[str, ...]) -> TlsProfile:
        """Return how this box behaves when it dials a peer that must have one of `names`; none: it does not verify."""
        return self._profile(self._presented_as_client(), verify=bool(names))

    def _profile(
        self,
        presented: Certificate | str,
        *,
        asks: ClientCertificate | None = None,
        verify: bool = True,
        purpose: PurposeCheck = PurposeCheck.ROLE,
    ) -> TlsProfile:
        tls_profiles, sip = self._site.stage.tls_profiles, self._settings.sip
        usual = tls_profiles.profile(
            presented,
            trusted=self.trusted,
            asks=asks,
            versions=sip.tls_versions or self._site.stage.lab.running.tls_versions,
            completes_chain=True,
            can_be_old_gear=True,
        )
        clock = tls_profiles.clock(self._settings.clock_offset_days)
        return replace(usual, verify=verify, purpose=purpose, ciphers=sip.ciphers, clock=clock)
