"""What a back-to-back user agent writes: nothing that belongs to a leg is on the other one."""

from __future__ import annotations

import re
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from harness.sip.back_to_back import BackToBack, Identity, Marks
from harness.sip.building import request, respond
from harness.sip.dialog import Dialog, DialogId
from harness.sip.headers import HeaderField, Headers
from harness.sip.message import Request, Response
from harness.sip.multipart import with_part_changed
from harness.sip.sdp import at_host
from harness.sip.via import Via

WRITER = BackToBack(Identity("10.0.0.1", 5073, "agent/1"))
VIA = Via.of("TLS", "10.0.0.1", 5073, "z9hG4bKours")
MARKS = Marks(VIA, "ours@10.0.0.1", "our-tag")
SDP = b"""v=0
o=- 7 3 IN IP4 near.invalid
s=-
c=IN IP4 near.invalid
t=0 0
a=ice-lite
m=audio 4000 RTP/AVP 0
c=IN IP4 near.invalid
a=rtcp:4001 IN IP4 near.invalid
a=ice-ufrag:near.invalid
a=end-of-candidates
a=candidate:1 1 UDP 1 near.invalid 4000 typ host
a=remote-candidates:1 near.invalid 4000
a=sendonly
""".replace(b"\n", b"\r\n")


def nobody_knows(_known: DialogId) -> None:
    return None


def asked(method: str = "INVITE", *more: tuple[str, str], body: bytes = b"") -> Request:
    """Return a request that has the mark `near` on everything that belongs to its leg."""
    headers = [
        ("Via", "SIP/2.0/TLS near-proxy.invalid;branch=z9hG4bKnear2"),
        ("Via", "SIP/2.0/TLS near.invalid;branch=z9hG4bKnear1"),
        ("Record-Route", "<sip:near-proxy.invalid;lr>"),
        ("Path", "<sip:near-path.invalid>"),
        ("From", '"Bob" <sip:bob@peer.example>;tag=near-tag'),
        ("To", "<sip:user1@example.com>"),
        ("Call-ID", "near-call"),
        ("CSeq", f"70707 {method}"),
        ("Contact", "<sip:near@near.invalid:5080>;call-type=squared"),
        ("In-Reply-To", "near-call-before"),
        ("User-Agent", "near-agent"),
        *more,
    ]
    return request(method, "sip:user1@example.com", headers=headers, body=body)


def answered(status: int = 200, body: bytes = b"", *more: tuple[str, str]) -> tuple[Request, Response]:
    """Return the request of the far leg, and the answer to it that has the mark `far` on all that belongs there."""
    outgoing = WRITER.first(asked(), MARKS, nobody_knows, keeps_parameters=False)
    headers = [
        ("Record-Route", "<sip:far-proxy.invalid;lr>"),
        ("Contact", "<sip:far@far.invalid>"),
        ("Server", "far-agent"),
        *more,
    ]
    return outgoing, respond(outgoing, status, "far and away", to_tag="far-tag", headers=headers, body=body)


def text(message: Request | Response) -> str:
    return message.to_bytes().decode()


def test_the_first_request_has_nothing_of_the_near_leg_and_all_that_it_says() -> None:
    said = [
        ("Subject", "hello"),
        ("P-Asserted-Identity", "<sip:bob@peer.example>"),
        ("Content-Type", "application/sdp"),
    ]
    first = WRITER.first(asked("INVITE", *said, body=SDP), MARKS, nobody_knows, keeps_parameters=False)
    assert "near" not in text(first)
    assert "70707" not in text(first)
    assert first.headers.get("from") == '"Bob" <sip:bob@peer.example>;tag=our-tag'
    assert first.headers.get("call-id") == "ours@10.0.0.1"
    assert first.headers.get("cseq") == "1 INVITE"
    assert first.headers.get_all("via") == (str(VIA),)
    assert first.headers.get("contact") == "<sip:bob@10.0.0.1:5073;transport=tls>"
    assert first.headers.get("user-agent") == "agent/1"
    assert [first.headers.get(name) for name, _ in said] == [value for _, value in said]
    assert b"o=- 7 3 IN IP4 10.0.0.1\r\n" in first.body
    assert first.body.count(b"c=IN IP4 10.0.0.1\r\n") == 2
    assert b"m=audio 4000 RTP/AVP 0\r\n" in first.body
    assert b"a=sendonly\r\n" in first.body


