"""Who goes first: by the owner's strategy, by what the call needs, by what is known of the keys."""

import json
import random
from collections import Counter
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import pytest
from msgspec import structs

from channels_app.table import Abilities, Candidate, ChannelRoute, RoutingTable
from gateway.health import Health, Pause
from gateway.needs import CallNeeds, needs_of
from gateway.offers import MOST_OFFERS, Attempt, Plan, offer_for
from gateway.route import MOST_TOLD, Route
from gateway.routing import Known, plan
from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.gateway.values import call, channel, table
from tests.running import Novapi

CHAT = ("openai-chat",)
PICTURE = {"type": "image_url", "image_url": {"url": "data:image/png;base64,AAAA"}}


def names(attempts: Any) -> list[str]:
    return [attempt.candidate.channel.name for attempt in attempts]


def many(count: int, **members: Any) -> list[ChannelRoute]:
    return [replace(channel(f"C{number:03}", **members), id=number) for number in range(count)]


def aliased(strategy: str, *routes: ChannelRoute) -> RoutingTable:
    """An alias over one model of each channel, in this order."""
    made = table({route.name: [route] for route in routes}, aliases={"smart": tuple(route.name for route in routes)})
    return replace(made, strategies={"smart": strategy})


def able(route: ChannelRoute, **abilities: Any) -> Candidate:
    return Candidate(route, "gpt", "gpt", abilities=Abilities(**abilities))


def offering(*candidates: Candidate) -> RoutingTable:
    return replace(table({"gpt": [candidate.channel for candidate in candidates]}), candidates={"gpt": candidates})


def asking(**body: Any) -> CallNeeds:
    return CallNeeds(structs.replace(call(json.dumps({"model": "gpt", "messages": [], **body}).encode()), task="chat"))


def test_round_robin_gives_everyone_a_turn() -> None:
    routes = aliased("round-robin", channel("A", priority=9), channel("B", weight=50), channel("C"))

    firsts = [names(plan("smart", CHAT, routes).attempts) for _ in range(6)]

    assert firsts == [["A", "B", "C"], ["B", "C", "A"], ["C", "A", "B"]] * 2


def test_least_latency_goes_to_the_quickest_once_everyone_was_measured() -> None:
    routes = aliased("latency", channel("Slow"), channel("Quick"), channel("New"))
    seconds = {channel("Slow").id: 2.0, channel("Quick").id: 0.1}

    order = names(plan("smart", CHAT, routes, Known(latency_of=lambda key: seconds.get(key[0], 0.0))).attempts)

    assert order == ["New", "Quick", "Slow"]


def test_cheapest_goes_first_and_unknown_prices_last() -> None:
    routes = aliased("cheapest", channel("Unknown"), channel("Dear"), channel("Free"), channel("Cheap"))
    prices = {"Dear": 30.0, "Cheap": 0.5, "Free": 0.0}

    order = names(plan("smart", CHAT, routes, Known(price_of=lambda each: prices.get(each.channel.name))).attempts)

    assert order == ["Free", "Cheap", "Dear", "Unknown"]


def test_engines_of_this_machine_go_first_where_the_owner_wants_it() -> None:
    cloud, engine = channel("Cloud", priority=9), channel("Engine", "ollama")

    assert names(plan("smart", CHAT, aliased("local-first", cloud, engine)).attempts) == ["Engine", "Cloud"]
    assert names(plan("smart", CHAT, aliased("priority", cloud, engine)).attempts) == ["Cloud", "Engine"]


def test_strategy_is_the_aliass_and_not_the_models() -> None:
    routes = aliased("round-robin", channel("A"), channel("B"))

    assert [names(plan("A", CHAT, routes).attempts) for _ in range(3)] == [["A"]] * 3


@pytest.mark.parametrize(
    ("needs", "lacking", "reason"),
    [
        (asking(messages=[{"role": "user", "content": [PICTURE]}]), {"vision": False}, "can't see images"),
        (
            asking(tools=[{"type": "function", "function": {"name": "f", "parameters": {}}}]),
            {"tools": False},
            "can't call tools",
        ),
        (
            asking(messages=[{"role": "user", "content": "many words " * 2000}]),
            {"context_tokens": 1000},
            "takes 1,000 tokens, this call has about 4,00",
        ),
    ],
)
def test_who_lacks_what_the_call_needs_comes_last(needs: CallNeeds, lacking: Mapping[str, Any], reason: str) -> None:
    lame, sound = able(channel("Lame", weight=1000), **lacking), able(channel("Sound"))

    for seed in range(20):
        chosen = plan("gpt", CHAT, offering(lame, sound), Known(needs=needs), random.Random(seed))
        assert names(chosen.attempts) == ["Sound", "Lame"]
        assert [(each.candidate.channel.name, why[:44]) for each, why in chosen.lacking] in ([], [("Lame", reason)])


