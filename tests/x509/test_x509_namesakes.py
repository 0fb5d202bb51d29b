"""An Expressway keeps the first CA of a name; any certificate without a name stays."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st
from shipped_library import LIBRARY

from harness.actors.certificate_stores import first_of_each_name
from harness.x509.certificate import read_certificate

LAB_PKI = LIBRARY.lab_pki
ONE, OTHER, ELSE = (LAB_PKI.certificate_of(name) for name in ("namesake-root", "namesake-root-twin", "public-root"))


def test_the_second_ca_of_a_name_is_dropped_and_the_order_stays() -> None:
    assert first_of_each_name([ONE, ELSE, OTHER]) == (ONE, ELSE)
    assert first_of_each_name([OTHER, ELSE, ONE]) == (OTHER, ELSE)


def test_what_has_no_name_is_no_namesake() -> None:
    assert first_of_each_name([b"one", b"two", b"one"]) == (b"one", b"two")


@given(st.lists(st.sampled_from([ONE, OTHER, ELSE, b"junk"])))
def test_every_name_is_there_once(certificates: list[bytes]) -> None:
    kept = first_of_each_name(certificates)
    names = [read_certificate(der).common_names or der for der in kept]
    assert len(names) == len(set(names))
    assert set(names) == {read_certificate(der).common_names or der for der in certificates}
    assert first_of_each_name(kept) == kept
