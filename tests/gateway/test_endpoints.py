"""Every endpoint of the OpenAI API: what reaches the provider, what comes back."""

import json
from typing import Any

import httpx
import pytest

from tests.fake_upstream import FakeUpstream, completion, head, json_reply
from tests.running import Novapi

JSON_ENDPOINTS = {
    "chat/completions": {"messages": [{"role": "user", "content": "hi"}]},
    "completions": {"prompt": "def f("},
    "responses": {"input": "hi"},
    "embeddings": {"input": ["hi"]},
    "moderations": {"input": "hi"},
    "images/generations": {"prompt": "a cat"},
    "images/edits": {"prompt": "a cat", "images": [{"file_id": "f"}]},
    "audio/speech": {"input": "hi", "voice": "alloy"},
    "rerank": {"query": "hi", "documents": ["a", "b"]},
}
FORM_ENDPOINTS = {
    "images/edits": "image",
    "images/variations": "image",
    "audio/transcriptions": "file",
    "audio/translations": "file",
}
SPEAKS_BOTH = {"dialects": ["openai-chat", "openai-responses"]}
# Everything a careless relay might take for a part of the form, or for text.
FILE = (
    bytes(range(256)) * 40 + b'\r\n--x\r\nContent-Disposition: form-data; name="model"\r\n\r\nfake\r\n' + b"\x00\xff"
)
ODD_JSON = (
    b'{ "model" : %b ,\n "temperature":1.0e0, "n":1, "n":2, "big":123456789012345678901234567890,'
    b' "text":"\\u00e9 \xc3\xa9 \\/", "nested":{"model":"keep me"}, "list":["model"],\t'
    b'"text2":"\\"model\\":\\"x\\"" }\n'
)


@pytest.mark.parametrize("endpoint", JSON_ENDPOINTS)
def test_json_endpoint_passes_bytes_both_ways(novapi: Novapi, endpoint: str) -> None:
    answer = b'{ "id": "1", "model":"m", "new_field": 1.0e5, "data": [0.1, -0.20] }'
    with FakeUpstream(lambda call: [head(X_Request_Id="req_7"), answer]) as upstream:
        model = novapi.add_channel(upstream.url, **SPEAKS_BOTH)
        body = json.dumps({"model": model, "x_new": 1} | JSON_ENDPOINTS[endpoint], indent=1).encode()

        response = novapi.call(endpoint, content=body, headers={"content-type": "application/json"})

    assert (response.status_code, response.content) == (200, answer)
    assert response.headers["x-request-id"] == "req_7"
    call = upstream.received[0]
    assert (call.method, call.path, call.body) == ("POST", f"/v1/{endpoint}", body)
    assert novapi.record(response.headers["x-novapi-request-id"])["endpoint"] == endpoint


@pytest.mark.parametrize("endpoint", JSON_ENDPOINTS)
def test_renamed_model_is_all_that_changes_in_a_json_body(novapi: Novapi, endpoint: str) -> None:
    with FakeUpstream(json_reply({"id": "1", "model": "vendor/real:8b", "data": []})) as upstream:
        name = f"öffentlich-{endpoint}"
        renamed = [{"name": name, "upstream": "vendor/real:8b"}]
        novapi.add_channel(upstream.url, models=renamed, **SPEAKS_BOTH)

        response = novapi.call(
            endpoint, content=ODD_JSON % json.dumps(name).encode(), headers={"content-type": "application/json"}
        )

    assert upstream.received[0].body == ODD_JSON % b'"vendor/real:8b"'
    assert response.json()["model"] == name


def test_name_of_an_alias_is_what_the_answer_names(novapi: Novapi) -> None:
    answer = b'{"id":"1", "model" : "real-2026-01-01","choices":[{"message":{"content":"\\"model\\":\\"x\\""}}]}'
    with FakeUpstream(lambda call: [head(), answer]) as upstream:
        model = novapi.add_channel(upstream.url)
        novapi.api("POST", "/aliases", json={"name": "sage", "models": [model]})

        response = novapi.chat("sage")

    assert upstream.received[0].json["model"] == model
    assert response.content == answer.replace(b'"real-2026-01-01"', b'"sage"')
    record = novapi.record(response.headers["x-novapi-request-id"])
    assert (record["model_asked"], record["model_sent"]) == ("sage", model)
    assert record["model_answered"] == "real-2026-01-01"


