"""`novapi/echo`: the model that answers without a channel, to every SDK, by the way of every call."""

import json
import time
from collections.abc import Iterator
from contextlib import closing
from typing import Any

import httpx
import pytest

from tests.e2e.clients import CLIENTS, Client
from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi

ECHO = "novapi/echo"
TOOL = {
    "type": "function",
    "function": {
        "name": "weather",
        "parameters": {
            "type": "object",
            "properties": {"city": {"type": "string"}, "unit": {"enum": ["C", "F"]}, "days": {"type": "integer"}},
        },
    },
}
GIVEN = {"city": "echo", "unit": "C", "days": 1}


@pytest.fixture(scope="module")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    """A Novapi without any channel."""
    with Novapi(tmp_path_factory.mktemp("bare") / "bare") as running:
        yield running


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest, bare: Novapi) -> Iterator[Client]:
    with closing(CLIENTS[request.param](bare)) as sdk:
        yield sdk


def said(answer: httpx.Response) -> str:
    return str(answer.json()["choices"][0]["message"]["content"])


def user(text: Any) -> dict[str, Any]:
    return {"role": "user", "content": text}


# By every SDK


def test_every_sdk_is_answered(client: Client) -> None:
    text, given, made = client.text(ECHO)

    assert text.startswith("Hello from Novapi! This is novapi/echo")
    assert text.endswith("with 1 message. The last thing you said: hi")
    assert 0 < given < 40 < made + 20 < 80


def test_every_sdk_is_answered_word_by_word(client: Client) -> None:
    began_at = time.monotonic()

    pieces, given, made = client.stream(ECHO)

    assert "".join(pieces).endswith("The last thing you said: hi")
    assert len(pieces) > 20
    assert time.monotonic() - began_at > 0.3
    assert given > 0 < made


def test_every_sdk_sees_an_image_arrive(client: Client) -> None:
    assert "with 1 attachment" in client.image(ECHO)


# What it answers


def test_it_tells_what_arrived(bare: Novapi) -> None:
    history = [{"role": "system", "content": "Be kind."}, user("one"), {"role": "assistant", "content": "1"}]

    text = said(bare.chat(ECHO, messages=[*history, user("x" * 5000)]))

    assert "with 4 messages" in text
    assert text.endswith("The last thing you said: " + "x" * 300 + "…")


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
def test_tool_is_called_when_that_is_asked_for(bare: Novapi, stream: bool) -> None:
    answer = bare.chat(ECHO, messages=[user("Use the tool, please.")], tools=[TOOL], stream=stream)

    if stream:
        chunks = [json.loads(line[6:]) for line in answer.text.splitlines() if line.startswith("data: {")]
        [call] = [call for c in chunks for choice in c["choices"] for call in choice["delta"].get("tool_calls", ())]
        assert chunks[-1]["choices"][0]["finish_reason"] == "tool_calls"
    else:
        [call] = answer.json()["choices"][0]["message"]["tool_calls"]
        assert answer.json()["choices"][0]["finish_reason"] == "tool_calls"
    assert (call["function"]["name"], json.loads(call["function"]["arguments"])) == ("weather", GIVEN)


def test_tool_call_reaches_other_dialects_and_its_result_is_answered_in_words(bare: Novapi) -> None:
    tools = [{"name": "weather", "input_schema": TOOL["function"]["parameters"]}]  # type: ignore[index]
    body = {"model": ECHO, "max_tokens": 99, "tools": tools, "messages": [user("Call a tool")]}

    first = bare.call("messages", json=body).json()
    result = {"type": "tool_result", "tool_use_id": first["content"][0]["id"], "content": "21 degrees"}
    turns = [*body["messages"], {"role": "assistant", "content": first["content"]}, user([result])]  # type: ignore[misc]
    second = bare.call("messages", json=body | {"messages": turns}).json()

    assert (first["stop_reason"], first["content"][0]["input"]) == ("tool_use", GIVEN)
    assert second["content"][0]["text"].startswith("Hello from Novapi!")


@pytest.mark.parametrize("text", ["What is the weather?", "stool"])
def test_tool_is_not_called_otherwise(bare: Novapi, text: str) -> None:
    assert "The last thing you said: " + text in said(bare.chat(ECHO, messages=[user(text)], tools=[TOOL]))


@pytest.mark.parametrize(
    ("wanted", "status", "code"),
    [
        (400, 400, "echo_400"),
        (401, 502, "upstream_auth"),
        (402, 429, "insufficient_quota"),
        (429, 429, "rate_limit_exceeded"),
        (500, 502, "upstream_failed"),
        (503, 503, "upstream_overloaded"),
    ],
)
def test_error_comes_on_demand_as_a_providers_would(bare: Novapi, wanted: int, status: int, code: str) -> None:
    answer = bare.chat(ECHO, messages=[user(f"Error {wanted}!")])
    afterwards = bare.chat(ECHO)

    assert (answer.status_code, answer.json()["error"]["code"]) == (status, code)
    assert answer.json()["error"]["message"].startswith("Novapi: ")
    assert "you asked for this error" in answer.json()["error"]["message"]
    assert afterwards.status_code == 200  # nobody is left alone for it


