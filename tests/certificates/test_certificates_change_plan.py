"""Changes of certificates on boxes that trust each other: an order in which nothing breaks, or the proof of none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest
from public_chains import Pointers, root
from shipped_library import LIBRARY

from harness.certificates.plan import PlannedStep
from harness.certificates.plan_steps import Exchange, Need, conversion
from harness.certificates.shell.plan import Planner
from harness.certificates.shell.plan_lab import Asked, Conditions, conversion_bench
from harness.lab.releases import RELEASES
from harness.pki import LabPki, LeafOrder
from harness.x509.files import Holding

NOW = datetime.now(UTC)
SHOP = LabPki(LIBRARY.catalogue, NOW)


def held(profile: str, *faults: str, issuer: str = "", names: tuple[str, ...] | None = None) -> Holding:
    """Return a certificate as a file without its key holds it, with everything above it."""
    order = LeafOrder(profile, faults, issuer, common_name=names[0] if names else None, dns_names=names)
    issued = SHOP.issue(order)
    return Holding((issued.leaf, *issued.issuers))


def planner(*asked: Asked, release: str = "x15.5", trust: Sequence[bytes] = (), upgrade: str | None = "") -> Planner:
    """Return a planner for these exchanges."""
    conditions = Conditions(RELEASES[release], trust, NOW, upgrade)
    return Planner(conversion_bench(LIBRARY, asked, conditions), lambda _: None)


def titles(order: Sequence[PlannedStep] | None) -> list[str]:
    """Return what is to be done, in its order."""
    assert order is not None
    return [step.title for step in order]


def place(of: str, steps: list[str]) -> int:
    """Return where a step stands whose title has these words."""
    (found,) = (number for number, title in enumerate(steps) if of in title)
    return found


def test_a_renewal_by_the_same_ca_is_one_step() -> None:
    found = planner(Asked("expressway-e-server", held("expressway-e"), held("expressway-e", "no-eku")))

    assert titles(found.order()) == ["Install the new certificate as expressway-e-server, and restart"]
    assert found.broken_before == ()


def test_a_new_private_root_is_trusted_before_the_certificate_is_installed_and_the_old_one_goes_last() -> None:
    old, new = held("expressway-c"), held("expressway-c", issuer="stranger-issuing")

    found = planner(Asked("expressway-c-client", old, new))

    steps = titles(found.order())
    install = place("Install", steps)
    assert place("Append the CAs of the new certificate to the trust list of Expressway-E", steps) < install
    assert place("Append the CAs of the new certificate to the trust list of Unified CM", steps) < install
    assert all(number > install for number, title in enumerate(steps) if title.startswith("Remove"))


def test_where_only_the_new_trust_comes_after_the_certificate_something_breaks() -> None:
    old, new = held("expressway-c"), held("expressway-c", issuer="stranger-issuing")
    found = planner(Asked("expressway-c-client", old, new))
    install = next(n for n, step in enumerate(found._trial_lab.steps) if step.installs)

    broken = found._breakage((), install)

    assert broken is not None
    assert {"7001", "2222", "trunk"} <= set(broken.links)


def test_a_root_that_partners_do_not_know_has_no_safe_order_and_the_proof_names_them() -> None:
    asked = Asked("expressway-e-server", held("expressway-e"), held("expressway-e", issuer="stranger-issuing"))

    unknown = planner(asked)
    known = planner(asked, trust=(SHOP.certificate_of("stranger-root"),))

    assert unknown.order() is None
    (end,) = unknown.dead_ends
    assert [(each.step.title.partition(" as ")[0], each.links) for each in end.breaks] == [
        ("Install the new certificate", ("B2B in",))
    ]
    assert place("Install", titles(known.order())) >= 0


def test_another_name_has_no_safe_order_and_a_certificate_with_both_names_has_one() -> None:
    old = held("expressway-e")
    other = held("expressway-e", names=("us-expe9.example.com", "example.com"))
    both = held("expressway-e", names=("us-expe9.example.com", "us-expe1.example.com", "example.com"))

    assert planner(Asked("expressway-e-server", old, other)).order() is None
    assert titles(planner(Asked("expressway-e-server", old, both)).order())[0].startswith("Install")


def test_a_release_that_refuses_the_upload_has_no_plan_and_says_why() -> None:
    asked = Asked("expressway-e-server", held("expressway-e"), held("expressway-e", "server-auth-only"))

    found = planner(asked, release="x15.2", upgrade=None)

    assert found.order() is None
    (end,) = found.dead_ends
    assert end.breaks[0].links == ()
    assert "lacks clientAuth" in end.breaks[0].why


def test_copying_over_scp_gets_round_the_page_and_not_round_the_peers() -> None:
    asked = Asked("expressway-e-server", held("expressway-e"), held("expressway-e", "server-auth-only"))

    found = planner(asked, release="x15.2", upgrade=None)

    assert found.order() is None
    (end,) = found.dead_ends
    (copied,) = (each for each in end.breaks if "over SCP" in each.step.title)
    assert {"5062 out", "register", "call to the cloud"} <= set(copied.links)


@pytest.mark.parametrize("release", ["x14", "x15.2", "x15.4"])
def test_an_upgrade_parts_the_stores_and_then_the_server_store_takes_it(release: str) -> None:
    asked = Asked("expressway-e-server", held("expressway-e"), held("expressway-e", "server-auth-only"))

    found = planner(asked, release=release)

    assert [title.partition(";")[0] for title in titles(found.order())] == [
        "Upgrade both Expressways to X15.5",
        "Install the new certificate as expressway-e-server, and restart",
    ]
    assert found.gaps == ()
    assert [held.role for held in found.still_used] == ["expressway-e-client"]


def test_an_upgrade_that_is_asked_for_is_taken_also_where_nothing_needs_it() -> None:
    asked = Asked("expressway-e-server", held("expressway-e"), held("expressway-e", "no-eku"))

    without, with_it = (titles(planner(asked, release="x15.2", upgrade=to).order()) for to in ("", "x15.5"))

    assert len(without) == 1
    assert sum(title.startswith("Upgrade both") for title in with_it) == 1


def test_one_certificate_for_each_store_needs_the_upgrade_first() -> None:
    server = Asked("expressway-e-server", held("expressway-e"), held("expressway-e", "server-auth-only"))
    dialling = Asked("expressway-e-client", held("expressway-e"), held("expressway-e", "client-auth-only"))

    steps = titles(planner(server, dialling, release="x15.2").order())

    assert place("Upgrade both", steps) < min(place("expressway-e-server", steps), place("expressway-e-client", steps))


def test_after_a_copy_over_scp_the_split_brings_back_what_it_broke() -> None:
    broken = held("expressway-e", "server-auth-only")
    found = planner(Asked("expressway-e-server", held("expressway-e"), broken), release="x15.2")
    numbers = {step.title.split(" ")[0]: number for number, step in enumerate(found._steps)}
    way = numbers["Copy"], numbers["Upgrade"]

    assert "5062 out" in found._broken_after(way)[0]
    assert numbers["Split"] in found._next(way)
    assert found._broken_after((*way, numbers["Split"]))[0] == ()


# --- what cannot be judged is no all-clear ---


def test_a_link_that_does_not_work_today_is_left_out_and_that_is_told() -> None:
    lost = held("expressway-e", "server-auth-only")
    found = planner(Asked("expressway-e-server", lost, lost), release="x15.4", upgrade=None)

    assert found.order() is not None
    assert {gap.link: gap.cause for gap in found.gaps} == {
        "5062 out": "eku-no-client-auth",
        "call to the cloud": "eku-no-client-auth",
    }
    assert found.broken_before == ()


def test_what_the_change_mends_was_not_left_out() -> None:
    lost = held("expressway-e", "server-auth-only")
    found = planner(Asked("expressway-e-server", lost, held("expressway-e")), release="x15.4", upgrade=None)

    assert {gap.link for gap in found.gaps} == {"5062 out", "call to the cloud"}
    assert found.order() is not None
    assert found.gaps == ()


@pytest.mark.parametrize(("url", "left_out"), [("http://crl.ca.example/r.crl", set()), ("ldap:///CN=CA", {"5062 in"})])
def test_a_crl_that_is_answered_leaves_nothing_out_and_one_by_ldap_does(url: str, left_out: set[str]) -> None:
    issuer = root("Some Root", "Some CA", points=Pointers((url,)))
    old, new = (Holding((issuer.issue("us-expe1.example.com", "example.com"), *issuer.chain)) for _ in range(2))
    found = planner(Asked("expressway-e-server", old, new))

    assert found.order() is not None
    assert {gap.link for gap in found.gaps} >= left_out
    assert bool(found.gaps) is bool(left_out)


def test_two_boxes_that_change_together_share_the_steps_on_one_list() -> None:
    inside = Asked("expressway-c-client", held("expressway-c"), held("expressway-c", issuer="stranger-issuing"))
    manager = Asked("unified-cm", held("unified-cm"), held("unified-cm", issuer="stranger-issuing"))

    steps = titles(planner(inside, manager).order())

    assert len(steps) == len(set(steps))
    assert place("Append the CAs of the new certificate to the trust list of Expressway-C", steps) >= 0
    assert sum("Install" in title for title in steps) == 2


def test_intermediates_go_to_expressways_alone_and_roots_to_clients_too() -> None:
    exchange = Exchange("expressway-e-server", "old", "new", ("ca 1", "root 1"), ("ca 2", "root 2"))

    steps = conversion([exchange])

    added = {path: names for step in steps if step.need is Need.REQUIRED for path, names in step.adds.items()}
    assert added["expressway-c.trusted-ca"] == ("ca 2", "root 2")
    assert added["jabber.trusted-ca"] == ("root 2",)


@pytest.mark.parametrize("name", ["*.other.example", "10.1.2.3", "b\u00fccher.example", "edge"])
def test_a_new_name_that_no_host_can_have_is_published_nowhere(name: str) -> None:
    order = LeafOrder("expressway-e", common_name=name, dns_names=("edge",))
    new = Holding((SHOP.issue(order).leaf, *SHOP.issue(order).issuers))
    found = planner(Asked("expressway-e-server", held("expressway-e"), new))

    assert found.order() is None
    (dead_end,) = found.dead_ends
    assert [breakage.step.title for breakage in dead_end.breaks] == [
        "Install the new certificate as expressway-e-server, and restart"
    ]


def test_a_partner_that_is_dialled_is_looked_at() -> None:
    old, same = held("b2b-peer"), held("b2b-peer")
    wildcard = held("b2b-peer", names=("*.peer.example",))

    lost = planner(Asked("b2b-peer", old, wildcard))

    assert "B2B out" in lost.links
    assert lost.order() is None
    assert {link for end in lost.dead_ends for each in end.breaks for link in each.links} == {"B2B out"}
    assert len(titles(planner(Asked("b2b-peer", old, same)).order())) == 1
