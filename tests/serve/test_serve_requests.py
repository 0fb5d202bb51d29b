"""One verdict a request: what each was answered and why, whatever else goes on at the time, and who ended what."""

from __future__ import annotations

import base64
import re

import pytest
import trio
from served_lab_bench import EDGE, OpenHouse, lab_pki, open_house, until_over, virtual_time

from harness.net.link import Link
from harness.net.recorder import Recorder
from harness.pki import LeafOrder
from harness.serve.journal import Journal
from harness.serve.notes import Lookup, Visit
from harness.serve.view import has_a_line, outcome_of, visit_line
from harness.sip.digest import answer
from harness.tls.engine import TlsEngine
from harness.tls.profile import TlsProfile
from harness.transcript import Address, Closing

USER, PASSWORD = "user1@example.com", "lab-only"
NOWHERE, REGISTER = "INVITE sip:a@nowhere.example", "REGISTER sip:example.com"


def sip(line: str, number: int, *more: str, call: str = "") -> bytes:
    """Return a request by its first line without the version; equal `call`s are one call."""
    method, target = line.split()
    to = f"sip:{USER}" if method == "REGISTER" else target
    told = (
        f"{line} SIP/2.0",
        f"Via: SIP/2.0/TLS 127.0.0.1:5061;branch=z9hG4bK{method}{number}",
        "From: <sip:bob@peer.example>;tag=1",
        f"To: <{to}>",
        f"Call-ID: {call or number}",
        f"CSeq: {number} {method}",
        "Contact: <sip:bob@127.0.0.1:5061;transport=tls>",
        "Max-Forwards: 70",
        *more,
        "Content-Length: 0",
    )
    return "\r\n".join((*told, "", "")).encode()


async def finals(link: Link, count: int) -> list[bytes]:
    """Return so many final answers."""
    heard = b""
    found: list[bytes] = []
    while len(found) < count and (data := await link.receive()):
        heard += data
        *whole, heard = heard.split(b"\r\n\r\n")
        found += [head for head in whole if re.match(rb"(SIP/2.0|HTTP/1.1) [2-6]", head)]
    return found


def told(lab: OpenHouse) -> list[str]:
    """Return what is told of each request and each connection, without times and addresses."""
    lines = [visit_line(story) for story in lab.stories() if has_a_line(story)]
    return [re.sub(r"^\S+ +\S+ +(TLS \S+|plain) +", "", line) for line in lines]


def challenged(head: bytes) -> str:
    return re.search(rb"(?im)^www-authenticate: *(.*?)\r?$", head)[1].decode()  # type: ignore[index]


def authorization(head: bytes, password: str) -> str:
    given = answer(
        challenged(head), username=USER, password=password, method="REGISTER", uri="sip:example.com", cnonce="c"
    )
    return f"Authorization: {given}"


@virtual_time
async def test_a_call_to_nowhere_and_a_challenge_on_one_connection_have_a_verdict_each() -> None:
    async with open_house() as lab:
        link = await lab.secured(5061, "1.3")
        await link.send(sip(NOWHERE, 1))
        await finals(link, 1)
        await link.send(sip(REGISTER, 2))
        await finals(link, 1)
        await link.close()
        await trio.sleep(5)

    assert told(lab) == [
        f"refused at dns, status 404: dns-no-records  {NOWHERE}",
        f"challenged by unified-cm, status 401  {REGISTER}",
    ]


@virtual_time
async def test_requests_that_come_in_one_piece_are_each_explained_by_what_they_caused() -> None:
    async with open_house() as lab:
        link = await lab.secured(5061, "1.3")
        asked = (NOWHERE, REGISTER, "OPTIONS sip:us-expe1.example.com", "INVITE sip:nobody@example.com")
        await link.send(b"".join(sip(line, number) for number, line in enumerate(asked, 1)))
        await finals(link, 4)
        await link.close()
        await trio.sleep(5)

    assert sorted(told(lab)) == [
        f"challenged by unified-cm, status 401  {REGISTER}",
        "ok, answered 200  OPTIONS sip:us-expe1.example.com",
        f"refused at dns, status 404: dns-no-records  {NOWHERE}",
        "refused at sip by unified-cm, status 404: sip-refused  INVITE sip:nobody@example.com",
    ]


@virtual_time
async def test_what_another_visitor_asks_at_the_same_time_explains_nothing_here() -> None:
    async with open_house() as lab:
        links = [await lab.secured(5061, "1.3") for _ in range(6)]
        async with trio.open_nursery() as nursery:
            for number, link in enumerate(links):
                line = (NOWHERE, REGISTER, "INVITE sip:nobody@example.com")[number % 3]
                nursery.start_soon(link.send, sip(line, number))
        for link in links:
            await finals(link, 1)
            await link.close()
        await trio.sleep(5)

    assert sorted(set(told(lab))) == [
        f"challenged by unified-cm, status 401  {REGISTER}",
        f"refused at dns, status 404: dns-no-records  {NOWHERE}",
        "refused at sip by unified-cm, status 404: sip-refused  INVITE sip:nobody@example.com",
    ]


