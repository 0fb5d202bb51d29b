"""Whoever writes certs/*.yaml wrongly is told where, all at once, and what was probably meant."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pki_bench import CATALOGUE

from harness.errors import Fault, ScenarioError
from harness.pki import read_catalogue

AUTHORITIES = """\
private-root:
  common-name: TEST ONLY Root
private-issuing:
  common-name: TEST ONLY Issuing
  under: private-root
spoilt:
  common-name: TEST ONLY Spoilt
  under: private-root
  flaw: it is the example
"""
LEAVES = """\
edge:
  title: An edge
  issuer: private-issuing
  common-name: edge.example
  dns-names: [edge.example]
"""
FAULTS = """\
expired:
  title: Ran out
  certificate:
    validity: {begins: -20, ends: -10}
"""


def complaints(authorities: str = AUTHORITIES, leaves: str = LEAVES, faults: str = FAULTS) -> tuple[Fault, ...]:
    texts = {"certs/authorities.yaml": authorities, "certs/leaves.yaml": leaves, "certs/faults.yaml": faults}
    with pytest.raises(ScenarioError) as caught:
        read_catalogue(texts)
    return caught.value.faults


def test_a_sound_catalogue_is_read_by_names_with_or_without_folder_and_suffix() -> None:
    catalogue = read_catalogue({"authorities": AUTHORITIES, "x/leaves.yaml": LEAVES, "faults.yml": FAULTS})
    assert list(catalogue.leaves) == ["edge"]
    assert catalogue.path_of("private-issuing") == ("private-root", "private-issuing")
    assert catalogue.faults["expired"].acts_on == "certificate"


def test_the_shipped_files_hold_the_roles_and_cas_that_the_lab_counts_on() -> None:
    generations = {f"webex-cloud-{word}" for word in ("dual", "webex", "legacy", "sip-webex")}
    inside, outside = {"expressway-e", "expressway-c", "unified-cm"}, {"b2b-peer", "mra-phone", "control-hub"}
    assert inside | outside | {"inspecting-proxy"} | generations == set(CATALOGUE.leaves)
    kinds = ("public", "cloud", "private", "manufacturing", "stranger", "proxy")
    assert {f"{kind}-{part}" for kind in kinds for part in ("root", "issuing")} <= set(CATALOGUE.authorities)


def test_every_authority_says_that_it_is_for_tests_only() -> None:
    assert all(profile.common_name.startswith("TEST ONLY ") for profile in CATALOGUE.authorities.values())


@pytest.mark.parametrize(
    ("generation", "present", "absent"),
    [
        ("dual", {"callservice.webex.com", "callservice.ciscospark.com", "sip.webex.com"}, set()),
        ("webex", {"callservice.webex.com"}, {"callservice.ciscospark.com", "sip.webex.com"}),
        ("legacy", {"callservice.ciscospark.com"}, {"callservice.webex.com", "sip.webex.com"}),
        ("sip-webex", {"sip.webex.com"}, {"callservice.webex.com", "callservice.ciscospark.com"}),
    ],
)
def test_each_generation_of_the_cloud_has_its_own_names(generation: str, present: set[str], absent: set[str]) -> None:
    names = set(CATALOGUE.leaves[f"webex-cloud-{generation}"].dns_names)
    assert present <= names
    assert not absent & names


def test_faults_act_where_their_key_says() -> None:
    acts_on = {name: fault.acts_on for name, fault in CATALOGUE.faults.items()}
    assert acts_on["expired"] == acts_on["wildcard"] == "certificate"
    assert acts_on["expired-intermediate"] == acts_on["missing-intermediate"] == "chain"
    assert all(fault.changes for fault in CATALOGUE.faults.values())


def test_all_faults_of_shape_in_all_files_are_told_at_once_with_their_places() -> None:
    leaves = LEAVES.replace("title: An edge", "titel: An edge").replace("[edge.example]", "7")
    faults = FAULTS.replace("ends: -10", "ends: -30")
    told = [(fault.file, fault.line, fault.column, fault.message) for fault in complaints(leaves=leaves, faults=faults)]
    assert told == [
        ("certs/leaves.yaml", 1, 1, "'title' is missing"),
        ("certs/leaves.yaml", 5, 14, "Input should be a valid tuple"),
        ("certs/leaves.yaml", 2, 3, "unknown key 'titel'"),
        ("certs/faults.yaml", 4, 15, "ends (-30) must come after begins (-20)"),
    ]


@pytest.mark.parametrize(
    ("text", "message", "hint", "line"),
    [
        ("{names: wildcart}", "'wildcart' is not a word for this place", "did you mean 'wildcard'?", 3),
        ("{key-type: rsa-204}", "'rsa-204' is not a word for this place", "did you mean 'rsa-2048'?", 3),
        ("{signatur: sha1}", "unknown key 'signatur'", "did you mean 'signature'?", 3),
        ("{signature: md4}", "'md4' is not a word for this place", "choose one of sha1, sha256", 3),
    ],
)
def test_a_wrong_word_is_answered_with_the_nearest(text: str, message: str, hint: str, line: int) -> None:
    (fault,) = complaints(faults=f"odd:\n  title: Odd\n  certificate: {text}\n")
    assert (fault.message, fault.hint, fault.line) == (message, hint, line)


def test_references_to_nowhere_are_told_at_once() -> None:
    authorities = AUTHORITIES.replace("under: private-root\nspoilt", "under: privat-root\nspoilt")
    leaves = LEAVES.replace("private-issuing", "privat-issuing")
    faults = "a:\n  title: A\n  chain: {issuer: me}\nb:\n  title: B\n  chain: {intermediate: private-issuing}\n"
    told = [(fault.file, fault.line, fault.hint) for fault in complaints(authorities, leaves, faults)]
    assert told == [
        ("certs/authorities.yaml", 5, "did you mean 'private-root'?"),
        ("certs/leaves.yaml", 3, "did you mean 'private-issuing'?"),
        ("certs/faults.yaml", 3, "choose one of private-issuing, private-root, self, spoilt"),
        ("certs/faults.yaml", 6, "choose one of none, spoilt"),
    ]


def test_a_ca_cannot_stand_above_itself() -> None:
    faults = complaints(authorities="a: {common-name: A, under: b}\nb: {common-name: B, under: a}\n")
    assert [fault.message for fault in faults if fault.file == "certs/authorities.yaml"] == [
        "'a' stands above itself",
        "'b' stands above itself",
    ]


def test_a_name_that_is_given_twice_is_refused_where_it_comes_again() -> None:
    (fault,) = complaints(leaves=LEAVES + LEAVES)
    assert (fault.file, fault.line) == ("certs/leaves.yaml", 6)
    assert "a second time" in fault.message


def test_a_missing_file_is_named() -> None:
    with pytest.raises(ScenarioError) as caught:
        read_catalogue({"leaves.yaml": LEAVES, "faults.yaml": FAULTS})
    assert [str(fault) for fault in caught.value.faults] == ["authorities.yaml: is missing"]


def test_a_text_over_the_limit_is_not_parsed() -> None:
    (fault,) = complaints(faults="#" * 1_000_001)
    assert fault.message == "larger than 1000000 bytes"


@pytest.mark.parametrize("text", ["[" * 20_000, "!!timestamp x", "!!int x", "a: *b", "? {a: b}\n: 1", "a: !x 1", ""])
def test_odd_yaml_is_a_fault_and_never_a_crash(text: str) -> None:
    assert complaints(faults=text)


@given(text=st.text(alphabet="ab:-[]{}!&*?#|>'\"%@\n\t 0x,<=~\x00\ud800", max_size=60))
def test_any_text_at_all_is_a_catalogue_or_a_fault(text: str) -> None:
    told: tuple[Fault, ...] = ()
    try:
        read_catalogue({"authorities.yaml": AUTHORITIES, "leaves.yaml": LEAVES, "faults.yaml": text})
    except ScenarioError as error:
        told = error.faults
    assert {fault.file for fault in told} <= {"faults.yaml"}
