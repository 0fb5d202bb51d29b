"""The words of a verdict: what the templates of the causes are filled with, and what each end saw."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from harness.diagnosis.calls import where_srv_led, words_of_calls
from harness.diagnosis.connection_view import NETWORK, ConnectionView
from harness.diagnosis.estate import (
    SIGN_IN,
    SIGN_IN_PORT,
    eku_check_is_off,
    goes_by_onboarding_list,
    meant_box,
    place_dialled,
    record_that_led,
    wanted_service,
)
from harness.diagnosis.evidence import Evidence
from harness.diagnosis.interception import half_that_was_taken
from harness.diagnosis.listeners import open_ports
from harness.diagnosis.objections import chain_was_in_date, dead_anchors, named_by_request, refused_afar, visible_flaws
from harness.diagnosis.offers import signature_words
from harness.diagnosis.reliability import reliability
from harness.diagnosis.root_cause import broken_link
from harness.diagnosis.sources import answer_of_source, days_of_source, source_asked
from harness.tls.alerts import alert_name
from harness.tls.inspector import ClientHello
from harness.transcript import (
    AlertSeen,
    Closed,
    Closing,
    Decision,
    DialFailed,
    Direction,
    Event,
    HandshakeFailed,
    HandshakeFinished,
    SealedAlert,
    VerifyFailed,
)
from harness.verdict import EndView, Stage
from harness.x509.certificate import CertificateFacts, read_certificate
from harness.x509.findings import FindingKind

_SHOWN_NAMES, _SHOWN_DIGITS = 4, 16
_SHOWN_BYTES = 8
_PLAIN_PROTOCOLS = {b"SIP/2.0": "SIP", b"HTTP/": "HTTP", b"SSH-": "SSH"}
_WITH_ARTICLE = {
    "network",
    "probe",
    "B2B peer",
    "Webex cloud",
    "MRA phone",
    "firewall",
    "B2BUA of Expressway-E",
    "caller",
    "called party",
}
_SENTENCE_START = re.compile(r"(^|[.!?] )the ")
_SELF_SIGNED_IN_CHAIN, _CRL_EXPIRED = 19, 12
_TRUST_LISTS = {
    "unified-cm": "trust stores (CallManager-trust and tomcat-trust)",
    "webex-cloud": "list of trusted CAs",
    SIGN_IN: "list of CAs for activation code onboarding",
    **dict.fromkeys(("b2b-peer", "jabber", "mra-phone", "firewall"), "trust store"),
}
CHECK_IS_OFF = " The EKU check is Off, and as set here it still wants serverAuth or clientAuth to be among the usages."
TOMCAT_ECDSA = (
    " To clients that take ECDSA, Unified CM presents its tomcat-ECDSA certificate, which many never had signed."
)
_WHO_DROPS_SO = " Expressway refuses a name that way; a firewall does the same."
CLOSING_WORDS = {
    Closing.CLOSE_NOTIFY: "cleanly (close_notify)",
    Closing.FIN: "with a bare FIN",
    Closing.RST: "with a reset",
}
"""How a connection was closed, after the word `closed`."""

_REASONS = {
    "not-tls": "got bytes that are not TLS",
    "timed-out": "gave up: the handshake took too long",
    "peer-closed": "saw the connection end in the middle of the handshake",
    "peer-reset": "saw a reset in the middle of the handshake",
    "internal": "failed for a reason of its own",
}


def label(evidence: Evidence, actor: str) -> str:
    """Return an actor's name for a sentence."""
    roles = {card.name: card.role for card in evidence.transcript.actors}
    name = "network" if actor == NETWORK else roles.get(actor, actor)
    return f"the {name}" if name in _WITH_ARTICLE else name


