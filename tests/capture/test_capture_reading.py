"""What is read out of a capture before anybody judges: who speaks what, calls, names, keys, and who is who."""

from __future__ import annotations

import pytest
from packet_forge import CLIENT, SERVER, Talk, classic, question, read

from harness.capture.frames import Flag
from harness.capture.reading.exchanges import exchanges_of, failed
from harness.capture.reading.lookups import Lookups, may_be_dns
from harness.capture.reading.messages import Piece, talk_of
from harness.capture.reading.secrets import KeyTable
from harness.capture.reading.spoken import Spoken, spoken
from harness.capture.reading.stories import Hints, Stories, stories_of
from harness.capture.reading.who import End, Roles
from harness.diagnosis.judge import judge
from harness.dns.message import query_message
from harness.dns.records import Question
from harness.packets.segments import Datagram
from harness.transcript import Address, Closed, DialFailed, DialFailure, Direction, DnsSeen, HandshakeFailed, SipSeen

NO_HINTS = Hints({}, {})
CALL = b"Call-ID: one\r\nVia: SIP/2.0/TLS a;branch=z9hG4bK%d\r\nCSeq: %d %s\r\nContent-Length: 0\r\n\r\n"


def request(method: bytes, number: int = 1) -> bytes:
    return method + b" sip:b@example.com SIP/2.0\r\n" + CALL % (number, number, method)


def answer(status: int, method: bytes, number: int = 1) -> bytes:
    return b"SIP/2.0 %d Word\r\n" % status + CALL % (number, number, method)


def stories(*talks: Talk, hints: Hints = NO_HINTS) -> Stories:
    return stories_of(read(classic([packet for talk in talks for packet in talk.packets])), KeyTable([]), hints)


@pytest.mark.parametrize(
    ("first", "what"),
    [
        (b"\x16\x03\x01\x02\x00", Spoken.TLS),
        (b"\x15\x03\x03\x00\x02\x02\x28", Spoken.TLS),
        (b"INVITE sip:b@example.com SIP/2.0\r\n", Spoken.SIP),
        (b"\r\n\r\nOPTIONS sip:b@example.com SIP/2.0\r\n", Spoken.SIP),
        (b"SIP/2.0 200 OK\r\n", Spoken.SIP),
        (b"OPTIONS * HTTP/1.1\r\n", Spoken.HTTP),
        (b"HTTP/1.1 401 Unauthorized\r\n", Spoken.HTTP),
        (b"SSH-2.0-OpenSSH_9.2\r\n", Spoken.OTHER),
        (b"\r\n\r\n", Spoken.NOTHING),
        (b"", Spoken.NOTHING),
    ],
)
def test_the_first_bytes_say_what_is_spoken(first: bytes, what: Spoken) -> None:
    assert spoken(first) is what


def test_each_connection_gets_its_own_secrets_and_no_others() -> None:
    one, other = "ab" * 32, "cd" * 32
    table = KeyTable(
        [f"CLIENT_RANDOM {one} 00ff\n# a remark\nrubbish\n".encode(), f"CLIENT_RANDOM {other} 11\n".encode()]
    )

    assert table.count == 2
    assert table.lines_for(bytes.fromhex(one)) == (f"CLIENT_RANDOM {one} 00ff",)
    assert table.lines_for(bytes(32)) == ()


def test_messages_come_out_whole_however_they_were_cut() -> None:
    whole = request(b"INVITE") + answer(100, b"INVITE")
    pieces = [Piece(float(place), True, whole[place : place + 1]) for place in range(len(whole))]
    talk = talk_of(pieces)

    assert [each.raw for each in talk.sip] == [request(b"INVITE"), answer(100, b"INVITE")]
    assert talk.sip[0].at == len(request(b"INVITE")) - 1


def test_credentials_and_queries_of_http_are_not_kept() -> None:
    head = b"GET /secret?token=abc HTTP/1.1\r\nAuthorization: Basic dXNlcjpwYXNz\r\n\r\n"
    answers = b"HTTP/1.1 200 OK\r\nContent-Length: 3\r\n\r\nabcHTTP/1.1 401 No\r\nContent-Length: 0\r\n\r\n"
    talk = talk_of([Piece(0.0, True, head), Piece(1.0, False, answers)])

    assert [(each.head, each.scheme) for each in talk.http] == [
        ("GET /secret", "Basic"),
        ("HTTP 200", ""),
        ("HTTP 401", ""),
    ]


