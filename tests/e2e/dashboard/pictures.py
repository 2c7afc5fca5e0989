"""The README's pictures: `python -m tests.e2e.dashboard.pictures` writes them to dashboard/docs/."""

import re
import tempfile
import threading
from collections.abc import Callable
from pathlib import Path

from playwright.sync_api import Page, expect, sync_playwright

from tests.e2e.dashboard.conftest import FLAGS, chromium, signed_in
from tests.e2e.dashboard.demo import filled
from tests.running import ROOT, Novapi

FOLDER = ROOT / "dashboard" / "docs"
SIZE = {"width": 1200, "height": 720}


def home(page: Page, novapi: Novapi) -> None:
    """With calls that are under way."""
    for app, model in (("claude-cli/2.1", "gpt-4o"), ("Chatbox/1.15", "deepseek-chat"), ("codex_cli_rs/1", "gpt-4.1")):
        threading.Thread(target=stream, args=[novapi, app, model], daemon=True).start()
    expect(page.get_by_role("button", name=re.compile("^Stop"))).to_have_count(3)
    page.wait_for_timeout(500)


def stream(novapi: Novapi, app: str, model: str) -> None:
    body = {"model": model, "messages": [{"role": "user", "content": "Explain gateways."}], "stream": True}
    novapi.call(json=body, headers={"user-agent": app})


def channels(page: Page, novapi: Novapi) -> None:
    page.get_by_role("link", name="Test OpenAI").click()
    page.get_by_role("button", name="Start the test").click()
    expect(page.get_by_text("It works.")).to_be_visible()


def log(page: Page, novapi: Novapi) -> None:
    page.get_by_role("link", name=re.compile("Chatbox asked gpt-4o")).first.click()
    expect(page.get_by_role("complementary", name="Inspector").get_by_text("What does a gateway do?")).to_be_visible()


def playground(page: Page, novapi: Novapi) -> None:
    page.get_by_role("textbox", name="Prompt", exact=True).fill("What does a gateway do?")
    page.keyboard.press("Enter")
    expect(page.get_by_text("reason, its time and its price.")).to_have_count(2)
    page.wait_for_timeout(1000)


def nothing_more(page: Page, novapi: Novapi) -> None:
    page.wait_for_timeout(800)


Step = Callable[[Page, Novapi], None]
PICTURES: list[tuple[str, str, dict[str, str], Step]] = [
    ("home", "/", {"color_scheme": "light"}, home),
    ("channels", "/channels", {"color_scheme": "light"}, channels),
    ("log", "/log", {"color_scheme": "dark"}, log),
    ("usage", "/usage", {"color_scheme": "light"}, nothing_more),
    ("playground", "/playground?models=gpt-4o,deepseek-chat", {"color_scheme": "dark"}, playground),
    ("models-zh", "/models", {"locale": "zh-CN", "color_scheme": "light"}, nothing_more),
]


def main() -> None:
    FOLDER.mkdir(exist_ok=True)
    with (
        tempfile.TemporaryDirectory() as folder,
        filled(Path(folder) / "novapi") as novapi,
        sync_playwright() as playwright,
    ):
        browser = playwright.chromium.launch(executable_path=chromium(), args=FLAGS)
        for name, path, look, step in PICTURES:
            with signed_in(browser, novapi, viewport=SIZE, **look) as page:
                page.goto(f"http://localhost:{novapi.port}{path}")
                expect(page.locator(".animate-pulse")).to_have_count(0)
                step(page, novapi)
                page.screenshot(path=FOLDER / f"{name}.png")


if __name__ == "__main__":
    main()
