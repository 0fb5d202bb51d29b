"""One certificate in another's place: what flips is what domain.md section 4 states, and nothing else."""

from __future__ import annotations

from datetime import UTC, datetime
from functools import cache

import pytest
from shipped_library import LIBRARY, SCENARIOS

from harness.certificates.change import Flip, Kind
from harness.certificates.shell.change import Outcomes, Question, alike, outcomes, prepare, stories, upload_flips
from harness.certificates.shell.trial_lab import NAMELESS
from harness.lab.releases import RELEASE_NAMES
from harness.pki import Credentials, LabPki, LeafOrder
from harness.scenario.model import Scenario
from harness.x509.files import Holding, TrustList

NOW = datetime.now(UTC)
SHOP = LabPki(LIBRARY.catalogue, NOW)
NAMES = ("expe.acme.com", "acme.com")
TOLD = ("b2b/b01-one-way-tls", "cloud-inbound/i01", "cloud-outbound/o01", "mra/m01")


@cache
def told() -> tuple[Scenario, ...]:
    """Return one story for each kind of call."""
    return tuple(each for each in SCENARIOS.values() if each.name.startswith(TOLD))


def issue(*faults: str, issuer: str = "", names: tuple[str, ...] = NAMES, key: str = "") -> Credentials:
    """Return credentials of an Expressway-E of somebody else's."""
    order = LeafOrder("expressway-e", faults, issuer, common_name=names[0], dns_names=names, key_type=key)
    return SHOP.issue(order)


def edge(*faults: str, issuer: str = "", names: tuple[str, ...] = NAMES, key: str = "") -> Holding:
    """Return the same as a file without its key holds it: the certificate and the CA above it."""
    return Holding(issue(*faults, issuer=issuer, names=names, key=key).sent)


def asked(
    role: str, new: Holding, *releases: str, old: Holding | None = None, trust: tuple[bytes, ...] = ()
) -> Question:
    """Return the question what changes when `new` takes the place of a sound certificate."""
    return Question(role, old or edge(), new, TrustList(trust), releases or RELEASE_NAMES, ("1.2", "1.3"), NOW)


def answered(question: Question, scenarios: tuple[Scenario, ...] = ()) -> list[Flip]:
    """Return what flips."""
    return list(compared(question, scenarios).flips)


def compared(question: Question, scenarios: tuple[Scenario, ...] = ()) -> Outcomes:
    """Return all that came of the comparison."""
    trial_lab = prepare(LIBRARY, question)
    there = stories(trial_lab, scenarios or told(), question.releases, question.tls_versions)
    return outcomes(trial_lab, there, lambda _: None)


def in_short(found: list[Flip]) -> set[tuple[str, str, str, str]]:
    """Return each flip as (row, release, TLS version, cause)."""
    return {
        (flip.row, release, version, flip.after.cause)
        for flip in found
        for release in flip.releases
        for version in flip.tls_versions
        if version == "1.2" or release not in {"x14", "x15.0"}
    }


def test_up_to_x15_3_a_certificate_without_client_auth_ends_calls_to_the_cloud_and_mra() -> None:
    found = in_short(answered(asked("expressway-e-server", edge("server-auth-only"), "x14", "x15.2")))

    assert found == {
        ("O01", "x14", "1.2", "eku-no-client-auth"),
        ("O01", "x15.2", "1.2", "eku-no-client-auth"),
        ("O01", "x15.2", "1.3", "eku-no-client-auth"),
        ("M01", "x14", "1.2", "service-check-refused"),
        ("M01", "x15.2", "1.2", "service-check-refused"),
        ("M01", "x15.2", "1.3", "service-check-refused"),
    }


def test_on_x15_4_it_ends_calls_to_the_cloud_alone() -> None:
    found = in_short(answered(asked("expressway-e-server", edge("server-auth-only"), "x15.4")))

    assert found == {("O01", "x15.4", version, "eku-no-client-auth") for version in ("1.2", "1.3")}


def test_on_x15_5_it_ends_nothing_in_the_server_store_and_calls_to_the_cloud_in_the_client_store() -> None:
    in_server_store = answered(asked("expressway-e-server", edge("server-auth-only"), "x15.5"))
    in_client_store = answered(asked("expressway-e-client", edge("server-auth-only"), "x15.5"))

    assert in_server_store == []
    assert in_short(in_client_store) == {("O01", "x15.5", version, "eku-no-client-auth") for version in ("1.2", "1.3")}


def test_the_late_refusal_of_tls_1_3_is_a_flip_of_its_own_stage() -> None:
    found = answered(asked("expressway-e-client", edge("server-auth-only"), "x15.5"))

    stages = {flip.tls_versions: flip.after.stopped.stopped_at for flip in found if flip.after.stopped}
    assert stages == {("1.2",): "handshake", ("1.3",): "acceptance"}


def test_each_release_says_at_the_upload_what_it_thinks_of_it() -> None:
    server = upload_flips(asked("expressway-e-server", edge("server-auth-only")))
    client = upload_flips(asked("expressway-e-client", edge("server-auth-only"), "x15.5"))

    assert [(flip.releases, flip.refuses_new) for flip in server] == [
        (("x14", "x15.0", "x15.2"), True),
        (("x15.4",), True),
    ]
    assert [flip.releases for flip in client] == [("x15.5",)]
    assert upload_flips(asked("expressway-e-server", edge(key="rsa-2048"))) == []


