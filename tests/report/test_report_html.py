"""The pages: everything is in them, nothing is fetched, and nothing that a stranger wrote is markup or script."""

from __future__ import annotations

import json
import re
from base64 import b64encode
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from hashlib import sha256
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding
from cryptography.x509.oid import NameOID
from hypothesis import given
from hypothesis import strategies as st
from recorded_stories import no_certificate_verdict, story
from report_bench import HOSTILE, is_inert, outcome, sip, transcript

from harness.lab.settings import Lab
from harness.report.html.certificates import Certificates
from harness.report.html.colours import COLOURS, Colour, custom_properties
from harness.report.html.document import document, island
from harness.report.html.ladders import EMPTY_CERTIFICATE, REFUSES
from harness.report.html.pool import BLOCK, Pool, Texts
from harness.report.html.suite_page import page_data
from harness.report.outcome import PlayOutcome
from harness.run.pages import page_parts, run_as_html
from harness.transcript import Direction, StepStarted

MARKUP = "</script><img src=x onerror=alert(1)><!--\u2028"
NOW = datetime(2026, 6, 1, tzinfo=UTC)
LEAST_CONTRAST = 4.5
PAGES = ("suite", "lesson")


def played(version: str = "1.3") -> PlayOutcome:
    return outcome(no_certificate_verdict(version), told=story(f"no-certificate-{version}"))


def data_of(page: str) -> Any:
    found = re.search(r'<script type="application/json" id="data">(.*?)</script>', page, re.DOTALL)
    assert found is not None
    return json.loads(found[1])


def forged(name: str, *, dns: str = "edge.example.com") -> bytes:
    """A certificate with any common name at all."""
    key, subject = ec.generate_private_key(ec.SECP256R1()), x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])
    builder = x509.CertificateBuilder(subject, subject, key.public_key(), 7, NOW, NOW + timedelta(days=30))
    named = builder.add_extension(x509.SubjectAlternativeName([x509.DNSName(dns)]), critical=False)
    return named.sign(key, hashes.SHA256()).public_bytes(Encoding.DER)


# --- what is in it ---


def test_a_play_is_there_with_its_ladder_its_cause_and_what_to_do() -> None:
    data = data_of(run_as_html([played()], Lab()))
    (play,) = data["plays"]
    marks = [data["marks"][number] for number in play["marks"]]
    words = [data["texts"][mark[3]] for mark in marks if mark[0] == "a"]

    assert (play["cause"], play["stage"], play["tls"]) == ("no-client-certificate", "acceptance", "1.3")
    assert data["texts"][play["remedies"][0][0]] == "Dial 5061."
    assert any(text.startswith("ALERT 116 certificate_required") for text in words)
    assert any(text.endswith("never read by Expressway-E") for text in words)


def test_the_caller_believes_itself_done_before_it_is_refused_and_the_edge_never_does() -> None:
    data = page_data([played()], Lab())
    (play,) = data["plays"]
    marks = [data["marks"][number] for number in play["marks"]]
    names = [data["texts"][number] for number in play["lifelines"]]
    done = [(place, names[mark[1]]) for place, mark in enumerate(marks) if mark[0] == "n" and mark[4]]
    refused = [place for place, mark in enumerate(marks) if mark[0] == "a" and mark[4] & REFUSES]

    ((believed, who),) = done
    assert who == "B2B peer"
    assert refused
    assert believed < refused[0]


def test_a_chain_is_there_once_however_often_it_was_presented() -> None:
    data = page_data([played(), played()], Lab())
    fingerprints = [dict(each["rows"])["SHA-256"] for each in data["certificates"]]
    shown = [mark[7] for mark in data["marks"] if mark[0] == "a" and len(mark) > 7]

    assert len(fingerprints) == len(set(fingerprints)) > 1
    assert EMPTY_CERTIFICATE in shown
    assert [data["presented"][number]["chain"] for number in shown if number >= 0] == [list(range(len(fingerprints)))]


def test_plays_share_their_texts_though_each_lab_has_addresses_of_its_own() -> None:
    pool = Pool()
    one, other = Texts(pool, "127.88.3"), Texts(pool, "127.9.200")

    assert one.number("1 A: 127.88.3.10") == other.number("1 A: 127.9.200.10")
    assert pool.values == [f"1 A: {BLOCK}.10"]
    assert one.number("from 127.9.200.10") != other.number("from 127.9.200.10")


def test_a_text_cannot_pretend_to_hold_an_address() -> None:
    pool = Pool()
    Texts(pool, "127.88.3").number(f"sip:{BLOCK}.10")
    assert pool.values == ["sip:\\ue000.10"]


# --- certificates ---


def test_each_policy_says_what_it_reads_in_a_certificate() -> None:
    certificates = Certificates()
    certificates.presentation([forged("edge.example.com", dns="other.example.com")], ["edge.example.com"], NOW)
    (facts,), (shown,) = certificates.facts, certificates.presented

    assert facts["names"] == [
        ["common name", "edge.example.com", True, False, False, False],
        ["dNSName", "other.example.com", True, True, True, True],
    ]
    assert {policy: accepted for policy, accepted, _ in shown["policies"]} == {
        "expressway": True,
        "san-only": False,
        "rfc5922": False,
        "rfc9525": False,
    }


@pytest.mark.parametrize(("days", "words"), [(-1, "not yet in date"), (1, "in date"), (31, "expired")])
def test_validity_is_that_of_the_verifiers_clock(days: int, words: str) -> None:
    certificates = Certificates()
    certificates.presentation([forged("edge")], [], NOW + timedelta(days=days))
    assert certificates.presented[0]["dates"] == [words]


