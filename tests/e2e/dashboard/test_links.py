"""A `novapi:` link in the dashboard: what a stranger wrote is shown, and made a channel of by the owner alone."""

from collections.abc import Iterator
from typing import Any

import pytest
from playwright.sync_api import Page, Request, expect

from novapi_site.desktop.start import page_of
from tests.fake_upstream import FakeUpstream, json_reply
from tests.running import Novapi

KEY = "sk-key-that-a-link-brought-7Qx3"
PASTED = {"name": "Paste a key"}


@pytest.fixture(scope="module")
def relay() -> Iterator[FakeUpstream]:
    with FakeUpstream(json_reply({"object": "list", "data": [{"id": "relay-large"}]})) as upstream:
        yield upstream


def open_link(page: Page, novapi: Novapi, link: str) -> list[str]:
    """As the window does. The answer goes on to list what the page has Novapi change or send, the dialog's look for
    engines aside."""
    sent: list[str] = []

    def hear(request: Request) -> None:
        if request.method != "GET" and not request.url.endswith("/discovery/scan"):
            sent.append(request.url)

    page.on("request", hear)
    page.goto(novapi.launch_link.replace("/?", f"{page_of(link)}&"))
    expect(page.get_by_role("textbox", **PASTED)).to_be_visible()
    return sent


def channels(novapi: Novapi) -> list[dict[str, Any]]:
    return list(novapi.api("GET", "/channels").json())


def test_link_becomes_a_channel_once_its_owner_says_so(page: Page, running: Novapi, relay: FakeUpstream) -> None:
    link = f"novapi://add?base_url={relay.url}&key={KEY}&name=From%20a%20link%20%E6%B8%A0%E9%81%93"
    sent = open_link(page, running, link)

    expect(page.get_by_role("textbox", **PASTED)).to_have_value(link)
    expect(page.get_by_role("alert")).to_contain_text("trust whoever made it")
    expect(page.get_by_role("alert")).to_contain_text(f"would go to {relay.url.split('/')[2]}")
    expect(page.get_by_role("alert")).to_contain_text("this computer, or one in your own network")
    page.wait_for_url("**/channels?add=true")
    assert sent == []
    assert channels(running) == []
    assert not any(KEY in str(call.headers) for call in relay.received)

    page.get_by_role("status").get_by_role("button").click()
    expect(page.get_by_role("textbox", name="Name", exact=True)).to_have_value("From a link 渠道")
    assert sent == []
    assert channels(running) == []
    page.get_by_role("button", name="Create the channel").click()

    expect(page.get_by_role("checkbox", name="relay-large")).to_be_visible()
    (made,) = channels(running)
    assert (made["name"], made["base_url"]) == ("From a link 渠道", relay.url)
    assert [key["masked"] for key in made["api_keys"]] == ["…7Qx3"]


def test_link_is_gone_with_its_dialog(page: Page, running: Novapi) -> None:
    open_link(page, running, f"novapi://add?provider=deepseek&key={KEY}")
    expect(page.get_by_role("alert")).to_contain_text("would go to api.deepseek.com")
    page.get_by_role("button", name="Close").click()

    page.reload()
    page.goto(f"http://localhost:{running.port}/channels?add=true")
    expect(page.get_by_role("textbox", **PASTED)).to_have_value("")
    page.go_back()
    assert KEY not in page.url


@pytest.mark.parametrize(
    ("link", "reason"),
    [
        ("novapi://add?base_url=javascript:alert(1)&key=" + KEY, "its address is none"),
        ("novapi://add?provider=local&name=x&command=rm%20-rf%20~", "it brings a command"),
        ("novapi://add?provider=deepseek&name=%E2%80%AEkeeSpeeD", "invisible characters"),
        ("novapi://add?<img src=x onerror=alert(1)>", "nothing that Novapi knows"),
        ("novapi:x\nOPENAI_API_KEY=" + KEY, "nothing that Novapi knows"),
    ],
)
def test_hostile_link_is_shown_and_refused(page: Page, running: Novapi, link: str, reason: str) -> None:
    before = channels(running)
    sent = open_link(page, running, link)

    expect(page.get_by_role("textbox", **PASTED)).to_have_value(link)
    expect(page.get_by_role("alert")).to_contain_text(reason)
    expect(page.get_by_role("status").get_by_role("button")).to_have_count(0)
    assert sent == []
    assert channels(running) == before


@pytest.mark.parametrize("text", [f"OPENAI_API_KEY={KEY}", "novapi:" + 8000 * "x"])
def test_only_a_link_of_novapi_fills_the_box(page: Page, running: Novapi, text: str) -> None:
    page.goto(f"http://localhost:{running.port}/channels?add=true&paste={text}")

    expect(page.get_by_role("textbox", **PASTED)).to_have_value("")