def form(model: str | None, file_field: str) -> dict[str, Any]:
    data = {"prompt": "words", "response_format": "json"} | ({"model": model} if model else {})
    return {"data": data, "files": {file_field: ("naïve.wav", FILE, "audio/wav")}}


def fields_of(call: Any) -> list[tuple[str, bytes]]:
    """Names and contents of the parts of a form, as they came."""
    boundary = call.headers["content-type"].partition("boundary=")[2].encode()
    parts = call.body.split(b"--" + boundary)[1:-1]
    heads = [part.split(b"\r\n\r\n", 1) for part in parts]
    return [(start.split(b'name="')[1].split(b'"')[0].decode(), rest[:-2]) for start, rest in heads]


@pytest.mark.parametrize("endpoint", FORM_ENDPOINTS)
def test_form_passes_byte_for_byte(novapi: Novapi, endpoint: str) -> None:
    with FakeUpstream(json_reply({"text": "hello"})) as upstream:
        model = novapi.add_channel(upstream.url)
        request = httpx.Request("POST", "http://unused", **form(model, FORM_ENDPOINTS[endpoint]))

        response = novapi.call(
            endpoint, content=request.read(), headers={"content-type": request.headers["content-type"]}
        )

    assert response.json() == {"text": "hello"}
    assert upstream.received[0].path == f"/v1/{endpoint}"
    assert upstream.received[0].headers["content-type"] == request.headers["content-type"]
    assert upstream.received[0].body == request.content


@pytest.mark.parametrize("endpoint", FORM_ENDPOINTS)
def test_renamed_model_is_all_that_changes_in_a_form(novapi: Novapi, endpoint: str) -> None:
    with FakeUpstream(json_reply({"text": "hello"})) as upstream:
        name = f"form-{endpoint}"
        novapi.add_channel(upstream.url, models=[{"name": name, "upstream": "whisper/größe"}])

        novapi.call(endpoint, **form(name, FORM_ENDPOINTS[endpoint]))

    assert fields_of(upstream.received[0]) == [
        ("prompt", b"words"),
        ("response_format", b"json"),
        ("model", "whisper/größe".encode()),
        (FORM_ENDPOINTS[endpoint], FILE),
    ]


@pytest.mark.parametrize(
    ("told", "nano"),
    [
        ({"input_token_details": {"text_tokens": 10, "audio_tokens": 90}}, (10 * 2.5 + 90 * 6 + 50 * 10) * 1000),
        ({}, None),
    ],
)
def test_transcript_has_a_price_where_its_tokens_are_told_apart(
    novapi: Novapi, told: dict[str, Any], nano: float | None
) -> None:
    usage = {"type": "tokens", "input_tokens": 100, "output_tokens": 50, "total_tokens": 150} | told
    with FakeUpstream(json_reply({"text": "Grüß Gott.", "usage": usage})) as upstream:
        name = f"hears {len(told)}"
        heard = [{"name": name, "upstream": "gpt-4o-transcribe"}]
        novapi.add_channel(upstream.url, provider="openai", models=heard)

        response = novapi.call("audio/transcriptions", **form(name, "file"))

    assert novapi.record(response.headers["x-novapi-request-id"])["cost_nano"] == nano


@pytest.mark.parametrize("content_type", ["text/plain; charset=utf-8", "text/vtt", "application/x-subrip"])
def test_transcript_in_plain_text_passes(novapi: Novapi, content_type: str) -> None:
    text = "1\n00:00:00,000 --> 00:00:02,000\nGrüß Gott.\n".encode()
    with FakeUpstream(lambda call: [head(200, content_type), text]) as upstream:
        model = novapi.add_channel(upstream.url)

        response = novapi.call("audio/transcriptions", **form(model, "file"))

    assert (response.status_code, response.content) == (200, text)
    assert response.headers["content-type"] == content_type


