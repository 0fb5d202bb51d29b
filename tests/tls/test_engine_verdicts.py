"""An engine that asks somebody else about its peer: what it holds back, and that its refusals are OpenSSL's own."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from itertools import count

import pytest
from cryptography import x509
from engine_bench import (
    BOTH_VERSIONS,
    CALLER,
    CALLER_WITHOUT_CERTIFICATE,
    LAB_PKI,
    MUTUAL,
    NOW,
    ONE_WAY,
    RECEIVED,
    SENT,
    Meeting,
    at_version,
    credentials,
    fatal_alerts,
    objections,
    says,
    wearing,
)
from hypothesis import given
from hypothesis import strategies as st
from OpenSSL import crypto

from harness.pki.publications import list_path
from harness.pki.revocation import LISTS, make_list
from harness.tls.context import context_of
from harness.tls.engine import TlsEngine
from harness.tls.observations import Progress, VerifyError
from harness.tls.profile import Dialect, TlsProfile
from harness.tls.revocation_lists import judge_by_lists
from harness.transcript import ClientCertificate

ROLES = ("client", "server")
REVOKED, NO_LIST, LIST_EXPIRED, OCSP_FAILED, OCSP_UNKNOWN = 23, 3, 12, 74, 75
CERTIFICATE_REVOKED, UNKNOWN_CA, CERTIFICATE_EXPIRED, CERTIFICATE_UNKNOWN = 44, 48, 45, 46
_SECONDS = count(1)

each_version = pytest.mark.parametrize("tls", BOTH_VERSIONS)
each_asker = pytest.mark.parametrize("asker", ROLES)


def meeting_of(tls: str, asker: str, caller: TlsProfile = CALLER, called: TlsProfile = MUTUAL) -> Meeting:
    """Let a caller meet the mutual port, one of whom asks; it waits for its verdict when this returns."""
    return Meeting(
        TlsEngine(at_version(caller, tls), listens=False, asks=asker == "client"),
        TlsEngine(at_version(called, tls), listens=True, asks=asker == "server"),
    ).run()


def end_of(met: Meeting, name: str) -> TlsEngine:
    return met.client if name == "client" else met.server


def settled(met: Meeting, asker: str, code: int) -> Meeting:
    engine = end_of(met, asker)
    assert engine.handshake() is Progress.WANTS_VERDICT
    engine.settle(code)
    return met.run()


def refusal(met: Meeting, asker: str) -> tuple[object, ...]:
    """What anybody could see of a refusal: both ends' alerts, the objection, who finished, the last bytes' shape."""
    refuser, refused = end_of(met, asker), met.server if asker == "client" else met.client
    sender, last = met.crossed[-1]
    return (
        *(fatal_alerts(refuser), fatal_alerts(refused), objections(refuser)),
        *(refuser.failure, refused.failure, refuser.finished, refused.finished),
        *(sender, last[:3].hex(), len(last)),
    )


# --- what is held back ---


@each_version
@each_asker
def test_nothing_more_is_said_before_the_verdict(asker: str, tls: str) -> None:
    met = meeting_of(tls, asker)
    engine = end_of(met, asker)

    assert engine.handshake() is Progress.WANTS_VERDICT
    assert engine.outgoing() == b""
    assert not engine.finished
    peer = credentials("b2b-peer" if asker == "server" else "expressway-e")
    assert engine.in_question.chain == (peer.leaf, *peer.issuers)


@each_version
@each_asker
def test_a_good_verdict_lets_the_handshake_go_on_as_if_nobody_had_asked(asker: str, tls: str) -> None:
    met = settled(meeting_of(tls, asker), asker, 0)

    assert (met.client.finished, met.server.finished) == (True, True)
    assert fatal_alerts(met.client) == fatal_alerts(met.server) == []
    assert says(met.client, met.server, b"OPTIONS") == b"OPTIONS"
    assert says(met.server, met.client, b"200 OK") == b"200 OK"


@each_version
def test_both_ends_may_ask_about_each_other(tls: str) -> None:
    met = Meeting(
        TlsEngine(at_version(CALLER, tls), listens=False, asks=True),
        TlsEngine(at_version(MUTUAL, tls), listens=True, asks=True),
    ).run()

    settled(settled(met, "client", 0), "server", 0)

    assert says(met.client, met.server, b"OPTIONS") == b"OPTIONS"


@each_version
def test_nobody_is_asked_about_a_caller_who_showed_nothing(tls: str) -> None:
    met = meeting_of(tls, "server", CALLER_WITHOUT_CERTIFICATE, replace(ONE_WAY, request=ClientCertificate.OPTIONAL))

    assert met.server.finished


@each_version
@each_asker
def test_nobody_is_asked_about_a_chain_that_does_not_hold(asker: str, tls: str) -> None:
    stranger, called = wearing("b2b-peer", "unknown-root"), replace(MUTUAL, chain=wearing("expressway-e").chain[:1])
    met = meeting_of(tls, asker, stranger if asker == "server" else CALLER, called if asker == "client" else MUTUAL)

    assert fatal_alerts(end_of(met, asker)) == [(SENT, UNKNOWN_CA)]


@each_version
def test_nobody_is_asked_where_verification_is_off(tls: str) -> None:
    assert meeting_of(tls, "client", replace(CALLER, verify=False)).client.finished


@given(tls=st.sampled_from(BOTH_VERSIONS), asker=st.sampled_from(ROLES), size=st.integers(1, 300))
def test_however_the_bytes_are_cut_the_question_is_the_same(tls: str, asker: str, size: int) -> None:
    met = Meeting(
        TlsEngine(at_version(CALLER, tls), listens=False, asks=asker == "client"),
        TlsEngine(at_version(MUTUAL, tls), listens=True, asks=asker == "server"),
    )
    asked = list(questions(met, size))

    assert asked == [asker]
    assert (met.client.finished, met.server.finished) == (True, True)


def questions(met: Meeting, size: int) -> Iterator[str]:
    """Carry bytes in pieces of `size` until nobody says more; yield who asked, and answer good."""
    progress = True
    while progress:
        progress = False
        for name, end, peer in (("client", met.client, met.server), ("server", met.server, met.client)):
            if not end.finished and end.handshake() is Progress.WANTS_VERDICT:
                yield name
                end.settle(0)
                end.handshake()
            said = end.outgoing()
            progress = progress or bool(said)
            for start in range(0, len(said), size):
                peer.receive(said[start : start + size])
                if not peer.finished:
                    peer.handshake()


# --- how it refuses ---


@each_version
@each_asker
@pytest.mark.parametrize(
    ("code", "alert"),
    [
        (REVOKED, CERTIFICATE_REVOKED),
        (NO_LIST, UNKNOWN_CA),
        (LIST_EXPIRED, CERTIFICATE_EXPIRED),
        (OCSP_FAILED, CERTIFICATE_UNKNOWN),
        (OCSP_UNKNOWN, CERTIFICATE_UNKNOWN),
    ],
)
def test_each_objection_has_the_alert_that_openssl_sends(code: int, alert: int, asker: str, tls: str) -> None:
    """Measured for 74 and 75 by setting the error in OpenSSL's own verify callback; the others below, list by list."""
    met = settled(meeting_of(tls, asker), asker, code)

    assert fatal_alerts(end_of(met, asker)) == [(SENT, alert)]
    assert fatal_alerts(met.server if asker == "client" else met.client) == [(RECEIVED, alert)]
    assert objections(end_of(met, asker)) == [(0, code)]
    assert not any(seen.overridden for seen in end_of(met, asker).observed if isinstance(seen, VerifyError))


