"""`fetch-models`: what the provider lists, and what becomes of it."""

import json
from typing import Any

import pytest

from channels_app.providers import PROVIDERS
from tests.dashboard.test_api_channels import SECRET, create, offered
from tests.fake_upstream import FakeUpstream, head, json_reply
from tests.running import Novapi

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


def test_channel_without_a_usable_key_is_reported(novapi: Novapi) -> None:
    channel = create(novapi, "No key to fetch with", api_keys=[SECRET], models=["no-key-to-fetch-with"])
    novapi.write("UPDATE channels_app_channelkey SET enabled = 0 WHERE channel_id = ?", channel["id"])

    assert novapi.api("POST", f"/channels/{channel['id']}/fetch-models").status_code == 502
