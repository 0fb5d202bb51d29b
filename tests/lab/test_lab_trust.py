"""What a lab file may say about trust, and about keys that no box could load."""

from __future__ import annotations

from typing import Any

import pytest
from shipped_library import LIBRARY

from harness.errors import ScenarioError
from harness.lab.changes import MOST_TRUSTED, changed, unknown_words
from harness.scenario.read import read_lab


def complaints(change: dict[str, Any]) -> list[tuple[str, str]]:
    """Return (place, message) of all that is wrong with a changed lab."""
    lab = changed(LIBRARY.healthy, change)
    return [
        (".".join(str(part) for part in place), message) for place, message, _ in unknown_words(lab, LIBRARY.catalogue)
    ]


def test_a_trusted_ca_list_holds_a_thousand_certificates_and_no_more() -> None:
    full = ["public-root"] * MOST_TRUSTED
    for box in ("expressway-e", "expressway-c"):
        assert complaints({f"{box}.trusted-ca": full}) == []
        assert complaints({f"{box}.trusted-ca": [*full, "cloud-root"]}) == [
            (f"{box}.trusted-ca", "1001 certificates are too many")
        ]


def test_the_certificates_of_a_list_are_counted_each() -> None:
    nearly_full = ["public-root"] * (MOST_TRUSTED - 6)
    assert complaints({"expressway-e.trusted-ca": [*nearly_full, "list:seeds-2017"]}) == [
        ("expressway-e.trusted-ca", "1001 certificates are too many")
    ]


def test_other_trust_stores_have_no_such_limit() -> None:
    assert complaints({"jabber.trusted-ca": ["public-root"] * (MOST_TRUSTED + 1)}) == []


@pytest.mark.parametrize(
    "path", ["expressway-e.trusted-ca", "webex-cloud.default-trust", "webex-cloud.uploaded-trust",
             "webex-cloud.announced-cas", "b2b-peer.trusted-ca", "jabber.trusted-ca"],
)  # fmt: skip
def test_every_trust_setting_takes_lists_and_answers_a_wrong_one(path: str) -> None:
    assert complaints({path: ["public-root", "list:seeds-2017"]}) == []
    assert complaints({path: ["public-root", "list:seeds"]}) == [(f"{path}.1", "unknown trust list 'seeds'")]


def test_a_wrong_list_in_a_lab_file_is_answered_at_its_place_with_the_nearest_word() -> None:
    with pytest.raises(ScenarioError) as refused:
        read_lab("expressway-e:\n  trusted-ca: [list:seeds-2071]\n", file="lab.yaml", catalogue=LIBRARY.catalogue)
    assert str(refused.value).splitlines() == [
        "lab.yaml:2:16: unknown trust list 'seeds-2071'",
        "    did you mean 'seeds-2017'?",
    ]


# --- row T-11 ---

WEAK = {"key": "rsa-1024"}
TOO_WEAK = "an rsa-1024 key is too weak to be loaded: OpenSSL's security level 2 wants 2048 bits of RSA"


@pytest.mark.parametrize(
    ("place", "certificate"),
    [
        ("expressway-e.server-certificate", {"profile": "expressway-e", **WEAK}),
        ("expressway-e.server-certificate", {"profile": "expressway-e", "faults": ["rsa-1024"]}),
        ("expressway-c.server-certificate", {"profile": "expressway-c", **WEAK}),
        ("webex-cloud.certificate", {"profile": "webex-cloud-dual", **WEAK}),
        ("jabber.certificate", {"profile": "mra-phone", **WEAK}),
        ("b2b-peer.client-certificate", {"profile": "b2b-peer", **WEAK}),
    ],
)
def test_a_key_that_cannot_be_loaded_is_told_when_the_file_is_read(place: str, certificate: dict[str, Any]) -> None:
    assert complaints({place: certificate}) == [(place, TOO_WEAK)]
    assert complaints({place: certificate | {"faults": [], "key": "rsa-2048"}}) == []


@pytest.mark.parametrize(
    "change",
    [
        {"b2b-peer.tls-versions": ["1.0", "1.2"], "b2b-peer.client-certificate": {"profile": "b2b-peer", **WEAK}},
        {"release": "x14", "expressway-e.server-certificate": {"profile": "expressway-e", **WEAK}},
        {"release": "x15.0", "expressway-c.server-certificate": {"profile": "expressway-c", **WEAK}},
        {
            "expressway-e.sip.tls-versions": ["1.1", "1.2"],
            "expressway-e.server-certificate": {"profile": "expressway-e", **WEAK},
        },
    ],
)
def test_old_gear_can_load_it(change: dict[str, Any]) -> None:
    assert complaints(change) == []
