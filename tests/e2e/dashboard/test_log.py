"""The log and its inspector: every call is found, told live, and opened down to its bytes."""

import json
import re
from collections.abc import Callable, Iterable, Iterator
from typing import Any

import pytest
from playwright.sync_api import Locator, Page, expect

from tests.fake_upstream import DONE, USAGE_CHUNK, FakeUpstream, Received, chunk, completion, head, whole
from tests.running import Novapi, eventually

HOSTILE = "<script>window.hurt = 1</script><img src=x onerror='window.hurt = 2'>\x1b[31m \u202eevil"
FAR_PICTURE = "https://pictures.example/track.png"


def answers(call: Received) -> Iterable[bytes | float]:
    """By the model: "slow…" goes on for ever, "bad…" is refused, any other says its name."""
    model = call.json["model"]
    if model.startswith("bad"):
        yield whole(b'{"error": {"message": "Rate limit reached"}}', 429)
    elif call.json.get("stream"):
        yield head(200, "text/event-stream")
        for word in ("Here ", "speaks ", model):
            yield chunk(word)
            yield 0.02
        while model.startswith("slow"):
            yield 0.1
            yield chunk(" …")
        yield chunk(finish="stop")
        yield USAGE_CHUNK
        yield DONE
    else:
        yield whole(json.dumps(completion(f"Here speaks {model}", model)).encode())


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream(answers) as upstream:
        yield upstream


@pytest.fixture(scope="module")
def models(running: Novapi, upstream: FakeUpstream) -> dict[str, str]:
    """Names by what they do. "two": fails at a first channel, then answers."""
    for model in ("quick", "other", "slow", "bad"):
        running.add_channel(upstream.url, name=f"Channel of {model}", model=model)
    twice = {"model": "two", "name": "First", "priority": 9, "models": [{"name": "two", "upstream": "bad"}]}
    running.add_channel(upstream.url, **twice)
    running.add_channel(upstream.url, name="Second", models=[{"name": "two", "upstream": "good"}], model="two")
    return {name: name for name in ("quick", "other", "slow", "bad", "two")}


def called(novapi: Novapi, model: str, app: str = "tester", text: str = "hi", **more: Any) -> str:
    """A call that has been recorded, and whose bodies are on disk; gives its id."""
    body = {"model": model, "messages": [{"role": "user", "content": text}]} | more
    answer = novapi.call(json=body, headers={"x-novapi-app": app})
    request_id = answer.headers["x-novapi-request-id"]
    novapi.record(request_id)
    for _ in range(100):
        if novapi.api("GET", f"/usage/records/{request_id}/bodies").status_code == 200:
            break
    return request_id


def opened(page: Page, running: Novapi, search: str = "") -> Page:
    page.goto(f"http://localhost:{running.port}/log{search}")
    return page


def rows(page: Page) -> Locator:
    return page.get_by_role("link", name=re.compile(" asked "))


def test_nobody_has_called_yet_and_a_test_request_shows_how_it_will_be(page: Page, running: Novapi) -> None:
    opened(page, running)

    expect(page.get_by_text("No request yet.")).to_be_visible()
    expect(page.get_by_text(f":{running.port}/v1")).to_be_visible()
    page.get_by_role("button", name="Send a test request").click()
    expect(page.get_by_role("link", name="test request asked novapi/echo")).to_be_visible()


def test_filters_stand_in_the_address_and_can_be_cleared(page: Page, running: Novapi, models: dict[str, str]) -> None:
    called(running, "quick", app="Alpha")
    called(running, "other", app="Beta")
    opened(page, running)
    expect(rows(page).filter(has_text=re.compile(r"\d"))).not_to_have_count(0)

    page.get_by_role("button", name="App", exact=True).click()
    page.get_by_role("option", name="Alpha").click()
    expect(page).to_have_url(re.compile("app=Alpha"))
    expect(page.get_by_role("link", name="Beta asked other")).to_have_count(0)
    expect(page.get_by_role("link", name="Alpha asked quick")).to_be_visible()

    page.reload()
    expect(page.get_by_role("link", name="Alpha asked quick")).to_be_visible()
    page.get_by_role("button", name="Remove the filter: App").click()
    expect(page.get_by_role("link", name="Beta asked other")).to_be_visible()

    page.get_by_role("searchbox").fill("nobody has ever said this")
    expect(page.get_by_text("No request matches these filters.")).to_be_visible()
    page.get_by_role("button", name="Clear filters").click()
    expect(page.get_by_role("link", name="Alpha asked quick")).to_be_visible()


