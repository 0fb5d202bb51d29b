from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scenario_bench import SOUND, faults, scenario, written
from shipped_library import LIBRARY

from harness.errors import ScenarioError
from harness.lab.setting_rows import setting_rows
from harness.scenario.expectations import NO_ALERT, STEP_WORDS
from harness.scenario.model import Control, Expectation, Step, StepExpectation
from harness.scenario.read import ScenarioText, read_lab
from harness.scenario.steps import STEP_KINDS
from harness.verdict import Stage

SETTING = "expressway-e.default-zone.mutual-tls: on"
STEP = "- jabber: register"
STOPPED = "{stopped-at: handshake, by: expressway-e}"

WRONG: dict[str, tuple[str, list[str]]] = {
    # --- settings ---
    "a setting that nobody has": (
        written(SETTING, "jabber.usr: user2@example.com"),
        ["4:3: unknown setting 'jabber.usr' | did you mean 'jabber.user'?"],
    ),
    "a switch that is neither on nor off": (
        written(SETTING, "expressway-e.default-zone.mutual-tls: perhaps"),
        ["4:41: expected on or off, got 'perhaps'"],
    ),
    "a port that needs root": (
        written(SETTING, "expressway-e.sip.tls-port: 443"),
        ["4:30: 443 is out of range | must be at least 1024"],
    ),
    "a port beyond the last": (
        written(SETTING, "expressway-e.sip.tls-port: 65535"),
        ["4:30: 65535 is out of range | must be at most 65534"],
    ),
    "a port in quotes": (
        written(SETTING, "expressway-e.sip.tls-port: '5061'"),
        ["4:30: expected a whole number, got '5061'"],
    ),
    "a fault that no certificate has": (
        written(SETTING, "expressway-e.server-certificate.faults: [expird]"),
        ["4:43: unknown fault 'expird' | did you mean 'expired'?"],
    ),
    "an authority that nobody knows": (
        written(SETTING, "expressway-e.trusted-ca: [public-root, public-rot]"),
        ["4:42: unknown authority 'public-rot' | did you mean 'public-root'?"],
    ),
    "a profile that nobody has": (
        written(SETTING, "expressway-e.server-certificate.profile: expresway-e"),
        ["4:44: unknown leaf profile 'expresway-e' | did you mean 'expressway-e'?"],
    ),
    "an access rule that is no regular expression": (
        written(SETTING, "expressway-e.default-zone.access-rules: [{pattern: '(', pattern-type: regex}]"),
        ["4:44: the pattern is not a regular expression: missing ) at position 1"],
    ),
    "an access rule whose counts multiply": (
        written(SETTING, "expressway-e.default-zone.access-rules: [{pattern: '((){99}){99}', pattern-type: regex}]"),
        ["4:44: the pattern has more than 2000 parts with its counts written out"],
    ),
    "settings that are no mapping": (
        written("\n  " + SETTING, " everything"),
        ["3:9: expected a mapping (key: value), got 'everything'"],
    ),
    # --- play ---
    "an actor that nobody knows": (
        written(STEP, "- jabbr: register"),
        ["6:5: a step names one actor | did you mean 'jabber'?"],
    ),
    "two actors in one step": (
        written(STEP, "- {jabber: register, mra-phone: register}"),
        ["6:5: a step names one actor | make two steps of it"],
    ),
    "a deed that the actor cannot do": (
        written(STEP, "- jabber: regster"),
        ["6:13: jabber cannot 'regster' | did you mean 'register'?"],
    ),
    "an option that the step has not": (
        written(STEP, "- {jabber: register, prt: 5061}"),
        ["6:24: 'jabber: register' has no option 'prt' | did you mean 'port'?"],
    ),
    "an option that the step needs": (
        written(STEP, "- {unified-cm: call, as: register}"),
        ["6:18: 'unified-cm: call' needs the option 'to'"],
    ),
    "options beyond their range": (
        written(STEP, "- {jabber: register, port: 70000, attempts: 0}"),
        [
            "6:30: expected a port number from 1 to 65535, got 70000",
            "6:47: expected a number from 1 to 10, got 0",
        ],
    ),
    "a wait that no number can hold": (
        written(STEP, "- {b2b-peer: stay-silent, as: register, seconds: 1" + "0" * 12 + "}"),
        ["6:52: expected up to 60 seconds, got 1000000000000"],
    ),
    "an address without a user": (
        written(STEP, "- {unified-cm: call, as: register, to: example.com}"),
        ["6:42: expected an address such as user1@example.com, got 'example.com'"],
    ),
    "the same step twice": (
        written(f"  {STEP}", f"  {STEP}\n  {STEP}"),
        ["7:5: two steps are called 'register' | name one with `as:`"],
    ),
    "a step with the name of a key": (
        written(STEP, "- {jabber: register, as: cause}"),
        ["6:28: a step cannot be called 'cause' | `expect` has that key for something else"],
    ),
    # --- expect ---
    "a step of which nothing is expected": (
        written(f"  register: {STOPPED}\n", ""),
        ["8:3: nothing is expected of the step 'register' | write `ok` or where it stops"],
    ),
    "a step that is not in the play": (
        written(f"register: {STOPPED}", "registr: ok\n  register: ok"),
        ["8:3: unknown key 'registr' | did you mean 'register'?"],
    ),
    "no cause": (
        written("  cause: mra-on-mutual-port\n", ""),
        ["8:3: missing key 'cause' | `sip-mtls list --causes` shows them; `none` where all goes well"],
    ),
    "a cause that no table has": (
        written("mra-on-mutual-port", "mra-on-mutal-port"),
        ["9:10: unknown word 'mra-on-mutal-port' | did you mean 'mra-on-mutual-port'?"],
    ),
    "a stage that no story has": (
        written("handshake,", "handshak,"),
        ["8:26: unknown word 'handshak' | did you mean 'handshake'?"],
    ),
    "an alert with a hyphen": (
        written("by: expressway-e", "alert: unknown-ca"),
        ["8:44: unknown word 'unknown-ca' | did you mean 'unknown_ca'?"],
    ),
    "an alert beyond a byte": (
        written("by: expressway-e", "alert: 256"),
        ["8:44: expected a number from 0 to 255, got 256"],
    ),
    "a refuser who is not in the lab": (
        written("by: expressway-e", "by: expresway-e"),
        ["8:41: unknown word 'expresway-e' | did you mean 'expressway-e'?"],
    ),
    "a cluster peer that the lab has not": (
        written("  - jabber: register", "  - jabber: register\n  - expressway-e: join-cluster").replace(
            "expect:\n", "expect:\n  join-cluster: ok\n"
        ),
        ["7:5: there is no cluster peer to join | add one to `edges`"],
    ),
    "a word where a list cannot be one": (
        written("handshake,", "[handshake],"),
        ["8:26: expected a word, got a list | choose one of " + ", ".join(Stage)],
    ),
    "a key that no step has": (
        written("by: expressway-e", "because: expressway-e"),
        ["8:37: unknown key 'because' | choose one of stopped-at, by, alert, status, closing, connections, reached"],
    ),
    "one TLS version of two": (
        written("handshake,", '{"1.2": handshake},'),
        ['8:26: nothing is expected at TLS 1.3 | add "1.3", or play `tls: ["1.2"]`'],
    ),
    "warnings that are no list": (
        SOUND + "  warnings: tried\n",
        ["10:13: expected a list of texts, each a part of a warning"],
    ),
    # --- the rest ---
    "a TLS version of old": (SOUND + "tls: [1.1]\n", ["10:7: '1.1' is not a choice here | did you mean '1.3'?"]),
    "no TLS version": (SOUND + "tls: []\n", ["10:6: a list is out of range | must be at least 1 long"]),
    "a key that no scenario has": (SOUND + "contrl: {}\n", ["10:1: unknown key 'contrl' | did you mean 'control'?"]),
    "a key that no control has": (
        SOUND + "control:\n  chnge: {}\n",
        ["11:3: unknown key 'chnge' | did you mean 'change'?"],
    ),
    "a setting of the control that nobody has": (
        SOUND + "control:\n  change:\n    jabber.usr: x@example.com\n",
        ["12:5: unknown setting 'jabber.usr' | did you mean 'jabber.user'?"],
    ),
    "a step of the control that cannot be": (
        SOUND + "control:\n  play:\n    - {jabber: register, port: 0}\n",
        ["12:32: expected a port number from 1 to 65535, got 0"],
    ),
    "nothing at all": (
        "",
        ["1:1: there is nothing in it | `sip-mtls show B02` shows a scenario, docs/writing-scenarios.md its keys"],
    ),
}


