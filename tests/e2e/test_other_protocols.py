"""What apps of every protocol need besides chatting: lists of models, token counts, embeddings, their own errors."""

import base64
import json
import struct
from collections.abc import Iterator
from typing import Any

import anthropic
import ollama
import openai
import pytest
from google import genai
from google.genai import types as genai_types

from tests.fake_upstream import FakeUpstream, Received, completion, head, json_reply
from tests.four_dialects import HELLO, provider
from tests.running import Novapi

VECTORS = [[0.5, -0.25], [0.125, 1.0]]


@pytest.fixture
def claude(novapi: Novapi) -> Iterator[anthropic.Anthropic]:
    with anthropic.Anthropic(base_url=f"http://127.0.0.1:{novapi.port}", api_key=novapi.key, max_retries=0) as client:
        yield client


@pytest.fixture
def google(novapi: Novapi) -> Iterator[genai.Client]:
    options = genai_types.HttpOptions(base_url=f"http://127.0.0.1:{novapi.port}")
    client = genai.Client(api_key=novapi.key, http_options=options)
    yield client
    client.close()


@pytest.fixture
def llama(novapi: Novapi) -> Iterator[ollama.Client]:
    client = ollama.Client(host=f"http://127.0.0.1:{novapi.port}/ollama", headers=novapi.authorization)
    yield client
    client._client.close()


@pytest.fixture
def gpt(novapi: Novapi) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=novapi.base_url, api_key=novapi.key, max_retries=0) as client:
        yield client


@pytest.fixture
def offered(novapi: Novapi) -> Iterator[str]:
    with FakeUpstream(provider("openai-chat")) as upstream:
        yield novapi.add_channel(upstream.url)


def test_anthropic_sdk_lists_models(claude: anthropic.Anthropic, offered: str) -> None:
    assert offered in [model.id for model in claude.models.list()]
    assert claude.models.retrieve(offered).display_name == offered


def test_google_sdk_lists_models(google: genai.Client, offered: str) -> None:
    assert f"models/{offered}" in [model.name for model in google.models.list()]
    assert google.models.get(model=offered).name == f"models/{offered}"


def test_ollama_sdk_lists_models(llama: ollama.Client, offered: str) -> None:
    assert offered in [model.model for model in llama.list().models]
    assert "completion" in (llama.show(offered).capabilities or ())
    assert llama.ps().models == []
    with pytest.raises(ollama.ResponseError, match="no enabled channel offers 'nothing-like-it'"):
        llama.show("nothing-like-it")


def test_ollama_clients_find_it_running(novapi: Novapi) -> None:
    assert novapi.http.get("/ollama/").text == "Ollama is running"
    version = novapi.http.get("/ollama/api/version", headers=novapi.authorization).json()["version"]
    assert version.count(".") == 2


@pytest.mark.parametrize(
    ("headers", "member"),
    [
        ({"x-goog-api-key": "{key}"}, "models"),
        ({"x-api-key": "{key}", "anthropic-version": "2023-06-01"}, "first_id"),
        ({"authorization": "Bearer {key}"}, "object"),
    ],
)
def test_one_path_answers_three_protocols(novapi: Novapi, headers: dict[str, str], member: str) -> None:
    given = {name: value.replace("{key}", novapi.key) for name, value in headers.items()}

    assert member in novapi.http.get("/v1/models", headers=given).json()


@pytest.mark.parametrize(
    ("path", "body", "where"),
    [
        ("/v1/messages", {"model": "none-such", "max_tokens": 1, "messages": []}, ("type",)),
        ("/v1beta/models/none-such:generateContent", {"contents": []}, ("error", "status")),
        ("/ollama/api/chat", {"model": "none-such", "messages": []}, ()),
        ("/v1/chat/completions", {"model": "none-such", "messages": []}, ("error", "param")),
    ],
)
def test_error_is_in_the_callers_shape(novapi: Novapi, path: str, body: Any, where: tuple[str, ...]) -> None:
    response = novapi.http.post(path, json=body, headers=novapi.authorization)

    found: Any = response.json()
    for name in where:
        found = found[name]
    assert response.status_code == 404
    assert found == {"type": "error", "status": "NOT_FOUND", "param": "model"}.get(where[-1] if where else "", found)
    assert "none-such" in response.text
    assert not where or isinstance(response.json()["error"], dict)
    assert where or isinstance(response.json()["error"], str)


@pytest.mark.parametrize("path", ["/v1/messages", "/v1beta/models/m:generateContent", "/ollama/api/tags"])
def test_missing_key_is_told_in_the_callers_shape(novapi: Novapi, path: str) -> None:
    response = novapi.http.get(path) if path.endswith("tags") else novapi.http.post(path, json={})

    assert response.status_code == 401
    assert "sent no key" in response.text