def words_of(evidence: Evidence) -> dict[str, str]:
    """Return what the templates of the causes may name."""
    presented, path = evidence.presented, evidence.path
    rules = evidence.decision("access-rules") or evidence.decision("cpl")
    refusal = evidence.decision("preloaded-route", "refused")
    hello = evidence.inspection.client_hello if evidence.inspection else None
    profile = evidence.decision("phone-profile", "refused")
    verify = evidence.verify
    fatal = [finding for finding in path.findings if finding.fatal] if path else []
    flawed = [finding.sentence for finding in (visible_flaws(evidence) if refused_afar(evidence) else fatal)]
    usage = path.finding(FindingKind.WRONG_EKU) if path else None
    return {
        **_words_of_obstacle(evidence),
        **_words_of_revocation(evidence),
        "by": label(evidence, evidence.by),
        "refused": label(evidence, evidence.refused),
        "dialler": label(evidence, evidence.dialler),
        "listener": label(evidence, evidence.listener),
        "link": broken.name if (broken := broken_link(evidence)) else "the traversal zone",
        "port": str(evidence.port),
        **_words_of_ports(evidence),
        **_words_of_way(evidence),
        **_words_of_swallowing(evidence),
        "trust_list": _trust_list(evidence),
        "whose_day": _whose_day(evidence),
        **_words_of_leaving(evidence),
        **_words_of_reliability(evidence),
        "speaks_in_clear": _spoken_in_clear(evidence),
        "what_came_back": _came_back(evidence),
        "reached_port": str(evidence.reached_port),
        "stage": evidence.stage.value if evidence.stage else "",
        "status": str(evidence.status) if evidence.status else "no answer",
        "names": " or ".join(evidence.expected_names) or "no particular name",
        "presented": names_in(presented),
        "issuer": presented.issuer if presented else "an unknown CA",
        "not_before": f"{presented.not_before:%Y-%m-%d}" if presented and presented.not_before else "?",
        "expiry": _expiry(evidence),
        "near": evidence.near_miss.sentence if evidence.near_miss else "No name is near",
        "profile": profile.facts.get("profile", "") if profile else "the profile",
        "carried": profile.facts.get("presented", "") if profile else "other names",
        "tomcat_ecdsa": TOMCAT_ECDSA if presented and presented.key.startswith("ECDSA") else "",
        "depth": str(verify.depth) if verify else "?",
        "verify": verify.text if verify else alert_words(evidence.alert),
        "path": _sentence(flawed[0]) if flawed else "",
        "usage": _sentence(usage.sentence) if usage else "",
        "signatures": signature_words(evidence),
        "wanted_usage": "clientAuth" if evidence.refused == evidence.dialler else "serverAuth",
        "check_is_off": CHECK_IS_OFF if eku_check_is_off(evidence) else "",
        **_words_of_interception(evidence),
        **_words_of_what_was_shown(evidence),
        "dead_anchors": _roots_that_expired(evidence),
        "asked_name": _asked_name(hello),
        "offered": ", ".join(hello.versions) if hello else "?",
        "how_silent": _how_silent(evidence),
        "rule": rules.facts.get("rule", "") if rules else "",
        "disabled_rule": rules.facts.get("disabled", "") if rules else "",
        "zone": refusal.facts.get("zone", "") if refusal else "a zone",
        "late": " after its handshake had finished (TLS 1.3)" if evidence.stage is Stage.ACCEPTANCE else "",
        "moment": _moment(evidence),
        **_words_of_refused_names(evidence),
        "who_drops_so": _WHO_DROPS_SO if evidence.is_sealed or evidence.chain_of(evidence.refused) else "",
        "size_words": _size_words(evidence),
        "self_signed_words": _translated(verify),
        **words_of_calls(evidence),
    }


def _trust_list(evidence: Evidence) -> str:
    """Return what the list is called by which the refuser goes; on the sign-in port that is one of its own (C9)."""
    usual = _TRUST_LISTS.get(evidence.part_of(evidence.by), "trusted CA list")
    return _TRUST_LISTS[SIGN_IN] if goes_by_onboarding_list(evidence) else usual


