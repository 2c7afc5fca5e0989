"""The dashboard in a real browser: Chromium, headless, against the program itself.

`page` is signed in to `running`, the Novapi of the test file. Whatever the page writes to its console as an error
fails the test, unless the test has put it on `expected_errors` (a refusal that the test provokes is one).
"""

import json
import re
import shutil
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Browser, BrowserContext, ConsoleMessage, Page, sync_playwright

from tests.running import ROOT, Novapi

FRONTEND = ROOT / "dashboard" / "frontend"
BUILT = ROOT / "dashboard" / "static" / "dashboard" / "index.html"
FLAGS = [
    "--no-sandbox", "--disable-gpu", "--disable-quic", "--no-first-run", "--disable-background-networking",
    "--disable-component-update", "--disable-sync", "--disable-dev-shm-usage",
]  # fmt: skip
WIDE = {"width": 1440, "height": 900}


def chromium() -> str | None:
    return shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")


@pytest.fixture(scope="package")
def browser() -> Iterator[Browser]:
    """For this package only: while it is open, its event loop counts as running in this thread, which Django's ORM
    and `asyncio.run` refuse to work beside."""
    assert BUILT.exists(), "The dashboard is not built: run `npm ci && npm run build` in dashboard/frontend."
    program = chromium()
    if program is None:
        pytest.skip("needs Chromium (Debian: apt-get install chromium)")
    with sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=program, args=FLAGS)
        yield browser
        browser.close()


@pytest.fixture(scope="module")
def running(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    """A Novapi of this file's own: nobody has used it before."""
    with Novapi(tmp_path_factory.mktemp("dashboard") / "novapi") as novapi:
        yield novapi


@pytest.fixture
def expected_errors() -> list[str]:
    """Patterns of what the console may say in this test."""
    return []


@pytest.fixture
def page(browser: Browser, running: Novapi, expected_errors: list[str]) -> Iterator[Page]:
    """A signed-in page of a browser that was never here before."""
    with signed_in(browser, running, expected_errors) as page:
        yield page


@contextmanager
def signed_in(
    browser: Browser,
    novapi: Novapi,
    expected_errors: list[str] | tuple[str, ...] = (),
    before: Callable[[Page], None] = lambda _: None,
    **options: Any,
) -> Iterator[Page]:
    """A page with cookies and storage of its own; `before`: what is done with it first; `options` as
    `Browser.new_context` has them."""
    context = browser.new_context(**({"viewport": WIDE, "locale": "en-US", "reduced_motion": "reduce"} | options))
    context.set_default_timeout(10_000)
    context.grant_permissions(["clipboard-read", "clipboard-write"])
    page, errors = context.new_page(), []
    listen(context, errors)
    try:
        before(page)
        page.goto(novapi.launch_link)
        yield page
    finally:
        context.close()
    unexpected = [error for error in errors if not any(re.search(each, error) for each in expected_errors)]
    assert not unexpected, f"The page's console says: {unexpected}"


def listen(context: BrowserContext, errors: list[str]) -> None:
    def hear(message: ConsoleMessage) -> None:
        if message.type == "error":
            errors.append(f"{message.text} ({message.location.get('url', '')})")

    context.on("console", hear)
    context.on("weberror", lambda error: errors.append(str(error.error)))


@pytest.fixture
def axe() -> Callable[[Page], None]:
    """Fails where axe-core finds something serious on a page as it stands."""
    source = (FRONTEND / "node_modules" / "axe-core" / "axe.min.js").read_text()

    def check(page: Page) -> None:
        page.evaluate(source)
        report = page.evaluate("axe.run(document, {resultTypes: ['violations']})")
        grave = [each for each in report["violations"] if each["impact"] in ("serious", "critical")]
        assert not grave, json.dumps([summary(each) for each in grave], indent=1, ensure_ascii=False)

    return check


def summary(violation: dict[str, Any]) -> dict[str, Any]:
    nodes = [{"html": node["html"][:200], "why": node["failureSummary"][:400]} for node in violation["nodes"][:5]]
    return {"rule": violation["id"], "help": violation["help"], "nodes": nodes}
