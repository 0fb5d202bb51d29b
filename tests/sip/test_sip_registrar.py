"""Phones that register, move, and go."""

from __future__ import annotations

import pytest

from harness.sip.building import request
from harness.sip.message import Request
from harness.sip.registrar import Registrar

ALICE = "sip:alice@example.com"


def register(*contacts: str, number: int = 1, call_id: str = "phone", **headers: str) -> Request:
    fixed = {
        "Via": "SIP/2.0/TLS phone.example;branch=z9hG4bK1", "From": f"<{ALICE}>;tag=1", "To": f"<{ALICE}>",
        "Call-ID": call_id, "CSeq": f"{number} REGISTER",
    }  # fmt: skip
    listed = [("Contact", contact) for contact in contacts]
    return request("REGISTER", "sip:example.com", headers=[*fixed.items(), *listed, *headers.items()])


def places(registrar: Registrar, now: float) -> list[str]:
    return [bound.contact.uri for bound in registrar.bindings(ALICE, now)]


def test_a_phone_that_registers_is_found_until_its_time_is_over() -> None:
    registrar = Registrar()
    answered = registrar.handle(register("<sip:alice@10.0.0.1:5061;transport=tls>", Expires="120"), now=1000)
    assert answered.status == 200
    assert answered.headers.get("Contact") == "<sip:alice@10.0.0.1:5061;transport=tls>;expires=120"
    assert places(registrar, now=1119.9) == ["sip:alice@10.0.0.1:5061;transport=tls"]
    assert places(registrar, now=1120) == []


def test_the_address_is_the_same_in_any_spelling() -> None:
    registrar = Registrar()
    registrar.handle(register("<sip:alice@10.0.0.1>"), now=0)
    assert registrar.bindings("sips:%61lice@EXAMPLE.com;user=phone", now=1)
    assert registrar.bindings("sip:bob@example.com", now=1) == ()
    assert registrar.bindings("nonsense", now=1) == ()


def test_a_contact_counts_its_own_interval_before_the_header() -> None:
    answered = Registrar().handle(register("<sip:a@h>;expires=90", "<sip:b@h>", Expires="300"), now=0)
    assert answered.headers.get_list("Contact") == ("<sip:a@h>;expires=90", "<sip:b@h>;expires=300")


def test_an_interval_that_is_too_brief_is_refused_with_the_least_one() -> None:
    registrar = Registrar(min_expires=60)
    refused = registrar.handle(register("<sip:a@h>", Expires="59"), now=0)
    assert (refused.status, refused.headers.get("Min-Expires")) == (423, "60")
    assert places(registrar, now=1) == []
    assert registrar.handle(register("<sip:a@h>", Expires="60"), now=0).status == 200


def test_nobody_is_registered_for_longer_than_the_most() -> None:
    answered = Registrar(max_expires=7200).handle(register("<sip:a@h>", Expires="4294967295"), now=0)
    assert answered.headers.get("Contact") == "<sip:a@h>;expires=7200"


@pytest.mark.parametrize(("asked", "granted"), [("4294967295", 7200), ("4294967296", 3600), ("soon", 3600), ("", 3600)])
@pytest.mark.parametrize("where", ["header", "contact"])
def test_an_interval_that_is_no_number_below_2_to_the_32_counts_as_none(asked: str, granted: int, where: str) -> None:
    """RFC 3261 20.10, 20.19: a malformed value is treated as 3600."""
    one = register("<sip:a@h>", Expires=asked) if where == "header" else register(f"<sip:a@h>;expires={asked}")
    assert Registrar().handle(one, now=0).headers.get("Contact") == f"<sip:a@h>;expires={granted}"


def test_what_holds_where_nothing_else_is_set() -> None:
    registrar = Registrar()
    refused = registrar.handle(register("<sip:a@h>", Expires="59"), now=0)
    assert (refused.status, refused.headers.get("Min-Expires")) == (423, "60")
    contacts = [f"<sip:{number}@h>" for number in range(17)]
    assert registrar.handle(register(*contacts), now=0).status == 403
    assert registrar.handle(register(*contacts[:16]), now=0).status == 200
    assert registrar.handle(register(contacts[16], number=2), now=0).status == 403
    assert len(registrar.bindings(ALICE, 0)) == 16


def test_a_phone_takes_itself_off_and_leaves_the_other_one() -> None:
    registrar = Registrar()
    registrar.handle(register("<sip:a@h>", "<sip:b@h>"), now=0)
    answered = registrar.handle(register("<sip:a@H>;expires=0", number=2), now=1)
    assert answered.headers.get_list("Contact") == ("<sip:b@h>;expires=3599",)
    assert places(registrar, now=1) == ["sip:b@h"]


def test_a_star_with_expires_0_takes_everything_off() -> None:
    registrar = Registrar()
    registrar.handle(register("<sip:a@h>", "<sip:b@h>"), now=0)
    assert registrar.handle(register("*", number=2, Expires="0"), now=1).status == 200
    assert places(registrar, now=1) == []


