from __future__ import annotations

import re
from typing import Any, get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError
from shipped_library import LIBRARY

from harness.errors import ScenarioError
from harness.lab.actors import ACTORS
from harness.lab.changes import changed, leaf_order
from harness.lab.directory import directory_of
from harness.lab.setting_rows import setting_row, setting_rows
from harness.lab.settings import Certificate, Lab
from harness.lab.settings.revocation import ListState, ResponseState
from harness.pki.revocation import LISTS, RESPONSES
from harness.run.option_values import checked_block

HEALTHY = LIBRARY.healthy
PEER = "expressway-c.uc-traversal-zone.peer-address"
ROWS = setting_rows()
SOURCES = re.compile(r"[ACEX]\d+|[BMIOTDG]\d\d|seed|-")


def value_at(lab: Lab, path: str) -> Any:
    value: Any = lab.model_dump(by_alias=True, mode="json")
    for key in path.split("."):
        value = value[key]
    return value


def test_every_setting_says_what_it_means_and_who_says_so() -> None:
    assert [row.path for row in ROWS if not row.meaning] == []
    assert [row.path for row in ROWS if row.source and not SOURCES.fullmatch(row.source)] == []
    assert [row.path for row in ROWS if row.command.startswith("xConfiguration")] == []


def test_every_setting_has_one_name_written_with_hyphens() -> None:
    paths = [row.path for row in ROWS]

    assert len(paths) == len(set(paths)) > 100
    assert [path for path in paths if not re.fullmatch(r"[a-z0-9-]+(\.[a-z0-9-]+)*", path)] == []


@pytest.mark.parametrize("row", [row for row in ROWS if "certificate." not in row.path], ids=lambda row: row.path)
def test_writing_a_settings_own_value_changes_nothing(row: Any) -> None:
    assert changed(HEALTHY, {row.path: value_at(HEALTHY, row.path)}) == HEALTHY


@pytest.mark.parametrize("path", [row.path for row in ROWS if row.path.endswith((".port", "-port"))])
@given(port=st.integers(-1, 70000))
def test_every_port_is_one_that_needs_no_rights(path: str, port: int) -> None:
    if 1024 <= port <= 65534:
        assert value_at(changed(HEALTHY, {path: port}), path) == port
    else:
        with pytest.raises(ValidationError):
            changed(HEALTHY, {path: port})


def test_a_change_touches_the_setting_that_it_names_and_no_other() -> None:
    lab = changed(HEALTHY, {"expressway-e.webex-zone.inbound-mapping": "off"})

    assert HEALTHY.expressway_e.webex_zone.inbound_mapping
    assert not lab.expressway_e.webex_zone.inbound_mapping
    assert changed(lab, {"expressway-e.webex-zone.inbound-mapping": True}) == HEALTHY


def test_one_part_of_a_certificate_can_be_changed_where_there_was_none() -> None:
    lab = changed(HEALTHY, {"jabber.certificate.profile": "mra-phone"})

    assert HEALTHY.jabber.certificate == "none"
    assert isinstance(lab.jabber.certificate, Certificate)
    assert leaf_order(lab.jabber.certificate).profile == "mra-phone"


def test_a_setting_that_is_not_there_is_nobodys() -> None:
    with pytest.raises(KeyError):
        setting_row("jabber.no-such-thing")
    assert setting_row("jabber.user").meaning


def test_every_actor_has_an_address_and_every_host_name_leads_to_one() -> None:
    directory = directory_of(HEALTHY, "127.77.1")

    assert directory.address_of("expressway-e") == "127.77.1.10"
    assert directory.actor_at("127.77.1.10") == "expressway-e"
    assert directory.is_dead("127.77.1.99")
    assert len({directory.address_of(actor) for actor in ACTORS}) == len(ACTORS)


@pytest.mark.parametrize("text", ["127.77.1", "127.0.0", "127.255.255", "127.77.1.0/24"])
def test_a_lab_lives_on_the_loopback(text: str) -> None:
    assert checked_block(text) == text.removesuffix(".0/24")


@pytest.mark.parametrize(
    "text", ["", "10.0.0", "127.77", "127.77.1.5", "127.77.256", "127.077.1", "::1", "a.b.c", "127..1", "127.1.\n2"]
)
def test_a_lab_lives_nowhere_else(text: str) -> None:
    with pytest.raises(ScenarioError, match="no block for a lab"):
        checked_block(text)


def test_revocation_checking_is_not_switched_on_without_its_fallback() -> None:
    """Cisco's screen and its CLI reference name different defaults, so there is none (X10)."""
    with pytest.raises(ValidationError, match="nothing says what counts where no source answers"):
        changed(HEALTHY, {"expressway-e.revocation.mode": "on"})
    for fallback in ("treat-as-not-revoked", "fail"):
        lab = changed(
            HEALTHY,
            {"expressway-e.revocation.mode": "on", "expressway-e.revocation.source-inaccessible": fallback},
        )
        assert lab.expressway_e.revocation.source_inaccessible == fallback


def test_the_validation_authority_can_be_in_every_state_that_there_is() -> None:
    assert set(get_args(ListState)) == set(LISTS)
    assert set(get_args(ResponseState)) == set(RESPONSES)


@pytest.mark.parametrize("address", ["", "us-expe1.example.com", "127.64.0.10", "203.0.113.7"])
def test_a_traversal_peer_is_a_name_or_an_address(address: str) -> None:
    assert changed(HEALTHY, {PEER: address}).expressway_c.uc_traversal_zone.peer_address == address


@pytest.mark.parametrize(
    "address", ["no name", "127.64.0.10:7001", "127.64.0", "::1", "a..b", "sips:expe1.example.com"]
)
def test_a_traversal_peer_is_nothing_else(address: str) -> None:
    with pytest.raises(ValidationError):
        changed(HEALTHY, {PEER: address})


@pytest.mark.parametrize("box", ["expressway-e", "expressway-c"])
@pytest.mark.parametrize("release", ["x14", "x15.0", "x15.2", "x15.4"])
def test_before_x15_5_neither_box_has_a_client_store_or_a_switch_for_the_eku_check(box: str, release: str) -> None:
    check = "expressway-e.sip.eku-check" if box == "expressway-e" else "expressway-c.eku-check"
    for setting, value in ((f"{box}.client-certificate", "none"), (check, "off")):
        assert changed(HEALTHY, {setting: value})
        with pytest.raises(ValidationError, match=r"x15\.5"):
            changed(HEALTHY, {setting: value, "release": release})