def test_filter_can_be_kept_under_a_name(page: Page, running: Novapi, models: dict[str, str]) -> None:
    called(running, "bad", app="Failing")
    opened(page, running, "?status=error")
    page.get_by_role("button", name="Saved").click()
    page.get_by_role("textbox", name="Name of this filter").fill("What failed")
    page.get_by_role("button", name="Save", exact=True).click()

    page.get_by_role("button", name="Clear all").click()
    page.get_by_role("button", name="Saved").click()
    page.get_by_role("button", name="What failed", exact=True).click()

    expect(page).to_have_url(re.compile("status=error"))
    expect(page.get_by_role("link", name="Failing asked bad")).to_be_visible()


def test_words_that_were_said_are_found(page: Page, running: Novapi, models: dict[str, str]) -> None:
    called(running, "quick", app="Poet", text="the albatross flew over")
    opened(page, running)
    page.get_by_role("searchbox").fill("albatross")

    expect(page.get_by_role("link", name="Poet asked quick")).to_be_visible()
    expect(rows(page)).to_have_count(1)


def test_call_in_flight_is_told_live_and_can_be_stopped(page: Page, running: Novapi, models: dict[str, str]) -> None:
    opened(page, running)
    with running.stream("slow"):
        stop = page.get_by_role("button", name=re.compile("Stop .* slow"))
        expect(stop).to_be_visible()
        stop.click()
        expect(page.get_by_role("row", name="slow").get_by_text("Stopped")).to_be_visible()


def test_space_pauses_and_what_came_meanwhile_is_told(page: Page, running: Novapi, models: dict[str, str]) -> None:
    opened(page, running)
    expect(rows(page).first).to_be_visible()
    page.keyboard.press(" ")
    expect(page.get_by_role("button", name="Go on")).to_be_visible()

    called(running, "quick", app="Latecomer")
    expect(page.get_by_role("button", name="1 new request is waiting")).to_be_visible()
    expect(page.get_by_role("link", name="Latecomer asked")).to_have_count(0)

    page.keyboard.press(" ")
    expect(page.get_by_role("link", name="Latecomer asked")).to_be_visible()


def test_new_calls_do_not_move_what_is_looked_at(page: Page, running: Novapi, models: dict[str, str]) -> None:
    for _ in range(40):
        running.chat("quick")
    called(running, "quick", app="Old")
    opened(page, running)
    old = page.get_by_role("link", name="Old asked")
    old.click()
    expect(page.get_by_role("complementary", name="Inspector")).to_be_visible()
    before = old.bounding_box()

    called(running, "quick", app="New")
    expect(page.get_by_role("button", name="1 new", exact=True)).to_be_visible()
    assert eventually(lambda: old.bounding_box() == before)  # a call comes in flight first, then as a record

    page.get_by_role("button", name="1 new", exact=True).click()
    expect(page.get_by_role("link", name="New asked")).to_be_in_viewport()


def test_keyboard_walks_opens_copies_and_closes(page: Page, running: Novapi, models: dict[str, str]) -> None:
    called(running, "other", app="Below", text="first of two")
    called(running, "quick", app="Above", text="second of two")
    opened(page, running)
    inspector = page.get_by_role("complementary", name="Inspector")
    expect(page.get_by_role("link", name="Above asked")).to_be_visible()

    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(inspector.get_by_text("second of two")).to_be_visible()
    page.keyboard.press("j")
    expect(inspector.get_by_text("first of two")).to_be_visible()
    page.keyboard.press("k")
    expect(inspector.get_by_text("second of two")).to_be_visible()

    page.keyboard.press("c")
    expect(page.get_by_text("Copied as code")).to_be_visible()
    assert "curl" in page.evaluate("navigator.clipboard.readText()")

    page.keyboard.press("r")
    expect(inspector.get_by_role("tab", name="Replay")).to_have_attribute("aria-selected", "true")
    page.keyboard.press("Escape")
    expect(inspector).to_have_count(0)