@pytest.mark.parametrize("status", [180, 200, 404, 488])
def test_an_answer_has_nothing_of_the_far_leg(status: int) -> None:
    body = SDP.replace(b"near", b"far")
    _, response = answered(status, body, ("Content-Type", "application/sdp"), ("Warning", '399 ours "why"'))
    answer = WRITER.answer(asked(), response, "our-other-tag")
    assert "far" not in text(answer).replace("far and away", "")
    assert answer.headers.get("to") == "<sip:user1@example.com>;tag=our-other-tag"
    assert answer.headers.get("call-id") == "near-call"
    assert answer.headers.get("cseq") == "70707 INVITE"
    assert len(answer.headers.get_all("via")) == 2
    assert answer.headers.get("server") == "agent/1"
    assert answer.headers.get("warning") == '399 ours "why"'


@pytest.mark.parametrize("status", [180, 200])
def test_what_the_called_end_says_of_itself_beside_its_address_goes_along(status: int) -> None:
    contact = '<sip:far@far.invalid>;+sip.instance="<urn:uuid:1>";isfocus'
    outgoing = WRITER.first(asked(), MARKS, nobody_knows, keeps_parameters=False)
    response = respond(outgoing, status, to_tag="far-tag", headers=[("Contact", contact)])
    answer = WRITER.answer(asked(), response, "t")
    mine = "<sip:user1@10.0.0.1:5073;transport=tls>"
    assert answer.headers.get("contact") == f'{mine};+sip.instance="<urn:uuid:1>";isfocus'


@pytest.mark.parametrize("status", [300, 302, 485])
def test_a_redirection_names_its_targets_because_that_is_what_it_says(status: int) -> None:
    _, response = answered(status)
    assert WRITER.answer(asked(), response, "t").headers.get("contact") == "<sip:far@far.invalid>"


@pytest.mark.parametrize("method", ["BYE", "INFO", "INVITE", "ACK", "UPDATE", "REFER", "PRACK"])
def test_a_request_in_a_call_is_that_of_the_far_dialog(method: str) -> None:
    outgoing, response = answered()
    far = Dialog.as_caller(outgoing, response)
    onward = WRITER.next(asked(method), far, VIA, nobody_knows, keeps_parameters=False)
    assert "near" not in text(onward)
    assert onward.headers.get("call-id") == "ours@10.0.0.1"
    assert onward.headers.get("cseq") == f"{1 if method == 'ACK' else 2} {method}"
    assert onward.headers.get("to") == "<sip:user1@example.com>;tag=far-tag"
    assert onward.uri == "sip:far@far.invalid"
    assert onward.headers.get_all("route") == ("<sip:far-proxy.invalid;lr>",)


def test_prack_names_the_invite_of_its_own_leg() -> None:
    far = Dialog.as_caller(*answered(183))
    onward = WRITER.next(asked("PRACK", ("RAck", "9 70707 INVITE")), far, VIA, nobody_knows, keeps_parameters=False)
    assert onward.headers.get("rack") == "9 1 INVITE"


@pytest.mark.parametrize(
    ("given_hops", "left"), [("17", "16"), ("1", "0"), ("255", "254"), (None, "70"), ("many", "70"), ("256", "70")]
)
def test_a_hop_is_spent(given_hops: str | None, left: str) -> None:
    hops = [("Max-Forwards", given_hops)] if given_hops is not None else []
    headers = Headers(tuple(each for each in asked("INVITE").headers if each.canonical != "max-forwards"))
    spent = Request("INVITE", "sip:a@b", Headers((*headers, *Headers.of(hops))))
    assert WRITER.first(spent, MARKS, nobody_knows, keeps_parameters=False).headers.get_all("max-forwards") == (left,)
    onward = WRITER.next(spent, Dialog.as_caller(*answered()), VIA, nobody_knows, keeps_parameters=False)
    assert onward.headers.get_all("max-forwards") == (left,)