def _words_of_reliability(evidence: Evidence) -> dict[str, str]:
    target = evidence.view.connection.target if evidence.view else None
    counted = reliability(evidence.transcript, target) if target and evidence.one_sided else None
    return {
        "unanswered": str(counted.unanswered) if counted else "none",
        "dialled": str(counted.dialled) if counted else "all",
    }


def _asked_name(hello: ClientHello | None) -> str:
    """Return which server name a ClientHello carried."""
    if hello is None or not hello.server_name:
        return "dialled an address and sent no server name (SNI)"
    return f"asked for {hello.server_name} (SNI)"


def _words_of_ports(evidence: Evidence) -> dict[str, str]:
    """Return what was wanted at the port that was dialled, where that is to be had, and who lives there."""
    wanted, opened = wanted_service(evidence), open_ports(evidence.transcript, evidence.listener)
    ports = {service: str(port) for port, service in opened.items()}
    where = label(evidence, evidence.listener) if evidence.listener else "the dialled address"
    elsewhere = f"{where} has {wanted.service} on port {wanted.port}." if wanted.port else ""
    is_off = bool(wanted.service and opened)
    switched_off = f"{where} has {wanted.service} on no port: that is switched off." if is_off else ""
    others = f"It has opened {_open_ones(opened)}." if opened else ""
    return {
        "service": wanted.service or "what was wanted",
        "service_port": str(wanted.port),
        "service_elsewhere": elsewhere or switched_off or others,
        "sign_in_port": str(wanted.port if wanted.service == SIGN_IN and wanted.port else SIGN_IN_PORT),
        "trunk_port": next((str(port) for port, said in opened.items() if "trunk" in said and "TCP" in said), "5060"),
        "trunk_tls_port": ports.get("SIP trunk", "5061"),
        "tls_port": ports.get("TLS", "5061"),
        "mutual_port": ports.get("mutual TLS", "5062"),
        "record": record_that_led(evidence) or "the destination",
        "where": where,
        "who_is_there": f" {where} is up and has that port open." if evidence.port in opened else "",
    }


def _words_of_way(evidence: Evidence) -> dict[str, str]:
    """Return what led the dialler where it came out, and whom it was meant for."""
    led, place = where_srv_led(evidence), place_dialled(evidence)
    if led is not None:
        led_by = f"The SRV record of {record_that_led(evidence)} names {led[1]}, and its address leads there."
    elif place:
        led_by = f"{place.rpartition(':')[0] or place} was looked up, and its address leads there."
    else:
        led_by = "Nothing was looked up: an address was dialled."
    return {
        "meant": label(evidence, meant_box(evidence)),
        "led_by": led_by,
        "had": open_ports(evidence.transcript, evidence.listener).get(evidence.reached_port, "something else"),
        "led_on": f" It dialled port {evidence.port}, and a firewall led it on." if evidence.translated else "",
    }


def _size_words(evidence: Evidence) -> str:
    """Say how somebody refused a message for its length."""
    by, cut = label(evidence, evidence.by), evidence.decision("message-size", "refused")
    if cut is None:
        return f"{by} answered 513: the INVITE is longer than it takes, mostly by its SDP."
    limit = cut.facts.get("limit", "so many")
    return (
        f"{by} takes SIP messages of {limit} bytes at most. The INVITE was longer, mostly by its SDP, and {by} reset "
        "the connection instead of answering."
    )


def _words_of_refused_names(evidence: Evidence) -> dict[str, str]:
    """Return what became of a connection whose name nobody knew: dropped, or let into the Default Zone (trap X3)."""
    by = label(evidence, evidence.by)
    if evidence.stage is Stage.SIP:
        told = f"The call was let into the Default Zone all the same, and {by} answered {evidence.status}."
        return {"dropped": told, "fell_through": f" {told}"}
    return {"dropped": f"{by} closed.", "fell_through": ""}


