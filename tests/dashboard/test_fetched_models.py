"""`fetch-models`: what the provider lists, and what becomes of it."""

import json
import re
from itertools import count
from typing import Any

import pytest

from channels_app.providers import PROVIDERS
from gateway.model_lists import SHAPES
from tests.dashboard.test_api_channels import SECRET, create, offered
from tests.fake_upstream import FakeUpstream, Received, Script, head, json_reply
from tests.running import Novapi

NUMBERS = count(1)
LISTED = ["list-one", "list-two"]
LISTS: dict[str, Any] = {
    "openai": {"object": "list", "data": [{"id": name} for name in LISTED]},
    "array": [{"id": name} for name in LISTED],
    "ollama": {"models": [{"name": name} for name in LISTED]},
    "anthropic": {"data": [{"id": name, "type": "model"} for name in LISTED], "has_more": False},
    "gemini": {"models": [{"name": f"models/{name}"} for name in LISTED]},
    "cohere": {"models": [{"name": name} for name in LISTED]},
}


def answer(**members: Any) -> dict[str, Any]:
    """What is said of the list to a channel that offers the first of it."""
    return {"models": LISTED, "new": ["list-two"], "gone": [], "added": False, "removed": []} | members


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
    assert response.json() == answer()
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

    assert response.json() == answer(added=True)
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


