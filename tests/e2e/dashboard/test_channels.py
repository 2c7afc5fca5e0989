"""The page Channels: from a paste to a channel that works, and everything that can be done to one."""

import json
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from tests.fake_upstream import DONE, FakeUpstream, Received, chunk, completion, head, whole
from tests.running import Novapi, eventually

HOSTILE = "<img src=x onerror=alert(1)> 渠道"


def provider(call: Received) -> Iterable[bytes]:
    """A relay with three models; it refuses keys that say so."""
    if "refused" in call.headers.get("authorization", "refused"):
        yield whole(json.dumps({"error": {"message": "Incorrect API key"}}).encode(), status=401)
    elif call.method == "GET":
        models = [{"id": name, "object": "model"} for name in ("relay-large", "relay-small", "relay-new")]
        yield whole(json.dumps({"object": "list", "data": models}).encode())
    elif call.json.get("stream"):
        yield head(200, "text/event-stream")
        yield chunk("ok") + chunk(finish="stop") + DONE
    else:
        yield whole(json.dumps(completion("ok", call.json["model"])).encode())


@pytest.fixture(scope="module")
def relay() -> Iterator[FakeUpstream]:
    with FakeUpstream(provider) as upstream:
        yield upstream


def make(novapi: Novapi, name: str, **members: Any) -> dict[str, Any]:
    body = {"name": name, "provider": "custom", "api_keys": ["sk-good-key-of-the-owner-1111"]} | members
    response = novapi.api("POST", "/channels", json=body)
    assert response.status_code == 201, response.text
    return dict(response.json())


def stored(novapi: Novapi, channel: dict[str, Any]) -> dict[str, Any]:
    return dict(novapi.api("GET", f"/channels/{channel['id']}").json())


def told_keys(channel: dict[str, Any]) -> list[tuple[str, bool]]:
    return [(key["masked"], key["enabled"]) for key in channel["api_keys"]]


def open_at(page: Page, novapi: Novapi, path: str) -> None:
    page.goto(f"http://localhost:{novapi.port}/channels{path}")


def test_curl_command_becomes_a_channel_that_works(page: Page, running: Novapi, relay: FakeUpstream) -> None:
    open_at(page, running, "")
    page.get_by_role("button", name="Paste a key").click()

    page.get_by_role("textbox", name="Paste a key").fill(
        f"curl {relay.url}/chat/completions -H 'Authorization: Bearer sk-pasted-key-of-the-owner-9xQ2' -d '{{}}'"
    )
    page.get_by_role("status").get_by_role("button").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("My relay")
    page.get_by_role("button", name="Create the channel").click()
    page.get_by_role("checkbox", name="relay-new").uncheck()
    page.get_by_role("button", name="Offer 2 models").click()

    expect(page.get_by_text("It works.")).to_be_visible()
    page.get_by_role("button", name="Done").click()
    row = page.get_by_role("listitem").filter(has_text="My relay")
    expect(row).to_contain_text("…9xQ2")
    expect(row).to_contain_text("2 models")
    expect(row).to_contain_text("Working")
    assert running.chat("relay-small").status_code == 200


def test_refusal_stands_at_its_field(page: Page, running: Novapi, expected_errors: list[str]) -> None:
    expected_errors.append("422")
    open_at(page, running, "?add=true")
    page.get_by_role("searchbox", name="Search providers").fill("custom")
    page.get_by_role("button", name="Custom", exact=False).first.click()

    page.get_by_role("textbox", name="Base URL").fill(f"http://localhost:{running.port}/v1")
    page.get_by_role("button", name="Create the channel").click()

    expect(page.get_by_role("alert")).to_contain_text("Novapi itself")
    expect(page.get_by_role("textbox", name="Base URL")).to_have_attribute("aria-invalid", "true")


def test_keys_are_added_switched_and_removed(page: Page, running: Novapi) -> None:
    channel = make(running, "Many keys", base_url="http://127.0.0.1:9/v1")
    open_at(page, running, f"?id={channel['id']}&tab=keys")

    page.get_by_role("textbox", name="Add keys").fill("sk-second-of-the-owner-2222\nsk-third-of-the-owner-3333")
    page.get_by_role("button", name="Add 2 keys").click()
    page.get_by_role("switch", name="Use the key …2222").click()
    expect(page.get_by_role("row", name="…2222")).to_contain_text("Off")
    page.get_by_role("button", name="Remove the key …1111").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Remove the key").click()

    expect(page.get_by_role("row", name="…1111")).to_have_count(0)
    wanted = [("…2222", False), ("…3333", True)]
    assert eventually(lambda: told_keys(stored(running, channel)) == wanted)


def test_refused_key_is_replaced_where_the_test_says_so(page: Page, running: Novapi, relay: FakeUpstream) -> None:
    channel = make(running, "Refused", base_url=relay.url, api_keys=["sk-refused-key-4444"], models=["relay-refused"])
    open_at(page, running, "")
    page.get_by_role("link", name="Test Refused").click()

    page.get_by_role("button", name="Start the test").click()
    expect(page.get_by_text("It does not work.")).to_be_visible()
    page.get_by_role("link", name="Replace the key").click()
    page.get_by_role("textbox", name="Add keys").fill("sk-good-key-of-the-owner-5555")
    page.get_by_role("button", name="Add key", exact=True).click()

    expect(page.get_by_role("row", name="…4444")).to_contain_text("Key refused")
    expect(page.get_by_role("row", name="…5555")).to_contain_text("Working")
    assert len(stored(running, channel)["api_keys"]) == 2


