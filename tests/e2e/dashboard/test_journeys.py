"""The ways of a newcomer, from end to end: the program itself, a real browser, a real SDK, a real engine."""

import re
import time
from collections.abc import Iterator
from pathlib import Path

import openai
import pytest
from playwright.sync_api import Browser, Locator, Page, expect

from tests.channels_app.local.test_engine import command
from tests.e2e.conftest import engine
from tests.e2e.dashboard.conftest import signed_in
from tests.e2e.dashboard.demo import ANSWER, answers
from tests.fake_upstream import FakeUpstream
from tests.running import Novapi

PASTED = """curl {url}/chat/completions -H "Authorization: Bearer sk-0123456789-secret" -d '{{"model": "gpt-4o"}}'"""


@pytest.fixture
def upstream() -> Iterator[FakeUpstream]:
    """Only where it is called: it passes for an engine, and what an engine's process starts (the real engine, here) is
    not offered."""
    with FakeUpstream(answers) as upstream:
        yield upstream


@pytest.fixture
def fresh(tmp_path: Path) -> Iterator[Novapi]:
    """A Novapi that was installed a moment ago."""
    with Novapi(tmp_path / "novapi") as novapi:
        yield novapi


def ask(novapi: Novapi, model: str, key: str = "") -> str:
    messages = [{"role": "user", "content": "What does a gateway do?"}]
    with openai.OpenAI(base_url=novapi.base_url, api_key=key or novapi.key, max_retries=0) as client:
        answer = client.chat.completions.create(model=model, messages=messages)  # type: ignore[arg-type]
    return answer.choices[0].message.content or ""


def go(page: Page, name: str) -> None:
    page.get_by_role("navigation", name="Pages").get_by_role("link", name=name, exact=True).click()
    expect(page.get_by_role("heading", level=1)).to_have_text(name)


def test_from_a_pasted_key_to_a_call_replayed_and_counted(
    browser: Browser, fresh: Novapi, upstream: FakeUpstream
) -> None:
    with signed_in(browser, fresh) as page:
        page.get_by_label("Paste an API key").fill(PASTED.format(url=upstream.url))
        page.get_by_role("button", name="Use and test it").click()
        for stage in ("Address", "Chat", "Stream"):
            expect(page.get_by_text(stage, exact=True)).to_be_visible()
        page.get_by_role("button", name="Next: connect an app").click()
        page.get_by_role("button", name="Go to Home").click()
        go(page, "Log")

        assert ask(fresh, "gpt-4o") == ANSWER
        page.get_by_role("link", name=re.compile("OpenAI.* asked gpt-4o")).first.click()
        inspector = page.get_by_role("complementary", name="Inspector")
        expect(inspector.get_by_text("What does a gateway do?")).to_be_visible()
        expect(inspector.get_by_text(ANSWER)).to_be_visible()

        inspector.get_by_role("tab", name="Replay").click()
        inspector.get_by_role("combobox", name="Model 1").click()
        page.get_by_role("option", name="novapi/echo").click()
        inspector.get_by_role("button", name="Replay").last.click()
        column = inspector.get_by_role("region", name="novapi/echo", exact=True)
        expect(column.get_by_text("What does a gateway do?")).to_be_visible()

        go(page, "Usage")
        page.get_by_role("radio", name="Requests").click()
        expect(page.get_by_role("row").filter(has_text="gpt-4o").first).to_be_visible()
        expect(page.get_by_role("row").filter(has_text="novapi/echo").first).to_be_visible()


def test_engine_is_found_used_and_seen_to_start(browser: Browser, fresh: Novapi, model_file: Path) -> None:
    with engine(model_file, "tiny-found") as url, signed_in(browser, fresh) as page:
        found = page.get_by_role("listitem").filter(has_text=url.removesuffix("/v1"))
        look_until_found(page, found)
        found.get_by_role("button", name=re.compile("Use")).click()
        expect(page.get_by_text("Works", exact=True)).to_be_visible(timeout=30_000)
        page.get_by_role("button", name="Close; Home keeps").click()
        assert ask(fresh, "tiny-found")

        go(page, "Channels")
        page.get_by_role("button", name="Add channel").click()
        page.get_by_role("button", name="Start an engine by a command").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("textbox", name="Name", exact=True).fill("Own engine")
        dialog.get_by_role("textbox", name="Command").fill(command(model_file, "-a", "tiny-own"))
        dialog.get_by_role("textbox", name="Models by name").fill("tiny-own")
        dialog.get_by_role("button", name="Create the channel").click()
        expect(dialog.get_by_text("It works.")).to_be_visible(timeout=30_000)
        dialog.get_by_role("button", name="Open the channel").click()

        drawer = page.get_by_role("dialog", name="Own engine")
        drawer.get_by_role("tab", name="Engine").click()
        expect(drawer.get_by_text("Ready", exact=True)).to_be_visible()
        drawer.get_by_role("button", name="Stop", exact=True).click()
        expect(drawer.get_by_text("Stopped", exact=True)).to_be_visible()
        assert ask(fresh, "tiny-own")
        expect(drawer.get_by_text("Ready", exact=True)).to_be_visible()


def look_until_found(page: Page, found: Locator) -> None:
    """As a person would: an engine on a machine that is busy may not have answered the first look."""
    for _ in range(5):
        try:
            return expect(found).to_be_visible(timeout=3000)
        except AssertionError:
            page.get_by_role("button", name="Look again").click()
    raise AssertionError("The engine was not found.")