def test_a_certificate_that_cannot_be_read_is_shown_as_that() -> None:
    certificates = Certificates()
    certificates.presentation([b"no certificate"], ["edge.example.com"], NOW)
    (facts,) = certificates.facts
    assert facts["label"] == "an unreadable certificate"
    assert "could not be read" in dict(facts["rows"])["Unreadable"]
    assert certificates.presented[0]["dates"] == ["unreadable"]


# --- what strangers wrote ---


@given(st.recursive(st.text(st.characters(codec="utf-8")), st.lists, max_leaves=5))
def test_data_of_any_kind_stays_within_its_script(value: Any) -> None:
    told = island(value)
    assert json.loads(told) == value
    assert told.isascii()
    assert not re.search(r"[<>&]", told)


def test_a_strangers_markup_is_text_wherever_it_comes_from() -> None:
    hostile = sip(Direction.SENT, f"INVITE sip:{MARKUP.strip()} SIP/2.0", actor="b2b-peer")
    verdict = replace(no_certificate_verdict(), cause=MARKUP, diagnosis=MARKUP, warnings=(MARKUP,), names=(MARKUP,))
    told = outcome(verdict, MARKUP, told=transcript(StepStarted(0.0, "b2b-peer", MARKUP), hostile))
    told = replace(told, scenario=replace(told.scenario, title=MARKUP, story=MARKUP, row=MARKUP))
    page = run_as_html([told], Lab())

    assert page.count("<script") == page.count("</script>") == 2
    assert "<img" not in page
    assert "onerror=alert(1)" in json.dumps(data_of(page))


def test_controls_and_bidi_marks_are_shown_and_not_obeyed() -> None:
    certificates = Certificates()
    certificates.presentation([forged(HOSTILE.replace("\udc80", ""))], [HOSTILE], NOW)
    verdict = replace(no_certificate_verdict(), diagnosis=HOSTILE, names=(HOSTILE,))
    told = outcome(verdict, HOSTILE, told=transcript(StepStarted(0.0, "b2b-peer", HOSTILE)))
    told = replace(told, scenario=replace(told.scenario, name=f"b2b/{HOSTILE}", row=HOSTILE))

    data = page_data([told], Lab()) | {"chains": [certificates.facts, certificates.presented]}
    strings = [text for text in _strings(data) if text]
    assert any("\\x1b[2J" in text for text in strings)
    assert [text for text in strings if not is_inert(text.replace(BLOCK, ""))] == []


def _strings(value: Any) -> list[str]:
    match value:
        case str():
            return [value]
        case dict():
            return [text for each in value.values() for text in _strings(each)]
        case list() | tuple():
            return [text for each in value for text in _strings(each)]
        case _:
            return []


# --- the file ---


@pytest.mark.parametrize("page", PAGES)
def test_the_policy_lets_this_script_and_this_style_run_and_nothing_be_fetched(page: str) -> None:
    text = document("A <title>", page_parts(page), {})
    policy = re.search(r'Content-Security-Policy" content="([^"]+)"', text)
    style, script = (
        re.search(r"<style>(.*?)</style>", text, re.DOTALL),
        re.findall(r"<script>(.*?)</script>", text, re.DOTALL),
    )

    assert policy is not None
    assert style is not None
    hashes_of = [b64encode(sha256(part.encode()).digest()).decode() for part in (style[1], *script)]
    assert policy[1].startswith("default-src 'none'; ")
    assert re.findall(r"'sha256-([^']+)'", policy[1]) == hashes_of
    assert "unsafe" not in policy[1]
    assert "<title>A &lt;title&gt;</title>" in text


@pytest.mark.parametrize("page", PAGES)
def test_a_page_names_nothing_outside_itself_and_makes_no_markup_of_data(page: str) -> None:
    parts = page_parts(page)
    written = parts.body + parts.style + parts.script

    assert re.findall(r"\w+://[^\s\"']+", written) == ["http://www.w3.org/2000/svg"]
    assert (
        re.findall(r"innerHTML|outerHTML|insertAdjacentHTML|document\.write|\beval\b|new Function|srcdoc", written)
        == []
    )
    assert re.findall(r"@import|url\(|\bsrc=|<link|<iframe", written) == []
    assert not re.search(r"\son\w+=|style=", parts.body)


def test_pages_are_the_same_for_the_same_plays_in_any_order() -> None:
    plays = [played("1.2"), played("1.3")]
    assert run_as_html(plays, Lab()) == run_as_html(plays[::-1], Lab())


# --- colours ---


def _luminance(colour: str) -> float:
    """Return the relative luminance of `#rrggbb` (WCAG 2.2)."""
    parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def _contrast(one: str, other: str) -> float:
    dark, light = sorted((_luminance(one), _luminance(other)))
    return (light + 0.05) / (dark + 0.05)


@pytest.mark.parametrize("colour", [each for each in COLOURS if each.grounds], ids=lambda each: each.name)
def test_text_can_be_read_on_its_ground_in_the_light_and_in_the_dark(colour: Colour) -> None:
    grounds = {each.name: each for each in COLOURS}
    for name in colour.grounds:
        assert _contrast(colour.light, grounds[name].light) >= LEAST_CONTRAST
        assert _contrast(colour.dark, grounds[name].dark) >= LEAST_CONTRAST


@pytest.mark.parametrize("page", PAGES)
def test_style_sheets_use_the_colours_of_the_table_alone(page: str) -> None:
    style = page_parts(page).style
    used = set(re.findall(r"var\(--([a-z]+)\)", style))

    assert used <= {each.name for each in COLOURS}
    assert re.findall(r"#[0-9a-f]{3,8}\b", style) == []
    assert all(f"--{each.name}:{each.light}" in custom_properties() for each in COLOURS)
