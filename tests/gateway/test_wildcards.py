"""A channel's model `name-*` serves every model whose name begins so, as an app sees it."""

import json

import pytest

from tests.fake_upstream import FakeUpstream, json_reply
from tests.running import Novapi

ANSWER = {
    "id": "c1",
    "object": "chat.completion",
    "model": "of-the-provider",
    "choices": [{"index": 0, "message": {"role": "assistant", "content": "hi"}, "finish_reason": "stop"}],
    "usage": {"prompt_tokens": 1, "completion_tokens": 1, "total_tokens": 2},
}


def test_model_of_a_wildcard_is_served_and_recorded_by_its_own_name(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(ANSWER)) as upstream:
        novapi.add_channel(upstream.url, models=[{"name": "wild-one/*", "upstream": "vendor/*"}])

        answer = novapi.chat("wild-one/a b")

    assert answer.status_code == 200, answer.text
    assert json.loads(upstream.received[0].body)["model"] == "vendor/a b"
    request_id = answer.headers["x-novapi-request-id"]
    novapi.record(request_id)
    record = novapi.api("GET", f"/usage/records/{request_id}").json()
    assert (record["model_asked"], record["model_sent"]) == ("wild-one/a b", "vendor/a b")


def test_wildcard_is_no_name_that_apps_can_choose(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(ANSWER)) as upstream:
        novapi.add_channel(upstream.url, models=["wild-two-*", "wild-two-named"])

        listed = [model["name"] for model in novapi.api("GET", "/models").json()]

    assert "wild-two-named" in listed
    assert "wild-two-*" not in listed


@pytest.mark.parametrize("model", ["wild-three-..", "wild-three-", "wild-threesome"])
def test_what_does_not_fit_is_not_found(novapi: Novapi, model: str) -> None:
    with FakeUpstream(json_reply(ANSWER)) as upstream:
        novapi.add_channel(upstream.url, models=["wild-three-*"])

        answer = novapi.chat(model)

    assert answer.status_code == 404
    assert upstream.received == []


def test_channel_of_wildcards_alone_is_tested_by_its_list(novapi: Novapi) -> None:
    with FakeUpstream(json_reply({"data": [{"id": "a"}]})) as upstream:
        novapi.add_channel(upstream.url, name="Wild four", models=["wild-four-*"])
        channel = next(row for row in novapi.api("GET", "/channels").json() if row["name"] == "Wild four")

        tested = novapi.api("POST", f"/channels/{channel['id']}/test").json()

    assert tested["ok"] is True
    assert {call.path for call in upstream.received} == {"/v1/models"}  # with the key, and without: it proves nothing
