"""Transactions as their user and their peer see them: a script of what happens and what is done."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.sip.building import cancel, request, respond
from harness.sip.message import Request, Response
from harness.sip.transaction_keys import client_key, server_key
from harness.sip.transactions import (
    Action,
    ClientTransaction,
    Deliver,
    SendMessage,
    ServerTransaction,
    StartTimer,
    State,
    StopTimer,
    Terminated,
    TimedOut,
    Timer,
    TransportFailed,
)


def asking(method: str, branch: str = "z9hG4bK-expe", via: str = "expe.example:5061") -> Request:
    headers = [
        ("Via", f"SIP/2.0/TLS {via};branch={branch}"),
        ("Route", "<sip:l2sip@cloud.example:5062;transport=tls;lr>"),
        ("From", "<sip:alice@example.com>;tag=a"),
        ("To", "<sip:bob@example.net>"),
        ("Call-ID", "c@expe.example"),
        ("CSeq", f"7 {method}"),
    ]
    return request(method, "sip:bob@example.net", headers=headers)


INVITE, OPTIONS, ACK = asking("INVITE"), asking("OPTIONS"), asking("ACK")


def told(actions: list[Action]) -> list[str]:
    """Return actions as words, e.g. `send 180`, `start B 32`."""
    return [_word(action) for action in actions]


def _word(action: Action) -> str:
    match action:
        case SendMessage(Request(method=word)) | Deliver(Request(method=word)):
            return f"{'send' if isinstance(action, SendMessage) else 'deliver'} {word}"
        case SendMessage(Response(status=status)) | Deliver(Response(status=status)):
            return f"{'send' if isinstance(action, SendMessage) else 'deliver'} {status}"
        case StartTimer(name, seconds):
            return f"start {name} {seconds:g}"
        case StopTimer(name):
            return f"stop {name}"
        case _:
            return type(action).__name__


def client(invite: Request, *statuses: int) -> ClientTransaction:
    transaction = ClientTransaction(invite)
    transaction.start()
    for status in statuses:
        transaction.receive(respond(invite, status, to_tag="b"))
    return transaction


def server(invite: Request, *statuses: int) -> ServerTransaction:
    transaction = ServerTransaction(invite)
    transaction.start()
    for status in statuses:
        transaction.send_response(respond(invite, status, to_tag="b"))
    return transaction


def test_an_answered_call_is_over_for_the_caller_32_seconds_after_the_200() -> None:
    transaction = ClientTransaction(INVITE)
    assert told(transaction.start()) == ["send INVITE", "start B 32"]
    assert told(transaction.receive(respond(INVITE, 180, to_tag="b"))) == ["stop B", "deliver 180"]
    assert told(transaction.receive(respond(INVITE, 200, to_tag="b"))) == ["deliver 200", "start M 32"]
    assert told(transaction.receive(respond(INVITE, 200, to_tag="fork"))) == ["deliver 200"]
    assert told(transaction.timer(Timer.M)) == ["Terminated"]


def test_a_refused_call_is_acknowledged_by_the_transaction_itself() -> None:
    transaction = client(INVITE)
    refusal = respond(INVITE, 404, to_tag="b")
    stop, ack, delivered, over = transaction.receive(refusal)
    assert told([stop, delivered, over]) == ["stop B", "deliver 404", "Terminated"]
    assert isinstance(ack, SendMessage)
    assert isinstance(ack.message, Request)
    assert (ack.message.method, ack.message.uri) == ("ACK", INVITE.uri)
    for name in ("Via", "Route", "From", "Call-ID"):
        assert ack.message.headers.get_all(name) == INVITE.headers.get_all(name)
    assert ack.message.headers.get("To") == refusal.headers.get("To")
    assert ack.message.headers.get("CSeq") == "7 ACK"
    assert server_key(ack.message) == server_key(INVITE)


@pytest.mark.parametrize(("method", "timer"), [("INVITE", "B"), ("OPTIONS", "F")])
def test_a_peer_that_says_nothing_for_32_seconds_is_a_time_out(method: str, timer: str) -> None:
    transaction = ClientTransaction(asking(method))
    assert told(transaction.start()) == [f"send {method}", f"start {timer} 32"]
    assert told(transaction.timer(timer)) == ["TimedOut", "Terminated"]
    assert transaction.state is State.TERMINATED


@pytest.mark.parametrize("method", ["INVITE", "OPTIONS"])
def test_a_connection_that_breaks_before_any_answer_ends_the_request(method: str) -> None:
    assert client(asking(method)).transport_failed() == [TransportFailed(), Terminated()]


def test_a_ringing_phone_may_ring_for_ever() -> None:
    transaction = client(INVITE, 180)
    assert transaction.timer(Timer.B) == []
    assert transaction.state is State.PROCEEDING


@pytest.mark.parametrize("status", [200, 403])
def test_an_answered_options_is_over_at_once(status: int) -> None:
    answered = respond(OPTIONS, status, to_tag="b")
    assert told(client(OPTIONS).receive(answered)) == ["stop F", f"deliver {status}", "Terminated"]
    over = server(OPTIONS)
    assert told(over.send_response(answered)) == [f"send {status}", "Terminated"]
    assert over.send_response(answered) == []


def test_a_callee_that_hesitates_says_100_trying_after_200_milliseconds() -> None:
    transaction = ServerTransaction(INVITE)
    assert told(transaction.start()) == ["start trying 0.2", "deliver INVITE"]  # a prompt answer stops it again
    assert told(transaction.timer("trying")) == ["send 100"]
    assert told(transaction.receive(INVITE)) == ["send 100"]


def test_a_callee_that_rings_at_once_needs_no_100() -> None:
    transaction = server(INVITE)
    assert told(transaction.send_response(respond(INVITE, 180, to_tag="b"))) == ["stop trying", "send 180"]


def test_a_repeated_invite_before_any_answer_is_met_with_silence() -> None:
    assert server(INVITE).receive(INVITE) == []


def test_a_200_waits_for_its_ack_and_hands_it_up() -> None:
    transaction = server(INVITE, 180)
    answered = told(transaction.send_response(respond(INVITE, 200, to_tag="b")))
    assert answered == ["stop trying", "send 200", "start L 32"]
    assert transaction.receive(INVITE) == []
    assert told(transaction.receive(ACK)) == ["deliver ACK"]
    assert told(transaction.timer("L")) == ["Terminated"]


def test_a_refusal_is_repeated_until_its_ack_and_the_ack_goes_no_further() -> None:
    transaction = server(INVITE)
    refused = told(transaction.send_response(respond(INVITE, 486, to_tag="b")))
    assert refused == ["stop trying", "send 486", "start H 32"]
    assert told(transaction.receive(INVITE)) == ["send 486"]
    assert told(transaction.receive(ACK)) == ["stop H", "Terminated"]


def test_a_refusal_that_nobody_acknowledges_times_out() -> None:
    assert server(INVITE, 486).timer("H") == [TimedOut(), Terminated()]


def test_a_callee_hears_of_a_broken_connection_and_keeps_the_call() -> None:
    transaction = server(INVITE, 180)
    assert transaction.transport_failed() == [TransportFailed()]
    assert transaction.state is State.PROCEEDING


EVENTS = st.sampled_from(["100", "180", "200", "486", "ack", "again", "broken", *(str(timer) for timer in Timer)])


@given(events=st.lists(EVENTS, max_size=12), method=st.sampled_from(["INVITE", "OPTIONS"]))
def test_whatever_happens_the_end_comes_once_and_is_the_last_thing(events: list[str], method: str) -> None:
    asked = asking(method)
    caller, callee = ClientTransaction(asked), ServerTransaction(asked)
    seen: list[list[Action]] = [caller.start(), callee.start()]
    for event in events:
        seen[0] += _happens_to_caller(caller, asked, event)
        seen[1] += _happens_to_callee(callee, asked, event)
    for actions in seen:
        assert Terminated() not in actions[:-1]
    assert (seen[0][-1] == Terminated()) == (caller.state is State.TERMINATED)
    assert (seen[1][-1] == Terminated()) == (callee.state is State.TERMINATED)


def _happens_to_caller(caller: ClientTransaction, asked: Request, event: str) -> list[Action]:
    match event:
        case "ack" | "again":
            return []
        case "broken":
            return caller.transport_failed()
        case status if status.isdigit():
            return caller.receive(respond(asked, int(status), to_tag="b"))
        case timer:
            return caller.timer(timer)


def _happens_to_callee(callee: ServerTransaction, asked: Request, event: str) -> list[Action]:
    match event:
        case "ack":
            return callee.receive(ACK)
        case "again":
            return callee.receive(asked)
        case "broken":
            return callee.transport_failed()
        case status if status.isdigit():
            return callee.send_response(respond(asked, int(status), to_tag="b"))
        case timer:
            return callee.timer(timer)


def test_a_response_finds_the_request_that_it_answers() -> None:
    assert client_key(respond(INVITE, 200, to_tag="b")) == client_key(INVITE)
    assert client_key(respond(OPTIONS, 200, to_tag="b")) != client_key(INVITE)


def test_a_cancel_is_a_transaction_of_its_own_and_knows_its_invite() -> None:
    cancelled = cancel(INVITE)
    assert server_key(cancelled) != server_key(INVITE)
    assert server_key(cancelled, method="INVITE") == server_key(INVITE)
    assert cancelled.headers.get("CSeq") == "7 CANCEL"


def test_two_callers_with_the_same_branch_are_told_apart_by_sent_by() -> None:
    assert server_key(asking("INVITE", via="a.example")) != server_key(asking("INVITE", via="b.example"))
    assert server_key(asking("INVITE", via="a.example")) == server_key(asking("INVITE", via="A.example:5061"))


@pytest.mark.parametrize("branch", ["1", "z9hG4bK"])
def test_a_branch_without_the_cookie_or_with_nothing_else_is_not_trusted_to_be_unique(branch: str) -> None:
    """RFC 3261 17.2.3; RFC 4475 3.2.1 has the bare cookie."""
    old, other = asking("INVITE", branch=branch), asking("INVITE", branch=branch)
    for changed in (
        other.with_headers(other.headers.with_replaced("Call-ID", "another")),
        other.with_headers(other.headers.with_replaced("From", "<sip:alice@example.com>;tag=z")),
        other.with_uri("sip:carol@example.net"),
    ):
        assert server_key(old) != server_key(changed)
    assert server_key(old) == server_key(asking("INVITE", branch=branch))


def test_a_branch_with_the_cookie_and_one_letter_is_trusted() -> None:
    one, other = asking("INVITE", branch="z9hG4bKx"), asking("INVITE", branch="Z9HG4BKx")
    for mine in (one, other):
        assert server_key(mine) == server_key(mine.with_headers(mine.headers.with_replaced("Call-ID", "another")))


@pytest.mark.parametrize("status", [300, 399, 400, 699])
def test_everything_from_300_on_is_a_refusal(status: int) -> None:
    assert told(client(INVITE).receive(respond(INVITE, status, to_tag="b"))) == [
        "stop B", "send ACK", f"deliver {status}", "Terminated",
    ]  # fmt: skip
    assert told(server(INVITE).send_response(respond(INVITE, status, to_tag="b")))[1:] == [
        f"send {status}",
        "start H 32",
    ]


def test_everything_below_200_is_provisional() -> None:
    assert told(client(INVITE).receive(respond(INVITE, 199, to_tag="b"))) == ["stop B", "deliver 199"]
    assert told(server(INVITE).send_response(respond(INVITE, 199, to_tag="b"))) == ["stop trying", "send 199"]