def _open_ones(opened: Mapping[int, str]) -> str:
    """Return the ports that a box has opened, and what it calls them."""
    return ", ".join(f"{port} ({service})" for port, service in sorted(opened.items()))


def _whose_day(evidence: Evidence) -> str:
    """Say whether a certificate of tomorrow is early, or the clock of who refused it late."""
    if chain_was_in_date(evidence):
        return f"That day has passed: the clock of {label(evidence, evidence.by)} is behind."
    return "That day has not come yet."


def _words_of_leaving(evidence: Evidence) -> dict[str, str]:
    """Return how a visitor ended the handshake, and how far that had come, by the bytes at our end."""
    end = evidence.view.listener_end if evidence.view else None
    heard, said = (end.bytes_received, end.bytes_sent) if end else (0, 0)
    when = (
        "before it had sent a byte" if not heard else "before {} had answered" if not said else "after the answer of {}"
    )
    how = "by a reset" if evidence.failure == "peer-reset" else "by a FIN"
    return {"left_how": how, "left_when": when.format(label(evidence, evidence.listener))}


def _words_of_swallowing(evidence: Evidence) -> dict[str, str]:
    """Return what the dialler said first, and how a listener ended that heard nothing."""
    dialled = evidence.view.connection.end_of(evidence.dialler) if evidence.view else None
    waited = evidence.failed(evidence.listener)
    gave_up = waited is not None and waited.reason == "timed-out"
    return {
        "first_words": "ClientHello" if dialled is None or dialled.tls else "request",
        "gave_up": ' and closed when its patience was at an end ("Idle countdown expired")' if gave_up else "",
    }


def _how_silent(evidence: Evidence) -> str:
    """Say what of an end arrived that did not finish its handshake in time, as far as either end shows it."""
    view, refused = evidence.view, label(evidence, evidence.refused)
    if view is None:
        return ""
    waited_for, waiting = view.connection.end_of(evidence.refused), view.connection.end_of(evidence.by)
    if waiting is not None and waiting.bytes_received:
        return f"{refused} had begun, and then nothing more came of it in time."
    if waited_for is not None and not waited_for.bytes_sent:
        return f"{refused} had sent not one byte."
    return f"Not one byte of {refused} arrived."


def _came_back(evidence: Evidence) -> str:
    """Return how much the dialler got from the other end."""
    end = evidence.view.connection.end_of(evidence.dialler) if evidence.view else None
    count = end.bytes_received if end else 0
    return f"{count:,} bytes came back, which ended no handshake" if count else "nothing at all came back"


def _spoken_in_clear(evidence: Evidence) -> str:
    """Return what the listener of a plain port spoke, by the first bytes that the dialler got."""
    end = evidence.view.connection.end_of(evidence.dialler) if evidence.view else None
    heard = b"".join(chunk.data for chunk in end.chunks if chunk.direction is Direction.RECEIVED) if end else b""
    if not heard:
        return "speaks SIP in clear"
    for start, protocol in _PLAIN_PROTOCOLS.items():
        if heard.startswith(start):
            return f"speaks {protocol} in clear"
    return f"answers with what is no TLS ({heard[:_SHOWN_BYTES].hex(' ')})"


def _words_of_interception(evidence: Evidence) -> dict[str, str]:
    """Return who was dialled, and the fingerprints of what was seen there and of what that actor presents."""
    seen, own = evidence.foreign_leaf or (b"", b"")
    taken = half_that_was_taken(evidence)
    return {
        "intercepted": label(evidence, taken.dialler if taken else evidence.dialler),
        "owner": label(evidence, evidence.owner),
        "seen_print": read_certificate(seen).sha256[:_SHOWN_DIGITS] if seen else "?",
        "own_print": read_certificate(own).sha256[:_SHOWN_DIGITS] if own else "?",
    }


