"""Heads of SIP messages in a transcript: statuses, credentials by both of their names, compact headers, cut bodies."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.diagnosis.evidence import is_challenge
from harness.diagnosis.sip_heads import (
    answers,
    calls_nonce_stale,
    carries_credentials,
    head_of,
    request_in,
    status_of,
)
from harness.transcript import Direction, SipSeen


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