@pytest.mark.parametrize("content_type", ["audio/mpeg", "audio/wav", "application/octet-stream"])
def test_speech_is_streamed_back_as_it_comes(novapi: Novapi, content_type: str) -> None:
    with FakeUpstream(lambda call: [head(200, content_type), FILE, 0.3, FILE]) as upstream:
        model = novapi.add_channel(upstream.url)

        with novapi.stream(model, "audio/speech", input="hi", voice="alloy", stream=False) as response:
            pieces = response.iter_raw()
            first = next(pieces)
            waiting = len(upstream.received) == 1 and first == FILE
            rest = b"".join(pieces)

    assert waiting
    assert rest == FILE
    assert response.headers["content-type"] == content_type


def test_speech_that_breaks_off_is_cut_off_for_the_client_too(novapi: Novapi) -> None:
    start = head(200, "audio/mpeg", Content_Length=str(len(FILE)))
    with FakeUpstream(lambda call: [start, FILE[:1000], 0.1]) as upstream:
        model = novapi.add_channel(upstream.url)

        with (
            pytest.raises(httpx.RemoteProtocolError),
            novapi.stream(model, "audio/speech", input="hi", stream=False) as response,
        ):
            response.read()

    record = novapi.record(response.headers["x-novapi-request-id"])
    assert "in the middle of its answer" in record["error"]


@pytest.mark.parametrize(
    ("endpoint", "model", "options"),
    [
        ("images/generations", "gpt-image-1", {"json": {"prompt": "a cat"}}),
        ("moderations", "omni-moderation-latest", {"json": {"input": "hi"}}),
        ("images/edits", "gpt-image-1", form(None, "image")),
        ("images/variations", "dall-e-2", form(None, "image")),
    ],
)
def test_model_may_be_left_out_where_openai_has_a_default(
    novapi: Novapi, endpoint: str, model: str, options: dict[str, Any]
) -> None:
    with FakeUpstream(json_reply({"data": []})) as upstream:
        channel = {"name": f"Defaults {endpoint}", "provider": "custom", "base_url": upstream.url, "models": [model]}
        created = novapi.api("POST", "/channels", json=channel).json()
        try:
            response = novapi.call(endpoint, **options)
        finally:
            novapi.api("DELETE", f"/channels/{created['id']}")

    assert response.status_code == 200
    assert novapi.record(response.headers["x-novapi-request-id"])["model_sent"] == model
    assert upstream.received[0].path == f"/v1/{endpoint}"


def test_dialect_that_no_channel_speaks_is_said_to_be_so(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url, name="Chat only", dialects=["anthropic"])

        response = novapi.call("rerank", json={"model": model, "query": "q", "documents": ["d"]})

    assert response.status_code == 404
    assert response.json()["error"]["code"] == "no_suitable_channel"
    assert "Chat only" in response.json()["error"]["message"]
    assert upstream.received == []


@pytest.mark.parametrize(
    "name", ["org/family/model:8b-q4", "models/gemini", "a b", "ünï", "v1/x", "x?y", "100%", "a..b"]
)
def test_model_is_listed_and_found_by_its_name(novapi: Novapi, name: str) -> None:
    novapi.add_channel("http://127.0.0.1:9/v1", model=name)

    listed = novapi.http.get("/v1/models", headers=novapi.authorization).json()
    found = novapi.http.get(
        f"/v1/models/{httpx.URL('', params={'n': name}).query.decode()[2:]}".replace("+", "%20"),
        headers=novapi.authorization,
    )

    assert listed["object"] == "list"
    entry = next(model for model in listed["data"] if model["id"] == name)
    assert set(entry) == {"id", "object", "created", "owned_by"}
    assert found.status_code == 200
    assert found.json() == entry


def test_alias_is_listed_beside_models(novapi: Novapi) -> None:
    model = novapi.add_channel("http://127.0.0.1:9/v1")
    novapi.api("POST", "/aliases", json={"name": "listed-alias", "models": [model]})

    listed = novapi.http.get("/models", headers=novapi.authorization).json()

    assert {model, "listed-alias"} <= {entry["id"] for entry in listed["data"]}


def test_model_that_is_not_there_is_a_404(novapi: Novapi) -> None:
    response = novapi.http.get("/v1/models/never/heard:of", headers=novapi.authorization)

    assert response.status_code == 404
    assert response.json()["error"]["code"] == "model_not_found"