def _words_of_what_was_shown(evidence: Evidence) -> dict[str, str]:
    """Return what is visible in the refused chain, and which CAs the listener said it takes."""
    path, flaws = evidence.path, visible_flaws(evidence)
    shown = "; ".join(line.sentence for line in path.lines[:_SHOWN_NAMES]) if path else "nothing"
    names = f", with the names {names_in(evidence.presented)}" if evidence.presented else ""
    request = evidence.inspection.certificate_request if evidence.inspection else None
    requested = ""
    if request is not None and request.authorities and evidence.refused == evidence.dialler:
        count = f"{len(request.authorities)} CA{'s' if len(request.authorities) > 1 else ''}"
        among = "one that stands above it is among them" if named_by_request(evidence) else "none that stands above it"
        requested = f" The CertificateRequest names {count}, {among}."
    return {
        "shown": shown + names,
        "shown_print": evidence.presented.sha256[:_SHOWN_DIGITS] if evidence.presented else "?",
        "flaws": f" {_sentence(flaws[0].sentence)}" if flaws else " In itself it shows no flaw today.",
        "requested": requested,
    }


def _words_of_obstacle(evidence: Evidence) -> dict[str, str]:
    """Return what the walk through DNS, Control Hub or the cloud said, or words that claim nothing."""
    told = evidence.obstacle or evidence.decision("locate")
    checked = evidence.decision("service-check")
    facts = told.facts if told else {}
    return {
        "destination": facts.get("destination") or "its destination",
        "finding": _sentence(facts.get("text") or "No more was recorded."),
        "domain": facts.get("domain") or "the domain",
        "organisation": facts.get("organisation") or "the organisation",
        "help": _sentence(facts.get("help") or "see what its page says"),
        "lacks": (checked.facts.get("lacks") if checked else "") or "nothing that was recorded",
        "unproven": facts.get("unproven") or "a domain",
    }


def _words_of_revocation(evidence: Evidence) -> dict[str, str]:
    """Return what the refuser asked last about the certificate, and what came of it."""
    (kind, url), answer = source_asked(evidence), answer_of_source(evidence)
    return {
        "source": url or kind or "the source that the certificate names",
        "learnt": f"{_sentence(answer.facts['text'])} " if answer and answer.facts.get("text") else "",
        "days_of_source": _days_of_source(evidence),
    }


def _days_of_source(evidence: Evidence) -> str:
    """Say for what days the answer of a source was, and whether the clock of who refused is at fault."""
    days = days_of_source(evidence)
    if days is None:
        return ""
    until = f" to {days.until:%Y-%m-%d}" if days.until else ""
    counts = f"It counts from {days.since:%Y-%m-%d}{until}"
    if not days.hold(evidence.time):
        return f"{counts}, and this is another day. "
    which = "ahead" if evidence.verify and evidence.verify.code == _CRL_EXPIRED else "wrong"
    return f"{counts}, and this is such a day: the clock of {label(evidence, evidence.by)} is {which}. "


def _expiry(evidence: Evidence) -> str:
    """Say which certificate of the chain has run out; where none has, the refuser's clock is wrong."""
    presented, path = evidence.presented, evidence.path
    expired = path.finding(FindingKind.EXPIRED) if path else None
    if expired:
        return _sentence(expired.sentence)
    until = f"{presented.not_after:%Y-%m-%d}" if presented and presented.not_after else "?"
    return f"It is valid until {until}: the clock of {label(evidence, evidence.by)} is ahead."


def _roots_that_expired(evidence: Evidence) -> str:
    """Say which roots of the refuser's list have run out, and when."""
    dead = [f"{root.label} (until {root.not_after:%Y-%m-%d})" for root in dead_anchors(evidence)]
    more = f" and {len(dead) - _SHOWN_NAMES} more" if len(dead) > _SHOWN_NAMES else ""
    return (", ".join(dead[:_SHOWN_NAMES]) + more) or "no dead root"


def filled(template: str, words: dict[str, str]) -> str:
    """Return a template of the table of causes with its words in place, sentences with a capital."""
    text = _SENTENCE_START.sub(r"\1The ", template.format_map(words))
    return _capital(text).rstrip()