@each_version
@each_asker
@pytest.mark.parametrize("code", [REVOKED, NO_LIST, LIST_EXPIRED])
@pytest.mark.parametrize("dialect", [Dialect.WEBEX, Dialect.JAVA_17_0_15, Dialect.JAVA_17_0_21])
def test_java_names_a_revocation_only_where_it_dials_and_webex_nowhere(
    dialect: Dialect, code: int, asker: str, tls: str
) -> None:
    """Java: held to a real Java peer in tests/interop."""
    caller, called = (replace(profile, dialect=dialect) for profile in (CALLER, MUTUAL))
    names_it = code == REVOKED and asker == "client" and dialect is not Dialect.WEBEX

    met = settled(meeting_of(tls, asker, caller, called), asker, code)

    assert fatal_alerts(end_of(met, asker)) == [(SENT, CERTIFICATE_REVOKED if names_it else CERTIFICATE_UNKNOWN)]


def with_its_own_check(profile: TlsProfile, lists: tuple[bytes, ...], *, listens: bool) -> TlsProfile:
    """Return a profile of which OpenSSL itself checks its peers against these lists."""
    own = replace(profile, clock=NOW + timedelta(seconds=next(_SECONDS)))  # a context of its own
    store = context_of(own, listens).get_cert_store()
    assert store is not None
    for held in lists:
        store.add_crl(x509.load_der_x509_crl(held))
    store.set_flags(crypto.X509StoreFlags.CRL_CHECK)
    return own


