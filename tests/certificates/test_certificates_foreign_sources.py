"""Certificates that name CRLs and responders: the lab answers for their CAs, unless somebody asks for the outage."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from functools import cache
from typing import Any

import pytest
import trio
from cryptography import x509
from cryptography.x509 import ocsp
from public_chains import NOW, SERVER, Pointers, PublicCa, root

from harness.actors.https import Posting, Reply, fetch
from harness.actors.site import Site
from harness.certificates.shell.change import Outcomes, Question, outcomes, prepare, stories
from harness.certificates.shell.foreign_sources import found_hosts, shared_lists, unfetched
from harness.certificates.shell.stand_ins import CA_KEY_MISSING
from harness.certificates.shell.trial_lab import NEW, OLD, TrialLab
from harness.lab.changes import changed
from harness.lab.settings import Lab
from harness.net.link import Link
from harness.net.memory import MemoryNetwork
from harness.run.library import Library
from harness.run.play import open_lab
from harness.scenario.model import Scenario
from harness.x509.files import Holding, TrustList
from harness.x509.status import Status, read_response, request_about

NAMES = ("expe.acme-corp.com", "acme-corp.com")
LDAP = "ldap:///CN=ACME%20CA,CN=CDP,DC=acme-corp,DC=com?certificateRevocationList?base"
KINDS = ("b2b/b01-one-way-tls", "cloud-inbound/i01", "cloud-outbound/o01", "mra/m01")


@cache
def told() -> tuple[Scenario, ...]:
    """Return one story for each kind of call."""
    return tuple(each for each in Library().scenarios(()) if each.name.startswith(KINDS))


def lab_with(change: Mapping[str, Any]) -> Library:
    """Return a library whose healthy lab has other settings."""
    library = Library()
    library.__dict__["healthy"] = changed(Library().healthy, change)
    return library


def held(issuer: PublicCa, **wishes: Any) -> Holding:
    """Return a leaf for an Expressway-E with the CAs above it, as a file without a key holds them."""
    return Holding((issuer.issue(*NAMES, **wishes), *issuer.chain))


def bench_of(old: Holding, new: Holding, change: Mapping[str, Any] | None = None) -> TrialLab:
    return prepare(lab_with(change or {}), question(old, new))


def question(old: Holding, new: Holding) -> Question:
    return Question("expressway-e-server", old, new, TrustList(()), ("x15.5",), ("1.3",), NOW)


def compared(old: Holding, new: Holding, change: Mapping[str, Any] | None = None) -> Outcomes:
    """Return what came of a comparison on the newest release."""
    trial_lab = bench_of(old, new, change)
    return outcomes(trial_lab, stories(trial_lab, told(), ("x15.5",), ("1.3",)), lambda _: None)


def not_compared(found: Outcomes) -> set[tuple[str, str]]:
    return {(each.row, each.before.cause) for each in found.not_compared}


SHAPES = {
    "nothing": Pointers(),
    "a list": Pointers(("http://crl.ca.example/r.crl",)),
    "two lists, one away": Pointers((LDAP, "http://crl.ca.example/r.crl")),
    "everything at once": Pointers(
        ("http://crl3.ca.example/a.crl", "http://crl4.ca.example/a.crl"),
        ("http://ocsp.ca.example",),
        ("http://certs.ca.example/a.crt",),
    ),
    "a port and a query": Pointers(("http://crl.ca.example:8081/get?ca=1",)),
    "no path": Pointers(("http://crl.ca.example",)),
    "capital letters": Pointers(("HTTP://CRL.CA.Example/R.crl",)),
    "an address": Pointers(("http://10.20.30.40/r.crl",)),
    "an IPv6 address": Pointers(("http://[2001:db8::1]/r.crl",)),
    "a name of our own domain": Pointers(("http://pki.acme-corp.com/CertEnroll/ACME%20CA.crl",)),
    "our domain itself": Pointers(("http://acme-corp.com/r.crl",)),
    "one label": Pointers(("http://pki01/r.crl",)),
    "the lab's own host": Pointers(("http://validation.lab.example:8080/public-issuing.crl",)),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_what_a_certificate_names_answers_and_a_private_root_breaks_the_same_calls(shape: str) -> None:
    public, private = (root(f"Some {kind} Root", kind, points=SHAPES[shape]) for kind in ("Public", "Private"))

    found = compared(held(public), held(private))

    assert found.worked == len(told())
    assert found.not_compared == ()
    assert {(flip.row, flip.kind.value) for flip in found.flips} == {(row, "breaks") for row in rows()}


def rows() -> set[str]:
    return {each.row for each in told()}


@pytest.mark.parametrize("shape", SHAPES)
def test_a_renewal_that_loses_client_auth_breaks_the_call_to_the_cloud_alone(shape: str) -> None:
    public = root("Some Public Root", "Some CA", points=SHAPES[shape])
    trial_lab = prepare(
        Library(), replace(question(held(public), held(public, usages=SERVER)), role="expressway-e-client")
    )

    found = outcomes(trial_lab, stories(trial_lab, told(), ("x15.5",), ("1.3",)), lambda _: None)

    assert found.worked == len(told())
    assert {(flip.row, flip.after.cause) for flip in found.flips} == {("O01", "eku-no-client-auth")}


OUTAGES: Mapping[str, tuple[Mapping[str, Any], str]] = {
    "no HTTP leaves": (
        {"firewall.rules": [{"to": "validation-authority", "action": "drop"}]},
        "revocation-source-unreachable",
    ),
    "port 80 is shut": (
        {"firewall.rules": [{"source": "webex-cloud", "port": 80, "action": "refuse"}]},
        "revocation-source-unreachable",
    ),
    "its name is broken": (
        {"name-server.faults": [{"fault": "servfail", "name": "crl.ca.example"}]},
        "revocation-source-unreachable",
    ),
    "the list is out of date": ({"validation-authority.crl": "stale"}, "crl-expired"),
}


@pytest.mark.parametrize("outage", OUTAGES)
def test_an_outage_that_somebody_asks_for_leaves_stories_out_and_says_which_and_why(outage: str) -> None:
    change, cause = OUTAGES[outage]
    public = root("Some Public Root", "Some CA", points=SHAPES["a list"])

    found = compared(held(public), held(public), change)

    assert not_compared(found) == {("I01", cause), ("O01", cause)}
    assert found.worked == len(told()) - 2


def test_a_list_by_ldap_alone_cannot_be_fetched_and_that_is_said() -> None:
    corporate = root("Corporate Root", "ACME", points=Pointers((LDAP,)))

    found = compared(held(corporate), held(corporate))

    cause = "revocation-source-unreachable"
    assert not_compared(found) == {("I01", cause), ("O01", cause)}
    assert list(unfetched(corporate.issue(*NAMES))) == [
        "names its CRL by ldap alone: verifiers of the lab fetch http and nothing else"
    ]


def test_what_the_new_certificate_alone_names_by_ldap_breaks_calls() -> None:
    plain = root("Corporate Root", "ACME")
    old, new = held(plain), held(replace(plain, points=Pointers((LDAP,))))

    assert {(flip.row, flip.kind.value) for flip in compared(old, new).flips} == {("I01", "breaks")}


def test_what_the_new_certificate_mends_is_no_gap_and_what_neither_does_is_one() -> None:
    public = root("Some Public Root", "Some CA", points=SHAPES["a list"])

    found = compared(held(public, days=-0.5), held(public))

    assert {flip.row for flip in found.flips if flip.kind.value == "mends"} == {"B01", "I01", "M01"}
    assert {(each.row, each.after.cause) for each in found.not_compared} == {("O01", "client-store-expired")}


def test_a_responder_that_two_cas_share_answers_for_both() -> None:
    shared = Pointers((), ("http://ocsp.ca.example",))
    one, other = (root(f"Root {number}", "Some CA", points=shared) for number in (1, 2))
    asks = {"mode": True, "source-inaccessible": "fail", "certificates-without-source": "accepted"}

    found = compared(held(one), held(other), {"webex-cloud.revocation": asks})

    assert found.worked == len(told())


def test_the_real_ones_are_not_played_where_their_ca_would_have_to_sign_a_list() -> None:
    # Its own key alone signs no CRL: what the verifier asks for has to come from the CA above.
    from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat  # noqa: PLC0415

    private = root("Some Root", "Some CA", points=SHAPES["a list"])
    leaf = held(private)
    key = private.key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    both = replace(leaf, private_key=key)

    trial_lab = bench_of(both, both)

    assert all(each.look_alike and CA_KEY_MISSING in each.notes for each in trial_lab.pair)


# --- what lies at the addresses ---


def test_a_crl_a_responder_and_the_issuer_are_fetched_as_a_verifier_would() -> None:
    public = root("Some Public Root", "Some CA", points=SHAPES["everything at once"])
    trial_lab = bench_of(held(public), held(public))
    leaf = trial_lab.pair[0].credentials.leaf
    issuer = trial_lab.pair[0].root

    crl, status, got, missing = trio.run(_visit, trial_lab, leaf, issuer)

    listed = x509.load_der_x509_crl(crl.body)
    assert listed.issuer == x509.load_der_x509_certificate(issuer).subject
    assert listed.is_signature_valid(x509.load_der_x509_certificate(issuer).public_key())  # type: ignore[arg-type]
    assert read_response(status.body, leaf, issuer, NOW).status is Status.GOOD
    assert ocsp.load_der_ocsp_response(status.body).response_status is ocsp.OCSPResponseStatus.SUCCESSFUL
    assert got.body == issuer
    assert missing.status == 404


async def _visit(trial_lab: TrialLab, leaf: bytes, issuer: bytes) -> list[Reply]:
    lab: Lab = changed(Library().healthy, found_hosts(Library().healthy, trial_lab.lab_pki))
    asking = Posting(request_about(leaf, issuer), "application/ocsp-request")
    visits = (
        ("crl3.ca.example", "/a.crl", None),
        ("ocsp.ca.example", "/", asking),
        ("certs.ca.example", "/a.crt", None),
        ("crl3.ca.example", "/b.crl", None),
    )
    async with open_lab(lab, trial_lab.lab_pki, MemoryNetwork()) as opened:
        site = Site(opened.cast.b2b_peer.site.stage, "b2b-peer")
        there = opened.directory.address_of("validation-authority")
        replies = []
        for host, target, posting in visits:
            link = await site.attempt(there, 80, protocol="http")
            assert isinstance(link, Link)
            replies.append(await fetch(link, opened.recorder, host, target, posting))
            link.drop()
    return replies


def test_the_profiles_of_the_bench_are_those_that_its_workshop_holds() -> None:
    public = root("Some Public Root", "Some CA")
    trial_lab = bench_of(held(public), held(public))

    assert {OLD, NEW} <= trial_lab.lab_pki._held.keys()


@pytest.mark.parametrize("role", ["expressway-e-server", "expressway-e-client"])
def test_a_list_that_two_cas_share_is_nobodys_fault_and_is_told(role: str) -> None:
    points = SHAPES["a list"]
    above = root("Some Public Root", "Some CA", points=points)
    one, other = (above.ca(f"Some Issuing {number}", points) for number in (1, 2))
    old, new = held(one), held(other)
    trial_lab = prepare(Library(), replace(question(old, new), role=role))

    found = outcomes(trial_lab, stories(trial_lab, told(), ("x15.5",), ("1.3",)), lambda _: None)

    assert {flip.after.cause for flip in found.flips} <= {"tunnel-missing-intermediate"}
    assert found.worked == len(told())
    assert [text.split(",")[0] for text in shared_lists(old.certificates[0], new.certificates[0])] == [
        "it names the CRL http://crl.ca.example/r.crl"
    ]
    assert list(shared_lists(old.certificates[0], one.issue(*NAMES))) == []
