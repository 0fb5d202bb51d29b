"""Dialogs between two ends that remember the same call."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.sip.building import request, respond
from harness.sip.dialog import NOBODY, Dialog, wants_dialog
from harness.sip.headers import HeaderField, Headers
from harness.sip.message import Request, Response
from harness.sip.via import Via

VIA = Via.of("TLS", "alice.example", 5061, "z9hG4bKa")


def invite(**more: str) -> Request:
    headers = {
        "Via": str(VIA), "From": "<sip:alice@a.example>;tag=a", "To": "<sip:bob@b.example>", "Call-ID": "c",
        "CSeq": "31 INVITE", "Contact": "<sip:alice@alice.example>",
    }  # fmt: skip
    return request("INVITE", "sip:bob@b.example", headers=[*headers.items(), *more.items()])


def call(asked: Request, contact: str = "<sip:bob@bob.example:5061;transport=tls>") -> tuple[Dialog, Dialog]:
    answered = respond(asked, 200, to_tag="b", headers=[("Contact", contact)])
    return Dialog.as_caller(asked, answered), Dialog.as_callee(asked, answered)


def test_both_ends_know_the_call_by_mirrored_tags() -> None:
    caller, callee = call(invite())
    assert (caller.identity.local_tag, caller.identity.remote_tag) == ("a", "b")
    assert (callee.identity.local_tag, callee.identity.remote_tag) == ("b", "a")
    assert callee.belongs(caller.request("BYE", via=VIA))
    assert caller.belongs(callee.request("BYE", via=VIA))


def test_the_caller_counts_on_and_the_ack_keeps_the_number_of_the_invite() -> None:
    caller, callee = call(invite())
    assert caller.request("INFO", via=VIA).headers.get("CSeq") == "32 INFO"
    assert caller.acknowledge(via=VIA).headers.get("CSeq") == "31 ACK"
    assert callee.receive(caller.request("INVITE", via=VIA))
    assert caller.acknowledge(via=VIA).headers.get("CSeq") == "33 ACK"


def test_a_request_whose_number_goes_back_is_refused() -> None:
    caller, callee = call(invite())
    old, new = caller.request("INFO", via=VIA), caller.request("INFO", via=VIA)
    assert callee.receive(new)
    assert not callee.receive(old)
    assert callee.receive(new)  # the same again is no step back
    assert callee.remote_sequence == 33


def test_a_re_invite_moves_the_target_and_so_does_its_answer() -> None:
    caller, callee = call(invite())
    moved = caller.request("INVITE", via=VIA, headers=[("Contact", "<sip:alice@moved.example>")])
    assert callee.receive(moved)
    assert callee.request("BYE", via=VIA).uri == "sip:alice@moved.example"
    caller.refresh(respond(moved, 200, headers=[("Contact", "<sip:bob@elsewhere.example>")]))
    assert caller.request("BYE", via=VIA).uri == "sip:bob@elsewhere.example"


def test_routes_are_walked_from_each_end_in_its_own_order() -> None:
    caller, callee = call(invite(**{"Record-Route": "<sip:p2.example;lr>, <sip:p1.example;lr>"}))
    assert caller.request("BYE", via=VIA).headers.get_list("Route") == (
        "<sip:p1.example;lr>",
        "<sip:p2.example;lr>",
    )
    assert callee.request("BYE", via=VIA).headers.get_list("Route") == (
        "<sip:p2.example;lr>",
        "<sip:p1.example;lr>",
    )


def test_a_strict_first_hop_finds_the_target_behind_the_routes() -> None:
    caller, _ = call(invite(**{"Record-Route": "<sip:p2.example;lr>, <sip:p1.example>"}))
    bye = caller.request("BYE", via=VIA)
    assert bye.uri == "sip:p1.example"
    assert bye.headers.get_list("Route") == (
        "<sip:p2.example;lr>",
        "<sip:bob@bob.example:5061;transport=tls>",
    )


JUNK = st.text(alphabet='<>";,:@ sip=\\a*1', max_size=30)


@given(values=st.lists(JUNK, min_size=6, max_size=6))
def test_a_dialog_with_a_sloppy_peer_can_always_be_hung_up(values: list[str]) -> None:
    names = ("From", "To", "Call-ID", "CSeq", "Contact", "Record-Route")
    headers = Headers(tuple(HeaderField.of(name, value) for name, value in zip(names, values, strict=True)))
    asked, answered = Request("INVITE", "sip:bob@b.example", headers), Response(200, "OK", headers)
    for dialog in (Dialog.as_caller(asked, answered), Dialog.as_callee(asked, answered)):
        bye = dialog.request("BYE", via=VIA)
        assert bye.start_line.split(" ")[0::2] == ["BYE", "SIP/2.0"]


def test_a_peer_without_a_contact_is_where_its_from_says() -> None:
    asked = invite()
    _, callee = call(asked.with_headers(asked.headers.without("Contact")))
    assert callee.target == "sip:alice@a.example"


def test_the_one_that_was_called_counts_from_one() -> None:
    _, callee = call(invite())
    assert callee.invite_sequence == 0
    assert callee.request("BYE", via=VIA).headers.get("CSeq") == "1 BYE"


def test_whoever_speaks_for_an_end_counts_on_from_what_that_said() -> None:
    caller, _ = call(invite())
    for number in (40, 35):
        said = Request("INFO", "sip:b", Headers.of([("CSeq", f"{number} INFO")]))
        caller.follow(said)
    assert caller.request("BYE", via=VIA).headers.get("CSeq") == "41 BYE"


@pytest.mark.parametrize(
    ("method", "to", "wants"),
    [
        ("INVITE", "<sip:b>", False), ("OPTIONS", "<sip:b>", False), ("NOTIFY", "<sip:b>", False),
        ("INVITE", "<sip:b>;tag=t", True), ("BYE", "<sip:b>", True), ("INFO", "<sip:b>", True),
        ("UPDATE", "<sip:b>", True), ("PRACK", "<sip:b>", True), ("BYE", "<sip:b>;tag=t", True),
    ],
)  # fmt: skip
def test_what_is_of_a_dialog(method: str, to: str, wants: bool) -> None:
    assert wants_dialog(Request(method, "sip:b", Headers.of([("To", to)]))) is wants


def test_a_peer_without_any_address_is_nobody() -> None:
    asked = Request("INVITE", "sip:bob@b.example")
    assert Dialog.as_callee(asked, Response(200, "OK")).target == NOBODY
    assert Dialog.as_caller(asked, Response(200, "OK")).target == "sip:bob@b.example"


@pytest.mark.parametrize(
    ("method", "moves"), [("INVITE", True), ("UPDATE", True), ("SUBSCRIBE", True), ("NOTIFY", True), ("INFO", False)]
)
def test_only_a_target_refresh_moves_the_target_and_only_by_a_contact(method: str, moves: bool) -> None:
    """RFC 3261 12.2.2, RFC 3311, RFC 6665."""
    caller, callee = call(invite())
    assert callee.receive(caller.request(method, via=VIA))
    assert callee.target == "sip:alice@alice.example"
    assert callee.receive(caller.request(method, via=VIA, headers=[("Contact", "<sip:alice@moved.example>")]))
    assert callee.target == ("sip:alice@moved.example" if moves else "sip:alice@alice.example")


def test_an_answer_without_a_contact_leaves_the_target() -> None:
    caller, _ = call(invite())
    caller.refresh(respond(invite(), 200, to_tag="b"))
    assert caller.target == "sip:bob@bob.example:5061;transport=tls"


def test_an_ack_counts_nothing_whatever_its_number() -> None:
    caller, callee = call(invite())
    later = caller.request("INFO", via=VIA)
    assert callee.receive(later)
    assert callee.receive(caller.acknowledge(via=VIA))
    assert callee.remote_sequence == 32
