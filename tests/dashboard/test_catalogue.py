"""GET /api/models: who serves a name, what they can do, what they cost and how they fare."""

from collections.abc import Iterable
from typing import Any

from tests.fake_upstream import FakeUpstream, Received, completion, json_reply
from tests.running import Novapi

NOWHERE = "http://127.0.0.1:9/v1"


def models(novapi: Novapi) -> dict[str, dict[str, Any]]:
    return {row["name"]: row for row in novapi.api("GET", "/models").json()}


def candidates(novapi: Novapi, name: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = models(novapi)[name]["candidates"]
    return found


def test_each_candidate_tells_its_channel_and_its_rank(novapi: Novapi) -> None:
    model = novapi.add_channel(NOWHERE, name="Ranked low", weight=3)
    novapi.add_channel(NOWHERE, name="Ranked high", priority=5, models=[{"name": model, "upstream": "theirs"}])

    high, low = candidates(novapi, model)

    assert (high["channel"], high["priority"], high["weight"], high["upstream"]) == ("Ranked high", 5, 1, "theirs")
    assert (low["channel"], low["priority"], low["weight"], low["upstream"]) == ("Ranked low", 0, 3, model)
    assert (low["provider"], low["local"], low["model"]) == ("custom", False, model)
    assert novapi.api("GET", f"/channels/{high['channel_id']}").json()["name"] == "Ranked high"


def test_alias_tells_its_strategy_and_who_serves_it_in_its_order(novapi: Novapi) -> None:
    second = novapi.add_channel(NOWHERE, name="Serves it second", priority=9)
    first = novapi.add_channel(NOWHERE, name="Serves it first")
    alias = {"name": "catalogue-alias", "models": [first, second], "strategy": "latency"}
    novapi.api("POST", "/aliases", json=alias)

    listed = models(novapi)

    assert listed["catalogue-alias"]["strategy"] == "latency"
    assert [each["model"] for each in listed["catalogue-alias"]["candidates"]] == [first, second]
    assert listed[first]["strategy"] is None


def test_what_the_channel_says_goes_before_what_the_name_tells(novapi: Novapi) -> None:
    said = {"name": "said-to-be-blind", "upstream": "gpt-4o", "vision": False, "context_tokens": 1000}
    novapi.add_channel(NOWHERE, models=[said, {"name": "said-nothing", "upstream": "vendor/gpt-4o"}])

    [told], [guessed] = candidates(novapi, "said-to-be-blind"), candidates(novapi, "said-nothing")

    assert (told["vision"], told["tools"], told["reasoning"], told["context_tokens"]) == (False, True, False, 1000)
    assert (guessed["vision"], guessed["context_tokens"]) == (True, None)


def test_what_nobody_knows_is_null(novapi: Novapi) -> None:
    model = novapi.add_channel(NOWHERE)

    [told] = candidates(novapi, model)

    assert [told[name] for name in ("vision", "tools", "reasoning", "context_tokens", "latency_ms")] == [None] * 5
    assert told["price"] == {"input": None, "output": None, "cached": None, "source": None}


def test_prices_tell_whose_they_are(novapi: Novapi) -> None:
    gpt = {"name": "priced-by-list", "upstream": "gpt-4o"}
    own = {"name": "priced-as-said", "upstream": "gpt-4o", "price_input": 1, "price_output": 2, "price_cached": 0.5}
    novapi.add_channel(NOWHERE, provider="openai", models=[gpt, own])
    novapi.add_channel("http://127.0.0.1:9", provider="ollama", api_keys=[], models=["priced-at-home"])

    [listed] = candidates(novapi, "priced-by-list")
    [owned] = candidates(novapi, "priced-as-said")
    [local] = candidates(novapi, "priced-at-home")

    assert listed["price"] == {"input": 2.5, "output": 10.0, "cached": 1.25, "source": "list"}
    assert listed["context_tokens"] == 128_000
    assert owned["price"] == {"input": 1.0, "output": 2.0, "cached": 0.5, "source": "yours"}
    assert local["price"] == {"input": 0.0, "output": 0.0, "cached": 0.0, "source": "local"}
    assert local["local"] is True


def test_candidate_whose_keys_are_left_alone_says_why(novapi: Novapi) -> None:
    with FakeUpstream(json_reply({"error": {"message": "bad key"}}, 401)) as upstream:
        model = novapi.add_channel(upstream.url)
        novapi.chat(model)

    [told] = candidates(novapi, model)

    assert (told["paused"], told["seconds"]) == ("key refused", None)


def test_candidate_with_one_good_key_is_not_left_alone(novapi: Novapi) -> None:
    refused, accepted = json_reply({"error": {"message": "bad key"}}, 401), json_reply(completion())

    def behaves(call: Received) -> Iterable[bytes | float]:
        return (refused if call.headers["authorization"].endswith("1111") else accepted)(call)

    with FakeUpstream(behaves) as upstream:
        model = novapi.add_channel(upstream.url, api_keys=["sk-refused-11111111", "sk-accepted-2222222"])
        novapi.chat(model)
        novapi.chat(model)  # one of them began with the key that is refused

    [told] = candidates(novapi, model)

    assert told["paused"] == ""
    assert told["latency_ms"] > 0


def test_model_without_a_usable_key_says_so(novapi: Novapi) -> None:
    model = novapi.add_channel(NOWHERE, name="All keys off")
    novapi.write(
        "UPDATE channels_app_channelkey SET enabled = 0 WHERE channel_id ="
        " (SELECT id FROM channels_app_channel WHERE name = 'All keys off')"
    )
    novapi.add_channel(NOWHERE)  # whatever is saved here brings the other change with it

    [told] = candidates(novapi, model)

    assert told["paused"] == "no usable key"


def test_only_models_that_chat_are_said_to(novapi: Novapi) -> None:
    novapi.add_channel(NOWHERE, models=["text-embedding-3-large", "chats-well"])

    listed = models(novapi)

    assert (listed["chats-well"]["chats"], listed["text-embedding-3-large"]["chats"]) == (True, False)
