"""The table of actors: whatever shows, dials or directs an actor finds it there, and nothing else lists them."""

from __future__ import annotations

from collections import Counter

import pytest
from shipped_library import LIBRARY

from harness.lab.actor import Actor, Port
from harness.lab.actors import ACTORS, TITLES
from harness.lab.changes import changed
from harness.lab.fields import Settings
from harness.lab.setting_rows import group_of
from harness.lab.settings import Lab
from harness.lab.settings.network import NOBODYS_OCTET
from harness.run.performing import PERFORMANCES
from harness.scenario.options import OPTIONS
from harness.transcript import ClientCertificate

LAB = LIBRARY.healthy
each_actor = pytest.mark.parametrize("actor", ACTORS.values(), ids=ACTORS)


def test_whatever_an_actor_can_be_told_it_can_do() -> None:
    told = {(actor.key, verb.word) for actor in ACTORS.values() for verb in actor.verbs}
    assert PERFORMANCES.keys() == told


def test_every_option_of_a_verb_has_a_kind_of_value_and_every_kind_a_verb() -> None:
    used = {option for actor in ACTORS.values() for verb in actor.verbs for option in verb.options}
    assert used == OPTIONS.keys()


def test_every_group_of_settings_belongs_to_an_actor() -> None:
    groups = {field.alias for field in Lab.model_fields.values() if group_of(field) is not None}
    assert groups == ACTORS.keys() - {"b2bua"}, "the B2BUA has the settings of the box in which it is"


def test_no_two_actors_share_an_address_or_a_place_in_the_picture() -> None:
    octets = Counter(actor.octet for actor in ACTORS.values())
    places = Counter(actor.at for actor in ACTORS.values())
    assert max(octets.values()) == max(places.values()) == 1
    assert NOBODYS_OCTET not in octets
    assert len(set(TITLES.values())) == len(TITLES)


@each_actor
def test_an_actor_stands_inside_the_picture(actor: Actor) -> None:
    assert 0 <= actor.at[0] <= 1280
    assert 0 <= actor.at[1] <= 570


@each_actor
def test_the_ports_of_an_actor_are_ports_and_ask_for_what_its_settings_say(actor: Actor) -> None:
    settings = actor.settings_in(LAB)
    assert settings is None or isinstance(settings, Settings)
    for port in actor.ports:
        assert 1024 <= port.number_in(settings) <= 65535
        assert port.request_in(settings) in {None, *ClientCertificate}


def test_a_port_that_asks_as_a_setting_says_follows_the_setting() -> None:
    (port,) = ACTORS["b2b-peer"].ports
    silent = LAB.b2b_peer.model_copy(update={"request": "none", "port": 5099})
    assert (port.number_in(silent), port.request_in(silent)) == (5099, ClientCertificate.NONE)
    assert Port(8080, "HTTP").request_in(None) is None


def test_software_names_the_release_and_that_it_is_simulated() -> None:
    assert ACTORS["expressway-c"].software_on("x15.4") == "TANDBERG/4137 (X15.4) (simulated by sip-mtls)"
    assert ACTORS["mra-phone"].software_on("x15.4") == "mra-phone (simulated by sip-mtls)"


@pytest.mark.parametrize(
    ("box", "target"),
    [("expressway-e", "neighbour-zone"), ("expressway-c", "webex-zone"), ("expressway-c", "dns-zone")],
)
def test_a_search_rule_leads_to_no_zone_that_its_box_has_not(box: str, target: str) -> None:
    rule = {"pattern": ".+", "target": target}
    with pytest.raises(ValueError, match=f"this box has no {target}; choose one of traversal-zone, "):
        changed(LAB, {f"{box}.search-rules": [rule]})
