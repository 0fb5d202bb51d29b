"""CAs in absolute dates, CAs that share a key, and lists of CAs: what is written, and what is issued."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pki_bench import CATALOGUE, TEXTS, parsed

from harness.errors import ScenarioError
from harness.pki import LabPki, LeafOrder, read_catalogue
from harness.pki.validity import Dates, read_date

DAYS = tuple(datetime(year, 6, 1, tzinfo=UTC) for year in (2001, 2021, 2026, 2150))
DATED = {name: profile.validity for name, profile in CATALOGUE.authorities.items()
         if isinstance(profile.validity, Dates)}  # fmt: skip


@pytest.mark.parametrize("now", DAYS, ids=str)
@pytest.mark.parametrize("name", DATED)
def test_a_look_alike_lives_as_long_as_its_model_whatever_day_the_lab_has(name: str, now: datetime) -> None:
    certificate = parsed(LabPki(CATALOGUE, now).certificate_of(name))
    assert certificate.not_valid_before_utc.date() == DATED[name].from_
    assert certificate.not_valid_after_utc.date() == DATED[name].until
    assert certificate.not_valid_after_utc.hour == 23


@pytest.mark.parametrize("now", DAYS, ids=str)
def test_all_others_are_in_date_on_the_day_of_the_lab(now: datetime) -> None:
    lab_pki = LabPki(CATALOGUE, now)
    for der in (lab_pki.certificate_of("public-root"), lab_pki.issue(LeafOrder("expressway-e")).leaf):
        assert parsed(der).not_valid_before_utc < now < parsed(der).not_valid_after_utc


@pytest.mark.parametrize(
    ("name", "other"), [("isrg-root-cross-signed", "isrg-root"), ("digicert-issuing", "digicert-issuing-2013")]
)
def test_a_ca_that_was_issued_once_more_has_its_name_and_its_key(name: str, other: str) -> None:
    lab_pki = LabPki(CATALOGUE, DAYS[1])
    again, first = (parsed(lab_pki.certificate_of(each)) for each in (name, other))
    assert (again.subject, again.public_key()) == (first.subject, first.public_key())
    assert again.serial_number != first.serial_number
    assert again.issuer == parsed(lab_pki.chain_of(name)[1]).subject


def test_the_twins_have_one_name_and_two_keys() -> None:
    lab_pki = LabPki(CATALOGUE, DAYS[1])
    one, other = (parsed(lab_pki.certificate_of(name)) for name in ("namesake-root", "namesake-root-twin"))
    assert one.subject == other.subject
    assert one.public_key() != other.public_key()


def test_a_renewed_certificate_differs_only_in_what_makes_it_new() -> None:
    lab_pki = LabPki(CATALOGUE, DAYS[2])
    old, new = (parsed(lab_pki.issue(LeafOrder("expressway-e", renewals=times)).leaf) for times in (0, 1))
    assert (old.subject, old.issuer) == (new.subject, new.issuer)
    assert parsed(lab_pki.issue(LeafOrder("expressway-e")).leaf) == old
    assert old.serial_number != new.serial_number
    assert old.public_key() != new.public_key()


# --- words of a trust setting ---


def test_a_list_stands_for_its_authorities_and_none_comes_twice() -> None:
    lab_pki = LabPki(CATALOGUE, DAYS[2])
    named = CATALOGUE.trust_lists["seeds-2017"].authorities
    anchors = lab_pki.anchors_of(["gte-root", "list:seeds-2017", "public-root", "gte-root"])
    wanted = ["gte-root", *(name for name in named if name != "gte-root"), "public-root"]
    assert anchors == tuple(lab_pki.certificate_of(name) for name in wanted)


def test_a_leaf_can_stand_in_a_trust_store_by_itself() -> None:
    lab_pki = LabPki(CATALOGUE, DAYS[2])
    assert lab_pki.anchors_of(["leaf:expressway-e"]) == (lab_pki.issue(LeafOrder("expressway-e")).leaf,)


def test_two_roots_of_the_list_of_2017_have_run_out() -> None:
    lab_pki = LabPki(CATALOGUE, DAYS[2])
    roots = [parsed(der) for der in lab_pki.anchors_of(["list:seeds-2017"])]
    assert len(roots) == 7
    assert sum(root.not_valid_after_utc < DAYS[2] for root in roots) == 2


@pytest.mark.parametrize(
    ("word", "message"),
    [
        ("list:seeds-2071", "unknown trust list 'seeds-2071'"),
        ("leaf:expresway-e", "unknown leaf profile 'expresway-e'"),
        ("public-rot", "unknown authority 'public-rot'"),
        ("list:", "unknown trust list ''"),
    ],
)
def test_a_word_that_names_nothing_is_refused(word: str, message: str) -> None:
    with pytest.raises(ScenarioError, match=message):
        LabPki(CATALOGUE, DAYS[2]).anchors_of(["public-root", word])


# --- what the files may say ---

FAULTY = {
    "no date": ("validity: {from: yesterday, until: 2030-01-01}", "'yesterday' is no date"),
    "a date that does not exist": ("validity: {from: 2021-02-30, until: 2030-01-01}", "'2021-02-30' is no date"),
    "the wrong way round": ("validity: {from: 2031-01-01, until: 2030-01-01}", "must not come before"),
    "another century": ("validity: {from: 1850-01-01, until: 2030-01-01}", "too far away"),
    "half of it": ("validity: {from: 2021-01-01}", "'until' is missing"),
    "both ways": ("validity: {from: 2021-01-01, until: 2030-01-01, begins: 3}", "unknown key 'begins'"),
    "a number": ("validity: {from: 20210101, until: 2030-01-01}", "is no date"),
    "nobody's key": ("same-key-as: nobody", "no authority 'nobody'"),
    "its own key": ("same-key-as: odd", "is not its own"),
    "a borrowed key": ("same-key-as: digicert-issuing", "is not its own"),
}


@pytest.mark.parametrize("name", FAULTY)
def test_a_faulty_ca_is_answered_at_its_line(name: str) -> None:
    line, message = FAULTY[name]
    text = f"{TEXTS['authorities.yaml']}\nodd:\n  common-name: TEST ONLY odd\n  {line}\n"
    with pytest.raises(ScenarioError) as refused:
        read_catalogue(TEXTS | {"authorities.yaml": text})
    (fault,) = refused.value.faults
    assert message in fault.message
    assert fault.line == len(text.splitlines())


def test_a_list_names_authorities_that_there_are() -> None:
    with pytest.raises(ScenarioError) as refused:
        read_catalogue(TEXTS | {"trust-lists.yaml": "own:\n  title: my own\n  authorities: [public-root, gte-rot]\n"})
    (fault,) = refused.value.faults
    assert (fault.line, fault.column, fault.hint) == (3, 30, "did you mean 'gte-root'?")


def test_a_catalogue_may_have_no_lists() -> None:
    texts = {name: text for name, text in TEXTS.items() if name != "trust-lists.yaml"}
    assert read_catalogue(texts).trust_lists == {}


@given(st.dates(date(1950, 1, 1), date(2199, 12, 31)))
def test_a_date_is_read_as_it_is_written(day: date) -> None:
    assert read_date(day.isoformat()) == day


@given(st.text(max_size=20))
def test_any_other_text_is_no_date_and_never_another_error(text: str) -> None:
    try:
        day = read_date(text)
    except ValueError:
        return
    assert day.isoformat() == text


def test_the_key_of_a_ca_that_stands_above_itself_is_nobodys() -> None:
    text = (
        f"{TEXTS['authorities.yaml']}\nround:\n  common-name: TEST ONLY round\n  under: round\n"
        "odd:\n  common-name: TEST ONLY odd\n  same-key-as: round\n"
    )
    with pytest.raises(ScenarioError) as refused:
        read_catalogue(TEXTS | {"authorities.yaml": text})

    assert [fault.message for fault in refused.value.faults] == [
        "'round' stands above itself",
        "the key of 'round' is not its own, or needs 'odd' first",
    ]


def test_the_key_of_a_ca_below_is_there_too_late() -> None:
    text = (
        f"{TEXTS['authorities.yaml']}\nodd:\n  common-name: TEST ONLY odd\n  same-key-as: below\n"
        "below:\n  common-name: TEST ONLY below\n  under: odd\n"
    )
    with pytest.raises(ScenarioError) as refused:
        read_catalogue(TEXTS | {"authorities.yaml": text})

    assert [fault.message for fault in refused.value.faults] == [
        "the key of 'below' is not its own, or needs 'odd' first"
    ]
