"""The owner sends a call once more: through the gateway itself, as its app did, or with another model or body."""

import json
import re
import threading
import time
from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from tests import four_dialects
from tests.dashboard.test_live import listening, until
from tests.fake_upstream import DONE, FakeUpstream, chunk, completion, event_stream, head, json_reply, whole
from tests.gateway.test_captures import bodies, preferring
from tests.running import Novapi, eventually

BODY = {
    "max_tokens": 5, "input": "hi", "messages": [{"role": "user", "content": "hi"}], "prompt": "hi",
    "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
}  # fmt: skip
GEMINI = "/v1beta/models/{model}:"
CHATS = {
    "openai-chat": ("/v1/chat/completions", "/v1/chat/completions"),
    "openai-responses": ("/v1/responses", "/v1/responses"),
    "anthropic": ("/v1/messages", "/v1/messages"),
    "gemini": (GEMINI + "generateContent", GEMINI + "streamGenerateContent?alt=sse"),
    "gemini array": (GEMINI + "generateContent", GEMINI + "streamGenerateContent"),
    "ollama": ("/ollama/api/chat", "/ollama/api/chat"),
    "ollama generate": ("/ollama/api/generate", "/ollama/api/generate"),
}
OF_EVERY_PAGE = {  # what the management API's answers have and the gateway's have not
    "content-security-policy", "permissions-policy", "cross-origin-resource-policy", "cross-origin-opener-policy",
    "referrer-policy", "x-content-type-options", "x-frame-options",
}  # fmt: skip
VECTOR = {
    "object": "list", "model": "m", "data": [{"object": "embedding", "index": 0, "embedding": [0.5, 0.25]}],
    "usage": {"prompt_tokens": 3, "total_tokens": 3},
}  # fmt: skip


@pytest.fixture(scope="module")
def novapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    with Novapi(tmp_path_factory.mktemp("replayed") / "novapi") as running:
        yield running


def post(novapi: Novapi, path: str, body: Any, **headers: str) -> httpx.Response:
    return novapi.http.post(path, json=body, headers=novapi.authorization | headers)


def replay(novapi: Novapi, answer: httpx.Response | str, **changes: Any) -> httpx.Response:
    """The answer to it, once the original is on disk."""
    request_id = answer if isinstance(answer, str) else answer.headers["x-novapi-request-id"]
    novapi.record(request_id)
    eventually(lambda: novapi.api("GET", "/status").json()["captures_waiting"] == 0)
    return novapi.api("POST", f"/usage/records/{request_id}/replay", json=changes)


def replays_of(novapi: Novapi, answer: httpx.Response, number: int = 1) -> list[dict[str, Any]]:
    """Their records, once there are so many."""
    params = {"replay_of": answer.headers["x-novapi-request-id"]}

    def found() -> list[dict[str, Any]]:
        return list(novapi.api("GET", "/usage/records", params=params).json()["records"])

    assert eventually(lambda: len(found()) >= number)
    return found()


# The same again


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("client", CHATS)
def test_replay_is_what_the_app_had_sent_and_would_see(novapi: Novapi, client: str, stream: bool) -> None:
    with FakeUpstream(four_dialects.provider("openai-chat")) as upstream:
        model = novapi.add_channel(upstream.url)
        path = CHATS[client][stream].format(model=model)
        first = post(novapi, path, BODY | {"model": model, "stream": stream}, **{"x-title": "Diary"})
        again = replay(novapi, first)

    assert (again.status_code, first.status_code) == (200, 200)
    assert again.headers["content-type"] == first.headers["content-type"]
    assert without_ids(again.text) == without_ids(first.text)
    assert again.headers["x-novapi-channel"] == first.headers["x-novapi-channel"]
    assert "x-novapi-replay-masked" not in again.headers
    assert upstream.received[0].body == upstream.received[1].body
    record = novapi.record(again.headers["x-novapi-request-id"])
    original = novapi.record(first.headers["x-novapi-request-id"])
    same = ("app", "key_name", "dialect", "endpoint", "model_asked", "stream", "status", "channel_name", "tools")
    assert {name: record[name] for name in same} == {name: original[name] for name in same}
    assert (record["app"], record["replay_of"]) == ("Diary", original["request_id"])
    assert [each["request_id"] for each in replays_of(novapi, first)] == [record["request_id"]]