@pytest.mark.parametrize(("text", "told"), WRONG.values(), ids=list(WRONG))
def test_each_fault_has_its_place_its_word_and_its_way_out(text: str, told: list[str]) -> None:
    assert faults(text) == told


def test_the_story_that_all_these_were_made_from_is_sound() -> None:
    assert faults(SOUND) == []


def test_every_fault_is_told_at_once_in_the_order_of_the_file() -> None:
    text = SOUND.replace("mutual-tls: on", "mutual-tsl: on").replace("jabber: register", "jabber: regster")
    text = text.replace("mra-on-mutual-port", "mra") + "control:\n  change: {jabber.usr: x}\n"

    told = faults(text)

    assert [fault.partition(": ")[0] for fault in told] == ["4:3", "6:13", "9:10", "11:12"]


def test_a_step_that_cannot_be_read_is_one_fault_and_not_three() -> None:
    assert len(faults(written(STEP, "- jabber: regster"))) == 1


@pytest.mark.parametrize("key", ["1.2", '"1.2"', "'1.2'"])
def test_a_tls_version_needs_no_quotes(key: str) -> None:
    read = scenario(written("handshake,", f"{{{key}: handshake, 1.3: acceptance}},") + f"tls: [{key}, 1.3]\n")

    assert read.tls_versions == ("1.2", "1.3")
    assert {v: e.steps["register"].stopped_at for v, e in read.expectations.items()} == {
        "1.2": "handshake",
        "1.3": "acceptance",
    }