def test_error_that_is_only_spoken_of_is_no_demand(bare: Novapi) -> None:
    assert bare.chat(ECHO, messages=[user("What does error 429 mean?")]).status_code == 200


@pytest.mark.parametrize("messages", [None, "hi", ["hi"], [{"role": "user"}], [], [user(7)], [user([7, {}])]])
def test_odd_request_is_answered_in_json(bare: Novapi, messages: Any) -> None:
    answer = bare.chat(ECHO, messages=messages)

    assert answer.status_code in (200, 400)
    assert "choices" in answer.json() or answer.json()["error"]["message"].startswith("Novapi: ")


@pytest.mark.parametrize("path", ["embeddings", "completions", "images/generations"])
def test_what_it_can_not_do_is_said(bare: Novapi, path: str) -> None:
    answer = bare.call(path, json={"model": ECHO, "input": "hi", "prompt": "hi"})

    assert answer.status_code == 404
    assert "nothing but chat" in answer.json()["error"]["message"]


def test_client_that_hangs_up_is_noticed(bare: Novapi) -> None:
    with bare.stream(ECHO, messages=[user("on and " * 40)]) as response:  # some two seconds
        request_id = response.headers["x-novapi-request-id"]
        next(response.iter_bytes())

    assert bare.record(request_id)["status"] == 499


def test_chinese_is_said_character_by_character(bare: Novapi) -> None:
    answer = bare.chat(ECHO, messages=[user("你好吗")], stream=True)

    assert all(f'"content":"{word}"' in answer.text for word in ("好", "吗"))


# Among the other models


def test_it_is_recorded_like_any_call_and_costs_nothing(bare: Novapi) -> None:
    answer = bare.chat(ECHO, tools=[TOOL])

    record = bare.record(answer.headers["x-novapi-request-id"])
    assert answer.headers["x-novapi-channel"] == record["channel_name"] == "Novapi itself"
    assert (record["status"], record["cost_nano"], record["model_answered"]) == (200, 0, ECHO)
    assert record["input_tokens"] == answer.json()["usage"]["prompt_tokens"] > 0
    assert not record["estimated"]
    found = bare.api("GET", f"/usage/records?channel={record['channel_id']}").json()["records"]
    assert answer.headers["x-novapi-request-id"] in [row["request_id"] for row in found]
    summed = bare.api("GET", "/usage/summary?by=channel").json()["rows"]
    assert "Novapi itself" in [row["channel"] for row in summed]


def test_it_is_listed_wherever_models_are(bare: Novapi) -> None:
    openai = bare.http.get("/v1/models", headers=bare.authorization).json()["data"]
    ollama = bare.http.get("/ollama/api/tags", headers=bare.authorization).json()["models"]
    gemini = bare.http.get("/v1beta/models", headers={"x-goog-api-key": bare.key}).json()["models"]
    [told] = bare.api("GET", "/models").json()

    assert [model["id"] for model in openai] == [model["name"] for model in ollama] == [ECHO]
    assert [model["name"] for model in gemini] == [f"models/{ECHO}"]
    assert (told["name"], told["built_in"], told["chats"]) == (ECHO, True, True)
    [candidate] = told["candidates"]
    assert (candidate["local"], candidate["price"]["source"], candidate["price"]["input"]) == (True, "local", 0)


def test_it_is_no_channel_of_the_owners(bare: Novapi) -> None:
    assert bare.api("GET", "/channels").json() == []
    assert bare.api("GET", "/status").json()["channels"] == 0
    assert bare.api("DELETE", "/channels/-1").status_code == 404
    assert bare.api("POST", "/channels", json={"name": "Own", "provider": "novapi"}).status_code == 422


def test_unknown_model_without_any_channel_is_told_of_it(bare: Novapi) -> None:
    assert f"'{ECHO}' answers without one" in bare.chat("gpt-4o").json()["error"]["message"]


def test_offline_mode_lets_it_through(bare: Novapi) -> None:
    bare.api("PATCH", "/preferences", json={"offline": True})
    answer = bare.chat(ECHO)
    bare.api("PATCH", "/preferences", json={"offline": False})

    assert answer.status_code == 200
    assert answer.headers["x-novapi-offline"] == "true"


def test_no_wildcard_and_no_model_of_its_name_takes_its_calls(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        novapi.add_channel(upstream.url, name="Would take the echo, too", models=["novapi/*", ECHO])
        answer = novapi.chat(ECHO)

    assert answer.headers["x-novapi-channel"] == "Novapi itself"
    assert upstream.received == []


def test_alias_may_end_with_it(novapi: Novapi) -> None:
    with FakeUpstream(json_reply({"error": {"message": "down"}}, 503)) as upstream:
        model = novapi.add_channel(upstream.url, name="Down before the echo")
        novapi.api("POST", "/aliases", json={"name": "at-last-the-echo", "models": [model, ECHO]})
        answer = novapi.chat("at-last-the-echo")

    assert answer.headers["x-novapi-channel"] == "Novapi itself"
    assert answer.headers["x-novapi-attempts"] == "2"
