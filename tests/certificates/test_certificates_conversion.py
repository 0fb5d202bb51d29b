"""Where certificates lie, which steps a change of them needs, and what the lab is after these steps."""

from __future__ import annotations

from dataclasses import replace

import pytest

from harness.certificates.plan_effects import lab_after, release_steps, settings_after
from harness.certificates.plan_steps import ConversionStep, Exchange, Need, conversion
from harness.lab.certificate_roles import CERTIFICATE_ROLES
from harness.lab.changes import changed
from harness.lab.installing import CLOUD_LIST, SAME, UPLOADED_LIST
from harness.lab.releases import RELEASE_NAMES, RELEASES
from harness.lab.settings import Lab
from harness.run.library import Library
from harness.x509.certificate import CertificateFacts

LAB: Lab = Library().healthy
OLD, NEW = {"profile": "old"}, {"profile": "new"}


def exchange(role: str = "expressway-e-server", new_host: str = "", new: tuple[str, ...] = ("i2", "r2")) -> Exchange:
    return Exchange(role, "old", "new", ("i1", "r1"), new, new_host)


# --- places ---


@pytest.mark.parametrize("box", ["expressway-e", "expressway-c"])
def test_an_expressway_has_two_stores_of_one_box(box: str) -> None:
    server, client = CERTIFICATE_ROLES[f"{box}-server"].place, CERTIFICATE_ROLES[f"{box}-client"].place

    assert (server.box, client.box) == (box, box)
    assert (server.is_client, client.is_client) == (False, True)
    assert [CERTIFICATE_ROLES[f"{box}-{store}"].twin for store in ("server", "client")] == [
        f"{box}-client",
        f"{box}-server",
    ]
    assert server.own_list == client.own_list == f"{box}.trusted-ca"
    assert server.own_list in server.verifiers
    assert (server.host, server.domain) == (client.host, client.domain)


@pytest.mark.parametrize("role", ["webex-cloud", "b2b-peer", "unified-cm", "mra-phone"])
def test_everybody_else_has_one_store_and_no_upload_page(role: str) -> None:
    place = CERTIFICATE_ROLES[role].place

    assert (place.box, place.is_client, CERTIFICATE_ROLES[role].twin, place.other_store) == (None, False, "", "")
    for release in RELEASES.values():
        assert place.store_on(release) == place.setting
        assert place.held(OLD, NEW, release) == {place.setting: OLD}
        assert place.refusal(CertificateFacts("", extended_key_usage=()), release) is None


@pytest.mark.parametrize("release", RELEASE_NAMES)
@pytest.mark.parametrize("box", ["expressway-e", "expressway-c"])
def test_until_x15_4_both_roles_have_one_store(box: str, release: str) -> None:
    server, client = f"{box}.server-certificate", f"{box}.client-certificate"
    two = release == "x15.5"
    places = CERTIFICATE_ROLES[f"{box}-server"].place, CERTIFICATE_ROLES[f"{box}-client"].place

    assert [place.store_on(RELEASES[release]) for place in places] == [server, client if two else server]
    assert places[0].held(NEW, OLD, RELEASES[release]) == {server: NEW, client: OLD if two else SAME}
    assert places[1].held(NEW, OLD, RELEASES[release]) == (
        {client: NEW, server: OLD} if two else {server: NEW, client: SAME}
    )


@pytest.mark.parametrize(
    ("role", "release", "switch", "rule"),
    [
        ("expressway-e-server", "x15.2", False, "server-store-demands-client-auth"),
        ("expressway-e-client", "x15.2", False, "server-store-demands-client-auth"),
        ("expressway-e-server", "x15.4", False, "server-store-switch-is-off"),
        ("expressway-e-server", "x15.4", True, ""),
        ("expressway-c-server", "x15.4", True, "server-store-demands-client-auth"),
        ("expressway-e-server", "x15.5", False, ""),
        ("expressway-e-client", "x15.5", False, "client-store-demands-client-auth"),
    ],
)
def test_a_certificate_without_client_auth_meets_the_page_of_its_store(
    role: str, release: str, switch: bool, rule: str
) -> None:
    facts = CertificateFacts("", dns_names=("edge.example.com",), extended_key_usage=("serverAuth",))
    refused = CERTIFICATE_ROLES[role].place.refusal(facts, RELEASES[release], switch=switch)

    assert (refused.rule if refused else "") == rule


def test_a_list_that_an_organisation_uploads_overrides_the_clouds_own() -> None:
    """Only where the cloud verifies at all (C4)."""
    uploaded = changed(LAB, {UPLOADED_LIST: ["public-root"]})
    edge, inside = CERTIFICATE_ROLES["expressway-e-server"].place, CERTIFICATE_ROLES["expressway-c-server"].place

    assert edge.lists_of_verifiers(LAB) == edge.verifiers
    assert edge.lists_of_verifiers(uploaded) == (*edge.verifiers, UPLOADED_LIST)
    assert inside.lists_of_verifiers(uploaded) == inside.verifiers
    assert CLOUD_LIST in edge.verifiers
    assert CLOUD_LIST not in inside.verifiers


