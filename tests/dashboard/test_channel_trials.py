"""`test` and `fetch-models`: a channel is tried the way a call would, and says what it found."""

import json
from collections.abc import Iterable
from typing import Any

import pytest

from channels_app.providers import PROVIDERS
from tests.dashboard.test_api_channels import SECRET, create, offered
from tests.fake_upstream import FakeUpstream, Received, Script, completion, head, json_reply
from tests.running import Novapi, eventually, free_port

LISTED = ["list-one", "list-two"]
LISTS: dict[str, Any] = {
    "openai": {"object": "list", "data": [{"id": name} for name in LISTED]},
    "array": [{"id": name} for name in LISTED],
    "ollama": {"models": [{"name": name} for name in LISTED]},
    "anthropic": {"data": [{"id": name, "type": "model"} for name in LISTED], "has_more": False},
    "gemini": {"models": [{"name": f"models/{name}"} for name in LISTED]},
    "cohere": {"models": [{"name": name} for name in LISTED]},
}


def provider_of_shape(shape: str) -> str:
    return next(row.id for row in PROVIDERS.values() if row.models_shape == shape and row.models)


def working(call: Received) -> Iterable[bytes | float]:
    """A provider with two models that refuses every key but one."""
    if call.headers.get("authorization") != f"Bearer {SECRET}":
        return json_reply({"error": {"message": "Incorrect API key"}}, 401)(call)
    return json_reply(LISTS["openai"] if call.method == "GET" else completion("ok"))(call)


def tried(novapi: Novapi, script: Script, name: str, **members: Any) -> tuple[dict[str, Any], list[Received]]:
    """The report of a test of a new channel, and what the provider got."""
    with FakeUpstream(script) as upstream:
        channel = create(novapi, name, base_url=upstream.url, **members)
        response = novapi.api("POST", f"/channels/{channel['id']}/test")
    assert response.status_code == 200, response.text
    return response.json(), upstream.received


def test_good_channel_passes_every_stage(novapi: Novapi) -> None:
    report, received = tried(novapi, working, "Good", api_keys=[SECRET], models=[{"name": "good", "upstream": "u"}])

    assert report["ok"] is True
    assert [stage["ok"] for stage in report["stages"]] == [True, True]
    assert all(stage["ms"] > 0 and stage["name"] and stage["detail"] for stage in report["stages"])
    assert [(call.method, call.path) for call in received] == [("GET", "/v1/models"), ("POST", "/v1/chat/completions")]
    assert received[1].json["model"] == "u"


def test_each_key_is_tried(novapi: Novapi) -> None:
    report, _ = tried(novapi, working, "Two keys", api_keys=[SECRET, "sk-a-key-that-was-revoked-0000"])

    assert report["ok"] is False
    assert [stage["ok"] for stage in report["stages"]] == [True, False]
    assert "…0000" in report["stages"][1]["name"]


def test_disabled_channel_can_be_tried(novapi: Novapi) -> None:
    report, _ = tried(novapi, working, "Tried while off", api_keys=[SECRET], enabled=False)

    assert report["ok"] is True


def test_refused_key_is_named_without_being_shown(novapi: Novapi) -> None:
    report, _ = tried(novapi, working, "Refused key", api_keys=["sk-a-key-that-was-revoked-0000"], models=["refused"])

    assert report["ok"] is False
    assert not any(stage["ok"] for stage in report["stages"])
    assert "401" in report["stages"][0]["detail"]
    assert "revoked" not in json.dumps(report)


def test_provider_that_is_down_is_reported(novapi: Novapi) -> None:
    channel = create(novapi, "Down", base_url=f"http://127.0.0.1:{free_port()}/v1", models=["down"])

    report = novapi.api("POST", f"/channels/{channel['id']}/test").json()

    assert report["ok"] is False
    assert [stage["ok"] for stage in report["stages"]] == [False, False]
    assert all("Down" in stage["detail"] for stage in report["stages"])


def test_channel_with_nothing_to_try_says_so(novapi: Novapi) -> None:
    channel = create(novapi, "Nothing to try", provider="azure-anthropic", base_url="https://x.services.ai.azure.com")

    report = novapi.api("POST", f"/channels/{channel['id']}/test").json()

    assert report["ok"] is False
    assert len(report["stages"]) == 1