def test_a_certificate_that_is_the_same_in_all_that_matters_flips_nothing() -> None:
    renewed = edge(key="rsa-2048")

    assert answered(asked("expressway-e-server", renewed)) == []
    assert upload_flips(asked("expressway-e-server", renewed)) == []


def test_another_intermediate_shuts_the_tunnel_that_knows_the_old_one_alone() -> None:
    found = answered(asked("expressway-e-server", edge(issuer="partner-issuing"), "x15.5"))

    assert {flip.row for flip in found} == {"M01"}


def test_a_root_that_nobody_was_told_of_breaks_every_call_and_a_trust_list_mends_that() -> None:
    stranger = edge(issuer="stranger-issuing")
    root = SHOP.certificate_of("stranger-root")

    alone = answered(asked("expressway-e-server", stranger, "x15.5"))
    trusted = answered(asked("expressway-e-server", stranger, "x15.5", trust=(root,)))

    assert {flip.row for flip in alone} == {"B01", "I01", "O01", "M01"}
    assert {flip.row for flip in trusted} == {"M01"}


def test_what_an_expired_certificate_broke_is_mended_by_its_successor() -> None:
    found = answered(asked("expressway-e-server", edge(), "x15.5", old=edge("expired")))

    assert {flip.row for flip in found if flip.kind is Kind.MENDS} == {"B01", "I01", "M01"}
    assert {flip.after.cause for flip in found if flip.kind is Kind.DIFFERS} == {"client-store-expired"}


def test_a_name_that_is_gone_breaks_the_zone_that_looks_for_it() -> None:
    found = answered(asked("expressway-e-server", edge(names=("other.acme.com", "acme.com")), "x15.5"))

    assert {flip.kind for flip in found} == {Kind.BREAKS}
    assert {"I01", "M01"} <= {flip.row for flip in found}


def test_stories_that_bring_a_certificate_of_their_own_or_name_a_release_are_left_out() -> None:
    scenarios = list(SCENARIOS.values())
    trial_lab = prepare(LIBRARY, asked("expressway-e-server", edge("server-auth-only")))
    played = {story.scenario.name for story in stories(trial_lab, scenarios, RELEASE_NAMES, ("1.2", "1.3"))}
    own = {each.name for each in scenarios if any(path == "release" for path in each.change)}
    uploading = {each.name for each in scenarios if any(step.verb == "upload" for step in each.play)}

    assert own
    assert uploading
    assert not played & (own | uploading)
    assert all(each.expectations["1.3"].cause == "none" for each in scenarios if each.name in played)


def test_releases_that_do_the_same_are_played_once() -> None:
    assert alike(RELEASE_NAMES) == [("x14", "x15.0"), ("x15.2",), ("x15.4",), ("x15.5",)]


@pytest.mark.parametrize(
    ("role", "profile", "row"),
    [
        ("webex-cloud", "webex-cloud-dual", "I01"),
        ("expressway-c-client", "expressway-c", "M01"),
    ],
)
def test_every_role_has_its_place(role: str, profile: str, row: str) -> None:
    sound = Holding(SHOP.issue(LeafOrder(profile)).sent)
    spoilt = Holding(SHOP.issue(LeafOrder(profile, faults=("server-auth-only",))).sent)

    found = answered(asked(role, spoilt, "x15.5", old=sound))

    assert row in {flip.row for flip in found}
    assert all(flip.kind is Kind.BREAKS for flip in found)


def test_certificates_with_their_keys_are_played_as_they_are() -> None:
    issued = [issue(), issue("wrong-name")]
    old, new = (Holding((*each.sent, each.issuers[-1]), each.private_key) for each in issued)

    trial_lab = prepare(LIBRARY, asked("expressway-e-server", new, old=old))

    assert [each.look_alike for each in trial_lab.pair] == [False, False]
    assert [each.credentials.leaf for each in trial_lab.pair] == [each.leaf for each in issued]


def test_one_key_alone_is_not_used() -> None:
    issued = issue()
    old = Holding((*issued.sent, issued.issuers[-1]), issued.private_key)

    trial_lab = prepare(LIBRARY, asked("expressway-e-server", edge(), old=old))

    assert [each.look_alike for each in trial_lab.pair] == [True, True]
    assert issued.private_key not in {each.credentials.private_key for each in trial_lab.pair}


def test_names_that_no_host_can_have_leave_the_lab_its_own_and_that_is_said() -> None:
    unnamed = edge(names=("10.1.2.3",))
    trial_lab = prepare(LIBRARY, asked("expressway-e-server", unnamed, "x15.5", old=unnamed))

    assert trial_lab.notes == (NAMELESS,)
    assert answered(asked("expressway-e-server", unnamed, "x15.5", old=unnamed)) == []
    assert prepare(LIBRARY, asked("expressway-e-server", edge(), "x15.5")).notes == ()
    assert prepare(LIBRARY, asked("mra-phone", unnamed, "x15.5", old=unnamed)).notes == ()  # nobody looks for its name


def test_a_host_whose_name_is_too_long_for_a_common_name_is_played_all_the_same() -> None:
    names = (f"expe.{'long' * 15}.example", f"{'long' * 15}.example")
    long = Holding(SHOP.issue(LeafOrder("expressway-e", common_name="expe", dns_names=names)).sent)
    trial_lab = prepare(LIBRARY, asked("expressway-e-server", long, "x15.5", old=long))
    several_edges = [each for each in SCENARIOS.values() if "edges" in each.change]
    there = stories(trial_lab, (*told(), *several_edges), ("x15.5",), ("1.3",))

    assert outcomes(trial_lab, there, lambda _: None) == Outcomes((), (), len(there))