@pytest.mark.parametrize("contacts", [("*", "<sip:a@h>"), ("<sip:unclosed@h",), ("gibberish",)])
def test_a_register_that_contradicts_itself_changes_nothing(contacts: tuple[str, ...]) -> None:
    registrar = Registrar()
    registrar.handle(register("<sip:old@h>"), now=0)
    assert registrar.handle(register(*contacts, number=2, Expires="0"), now=1).status == 400
    assert places(registrar, now=1) == ["sip:old@h"]


def test_a_star_without_expires_0_is_refused() -> None:
    assert Registrar().handle(register("*"), now=0).status == 400


def test_an_old_register_that_comes_late_changes_nothing() -> None:
    registrar = Registrar()
    registrar.handle(register("<sip:a@h>", number=5), now=0)
    assert registrar.handle(register("<sip:a@h>;expires=0", number=5), now=1).status == 500
    assert places(registrar, now=1) == ["sip:a@h"]
    assert registrar.handle(register("<sip:a@h>;expires=0", number=1, call_id="rebooted"), now=1).status == 200
    assert places(registrar, now=1) == []


def test_a_register_without_contact_asks_what_is_there() -> None:
    registrar = Registrar()
    registrar.handle(register("<sip:a@h>"), now=0)
    assert registrar.handle(register(number=2), now=10).headers.get("Contact") == "<sip:a@h>;expires=3590"


def test_a_flood_of_contacts_and_of_addresses_meets_a_limit() -> None:
    registrar = Registrar(most_bindings=2, most_addresses=1)
    assert registrar.handle(register("<sip:a@h>", "<sip:b@h>", "<sip:c@h>"), now=0).status == 403
    assert registrar.handle(register("<sip:a@h>", "<sip:b@h>"), now=0).status == 200
    other = register("<sip:x@h>")
    other = other.with_headers(other.headers.with_replaced("To", "<sip:other@example.com>"))
    assert registrar.handle(other, now=1).status == 503
    assert registrar.handle(other, now=4000).status == 200


def test_what_has_expired_is_not_kept_for_somebody_to_ask() -> None:
    registrar = Registrar()
    for number in range(10):
        there = register(f"<sip:{number}@h>;expires=100")
        registrar.handle(there.with_headers(there.headers.with_replaced("To", f"<sip:{number}@example.com>")), now=0)
    assert len(registrar) == 10
    registrar.handle(register("<sip:a@h>"), now=101)
    assert len(registrar) == 1


def test_a_register_for_nobody_is_refused() -> None:
    nobody = register("<sip:a@h>")
    nobody = nobody.with_headers(nobody.headers.with_replaced("To", "<tel:+1555>"))
    assert Registrar().handle(nobody, now=0).status == 400


def test_contacts_of_other_schemes_are_compared_letter_by_letter() -> None:
    """RFC 3261 10.2.4: contacts may be any URI, and those of SIP compare by 19.1.4."""
    registrar = Registrar()
    registrar.handle(register("<sip:a@h>", "<tel:+1555>"), now=0)
    assert registrar.handle(register("<tel:+1555>;expires=0", number=2), now=1).status == 200
    assert places(registrar, now=1) == ["sip:a@h"]
    registrar.handle(register("<tel:+1666>", number=3), now=1)
    assert registrar.handle(register("<sip:a@H>;expires=0", number=4), now=1).status == 200
    assert places(registrar, now=1) == ["tel:+1666"]


def test_an_address_may_be_a_domain() -> None:
    domain = register("<sip:a@h>")
    domain = domain.with_headers(domain.headers.with_replaced("To", "<sip:example.com>"))
    registrar = Registrar()
    assert registrar.handle(domain, now=0).status == 200
    assert len(registrar.bindings("sip:example.com", 0)) == 1


def test_one_second_is_too_brief() -> None:
    assert Registrar().handle(register("<sip:a@h>", Expires="1"), now=0).status == 423


def test_where_there_is_no_room_for_another_address_those_there_may_renew() -> None:
    registrar = Registrar(most_addresses=1)
    assert registrar.handle(register("<sip:a@h>"), now=0).status == 200
    assert registrar.handle(register("<sip:a@h>", number=2), now=1).status == 200


def test_a_register_that_requires_more_than_path_is_refused() -> None:
    """RFC 3327 5.3; RFC 3261 8.2.2.3."""
    known = register("<sip:a@h>", Require="path", Path="<sip:p.example;lr>")
    answered = Registrar().handle(known, now=0)
    assert (answered.status, answered.headers.get_all("Path")) == (200, ("<sip:p.example;lr>",))
    refused = Registrar().handle(register("<sip:a@h>", Require="path, gruu"), now=0)
    assert (refused.status, refused.headers.get("Unsupported")) == (420, "gruu")
