"""A pause is seen on every page, begins and ends there, and follows what the tray or a script does."""

from collections.abc import Callable

from playwright.sync_api import Page, expect

from tests.running import Novapi

MODEL = "novapi/echo"


def palette(page: Page, entry: str) -> None:
    page.keyboard.press("Control+k")
    page.get_by_role("option", name=entry).click()


def test_pause_begins_in_the_palette_and_ends_in_the_banner(
    page: Page, running: Novapi, axe: Callable[[Page], None]
) -> None:
    expect(page.get_by_role("heading", level=1)).to_be_visible()

    palette(page, "Pause for an hour")
    banner = page.get_by_role("status").filter(has_text="Novapi is paused until")
    expect(banner).to_be_visible()
    expect(page.get_by_role("img", name="Paused")).to_be_visible()
    during = running.chat(MODEL).status_code
    axe(page)
    banner.get_by_role("button", name="Resume").click()

    expect(banner).to_have_count(0)
    expect(page.get_by_role("img", name="Running")).to_be_visible()
    assert (during, running.chat(MODEL).status_code) == (503, 200)


def test_pause_from_elsewhere_shows_and_ends_by_itself(page: Page, running: Novapi) -> None:
    expect(page.get_by_role("img", name="Running")).to_be_visible()
    banner = page.get_by_text("Novapi is paused until")

    running.api("POST", "/pause", json={"minutes": 30})
    expect(banner).to_be_visible()
    page.get_by_role("link", name="Models").click()
    expect(banner).to_be_visible()
    running.api("DELETE", "/pause")

    expect(banner).to_have_count(0)


def test_page_that_is_opened_during_a_pause_shows_it(page: Page, running: Novapi) -> None:
    running.api("POST", "/pause", json={"minutes": 30})
    page.reload()
    expect(page.get_by_text("Novapi is paused until")).to_be_visible()

    palette(page, "Resume")

    expect(page.get_by_text("Novapi is paused until")).to_have_count(0)
    assert running.api("GET", "/status").json()["paused_until"] is None