def test_inspector_tells_what_happened_and_shows_every_byte(
    page: Page, running: Novapi, models: dict[str, str], axe: Callable[[Page], None]
) -> None:
    tools = [{"type": "function", "function": {"name": "weather", "parameters": {"type": "object"}}}]
    request_id = called(running, "two", app="Curious", text="Where am I?", tools=tools)
    inspector = opened(page, running, f"?id={request_id}").get_by_role("complementary", name="Inspector")

    expect(inspector.get_by_text("Curious asked two; First failed (429 after")).to_be_visible()
    expect(inspector.get_by_text("Where am I?")).to_be_visible()
    expect(inspector.get_by_text("Here speaks good")).to_be_visible()
    axe(page)

    inspector.get_by_role("tab", name="Route").click()
    expect(inspector.get_by_text(re.compile("Attempt 1: First failed"))).to_be_visible()
    expect(inspector.get_by_text(re.compile("Attempt 2: Second answered"))).to_be_visible()
    axe(page)

    inspector.get_by_role("tab", name="Wire").click()
    expect(inspector.get_by_role("heading", name="App → Novapi")).to_be_visible()
    inspector.get_by_role("switch", name="Only what Novapi changed").click()
    expect(inspector.get_by_role("deletion").filter(has_text='"model": "two"')).to_be_visible()
    expect(inspector.get_by_role("insertion").filter(has_text='"model": "good"')).to_be_visible()
    axe(page)

    inspector.get_by_role("tab", name="Cost").click()
    expect(inspector.get_by_text("The price of this model is unknown.")).to_be_visible()


def test_stream_is_played_back(page: Page, running: Novapi, models: dict[str, str]) -> None:
    request_id = called(running, "quick", stream=True)
    inspector = opened(page, running, f"?id={request_id}&tab=wire").get_by_role("complementary", name="Inspector")
    player = inspector.get_by_role("region", name="Play the stream back")

    expect(player.get_by_text("Here speaks quick")).to_be_visible()
    player.get_by_role("slider").fill("0")
    expect(player.get_by_text("Here speaks quick")).to_have_count(0)
    player.get_by_role("button", name="Play").click()
    expect(player.get_by_text("Here speaks quick")).to_be_visible()

    inspector.get_by_role("radio", name="Events").first.click()
    expect(inspector.get_by_role("cell", name="[DONE]")).to_be_visible()


def test_replay_on_two_models_side_by_side(page: Page, running: Novapi, models: dict[str, str]) -> None:
    request_id = called(running, "quick", stream=True)
    inspector = opened(page, running, f"?id={request_id}&tab=replay").get_by_role("complementary", name="Inspector")
    inspector.get_by_role("button", name="Another model").click()
    inspector.get_by_role("combobox", name="Model 2").click()
    page.get_by_role("option", name=re.compile("^other")).click()
    inspector.get_by_role("button", name="Replay").last.click()

    for model in ("quick", "other"):
        column = inspector.get_by_role("region", name=model, exact=True)
        expect(column.get_by_text(f"Here speaks {model}")).to_be_visible()
        expect(column.get_by_text("7 in, 3 out")).to_be_visible()
    other = inspector.get_by_role("region", name="other", exact=True)
    other.get_by_role("button", name="Compare with the original").click()
    expect(other.get_by_role("deletion").filter(has_text="quick")).to_be_visible()
    expect(other.get_by_role("insertion").filter(has_text="other")).to_be_visible()


def test_request_can_be_edited_before_it_is_sent_again(page: Page, running: Novapi, models: dict[str, str]) -> None:
    request_id = called(running, "quick", text="before")
    inspector = opened(page, running, f"?id={request_id}&tab=replay").get_by_role("complementary", name="Inspector")
    inspector.get_by_role("button", name="Edit the request").click()
    editor = inspector.get_by_role("textbox", name="Request as JSON")
    editor.fill("{ no JSON")
    expect(inspector.get_by_text("This is no JSON object.")).to_be_visible()
    expect(inspector.get_by_role("button", name="Replay").last).to_be_disabled()

    editor.fill('{"model": "other", "messages": [{"role": "user", "content": "after"}]}')
    inspector.get_by_role("button", name="Replay").last.click()
    expect(inspector.get_by_role("region", name="quick", exact=True).get_by_text("Here speaks other")).to_be_visible()


def test_hostile_texts_are_shown_as_text(page: Page, running: Novapi, models: dict[str, str]) -> None:
    asked: list[str] = []
    page.on("request", lambda request: asked.append(request.url))
    content = [
        {"type": "text", "text": HOSTILE},
        {"type": "image_url", "image_url": {"url": FAR_PICTURE}},
        {"type": "text", "text": "no-space" * 120_000},
    ]
    request_id = called(running, "quick", app="<b>Hostile</b>", text=content)
    inspector = opened(page, running, f"?id={request_id}").get_by_role("complementary", name="Inspector")

    expect(inspector.get_by_text("<script>window.hurt = 1</script>")).to_be_visible()
    expect(inspector.get_by_text("\u2039U+202E\u203aevil")).to_be_visible()
    expect(inspector.get_by_text(FAR_PICTURE)).to_be_visible()
    expect(inspector.get_by_role("button", name=re.compile("Show more"))).to_be_visible()
    expect(page.get_by_role("link", name="<b>Hostile</b> asked")).to_be_visible()
    inspector.get_by_role("tab", name="Wire").click()
    expect(inspector.get_by_role("heading", name="App → Novapi")).to_be_visible()
    assert page.evaluate("window.hurt") is None
    assert not page.evaluate("document.documentElement.scrollWidth > innerWidth")
    assert FAR_PICTURE not in asked


