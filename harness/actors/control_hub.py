"""Control Hub: hands out tokens, looks them up in public DNS, and activates whoever proved all domains (the seeds)."""

from __future__ import annotations

from enum import StrEnum

from harness.actors.finder import Finder
from harness.actors.https import Reply, ServedRequest, serve_https
from harness.actors.site import Site, Stage
from harness.actors.user_agent import Outcome
from harness.dns.ownership import DomainKind, TokenProfile, activation, check_ownership, derived_token, expected_text
from harness.dns.records import Question
from harness.lab.settings.network import Organisation
from harness.net.link import Link
from harness.transcript import ClientCertificate

NAME = "control-hub"
_HANDSHAKE_SECONDS = 10.0


class Standing(StrEnum):
    """How a domain stands with an organisation."""

    PENDING = "pending"
    VERIFIED = "verified"
    REFUSED = "refused"
    REMOVED = "removed"


class ControlHub:
    """Keeps how each domain stands with each organisation."""

    def __init__(self, stage: Stage) -> None:
        self.site = Site(stage, NAME)
        self.settings = stage.lab.control_hub
        self.checks = self.settings.domain_check
        self._finder = Finder(self.site)
        self._organisations = {each.name: each for each in self.settings.organisations}
        self._home = next(iter(self._organisations), "")
        proven = stage.lab.webex_cloud.verified_domains
        self._standing = {(self._home, domain): Standing.VERIFIED for domain in proven}
        self._activated = set(self.settings.activated)

    async def start(self) -> None:
        """Listen for whoever contacts the cloud over HTTPS."""
        await self.site.listen(self.settings.https_port, self._welcome, service="HTTPS", protocol="https")

    async def _welcome(self, link: Link) -> None:
        profile = self.site.stage.tls_profiles.profile(self.settings.certificate, asks=ClientCertificate.NONE)
        if await link.secure_within(_HANDSHAKE_SECONDS, profile):
            await serve_https(link, self.site.stage.recorder, self._show_portal)

    @staticmethod
    async def _show_portal(_request: ServedRequest) -> Reply:
        return Reply(200)

    @property
    def proven(self) -> frozenset[str]:
        """The domains that the company of this lab has proven."""
        return self._proven_by(self._home)

    def may_call(self, organisation: str) -> bool:
        """Whether the cloud makes calls for an organisation."""
        return organisation in self._activated

    def hand_out_token(self, domain: str, organisation: str) -> Outcome:
        """Say which TXT record proves the domain; from then on it is pending."""
        text = expected_text(self._token(organisation), TokenProfile(self.settings.token_profile))
        self._stand(domain, organisation, Standing.PENDING, text=text)
        return Outcome(completed=True, detail=f"publish TXT {domain} {text}")

    async def verify(self, domain: str, organisation: str) -> Outcome:
        """Look the token up in DNS."""
        answer = await self._finder.ask(Question(domain, "TXT"))
        check = check_ownership(answer, self._token(organisation), TokenProfile(self.settings.token_profile))
        standing = Standing.VERIFIED if check.verified else Standing.REFUSED
        self._stand(domain, organisation, standing, kind=check.kind, text=check.text)
        return Outcome(check.verified, check.text)

    def remove(self, domain: str, organisation: str) -> Outcome:
        """Take a verified domain away again."""
        self._stand(domain, organisation, Standing.REMOVED)
        return Outcome(completed=True, detail=f"{domain} is no longer verified")

    def activate(self, organisation: str) -> Outcome:
        """Activate hybrid calling: with the check on, only for whoever proved all three kinds of domain."""
        owner = self._named(organisation)
        told = self._unproven(owner) if owner in self._organisations else f"{owner}, which is no customer"
        outcome = "refused" if told else "activated"
        check = "on" if self.checks else "off"
        text = f"not proven: {told}" if told else f"{owner} is activated"
        self.site.decide(0, "activation", outcome, organisation=owner, unproven=told or "none", check=check, text=text)
        if not told:
            self._activated.add(owner)
        return Outcome(not told, text)

    def _unproven(self, owner: str) -> str:
        """Return the domains that an organisation has not proven, empty where it may be activated."""
        claimed = self._claims(self._organisations[owner])
        unproven = activation(claimed, self._proven_by(owner)) if self.checks else ()
        return ", ".join(f"{kind.value} {claimed[kind]}" for kind in unproven)

    def switch_check(self, *, on: bool) -> Outcome:
        """Switch the ownership check on or off; whoever was activated unchecked loses that when it comes on."""
        if on and not self.checks:
            self._activated = set(self.settings.activated)
        self.checks = on
        self.site.decide(0, "domain-check", "on" if on else "off")
        return Outcome(completed=True, detail=f"the domain ownership check is {'on' if on else 'off'}")

    def _stand(self, domain: str, organisation: str, standing: Standing, **facts: str) -> None:
        """Keep how a domain stands with an organisation, and put that on record.

        What was proven once stays proven until somebody removes it, whatever a later look-up comes to (row V-09).
        """
        owner = self._named(organisation)
        if standing is Standing.REMOVED or self._standing.get((owner, domain)) is not Standing.VERIFIED:
            self._standing[owner, domain] = standing
        self.site.decide(0, "ownership", standing.value, domain=domain, organisation=owner, **facts)

    def _proven_by(self, owner: str) -> frozenset[str]:
        standing = self._standing.items()
        return frozenset(domain for (who, domain), how in standing if who == owner and how is Standing.VERIFIED)

    def _named(self, organisation: str) -> str:
        return organisation or self._home

    def _token(self, organisation: str) -> str:
        owner = self._organisations.get(self._named(organisation))
        return owner.token if owner is not None and owner.token else derived_token(self._named(organisation))

    @staticmethod
    def _claims(owner: Organisation) -> dict[DomainKind, str]:
        return {
            DomainKind.EMAIL: owner.email,
            DomainKind.EXPRESSWAY_E: owner.expressway_e,
            DomainKind.DIRECTORY_URI: owner.directory_uri,
        }