def test_verb_that_is_none_is_a_404(novapi: Novapi) -> None:
    response = novapi.http.post("/v1beta/models/m:fly", json={}, headers=novapi.authorization)

    assert response.status_code == 404
    assert "generateContent" in response.json()["error"]["message"]


# Counting tokens


def test_tokens_are_counted_by_a_channel_that_can(claude: anthropic.Anthropic, novapi: Novapi) -> None:
    with FakeUpstream(json_reply({"input_tokens": 4321})) as upstream:
        model = novapi.add_channel(upstream.url, dialects=["anthropic"])

        counted = claude.messages.count_tokens(model=model, messages=[{"role": "user", "content": "hi"}])

    assert counted.input_tokens == 4321
    assert upstream.received[0].path == "/v1/messages/count_tokens"


@pytest.mark.parametrize("channel", ["openai-chat", "anthropic without the endpoint"])
def test_tokens_are_estimated_where_no_channel_counts(
    claude: anthropic.Anthropic, novapi: Novapi, channel: str
) -> None:
    with FakeUpstream(json_reply({"type": "error", "error": {"type": "not_found_error", "message": "?"}}, 404)) as up:
        model = novapi.add_channel(up.url, dialects=[channel.split()[0]])

        counted = claude.messages.count_tokens(
            model=model, messages=[{"role": "user", "content": "How many tokens are these words, roughly?"}]
        )

    assert 8 <= counted.input_tokens <= 25


def test_gemini_and_responses_count_too(google: genai.Client, gpt: openai.OpenAI, offered: str) -> None:
    text = "How many tokens are these words, roughly?"

    assert 8 <= (google.models.count_tokens(model=offered, contents=text).total_tokens or 0) <= 25
    assert 8 <= gpt.responses.input_tokens.count(model=offered, input=text).input_tokens <= 25


def test_counting_costs_nothing(novapi: Novapi, offered: str) -> None:
    body = {"model": offered, "messages": [{"role": "user", "content": "hi"}]}
    response = novapi.call("messages/count_tokens", json=body)

    assert response.status_code == 200
    spent = novapi.rows(
        "SELECT input_tokens FROM gateway_usagerecord WHERE endpoint = 'messages/count_tokens' AND input_tokens > 0"
    )
    assert spent == []


# Embeddings


def embedder(dialect: str) -> Any:
    def answer(call: Received) -> Any:
        if dialect == "openai-chat":
            packs = call.json.get("encoding_format") == "base64"
            data = [
                {"object": "embedding", "index": n, "embedding": packed(vector) if packs else vector}
                for n, vector in enumerate(VECTORS[: many(call.json["input"])])
            ]
            usage = {"prompt_tokens": 5, "total_tokens": 5}
            body: Any = {"object": "list", "model": "up", "data": data, "usage": usage}
        elif dialect == "gemini":
            body = {"embeddings": [{"values": vector} for vector in VECTORS[: len(call.json["requests"])]]}
        elif "prompt" in call.json:
            body = {"embedding": VECTORS[0]}
        else:
            body = {"model": "up", "embeddings": VECTORS[: many(call.json["input"])], "prompt_eval_count": 5}
        return [head(), json.dumps(body).encode()]

    return answer


def many(given: Any) -> int:
    return 1 if isinstance(given, str) else len(given)


def packed(vector: list[float]) -> str:
    return base64.b64encode(struct.pack(f"<{len(vector)}f", *vector)).decode()


@pytest.fixture(params=["openai-chat", "gemini", "ollama"])
def embedding_channel(request: pytest.FixtureRequest, novapi: Novapi) -> Iterator[str]:
    with FakeUpstream(embedder(request.param)) as upstream:
        yield novapi.add_channel(upstream.url, dialects=[request.param])


def test_openai_sdk_gets_embeddings(gpt: openai.OpenAI, embedding_channel: str) -> None:
    answer = gpt.embeddings.create(model=embedding_channel, input=["one", "two"])

    assert [item.embedding for item in answer.data] == VECTORS


def test_google_sdk_gets_embeddings(google: genai.Client, embedding_channel: str) -> None:
    answer = google.models.embed_content(model=embedding_channel, contents=["one", "two"])

    assert [item.values for item in answer.embeddings or ()] == VECTORS