def test_models_are_compared_offered_renamed_and_put_aside(page: Page, running: Novapi, relay: FakeUpstream) -> None:
    models = [{"name": "old-model", "price_input": 2}, "relay-large"]
    channel = make(running, "Compared", base_url=relay.url, models=models)
    open_at(page, running, f"?id={channel['id']}&tab=models")

    page.get_by_role("button", name="Fetch the list").click()
    page.get_by_role("button", name="Offer all 2 new ones").click()
    expect(page.get_by_role("listitem").filter(has_text="old-model")).to_contain_text("Gone")
    page.get_by_role("checkbox", name="Offer relay-large").click()
    expect(page.get_by_role("checkbox", name="Offer relay-large")).not_to_be_checked()
    page.get_by_role("button", name="Edit old-model").click()
    page.get_by_role("textbox", name="Name for apps").fill("smart")
    page.get_by_role("button", name="Save changes").click()

    expect(page.get_by_role("checkbox", name="Offer smart")).to_be_checked()
    told = {model["name"]: model for model in stored(running, channel)["models"]}
    assert sorted(told) == ["relay-large", "relay-new", "relay-small", "smart"]
    assert (told["smart"]["upstream"], told["smart"]["price_input"]) == ("old-model", 2)
    assert not told["relay-large"]["enabled"]


def test_override_is_seen_before_it_is_stored(page: Page, running: Novapi) -> None:
    channel = make(running, "Overridden", base_url="http://127.0.0.1:9/v1", models=["relay-overridden"])
    open_at(page, running, f"?id={channel['id']}&tab=advanced")
    editor = page.get_by_role("textbox", name="Overrides of every request")

    editor.fill("{")
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("alert")).to_contain_text("no JSON object")
    editor.fill('{"set": {"reasoning.effort": "low"}}')
    expect(page.get_by_role("region", name="What would be sent")).to_contain_text('"effort": "low"')
    assert stored(running, channel)["overrides"] == {}

    page.get_by_role("tab", name="Limits").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Cancel").click()
    page.get_by_role("button", name="Save changes").click()
    expect(page.get_by_role("button", name="Save changes")).to_have_count(0)
    assert stored(running, channel)["overrides"] == {"set": {"reasoning.effort": "low"}}


def test_order_is_changed_by_keys(page: Page, running: Novapi) -> None:
    first = make(running, "Order: first", priority=102, base_url="http://127.0.0.1:9/v1")
    second = make(running, "Order: second", priority=101, base_url="http://127.0.0.1:9/v1")
    open_at(page, running, "?q=")
    handle = page.get_by_role("button", name="Move Order: second")

    handle.press("Space")
    expect(page.get_by_text("Order: second is moved to number 2")).to_be_attached()
    page.keyboard.press("ArrowUp")
    expect(page.get_by_text("Order: second is moved to number 1")).to_be_attached()
    page.keyboard.press("Space")

    expect(page.get_by_role("list", name="Channels in the order").get_by_role("listitem").first).to_contain_text(
        "second"
    )
    assert eventually(lambda: stored(running, second)["priority"] > stored(running, first)["priority"])


def test_engine_is_started_followed_and_stopped(
    page: Page, running: Novapi, tmp_path: Path, expected_errors: list[str]
) -> None:
    expected_errors.append("409")  # a start that is stopped meanwhile
    script = tmp_path / "engine.py"
    script.write_text(
        "import http.server as web, sys\n"
        "print('<b>loading</b> the model', flush=True)\n"
        "web.HTTPServer(('127.0.0.1', int(sys.argv[1])), web.SimpleHTTPRequestHandler).serve_forever()\n"
    )
    open_at(page, running, "?add=true")
    page.get_by_role("button", name="Start an engine by a command").click()
    page.get_by_role("textbox", name="Name", exact=True).fill("Own engine")
    page.get_by_role("textbox", name="Command").fill(f"{sys.executable} {script} ${{PORT}}")
    page.get_by_text("More", exact=True).click()
    page.get_by_role("textbox", name="Ready path").fill("/")
    page.get_by_role("button", name="Create the channel").click()
    page.get_by_role("button", name="Open the channel").click()
    page.get_by_role("tab", name="Engine").click()
    engine = page.get_by_role("region", name="Engine")

    engine.get_by_role("button", name="Start").or_(engine.get_by_role("button", name="Restart")).click()
    expect(engine).to_contain_text("Ready")
    expect(page.get_by_role("region", name="Log")).to_contain_text("<b>loading</b> the model")
    engine.get_by_role("button", name="Stop").click()

    expect(engine).to_contain_text("Stopped")


def test_name_that_is_markup_is_text_and_what_is_deleted_is_gone(page: Page, running: Novapi) -> None:
    channel = make(running, HOSTILE, base_url="http://127.0.0.1:9/v1")
    open_at(page, running, "?q=onerror")
    row = page.get_by_role("listitem")
    expect(row).to_have_count(1)
    expect(row).to_contain_text(HOSTILE)

    page.get_by_role("button", name=f"More for {HOSTILE}").click()
    page.get_by_role("menuitem", name="Delete…").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete the channel").click()

    expect(page.get_by_text("Nothing matches “onerror”.")).to_be_visible()
    assert running.api("GET", f"/channels/{channel['id']}").status_code == 404


@pytest.mark.parametrize(
    "path", ["?add=true", *(f"?id=ID&tab={tab}" for tab in ("keys", "models", "advanced", "test"))]
)
def test_dialog_and_drawer_are_accessible(page: Page, running: Novapi, axe: Callable[[Page], None], path: str) -> None:
    channel = next(each for each in running.api("GET", "/channels").json() if each["name"] == "My relay")
    open_at(page, running, path.replace("ID", str(channel["id"])))
    expect(page.get_by_role("dialog")).to_be_visible()
    expect(page.locator(".animate-pulse")).to_have_count(0)

    axe(page)
