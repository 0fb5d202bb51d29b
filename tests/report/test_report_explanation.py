"""What a pasted text means, as people and programs read it."""

from __future__ import annotations

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from report_bench import HOSTILE, is_inert

from harness.diagnosis.explain import explain
from harness.report.explanation_json import explanation_json
from harness.report.explanation_text import CAN_READ, explanation_text

REFUSED_NAME = 'Event="Inbound TLS Negotiation Error" Detail="Peer\'s TLS certificate identity was unacceptable"'


def prose(text: str) -> str:
    return " ".join(text.split())


@pytest.mark.parametrize(
    "said",
    [
        "means The chain is trusted and the handshake finished;",
        "who The side that wrote this, the TLS server, which was dialled, refused the other side.",
        "stage identity",
        "causes - name-typo: The name is a few letters off",
        "to tell - name-typo: The two names side by side.",
        "source 9, 2",
    ],
)
def test_a_message_is_told_with(said: str) -> None:
    assert said in prose(explanation_text(explain(REFUSED_NAME)))


def test_causes_stand_under_the_condition_on_which_they_hold() -> None:
    told = prose(explanation_text(explain("alert 40")))

    assert "after its CertificateRequest, in TLS 1.2: - no-client-certificate:" in told
    assert "before any Certificate was sent: - no-common-cipher:" in told


def test_several_lines_are_told_together_at_the_end() -> None:
    told = explanation_text(explain(f"{REFUSED_NAME}\nGot EOF on socket\nnoise\nmore noise"))

    assert told.count("read ") >= 2
    assert told.index("together  ") > told.rindex("means")
    assert told.endswith("2 lines are not among the messages that are known here.\n")


@pytest.mark.parametrize("text", ["", "hello"])
def test_of_unknown_text_it_says_so_and_what_it_can_read(text: str) -> None:
    told = prose(explanation_text(explain(text)))

    assert told.startswith("not read")
    assert CAN_READ in told


@pytest.mark.parametrize("width", [60, 80, 120])
def test_it_is_wrapped(width: int) -> None:
    lines = explanation_text(explain(f"{REFUSED_NAME}\nunknown ca"), width=width).splitlines()

    assert max(map(len, lines)) <= width
    assert all(line == line.rstrip() for line in lines)


def test_what_was_pasted_is_inert() -> None:
    told = explanation_text(
        explain(f"{HOSTILE} unknown ca\n{HOSTILE} Detail: identity was unacceptable"), unicode=False
    )

    assert "identity was unacceptable" in prose(told)
    assert is_inert(told)
    assert told.isascii()


@given(st.text() | st.text().map(lambda text: f"alert 46 {text} Got EOF on socket"))
@settings(max_examples=100)
def test_any_text_comes_out_inert(text: str) -> None:
    reading = explain(text)

    assert is_inert(explanation_text(reading, unicode=False))
    assert json.loads(explanation_json(reading))["unknown"] == reading.unknown


def test_json_has_the_words_of_the_table() -> None:
    document = json.loads(explanation_json(explain("116")))

    (only,) = document["explanations"]
    assert (only["key"], only["stages"], only["times"]) == ("alert-116", ["acceptance"], 1)
    assert only["candidates"][0]["cause"] == "no-client-certificate"
    assert document["candidates"][0]["told_apart_by"]
    assert explanation_json(explain(HOSTILE)).isascii()
