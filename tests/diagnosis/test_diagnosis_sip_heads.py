"""Heads of SIP messages in a transcript: statuses, credentials by both of their names, compact headers, cut bodies."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace

import pytest
from hand_told import connection, play, stood
from hypothesis import given
from hypothesis import strategies as st

from harness.diagnosis.evidence import is_challenge
from harness.diagnosis.judge import judge
from harness.diagnosis.sip_heads import (
    answers,
    called_domain,
    calls_nonce_stale,
    carries_credentials,
    head_of,
    request_in,
    status_of,
)
from harness.transcript import Direction, Event, SipSeen
from harness.verdict import StepVerdict


def seen(text: str | bytes, direction: Direction = Direction.SENT) -> SipSeen:
    data = text if isinstance(text, bytes) else text.replace("\n", "\r\n").encode()
    return SipSeen(at=0.0, actor="jabber", connection=1, direction=direction, message=data)


def request(method: str, *headers: str) -> SipSeen:
    return seen("\n".join((f"{method} sip:a@example.org SIP/2.0", *headers, "", "")))


def response(status: int, *headers: str) -> SipSeen:
    return seen("\n".join((f"SIP/2.0 {status} So", *headers, "", "")), Direction.RECEIVED)


@pytest.mark.parametrize(
    ("status", "header"), [(401, "Authorization: Digest u=1"), (407, "Proxy-Authorization:  digest u=1")]
)
def test_a_challenge_that_was_answered_refused_nothing(status: int, header: str) -> None:
    first, challenge, second = request("INVITE"), response(status), request("INVITE", header)

    assert is_challenge(challenge, (first, challenge, second))
    assert not is_challenge(challenge, (second, first, challenge))
    assert not is_challenge(challenge, (first, challenge, request("INVITE")))


@pytest.mark.parametrize("status", [403, 404, 487])
def test_no_other_status_is_a_challenge(status: int) -> None:
    refused, second = response(status), request("INVITE", "Authorization: Digest u=1")

    assert not is_challenge(refused, (refused, second))


def test_credentials_are_those_of_a_request() -> None:
    assert carries_credentials(request("REGISTER", "Authorization: Digest u=1"))
    assert not carries_credentials(request("REGISTER", "Authorization: Basic abc"))
    assert not carries_credentials(response(200, "Authorization: Digest u=1"))
    assert not carries_credentials(request("REGISTER", "X-Authorization: Digest u=1"))


@pytest.mark.parametrize("name", ["WWW-Authenticate", "Proxy-Authenticate"])
def test_a_stale_nonce_is_told_by_either_challenge(name: str) -> None:
    assert calls_nonce_stale(response(401, f'{name}: Digest realm="a", stale = TRUE'))
    assert not calls_nonce_stale(response(401, f'{name}: Digest realm="stale=true"'))


def test_a_response_answers_the_method_of_its_cseq() -> None:
    assert answers(response(200, "CSeq: 2 BYE"), "BYE")
    assert not answers(response(200, "CSeq: 2 INVITE"), "BYE")
    assert not answers(request("BYE", "CSeq: 2 BYE"), "BYE")


def test_a_cut_message_still_has_its_head() -> None:
    cut = seen("INVITE sip:a@example.org SIP/2.0\nm: <sip:x>\nContent-Length: 500\n\nv=0")
    without_end = seen("SIP/2.0 404 Not Found\nVia: SIP/2.0/TLS a")

    assert request_in(cut, "INVITE") is not None
    assert head_of(cut).headers.get("contact") == "<sip:x>"  # type: ignore[union-attr]
    assert status_of(without_end) == 404


@given(st.binary(max_size=200))
def test_no_bytes_are_an_error(data: bytes) -> None:
    message = seen(data)

    assert status_of(message) is None or 100 <= (status_of(message) or 0) <= 699
    carries_credentials(message)
    calls_nonce_stale(message)


# --- what a verdict makes of both challenges ---

BOTH_CHALLENGES = pytest.mark.parametrize(
    ("status", "credentials"), [(401, "Authorization: Digest u=1"), (407, "Proxy-Authorization: Digest u=1")]
)


def exchanged(number: int, asker: str, answerer: str, *messages: SipSeen) -> Iterator[Event]:
    """Both ends of each message in turn: a request leaves `asker`, a response leaves `answerer`."""
    for message in messages:
        sender, receiver = (asker, answerer) if request_in(message) else (answerer, asker)
        yield replace(message, actor=sender, connection=number, direction=Direction.SENT)
        yield replace(message, actor=receiver, connection=number, direction=Direction.RECEIVED)


def called(*messages: SipSeen, more: Iterable[Event] = (), ok: bool = False) -> StepVerdict:
    """Return the verdict on a call of the cloud's, with what went over its connection to the edge."""
    told = (*stood(1, "webex-cloud", "expressway-e"), *exchanged(1, "webex-cloud", "expressway-e", *messages), *more)
    (step,) = judge(play(*told, connections=(connection(1, "webex-cloud", "expressway-e"),), ok=ok)).steps
    return step


@BOTH_CHALLENGES
def test_who_asked_for_credentials_and_got_them_did_not_refuse(status: int, credentials: str) -> None:
    further = exchanged(2, "expressway-e", "expressway-c", request("INVITE"), response(404))

    challenged = called(request("INVITE"), response(status), request("INVITE", credentials), more=further)
    refused = called(request("INVITE"), response(status), request("INVITE"), more=further)

    assert (challenged.by, refused.by) == ("expressway-c", "expressway-e")


@BOTH_CHALLENGES
def test_the_status_of_a_step_is_that_of_its_last_answer(status: int, credentials: str) -> None:
    asked, again = request("INVITE"), request("INVITE", credentials)

    assert called(asked, response(status)).status == status
    assert called(asked, response(status), again, response(486)).status == 486


@BOTH_CHALLENGES
def test_a_call_that_was_hung_up_after_a_challenge_has_ended(status: int, credentials: str) -> None:
    bye, again = request("BYE", "CSeq: 2 BYE"), request("BYE", "CSeq: 3 BYE", credentials)
    challenge, taken = response(status, "CSeq: 2 BYE"), response(200, "CSeq: 3 BYE")

    assert not any("its BYE" in each for each in warned(bye, challenge, again, taken))
    assert any(f"its BYE was answered {status}" in each for each in warned(bye, challenge))


def warned(*messages: SipSeen) -> tuple[str, ...]:
    told = (*stood(1, "webex-cloud", "expressway-e"), *exchanged(1, "webex-cloud", "expressway-e", *messages))
    return judge(play(*told, connections=(connection(1, "webex-cloud", "expressway-e"),), ok=True)).warnings


@pytest.mark.parametrize(
    ("uri", "domain"),
    [
        ("sip:anna@Example.com;transport=tls", "example.com"),
        ("sips:anna@example.com:5061", "example.com"),
        ("sip:anna@example.com.au", "example.com.au"),
        ("sip:example.com", ""),
        ("tel:+49301234;phone-context=@example.com", ""),
    ],
)
def test_the_domain_that_is_called_is_the_host_of_the_request(uri: str, domain: str) -> None:
    invite = request_in(seen(f"INVITE {uri} SIP/2.0\n\n"))

    assert invite is not None
    assert called_domain(invite) == domain