@pytest.mark.parametrize(
    "abilities", [{}, {"vision": True}, {"vision": False, "tools": False, "context_tokens": 1}], ids=str
)
def test_only_candidate_is_tried_whatever_it_lacks(abilities: Mapping[str, Any]) -> None:
    needs = asking(messages=[{"role": "user", "content": [PICTURE]}])

    assert names(plan("gpt", CHAT, offering(able(channel("Only"), **abilities)), Known(needs=needs)).attempts)


def test_paused_one_that_can_goes_before_a_sound_one_that_can_not() -> None:
    routes = offering(able(channel("Blind"), vision=False), able(channel("Paused")))
    needs = asking(messages=[{"role": "user", "content": [PICTURE]}])
    known = Known(lambda key: Pause("failing", 9) if key[0] == channel("Paused").id else None, needs=needs)

    assert names(plan("gpt", CHAT, routes, known).attempts) == ["Paused", "Blind"]


@pytest.mark.parametrize(
    ("dialect", "body", "vision", "tools"),
    [
        ("openai-chat", {"messages": [{"role": "user", "content": "say \"image_url\" and \"tools\""}]}, False, False),
        ("openai-chat", {"messages": [{"role": "user", "content": [PICTURE]}]}, True, False),
        ("openai-chat", {"messages": [], "tools": []}, False, False),
        ("openai-chat", {"messages": "nonsense", "tools": [1]}, False, False),
        (
            "openai-chat",
            {"messages": [], "tools": [{"type": "function", "function": {"name": "f", "parameters": {
                "type": "object", "properties": {"image_url": {"type": "string"}}}}}]},
            False, True,
        ),
        (
            "openai-responses",
            {"input": [{"role": "user", "content": [{"type": "input_image", "image_url": "https://x/y.png"}]}]},
            True, False,
        ),
        (
            "anthropic",
            {"max_tokens": 1, "messages": [{"role": "user", "content": [{"type": "image", "source": {
                "type": "base64", "media_type": "image/png", "data": "AAAA"}}]}],
             "tools": [{"name": "f", "input_schema": {"type": "object"}}]},
            True, True,
        ),
        (
            "gemini",
            {"contents": [{"role": "user", "parts": [{"inlineData": {"mimeType": "image/png", "data": "AAAA"}}]}]},
            True, False,
        ),
        ("ollama", {"messages": [{"role": "user", "content": "what?", "images": ["AAAA"]}]}, True, False),
    ],
)  # fmt: skip
def test_what_a_call_needs(dialect: str, body: Mapping[str, Any], vision: bool, tools: bool) -> None:
    asked = structs.replace(call(json.dumps({"model": "gpt", **body}).encode()), dialect=dialect, task="chat")
    needs = needs_of(asked)

    assert needs is not None
    assert (needs.vision, needs.tools) == (vision, tools)


def test_only_chats_have_needs() -> None:
    assert needs_of(call(endpoint="embeddings")) is None


def test_key_that_served_the_conversation_goes_before_higher_priorities() -> None:
    high, low = channel("High", priority=9), channel("Low", keys=["k1", "k2"])
    last_used = (low.id, 2)

    first = plan("gpt", CHAT, table({"gpt": [high, low]}), Known(last_used=last_used)).attempts[0]
    paused = plan(
        "gpt",
        CHAT,
        table({"gpt": [high, low]}),
        Known(lambda key: Pause("x", 1) if key == last_used else None, last_used),
    )

    assert first.key == last_used
    assert names(paused.attempts)[0] == "High"


def test_weights_share_the_load_among_many() -> None:
    routes = many(50)
    routes[7] = replace(routes[7], weight=50)
    rng = random.Random(7)

    first = Counter(names(plan("gpt", CHAT, table({"gpt": routes}), rng=rng).attempts)[0] for _ in range(4000))

    assert first["C007"] == pytest.approx(4000 * 50 / 99, abs=130)
    assert len(first) == 50


def test_everyone_comes_once_however_many_there_are() -> None:
    routes = [replace(route, weight=10 ** (route.id % 5)) for route in many(200)]

    order = names(plan("gpt", CHAT, table({"gpt": routes}, max_attempts=1000), rng=random.Random(3)).attempts)

    assert sorted(order) == [route.name for route in routes]


def test_good_one_is_found_among_hundreds_that_are_paused() -> None:
    routes = table({"gpt": many(300)}, max_attempts=4)

    chosen = plan(
        "gpt", CHAT, routes, Known(lambda key: None if key[0] == 250 else Pause("failing", float(key[0] + 1)))
    )

    assert names(chosen.attempts) == ["C250", "C000", "C001", "C002"]


def test_refused_keys_are_tried_only_where_there_is_nothing_else() -> None:
    routes = table({"gpt": many(3)})

    def pause(refused: set[int]) -> Known:
        return Known(lambda key: Pause("key refused", None) if key[0] in refused else None)

    assert names(plan("gpt", CHAT, routes, pause({0, 2})).attempts) == ["C001"]
    assert sorted(names(plan("gpt", CHAT, routes, pause({0, 1, 2})).attempts)) == ["C000", "C001", "C002"]