def fetched(novapi: Novapi, script: Script, query: str = "", **members: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """What was said of a provider's list, and the channel afterwards."""
    with FakeUpstream(script) as upstream:
        channel = create(novapi, f"Fetches {next(NUMBERS)}", **({"base_url": upstream.url} | members))
        response = novapi.api("POST", f"/channels/{channel['id']}/fetch-models{query}")
    assert response.status_code == 200, response.text
    return response.json(), novapi.api("GET", f"/channels/{channel['id']}").json()


def names(rows: list[dict[str, Any]]) -> list[tuple[str, str]]:
    return [(row["name"], row["upstream"]) for row in rows]


OLD = {"models": ["list-one", "old", {"name": "mine", "upstream": "older", "context_tokens": 5}]}


def test_models_that_are_listed_no_more_are_told(novapi: Novapi) -> None:
    said, channel = fetched(novapi, json_reply(LISTS["openai"]), **OLD)

    assert names(said["gone"]) == [("mine", "older"), ("old", "old")]
    assert said["removed"] == []
    assert offered(channel) == {"list-one": "list-one", "old": "old", "mine": "older"}


def test_removed_models_are_told_whole(novapi: Novapi) -> None:
    said, channel = fetched(novapi, json_reply(LISTS["openai"]), "?add=true&remove=true", **OLD)

    assert said["removed"] == said["gone"]
    assert said["removed"][0]["context_tokens"] == 5
    assert offered(channel) == {"list-one": "list-one", "list-two": "list-two"}


def test_empty_list_removes_nothing(novapi: Novapi) -> None:
    said, channel = fetched(novapi, json_reply({"data": []}), "?remove=true", **OLD)

    assert len(said["gone"]) == 3
    assert said["removed"] == []
    assert len(offered(channel)) == 3


@pytest.mark.parametrize(
    ("model", "listed"),
    [
        ("gpt-*", "other"),
        ({"name": "all", "upstream": "*"}, "other"),
        ("qwen3", "qwen3:latest"),
        ("models/gemini-pro", "gemini-pro"),
        ("meta/llama:online", "meta/llama"),
        ("claude-haiku-latest", "claude-haiku-20260101"),
    ],
)
def test_name_that_works_without_being_listed_is_not_gone(novapi: Novapi, model: Any, listed: str) -> None:
    said, _ = fetched(novapi, json_reply({"data": [{"id": listed}]}), models=[model])

    assert said["gone"] == []


def test_deployments_are_not_gone_though_their_list_has_only_models(novapi: Novapi) -> None:
    said, _ = fetched(novapi, json_reply(LISTS["openai"]), provider="azure-v1", models=["my-deployment"])

    assert said["gone"] == []


# What each provider tells of a model, as its documentation or its code has it.
ROWS: dict[str, tuple[str, dict[str, Any], tuple[bool | None, bool | None, int | None]]] = {
    "llama.cpp": ("llamacpp", {"meta": {"n_ctx_train": 8192, "n_vocab": 3}}, (None, None, 8192)),
    "OpenRouter": (
        "openrouter",
        {
            "context_length": 128000,
            "architecture": {"input_modalities": ["text", "image"]},
            "supported_parameters": ["tools", "temperature"],
        },
        (True, True, 128000),
    ),
    "OpenRouter, text": (
        "openrouter",
        {"architecture": {"input_modalities": ["text"]}, "supported_parameters": ["temperature"]},
        (False, False, None),
    ),
    "Mistral": (
        "mistral",
        {"max_context_length": 32768, "capabilities": {"vision": False, "function_calling": True}},
        (False, True, 32768),
    ),
    "vLLM": ("vllm", {"max_model_len": 4096}, (None, None, 4096)),
    "Groq": ("groq", {"context_window": 131072, "active": True}, (None, None, 131072)),
    "LM Studio": (
        "lmstudio",
        {"type": "vlm", "max_context_length": 4096, "capabilities": ["tool_use"]},
        (True, True, 4096),
    ),
    "GitHub": (
        "github-models",
        {"supported_input_modalities": ["text"], "capabilities": ["streaming"], "limits": {"max_input_tokens": 8000}},
        (False, False, 8000),
    ),
    "Gemini": (provider_of_shape("gemini"), {"inputTokenLimit": 1048576}, (None, None, 1048576)),
    "Ollama": ("ollama", {"details": {"parameter_size": "8B"}}, (None, None, None)),
    "Anthropic": ("anthropic", {"display_name": "Claude"}, (None, None, None)),
    "nonsense": (
        "custom",
        {
            "context_length": -5,
            "max_model_len": True,
            "meta": 3,
            "architecture": {"input_modalities": 5},
            "context_window": 2**70,
        },
        (None, None, None),
    ),
}


@pytest.mark.parametrize("vendor", ROWS)
def test_what_the_provider_tells_of_its_models_is_noted(novapi: Novapi, vendor: str) -> None:
    provider, row, expected = ROWS[vendor]
    shape = PROVIDERS[provider].models_shape
    member, name = SHAPES[shape]
    rows = [{name: "model-x"} | row]

    _, channel = fetched(novapi, json_reply({member: rows} if member else rows), "?add=true", provider=provider)

    (model,) = channel["models"]
    assert (model["vision"], model["tools"], model["context_tokens"]) == expected


def test_what_the_owner_entered_is_not_overwritten(novapi: Novapi) -> None:
    rows = {"data": [{"id": "known", "context_length": 9}, {"id": "taken", "context_length": 9}]}
    models = [{"name": "known", "context_tokens": 5}, {"name": "taken", "upstream": "other", "tools": False}]

    _, channel = fetched(novapi, json_reply(rows), "?add=true", models=models)

    found = {
        model["name"]: (model["upstream"], model["tools"], model["context_tokens"]) for model in channel["models"]
    }
    assert found == {"known": ("known", None, 5), "taken": ("other", False, None)}


def test_list_of_lm_studio_itself_describes_the_models(novapi: Novapi) -> None:
    def script(call: Received) -> Any:
        own = {"type": "llm", "max_context_length": 7} if call.path.startswith("/api/v0") else {}
        return json_reply({"data": [{"id": "qwen", **own}]})(call)

    _, channel = fetched(novapi, script, "?add=true", provider="lmstudio")

    assert [(m["vision"], m["context_tokens"]) for m in channel["models"]] == [(False, 7)]


PAGED = {
    "anthropic": ("after_id", lambda page: {"has_more": page < 2, "last_id": f"page-{page + 1}"}),
    "gemini": ("pageToken", lambda page: {"nextPageToken": f"page-{page + 1}"} if page < 2 else {}),
    "cohere": ("page_token", lambda page: {"next_page_token": f"page-{page + 1}" if page < 2 else ""}),
}


@pytest.mark.parametrize("shape", PAGED)
def test_list_in_pages_is_read_to_its_end(novapi: Novapi, shape: str) -> None:
    param, follow = PAGED[shape]
    member, name = SHAPES[shape]

    def script(call: Received) -> Any:
        page = int((re.findall(rf"{param}=page-(\d)", call.path) or ["0"])[0])
        return json_reply({member: [{name: f"model-{page}"}], **follow(page)})(call)

    said, _ = fetched(novapi, script, provider=provider_of_shape(shape))

    assert said["models"] == ["model-0", "model-1", "model-2"]


@pytest.mark.parametrize(("follow", "pages"), [("again", 2), ("onwards", 20)])
def test_list_without_end_is_given_up(novapi: Novapi, follow: str, pages: int) -> None:
    asked: list[str] = []

    def script(call: Received) -> Any:
        asked.append(call.path)
        last = "x" if follow == "again" else f"x{len(asked)}"
        return json_reply({"data": [{"id": "one"}], "has_more": True, "last_id": last})(call)

    said, _ = fetched(novapi, script, provider="anthropic")

    assert len(asked) == pages
    assert said["models"] == ["one"]


def test_list_that_is_too_long_is_refused(novapi: Novapi) -> None:
    with FakeUpstream(lambda call: [head(), *[b" " * 2**20] * 33, b'{"data": []}']) as upstream:
        channel = create(novapi, "Too long", base_url=upstream.url)
        response = novapi.api("POST", f"/channels/{channel['id']}/fetch-models")

    assert response.status_code == 502
    assert "more than 32768 KiB" in response.json()["detail"]