@pytest.mark.parametrize(
    ("password", "second"),
    [
        (PASSWORD, f"ok, answered 200  {REGISTER}"),
        ("guessed", f"refused at sip by unified-cm, status 401: wrong-credentials  {REGISTER}"),
    ],
)
@virtual_time
async def test_only_a_password_that_was_sent_can_be_wrong(password: str, second: str) -> None:
    async with open_house() as lab:
        link = await lab.secured(5061, "1.3")
        await link.send(sip(REGISTER, 1, call="r"))
        (challenge,) = await finals(link, 1)
        await link.send(sip(REGISTER, 2, authorization(challenge, password), call="r"))
        await finals(link, 1)
        await link.close()
        await trio.sleep(5)

    assert told(lab) == [f"challenged by unified-cm, status 401  {REGISTER}", second]


@virtual_time
async def test_a_nonce_that_is_used_up_is_no_wrong_password() -> None:
    async with open_house() as lab:
        link = await lab.secured(5061, "1.3")
        await link.send(sip(REGISTER, 1, call="r"))
        (challenge,) = await finals(link, 1)
        given = authorization(challenge, PASSWORD)
        for number in (2, 3):
            await link.send(sip(REGISTER, number, given, call="r"))
            await finals(link, 1)
        await link.close()
        await trio.sleep(5)

    assert told(lab)[1:] == [f"ok, answered 200  {REGISTER}", f"challenged by unified-cm, status 401  {REGISTER}"]


@virtual_time
async def test_requests_for_sign_in_have_a_verdict_each_also_in_one_piece() -> None:
    async with open_house() as lab:
        link = await lab.secured(8443, "1.3")
        pieces = []
        for password in ("", "guessed", PASSWORD):
            basic = base64.b64encode(f"{USER}:{password}".encode()).decode()
            given = f"Authorization: Basic {basic}\r\n" if password else ""
            pieces.append(f"GET /{password} HTTP/1.1\r\nHost: edge\r\n{given}\r\n".encode())
        await link.send(b"".join(pieces))
        await finals(link, 3)
        await link.close()
        await trio.sleep(5)

    assert told(lab) == [
        "challenged by unified-cm, status 401  GET /",
        "refused at sip by unified-cm, status 401: wrong-credentials  GET /guessed",
        f"ok, answered 200  GET /{PASSWORD}",
    ]


@virtual_time
async def test_who_leaves_before_the_answer_was_not_refused() -> None:
    async with open_house() as lab:
        link = await lab.secured(5061, "1.3")
        await link.send(sip(NOWHERE, 1))
        link.drop()
        await trio.sleep(60)

    assert told(lab)[0] == f"unanswered: it left before the answer  {NOWHERE}"


@virtual_time
async def test_garbage_after_good_requests_takes_nothing_from_their_verdicts() -> None:
    async with open_house() as lab:
        link = await lab.secured(5061, "1.3")
        await link.send(sip("OPTIONS sip:us-expe1.example.com", 1) + b"GARBAGE nonsense\r\n\r\n")
        await finals(link, 2)
        link.drop()
        await trio.sleep(5)

    good, garbage = told(lab)
    assert good == "ok, answered 200  OPTIONS sip:us-expe1.example.com"
    assert garbage.startswith("given up, answered ")
    assert "GARBAGE nonsense" in garbage


# --- who ended the handshake, and what came after it ---


async def half_a_handshake(lab: OpenHouse, answered: bool) -> trio.abc.Stream | object:
    """Send a ClientHello, and wait for the answer where it is `answered`."""
    stream = await lab.dial(5061)
    engine = TlsEngine(TlsProfile(trusted=lab_pki().anchors_of(("public-root",))), listens=False)
    engine.handshake()
    hello = engine.outgoing()
    await stream.send(hello if answered else hello[:50])
    if answered:
        await stream.receive()
    return stream


@pytest.mark.parametrize("by", [Closing.FIN, Closing.RST])
@pytest.mark.parametrize("bytes_sent", ["none", "half a ClientHello", "a ClientHello"])
@virtual_time
async def test_a_client_that_ends_the_handshake_ended_it_itself(by: Closing, bytes_sent: str) -> None:
    async with open_house() as lab:
        stream = await (
            lab.dial(5061) if bytes_sent == "none" else half_a_handshake(lab, bytes_sent == "a ClientHello")
        )
        if by is Closing.RST:
            stream.reset()  # type: ignore[union-attr]
        else:
            stream.finish()  # type: ignore[union-attr]
            await until_over(stream)  # type: ignore[arg-type]
        await trio.sleep(8)
        (story,) = lab.stories()

    how = "it reset" if by is Closing.RST else "it closed by a bare FIN"
    assert outcome_of(story) == f"{how} in the handshake: client-left-in-handshake"
    assert (story.verdict.steps[0].by, story.verdict.steps[0].refused) == ("outside", "expressway-e")