@pytest.mark.parametrize(
    ("caller", "contact"),
    [
        ("<sip:peer.example>;tag=1", "<sip:10.0.0.1:5073;transport=tls>"),
        ("<tel:+1555>;tag=1", "<sip:10.0.0.1:5073;transport=tls>"),
        ("nonsense", "<sip:10.0.0.1:5073;transport=tls>"),
    ],
)
def test_a_contact_has_a_user_where_there_is_one(caller: str, contact: str) -> None:
    plain = asked()
    plain = plain.with_headers(plain.headers.with_replaced("From", caller))
    assert WRITER.first(plain, MARKS, nobody_knows, keeps_parameters=False).headers.get("contact") == contact


def test_where_there_was_no_contact_there_is_none() -> None:
    plain = asked("INFO")
    plain = plain.with_headers(plain.headers.without("Contact"))
    assert "contact" not in WRITER.first(plain, MARKS, nobody_knows, keeps_parameters=True).headers


# --- requests that name another call ---

OURS, THEIRS = DialogId("near-call-2", "our-near-tag", "near-tag-2"), DialogId("ours-2", "our-far-tag", "remote-tag-2")


def knows_one(known: DialogId) -> DialogId | None:
    return THEIRS if known == OURS else None


@pytest.mark.parametrize(
    ("name", "named", "as_known_there"),
    [
        ("Replaces", "near-call-2;to-tag=our-near-tag;from-tag=near-tag-2",
         "ours-2;to-tag=remote-tag-2;from-tag=our-far-tag"),
        ("Replaces", "near-call-2 ; from-tag=near-tag-2;to-tag=our-near-tag;early-only",
         "ours-2;from-tag=our-far-tag;to-tag=remote-tag-2;early-only"),
        ("Join", "near-call-2;from-tag=near-tag-2;to-tag=our-near-tag",
         "ours-2;from-tag=our-far-tag;to-tag=remote-tag-2"),
        ("Target-Dialog", "near-call-2;remote-tag=our-near-tag;local-tag=near-tag-2",
         "ours-2;remote-tag=remote-tag-2;local-tag=our-far-tag"),
        ("Refer-To", "<sip:c@d?Replaces=near-call-2%3Bto-tag%3Dour-near-tag%3Bfrom-tag%3Dnear-tag-2&Subject=x>",
         "<sip:c@d?Replaces=ours-2%3Bto-tag%3Dremote-tag-2%3Bfrom-tag%3Dour-far-tag&Subject=x>"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("in_a_call", [False, True])
def test_another_call_is_named_as_the_far_end_knows_it(
    name: str, named: str, as_known_there: str, in_a_call: bool
) -> None:
    naming = asked("REFER" if name == "Refer-To" else "INVITE", (name, named))
    if in_a_call:
        onward = WRITER.next(naming, Dialog.as_caller(*answered()), VIA, knows_one, keeps_parameters=False)
    else:
        onward = WRITER.first(naming, MARKS, knows_one, keeps_parameters=False)
    assert onward.headers.get(name) == as_known_there
    assert "near" not in text(onward)


@pytest.mark.parametrize(
    ("name", "named"),
    [
        ("Replaces", "elsewhere@x;to-tag=a;from-tag=b"),
        ("Replaces", "near-call-2"),
        ("Replaces", ""),
        ("Replaces", "near-call-2;to-tag=our-near-tag"),
        ("Replaces", "near-call-2;tag=our-near-tag;from=near-tag-2"),
        ("Refer-To", "<sip:c@d?Replaces=elsewhere@x%3bto-tag%3Da%3Bfrom-tag%3Db%ff>"),
        ("Refer-To", "sip:c@d"),
    ],
)
def test_what_names_no_call_of_this_agent_stays_as_it_is(name: str, named: str) -> None:
    onward = WRITER.first(asked("REFER", (name, named)), MARKS, knows_one, keeps_parameters=False)
    assert onward.headers.get(name) == named


# --- bodies of several parts ---


def in_parts(*parts: tuple[str, bytes]) -> bytes:
    return (
        b"".join(b"--x\r\nContent-Type: " + kind.encode() + b"\r\n\r\n" + body + b"\r\n" for kind, body in parts)
        + b"--x--\r\n"
    )


def test_a_description_among_other_parts_is_moved_too() -> None:
    moved = at_host(SDP, "10.0.0.1")
    body = in_parts(("application/isup", b"\x01\x02near"), ("Application/SDP; charset=x", SDP))
    kind = ("Content-Type", 'multipart/mixed; boundary="x"')
    first = WRITER.first(asked("INVITE", kind, body=body), MARKS, nobody_knows, keeps_parameters=False)
    assert first.body == in_parts(("application/isup", b"\x01\x02near"), ("Application/SDP; charset=x", moved))
    assert first.headers.get("content-length") == str(len(first.body))


def test_only_the_content_type_of_a_part_says_what_it_is() -> None:
    body = b"--x\r\nSubject: application/sdp\r\nContent-Type: text/plain\r\n\r\nhello\r\n--x--\r\n"
    assert with_part_changed(body, "multipart/mixed;boundary=x", "application/sdp", lambda _: b"") == body


@pytest.mark.parametrize("content_type", [None, "", "multipart/mixed", "multipart/mixed;boundary=", "text/plain"])
def test_a_body_that_is_none_of_it_stays_as_it_is(content_type: str | None) -> None:
    body = in_parts(("application/sdp", SDP))
    assert with_part_changed(body, content_type, "application/sdp", lambda _: b"") == body


@pytest.mark.parametrize(
    "body", [b"", b"--x", b"--x--", b"\r\n--x\r\n--x\r\n", b"nothing", b"--x\r\nContent-Type: application/sdp"]
)
def test_broken_parts_do_no_harm(body: bytes) -> None:
    assert with_part_changed(body, "multipart/mixed;boundary=x", "text/plain", lambda _: b"") == body


def test_identity_is_that_of_the_agent() -> None:
    named = replace(Identity("10.0.0.1", 5073, "agent/1"), name="agent/2")
    first = BackToBack(named).first(asked(), MARKS, nobody_knows, keeps_parameters=True)
    assert first.headers.get("contact") == "<sip:bob@10.0.0.1:5073;transport=tls>;call-type=squared"
    assert first.headers.get("user-agent") == "agent/2"


# --- whatever a stranger writes ---

PIECES = st.sampled_from(
    [
        "<",
        ">",
        "sip:",
        "a@b",
        ";tag=",
        ";",
        "=",
        '"',
        "\\",
        ",",
        "?Replaces=",
        "%",
        "%0d%0a",
        "&",
        "\udcff",
        "é",
        " ",
        "1",
        "m=",
        "*",
    ]
)
BYTES = st.binary(max_size=20).map(lambda raw: re.sub(rb"[\r\n]", b"", raw).decode("utf-8", "surrogateescape"))
VALUES = st.one_of(st.lists(PIECES, max_size=8).map("".join), BYTES)
NAMES = st.sampled_from(
    ["Via", "From", "To", "Call-ID", "CSeq", "Contact", "Record-Route", "Route", "Replaces", "Join", "Refer-To", "RAck",
     "Max-Forwards", "Content-Type", "Subject"]
)  # fmt: skip
KINDS = st.sampled_from(["application/sdp", "multipart/mixed;boundary=x", 'multipart/mixed;boundary="', "text/plain"])
LINES = st.sampled_from(
    [b"v=0\r\n", b"m=", b"c=", b"o=\r\n", b"m=audio x\r\n", b"a=candidate:\r\n", b"\r\n", b"--x",
     b"Content-Type: application/sdp\r\n\r\n"]
)  # fmt: skip
BODIES = st.one_of(st.binary(max_size=60), st.lists(LINES, max_size=8).map(b"".join))


@given(st.lists(st.tuples(NAMES, VALUES), max_size=6), KINDS, BODIES, st.sampled_from([180, 200, 302, 404]))
def test_nothing_that_an_end_writes_is_an_error_here(
    values: list[tuple[str, str]], kind: str, body: bytes, status: int
) -> None:
    """An error would end the connection, and with it the calls of everybody else who uses it."""
    fields = tuple(HeaderField.of(name, value) for name, value in [*values, ("Content-Type", kind)])
    odd = Headers(fields)
    asking = Request("INVITE", "sip:a@b", odd, body)
    outgoing = WRITER.first(asking, MARKS, nobody_knows, keeps_parameters=True)
    response = Response(status, "", odd, body)
    WRITER.answer(asking, response, "tag").to_bytes()
    far, near = Dialog.as_caller(outgoing, response), Dialog.as_callee(asking, response)
    far.refresh(response)
    for dialog in (far, near):
        WRITER.next(asking, dialog, VIA, lambda known: known, keeps_parameters=True).to_bytes()
        dialog.receive(asking)
        dialog.follow(asking)
