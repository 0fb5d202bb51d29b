"""A real Chromium opens the pages from disk, without a network: filters, keyboard, themes, paper, strangers' text."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest
from shipped_library import LIBRARY

from harness.report.outcome import PlayOutcome
from harness.run.library import Library
from harness.run.pages import lesson_as_html, run_as_html
from harness.run.suite import Order, run_suite
from harness.transcript import SipSeen

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page

PROGRAMS = ("chromium", "chromium-browser", "google-chrome", "chrome")
CHROMIUM = next((found for name in PROGRAMS if (found := shutil.which(name))), "")
MARKUP = "<img src=x onerror=\"document.title='owned'\"><script>document.title='owned'</script>"
FRAGMENT = "#family=mra&stage=acceptance"

pytestmark = [
    pytest.mark.interop,
    pytest.mark.skipif(not CHROMIUM, reason="Chromium is not installed here"),
]


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed here")
    sandbox = ["--no-sandbox"] if os.geteuid() == 0 else []
    with playwright.sync_playwright() as started:
        opened = started.chromium.launch(executable_path=CHROMIUM, args=sandbox)
        yield opened
        opened.close()


@pytest.fixture(scope="module")
def library() -> Library:
    return LIBRARY


@pytest.fixture(scope="module")
def outcomes(library: Library) -> list[PlayOutcome]:
    order = Order(tuple(library.scenarios(("mra", "B02"))), ("1.2", "1.3"), "memory")
    return run_suite(library, order, lambda _: None)


@pytest.fixture(scope="module")
def report(library: Library, outcomes: list[PlayOutcome], tmp_path_factory: pytest.TempPathFactory) -> str:
    return _written(tmp_path_factory.mktemp("page") / "report.html", run_as_html(outcomes, library.healthy))


def _written(place: Path, page: str) -> str:
    place.write_text(page, "utf-8")
    return place.as_uri()


def _opened(browser: Browser, address: str, **context: Any) -> tuple[Page, list[str]]:
    """Open a page without a network; return it, and what it complained of or asked for beside itself."""
    page = browser.new_context(offline=True, **{"viewport": {"width": 1280, "height": 800}, **context}).new_page()
    told: list[str] = []
    page.on("console", lambda message: told.append(message.text))
    page.on("pageerror", lambda error: told.append(str(error)))
    file = address.partition("#")[0]
    page.on("request", lambda request: told.append(request.url) if request.url.partition("#")[0] != file else None)
    page.goto(address)
    return page, told


def test_the_page_of_one_play_opens_at_the_play(
    browser: Browser, library: Library, outcomes: list[PlayOutcome], tmp_path: Path
) -> None:
    (alone,) = [each for each in outcomes if each.scenario.row == "B02" and each.verdict.tls_version == "1.3"]
    page, told = _opened(browser, _written(tmp_path / "one.html", run_as_html([alone], library.healthy)))
    assert page.inner_text("#play-title") == alone.scenario.title

    page.click("#back")
    assert page.locator("#rows tr").count() == 1
    assert page.inner_text("#count") == "1 of 1 play"
    assert page.locator("#picture .way").count() > 0
    assert page.inner_text("#picture-title") == "who dials whom, on which port"
    assert told == []


def test_the_filters_leave_what_was_asked_for_and_the_address_keeps_them(browser: Browser, report: str) -> None:
    page, told = _opened(browser, report)
    everything = page.locator("#rows tr").count()
    page.select_option("#family", "mra")
    page.select_option("#stage", "acceptance")
    wanted = page.locator("#rows tr")

    assert 0 < wanted.count() < everything
    assert set(page.locator("#rows td:nth-child(4)").all_inner_texts()) == {"acceptance"}
    assert page.url.endswith(FRAGMENT)
    assert page.inner_text("#count").startswith(f"{wanted.count()} of {everything} ")

    again, _ = _opened(browser, page.url)
    assert again.locator("#rows tr").count() == wanted.count()
    again.fill("#text", "no such words")
    assert again.locator("#rows tr").count() == 0
    again.click("button[type=reset]")
    again.wait_for_function(f"document.querySelectorAll('#rows tr').length === {everything}")
    assert told == []


@pytest.mark.parametrize(("name", "value"), [("cause", "mra-on-mutual-port"), ("tls", "1.2"), ("family", "b2b")])
def test_each_choice_filters_by_itself(browser: Browser, report: str, name: str, value: str) -> None:
    page, _ = _opened(browser, f"{report}#{name}={value}")
    column = {"cause": "td:nth-child(6)", "tls": "td:nth-child(3)", "family": "th .kind"}[name]
    seen = page.locator(f"#rows {column}").all_inner_texts()

    assert seen
    assert all(text.startswith(value) for text in seen)


def test_a_certificate_is_reached_opened_and_closed_by_keyboard_alone(browser: Browser, report: str) -> None:
    page, told = _opened(browser, report + FRAGMENT)
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.closest('#rows') !== null"):
            break
    page.keyboard.press("Enter")
    page.wait_for_selector("#play .ladder")
    for _ in range(20):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.className") == "certificate":
            break
    page.keyboard.press("Enter")
    shown = page.inner_text("dialog[open]")
    page.keyboard.press("Escape")

    assert all(
        words in shown
        for words in ("Subject", "EKU", "serverAuth", "Chain as sent: 3", "in date", "rfc5922", "san-only")
    )
    assert page.locator("dialog[open]").count() == 0
    assert page.evaluate("document.activeElement.className") == "certificate"
    page.keyboard.press("Escape")
    page.wait_for_selector("#rows tr")
    assert page.url.endswith(FRAGMENT)
    assert told == []


def test_a_play_shows_who_believed_what_and_what_was_never_read(browser: Browser, report: str) -> None:
    page, _ = _opened(browser, report + "#family=mra&stage=acceptance&cause=mra-on-mutual-port")
    page.locator("#rows a").first.click()
    rows = page.locator(".ladder li").all_inner_texts()
    done = max(place for place, text in enumerate(rows) if "believes it is done" in text)
    refused = next(place for place, text in enumerate(rows) if "ALERT 116 certificate_required" in text)

    assert done < refused
    assert page.locator(".ladder .believes").count() > 0
    assert page.locator(".ladder .shaft.encrypted").count() > 0
    assert page.locator(".ladder .shaft:not(.encrypted)").count() > 0
    assert page.locator(".facts strong").all_inner_texts() == ["yes", "no", "no"]
    assert {"DNS", "TCP", "TLS", "SIP"} <= set(page.locator(".layer").all_inner_texts())


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_both_themes_are_drawn(browser: Browser, report: str, theme: str, tmp_path: Path) -> None:
    page, told = _opened(browser, report, color_scheme=theme)
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    picture = page.screenshot(path=tmp_path / f"{theme}.png")

    assert ground == {"light": "rgb(255, 255, 255)", "dark": "rgb(20, 23, 28)"}[theme]
    assert len(picture) > 10_000
    assert told == []


@pytest.mark.parametrize("width", [320, 640])
def test_a_narrow_screen_and_200_percent_need_no_scrolling_sideways(browser: Browser, report: str, width: int) -> None:
    page, _ = _opened(browser, report + FRAGMENT, viewport={"width": width, "height": 800})
    wide = "document.documentElement.scrollWidth - document.documentElement.clientWidth"

    assert page.evaluate(wide) == 0
    page.locator("#rows a").first.click()
    page.wait_for_selector("#play .ladder")
    assert page.evaluate(wide) == 0


def test_paper_has_all_of_the_chosen_play_and_no_controls(browser: Browser, report: str) -> None:
    page, _ = _opened(browser, report + FRAGMENT, color_scheme="dark")
    page.locator("#rows a").first.click()
    page.wait_for_selector("#play .ladder")
    page.emulate_media(media="print", color_scheme="dark")

    assert page.evaluate("getComputedStyle(document.body).backgroundColor") == "rgb(255, 255, 255)"
    assert [page.locator(each).first.is_visible() for each in ("#filters", ".turn", "header")] == [False] * 3
    assert page.locator("#play .ladder li").last.is_visible()


def test_a_strangers_markup_is_read_and_not_run(
    browser: Browser, library: Library, outcomes: list[PlayOutcome], tmp_path: Path
) -> None:
    played = next(outcome for outcome in outcomes if outcome.scenario.name.startswith("b2b/"))
    events = tuple(
        replace(event, message=event.message.replace(b"sip:", f"sip:{MARKUP}".encode(), 1))
        if isinstance(event, SipSeen) else event
        for event in played.transcript.events
    )  # fmt: skip
    verdict = replace(played.verdict, cause=MARKUP, diagnosis=MARKUP)
    told_by = replace(played, scenario=replace(played.scenario, title=MARKUP, name=f"b2b/{MARKUP}"), verdict=verdict)
    hostile = replace(told_by, transcript=replace(played.transcript, events=events))
    page, told = _opened(browser, _written(tmp_path / "hostile.html", run_as_html([hostile, played], library.healthy)))
    page.locator("#rows a", has_text=MARKUP).click()
    page.wait_for_selector("#play .ladder")

    assert MARKUP in page.inner_text("#play-title")
    assert "owned" not in {page.title(), page.evaluate("document.title")}
    assert page.locator("main img, main script").count() == 0
    assert told == []


def test_the_lesson_can_be_projected(browser: Browser, library: Library, tmp_path: Path) -> None:
    names = ("mra/m01-sign-in-and-register", "mra/jabber-on-the-mutual-port")
    well, broken = (
        run_suite(library, Order(tuple(library.scenarios((name,))), ("1.2", "1.3"), "memory"), lambda _: None)
        for name in names
    )
    address = _written(tmp_path / "lesson.html", lesson_as_html("A lesson", well, broken, library.healthy))
    page, told = _opened(browser, address, viewport={"width": 1600, "height": 900})
    size = page.evaluate("parseFloat(getComputedStyle(document.querySelector('.lead')).fontSize)")
    late = page.inner_text(".late")
    page.keyboard.press("ArrowRight")
    page.wait_for_function("document.activeElement.getAttribute('aria-label') === 'TLS 1.2'")

    assert size >= 24
    assert page.locator(".drawn .ladder").count() == 4
    assert "TLS 1.3" in late
    assert "believes that it is done" in late
    assert "116 certificate_required" in late
    assert told == []
