"""The screens and commands that advice may name: which product has each, and from which release on.

One table. Advice is fitted to it by `harness.diagnosis.causes.row`, and a test over every play of the catalogue, on
every release, holds that nobody is sent to a screen, a store or a command that his box does not have (domain.md 3.1).
"""

from __future__ import annotations

from dataclasses import dataclass

from harness.lab.releases import RELEASE_NAMES, ReleaseName

EXPRESSWAY, UNIFIED_CM, CONTROL_HUB, ELSEWHERE = "Expressway", "Unified CM", "Control Hub", ""
"""The products with screens of their own. `ELSEWHERE` is what no box of the lab shows: DNS, a firewall."""

SIP_PAGE = "Configuration > Protocols > SIP"
ZONES = "Configuration > Zones > Zones"
DEFAULT_ZONE = "Configuration > Zones > Default Zone"
ACCESS_RULES = "Configuration > Zones > Default Zone access rules"
CALL_POLICY = "Configuration > Call Policy"
SEARCH_RULES = "Configuration > Dial plan > Search rules"
REVOCATION = "Configuration > Protocols > SIP > Certificate revocation checking"
UNIFIED_COMMUNICATIONS = "Configuration > Unified Communications > Configuration"
UC_SERVERS = "Configuration > Unified Communications > Unified CM servers"
UC_STATUS = "Status > Unified Communications"
TRUSTED_CA = "Maintenance > Security > Trusted CA certificate"
SERVER_CERTIFICATE = "Maintenance > Security > Server certificate"
CIPHERS = "Maintenance > Security > Ciphers"
CLIENT_CERTIFICATE = "Maintenance > Security > Client certificate"
CLUSTERING = "System > Clustering"
DNS_SERVERS = "System > DNS"
TIME = "System > Time"
CERTIFICATE_MANAGEMENT = "OS Administration > Security > Certificate Management"
TRUNK_PROFILE = "System > Security > SIP Trunk Security Profile"
PHONE_PROFILE = "System > Security > Phone Security Profile"
SYSTEM_SERVER = "System > Server"
ENTERPRISE_PARAMETERS = "Cisco Unified CM Administration > System > Enterprise Parameters"
SERVICE_PARAMETERS = "Cisco Unified CM Administration > System > Service Parameters > Cisco CallManager"
END_USER = "Unified CM > User Management > End User"
UPLOADED_LIST = "Control Hub > Certificates for encrypted SIP calls"
SIP_DESTINATION = "Control Hub > SIP destination"
DOMAINS = "Control Hub > Organization settings > Domains"
HYBRID_CALL = "Control Hub > Services > Hybrid > Hybrid Call"
PUBLIC_DNS = "Public DNS"
PORT_FORWARDING = "Port forwarding (DNAT) of the firewall"


@dataclass(frozen=True, slots=True)
class Page:
    """Who has a screen or a command, from release `since` on; releases are those of Expressway."""

    product: str
    since: ReleaseName = "x14"

    def is_on(self, release: str) -> bool:
        """Whether it is there on a release; on one that nobody knows it may be."""
        if self.product != EXPRESSWAY or release not in RELEASE_NAMES:
            return True
        return RELEASE_NAMES.index(release) >= RELEASE_NAMES.index(self.since)


_ON_EXPRESSWAY, _ON_UNIFIED_CM, _IN_CONTROL_HUB, _NOWHERE = map(Page, (EXPRESSWAY, UNIFIED_CM, CONTROL_HUB, ELSEWHERE))

SCREENS: dict[str, Page] = {
    **dict.fromkeys((SIP_PAGE, ZONES, DEFAULT_ZONE, ACCESS_RULES, CALL_POLICY, SEARCH_RULES), _ON_EXPRESSWAY),
    **dict.fromkeys((REVOCATION, UNIFIED_COMMUNICATIONS, UC_SERVERS, UC_STATUS), _ON_EXPRESSWAY),
    **dict.fromkeys((TRUSTED_CA, SERVER_CERTIFICATE, CIPHERS, CLUSTERING, DNS_SERVERS, TIME), _ON_EXPRESSWAY),
    CLIENT_CERTIFICATE: Page(EXPRESSWAY, since="x15.5"),
    **dict.fromkeys((CERTIFICATE_MANAGEMENT, TRUNK_PROFILE, PHONE_PROFILE, SYSTEM_SERVER), _ON_UNIFIED_CM),
    **dict.fromkeys((ENTERPRISE_PARAMETERS, SERVICE_PARAMETERS, END_USER), _ON_UNIFIED_CM),
    **dict.fromkeys((UPLOADED_LIST, SIP_DESTINATION, DOMAINS, HYBRID_CALL), _IN_CONTROL_HUB),
    **dict.fromkeys((PUBLIC_DNS, PORT_FORWARDING), _NOWHERE),
}

COMMANDS: dict[str, Page] = {
    "xConfiguration SIP TLS Certificate ExtendedKeyUsage": Page(EXPRESSWAY, since="x15.5"),
    "xConfiguration SIP Advanced SipTlsVersions: TLSv1.2:TLSv1.3": Page(EXPRESSWAY, since="x15.2"),
    "xConfiguration ": _ON_EXPRESSWAY,
}
"""By how a command begins; the first that fits holds."""

_COUNTERPARTS = {
    (TRUSTED_CA, UNIFIED_CM): CERTIFICATE_MANAGEMENT,
    (SERVER_CERTIFICATE, UNIFIED_CM): CERTIFICATE_MANAGEMENT,
    (CLIENT_CERTIFICATE, UNIFIED_CM): CERTIFICATE_MANAGEMENT,
    (TRUSTED_CA, CONTROL_HUB): UPLOADED_LIST,
}
"""Where another product keeps what an Expressway keeps on a screen."""


def screen_on(product: str, screen: str) -> str:
    """Return the screen on which a product has what `screen` is for, empty where it has none."""
    return screen if SCREENS[screen].product in {product, ELSEWHERE} else _COUNTERPARTS.get((screen, product), "")


def command_page(command: str) -> Page:
    """Return who has a command; KeyError for one that is in no table."""
    for beginning, page in COMMANDS.items():
        if command.startswith(beginning):
            return page
    raise KeyError(command)
