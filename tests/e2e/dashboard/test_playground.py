"""The playground, with models whose every byte is the test's."""

import json
import re
from base64 import b64decode
from collections.abc import Callable, Iterable, Iterator
from urllib.parse import urljoin

import pytest
from playwright.sync_api import Locator, Page, Route, expect

from tests.fake_upstream import DONE, USAGE_CHUNK, FakeUpstream, Received, chunk, head
from tests.running import Novapi, eventually

PIXEL = b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")
ANSWER = "So:\n\n```python\nprint('<b>hi</b>')\n```\n\nThat was <b>all</b>."


def answers(call: Received) -> Iterable[bytes | float]:
    """By what was said last; a model with tools calls one first."""
    last = call.json["messages"][-1]
    said = json.dumps(last["content"])
    if "fail" in said:
        return [head(429, retry_after="1"), b'{"error": {"message": "Slow down, please."}}']
    start = head(200, "text/event-stream")
    if "count" in said:
        return [start, chunk("one two"), 20.0, chunk(" three"), DONE]
    if call.json.get("tools") and last["role"] != "tool":
        function = {"name": "get_weather", "arguments": '{"city": "Paris"}'}
        called = {"index": 0, "id": "call_1", "type": "function", "function": function}
        return [start, tool_chunk(called), chunk(finish="tool_calls"), DONE]
    text = f"The tool says: {last['content']}" if last["role"] == "tool" else ANSWER
    pieces = [chunk(piece) for piece in re.findall(r".{1,7}", text, re.S)]
    return [start, *pieces, chunk(finish="stop"), USAGE_CHUNK, DONE]


def tool_chunk(called: dict[str, object]) -> bytes:
    return chunk(choices=[{"index": 0, "delta": {"tool_calls": [called]}, "finish_reason": None}])


@pytest.fixture(scope="module")
def upstream(running: Novapi) -> Iterator[FakeUpstream]:
    with FakeUpstream(answers) as upstream:
        for name in ("alpha", "beta"):
            running.add_channel(upstream.url, name=name.title(), model=name)
        yield upstream


def opened(page: Page, models: str | None = None) -> Locator:
    """The page with these models; gives its prompt."""
    page.goto(urljoin(page.url, f"/playground?models={models}" if models else "/playground"))
    prompt = page.get_by_role("textbox", name="Prompt", exact=True)
    if models:
        expect(column(page, models.split(",")[0])).to_be_visible()
    return prompt


def column(page: Page, model: str) -> Locator:
    return page.get_by_role("region", name=model, exact=True)


def test_a_newcomer_without_channels_gets_an_answer(page: Page) -> None:
    prompt = opened(page)
    expect(column(page, "novapi/echo")).to_be_visible()

    prompt.fill("Is anybody there?")
    prompt.press("Enter")

    expect(column(page, "novapi/echo")).to_contain_text("Hello from Novapi!")
    expect(column(page, "novapi/echo")).to_contain_text("first token")


def test_two_models_answer_side_by_side_with_what_it_took(
    page: Page, running: Novapi, upstream: FakeUpstream, axe: Callable[[Page], None]
) -> None:
    prompt = opened(page, "alpha,beta")

    prompt.fill("Hello")
    prompt.press("Shift+Enter")
    prompt.press_sequentially("you")
    prompt.press("Enter")

    for model in ("alpha", "beta"):
        shown = column(page, model)
        expect(shown).to_contain_text("That was <b>all</b>.")
        expect(shown.get_by_role("figure")).to_contain_text("print('<b>hi</b>')")
        expect(shown).to_contain_text(f"by {model.title()}")
        expect(shown).to_contain_text("7 in, 3 out")
    assert upstream.received[-1].json["messages"][-1] == {"role": "user", "content": "Hello\nyou"}
    axe(page)

    column(page, "beta").get_by_role("link", name="Open in log").click()
    expect(page).to_have_url(re.compile(r"/log\?id="))
    page.go_back()
    expect(column(page, "beta")).to_contain_text("That was")
    record = running.api("GET", "/usage/records?limit=1").json()["records"][0]
    assert record["app"] == "playground"