def test_a_version_that_is_named_twice_is_played_once() -> None:
    assert scenario(SOUND + "tls: [1.2, 1.2]\n").tls_versions == ("1.2",)


def test_a_scenario_is_read_as_it_was_written() -> None:
    read = scenario(written("by: expressway-e", "by: expressway-e, alert: none, closing: rst, connections: 2"))

    assert (read.name, read.family, read.file) == ("own/story", "own", "own/story.yaml")
    assert read.change == {"expressway-e.default-zone.mutual-tls": "on"}
    assert read.play == (Step("jabber", "register", "register"),)
    stopped = StepExpectation("handshake", "expressway-e", NO_ALERT, closing="rst", connections=2)
    assert read.expectations["1.3"] == Expectation({"register": stopped}, "mra-on-mutual-port")


def test_an_alert_may_be_named_or_numbered() -> None:
    named, numbered = (
        scenario(written("by: expressway-e", f"alert: {alert}")).expectations["1.3"].steps["register"].alert
        for alert in ("certificate_required", "116")
    )

    assert named == numbered == 116


def test_two_steps_of_a_kind_are_told_apart_by_a_name() -> None:
    text = written(f"  {STEP}", f"  {STEP}\n  - {{jabber: register, as: again, attempts: 2}}")
    read = scenario(text.replace("  cause:", "  again: ok\n  cause:"))

    assert [step.name for step in read.play] == ["register", "again"]
    assert read.play[1].options == {"attempts": 2}
    assert read.expectations["1.2"].steps["again"] == StepExpectation()


@pytest.mark.parametrize(
    ("control", "change", "port"),
    [
        ("", {}, None),
        ("control: {}\n", {}, None),
        ("control:\n  change: {name-server.port: 5061}\n", {"name-server.port": 5061}, None),
        ("control:\n  play: [{jabber: register, port: 5061}]\n", {}, 5061),
    ],
)
def test_the_control_is_the_story_without_its_fault(control: str, change: dict[str, Any], port: int | None) -> None:
    told = scenario(SOUND.replace("change:\n", "change:\n  name-server.port: 5062\n") + control).control

    if port is None:
        assert told == Control(change, (Step("jabber", "register", "register"),))
    else:
        assert told is not None
        assert told.play == (Step("jabber", "register", "register", {"port": port}),)


def test_a_story_that_changes_nothing_has_no_control() -> None:
    assert scenario(SOUND.replace("change:\n  " + SETTING + "\n", "")).control is None


