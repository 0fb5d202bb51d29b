"""What each verb of the table of actors does in a running lab: one function for each, and no verb without one."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING, Any

import trio

from harness.actors.b2b_peer import Door
from harness.actors.destination_check import run_test
from harness.actors.user_agent import CallOrder, Outcome
from harness.actors.webex_cloud import CloudCall
from harness.lab.settings import Certificate

if TYPE_CHECKING:
    from harness.actors.expressway_e import ExpresswayE
    from harness.run.cast import Cast

Options = Mapping[str, Any]
Perform = Callable[["Cast", Options], Awaitable[Outcome]]
"""Lets one actor of a cast do one thing; takes the options of the step, returns what came of it."""

_SILENT_SECONDS = _WAIT_SECONDS = 6
_SWITCHED_OFF = Outcome(completed=False, detail="expressway-e is switched off")


# --- the other company ---


async def _peer_calls(cast: Cast, options: Options) -> Outcome:
    peer = cast.lab.b2b_peer
    order = CallOrder(
        caller=options.get("from", f"bob@{peer.domain}"), called=options.get("to", cast.lab.unified_cm.user)
    )
    return await cast.b2b_peer.call(_door(cast, options), order, keep_open=options.get("keep-open") == "on")


async def _peer_asks_options(cast: Cast, options: Options) -> Outcome:
    return await cast.b2b_peer.options(_door(cast, options))


async def _peer_stays_silent(cast: Cast, options: Options) -> Outcome:
    port = options.get("port", cast.lab.expressway_e.sip.tls_port)
    return await cast.b2b_peer.stay_silent(port, float(options.get("seconds", _SILENT_SECONDS)))


def _door(cast: Cast, options: Options) -> Door:
    """Return where a B2B step dials, and how."""
    edge, transport = cast.lab.expressway_e, options.get("transport", "tls")
    usual = edge.sip.tls_port if transport == "tls" else edge.sip.tcp_port
    standing = "" if "port" in options else cast.lab.b2b_peer.destination
    written = options.get("destination", standing) or f"{edge.host_name}:{options.get('port', usual)}"
    return Door(written if transport == "tls" else f"sip:{written};transport={transport}", transport)


# --- Mobile and Remote Access ---


def _signs_in(client: str) -> Perform:
    async def perform(cast: Cast, options: Options) -> Outcome:
        return await cast.mra_clients[client].sign_in(options.get("port"))

    return perform


def _registers(client: str) -> Perform:
    async def perform(cast: Cast, options: Options) -> Outcome:
        port = options.get("port", cast.lab.expressway_e.sip.tls_port)
        return await cast.mra_clients[client].register(port, options.get("attempts", 1))

    return perform


# --- the cloud, and Control Hub: what an administrator does there ---


async def _cloud_calls(cast: Cast, options: Options) -> Outcome:
    return await cast.webex_cloud.call(_cloud_call(cast, options))


async def _cloud_asks_options(cast: Cast, options: Options) -> Outcome:
    return await cast.webex_cloud.options(_cloud_call(cast, options))


def _cloud_call(cast: Cast, options: Options) -> CloudCall:
    return CloudCall(
        to=options.get("to", cast.lab.unified_cm.user),
        destination=options.get("destination", ""),
        location=options.get("location", ""),
        organisation=options.get("organisation", ""),
        caller=options.get("from", ""),
        display_name=options.get("display-name", ""),
    )


async def _token_is_handed_out(cast: Cast, options: Options) -> Outcome:
    return cast.control_hub.hand_out_token(options["domain"], options.get("organisation", ""))


async def _domain_is_verified(cast: Cast, options: Options) -> Outcome:
    return await cast.control_hub.verify(options["domain"], options.get("organisation", ""))


async def _domain_is_removed(cast: Cast, options: Options) -> Outcome:
    return cast.control_hub.remove(options["domain"], options.get("organisation", ""))


async def _destination_is_tested(cast: Cast, options: Options) -> Outcome:
    return await run_test(cast.webex_cloud, _cloud_call(cast, options))


async def _calling_is_activated(cast: Cast, options: Options) -> Outcome:
    return cast.control_hub.activate(options.get("organisation", ""))


async def _domain_check_is_switched(cast: Cast, options: Options) -> Outcome:
    return cast.control_hub.switch_check(on=options["check"] == "on")


async def _time_goes_by(_cast: Cast, options: Options) -> Outcome:
    await trio.sleep(float(options.get("seconds", _WAIT_SECONDS)))
    return Outcome(completed=True, detail="time went by")


# --- the Expressways, and those who work on them ---


def _edge(cast: Cast) -> ExpresswayE | None:
    """Return the node expressway-e, None where it is switched off from the beginning."""
    return next((edge for edge in cast.edges if edge.site.actor == "expressway-e"), None)


async def _edge_asks_options(cast: Cast, _options: Options) -> Outcome:
    edge = _edge(cast)
    return await edge.ping_cloud() if edge else _SWITCHED_OFF


async def _edge_joins_cluster(cast: Cast, options: Options) -> Outcome:
    edge = _edge(cast)
    return await edge.join_cluster(options.get("node", "")) if edge else _SWITCHED_OFF


async def _certificate_is_uploaded(cast: Cast, options: Options) -> Outcome:
    edge, wanted = _edge(cast), Certificate.model_validate(options["certificate"])
    return edge.stores.upload(wanted, options.get("store", "server")) if edge else _SWITCHED_OFF


async def _certificate_is_copied_over_scp(cast: Cast, options: Options) -> Outcome:
    edge, wanted = _edge(cast), Certificate.model_validate(options["certificate"])
    return edge.stores.copy_over_scp(wanted) if edge else _SWITCHED_OFF


async def _server_certificate_is_copied(cast: Cast, _options: Options) -> Outcome:
    edge = _edge(cast)
    return edge.stores.copy_server_certificate() if edge else _SWITCHED_OFF


def _power(*, on: bool) -> Perform:
    """Return the switch by which nodes answer SYNs or not; what stands already goes on."""

    async def perform(cast: Cast, options: Options) -> Outcome:
        nodes = _chosen_nodes(cast, options)
        for node in nodes:
            (cast.directory.alive.add if on else cast.directory.alive.discard)(node)
        return Outcome(bool(nodes), f"{', '.join(nodes) or 'nobody'} switched {'on' if on else 'off'}")

    return perform


def _chosen_nodes(cast: Cast, options: Options) -> tuple[str, ...]:
    """Return the Expressway-E nodes that a step means: those of a site, or one."""
    if "site" in options:
        return tuple(name for name, node in cast.lab.nodes.items() if node.site == options["site"])
    node = options.get("node", "expressway-e")
    return (node,) if node in cast.lab.nodes else ()


async def _zone_is_connected(cast: Cast, options: Options) -> Outcome:
    return await cast.expressway_c.connect_zone(options["zone"])


async def _tunnel_is_opened(cast: Cast, _options: Options) -> Outcome:
    return await cast.expressway_c.open_tunnel()


async def _cloud_is_contacted(cast: Cast, _options: Options) -> Outcome:
    return await cast.expressway_c.contact_cloud()


# --- inside, and DNS ---


async def _manager_calls(cast: Cast, options: Options) -> Outcome:
    return await cast.unified_cm.call(options["to"])


async def _records_are_published(cast: Cast, options: Options) -> Outcome:
    cast.name_server.publish(options["records"])
    return Outcome(completed=True, detail="published")


PERFORMANCES: Mapping[tuple[str, str], Perform] = {
    ("b2b-peer", "call"): _peer_calls,
    ("b2b-peer", "options"): _peer_asks_options,
    ("b2b-peer", "stay-silent"): _peer_stays_silent,
    ("jabber", "sign-in"): _signs_in("jabber"),
    ("jabber", "register"): _registers("jabber"),
    ("mra-phone", "sign-in"): _signs_in("mra-phone"),
    ("mra-phone", "register"): _registers("mra-phone"),
    ("webex-cloud", "call"): _cloud_calls,
    ("webex-cloud", "options"): _cloud_asks_options,
    ("control-hub", "hand-out-token"): _token_is_handed_out,
    ("control-hub", "verify"): _domain_is_verified,
    ("control-hub", "remove-domain"): _domain_is_removed,
    ("control-hub", "test"): _destination_is_tested,
    ("control-hub", "activate"): _calling_is_activated,
    ("control-hub", "domain-check"): _domain_check_is_switched,
    ("control-hub", "wait"): _time_goes_by,
    ("expressway-e", "options"): _edge_asks_options,
    ("expressway-e", "upload"): _certificate_is_uploaded,
    ("expressway-e", "copy-over-scp"): _certificate_is_copied_over_scp,
    ("expressway-e", "copy-server-certificate"): _server_certificate_is_copied,
    ("expressway-e", "join-cluster"): _edge_joins_cluster,
    ("expressway-e", "power-off"): _power(on=False),
    ("expressway-e", "power-on"): _power(on=True),
    ("expressway-c", "connect-zone"): _zone_is_connected,
    ("expressway-c", "open-tunnel"): _tunnel_is_opened,
    ("expressway-c", "contact-cloud"): _cloud_is_contacted,
    ("unified-cm", "call"): _manager_calls,
    ("name-server", "publish"): _records_are_published,
}
"""By actor and verb. A verb of the table of actors that is not here is an error of our own, and a test finds it."""
