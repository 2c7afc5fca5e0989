"""Who is asked, in which order, how often; and what is recorded of it."""

import pytest

from tests.fake_upstream import FakeUpstream, Received, completion, head, json_reply
from tests.running import Novapi, free_port

DOWN = json_reply({"error": {"message": "down for maintenance"}}, 500)


def test_channels_are_tried_by_priority(novapi: Novapi) -> None:
    asked: list[str] = []

    def refuse(call: Received) -> list[bytes]:
        asked.append(call.headers["x-channel"])
        return [head(500), b"{}"]

    with FakeUpstream(refuse) as upstream:
        model = novapi.add_channel(upstream.url, priority=5, headers={"x-channel": "second"})
        novapi.add_channel(upstream.url, model=model, priority=-1, headers={"x-channel": "third"})
        novapi.add_channel(upstream.url, model=model, priority=10, headers={"x-channel": "first"})

        response = novapi.chat(model)

    assert asked == ["first", "second", "third"]
    assert response.status_code == 502
    assert response.headers["x-novapi-attempts"] == "3"
    assert response.headers["x-should-retry"] == "false"
    assert "tried 3 channels" in response.json()["error"]["message"]


def test_second_key_of_a_channel_is_tried(novapi: Novapi) -> None:
    def knows_one_key(call: Received) -> list[bytes]:
        return list(answers[call.headers["authorization"]](call))  # type: ignore[arg-type]

    answers = {"Bearer sk-key-that-works": json_reply(completion()), "Bearer sk-key-without-credit": DOWN}
    with FakeUpstream(knows_one_key) as upstream:
        model = novapi.add_channel(upstream.url, api_keys=["sk-key-without-credit", "sk-key-that-works"])

        statuses = [novapi.chat(model).status_code for _ in range(4)]

    assert statuses == [200] * 4
    assert len(upstream.calls) > 4


def test_keys_of_a_channel_take_turns(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url, api_keys=["sk-one-of-three", "sk-two-of-three", "sk-three-of-three"])

        for _ in range(6):
            novapi.chat(model)

    used = [call.headers["authorization"] for call in upstream.received]
    assert sorted(map(used.count, set(used))) == [2, 2, 2]


def test_attempts_are_limited_by_preferences(novapi: Novapi) -> None:
    with FakeUpstream(DOWN) as upstream:
        model = novapi.add_channel(upstream.url, api_keys=[f"sk-number-{number:04}" for number in range(8)])
        limit = novapi.api("GET", "/preferences").json()["max_attempts"]
        usual = novapi.chat(model)
        novapi.api("PATCH", "/preferences", json={"max_attempts": 2})
        try:
            fewer = novapi.chat(model)
        finally:
            novapi.api("PATCH", "/preferences", json={"max_attempts": limit})

    assert usual.headers["x-novapi-attempts"] == str(limit)
    assert fewer.headers["x-novapi-attempts"] == "2"
    assert len(upstream.calls) == limit + 2


def test_alias_goes_through_its_models_in_order(novapi: Novapi) -> None:
    with FakeUpstream(DOWN) as first, FakeUpstream(json_reply(completion("second"))) as second:
        models = [novapi.add_channel(first.url), novapi.add_channel(second.url, priority=100)]
        novapi.api("POST", "/aliases", json={"name": "best-first", "models": models})

        response = novapi.chat("best-first")

    assert response.json()["choices"][0]["message"]["content"] == "second"
    assert first.received[0].json["model"] == models[0]
    assert second.received[0].json["model"] == models[1]


def test_answer_after_a_failure_is_recorded_with_its_channel(novapi: Novapi) -> None:
    app = novapi.api("POST", "/keys", json={"name": "Cline"}).json()
    with FakeUpstream(DOWN) as faulty, FakeUpstream(json_reply(completion())) as sound:
        model = novapi.add_channel(faulty.url, priority=10)
        novapi.add_channel(sound.url, model=model, name="The one that works")
        headers = {"authorization": f"Bearer {app['key']}", "user-agent": "Cline/3.2 (linux) axios/1.7"}

        response = novapi.call(json={"model": model, "messages": []}, headers=headers)

    assert response.headers["x-novapi-channel"] == "The one that works"
    record = novapi.record(response.headers["x-novapi-request-id"])
    assert (record["status"], record["attempts"], record["error"]) == (200, 2, "")
    assert (record["channel_name"], record["key_name"], record["app"]) == ("The one that works", "Cline", "Cline")
    assert (record["endpoint"], record["dialect"], record["stream"]) == ("chat/completions", "openai-chat", 0)
    assert (record["input_tokens"], record["output_tokens"], record["estimated"]) == (7, 3, 0)


def test_call_that_nobody_answered_is_recorded_with_the_reason(novapi: Novapi) -> None:
    with FakeUpstream(DOWN) as upstream:
        model = novapi.add_channel(upstream.url, name="Half awake")
        novapi.add_channel(f"http://127.0.0.1:{free_port()}/v1", model=model, name="Asleep", priority=-1)

        response = novapi.chat(model)

    record = novapi.record(response.headers["x-novapi-request-id"])
    assert (record["status"], record["attempts"], record["channel_name"]) == (502, 2, "Asleep")
    assert "Half awake (500 failed: down for maintenance), Asleep (could not be reached" in record["error"]
    assert (record["input_tokens"], record["output_tokens"]) == (None, None)


def test_unknown_model_is_recorded_too(novapi: Novapi) -> None:
    response = novapi.chat("model-of-nobody")

    record = novapi.record(response.headers["x-novapi-request-id"])
    assert (record["status"], record["attempts"], record["model_asked"]) == (404, 0, "model-of-nobody")


@pytest.mark.parametrize(
    "usage", [None, {}, "many", [], {"prompt_tokens": "7"}, {"prompt_tokens": -4}, {"x": 10**400}]
)
def test_senseless_usage_does_not_spoil_the_answer(novapi: Novapi, usage: object) -> None:
    with FakeUpstream(json_reply(completion(usage=usage))) as upstream:
        model = novapi.add_channel(upstream.url)

        response = novapi.chat(model)

    assert response.json() == completion(usage=usage)
    record = novapi.record(response.headers["x-novapi-request-id"])
    assert record["status"] == 200