def lists_about(role: str, state: str, *faults: str) -> tuple[TlsProfile, tuple[bytes, ...]]:
    """Return a holder and the CRL of its CA in that state; none for `absent`."""
    worn = wearing(role, *faults)
    if state == "absent":
        return worn, ()
    register = LAB_PKI.register_at(list_path({"b2b-peer": "partner-issuing", "expressway-e": "public-issuing"}[role]))
    assert register is not None
    return worn, (make_list(register, state),)


@each_version
@each_asker
@pytest.mark.parametrize("faults", [(), ("revoked",)], ids=["good", "revoked"])
@pytest.mark.parametrize("state", ["absent", *(state for state, made in LISTS.items() if not made.garbage)])
def test_a_verdict_by_list_looks_as_if_openssl_had_checked_itself(
    state: str, faults: tuple[str, ...], asker: str, tls: str
) -> None:
    worn, lists = lists_about("b2b-peer" if asker == "server" else "expressway-e", state, *faults)
    caller = worn if asker == "server" else CALLER
    called = replace(worn, request=ClientCertificate.REQUIRED) if asker == "client" else MUTUAL
    plain = at_version(called if asker == "server" else caller, tls)
    checking = with_its_own_check(plain, lists, listens=asker == "server")
    by_openssl = meeting_of(
        tls, "nobody", checking if asker == "client" else caller, checking if asker == "server" else called
    )

    waiting = meeting_of(tls, asker, caller, called)
    code = judge_by_lists(end_of(waiting, asker).in_question.chain, lists, NOW)
    by_us = settled(waiting, asker, code)

    assert refusal(by_us, asker) == refusal(by_openssl, asker)
    assert by_us.server.finished is (code == 0)
    assert (code == 0) is (state == "sound" and not faults)


# --- stapled responses ---


@each_version
def test_a_caller_who_asks_gets_the_stapled_response(tls: str) -> None:
    staple = LAB_PKI.staple_for(credentials("expressway-e"))

    met = meeting_of(tls, "client", CALLER, replace(MUTUAL, staple=staple))

    assert met.client.in_question.staple == staple != b""
    settled(met, "client", 0)
    assert says(met.client, met.server, b"OPTIONS") == b"OPTIONS"


@each_version
def test_a_caller_who_does_not_ask_gets_none(tls: str) -> None:
    staple = LAB_PKI.staple_for(credentials("expressway-e"))
    met = meeting_of(tls, "nobody", CALLER, replace(MUTUAL, staple=staple))

    assert met.client.finished
    assert met.client.in_question.staple == b""
    assert not any(staple in data for _, data in met.crossed)