def test_a_challenge_that_was_answered_is_no_refusal_and_a_cancelled_call_neither() -> None:
    said = [
        (True, request(b"REGISTER", 1)),
        (False, answer(401, b"REGISTER", 1)),
        (True, request(b"REGISTER", 2)),
        (False, answer(200, b"REGISTER", 2)),
        (True, request(b"INVITE", 3)),
        (False, answer(487, b"INVITE", 3)),
        (True, request(b"BYE", 4)),
        (False, answer(481, b"BYE", 4)),
    ]
    talk = talk_of([Piece(float(n), side, data) for n, (side, data) in enumerate(said)])
    exchanges = exchanges_of(talk.sip)

    assert [(each.method, each.status) for each in exchanges] == [
        ("REGISTER", 401), ("REGISTER", 200), ("INVITE", 487), ("BYE", 481),
    ]  # fmt: skip
    assert [each.method for each in failed(exchanges, 100.0)] == ["BYE"]


def test_a_request_is_unanswered_only_when_nobody_waits_any_more() -> None:
    (asked,) = exchanges_of(talk_of([Piece(0.0, True, request(b"INVITE"))]).sip)

    assert not list(failed([asked], 31.0))
    assert list(failed([asked], 33.0)) == [asked]


# --- how a connection is told ---


def test_a_syn_that_a_reset_answered_and_one_that_nothing_did() -> None:
    refused, silent = Talk(), Talk(Address(CLIENT.host, 40002))
    refused.packets = [
        refused.segment(1000, Flag.SYN, client=True),
        refused.segment(0, Flag.RST | Flag.ACK, client=False),
    ]
    silent.packets = [silent.segment(1000, Flag.SYN, client=True)] * 1500
    told = stories(refused, silent).stories

    failures = [next(e.failure for e in each.transcript.events if isinstance(e, DialFailed)) for each in told]
    assert failures == [DialFailure.REFUSED, DialFailure.TIMED_OUT]


def test_a_capture_that_ends_right_after_the_syn_says_nothing_of_it() -> None:
    talk = Talk()
    talk.packets = [talk.segment(1000, Flag.SYN, client=True)]

    assert stories(talk).stories[0].is_open == "the capture ends right after the SYN"


def test_a_dialler_that_says_nothing_and_leaves_is_not_called_refused() -> None:
    talk = Talk(server=Address(SERVER.host, 5061)).greet().close()

    assert "only looks whether a port is open" in stories(talk).stories[0].is_open


HELLO = bytes.fromhex("160301002f0100002b0303") + bytes(32) + bytes.fromhex("000004c02b00ff0100")


def test_an_alert_after_the_other_end_had_closed_is_no_refusal() -> None:
    """OpenSSL 3 answers the end of a stream in the middle of a handshake by a fatal decode_error."""
    left = Talk().greet().say(HELLO).close().say(bytes.fromhex("15030300020232"), client=False)
    refused = Talk().greet().say(HELLO).say(bytes.fromhex("15030300020228"), client=False).close(client=False)
    late = Talk().greet().say(HELLO).close().say(bytes.fromhex("15030300020230"), client=False)

    reasons = [
        [e.reason for e in stories(talk).stories[0].transcript.events if isinstance(e, HandshakeFailed)]
        for talk in (left, refused, late)
    ]
    assert reasons == [["peer-closed"], ["alert-received"], ["alert-received"]]


def test_a_connection_is_told_from_the_end_that_was_refused() -> None:
    by_listener = Talk().greet().say(HELLO).say(bytes.fromhex("15030300020228"), client=False)
    by_dialler = Talk().greet().say(HELLO).close(Flag.RST | Flag.ACK)
    (one,), (other,) = (stories(talk).stories for talk in (by_listener, by_dialler))

    assert [end.actor for end in one.transcript.connections[0].ends] == ["caller"]
    assert [end.actor for end in other.transcript.connections[0].ends] == ["called"]
    closed = [event for event in other.transcript.events if isinstance(event, Closed)]
    assert [(event.actor, event.direction) for event in closed] == [("called", Direction.RECEIVED)]


def test_bytes_of_the_handshake_that_the_capture_lost_leave_it_open() -> None:
    talk = Talk().greet()
    talk.sequences[True] += 100
    talk.say(HELLO).close().close(client=False)
    (story,) = stories(talk, hints=Hints({5062: "tls"}, {})).stories or (None,)

    assert story is None or (story.is_open and "lost 100 bytes" in " ".join(story.remarks))


