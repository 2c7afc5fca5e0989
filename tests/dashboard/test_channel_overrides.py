"""Overrides through the front door: what the provider gets, what a preview shows, what is refused."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from tests.dashboard.test_api_channels import BODY, SECRET, create, send
from tests.fake_upstream import FakeUpstream, Received, completion, json_reply
from tests.four_dialects import provider
from tests.running import Novapi

OVERRIDES: dict[str, Any] = {
    "query": {"tenant": "a b"},
    "remove": ["user"],
    "default": {"metadata.team": "home", "seed": 1},
    "set": {"extra.deep": [True, None, 0.5]},
    "system": "Be brief.",
    "base_path": "/proxy/v9",
}
CHANNEL_DIALECTS = ("openai-chat", "openai-responses", "anthropic", "gemini")
SAYS_HI = [{"role": "user", "content": "hi"}]
# Where each dialect's client calls, and what it sends; "MODEL" stands for the model.
ASKED: dict[str, tuple[str, dict[str, Any]]] = {
    "openai-chat": ("/v1/chat/completions", {"model": "MODEL", "messages": SAYS_HI}),
    "openai-responses": ("/v1/responses", {"model": "MODEL", "input": "hi"}),
    "anthropic": ("/v1/messages", {"model": "MODEL", "max_tokens": 50, "messages": SAYS_HI}),
    "gemini": ("/v1beta/models/MODEL:generateContent", {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}),
    "ollama": ("/ollama/api/chat", {"model": "MODEL", "messages": SAYS_HI, "stream": False}),
}


@contextmanager
def channel_of(
    novapi: Novapi, dialect: str, name: str, **members: Any
) -> Iterator[tuple[dict[str, Any], FakeUpstream]]:
    """A channel of this dialect and one model, `name`, that it calls "up"."""
    with FakeUpstream(provider(dialect)) as upstream:
        models = [{"name": name, "upstream": "up"}]
        made = create(
            novapi,
            name,
            **{"base_url": upstream.url, "dialects": [dialect], "models": models, "api_keys": [SECRET]} | members,
        )
        yield made, upstream


def ask(novapi: Novapi, dialect: str, model: str, **more: Any) -> Any:
    path, body = ASKED[dialect]
    body = json.loads(json.dumps(body).replace("MODEL", model)) | more
    return novapi.http.post(path.replace("MODEL", model), json=body, headers=novapi.authorization)


def first_words(body: dict[str, Any], dialect: str) -> Any:
    """Where the system prompt is."""
    if dialect == "openai-chat":
        return body["messages"][0]["content"]
    if dialect == "openai-responses":
        return body["instructions"]
    return body["system"][0]["text"] if dialect == "anthropic" else body["systemInstruction"]["parts"][0]["text"]


def assert_overridden(received: Received, dialect: str) -> None:
    body = received.json
    assert "user" not in body
    assert body["seed"] == 1
    assert body["extra"] == {"deep": [True, None, 0.5]}
    assert body["metadata"]["team"] == "home"
    assert first_words(body, dialect) == "Be brief."
    path, _, query = received.path.partition("?")
    assert path.startswith("/proxy/v9/v1")
    assert "tenant=a+b" in query.split("&")


@pytest.mark.parametrize("dialect", CHANNEL_DIALECTS)
def test_overrides_arrive_where_a_request_passes_through(novapi: Novapi, dialect: str) -> None:
    with channel_of(novapi, dialect, f"through-{dialect}", overrides=OVERRIDES) as (_, upstream):
        response = ask(novapi, dialect, f"through-{dialect}", user="somebody", metadata={"user_id": "u"})

    assert response.status_code == 200, response.text
    assert_overridden(upstream.received[0], dialect)
    assert upstream.received[0].json["metadata"] == {"user_id": "u", "team": "home"}


@pytest.mark.parametrize("client", ["openai-chat", "anthropic", "ollama"])
@pytest.mark.parametrize("dialect", CHANNEL_DIALECTS)
def test_overrides_arrive_where_a_request_is_translated(novapi: Novapi, client: str, dialect: str) -> None:
    name = f"translated-{client}-{dialect}"
    with channel_of(novapi, dialect, name, overrides=OVERRIDES) as (_, upstream):
        response = ask(novapi, client, name)

    assert response.status_code == 200, response.text
    assert_overridden(upstream.received[0], dialect)


@pytest.mark.parametrize("dialect", CHANNEL_DIALECTS)
def test_overrides_arrive_with_a_streamed_call(novapi: Novapi, dialect: str) -> None:
    name = f"streamed-{dialect}"
    with channel_of(novapi, dialect, name, overrides=OVERRIDES) as (_, upstream), novapi.stream(name) as response:
        text = response.read().decode()

    assert response.status_code == 200
    assert "[DONE]" in text
    assert_overridden(upstream.received[0], dialect)
    if dialect == "gemini":
        assert "alt=sse" in upstream.received[0].path


def test_change_of_the_overrides_is_in_force_at_once(novapi: Novapi) -> None:
    with channel_of(novapi, "openai-chat", "overrides-change") as (channel, upstream):
        novapi.chat("overrides-change", temperature=1)
        changed = novapi.api("PATCH", f"/channels/{channel['id']}", json={"overrides": {"set": {"temperature": 0.2}}})
        novapi.chat("overrides-change", temperature=1)
        novapi.api("PATCH", f"/channels/{channel['id']}", json={"overrides": None})
        novapi.chat("overrides-change", temperature=1)

    assert changed.json()["overrides"] == {"set": {"temperature": 0.2}}
    assert [call.json["temperature"] for call in upstream.received] == [1, 0.2, 1]


def test_request_of_a_channel_without_overrides_keeps_its_bytes(novapi: Novapi) -> None:
    with channel_of(novapi, "openai-chat", "untouched", models=["untouched"]) as (_, upstream):
        body = b'{ "model": "untouched", "messages" : [ ] , "n": 1.0 }'
        novapi.call(content=body, headers={"content-type": "application/json"})

    assert upstream.received[0].body == body


def test_embeddings_get_the_settings_and_no_prompt(novapi: Novapi) -> None:
    answer = {"object": "list", "data": [{"embedding": [1.0], "index": 0}], "model": "up"}
    with FakeUpstream(json_reply(answer)) as upstream:
        create(novapi, "Vectors", base_url=upstream.url, models=["vectors"], overrides=OVERRIDES)
        response = novapi.call("embeddings", json={"model": "vectors", "input": "a", "user": "u"})

    assert response.status_code == 200, response.text
    assert upstream.received[0].json == {
        "model": "vectors",
        "input": "a",
        "metadata": {"team": "home"},
        "seed": 1,
        "extra": {"deep": [True, None, 0.5]},
    }


def test_count_of_tokens_gets_the_prompt_and_no_settings(novapi: Novapi) -> None:
    with FakeUpstream(json_reply({"input_tokens": 5})) as upstream:
        create(novapi, "Counts", base_url=upstream.url, models=["counts"], dialects=["anthropic"], overrides=OVERRIDES)
        response = novapi.call("messages/count_tokens", json={"model": "counts", "messages": SAYS_HI, "user": "u"})

    assert response.json() == {"input_tokens": 5}
    assert upstream.received[0].json == {
        "model": "counts",
        "messages": SAYS_HI,
        "system": [{"type": "text", "text": "Be brief."}],
    }


def test_form_keeps_its_fields_and_goes_to_the_overridden_address(novapi: Novapi) -> None:
    with FakeUpstream(json_reply({"text": "spoken"})) as upstream:
        create(novapi, "Listens", base_url=upstream.url, models=["listens"], overrides=OVERRIDES)
        response = novapi.call(
            "audio/transcriptions", data={"model": "listens", "user": "u"}, files={"file": ("a.wav", b"RIFF")}
        )

    assert response.json() == {"text": "spoken"}
    assert b'name="user"' in upstream.received[0].body
    assert b"seed" not in upstream.received[0].body
    assert upstream.received[0].path == "/proxy/v9/v1/audio/transcriptions?tenant=a+b"


# Preview


def previewed(novapi: Novapi, channel: dict[str, Any], **payload: Any) -> dict[str, Any]:
    response = novapi.api("POST", f"/channels/{channel['id']}/preview", json=payload)
    assert response.status_code == 200, response.text
    assert SECRET not in response.text
    return dict(response.json())


@pytest.mark.parametrize("client", ASKED)
@pytest.mark.parametrize("dialect", CHANNEL_DIALECTS)
def test_preview_is_what_the_provider_then_gets(novapi: Novapi, client: str, dialect: str) -> None:
    name = f"preview-{client}-{dialect}"
    headers = {"X-Team": "home"}
    body = json.loads(json.dumps(ASKED[client][1]).replace("MODEL", name)) | {"user": "somebody"}
    with channel_of(novapi, dialect, name, overrides=OVERRIDES, headers=headers) as (channel, upstream):
        shown = previewed(novapi, channel, dialect=client, body=body)
        assert upstream.received == []
        ask(novapi, client, name, user="somebody")

    got = upstream.received[0]
    assert shown["method"] == got.method
    assert shown["url"] == f"http://127.0.0.1:{upstream.port}{got.path}"
    assert shown["body"] == got.json
    shown_headers = {name: value.replace("…7788", SECRET) for name, value in shown["headers"].items()}
    added_by_clients = {"accept", "user-agent", "host", "content-length"}
    assert {**shown_headers, **{n: got.headers[n] for n in added_by_clients if n in got.headers}} == got.headers
    assert "…7788" in json.dumps(shown["headers"], ensure_ascii=False)


@pytest.mark.parametrize("client", ASKED)
def test_preview_needs_no_body(novapi: Novapi, client: str) -> None:
    with channel_of(novapi, "anthropic", f"small-{client}") as (channel, _):
        shown = previewed(novapi, channel, dialect=client)

    assert shown["body"]["model"] == "up"
    assert "Hello" in json.dumps(shown["body"]["messages"])


def test_preview_is_of_chat_completions_unless_told_otherwise(novapi: Novapi) -> None:
    channel = create(novapi, "Plain preview", api_keys=[SECRET], models=[{"name": "plain-preview", "upstream": "up"}])

    assert previewed(novapi, channel) == {
        "method": "POST",
        "url": "http://127.0.0.1:9/v1/chat/completions",
        "headers": {
            "content-type": "application/json",
            "accept-encoding": "identity",
            "authorization": "Bearer …7788",
        },
        "body": {"model": "up", "messages": [{"role": "user", "content": "Hello"}]},
    }


def test_preview_of_changes_stores_none_of_them(novapi: Novapi) -> None:
    channel = create(novapi, "Not yet", api_keys=[SECRET], models=["not-yet"], overrides={"set": {"seed": 1}})
    changes = {
        "overrides": {"set": {"seed": 2}},
        "headers": {"x-team": "home"},
        "base_url": "https://other.example/v1",
    }

    shown = novapi.api("POST", f"/channels/{channel['id']}/preview", json={"channel": changes}).json()

    assert (shown["body"]["seed"], shown["headers"]["x-team"]) == (2, "home")
    assert shown["url"] == "https://other.example/v1/chat/completions"
    assert novapi.api("GET", f"/channels/{channel['id']}").json()["overrides"] == {"set": {"seed": 1}}


def test_preview_of_changes_that_can_not_be_is_refused_by_field(novapi: Novapi) -> None:
    channel = create(novapi, "Never", api_keys=[SECRET], models=["never"])

    response = novapi.api("POST", f"/channels/{channel['id']}/preview", json={"channel": {"overrides": {"set": 3}}})

    assert response.status_code == 422
    assert "overrides" in response.json()["fields"]


def test_preview_of_an_alias_is_of_the_model_it_stands_for(novapi: Novapi) -> None:
    channel = create(novapi, "Alias preview", models=[{"name": "alias-preview", "upstream": "up"}])
    novapi.api("POST", "/aliases", json={"name": "preview-nick", "models": ["elsewhere", "alias-preview"]})

    shown = previewed(novapi, channel, body={"model": "preview-nick", "messages": []})

    assert shown["body"]["model"] == "up"
    assert "authorization" not in shown["headers"]


def test_preview_of_a_wildcards_model_is_of_that_model(novapi: Novapi) -> None:
    models = [{"name": "preview-w-*", "upstream": "vendor/*"}, {"name": "preview-w-b*", "upstream": "b/*"}]
    channel = create(novapi, "Wildcard preview", models=models)

    assert previewed(novapi, channel, body={"model": "preview-w-a", "messages": []})["body"]["model"] == "vendor/a"
    assert previewed(novapi, channel, body={"model": "preview-w-b1", "messages": []})["body"]["model"] == "b/1"
    nameless = novapi.api("POST", f"/channels/{channel['id']}/preview", json={})
    assert nameless.status_code == 422
    assert "Name a model" in nameless.json()["fields"]["body"][0]


def test_key_that_stands_in_overrides_and_headers_is_masked_too(novapi: Novapi) -> None:
    odd = 'sk-odd/key+with="all"\\of-it-4455'
    overrides = {"set": {"credentials.key": f"is {odd}"}, "query": {"key": odd}, "system": odd}
    channel = create(
        novapi, "Leaks", api_keys=[odd], models=["leaks"], overrides=overrides, headers={"X-Key": f"Token {odd}"}
    )

    shown = previewed(novapi, channel)

    assert shown["body"]["credentials"] == {"key": "is …4455"}
    assert shown["headers"]["x-key"] == "Token …4455"
    assert "odd" not in json.dumps(shown)


@pytest.mark.parametrize(
    ("payload", "field"),
    [
        ({"dialect": "cohere"}, "dialect"),
        ({"model": "x"}, "model"),
        ({"body": []}, "body"),
        ({"body": {"model": "of-nobody", "messages": []}}, "body"),
        ({"body": {"model": 3}}, "body"),
        ({"body": {"model": "Refuses previews", "messages": 5}}, "body"),
        ({"dialect": "gemini", "body": {"contents": "no"}}, "body"),
        ({"body": {"messages": SAYS_HI, "n": 3}}, "body"),
    ],
)
def test_preview_of_what_cannot_be_sent_says_why(novapi: Novapi, payload: dict[str, Any], field: str) -> None:
    with channel_of(novapi, "anthropic", "Refuses previews") as (channel, _):
        response = novapi.api("POST", f"/channels/{channel['id']}/preview", json=payload)
        novapi.api("DELETE", f"/channels/{channel['id']}")

    assert response.status_code == 422, response.text
    assert list(response.json()["fields"]) == [field]


def test_preview_of_nothing(novapi: Novapi) -> None:
    channel = create(novapi, "Without models")

    without_models = novapi.api("POST", f"/channels/{channel['id']}/preview", json={})
    without_channel = novapi.api("POST", "/channels/987654/preview", json={})

    assert without_models.status_code == 422
    assert without_channel.status_code == 404


# What is refused

LONG = ".".join("a" * 21)


@pytest.mark.parametrize(
    ("overrides", "said"),
    [
        ({"sets": {}}, "sets"),
        ({"set": {"\ud800..": {}}}, "ud800"),
        ({"headers": {"a": "b"}}, "headers"),
        ({"query": ["a"]}, "query"),
        ({"query": {"a": 1}}, "query"),
        ({"query": {"": "a"}}, "query"),
        ({"set": []}, "set"),
        ({"set": {"": 1}}, "set"),
        ({"set": {"a..b": 1}}, "a..b"),
        ({"set": {".a": 1}}, ".a"),
        ({"set": {"a.": 1}}, "a."),
        ({"set": {LONG: 1}}, "20"),
        ({"set": {"a" * 501: 1}}, "set"),
        ({"default": "x"}, "default"),
        ({"default": {LONG: 1}}, "default"),
        ({"remove": "a"}, "remove"),
        ({"remove": {"a": 1}}, "remove"),
        ({"remove": [1]}, "remove"),
        ({"remove": ["a", ""]}, "remove"),
        ({"remove": [["a"]]}, "remove"),
        ({"system": ""}, "system"),
        ({"system": " "}, "system"),
        ({"system": ["S"]}, "system"),
        ({"system": None}, "system"),
        ({"base_path": "v2"}, "base_path"),
        ({"base_path": "/v2/"}, "base_path"),
        ({"base_path": "/"}, "base_path"),
        ({"base_path": "//other.example"}, "base_path"),
        ({"base_path": "/a/../b"}, "base_path"),
        ({"base_path": "/.."}, "base_path"),
        ({"base_path": "/a?b"}, "base_path"),
        ({"base_path": "/a#b"}, "base_path"),
        ({"base_path": "/a b"}, "base_path"),
        ({"base_path": "/a\n"}, "base_path"),
        ({"base_path": 2}, "base_path"),
    ],
)
def test_wrong_overrides_are_refused_by_name(novapi: Novapi, overrides: Any, said: str) -> None:
    response = send(novapi, "POST", "/channels", json.dumps(BODY | {"overrides": overrides}))

    assert response.status_code == 422, response.text
    assert list(response.json()["fields"]) == ["overrides"]
    assert said in response.json()["detail"]


@pytest.mark.parametrize("value", ["NaN", "Infinity", '"\\ud800"', '{"\\udfff": 1}', "1e999"])
def test_value_that_json_cannot_send_is_refused(novapi: Novapi, value: str) -> None:
    text = json.dumps(BODY | {"overrides": {"set": {"a": "VALUE"}}}).replace('"VALUE"', value)

    response = send(novapi, "POST", "/channels", text)

    assert response.status_code == 422, response.text
    assert "overrides" in response.json()["detail"]


@pytest.mark.parametrize("overrides", ["x", 5, ["set"], True])
def test_overrides_that_are_no_object_are_refused(novapi: Novapi, overrides: Any) -> None:
    response = novapi.api("POST", "/channels", json=BODY | {"overrides": overrides})

    assert response.status_code == 422
    assert list(response.json()["fields"]) == ["overrides"]


def test_longest_path_and_every_member_are_taken(novapi: Novapi) -> None:
    overrides = OVERRIDES | {"set": {".".join("a" * 20): {"any": [None]}, "model": "another"}}

    with FakeUpstream(json_reply(completion())) as upstream:
        channel = create(novapi, "Takes all", base_url=upstream.url, models=["takes-all"], overrides=overrides)
        novapi.chat("takes-all")

    assert channel["overrides"] == overrides
    assert upstream.received[0].json["model"] == "another"