def without_ids(text: str) -> str:
    """Translated answers have ids, times and durations of their own."""
    text = re.sub(r'"(id|item_id|responseId|response_id)": ?"[^"]*"', r'"\1":""', text)
    return re.sub(r'"(created_at|created|\w+_duration|createTime|completed_at)": ?("[^"]*"|[\d.]+)', r'"\1":0', text)


@pytest.mark.parametrize(
    ("path", "body"),
    [
        ("/v1/embeddings", {"input": "hi"}),
        ("/ollama/api/embed", {"input": "hi"}),
        ("/ollama/api/embeddings", {"prompt": "hi"}),
        (GEMINI + "embedContent", {"content": {"parts": [{"text": "hi"}]}}),
        (GEMINI + "batchEmbedContents", {"requests": [{"content": {"parts": [{"text": "hi"}]}}]}),
    ],
)
def test_embeddings_are_made_again(novapi: Novapi, path: str, body: dict[str, Any]) -> None:
    with FakeUpstream(json_reply(VECTOR)) as upstream:
        model = novapi.add_channel(upstream.url)
        first = post(novapi, path.format(model=model), body | ({} if "{" in path else {"model": model}))
        again = replay(novapi, first)

    assert first.status_code == again.status_code == 200, first.text
    assert without_ids(again.text) == without_ids(first.text)
    assert upstream.received[0].body == upstream.received[1].body


@pytest.mark.parametrize(
    ("path", "dialect"),
    [
        ("/v1/messages/count_tokens", "anthropic"),
        ("/v1/responses/input_tokens", "openai-responses"),
        ("/v1/responses/compact", "openai-responses"),
        (GEMINI + "countTokens", "gemini"),
        ("/v1/rerank", "openai-chat"),
    ],
)
def test_other_endpoints_are_asked_again(novapi: Novapi, path: str, dialect: str) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url, dialects=[dialect])
        first = post(novapi, path.format(model=model), BODY | {"model": model})
        again = replay(novapi, first)

    assert (again.status_code, again.text) == (first.status_code, first.text)
    assert [call.path for call in upstream.received] == [upstream.received[0].path] * 2


def test_bytes_that_no_parser_would_write_go_out_as_they_came(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)
        body = (
            b'{ "model":"%b",\n"messages":[{"role":"user","content":"\\u0041 \xe2\x80\xa8 \\ud83d"}],'
            b'"seed": 12345678901234567890, "seed": 1.50 }' % model.encode()
        )
        first = novapi.call(content=body, headers={"content-type": "application/json"})
        replay(novapi, first)

    assert upstream.received[0].body == upstream.received[1].body == body


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize("typed", [True, False])
def test_headers_are_those_the_app_had_seen(novapi: Novapi, typed: bool, stream: bool) -> None:
    said = json.dumps(completion()).encode()
    answer = whole(said, X_Ratelimit_Left="5") if not stream else head(200, "text/event-stream", X_Ratelimit_Left="5")
    if not typed:
        answer = answer.replace(b"Content-Type", b"X-Not-Typed")
    pieces = [chunk("hi"), chunk(finish="stop"), DONE] if stream and typed else [said] if stream else []
    with FakeUpstream(lambda call: [answer, *pieces]) as upstream:
        first = novapi.chat(novapi.add_channel(upstream.url), stream=stream)
        again = replay(novapi, first)

    own = {"date", "x-novapi-request-id", "x-novapi-overhead-ms", *OF_EVERY_PAGE}
    seen = [{name: value for name, value in each.headers.items() if name not in own} for each in (first, again)]
    assert seen[1] == seen[0]
    assert seen[0]["x-ratelimit-left"] == "5"