def _sentence(text: str) -> str:
    """Return a finding as a sentence of its own."""
    return _capital(text) + ("" if text.endswith(".") else ".")


def _capital(text: str) -> str:
    """Return a sentence with a capital, unless it begins with a host name."""
    begins_with_name = "." in text.partition(" ")[0]
    return text if begins_with_name else text[:1].upper() + text[1:]


def names_in(certificate: CertificateFacts | None) -> str:
    """Return the names of a certificate, the first few and how many more; which stand in the common name alone."""
    if certificate is None:
        return "no certificate"
    known = {name.lower() for name in certificate.dns_names}
    alone = [f"{name} (common name)" for name in certificate.common_names if name.lower() not in known]
    names = list(dict.fromkeys([*certificate.dns_names, *certificate.uris, *certificate.ip_addresses, *alone]))
    more = f" and {len(names) - _SHOWN_NAMES} more" if len(names) > _SHOWN_NAMES else ""
    return (", ".join(names[:_SHOWN_NAMES]) + more) if names else certificate.subject


def alert_words(number: int | None) -> str:
    """Return an alert as people write it."""
    return "no alert" if number is None else f"alert {number} {alert_name(number)}"


def _moment(evidence: Evidence) -> str:
    finished = evidence.view is not None and evidence.view.finished(evidence.dialler)
    return "after the handshake" if finished else "in the middle of the handshake"


def _translated(verify: VerifyFailed | None) -> str:
    """Explain OpenSSL's words where they mislead (trap X6)."""
    if verify is None or verify.code != _SELF_SIGNED_IN_CHAIN:
        return ""
    return (
        f' The log reads "{verify.text}", which means no more than: a root travelled in the chain, and it is '
        "not one that is trusted."
    )


def end_views(evidence: Evidence) -> tuple[EndView, ...]:
    """Return what each end of the connection saw."""
    view = evidence.view
    if view is None:
        told = evidence.obstacle
        return (EndView(told.actor, (told.facts["text"],)),) if told and told.facts.get("text") else ()
    actors = [view.connection.dialler] + ([view.listener] if view.connection.listener else [])
    return tuple(EndView(actor, tuple(_saw(evidence, view, actor))) for actor in actors)


def _saw(evidence: Evidence, view: ConnectionView, actor: str) -> Iterator[str]:
    for event in evidence.transcript.events:
        if event.actor == actor and getattr(event, "connection", 0) == view.connection.number:
            sentence = _sentence_of(evidence, event)
            if sentence:
                yield sentence


def _sentence_of(evidence: Evidence, event: Event) -> str:
    """Return one event as a sentence about its actor; empty for those that the ladder shows better."""
    other = label(evidence, evidence.view.other(event.actor)) if evidence.view else ""
    match event:
        case DialFailed():
            return f"got no TCP connection: {event.failure.value}"
        case HandshakeFinished():
            return f"finished its handshake: TLS {event.version}, {event.cipher}"
        case HandshakeFailed(reason=reason) if reason in _REASONS:
            return _REASONS[reason]
        case AlertSeen(level=2, direction=direction):
            told = alert_words(event.number)
            return f"sent {told}" if direction is Direction.SENT else f"was told {told} by {other}"
        case SealedAlert():
            return f"got a sealed record of {other} that has the size of an alert"
        case VerifyFailed():
            let_pass = ", and let it pass" if event.overridden else ""
            return f"objected to the certificate of {other}: {event.text} (depth {event.depth}){let_pass}"
        case Decision(topic="identity", outcome="unacceptable"):
            return f"found the names of {other} unacceptable"
        case Closed(direction=Direction.SENT):
            return f"closed {CLOSING_WORDS[event.how]}"
        case Closed():
            return f"saw {other} close {CLOSING_WORDS[event.how]}"
        case _:
            return ""