def test_a_call_that_several_hops_refuse_is_told_where_the_answer_was_given() -> None:
    near = Talk(Address("192.0.2.1", 40000), Address("192.0.2.2", 5060)).greet()
    far = Talk(Address("192.0.2.2", 40000), Address("192.0.2.3", 5060)).greet()
    near.say(request(b"INVITE", 1))
    far.say(request(b"INVITE", 2)).say(answer(404, b"INVITE", 2), client=False)
    before = len(near.packets)
    near.say(answer(404, b"INVITE", 1), client=False)
    packets = [*near.packets[:before], *far.packets, *near.packets[before:]]
    told = stories_of(read(classic(packets)), KeyTable([]), NO_HINTS).stories

    assert [(each.kind, each.number) for each in told] == [("connection", 1), ("call", 2)]
    assert told[1].asked == "INVITE sip:b@example.com SIP/2.0"


def test_a_failed_call_says_what_its_box_dialled_meanwhile() -> None:
    near = Talk(Address("192.0.2.1", 40000), Address("192.0.2.2", 5060)).greet().say(request(b"INVITE"))
    before = len(near.packets)
    far = Talk(Address("192.0.2.2", 40000), Address("192.0.2.3", 5061))
    far.packets = [far.segment(9, Flag.SYN, client=True), far.segment(0, Flag.RST | Flag.ACK, client=False)]
    near.say(answer(504, b"INVITE"), client=False)
    packets = [*near.packets[:before], *far.packets, *near.packets[before:]]
    told = stories_of(read(classic(packets)), KeyTable([]), NO_HINTS).stories
    (call,) = (each for each in told if each.kind == "call")

    assert "After that request, 192.0.2.2 dialled 192.0.2.3:5061: that is connection 2." in call.remarks


def test_sip_over_udp_is_a_conversation_between_two_addresses() -> None:
    caller, called = Address("192.0.2.1", 5060), Address("192.0.2.2", 5060)
    bare = b"OPTIONS sip:b@example.com SIP/2.0\r\nCall-ID: two\r\nCSeq: 1 OPTIONS\r\n\r\n"
    packets = [
        question(request(b"INVITE"), caller, called),
        question(answer(100, b"INVITE"), called, caller),
        question(answer(486, b"INVITE"), called, caller),
        question(bare, called, caller),
        question(b"\x80\x08" + bytes(170), caller, called),
    ]
    told = stories_of(read(classic(packets)), KeyTable([]), NO_HINTS).stories

    assert [(each.kind, each.is_udp, str(each.source)) for each in told] == [("call", True, "192.0.2.1:5060")]
    sip = [event for event in told[0].transcript.events if isinstance(event, SipSeen)]
    assert [event.direction for event in sip] == [Direction.SENT, Direction.RECEIVED, Direction.RECEIVED]
    assert judge(told[0].transcript).steps[0].status == 486


# --- names ---


def datagram(data: bytes, at: int = 0, *, response: bool = False) -> Datagram:
    asker, server = Address("192.0.2.1", 5353), Address("192.0.2.53", 53)
    return Datagram(at, *((server, asker) if response else (asker, server)), data)


def test_media_is_not_taken_for_dns() -> None:
    query = query_message(Question("example.com", "SRV"), number=7)

    assert may_be_dns(datagram(query))
    assert not may_be_dns(Datagram(0, Address("192.0.2.1", 16_384), Address("192.0.2.2", 16_386), query))
    assert not may_be_dns(datagram(b"\x80\x08" + bytes(170)))


def test_a_name_that_nobody_answered_is_a_dead_end() -> None:
    query = query_message(Question("_sips._tcp.example.com", "SRV"), number=7)
    lookups = Lookups([datagram(query)], 0)

    assert list(lookups.dead_ends()) == ["192.0.2.1 asked for SRV of _sips._tcp.example.com: no answer."]
    seen = list(lookups.before("192.0.2.1", "192.0.2.9", 1.0, ["_sips._tcp.example.com"]))
    assert [type(each) for each in seen] == [DnsSeen]


def test_two_ends_of_one_part_have_two_names() -> None:
    told = {"192.0.2.1": "expressway-e", "192.0.2.2": "expressway-e"}
    roles = Roles(told, {"expressway-e": "Expressway-E"})
    one, other = roles.parties(End(Address("192.0.2.1", 1)), End(Address("192.0.2.2", 2)))

    assert (one.name, other.name) == ("expressway-e", "expressway-e-2")
    assert other.card.role == "Expressway-E 192.0.2.2"


def test_whoever_is_unknown_is_caller_or_called_by_who_asks() -> None:
    ends = End(Address("192.0.2.1", 1)), End(Address("192.0.2.2", 2))

    assert [each.name for each in Roles({}, {}).parties(*ends)] == ["caller", "called"]
    assert [each.name for each in Roles({}, {}).parties(*ends, dialler_calls=False)] == ["called", "caller"]