def test_ollama_sdk_gets_embeddings(llama: ollama.Client, embedding_channel: str) -> None:
    assert llama.embed(model=embedding_channel, input=["one", "two"]).embeddings == VECTORS
    assert llama.embeddings(model=embedding_channel, prompt="one").embedding == VECTORS[0]


# The corners


@pytest.mark.parametrize("dialect", ["openai-chat", "gemini"])
def test_gemini_stream_without_sse_is_one_array(novapi: Novapi, dialect: str) -> None:
    with FakeUpstream(provider(dialect)) as upstream:
        model = novapi.add_channel(upstream.url, dialects=[dialect])
        body = {"contents": [{"role": "user", "parts": [{"text": "hi"}]}]}
        path = f"/v1beta/models/{model}:streamGenerateContent"
        response = novapi.http.post(path, json=body, headers={"x-goog-api-key": novapi.key})

    chunks = response.json()
    texts = [part.get("text", "") for chunk in chunks for part in chunk["candidates"][0]["content"]["parts"]]
    assert response.headers["content-type"].startswith("application/json")
    assert "".join(texts) == HELLO
    assert len(chunks) > 2


def test_ollama_generate_works_on_any_channel(llama: ollama.Client, offered: str) -> None:
    assert llama.generate(model=offered, prompt="hi").response == HELLO
    assert "".join(line.response for line in llama.generate(model=offered, prompt="hi", stream=True)) == HELLO


@pytest.mark.parametrize("others", [[], ["Listener"]])
def test_impossible_request_says_who_could_serve_it(home: Any, others: list[str]) -> None:
    with FakeUpstream(json_reply(completion())) as upstream, Novapi(home) as novapi:
        model = novapi.add_channel(upstream.url, name="Claude", dialects=["anthropic"])
        for name in others:
            novapi.add_channel(upstream.url, name=name, dialects=["openai-chat"])
        sound = {"type": "input_audio", "input_audio": {"data": "UklGRg==", "format": "wav"}}

        response = novapi.call(json={"model": model, "messages": [{"role": "user", "content": [sound]}]})

    message = response.json()["error"]["message"]
    assert response.status_code == 400
    assert response.json()["error"]["code"] == "unsupported_by_channel"
    assert "audio input can't be asked of Claude" in message
    assert ("Channels that can: Listener." if others else "No channel of yours can.") in message
    assert upstream.received == []


def test_channel_that_can_is_taken_where_another_can_not(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as cannot, FakeUpstream(json_reply(completion())) as can:
        model = novapi.add_channel(cannot.url, dialects=["anthropic"], priority=5)
        novapi.add_channel(can.url, model=model, dialects=["openai-chat"])

        response = novapi.chat(model, n=2)

    assert response.status_code == 200
    assert response.headers["x-novapi-attempts"] == "1"
    assert (len(cannot.received), len(can.received)) == (0, 1)


def test_what_is_left_out_is_named(novapi: Novapi) -> None:
    with FakeUpstream(provider("anthropic")) as upstream:
        model = novapi.add_channel(upstream.url, dialects=["anthropic"])

        response = novapi.chat(model, seed=7, logit_bias={"1": 2}, presence_penalty=0.5)

    dropped = response.headers["x-novapi-dropped"].split(", ")
    assert {"seed", "presence_penalty", "logit_bias"} <= set(dropped)


def test_anthropic_headers_travel_to_anthropic_only(novapi: Novapi) -> None:
    headers = {"anthropic-version": "2026-10-21", "anthropic-beta": "claude-code-20250219,effort-2025-11-24"}
    body = {"max_tokens": 9, "messages": [{"role": "user", "content": "hi"}]}
    with FakeUpstream(provider("anthropic")) as same, FakeUpstream(provider("openai-chat")) as other:
        for upstream, dialect in ((same, "anthropic"), (other, "openai-chat")):
            model = novapi.add_channel(upstream.url, dialects=[dialect])
            assert novapi.call("messages?beta=true", json=body | {"model": model}, headers=headers).status_code == 200
        openai_model = novapi.add_channel(same.url, dialects=["anthropic"])
        novapi.chat(openai_model)

    assert {name: same.received[0].headers[name] for name in headers} == headers
    assert not any(name.startswith("anthropic") for name in other.received[0].headers)
    assert same.received[1].headers["anthropic-version"] == "2023-06-01"


def test_codex_is_told_to_use_post(novapi: Novapi) -> None:
    headers = novapi.authorization | {"upgrade": "websocket", "connection": "Upgrade", "sec-websocket-version": "13"}
    headers |= {"sec-websocket-key": "dGhlIHNhbXBsZSBub25jZQ=="}

    assert novapi.http.get("/v1/responses", headers=headers).status_code == 426
