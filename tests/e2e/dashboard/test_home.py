"""Home tells the truth about how things stand, and its buttons mend what is broken."""

import re
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
from playwright.sync_api import Browser, Page, expect

from tests.e2e.dashboard.conftest import signed_in
from tests.fake_upstream import FakeUpstream, Received, Script, chunk, completion, event_stream, json_reply, whole
from tests.running import Novapi, eventually

HOSTILE = "<img src=x onerror=alert(1)>"
NEVER_ENDS = event_stream(chunk("slowly"), 60.0)


class Moody:
    """A provider that refuses its key until it is forgiven."""

    def __init__(self) -> None:
        self.is_angry = True

    def __call__(self, call: Received) -> object:
        if self.is_angry:
            return [whole(b'{"error": {"message": "Incorrect API key provided"}}', 401)]
        if call.method == "GET":
            return json_reply({"data": [{"id": "m"}]})(call)
        return json_reply(completion("ok"))(call)


@contextmanager
def only_channel(novapi: Novapi, script: Script, **members: object) -> Iterator[str]:
    """Its model; the channel is gone afterwards."""
    with FakeUpstream(script) as upstream:
        model = novapi.add_channel(upstream.url, **members)
        yield model
        for channel in novapi.api("GET", "/channels").json():
            novapi.api("DELETE", f"/channels/{channel['id']}")


def in_thread(call: object) -> threading.Thread:
    thread = threading.Thread(target=call)
    thread.start()
    return thread


def test_refused_key_is_told_and_a_test_takes_the_channel_back(page: Page, running: Novapi) -> None:
    mood = Moody()
    with only_channel(running, mood, name=HOSTILE) as model:
        assert running.chat(model).status_code == 502
        expect(page.get_by_text("Nothing can be served now: the provider refused the key.")).to_be_visible()
        expect(page.get_by_text(f"{HOSTILE}: the provider refused the key")).to_be_visible()

        mood.is_angry = False
        page.get_by_role("button", name="Test", exact=True).click()

        expect(page.get_by_text("All good · the one channel is healthy")).to_be_visible()
        expect(page.get_by_text("Nothing does.")).to_be_visible()


FIRST_LIST_IS_LATE = """
const { fetch } = window;
window.fetch = async (asked, ...options) => {
  const answer = await fetch(asked, ...options);
  if (!window.isHeld && new URL(asked.url ?? asked, location).pathname === "/api/channels") {
    window.isHeld = true;
    await new Promise((resolve) => setTimeout(resolve, 2000));
  }
  return answer;
};
"""


def test_what_happens_while_the_page_loads_is_told(browser: Browser, running: Novapi) -> None:
    with (
        signed_in(browser, running, before=lambda page: page.add_init_script(FIRST_LIST_IS_LATE)) as page,
        only_channel(running, Moody()) as model,
    ):
        assert eventually(lambda: page.evaluate("window.isHeld"))
        assert running.chat(model).status_code == 502

        expect(page.get_by_text("Nothing can be served now: the provider refused the key.")).to_be_visible()
        page.wait_for_timeout(2000)
        expect(page.get_by_text("Nothing can be served now: the provider refused the key.")).to_be_visible()


def test_call_in_flight_is_shown_and_stopped(page: Page, running: Novapi) -> None:
    with only_channel(running, NEVER_ENDS) as model:
        ended = []

        def call() -> None:
            try:
                with running.stream(model) as response:
                    ended.append(response.read())
            except httpx.HTTPError as problem:
                ended.append(problem)

        thread = in_thread(call)
        row = page.get_by_role("row").filter(has_text=model)
        expect(row.get_by_text(re.compile("first token after"))).to_be_visible()
        row.get_by_role("button", name=f"Stop python-httpx's request to {model}").click()

        expect(page.get_by_text("No request is being answered at the moment.")).to_be_visible()
        thread.join(10)
        assert eventually(lambda: ended)


def test_call_is_seen_in_the_flow_and_in_the_sums(page: Page, running: Novapi) -> None:
    with only_channel(running, json_reply(completion("ok")), name="Work") as model:
        asked = running.call(
            json={"model": model, "messages": [{"role": "user", "content": "hi"}]},
            headers={"user-agent": "Chatbox/1.15"},
        )

        assert asked.status_code == 200
        flow = page.get_by_role("row").filter(has_text="Chatbox").filter(has_text="Work")
        expect(flow.get_by_text("1/min")).to_be_visible()
        expect(page.get_by_role("link", name=re.compile(r"^Requests \d+ today"))).to_be_visible()
        expect(page.get_by_text(f"{model} has no price")).to_be_visible()


def test_key_is_hidden_on_the_page_and_copied_whole(page: Page, running: Novapi) -> None:
    with only_channel(running, json_reply(completion())):
        copy = page.get_by_role("main").get_by_role("button", name="Copy key")
        copy.click()

        expect(copy.get_by_text("Copied")).to_be_attached()
        assert page.evaluate("navigator.clipboard.readText()") == running.key
        assert running.key not in page.content()