def test_offers_are_made_once_per_table_and_bounded() -> None:
    routes = table(wildcards={"": [channel()]})

    assert offer_for("a", CHAT, routes) is offer_for("a", CHAT, routes)
    for number in range(MOST_OFFERS + 10):
        offer_for(f"m{number}", CHAT, routes)
    assert len(routes.offers) <= MOST_OFFERS


def told(chosen: Plan, *tried: tuple[Attempt, float, int, str]) -> Any:
    route = Route(chosen, list(tried))
    return json.loads(route.text())


def test_route_tells_every_candidate_and_why() -> None:
    routes = offering(
        able(channel("Answers", priority=9)),
        able(channel("Spare", priority=5, keys=["k1", "k2"])),
        able(channel("Blind", priority=3), vision=False),
        able(channel("Locked", keys=[])),
        able(channel("Claude", "anthropic")),
    )
    needs = asking(messages=[{"role": "user", "content": [PICTURE]}])
    chosen = plan("gpt", CHAT, replace(routes, max_attempts=2), Known(needs=needs))

    route = told(chosen, (chosen.attempts[0], 0.1, 200, ""))

    assert Counter((each["channel"], each["reason"]) for each in route) == {
        ("Answers", "answered"): 1, ("Spare", "not needed"): 2, ("Blind", "not needed"): 1,
        ("Locked", "has no usable key"): 1, ("Claude", "can't serve openai-chat"): 1,
    }  # fmt: skip


def test_route_of_hundreds_counts_those_that_nobody_needed() -> None:
    chosen = plan("gpt", CHAT, table({"gpt": many(MOST_TOLD + 100)}, max_attempts=2))

    route = told(chosen, (chosen.attempts[0], 0.1, 200, ""))

    assert len(route) == 2
    assert route[1]["reason"] == f"{MOST_TOLD + 99} others, not needed"


def test_latency_that_is_old_has_to_be_measured_again() -> None:
    health = Health()
    health.answered((1, 1), 0.5, 1000)

    assert (health.latency((1, 1), 1100), health.latency((1, 1), 1700)) == (0.5, 0.0)


# Through the front door


def test_alias_takes_turns_when_told_to(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion("one"))) as first, FakeUpstream(json_reply(completion("two"))) as second:
        targets = [novapi.add_channel(first.url, priority=9), novapi.add_channel(second.url)]
        made = novapi.api("POST", "/aliases", json={"name": "takes-turns", "models": targets}).json()
        before = [novapi.chat("takes-turns").json()["choices"][0]["message"]["content"] for _ in range(4)]
        novapi.api("PATCH", f"/aliases/{made['id']}", json={"strategy": "round-robin"})
        after = [novapi.chat("takes-turns").json()["choices"][0]["message"]["content"] for _ in range(4)]

    assert before == ["one"] * 4
    assert after == ["one", "two"] * 2


def test_strategy_that_there_is_none_of_is_refused(novapi: Novapi) -> None:
    answer = novapi.api("POST", "/aliases", json={"name": "odd", "models": ["a"], "strategy": "best"})

    assert answer.status_code == 422
    assert "strategy" in answer.json()["fields"]


def test_picture_goes_to_the_channel_that_sees(novapi: Novapi) -> None:
    with (
        FakeUpstream(json_reply(completion("blind"))) as blind,
        FakeUpstream(json_reply(completion("sees"))) as seeing,
    ):
        described = [{"name": "pictured", "vision": False, "context_tokens": 5000}]
        novapi.add_channel(blind.url, name="Blind", models=described, priority=9)
        novapi.add_channel(seeing.url, name="Seeing", models=["pictured"])
        words = novapi.chat("pictured")
        picture = novapi.chat("pictured", messages=[{"role": "user", "content": [PICTURE]}])
        novapi.record(picture.headers["x-novapi-request-id"])
        record = novapi.api("GET", f"/usage/records/{picture.headers['x-novapi-request-id']}").json()

    assert words.json()["choices"][0]["message"]["content"] == "blind"
    assert picture.json()["choices"][0]["message"]["content"] == "sees"
    reasons = {each["channel"]: each["reason"] for each in record["route"]["candidates"]}
    assert reasons == {"Seeing": "answered", "Blind": "can't see images"}


def test_what_a_model_can_do_is_kept_and_can_be_forgotten(novapi: Novapi) -> None:
    body = {"name": "Able", "provider": "custom", "base_url": "http://127.0.0.1:9/v1"}
    told = [{"name": "able", "vision": True, "tools": False, "context_tokens": 8192}]
    path = f"/channels/{novapi.api('POST', '/channels', json=body | {'models': told}).json()['id']}"

    kept = novapi.api("PATCH", path, json={"models": ["able"]}).json()["models"]
    forgotten = novapi.api("PATCH", path, json={"models": [{"name": "able", "tools": None}]}).json()["models"]

    kept = [{name: row[name] for name in row if not name.startswith("price")} for row in kept]
    assert kept == [
        {"name": "able", "upstream": "able", "vision": True, "tools": False, "context_tokens": 8192, "enabled": True}
    ]
    assert forgotten[0]["tools"] is None
    assert forgotten[0]["vision"] is True
