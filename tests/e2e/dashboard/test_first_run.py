"""Somebody's first minutes: from an empty Home to an app's first answer, and out of it at any time."""

from collections.abc import Callable
from pathlib import Path

import pytest
from playwright.sync_api import Page, expect

from tests.dashboard.test_one_api import TOKEN, channel, one_api
from tests.fake_upstream import FakeUpstream, Received, completion, json_reply, whole
from tests.running import Novapi

OPEN_MODELS = json_reply({"object": "list", "data": [{"id": "gpt-small"}]})
AMBIGUOUS = "sk-2b7e151628aed2a6abf7158809cf4f3c"


def provider(call: Received) -> object:
    """One whose keys end in "good"."""
    if not call.headers.get("authorization", "").endswith("good"):
        return [whole(b'{"error": {"message": "Incorrect API key provided"}}', 401)]
    return (OPEN_MODELS if call.method == "GET" else json_reply(completion("ok")))(call)


def paste(page: Page, text: str) -> None:
    page.get_by_label("Paste an API key").fill(text)


def test_key_that_may_be_of_several_providers_is_sent_nowhere_before_one_is_chosen(
    page: Page, axe: Callable[[Page], None]
) -> None:
    paste(page, AMBIGUOUS)

    expect(page.get_by_text("Whose key is this?")).to_be_visible()
    expect(page.get_by_role("button", name="Use and test it")).to_be_disabled()
    axe(page)
    page.get_by_role("combobox", name="Whose key is this?").click()
    expect(page.get_by_role("option")).to_have_text(
        ["DeepSeek", "Alibaba Model Studio (China)", "Alibaba Model Studio", "Another address"]
    )
    page.get_by_role("option", name="DeepSeek").click()
    expect(page.get_by_role("button", name="Use and test it")).to_be_enabled()


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("nv-0123456789abcdef0123456789", "Novapi's own key"),
        ("<img src=x onerror=alert(1)>", "no key in this"),
        ("novapi://add?provider=groq&key=gsk_0123456789abcdefghij", "would go to api.groq.com"),
        ("novapi://add?provider=groq&command=x", "it brings a command"),
        ("sk-ant-api03-0123456789abcdef", "Anthropic"),
        ("curl https://api.groq.com/openai/v1/models -H 'Authorization: Bearer gsk_0123456789abcdefghij'", "Groq"),
    ],
)
def test_paste_is_recognised(page: Page, text: str, words: str) -> None:
    paste(page, text)

    expect(page.get_by_text(words).first).to_be_visible()


def test_first_run_can_be_closed_and_stays_so(page: Page) -> None:
    page.get_by_role("button", name="Close; Home keeps").click()

    expect(page.get_by_text("No channel yet.")).to_be_visible()
    expect(page.get_by_role("heading", name="First steps")).to_be_visible()
    page.reload()
    expect(page.get_by_text("No channel yet.")).to_be_visible()
    page.get_by_role("link", name="Add one").click()
    expect(page.get_by_label("Paste an API key")).to_be_focused()


def test_owner_of_one_api_moves_in(page: Page, running: Novapi, tmp_path: Path) -> None:
    file = one_api(tmp_path / "one-api.db", [channel()], [{"name": "old app", "key": TOKEN, "user_id": 1}])

    page.get_by_label("Database of One-API").set_input_files(file)
    expect(page.get_by_text("It brings 1 of its 1 channels, and 1 tokens")).to_be_visible()
    assert running.api("GET", "/channels").json() == []
    page.get_by_role("button", name="Import", exact=True).click()

    expect(page.get_by_role("heading", name="Which app should use it?")).to_be_visible()
    [moved] = running.api("GET", "/channels").json()
    assert moved["name"] == "Relay"
    running.api("DELETE", f"/channels/{moved['id']}")  # the next test begins with none


def test_from_a_wrong_key_to_the_first_answer_of_an_app(
    page: Page, running: Novapi, axe: Callable[[Page], None], expected_errors: list[str]
) -> None:
    expected_errors.append("502.*fetch-models")  # with the wrong key there is no list of models
    with FakeUpstream(provider) as upstream:
        paste(page, f"{upstream.url}/chat/completions sk-0123456789-wrong")
        page.get_by_role("button", name="Use and test it").click()
        expect(page.get_by_text("Does not work")).to_be_visible()
        axe(page)
        page.get_by_label("Another key").fill("sk-0123456789-good")
        page.get_by_role("button", name="Replace and test").click()
        expect(page.get_by_text("Works", exact=True)).to_be_visible()
        page.get_by_role("button", name="Next: connect an app").click()
        page.get_by_role("button", name="curl").click()
        expect(page.get_by_text("Waiting for the first request from curl…")).to_be_visible()
        assert running.key not in page.content()

        answer = running.call(
            json={"model": "gpt-small", "messages": [{"role": "user", "content": "ping"}]},
            headers={"user-agent": "curl/8.5.0"},
        )

        assert answer.status_code == 200
        expect(page.get_by_role("status").get_by_text("curl just asked gpt-small; 127.0.0.1 answered")).to_be_visible()
        page.get_by_role("button", name="Go to Home").click()
        expect(page.get_by_text("All good · the one channel is healthy")).to_be_visible()
        expect(page.get_by_role("heading", name="First steps")).to_have_count(0)
        axe(page)