def test_refusal_is_repeated_as_a_refusal(novapi: Novapi) -> None:
    first = novapi.chat("nobody-offers-this")
    again = replay(novapi, first)

    assert (again.status_code, again.json()) == (404, first.json())
    assert novapi.record(again.headers["x-novapi-request-id"])["replay_of"] == first.headers["x-novapi-request-id"]


def test_request_that_could_not_be_read_is_not_there_to_be_repeated(novapi: Novapi) -> None:
    first = novapi.call(content=b'{"model": ', headers={"content-type": "application/json"})
    again = replay(novapi, first)

    assert again.status_code == 409
    assert "could not be read" in again.json()["detail"]


# Something else


@pytest.mark.parametrize("client", CHATS)
def test_another_model_answers_the_same_question(novapi: Novapi, client: str) -> None:
    with FakeUpstream(four_dialects.provider("openai-chat")) as upstream:
        model, other = novapi.add_channel(upstream.url), novapi.add_channel(upstream.url)
        first = post(novapi, CHATS[client][0].format(model=model), BODY | {"model": model, "stream": False})
        again = replay(novapi, first, model=other)

    sent = [call.json for call in upstream.received]
    assert again.status_code == 200
    assert sent[1] == sent[0] | {"model": other}
    assert replays_of(novapi, first)[0]["model_asked"] == other


@pytest.mark.parametrize("model", ["no-such-model", "../../chat/completions", "a/b?c#d%2e", 'x"y', "é 模\n型"])
@pytest.mark.parametrize("client", ["openai-chat", "gemini"])
def test_unknown_model_gets_the_gateways_own_answer(novapi: Novapi, client: str, model: str) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        known = novapi.add_channel(upstream.url)
        first = post(novapi, CHATS[client][0].format(model=known), BODY | {"model": known})
        again = replay(novapi, first, model=model)

    assert again.status_code == 404
    assert again.json()["error"]["message"].startswith("Novapi: ")
    assert len(upstream.received) == 1