# --- steps ---


def test_an_exchange_knows_what_comes_what_goes_and_its_roots() -> None:
    other = exchange()
    renewed = exchange(new=("i2", "r1"))

    assert (other.fresh, other.stale, other.roots) == (("i2", "r2"), ("i1", "r1"), ("r1", "r2"))
    assert (renewed.fresh, renewed.stale, renewed.roots) == (("i2",), ("i1",), ("r1",))
    assert exchange(new=()).roots == ("r1",)
    assert exchange(new=("i1", "r1")).fresh == exchange(new=("i1", "r1")).stale == ()


def test_trust_comes_first_then_the_certificate_then_tidying_up() -> None:
    steps = conversion([exchange()])
    kinds = [step.title.split()[0] for step in steps]
    install = kinds.index("Install")

    assert set(kinds[:install]) == {"Append", "Upload"}
    assert set(kinds[install + 1 :]) == {"Remove"}
    assert [step.need for step in steps if step.title.startswith("Remove")] == [Need.AFTERWARDS] * (
        len(kinds) - install - 1
    )
    assert all(step.need is Need.REQUIRED for step in steps if step.title.startswith("Append"))


def test_expressways_get_the_intermediates_too_and_clients_the_roots_alone() -> None:
    steps = {path: names for step in conversion([exchange()]) for path, names in step.adds.items()}

    assert steps == {
        "jabber.trusted-ca": ("r2",),
        "mra-phone.trusted-ca": ("r2",),
        "expressway-c.trusted-ca": ("i2", "r2"),
        "expressway-e.trusted-ca": ("i2", "r2"),
        UPLOADED_LIST: ("r1", "r2"),
    }


def test_a_renewal_below_the_same_root_uploads_no_roots() -> None:
    steps = conversion([exchange(new=("i2", "r1"))])

    assert not any(UPLOADED_LIST in step.adds for step in steps)
    assert {path: names for step in steps for path, names in step.adds.items()} == {
        "expressway-c.trusted-ca": ("i2",),
        "expressway-e.trusted-ca": ("i2",),
    }
    assert [step.title for step in conversion([exchange(new=("i1", "r1"))])] == [
        "Install the new certificate as expressway-e-server, and restart"
    ]


def test_steps_of_two_exchanges_on_one_list_are_one_step() -> None:
    one, other = exchange(), exchange("expressway-c-server", new=("i3", "r3"))
    steps = [step for step in conversion([one, other]) if "expressway-e.trusted-ca" in step.adds]

    assert [step.adds for step in steps] == [{"expressway-e.trusted-ca": ("i2", "r2", "i3", "r3")}]
    removed = [step.removes for step in conversion([one, other]) if "expressway-e.trusted-ca" in step.removes]
    assert removed == [{"expressway-e.trusted-ca": ("i1", "r1", "i1", "r1")}]


@pytest.mark.parametrize(
    ("role", "words"),
    [
        (
            "expressway-e-server",
            ["Publish an address record for new.example", "Set the peer address of both traversal zones"],
        ),
        ("webex-cloud", ["Set the TLS verify subject name of the Webex zone to new.example"]),
        ("b2b-peer", ["Set the TLS verify subject name of the DNS zone to new.example"]),
        ("mra-phone", []),
    ],
)
def test_another_name_is_told_to_whom_looks_for_it(role: str, words: list[str]) -> None:
    plain = [step.title for step in conversion([exchange(role)])]
    steps = [step for step in conversion([exchange(role, "new.example")]) if step.title not in plain]

    assert len(steps) == len(words)
    assert all(step.title.startswith(word) for step, word in zip(steps, words, strict=True))
    assert all("new.example" in str(value) for step in steps for value in step.sets.values())


# --- releases ---


def of_release(release: str, upgrade: str | None, *roles: str) -> list[ConversionStep]:
    return list(
        release_steps([exchange(role) for role in roles or ("expressway-e-server",)], RELEASES[release], upgrade)
    )


def titles(steps: list[ConversionStep]) -> list[str]:
    return [" ".join(step.title.split()[:2]) for step in steps]


def test_an_upgrade_is_there_below_two_stores_where_somebody_wants_one() -> None:
    assert titles(of_release("x15.5", "")) == ["Set EnableServerEkuUpload", "Copy the"]
    assert titles(of_release("x15.2", None)) == ["Set EnableServerEkuUpload", "Copy the"]
    assert titles(of_release("x15.2", "")) == ["Set EnableServerEkuUpload", "Upgrade both", "Split the", "Copy the"]


