"""What is said when a served lab is open: who listens where, and commands that reach it."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from harness.lab.actors import ACTORS
from harness.lab.directory import Directory
from harness.lab.settings import Lab
from harness.serve.client_files import BARESIP, CALLER, SIPP_CALL
from harness.transcript import Address, ClientCertificate, Decision

_CONTINUED = " \\\n      "
_DEMANDS = {
    ClientCertificate.NONE: "asks for no certificate",
    ClientCertificate.OPTIONAL: "asks for a certificate",
    ClientCertificate.REQUIRED: "demands a certificate",
}


@dataclass(frozen=True, slots=True)
class Place:
    """A lab that is open: its settings and addresses, what its actors said of their ports, and its ports.

    `published` maps ports to their places at the address of --bind; `folder` is where the certificates lie.
    """

    lab: Lab
    directory: Directory
    standing: Sequence[Decision]
    tcp_ports: Sequence[Address]
    published: Mapping[Address, Address]
    folder: str


def doors_told(place: Place) -> Iterator[str]:
    """Yield who listens where, Expressway-E first."""
    hosts = sorted({tcp_port.host for tcp_port in place.tcp_ports}, key=lambda host: int(host.rpartition(".")[2]))
    for host in hosts:
        actor = place.directory.actor_at(host)
        yield f"{place.directory.roles.get(actor, actor)}, {host}{_named(place.lab, actor)}"
        for tcp_port in sorted(
            (tcp_port for tcp_port in place.tcp_ports if tcp_port.host == host), key=lambda each: each.port
        ):
            beside = place.published.get(tcp_port)
            yield f"  {tcp_port.port:<6}{_service(place, actor, tcp_port.port)}{f', also {beside}' if beside else ''}"


def _settings(lab: Lab, actor: str) -> Any:
    """Return the settings of an actor or of a node of the edge, None for whoever has none."""
    return lab.nodes.get(actor) or (ACTORS[actor].settings_in(lab) if actor in ACTORS else None)


def _named(lab: Lab, actor: str) -> str:
    name = getattr(_settings(lab, actor), "host_name", "")
    return f" ({name})" if name else ""


def _service(place: Place, actor: str, port: int) -> str:
    """Return what is spoken at a port, and what it does about client certificates."""
    settings = _settings(place.lab, actor)
    row = ACTORS.get("expressway-e" if actor in place.lab.nodes else actor)
    for known in row.ports if row else ():
        if known.number_in(settings) == port:
            return known.service + _demand(known.request_in(settings))
    for told in place.standing:
        if told.topic == "listener" and told.actor == actor and told.facts.get("port") == str(port):
            request = told.facts.get("client-certificate")
            return told.outcome + _demand(ClientCertificate(request) if request else None)
    return "SIP over TCP"


def _demand(request: ClientCertificate | None) -> str:
    return "" if request is None else f", {_DEMANDS[request]}"


# --- commands ---


def commands_told(place: Place) -> Iterator[str]:
    """Yield commands that reach the lab, ready to be pasted, at most 80 columns wide."""
    lab = place.lab
    edge, node = lab.expressway_e, _reached(place, "expressway-e")
    cloud = lab.webex_cloud.certificate.profile
    worn = f"-cert {cloud}/certificate.pem -key keys/{cloud}.pem"
    above = f"-cert_chain {cloud}/above.pem"
    yield "Commands that reach it. The certificates lie in this folder:"
    yield f"  cd {place.folder}"
    if edge.sip.tls_mode:
        tls = node(edge.sip.tls_port)
        yield f"  openssl s_client -connect {tls} -CAfile trust/jabber.pem"
    if edge.sip.mutual_tls_mode:
        mutual = node(edge.sip.mutual_tls_port)
        yield f"  openssl s_client -connect {mutual} -CAfile trust/jabber.pem"
        yield _lines(f"  openssl s_client -connect {mutual} -CAfile trust/jabber.pem", worn, above)
    if edge.mra:
        yield from _sign_in(place, node(edge.mra_port))
    server = _reached(place, "name-server")(lab.name_server.port)
    yield f"  dig @{server.host} -p {server.port} _sips._tcp.example.com SRV"
    if edge.sip.tls_mode:
        yield _lines(
            f"  sipp {node(edge.sip.tls_port)} -t l1 -sf {SIPP_CALL} -m 1",
            f"-tls_cert {CALLER}/chain.pem -tls_key keys/{CALLER}.pem",
        )
    if edge.sip.tcp_mode:
        yield f"  sipp {node(edge.sip.tcp_port)} -t t1 -sf {SIPP_CALL} -m 1"
    yield f"  baresip -f {BARESIP} -e '/dial sip:{lab.unified_cm.user}'"


def _sign_in(place: Place, target: Address) -> Iterator[str]:
    lab = place.lab
    name = lab.expressway_e.host_name
    user = f"-u {lab.unified_cm.user}:{lab.unified_cm.password}"
    resolve = f"--resolve {name}:{target.port}:{target.host}"
    yield _lines(f"  curl --cacert trust/jabber.pem {user}", resolve, f"https://{name}:{target.port}/")


def _lines(*parts: str) -> str:
    return _CONTINUED.join(parts)


@dataclass(frozen=True, slots=True)
class _Reached:
    place: Place
    host: str

    def __call__(self, port: int) -> Address:
        tcp_port = Address(self.host, port)
        return self.place.published.get(tcp_port, tcp_port)


def _reached(place: Place, actor: str) -> _Reached:
    """Return how clients reach the ports of an actor: at the published place where there is one."""
    return _Reached(place, place.directory.address_of(actor))