def test_body_of_ten_megabytes_does_not_hold_the_page_up(page: Page, running: Novapi, models: dict[str, str]) -> None:
    request_id = called(running, "quick", text="many words " * 950_000)
    opened(page, running)
    expect(rows(page).first).to_be_visible()
    page.evaluate(WORST)
    page.goto(page.url + f"?id={request_id}")
    page.evaluate(WORST)
    inspector = page.get_by_role("complementary", name="Inspector")
    expect(inspector.get_by_text("of which only the beginning is kept")).to_be_visible()
    expect(inspector.get_by_text("many words many words")).to_be_visible()

    inspector.get_by_role("tab", name="Wire").click()
    pane = inspector.get_by_role("region", name="App → Novapi")
    expect(pane.get_by_text("many words")).to_have_count(0)
    pane.get_by_role("button", name="App → Novapi", exact=True).click()
    expect(pane.get_by_text("many words many words")).to_be_visible()
    pane.get_by_role("button", name=re.compile("Show more")).click()
    assert page.evaluate("worst") < 1000


WORST = """() => {
  window.worst = 0;
  let last = performance.now();
  setInterval(() => {
    const now = performance.now();
    worst = Math.max(worst, now - last - 20);
    last = now;
  }, 20);
}"""


def test_what_is_not_kept_says_why_and_where_to_change_that(
    page: Page, running: Novapi, models: dict[str, str], expected_errors: list[str]
) -> None:
    expected_errors.append("404")  # nothing is there
    key = running.api("POST", "/keys", json={"name": "Diary", "private": True}).json()["key"]
    answer = running.call(
        json={"model": "quick", "messages": []}, headers={"authorization": f"Bearer {key}", "x-novapi-app": "Diary"}
    )
    request_id = answer.headers["x-novapi-request-id"]
    running.record(request_id)
    opened(page, running, f"?id={request_id}")

    expect(page.get_by_text("The key it came with is private")).to_be_visible()
    page.get_by_role("link", name="Open settings").click()
    expect(page).to_have_url(re.compile("/settings.*keys"))


def test_chosen_calls_are_exported_and_deleted(page: Page, running: Novapi, models: dict[str, str]) -> None:
    for text in ("one", "two"):
        called(running, "quick", app="Throwaway", text=text)
    opened(page, running, "?app=Throwaway")
    boxes = page.get_by_role("checkbox", name=re.compile("Choose the call of Throwaway"))
    expect(boxes).to_have_count(2)
    page.get_by_role("checkbox", name="Choose all calls shown").click()
    chosen = page.get_by_role("region", name="Chosen requests")
    expect(chosen.get_by_text("2 chosen")).to_be_visible()
    with page.expect_download() as download:
        chosen.get_by_role("button", name="CSV").click()
    assert download.value.path().read_text().count("Throwaway") == 2

    chosen.get_by_role("button", name="Delete").click()
    page.get_by_role("alertdialog").get_by_role("button", name="Delete").click()
    expect(page.get_by_text("No request matches these filters.")).to_be_visible()
    assert running.api("GET", "/usage/records", params={"app": "Throwaway"}).json()["records"] == []


def test_filtered_log_is_exported_by_the_server(page: Page, running: Novapi, models: dict[str, str]) -> None:
    called(running, "quick", app="Exported & more")
    opened(page, running, "?app=Exported %26 more")
    page.get_by_role("button", name="Export", exact=True).click()
    with page.expect_download() as download:
        page.get_by_role("menuitem", name="JSON Lines").click()
    lines = download.value.path().read_text().splitlines()
    assert len(lines) == 1
    assert '"Exported & more"' in lines[0]


def test_inspector_is_made_wider_by_keyboard(page: Page, running: Novapi, models: dict[str, str]) -> None:
    request_id = called(running, "quick")
    opened(page, running, f"?id={request_id}")
    handle = page.get_by_role("separator", name="Width of the inspector")
    handle.focus()
    page.keyboard.press("ArrowLeft")
    expect(handle).to_have_attribute("aria-valuenow", "55")
    page.reload()
    expect(handle).to_have_attribute("aria-valuenow", "55")