def test_edited_request_is_sent_as_it_was_edited(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model, other = novapi.add_channel(upstream.url), novapi.add_channel(upstream.url)
        first = novapi.chat(model)
        edited = {"model": model, "messages": [{"role": "user", "content": " anders \ud83d"}], " odd ": 2**70}
        assert replayed_as(novapi, first, {"body": edited}) == 200
        assert replayed_as(novapi, first, {"body": edited, "model": other}) == 200
        assert replay(novapi, first, body={"model": model}, model=other).status_code == 200

    assert [call.json for call in upstream.received[1:]] == [
        edited,
        edited | {"model": other},
        {"model": other},
    ]


def replayed_as(novapi: Novapi, first: httpx.Response, changes: dict[str, Any]) -> int:
    """With half a surrogate, which JSON can spell, and httpx can't."""
    path = f"/usage/records/{first.headers['x-novapi-request-id']}/replay"
    headers = {"content-type": "application/json"}
    bodies(novapi, first)
    return novapi.api("POST", path, content=json.dumps(changes).encode(), headers=headers).status_code


@pytest.mark.alone
def test_three_models_answer_at_once(novapi: Novapi) -> None:
    answers: dict[str, str] = {}
    everybody = threading.Barrier(3)

    def behaves(call: Any) -> Iterator[bytes | float]:
        yield head(200, "text/event-stream")
        yield chunk(call.json["model"])
        yield 0.4
        yield chunk(finish="stop")
        yield DONE

    with FakeUpstream(behaves) as upstream:
        models = [novapi.add_channel(upstream.url) for _ in range(3)]
        with novapi.stream(models[0]) as first:
            first.read()
        replay(novapi, first)

        def ask(model: str) -> None:
            everybody.wait(5)
            answers[model] = replay(novapi, first, model=model).text

        threads = [threading.Thread(target=ask, args=[model]) for model in models]
        began_at = time.monotonic()
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join(10)

    assert all(model in answers[model] for model in models)
    assert time.monotonic() - began_at < 1.1
    assert len(replays_of(novapi, first, 4)) == 4


# As it comes, and no longer than wanted


def test_stream_comes_chunk_by_chunk(novapi: Novapi) -> None:
    with FakeUpstream(event_stream(chunk("one"), 0.5, chunk("two"), chunk(finish="stop"), DONE)) as upstream:
        with novapi.stream(novapi.add_channel(upstream.url)) as first:
            first.read()
        replay(novapi, first)
        with replayed_stream(novapi, first) as again:
            times = [time.monotonic() for _ in again.iter_raw()]

    assert times[-1] - times[0] > 0.4


def replayed_stream(novapi: Novapi, first: httpx.Response) -> Any:
    path = f"/api/usage/records/{first.headers['x-novapi-request-id']}/replay"
    return novapi.http.stream("POST", path, json={}, headers=novapi.authorization)


def test_owner_who_leaves_a_stream_ends_the_call(novapi: Novapi) -> None:
    quick = [event_stream(chunk("all"), chunk(finish="stop"), DONE), event_stream(chunk("some"), 30.0, DONE)]
    with FakeUpstream(lambda call: quick[min(len(upstream.received) - 1, 1)](call)) as upstream:
        with novapi.stream(novapi.add_channel(upstream.url)) as first:
            first.read()
        bodies(novapi, first)
        with replayed_stream(novapi, first) as again:
            chunks = again.iter_raw()
            next(chunks)
            assert not upstream.hung_up.is_set()
        assert upstream.hung_up.wait(1)

    record = novapi.record(again.headers["x-novapi-request-id"])
    assert (record["status"], record["error"]) == (499, "The client went away.")


def test_owner_who_leaves_before_the_answer_ends_the_call(novapi: Novapi) -> None:
    scripts = [json_reply(completion()), lambda call: [30.0]]
    with FakeUpstream(lambda call: scripts[min(len(upstream.received) - 1, 1)](call)) as upstream:
        first = novapi.chat(novapi.add_channel(upstream.url))
        bodies(novapi, first)
        with pytest.raises(httpx.ReadTimeout):
            novapi.http.post(
                f"/api/usage/records/{first.headers['x-novapi-request-id']}/replay",
                json={}, headers=novapi.authorization, timeout=0.7,
            )  # fmt: skip
        assert upstream.hung_up.wait(1)

    record = replays_of(novapi, first)[0]
    assert (record["status"], record["error"]) == (499, "The client went away.")


def test_replay_is_in_flight_like_any_call_and_can_be_stopped(novapi: Novapi) -> None:
    scripts = [json_reply(completion()), lambda call: [30.0]]
    answers: list[httpx.Response] = []
    with FakeUpstream(lambda call: scripts[min(len(upstream.received) - 1, 1)](call)) as upstream:
        model = novapi.add_channel(upstream.url)
        first = novapi.chat(model)
        thread = threading.Thread(target=lambda: answers.append(replay(novapi, first)))
        thread.start()
        flight = eventually(lambda: [c for c in novapi.api("GET", "/calls").json() if c["model"] == model])[0]
        assert novapi.api("POST", f"/calls/{flight['id']}/stop").status_code == 204
        thread.join(5)

    assert answers[0].status_code == 503
    assert "stopped by its owner" in answers[0].json()["error"]["message"]
    assert answers[0].headers["x-novapi-request-id"] == flight["id"]


def test_replay_is_told_of_live(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        first = novapi.chat(novapi.add_channel(upstream.url))
        bodies(novapi, first)
        with listening(novapi) as told:
            next(told)
            again = replay(novapi, first)
            kinds = [kind for kind, body in until(told, "call.finished") if kind.startswith("call.")]

    assert again.status_code == 200
    assert kinds == ["call.started", "call.finished"]


def test_stream_that_breaks_off_inside_a_sound_is_seen_to_be_cut(novapi: Novapi) -> None:
    sound = bytes(range(256)) * 40
    with FakeUpstream(lambda call: [head(200, "audio/mpeg", Content_Length=str(len(sound) + 1)), sound]) as upstream:
        body = {"model": novapi.add_channel(upstream.url), "input": "say it"}
        with pytest.raises(httpx.RemoteProtocolError):
            novapi.call("audio/speech", json=body)
        records = eventually(lambda: novapi.api("GET", "/usage/records?model=" + body["model"]).json()["records"])
        first = records[0]
        eventually(lambda: novapi.api("GET", f"/usage/records/{first['request_id']}/bodies").status_code == 200)
        with pytest.raises(httpx.RemoteProtocolError):
            replay(novapi, first["request_id"])


# By whose key


def key_of(novapi: Novapi, name: str, **members: Any) -> tuple[int, dict[str, str]]:
    made = novapi.api("POST", "/keys", json={"name": name} | members).json()
    return made["id"], {"authorization": f"Bearer {made['key']}"}


def test_replay_counts_for_the_apps_own_key(novapi: Novapi) -> None:
    _, headers = key_of(novapi, "Own", requests_per_minute=2)
    with FakeUpstream(json_reply(completion())) as upstream:
        first = novapi.http.post(
            "/v1/chat/completions", json=BODY | {"model": novapi.add_channel(upstream.url)}, headers=headers
        )
        answers = [replay(novapi, first) for _ in range(2)]

    assert [answer.status_code for answer in answers] == [200, 429]
    assert [record["key_name"] for record in replays_of(novapi, first, 2)] == ["Own", "Own"]


@pytest.mark.parametrize("gone", ["disabled", "deleted"])
def test_without_its_key_the_master_key_replays_it(novapi: Novapi, gone: str) -> None:
    key_id, headers = key_of(novapi, f"Gone {gone}")
    with FakeUpstream(json_reply(completion())) as upstream:
        body = BODY | {"model": novapi.add_channel(upstream.url)}
        first = novapi.http.post("/v1/chat/completions", json=body, headers=headers)
        bodies(novapi, first)
        if gone == "deleted":
            assert novapi.api("DELETE", f"/keys/{key_id}").status_code == 204
        else:
            assert novapi.api("PATCH", f"/keys/{key_id}", json={"enabled": False}).status_code == 200
        assert replay(novapi, first).status_code == 200

    assert replays_of(novapi, first)[0]["key_name"] == "Master key"


# What can't be replayed


def test_unknown_record_is_not_found(novapi: Novapi) -> None:
    assert novapi.api("POST", "/usage/records/nv_never/replay", json={}).status_code == 404


@pytest.mark.parametrize(
    ("why", "wishes", "key"),
    [
        ("private", {}, {"private": True}),
        ("Only calls that failed", {"capture": "errors"}, {}),
        ("Capturing is off", {"capture": "off"}, {}),
    ],
)
def test_call_whose_bodies_were_not_kept_says_why_and_what_to_do(
    novapi: Novapi, why: str, wishes: dict[str, str], key: dict[str, bool]
) -> None:
    _, headers = key_of(novapi, f"Secretive {why}", **key)
    with preferring(novapi, **wishes), FakeUpstream(json_reply(completion())) as upstream:
        body = BODY | {"model": novapi.add_channel(upstream.url)}
        first = novapi.http.post("/v1/chat/completions", json=body, headers=headers)
        refused = replay(novapi, first)
        assert replay(novapi, first, body=body).status_code == 200

    assert refused.status_code == 409
    assert why in refused.json()["detail"]
    assert "capture: all" in refused.json()["detail"]


def test_bodies_that_were_let_go_of_say_so(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        first = novapi.chat(novapi.add_channel(upstream.url))
        bodies(novapi, first)
        novapi.write("DELETE FROM gateway_capture WHERE request_id = ?", first.headers["x-novapi-request-id"])
        refused = replay(novapi, first)

    assert refused.status_code == 409
    assert "not there" in refused.json()["detail"]


def test_request_that_was_cut_is_refused(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)
        first = novapi.chat(model, messages=[{"role": "user", "content": "long " * 500_000}])
        refused = replay(novapi, first)
        longer = {"model": model, "messages": [{"role": "user", "content": "longer " * 500_000}]}
        assert replay(novapi, first, body=longer).status_code == 200

    assert upstream.received[1].json == longer
    assert refused.status_code == 409
    assert "2 MiB" in refused.json()["detail"]


def test_key_in_a_request_stays_masked_and_the_answer_says_so(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)
        asked = [{"role": "user", "content": "is sk-proj-0123456789abcdef0123 a[key] good?"}]
        first = novapi.chat(model, messages=asked)
        again = replay(novapi, first)
        edited = replay(novapi, first, body={"model": model, "messages": []})
        unharmed = replay(novapi, novapi.chat(model, messages=[{"role": "user", "content": "a[key]"}]))

    assert again.headers["x-novapi-replay-masked"] == "true"
    assert upstream.received[1].json["messages"][0]["content"] == "is [key] a[key] good?"
    assert all("x-novapi-replay-masked" not in answer.headers for answer in (edited, unharmed))


@pytest.mark.parametrize("body", [[], "text", 5, [{"model": "m"}]])
def test_edited_request_must_be_an_object(novapi: Novapi, body: Any) -> None:
    refused = replay(novapi, novapi.chat("nobody-offers-this"), body=body)

    assert refused.status_code == 422
    assert "body" in refused.json()["fields"]


def test_misspelt_change_is_refused(novapi: Novapi) -> None:
    assert replay(novapi, novapi.chat("nobody-offers-this"), modle="x").status_code == 422


def test_forms_and_files_are_refused(novapi: Novapi) -> None:
    with FakeUpstream(json_reply({"text": "said", "id": "file-1", "data": []})) as upstream:
        model = novapi.add_channel(upstream.url)
        form = {"data": {"model": model}, "files": {"file": ("a.wav", b"RIFF\xff\xfe")}}
        heard = novapi.call("audio/transcriptions", **form)
        drawn = novapi.call("images/edits", data={"model": model}, files={"image": ("a.png", b"\x89PNG\xff")})
        listed = novapi.http.get("/v1/files", headers=novapi.authorization)
        refused = [replay(novapi, answer) for answer in (heard, drawn, listed)]

    assert [answer.status_code for answer in refused] == [422, 422, 422]
    assert "audio/transcriptions" in refused[0].json()["detail"]
    assert "multipart/form-data" in refused[1].json()["detail"]
    assert "files" in refused[2].json()["detail"]


# Nobody else may


def test_no_app_and_no_page_can_replay(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        first = novapi.chat(novapi.add_channel(upstream.url))
        bodies(novapi, first)
        request_id = first.headers["x-novapi-request-id"]
        _, app = key_of(novapi, "Nosy app")
        path = f"/usage/records/{request_id}/replay"
        owner = novapi.authorization
        statuses = [
            novapi.http.post(f"/api{path}", json={}).status_code,
            novapi.http.post(f"/api{path}", json={}, headers=app).status_code,
            novapi.http.post(f"/api{path}", json={}, headers=owner | {"origin": "http://evil.example"}).status_code,
            novapi.http.post(f"/api{path}", json={}, headers=owner | {"sec-fetch-site": "cross-site"}).status_code,
            novapi.http.post(f"/api{path}", content="{}", headers=owner | {"content-type": "text/plain"}).status_code,
            novapi.http.get(f"/api{path}", headers=owner).status_code,
            novapi.http.post(f"/v1{path}", json={}, headers=owner).status_code,
        ]

    assert statuses == [401, 401, 403, 403, 415, 405, 404]
    assert len(upstream.received) == 1


def test_no_header_marks_a_call_as_a_replay(novapi: Novapi) -> None:
    mark = {"novapi.replay_of": "nv_1", "novapi-replay-of": "nv_1", "x-novapi-replay-of": "nv_1"}
    answer = novapi.call(json={"model": "nobody-offers-this", "messages": [], **mark}, headers=mark)

    assert novapi.record(answer.headers["x-novapi-request-id"])["replay_of"] == ""


def test_provider_gets_nothing_of_the_mark(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        first = novapi.chat(novapi.add_channel(upstream.url))
        replay(novapi, first)

    sent = json.dumps(upstream.received[1].headers)
    assert "replay" not in sent
    assert first.headers["x-novapi-request-id"] not in sent