def test_enter_before_it_is_known_who_is_asked_sends_then(page: Page, upstream: FakeUpstream) -> None:
    held: list[Route] = []
    page.route("**/api/models*", lambda route: held.append(route))
    with page.expect_request("**/api/models*"):
        prompt = opened(page)
    prompt.fill("Hello")
    prompt.press("Enter")
    expect(prompt).to_have_value("Hello")

    for route in held:
        route.continue_()

    expect(page.get_by_text("That was <b>all</b>.")).to_be_visible()
    expect(prompt).to_have_value("")


def test_composing_a_word_sends_nothing(page: Page, upstream: FakeUpstream) -> None:
    prompt = opened(page, "alpha")
    prompt.fill("ni hao")

    prompt.dispatch_event("keydown", {"key": "Enter", "isComposing": True, "bubbles": True, "cancelable": True})

    expect(prompt).to_have_value("ni hao")
    expect(column(page, "alpha")).to_contain_text("Write a prompt below")


def test_stop_hangs_up_and_keeps_what_came(page: Page, upstream: FakeUpstream) -> None:
    prompt = opened(page, "alpha")
    prompt.fill("count")
    prompt.press("Enter")
    expect(column(page, "alpha")).to_contain_text("one two")

    page.get_by_role("button", name="Stop", exact=True).click()

    expect(column(page, "alpha")).to_contain_text("Stopped.")
    expect(page.get_by_role("button", name="Send")).to_be_visible()
    eventually(lambda: upstream.hung_up.is_set())


def test_a_model_calls_a_tool_and_hears_what_was_typed(page: Page, upstream: FakeUpstream) -> None:
    prompt = opened(page, "alpha")
    page.get_by_role("textbox", name="Tools").fill("{")
    expect(page.get_by_role("alert")).to_contain_text("This is not JSON")
    page.get_by_role("textbox", name="Tools").fill("")
    page.get_by_role("button", name="Insert an example").click()

    prompt.fill("Weather?")
    prompt.press("Enter")
    page.get_by_role("textbox", name="Result of call 1, get_weather").fill("sunny")
    page.get_by_role("button", name="Send the result").click()

    expect(column(page, "alpha")).to_contain_text("The tool says: sunny")


def test_a_failure_is_told_in_words_and_can_be_tried_again(
    page: Page, upstream: FakeUpstream, expected_errors: list[str]
) -> None:
    expected_errors.append(r"status of 4\d\d|status of 5\d\d")
    prompt = opened(page, "beta")

    prompt.fill("please fail")
    prompt.press("Enter")

    expect(column(page, "beta").get_by_role("alert")).to_contain_text("Novapi: tried 1 channel for beta")
    expect(column(page, "beta").get_by_role("button", name="Try again")).to_be_visible()


def test_a_picture_goes_with_the_prompt(page: Page, upstream: FakeUpstream) -> None:
    prompt = opened(page, "alpha")

    with page.expect_file_chooser() as chooser:
        page.get_by_role("button", name="Add pictures").click()
    chooser.value.set_files(
        [
            {"name": "dot.png", "mimeType": "image/png", "buffer": PIXEL},
            {"name": "notes.txt", "mimeType": "text/plain", "buffer": b"no"},
        ]
    )
    expect(page.get_by_text("notes.txt is no PNG")).to_be_visible()
    expect(page.get_by_role("img", name="Picture 1")).to_be_visible()
    prompt.fill("What is this?")
    prompt.press("Enter")

    expect(column(page, "alpha")).to_contain_text("That was")
    content = upstream.received[-1].json["messages"][-1]["content"]
    assert content[1]["image_url"]["url"].startswith("data:image/png;base64,iVBOR")


def test_columns_come_and_go_with_the_address_and_the_code_says_it_all(page: Page, upstream: FakeUpstream) -> None:
    prompt = opened(page, "alpha")

    page.get_by_role("button", name="Add a model").click()
    expect(page).to_have_url(re.compile("models=alpha%2C"))
    page.get_by_role("button", name="Remove alpha").click()
    expect(column(page, "alpha")).to_have_count(0)
    prompt.fill('It\'s "quoted"')
    page.get_by_role("button", name="Copy as code").click()
    page.get_by_role("radio", name="Python").click()

    expect(page.get_by_role("dialog")).to_contain_text(r'"content": "It\'s \"quoted\""'.replace(r"\'", "'"))