@pytest.mark.parametrize(
    ("upgrade", "target", "need"),
    [("", "x15.5", Need.WHERE_IT_HELPS), ("x15.5", "x15.5", Need.REQUIRED), ("x15.4", "x15.4", Need.REQUIRED)],
)
def test_an_upgrade_leads_to_the_release_that_is_asked_for(upgrade: str, target: str, need: Need) -> None:
    (step,) = (each for each in of_release("x15.0", upgrade) if each.title.startswith("Upgrade"))

    assert (step.sets, step.need) == ({"release": target}, need)
    assert step.releases == frozenset(RELEASE_NAMES[: RELEASE_NAMES.index(target)])
    assert bool(step.copies) is (target == "x15.5")
    assert ("both stores of each" in step.title) is (target == "x15.5")


def test_steps_are_there_on_the_releases_that_have_them() -> None:
    steps = {" ".join(step.title.split()[:2]): step for step in of_release("x14", "")}

    assert steps["Set EnableServerEkuUpload"].releases == {"x15.4"}
    assert steps["Split the"].releases == {"x15.5"}
    assert steps["Copy the"].releases == {"x14", "x15.0", "x15.2"}
    assert steps["Copy the"].over_scp
    assert (steps["Split the"].installs, steps["Split the"].profile) == ("expressway-e-client", "old")


@pytest.mark.parametrize(
    ("role", "words"),
    [
        ("expressway-e-client", ["Set EnableServerEkuUpload", "Upgrade both", "Copy the"]),
        ("expressway-c-server", ["Upgrade both", "Split the", "Copy the"]),
        ("expressway-c-client", ["Upgrade both", "Copy the"]),
        ("webex-cloud", ["Upgrade both"]),
    ],
)
def test_only_expressways_have_switches_stores_and_scp(role: str, words: list[str]) -> None:
    assert titles(of_release("x15.2", "", role)) == words


# --- effects ---


def step(**how: object) -> ConversionStep:
    return replace(ConversionStep("step", "screen"), **how)  # type: ignore[arg-type]


def on(release: str) -> Lab:
    return changed(LAB, {"release": release})


EDGE = "expressway-e.trusted-ca"
SERVER, CLIENT = "expressway-e.server-certificate", "expressway-e.client-certificate"
INSTALLS = step(installs="expressway-e-server", profile="new")
DIALS = step(installs="expressway-e-client", profile="new")


def test_names_are_added_once_behind_those_that_are_there_and_taken_away() -> None:
    lab = changed(LAB, {EDGE: ["public-root", "partner-root"]})

    assert settings_after(lab, [step(adds={EDGE: ("partner-root", "stranger-root")})]) == {
        EDGE: ["public-root", "partner-root", "stranger-root"]
    }
    assert settings_after(lab, [step(removes={EDGE: ("public-root", "nobody")})]) == {EDGE: ["partner-root"]}
    both = [step(adds={EDGE: ("stranger-root",)}), step(removes={EDGE: ("partner-root",)})]
    assert settings_after(lab, both) == {EDGE: ["public-root", "stranger-root"]}
    assert settings_after(lab, []) == {}


def test_a_certificate_goes_into_the_store_that_the_release_has() -> None:
    assert settings_after(on("x15.2"), [INSTALLS]) == {SERVER: NEW}
    assert settings_after(on("x15.2"), [DIALS]) == {SERVER: NEW}
    assert settings_after(on("x15.5"), [DIALS]) == {CLIENT: NEW}


def test_of_two_stores_the_other_one_keeps_what_it_had() -> None:
    """Also where it had the same as the first one."""
    same = changed(on("x15.5"), {SERVER: {"profile": "expressway-e"}, CLIENT: SAME})
    before = settings_after(same, [step(copies={"x": SERVER})])["x"]

    assert settings_after(same, [INSTALLS]) == {CLIENT: before, SERVER: NEW}
    assert settings_after(same, [DIALS]) == {CLIENT: NEW}
    apart = changed(on("x15.5"), {SERVER: {"profile": "expressway-e"}, CLIENT: {"profile": "b2b-peer"}})
    assert settings_after(apart, [INSTALLS]) == {SERVER: NEW}


def test_an_upgrade_copies_what_the_first_store_holds_by_then() -> None:
    lab = on("x15.2")
    upgrade = step(sets={"release": "x15.5"}, copies={CLIENT: SERVER})

    assert settings_after(lab, [INSTALLS, upgrade]) == {SERVER: NEW, "release": "x15.5", CLIENT: NEW}
    late = settings_after(lab, [upgrade, INSTALLS])
    assert late[SERVER] == NEW
    assert late[CLIENT] != NEW
    assert lab_after(lab, [step(sets={"release": "x15.5"})]).release == "x15.5"
    assert lab_after(lab, []) is lab
