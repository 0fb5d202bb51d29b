"""Asking whether a peer was revoked: what counts without an answer, where nobody is led, who disturbs the responder."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from actors_bench import (
    MUTUAL_PORT,
    NewNetwork,
    Visit,
    each_network,
    visiting,
    wearing,
)
from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID
from shipped_library import LIBRARY

from harness.actors.https import Posting, Reply, fetch
from harness.net.link import Link
from harness.pki import LeafOrder
from harness.pki.publications import VALIDATION_PORT
from harness.tls.profile import TlsProfile
from harness.transcript import AlertSeen, Connected, Decision, Dialled, Oddity
from harness.x509.files.contents import private_key_pem
from harness.x509.status import Status, read_response, request_about

CA = LIBRARY.lab_pki.authority("partner-issuing")
STRICT = {
    "expressway-e.revocation.mode": "on",
    "expressway-e.revocation.source-inaccessible": "fail",
    "expressway-e.default-zone.access-rules": [{"pattern": "edge1.peer.example"}],
}
LENIENT = STRICT | {"expressway-e.revocation.source-inaccessible": "treat-as-not-revoked"}
HOST = "http://validation.lab.example:8080"
UNKNOWN_CA = 48


def pointing_to(url: str) -> TlsProfile:
    """Return a partner whose certificate, of a CA that all trust, says that its list lies at `url`."""
    key, issuer = ec.generate_private_key(ec.SECP256R1()), x509.load_der_x509_certificate(CA.certificate)
    now = datetime.now(UTC)
    point = x509.DistributionPoint([x509.UniformResourceIdentifier(url)], None, None, None)
    leaf = (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "edge1.peer.example")]))
        .issuer_name(issuer.subject)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName("edge1.peer.example")]), critical=False)
        .add_extension(x509.CRLDistributionPoints([point]), critical=False)
        .sign(CA.key, SHA256())
    )
    chain = (leaf.public_bytes(Encoding.DER), CA.certificate)
    return replace(wearing("b2b-peer"), chain=chain, private_key=private_key_pem(key))


async def shakes_hands(visit: Visit, caller: TlsProfile) -> tuple[Link, bool]:
    """Let a visitor in, or not; return its link, and whether Expressway-E finished the handshake with it."""
    link = await visit.dial(MUTUAL_PORT)
    if await link.secure(replace(caller, versions=("1.2", "1.2"))):
        await link.close()
        return link, True
    return link, False


def learnt(visit: Visit) -> tuple[str, str]:
    """Return the outcome and the sentence of the last decision about revocation."""
    decided = [event for event in visit.events("expressway-e", Decision) if event.topic == "revocation"]
    return decided[-1].outcome, decided[-1].facts["text"]


def alerts(link: Link) -> list[int]:
    return [event.number for event in link._recorder.events if isinstance(event, AlertSeen) and event.level == 2]


UNANSWERED = [
    (f"{HOST}/nobody.crl", {}, "HTTP 404"),
    (f"{HOST}/partner-issuing.crl", {"validation-authority.crl": "garbage"}, "no list of the CA"),
    (f"{HOST}/cloud-issuing.crl", {}, "no list of the CA"),
    (f"{HOST}/partner-issuing.crl", {"name-server.without": ["A validation.lab.example"]}, "DNS has no address"),
    (f"{HOST}/partner-issuing.crl", {"firewall.rules": [{"port": 8080, "action": "refuse"}]}, "refused"),
    (f"{HOST}/partner-issuing.crl", {"firewall.rules": [{"port": 8080, "action": "drop"}]}, "nobody answered the SYN"),
    ("http://cucm1.example.com:5060/", {}, "no HTTP answer"),
    ("http://nowhere.example/list.crl", {}, "DNS has no address"),
    ("ldap://validation.lab.example/cn=list", {}, "only http"),
    ("https://validation.lab.example/list.crl", {}, "only http"),
    ("http://[::1/list.crl", {}, "cannot be read"),
    ("http://validation.lab.example:99999/list.crl", {}, "cannot be read"),
]
each_silence = pytest.mark.parametrize(("url", "change", "word"), UNANSWERED)


@each_network
@each_silence
async def test_without_an_answer_the_strict_fallback_refuses(
    new_network: NewNetwork, url: str, change: dict[str, Any], word: str
) -> None:
    async with visiting(new_network(), STRICT | change, tls="1.2") as visit:
        link, finished = await shakes_hands(visit, pointing_to(url))
        outcome, text = learnt(visit)

    assert not finished
    assert alerts(link) == [UNKNOWN_CA]
    assert outcome == "not-established"
    assert word in text


@each_network
@each_silence
async def test_without_an_answer_the_lenient_fallback_accepts(
    new_network: NewNetwork, url: str, change: dict[str, Any], word: str
) -> None:
    async with visiting(new_network(), LENIENT | change, tls="1.2") as visit:
        link, finished = await shakes_hands(visit, pointing_to(url))
        outcome, text = learnt(visit)

    assert finished
    assert alerts(link) == []
    assert outcome == "treated-as-not-revoked"
    assert word in text


@each_network
@pytest.mark.parametrize("address", ["192.0.2.1", "8.8.8.8", "10.0.0.1", "[2001:db8::1]"])
async def test_a_certificate_leads_nobody_out_of_the_lab(new_network: NewNetwork, address: str) -> None:
    async with visiting(new_network(), STRICT, tls="1.2") as visit:
        before = len(visit.events("expressway-e", Dialled))
        _, finished = await shakes_hands(visit, pointing_to(f"http://{address}/list.crl"))
        _, text = learnt(visit)

    assert not finished
    assert "outside the lab" in text
    assert len(visit.events("expressway-e", Dialled)) == before


@each_network
async def test_a_certificate_without_a_source_is_no_better_than_one_whose_source_is_silent(
    new_network: NewNetwork,
) -> None:
    async with visiting(new_network(), STRICT, tls="1.2") as visit:
        _, strict = await shakes_hands(visit, wearing("b2b-peer"))
    async with visiting(new_network(), LENIENT, tls="1.2") as visit:
        _, lenient = await shakes_hands(visit, wearing("b2b-peer"))
    accepting = STRICT | {"expressway-e.revocation.certificates-without-source": "accepted"}
    async with visiting(new_network(), accepting, tls="1.2") as visit:
        _, accepted = await shakes_hands(visit, wearing("b2b-peer"))

    assert (strict, lenient, accepted) == (False, True, True)


@each_network
async def test_a_source_that_is_switched_off_is_not_asked(new_network: NewNetwork) -> None:
    order = LeafOrder("b2b-peer", faults=("revoked",), revocation=("crl", "ocsp"))
    worn = LIBRARY.lab_pki.issue(order)
    caller = replace(wearing("b2b-peer"), chain=worn.sent, private_key=worn.private_key)
    asked: dict[str, list[str]] = {}
    for switch in ("ocsp", "crl", "cdp-fetch"):
        async with visiting(new_network(), STRICT | {f"expressway-e.revocation.{switch}": "off"}, tls="1.2") as visit:
            _, finished = await shakes_hands(visit, caller)
            decided = [event for event in visit.events("expressway-e", Decision) if event.outcome == "asking"]
            asked[switch] = [event.facts["source"].partition(" ")[0] for event in decided]
            assert not finished

    assert asked == {"ocsp": ["crl"], "crl": ["ocsp"], "cdp-fetch": ["ocsp"]}


# --- the validation authority and its visitors ---


async def at_the_responder(visit: Visit) -> Link:
    return await visit.dial_at("validation-authority", VALIDATION_PORT)


@each_network
async def test_a_question_in_the_path_is_answered_as_one_that_is_posted(new_network: NewNetwork) -> None:
    leaf = LIBRARY.lab_pki.issue(LeafOrder("b2b-peer")).leaf
    request = request_about(leaf, CA.certificate)
    in_path = f"/ocsp/partner-issuing/{base64.b64encode(request).decode().replace('/', '%2F').replace('+', '%2B')}"
    async with visiting(new_network()) as visit:
        link = await at_the_responder(visit)
        got = await fetch(link, link._recorder, "validation.lab.example", in_path)
        await link.close()
        link = await at_the_responder(visit)
        posting = Posting(request, "application/ocsp-request")
        posted = await fetch(link, link._recorder, "validation.lab.example", "/ocsp/partner-issuing", posting)
        await link.close()

    at = LIBRARY.lab_pki.now
    assert [read_response(each.body, leaf, CA.certificate, at).status for each in (got, posted)] == [Status.GOOD] * 2


@each_network
@pytest.mark.parametrize(
    ("target", "posting", "status"),
    [
        ("/nobody.crl", None, 404),
        ("/ocsp/nobody", Posting(b"", "application/ocsp-request"), 404),
        ("/partner-issuing.crl", Posting(b"a list of my own", "application/pkix-crl"), 405),
        ("/ocsp/partner-issuing", Posting(bytes(2 << 20), "application/ocsp-request"), 413),
        ("/../../etc/passwd", None, 404),
    ],
)
async def test_the_validation_authority_has_nothing_else_to_give(
    new_network: NewNetwork, target: str, posting: Posting | None, status: int
) -> None:
    async with visiting(new_network()) as visit:
        link = await at_the_responder(visit)
        reply = await fetch(link, link._recorder, "validation.lab.example", target, posting)
        await link.close()

    assert reply == Reply(status)


@each_network
async def test_rubbish_is_answered_and_the_next_visitor_served(new_network: NewNetwork) -> None:
    async with visiting(new_network()) as visit:
        link = await at_the_responder(visit)
        await link.send(b"\x16\x03\x01 this is no HTTP\r\n\r\n")
        said = await link.receive()
        await link.close()
        link = await at_the_responder(visit)
        posting = Posting(b"rubbish", "application/ocsp-request")
        reply = await fetch(link, link._recorder, "validation.lab.example", "/ocsp/partner-issuing", posting)
        await link.close()

        assert said.startswith(b"HTTP/1.1 400")
        assert visit.events("validation-authority", Oddity)
        assert len(visit.events("validation-authority", Connected)) == 2
    answer = ocsp.load_der_ocsp_response(reply.body)
    assert answer.response_status is ocsp.OCSPResponseStatus.MALFORMED_REQUEST
