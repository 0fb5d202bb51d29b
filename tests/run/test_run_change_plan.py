"""Changes of certificates on boxes that trust each other: an order in which nothing breaks, or the proof of none."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

import pytest

from harness.lab.conversion import Exchange, Need, conversion
from harness.lab.releases import RELEASES
from harness.pki import Holding, LeafOrder, Workshop
from harness.report.certificates.plan import PlannedStep
from harness.run.change_plan import Planner
from harness.run.conversion_bench import Asked, conversion_bench
from harness.run.library import Library

NOW = datetime.now(UTC)
LIBRARY = Library()
SHOP = Workshop(LIBRARY.catalogue, NOW)


def held(profile: str, *faults: str, issuer: str = "", names: tuple[str, ...] | None = None) -> Holding:
    """Return a certificate as a file without its key holds it, with everything above it."""
    order = LeafOrder(profile, faults, issuer, common_name=names[0] if names else None, dns_names=names)
    issued = SHOP.issue(order)
    return Holding((issued.leaf, *issued.issuers))


def planner(*asked: Asked, release: str = "x15.5", trust: Sequence[bytes] = ()) -> Planner:
    """Return a planner for these exchanges."""
    return Planner(conversion_bench(LIBRARY, asked, trust, RELEASES[release], NOW), lambda _: None)


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
    install = next(n for n, step in enumerate(found._bench.steps) if step.installs)

    broken = found._breakage(frozenset(), install)

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

    found = planner(asked, release="x15.2")

    assert found.order() is None
    (end,) = found.dead_ends
    assert end.breaks[0].links == ()
    assert "lacks clientAuth" in end.breaks[0].why


def test_two_boxes_that_change_together_share_the_steps_on_one_list() -> None:
    inside = Asked("expressway-c-client", held("expressway-c"), held("expressway-c", issuer="stranger-issuing"))
    manager = Asked("unified-cm", held("unified-cm"), held("unified-cm", issuer="stranger-issuing"))

    steps = titles(planner(inside, manager).order())

    assert len(steps) == len(set(steps))
    assert place("Append the CAs of the new certificate to the trust list of Expressway-C", steps) >= 0
    assert sum("Install" in title for title in steps) == 2


def test_intermediates_go_to_expressways_alone_and_roots_to_clients_too() -> None:
    exchange = Exchange("expressway-e-server", "old", "new", ("ca 1", "root 1"), ("ca 2", "root 2"), installed_in="x")

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