def test_a_lab_file_is_held_to_the_same_words() -> None:
    text = "expressway-e:\n  sip: {tls-prt: 5061}\n  trusted-ca: [public-rot]\n"
    with pytest.raises(ScenarioError) as caught:
        read_lab(text, file="lab.yaml", catalogue=LIBRARY.catalogue)
    with pytest.raises(ScenarioError) as next_caught:
        read_lab(text.replace("tls-prt", "tls-port"), file="lab.yaml", catalogue=LIBRARY.catalogue)

    assert str(caught.value) == "lab.yaml:2:9: unknown key 'tls-prt'\n    did you mean 'tls-port'?"
    assert str(next_caught.value) == ("lab.yaml:3:16: unknown authority 'public-rot'\n    did you mean 'public-root'?")


# --- properties ---

_PATHS = [row.path for row in setting_rows()]
_VERBS = [word for kind in STEP_KINDS for word in (kind.actor, kind.verb, *kind.options)]
_WORDS = st.sampled_from(
    ["on", "off", "ok", "none", "1.2", "1.3", "call", "cause", "handshake", "expressway-e", "expired", "as", "tls",
     *ScenarioText.model_fields, *STEP_WORDS, *_VERBS]
)  # fmt: skip
_VALUES: st.SearchStrategy[Any] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | _WORDS | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(_WORDS | st.sampled_from(_PATHS), inner, max_size=3),
    max_leaves=10,
)
_STEPS = st.dictionaries(st.sampled_from(_VERBS), _VALUES, max_size=3) | st.builds(
    lambda kind, options: {kind.actor: kind.verb, **options},
    st.sampled_from(STEP_KINDS),
    st.dictionaries(st.sampled_from([*_VERBS, "as"]), _VALUES, max_size=2),
)
_SCENARIOS = st.fixed_dictionaries(
    {
        "title": st.just("t"),
        "story": st.just("s"),
        "play": st.lists(_STEPS, max_size=3) | _VALUES,
        "expect": st.dictionaries(_WORDS, _VALUES, max_size=4) | _VALUES,
    },
    optional={
        "change": st.dictionaries(st.sampled_from(_PATHS), _VALUES, max_size=2) | _VALUES,
        "tls": _VALUES,
        "control": st.fixed_dictionaries({}, optional={"change": _VALUES, "play": st.lists(_STEPS, max_size=2)}),
    },
)


@settings(max_examples=300)
@given(_SCENARIOS | _VALUES)
def test_whatever_stands_in_a_file_is_a_scenario_or_faults(value: Any) -> None:
    told = faults(json.dumps(value))

    assert all(not fault.startswith("0:") for fault in told)
    assert not any(word in fault for fault in told for word in ("pydantic", "Error", "<class"))


def test_one_fault_hides_no_other() -> None:
    told = faults(
        "title: x\nstory: y\n"
        "change:\n"
        "  expressway-e.default-zone.mutual-tl: on\n"
        "  expressway-e.sip.tls-port: 80\n"
        "  b2b-peer.client-certificate: {profile: b2b-per}\n"
        "play:\n  - b2b-peer: cal\n"
        "expect:\n  call: {stopped-at: handshak}\n  cause: no-cert\n"
    )
    assert [fault.partition(" | ")[0] for fault in told] == [
        "4:3: unknown setting 'expressway-e.default-zone.mutual-tl'",
        "5:30: 80 is out of range",
        "6:32: unknown leaf profile 'b2b-per'",
        "8:15: b2b-peer cannot 'cal'",
        "10:22: unknown word 'handshak'",
        "11:10: unknown word 'no-cert'",
    ]


def test_a_missing_or_misspelt_key_hides_no_other_fault() -> None:
    text = written("title:", "titel:").replace("jabber: register", "jabber: regster").split("expect:")[0]
    text += "control:\n  change: {jabber.usr: x}\n"

    assert [fault.partition(" | ")[0] for fault in faults(text)] == [
        "1:1: the key 'expect' is missing",
        "1:1: the key 'title' is missing",
        "1:1: unknown key 'titel'",
        "6:13: jabber cannot 'regster'",
        "8:12: unknown setting 'jabber.usr'",
    ]


def test_a_missing_story_hides_no_word_of_what_is_expected() -> None:
    text = written("story: Somebody switched mutual TLS on.\n", "").replace("mra-on-mutual-port", "mra-on-mutual-prt")

    assert [fault.partition(" | ")[0] for fault in faults(text)] == [
        "1:1: the key 'story' is missing",
        "8:10: unknown word 'mra-on-mutual-prt'",
    ]
