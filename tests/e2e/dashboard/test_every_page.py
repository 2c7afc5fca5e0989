"""What holds for every page: it is usable with a month of data and with none, in both themes and languages, at every
width from 900 px, and axe-core finds nothing serious."""

from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, Page, expect

from tests.e2e.dashboard.conftest import signed_in
from tests.e2e.dashboard.demo import filled
from tests.running import Novapi

PAGES = ["/", "/channels", "/models", "/connect", "/log", "/usage", "/playground", "/settings"]
TABS = ["keys", "routing", "recording", "network", "appearance", "backup", "about"]
LOOKS = {
    "light": {"color_scheme": "light"},
    "dark": {"color_scheme": "dark"},
    "Chinese": {"locale": "zh-CN", "color_scheme": "light"},
    "900 px": {"viewport": {"width": 900, "height": 700}},
}


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    with filled(tmp_path_factory.mktemp("demo") / "novapi", records=3000) as novapi:
        yield novapi


def open_page(page: Page, path: str) -> None:
    """The page with everything it shows: nothing is loading any more."""
    page.goto(f"{page.url.split('/', 3)[0]}//{page.url.split('/', 3)[2]}{path}")
    expect(page.get_by_role("heading", level=1)).to_be_visible()
    expect(page.locator(".animate-pulse")).to_have_count(0)


def flaws(page: Page, axe: Callable[[Page], None], paths: list[str]) -> list[str]:
    """What is wrong with these pages, all of it."""
    found = []
    for path in paths:
        open_page(page, path)
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            found.append(f"{path} scrolls sideways")
        try:
            axe(page)
        except AssertionError as problem:
            found.append(f"{path}: {problem}")
    return found


@pytest.mark.parametrize("look", LOOKS)
def test_page_of_a_full_gateway_is_sound(
    browser: Browser, demo: Novapi, axe: Callable[[Page], None], look: str
) -> None:
    with signed_in(browser, demo, **LOOKS[look]) as page:
        problems = flaws(page, axe, [*PAGES, *(f"/settings?tab={tab}" for tab in TABS)])

    assert not problems, "\n".join(problems)


@pytest.mark.parametrize("look", ["light", "dark"])
def test_page_of_a_gateway_that_nobody_has_used_is_sound(
    browser: Browser, running: Novapi, axe: Callable[[Page], None], look: str
) -> None:
    with signed_in(browser, running, **LOOKS[look]) as page:
        problems = flaws(page, axe, PAGES)

    assert not problems, "\n".join(problems)


def test_chinese_page_has_no_english_sentence_left(browser: Browser, demo: Novapi) -> None:
    with signed_in(browser, demo, locale="zh-CN") as page:
        for path in PAGES:
            open_page(page, path)
            expect(page.locator("html")).to_have_attribute("lang", "zh-CN")
            assert any("\u4e00" <= letter <= "\u9fff" for letter in page.get_by_role("heading", level=1).inner_text())


def test_page_that_does_not_exist_says_so(page: Page, expected_errors: list[str]) -> None:
    expected_errors.append("404")

    page.goto(page.url + "nowhere")

    expect(page.get_by_text("There is no /nowhere here")).to_be_visible()
