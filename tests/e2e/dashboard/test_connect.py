"""Connect: what an app must be told, and the proof that it works."""

import json
import subprocess
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi


@pytest.fixture(scope="module")
def model(running: Novapi) -> Iterator[str]:
    with FakeUpstream(json_reply(completion("pong"))) as upstream:
        yield running.add_channel(upstream.url, name="Work", model='it\'s "quoted"')


@pytest.fixture
def connect(page: Page, model: str) -> Page:
    page.get_by_role("navigation", name="Pages").get_by_role("link", name="Connect").click()
    expect(page.get_by_role("heading", level=1, name="Connect")).to_be_visible()
    return page


def test_copied_command_works_as_it_is_and_its_request_is_told(connect: Page, running: Novapi, model: str) -> None:
    connect.get_by_role("link", name="curl").click()
    expect(connect.get_by_text("Waiting for the first request from curl…")).to_be_visible()
    connect.get_by_role("button", name="Copy code").click()
    command = connect.evaluate("navigator.clipboard.readText()")

    ran = subprocess.run(["sh", "-c", command], capture_output=True, text=True, timeout=20, check=True)

    assert json.loads(ran.stdout)["choices"][0]["message"]["content"] == "pong"
    expect(connect.get_by_text(f"curl just asked {model}; Work answered")).to_be_visible()
    assert running.key not in connect.content()


def test_app_gets_a_key_of_its_own(connect: Page, running: Novapi, axe: Callable[[Page], None]) -> None:
    connect.get_by_role("link", name="Claude Code").click()
    connect.get_by_role("button", name="Make a key for this app").click()
    expect(connect.get_by_role("combobox", name="Key")).to_have_text("Claude Code")
    axe(connect)
    connect.get_by_role("button", name="Copy code").first.click()

    [made] = [key for key in running.api("GET", "/keys").json() if key["name"] == "Claude Code"]
    token = running.api("GET", f"/keys/{made['id']}").json()["key"]
    assert f"ANTHROPIC_AUTH_TOKEN={token}" in connect.evaluate("navigator.clipboard.readText()")


def test_search_finds_apps_and_says_when_there_is_none(connect: Page) -> None:
    search = connect.get_by_role("searchbox", name="Search apps")
    search.fill("studio")
    expect(connect.get_by_role("link", name="Cherry Studio")).to_be_visible()
    expect(connect.get_by_role("link", name="Codex")).to_have_count(0)
    search.fill("xyzzy")
    expect(connect.get_by_text("Nothing matches 'xyzzy'.")).to_be_visible()
    connect.get_by_role("button", name="Clear the search").click()
    expect(connect.get_by_role("link", name="Codex")).to_be_visible()


def test_cursor_is_told_honestly(connect: Page) -> None:
    connect.get_by_role("link", name="Cursor").click()

    expect(connect.get_by_text("Cursor sends your prompt and the key to its own servers first")).to_be_visible()
    expect(connect.get_by_text("Waiting for")).to_have_count(0)


def test_program_that_nobody_knows_is_listed_and_can_have_a_key(connect: Page, running: Novapi, model: str) -> None:
    body = {"model": model, "messages": [{"role": "user", "content": "hi"}]}
    assert running.call(json=body, headers={"user-agent": "my-script/0.1"}).status_code == 200

    connect.get_by_role("link", name="Give it a key: my-script").click()

    expect(connect.get_by_role("dialog", name="my-script")).to_be_visible()
    connect.get_by_role("button", name="Make a key for this app").click()
    expect(connect.get_by_role("combobox", name="Key")).to_have_text("my-script")