def test_app_that_exceeds_its_budget_is_told_why_and_so_is_the_owner(
    browser: Browser, fresh: Novapi, upstream: FakeUpstream
) -> None:
    fresh.add_channel(upstream.url, provider="openai", models=["gpt-4o"], model="gpt-4o")
    with signed_in(browser, fresh) as page:
        go(page, "Settings")
        page.get_by_role("button", name="New app key").click()
        dialog = page.get_by_role("dialog")
        dialog.get_by_role("textbox", name="Name").fill("Thrifty")
        dialog.get_by_role("textbox", name="Budget per day").fill("0.0001")
        dialog.get_by_role("button", name="Make the key").click()
        dialog.get_by_role("button", name="Copy key").click()
        key = page.evaluate("navigator.clipboard.readText()")
        dialog.get_by_role("button", name="Done").click()
        go(page, "Home")

        refusal = until_refused(fresh, key)

        assert refusal.code == "insufficient_quota"
        assert "'Thrifty' has spent its budget of $0.0001 for today" in refusal.message
        trouble = page.get_by_role("listitem").filter(has_text="Thrifty has used its")
        expect(trouble).to_be_visible()
        trouble.get_by_role("link", name="Raise").click()
        expect(page.get_by_role("dialog").get_by_role("textbox", name="Budget per day")).to_have_value("0.0001")


def until_refused(novapi: Novapi, key: str) -> openai.RateLimitError:
    """The answer that comes instead of one too many. A cost is known only once a call is over and written down."""
    deadline = time.monotonic() + 10
    while time.monotonic() < deadline:
        try:
            ask(novapi, "gpt-4o", key)
        except openai.RateLimitError as refusal:
            return refusal
    raise AssertionError("Calls went through for 10 s.")


def test_chinese_and_dark_stay_chosen_on_every_page(browser: Browser, fresh: Novapi) -> None:
    with signed_in(browser, fresh) as page:
        expect(page.get_by_label("Paste an API key")).to_be_focused()
        page.keyboard.press("Control+k")
        page.get_by_role("option", name="Dark theme").click()
        expect(page.locator("html")).to_have_class("dark")
        page.keyboard.press("Control+k")
        page.get_by_role("option", name="Switch to Chinese").click()

        for name in ("渠道", "模型", "日志", "用量", "设置"):
            page.get_by_role("navigation", name="页面").get_by_role("link", name=name).click()
            expect(page.get_by_role("heading", level=1)).to_have_text(name)
        page.reload()
        expect(page.get_by_role("heading", level=1)).to_have_text("设置")
        expect(page.locator("html")).to_have_class("dark")


def test_everything_can_be_done_by_keyboard(browser: Browser, fresh: Novapi, upstream: FakeUpstream) -> None:
    """No mouse: add a channel, ask it in the playground, open the call, walk the pages."""
    with signed_in(browser, fresh) as page:
        press = page.keyboard.press
        expect(page.get_by_label("Paste an API key")).to_be_focused()
        page.keyboard.insert_text(PASTED.format(url=upstream.url))
        tab_to(page, "Use and test it")
        press("Enter")
        expect(page.get_by_role("button", name="Next: connect an app")).to_be_enabled(timeout=20_000)
        tab_to(page, "Next: connect an app")
        press("Enter")
        tab_to(page, "Go to Home")
        press("Enter")
        expect(page.get_by_text("All good")).to_be_visible()

        press("g")
        press("t")
        expect(page.get_by_role("heading", level=1)).to_have_text("Playground")
        prompt = page.get_by_role("textbox", name="Prompt", exact=True)
        expect(prompt).to_be_focused()
        page.keyboard.type("What does a gateway do?")
        press("Enter")
        expect(page.get_by_text(ANSWER)).to_be_visible()

        page.evaluate("document.activeElement.blur()")
        press("g")
        press("l")
        expect(page.get_by_role("link", name=re.compile("playground asked gpt-4o"))).to_be_visible()
        press("j")
        press("Enter")
        expect(page.get_by_role("complementary", name="Inspector")).to_be_visible()
        press("Escape")
        press("?")
        expect(page.get_by_role("dialog", name="Keyboard shortcuts")).to_be_visible()
        press("Escape")
        press("Control+k")
        page.keyboard.type("usage")
        press("Enter")
        expect(page.get_by_role("heading", level=1)).to_have_text("Usage")


def tab_to(page: Page, name: str) -> None:
    """Tab until the control of this name has the focus."""
    for _ in range(40):
        page.keyboard.press("Tab")
        if page.evaluate("document.activeElement.textContent").strip() == name:
            return
    raise AssertionError(f"{name} can't be reached by Tab.")


def test_lost_connection_shows_and_mends_itself(browser: Browser, fresh: Novapi) -> None:
    with signed_in(browser, fresh, ["ERR_CONNECTION_REFUSED", "ERR_EMPTY_RESPONSE", "ERR_INCOMPLETE"]) as page:
        with page.expect_event("requestfinished", lambda request: "/settings-" in request.url):
            expect(page.get_by_role("heading", level=1)).to_be_visible()  # the other pages come after the first
        fresh.stop()
        expect(page.get_by_text("Novapi does not answer. Is it still running? This page")).to_be_visible()

        page.get_by_role("link", name="Settings").click()
        page.get_by_role("tab", name="About").click()
        expect(page.get_by_text("Novapi does not answer. Is it still running?", exact=True).first).to_be_visible()

        fresh.http.close()
        with fresh:
            expect(page.get_by_text("Novapi does not answer. Is it still running? This page")).to_have_count(0)
            expect(page.get_by_role("img", name="Running")).to_be_visible()