@pytest.mark.parametrize("tls", ["1.2", "1.3"])
@pytest.mark.parametrize(
    ("by", "told"),
    [
        (Closing.RST, "it reset after the handshake, asked nothing: closed-after-handshake"),
        (Closing.FIN, "it closed by a bare FIN after the handshake, asked nothing: closed-after-handshake"),
        (Closing.CLOSE_NOTIFY, "ok, asked nothing"),
    ],
)
@virtual_time
async def test_only_who_says_goodbye_after_the_handshake_was_content(tls: str, by: Closing, told: str) -> None:
    async with open_house() as lab:
        link = await lab.secured(5061, tls)
        await trio.sleep(0.5)
        match by:
            case Closing.RST:
                link.reset("")
            case Closing.FIN:
                await link.abandon("")
            case Closing.CLOSE_NOTIFY:
                await link.close()
        await trio.sleep(5)
        (story,) = lab.stories()

    assert outcome_of(story) == told


@virtual_time
async def test_the_name_in_the_clients_certificate_stands_in_every_line() -> None:
    async with open_house() as lab:
        worn = lab_pki().issue(LeafOrder("webex-cloud-dual"))
        stream = await lab.dial(5062)
        link = Link(stream, Recorder(trio.current_time), actor="me", number=0, listens=False, peer=Address(EDGE, 5062))
        trusted = lab_pki().anchors_of(("public-root",))
        await link.secure(TlsProfile(chain=worn.sent, private_key=worn.private_key, trusted=trusted))
        await link.send(sip("OPTIONS sip:us-expe1.example.com", 1))
        await finals(link, 1)
        await link.close()
        await trio.sleep(5)

    assert told(lab) == [
        "ok, answered 200  OPTIONS sip:us-expe1.example.com  certificate l2sip-lab-01.webex.com",
    ]


# --- what stopped the lab itself ---


@virtual_time
async def test_what_stopped_an_inner_link_at_the_start_is_the_cause_of_what_it_stops_now() -> None:
    async with open_house(word="mra/expressway-c-certificate-has-expired") as lab:
        for _ in range(2):
            link = await lab.secured(5061, "1.3")
            await link.send(sip(f"INVITE sip:{USER}", 1))
            await finals(link, 1)
            await link.close()
        sign_in = await lab.secured(8443, "1.3")
        await sign_in.send(b"GET / HTTP/1.1\r\nHost: edge\r\n\r\n")
        await finals(sign_in, 1)
        await sign_in.close()
        await trio.sleep(5)

    assert told(lab) == [
        *[f"refused at sip, status 500: certificate-expired  INVITE sip:{USER}"] * 2,
        "refused at sip, status 502: certificate-expired  GET /",
    ]


async def come_and_go(lab: OpenHouse, count: int) -> None:
    """Ask on three connections, wait for some of the answers, and leave in several ways."""
    links = [await lab.secured(port, "1.3") for port in (5061, 5061, 8443)]
    await links[0].send(b"".join(sip(line, count) for line in (NOWHERE, REGISTER, f"INVITE sip:{USER}")))
    await links[1].send(sip(NOWHERE, count))
    await links[2].send(b"GET / HTTP/1.1\r\nHost: edge\r\n\r\n" * 3)
    if count % 2:
        await finals(links[0], 3)
    for link in links[:2]:
        await link.close()
    links[2].reset("")


@virtual_time
async def test_every_table_of_a_served_lab_empties_itself() -> None:
    async with open_house(judging=False) as lab:
        (journal,) = lab.served_lab.journals
        kept = []
        for rounds in (2, 60):
            for count in range(rounds):
                await come_and_go(lab, count)
            await trio.sleep(120)
            kept.append(journal.kept())
        assert lab.tcp_ports.clients.count == 0

    assert kept[0] == kept[1]  # what stands between the actors of the lab once it was used
    # Whether one of these was dialled for a request is told by its trace; that visitor may have left before.
    assert {what for what, count in kept[1].items() if count} - {"traces"} == {"connections"}


def test_requests_past_what_is_kept_are_counted() -> None:
    told: list[Visit | Lookup] = []
    journal = Journal(lambda: 0.0, told.append)
    number = journal.accepted("expressway-e", Address("127.0.0.1", 4000), Address(EDGE, 5061), "sip")
    for each in range(40):
        journal.take_up(number, each, "INVITE sip:a@b")
    assert journal.kept()["requests"] == 32
    assert journal.count_untold() == 8
    journal.served(number)
    assert journal.kept()["requests"] == 0
    assert len(told) == 33


def test_what_left_for_a_stranger_is_forgotten_when_it_is_over() -> None:
    journal = Journal(lambda: 0.0, lambda _: None)
    number = journal.accepted("expressway-e", Address("127.0.0.1", 4000), Address(EDGE, 5061), "sip")
    journal.take_up(number, "asked", "INVITE sip:a@b")
    outside = journal.dialling("expressway-e", Address("127.0.0.1", 5061), "sip")
    for each in range(3):
        journal.hand_over(outside, each)
    assert journal.kept()["handed over"] == 3
    for each in range(3):
        journal.handed_back(outside, each)
    assert journal.kept()["handed over"] == 0
