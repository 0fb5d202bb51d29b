"""An order is answered with a certificate, or with every reason why there can be none."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pki_bench import CATALOGUE

from harness.errors import Fault, ScenarioError
from harness.pki import LeafOrder
from harness.pki.blueprint import Blueprint, draw, path_of
from harness.pki.certificate_names import Names

EXPRESSWAY_E = Names("us-expe1.example.com", ("us-expe1.example.com", "example.com"))


def drawn(order: LeafOrder) -> Blueprint:
    return draw(CATALOGUE, order)


def reasons(order: LeafOrder) -> list[str]:
    with pytest.raises(ScenarioError) as caught:
        draw(CATALOGUE, order)
    return [str(fault) for fault in caught.value.faults]


def test_an_order_without_wishes_gives_what_the_role_says() -> None:
    blueprint = drawn(LeafOrder("expressway-e"))
    assert blueprint.names == EXPRESSWAY_E
    assert (blueprint.issuer, blueprint.key_type) == ("public-issuing", "ecdsa-p256")
    assert blueprint.extended_key_usage == ("server-auth", "client-auth")


def test_wishes_replace_what_the_role_says_and_an_empty_wish_means_none() -> None:
    blueprint = drawn(
        LeafOrder(
            "expressway-e",
            (),
            "private-issuing",
            "a.example",
            (),
            ("sip:a.example",),
            ("192.0.2.1",),
            "rsa-2048",
        )
    )
    assert blueprint.names == Names("a.example", (), ("sip:a.example",), ("192.0.2.1",))
    assert (blueprint.issuer, blueprint.key_type) == ("private-issuing", "rsa-2048")


def test_faults_act_after_the_wishes() -> None:
    faults = ("unknown-root", "rsa-1024", "suffix-trick")
    order = LeafOrder("expressway-e", faults, issuer="private-issuing", dns_names=("a.example",), key_type="rsa-2048")
    blueprint = drawn(order)
    assert (blueprint.issuer, blueprint.key_type) == ("stranger-issuing", "rsa-1024")
    assert blueprint.names.dns_names == ("a.example.evil.example",)


def test_every_unknown_word_is_told_with_the_nearest_known_one() -> None:
    assert reasons(LeafOrder("expressway-f", ("expird",), issuer="public-isuing", key_type="rsa-204")) == [
        "leaf expressway-f: unknown leaf profile 'expressway-f'\n    did you mean 'expressway-e'?",
        "leaf expressway-f: unknown fault 'expird'\n    did you mean 'expired'?",
        "leaf expressway-f: unknown issuer 'public-isuing'\n    did you mean 'public-issuing'?",
        "leaf expressway-f: unknown key type 'rsa-204'\n    did you mean 'rsa-2048'?",
    ]


@pytest.mark.parametrize(
    ("one", "other", "part"),
    [
        ("expired", "not-yet-valid", "validity"),
        ("no-eku", "server-auth-only", "extended key usage"),
        ("missing-intermediate", "with-root", "sends"),
        ("self-signed", "missing-intermediate", "sends"),
        ("self-signed", "path-length-exceeded", "intermediate"),
        ("self-signed", "unknown-root", "issuer"),
        ("wildcard", "cn-only", "names"),
        ("expired", "expired", "validity"),
    ],
)
def test_faults_that_change_the_same_thing_contradict_each_other(one: str, other: str, part: str) -> None:
    (reason,) = reasons(LeafOrder("b2b-peer", (one, other)))
    assert reason == f"leaf b2b-peer: the faults '{one}' and '{other}' both change the {part}\n    keep one of them"


def test_any_two_faults_go_together_in_either_order_or_in_none() -> None:
    for one, other in combinations(CATALOGUE.faults, 2):
        orders = LeafOrder("expressway-e", (one, other)), LeafOrder("expressway-e", (other, one))
        if CATALOGUE.faults[one].changes.keys() & CATALOGUE.faults[other].changes.keys():
            assert all(reasons(order) for order in orders)
        else:
            assert drawn(orders[0]) == drawn(orders[1])


@pytest.mark.parametrize(
    ("order", "reason"),
    [
        (LeafOrder("b2b-peer", common_name=""), "'' cannot be a common name"),
        (
            LeafOrder("b2b-peer", common_name="n" * 65),
            "cannot be a common name\n    write 1 to 64 octets of UTF-8",
        ),
        (
            LeafOrder("b2b-peer", dns_names=("bücher.example",)),
            "'bücher.example' cannot be an alternative name",
        ),
        (LeafOrder("b2b-peer", uris=("",)), "'' cannot be an alternative name"),
        (LeafOrder("b2b-peer", ip_addresses=("192.0.2",)), "'192.0.2' is not an IP address"),
        (LeafOrder("mra-phone", ("wildcard",)), "'SEP00DEADBEEF01' has no parent domain for a wildcard"),
    ],
)
def test_a_name_that_cannot_stand_in_a_certificate_is_refused(order: LeafOrder, reason: str) -> None:
    (told,) = reasons(order)
    assert reason in told


@pytest.mark.parametrize(
    ("fault", "path"),
    [
        ("expired-intermediate", ("private-root", "expired-issuing")),
        ("path-length-exceeded", ("private-root", "path-length-zero", "too-deep-issuing")),
        ("leaf-as-issuer", ("private-root", "private-issuing", "ordinary-leaf")),
        ("unknown-root", ("stranger-root", "stranger-issuing")),
        ("self-signed", ()),
    ],
)
def test_a_flawed_intermediate_is_grafted_beneath_the_leafs_own_authorities(fault: str, path: tuple[str, ...]) -> None:
    assert path_of(CATALOGUE, drawn(LeafOrder("expressway-c", (fault,)))) == path


def test_a_flawed_intermediate_of_a_stranger_stands_below_the_stranger() -> None:
    blueprint = drawn(LeafOrder("expressway-c", ("expired-intermediate", "unknown-root")))
    assert path_of(CATALOGUE, blueprint) == ("stranger-root", "expired-issuing")


@given(
    st.builds(
        LeafOrder,
        profile=st.sampled_from(sorted(CATALOGUE.leaves)) | st.text(max_size=5),
        faults=st.lists(st.sampled_from(sorted(CATALOGUE.faults)) | st.text(max_size=5), max_size=3).map(tuple),
        common_name=st.none() | st.text(max_size=70),
        dns_names=st.none() | st.lists(st.text(max_size=70), max_size=3).map(tuple),
        ip_addresses=st.none() | st.lists(st.text("0123456789.:/%", max_size=20), max_size=2).map(tuple),
    )
)
def test_any_order_at_all_is_a_blueprint_or_reasons(order: LeafOrder) -> None:
    told: tuple[Fault, ...] = ()
    try:
        draw(CATALOGUE, order)
    except ScenarioError as error:
        told = error.faults
    assert {fault.file for fault in told} <= {f"leaf {order.profile}"}


ODD = [
    LeafOrder("expressway-f"),
    LeafOrder("expressway-e", ("expired", "not-yet-valid")),
    LeafOrder("expressway-e", common_name=""),
    *(
        LeafOrder("expressway-e", (name,), common_name="host", dns_names=("host",))
        for name, fault in CATALOGUE.faults.items()
        if fault.certificate.names == "wildcard"
    ),
]


@pytest.mark.parametrize("order", ODD)
def test_a_fault_of_an_order_has_no_line(order: LeafOrder) -> None:
    with pytest.raises(ScenarioError) as caught:
        draw(CATALOGUE, order)
    assert len(ODD) >= 4
    assert [(each.file, each.line, each.column) for each in caught.value.faults] == [(f"leaf {order.profile}", 0, 0)]