def test_answer_of_a_test_is_recorded(novapi: Novapi) -> None:
    before = novapi.api("GET", "/status").json()["records_lost"]

    tried(novapi, working, "Recorded test", api_keys=[SECRET], models=["recorded-test"])

    query = "SELECT app, status, input_tokens FROM gateway_usagerecord WHERE model_asked = 'recorded-test'"
    assert eventually(lambda: novapi.rows(query)) == [("Novapi test", 200, 7)]
    assert novapi.api("GET", "/status").json()["records_lost"] == before


@pytest.mark.parametrize("shape", LISTS)
def test_models_are_fetched_in_the_shape_of_the_provider(novapi: Novapi, shape: str) -> None:
    with FakeUpstream(json_reply(LISTS[shape])) as upstream:
        provider = provider_of_shape(shape)
        channel = create(
            novapi, f"Shape {shape}", provider=provider, base_url=upstream.url, api_keys=[SECRET], models=["list-one"]
        )

        response = novapi.api("POST", f"/channels/{channel['id']}/fetch-models")

    assert response.status_code == 200, response.text
    assert response.json() == {"models": LISTED, "new": ["list-two"], "added": False}
    assert offered(novapi.api("GET", f"/channels/{channel['id']}").json()) == {"list-one": "list-one"}
    assert SECRET in json.dumps(upstream.received[0].headers)


def test_models_are_fetched_from_the_overridden_address(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(LISTS["openai"])) as upstream:
        changes = {"query": {"region": "north"}, "base_path": "/team"}
        channel = create(novapi, "Elsewhere", base_url=upstream.url, models=["list-one"], overrides=changes)

        novapi.api("POST", f"/channels/{channel['id']}/fetch-models")

    assert [call.path for call in upstream.received] == ["/team/v1/models?region=north"]


def test_fetched_models_are_added_beside_the_renamed_ones(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(LISTS["openai"])) as upstream:
        channel = create(novapi, "Adds", base_url=upstream.url, models=[{"name": "mine", "upstream": "list-one"}])

        response = novapi.api("POST", f"/channels/{channel['id']}/fetch-models?add=true")

    assert response.json() == {"models": LISTED, "new": ["list-two"], "added": True}
    after = novapi.api("GET", f"/channels/{channel['id']}").json()
    assert offered(after) == {"mine": "list-one", "list-two": "list-two"}
    assert "list-two" in [model["name"] for model in novapi.api("GET", "/models").json()]


def test_fetched_model_does_not_take_the_public_name_of_another(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(LISTS["openai"])) as upstream:
        channel = create(novapi, "Keeps", base_url=upstream.url, models=[{"name": "list-two", "upstream": "mine"}])

        novapi.api("POST", f"/channels/{channel['id']}/fetch-models?add=true")

    after = novapi.api("GET", f"/channels/{channel['id']}").json()
    assert offered(after) == {"list-one": "list-one", "list-two": "mine"}


@pytest.mark.parametrize(
    "answer",
    [b"<html>", b"{}", b"[]", b'{"data": null}', b'{"data": [{"name": "x"}]}', b'{"data": [{"id": 3}]}', b"null", b""],
)
def test_answer_that_is_no_model_list_is_reported(novapi: Novapi, answer: bytes) -> None:
    with FakeUpstream(lambda call: [head(), answer]) as upstream:
        channel = create(novapi, f"No list {answer!r}", base_url=upstream.url)

        response = novapi.api("POST", f"/channels/{channel['id']}/fetch-models?add=true")

    assert response.status_code == 502
    assert response.json()["detail"]


@pytest.mark.parametrize("status", [401, 404, 429, 500])
def test_refusal_of_the_provider_is_passed_on_as_one(novapi: Novapi, status: int) -> None:
    with FakeUpstream(json_reply({"error": {"message": "no"}}, status)) as upstream:
        channel = create(novapi, f"Says {status}", base_url=upstream.url, api_keys=[SECRET])

        response = novapi.api("POST", f"/channels/{channel['id']}/fetch-models")

    assert response.status_code == 502
    assert str(status) in response.json()["detail"]
    assert SECRET not in response.text


def test_channel_whose_keys_are_all_unusable_is_reported(novapi: Novapi) -> None:
    channel = create(novapi, "No usable key", api_keys=[SECRET], models=["no-usable-key"])
    novapi.write("UPDATE channels_app_channelkey SET enabled = 0 WHERE channel_id = ?", channel["id"])

    fetched = novapi.api("POST", f"/channels/{channel['id']}/fetch-models")
    report = novapi.api("POST", f"/channels/{channel['id']}/test").json()

    assert fetched.status_code == 502
    assert report["ok"] is False
