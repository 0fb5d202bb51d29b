"""Sources that certificates name: what nobody can fetch, what two CAs cannot share, and where the name server leads."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest
from public_chains import Pointers, PublicCa, root

from harness.certificates.shell.change import Question, upload_flips
from harness.certificates.shell.foreign_sources import shared_lists, unfetched, zones_with
from harness.certificates.shell.matrix import squares
from harness.certificates.shell.stand_ins import CA_KEY_MISSING, Adopted, stand_ins
from harness.lab.changes import changed
from harness.lab.releases import RELEASE_NAMES
from harness.lab.settings import Lab
from harness.pki import LabPki, LeafOrder
from harness.pki.certificate_names import Names, impossibilities
from harness.run.library import Library
from harness.x509.files import Holding, TrustList

LIBRARY = Library()
CA, OTHER = root("One", "One"), root("Other", "Other")


def issued(*lists: str, responders: tuple[str, ...] = (), by: PublicCa = CA) -> bytes:
    return replace(by, points=Pointers(lists, responders)).issue("edge.example.com")


@pytest.mark.parametrize(
    ("lists", "told"),
    [
        ((), []),
        (("http://a/1",), []),
        (("HTTP://a/1",), []),
        (("ldap:///x",), ["names its CRL by ldap alone"]),
        (("ldap:///x", "http://a/1"), ["names its CRL by ldap too"]),
        (("https://a/1", "ldap:///x", "ldap:///y"), ["names its CRL by https and ldap alone"]),
        (("a/1",), ["names its CRL by broken alone"]),
        (("http://[::1/",), ["names its CRL by broken alone"]),
    ],
)
def test_what_no_verifier_of_the_lab_fetches_is_told(lists: tuple[str, ...], told: list[str]) -> None:
    rest = ": verifiers of the lab fetch http and nothing else"

    assert list(unfetched(issued(*lists))) == [f"{each}{rest}" for each in told]
    by_ocsp = [each.replace("CRL", "OCSP responder") for each in told]
    assert list(unfetched(issued(responders=lists))) == [f"{each}{rest}" for each in by_ocsp]


def test_one_place_for_the_lists_of_two_cas_is_told() -> None:
    one, same = issued("http://a/1", "http://a/2"), issued("http://a/1")
    other = issued("http://a/2", "http://b/1", by=OTHER)
    renewed = replace(OTHER, key=CA.key)

    assert list(shared_lists(one, same)) == []
    (told,) = shared_lists(one, other)
    assert told.startswith("it names the CRL http://a/2, as the old one does, and another CA issued it.")
    assert list(shared_lists(one, issued("http://b/1", by=OTHER))) == []
    assert len(list(shared_lists(one, issued("http://a/1", by=renewed)))) == 1


# --- the name server ---


def lab_of(*zones: tuple[str, str]) -> Lab:
    head = "@ 300 SOA ns hostmaster 1 3600 600 86400 300\n"
    written = [{"origin": origin, "text": f"{head}{text}"} for origin, text in zones]
    return changed(LIBRARY.healthy, {"name-server.zones": written})


ADDRESS = "127.64.0.80"


def zones_after(lab: Lab, *hosts: str) -> dict[str, str]:
    return {zone.origin: zone.text.partition("300\n")[2] for zone in zones_with(lab, hosts)}


def test_a_host_gets_an_address_in_the_nearest_zone_or_in_one_of_its_own() -> None:
    lab = lab_of(("example", "a 300 A 192.0.2.1\n"), ("b.example", "c 300 CNAME x\n"))

    assert zones_after(lab, "new.example") == {
        "example": f"a 300 A 192.0.2.1\nnew.example. 300 A {ADDRESS}\n",
        "b.example": "c 300 CNAME x\n",
    }
    assert zones_after(lab, "X.B.example.")["b.example"] == f"c 300 CNAME x\nx.b.example. 300 A {ADDRESS}\n"
    assert zones_after(lab, "b.example")["b.example"] == f"c 300 CNAME x\nb.example. 300 A {ADDRESS}\n"
    assert zones_after(lab, "elsewhere.test")["elsewhere.test"] == f"@ 300 A {ADDRESS}\n"
    assert zones_after(lab, "xb.example")["example"].endswith(f"xb.example. 300 A {ADDRESS}\n")


@pytest.mark.parametrize("host", ["a.example", "c.b.example", "192.0.2.7", "::1", "bad..name", "a b", ""])
def test_a_host_that_is_known_or_none_changes_nothing(host: str) -> None:
    lab = lab_of(("example", "a 300 A 192.0.2.1\n"), ("b.example", "c 300 CNAME x\n"))

    assert zones_with(lab, [host]) == list(lab.name_server.zones)


# --- who plays ---


SHOP = LabPki(LIBRARY.catalogue, datetime.now(UTC))


def with_key(*revocation: str) -> Holding:
    made = SHOP.issue(LeafOrder("expressway-e", revocation=revocation))
    return Holding((made.leaf, *made.issuers), made.private_key)


def without_key() -> Holding:
    return replace(with_key(), private_key=None)


def without_root(holding: Holding) -> Holding:
    return replace(holding, certificates=holding.certificates[:1])


def test_real_certificates_play_where_every_key_and_root_is_at_hand() -> None:
    def copies(*holdings: Holding) -> list[bool]:
        return [each.look_alike for each in stand_ins(holdings, (), SHOP.now).played]

    assert copies(with_key(), with_key()) == [False, False]
    assert copies(with_key(), without_key()) == [True, True]
    assert copies(without_key(), with_key()) == [True, True]
    assert copies(with_key(), without_root(with_key())) == [False, False]  # the other one holds its root
    assert copies(without_root(with_key())) == [True]
    assert copies(with_key(), with_key("crl")) == [True, True]
    assert copies(with_key("ocsp"), with_key()) == [True, True]


def test_who_names_a_source_is_told_that_the_key_of_its_ca_is_missing() -> None:
    played = stand_ins((with_key(), with_key("crl")), (), SHOP.now).played

    assert [CA_KEY_MISSING in each.notes for each in played] == [False, True]
    assert not any(CA_KEY_MISSING in each.notes for each in stand_ins((without_key(),), (), SHOP.now).played)


def test_of_a_trust_list_those_have_a_copy_from_which_something_hangs() -> None:
    holding, stranger = without_key(), SHOP.certificate_of("stranger-root")
    trust = (holding.certificates[-1], stranger)

    assert len(stand_ins((holding,), trust, SHOP.now).trust) == 1
    assert stand_ins((with_key(),), trust, SHOP.now).trust == trust


def test_a_ca_is_taken_in_once_under_one_name() -> None:
    adopted = Adopted(LabPki(LIBRARY.catalogue, SHOP.now))
    one, other = SHOP.certificate_of("public-root"), SHOP.certificate_of("stranger-root")

    first, second = adopted.names((one, other))
    assert (first[:6], second[:6]) == ("CA 1, ", "CA 2, ")
    assert adopted.names((other, one, other)) == (second, first)
    assert adopted.name(one) == first


# --- uploads, squares, names ---


def flips_of(role: str, old: str, new: str, *, switch: bool = False) -> list[tuple[tuple[str, ...], bool, bool]]:
    def held(fault: str) -> Holding:
        made = SHOP.issue(LeafOrder("expressway-e", (fault,) if fault else ()))
        return Holding((made.leaf, *made.issuers))

    asked = Question(role, held(old), held(new), TrustList(()), RELEASE_NAMES, ("1.3",), SHOP.now)
    return [(each.releases, each.refuses_new, each.refuses_old) for each in upload_flips(asked, switch=switch)]


OLD_ONES = ("x14", "x15.0", "x15.2")
ONLY = "server-auth-only"


@pytest.mark.parametrize(
    ("role", "old", "new", "switch", "flips"),
    [
        ("expressway-e-server", "", "", False, []),
        ("expressway-e-server", "", ONLY, False, [(OLD_ONES, True, False), (("x15.4",), True, False)]),
        ("expressway-e-server", "", ONLY, True, [(OLD_ONES, True, False)]),
        ("expressway-e-server", ONLY, "", True, [(OLD_ONES, False, True)]),
        ("expressway-e-server", ONLY, ONLY, True, [(OLD_ONES, True, True)]),
        ("expressway-e-client", "", ONLY, True, [(OLD_ONES, True, False), (("x15.5",), True, False)]),
        ("webex-cloud", "", ONLY, False, []),
    ],
)
def test_each_upload_page_is_asked_about_both_certificates(
    role: str, old: str, new: str, switch: bool, flips: list[tuple[tuple[str, ...], bool, bool]]
) -> None:
    assert flips_of(role, old, new, switch=switch) == flips


def test_the_matrix_has_a_square_for_each_box_store_check_and_certificate() -> None:
    """Five sets of usages, each below a sound intermediate and below a restricted one."""
    told = squares(RELEASE_NAMES)
    kinds = {(each.box, each.releases, each.eku_check, each.store) for each in told}

    assert len(told) == 10 * len(kinds)
    assert {(releases, check, store) for box, releases, check, store in kinds if box == "expressway-c"} == {
        (("x14", "x15.0"), True, "both"),
        (("x15.2",), True, "both"),
        (("x15.4",), True, "both"),
        *((("x15.5",), check, store) for check in (True, False) for store in ("server", "client")),
    }
    assert [each.faults for each in told[:2]] == [(), ("server-auth-only",)]
    assert told[5].faults == ("eku-restricted-intermediate",)
    assert [each.restricted for each in told[:10]] == [False] * 5 + [True] * 5


@pytest.mark.parametrize(
    ("names", "count"),
    [
        (Names("x" * 64), 0),
        (Names("x" * 65), 1),
        (Names("\u00fc" * 32), 0),
        (Names("\u00fc" * 33), 1),
        (Names(""), 1),
        (Names("a\n"), 1),
        (Names("a", ("b", "")), 1),
        (Names("a", ("b\u00fc",), ("sip:\u00fc",)), 2),
        (Names("a", ("b\n",)), 1),
        (Names("a", ip_addresses=("192.0.2.1", "::1", "x", "192.0.2.1/24")), 2),
    ],
)
def test_names_that_cannot_stand_in_a_certificate_are_told(names: Names, count: int) -> None:
    assert len(impossibilities(names)) == count
    assert all(hint for _, hint in impossibilities(names))
