"""The sums of the days are those of the records, whatever happened."""

import itertools
import json
import random
import threading
import time
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from channels_app.models import Preferences
from gateway.call import Outcome
from gateway.chat import Usage
from gateway.models import FIRST_BYTE_COLUMNS, Attempt, Price, UsageDay, UsageRecord
from gateway.offers import Plan
from gateway.pricing import cost
from gateway.records import Batch, Finished, PriceIds, call_columns
from gateway.retention import Keeper, let_go, let_go_of_old
from gateway.rollups import ALL_EXPRESSIONS, COLUMNS, FIRST_BYTE_BOUNDS, compared
from gateway.route import Route
from tests.fake_upstream import DONE, FakeUpstream, chunk, completion, event_stream, json_reply
from tests.gateway.values import attempt, call, channel
from tests.running import Novapi, run

NOW = time.time()
_ids = itertools.count()


def finished(**members: Any) -> Finished:
    """A call that has ended; members of Outcome, and `app`, `stream`, `at`, `ms`."""
    made = call()
    app, stream, at, ms = (
        members.pop(name, default)
        for name, default in (("app", "agent"), ("stream", False), ("at", NOW), ("ms", 20.5))
    )
    columns = list(call_columns(made))
    columns[0], columns[3], columns[7] = f"nv_test{next(_ids)}", app, stream
    outcome = Outcome(**{"status": 200, "answered": True, "provider": "openai", "model_sent": "gpt-4o"} | members)
    return Finished(tuple(columns), outcome, ms, at, None)


CALLS = st.builds(
    finished,
    app=st.sampled_from(["agent", "chat", "日本 'app'"]),
    stream=st.booleans(),
    at=st.floats(NOW - 9 * 86400, NOW),
    ms=st.floats(0, 1e6),
    channel_id=st.sampled_from([None, 1, 2]),
    channel=st.sampled_from(["", "Work", "Home"]),
    provider=st.sampled_from(["openai", "ollama", "custom", ""]),
    model_sent=st.sampled_from(["", "gpt-4o", "llama3.3:70b", "unknown"]),
    status=st.sampled_from([200, 400, 429, 499, 502, 503]),
    error=st.sampled_from(["", "broke off"]),
    attempts=st.integers(0, 4),
    answered=st.booleans(),
    first_token_ms=st.none() | st.floats(0, 200_000) | st.sampled_from(FIRST_BYTE_BOUNDS),
    tokens=st.none()
    | st.builds(Usage, st.integers(0, 10**7), st.integers(0, 10**6), st.integers(0, 10**6), st.integers(0, 1000)),
)


@pytest.mark.django_db(transaction=True)
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.lists(st.lists(CALLS, min_size=1, max_size=25), min_size=1, max_size=4))
def test_sums_are_those_of_the_records(batches: list[list[Finished]]) -> None:
    UsageRecord.objects.all().delete()
    UsageDay.objects.all().delete()
    prices = PriceIds()
    for batch in batches:
        Batch(batch, prices).write()

    assert list(compared()) == []
    assert sum(UsageDay.objects.values_list("requests", flat=True)) == sum(map(len, batches))


@pytest.mark.django_db(transaction=True)
def test_difference_is_found_and_told() -> None:
    Batch([finished(channel_id=1, channel="Work", tokens=Usage(100, 10))], PriceIds()).write()
    UsageDay.objects.update(cost_nano=1)

    assert [text.partition(": ")[2] for text in map(str, compared())] == ["cost_nano is 1, its records say 350000"]


@pytest.mark.django_db(transaction=True)
def test_record_that_vanished_is_a_difference_and_one_that_was_let_go_of_is_none() -> None:
    Batch([finished(app=app, tokens=Usage(100, 10)) for app in ("vanished", "gone", "stays")], PriceIds()).write()
    let_go([UsageRecord.objects.get(app="gone").pk])
    assert list(compared()) == []

    UsageRecord.objects.filter(app="vanished").delete()
    assert {difference.group.app for difference in compared()} == {"vanished"}


@pytest.mark.django_db(transaction=True)
def test_old_records_are_let_go_of_and_their_sums_stay() -> None:
    first, second = attempt(channel("First")), attempt(channel("Second"))
    route = Route(Plan([first, second]), [(first, 0.1, 503, "overloaded"), (second, 0.25, 200, "")])
    old = [finished(at=NOW - 40 * 86400 - number, tokens=Usage(100, 10), route=route) for number in range(700)]
    new = [finished(at=NOW - 86400 * number, tokens=Usage(100, 10), route=route) for number in range(3)]
    Batch([*old, *new], PriceIds()).write()

    assert let_go_of_old(30, threading.Event()) == 700

    assert UsageRecord.objects.count() == 3
    assert Attempt.objects.count() == 6
    assert sum(UsageDay.objects.values_list("requests", flat=True)) == 703
    assert list(compared()) == []


@pytest.mark.django_db(transaction=True)
def test_keeper_goes_by_the_owners_wish() -> None:
    Batch([finished(at=NOW - 40 * 86400)], PriceIds()).write()
    Keeper().look()
    assert UsageRecord.objects.count() == 1

    Preferences.load()
    Preferences.objects.update(record_days=30)
    Keeper().look()
    assert UsageRecord.objects.count() == 0


@pytest.mark.django_db(transaction=True)
def test_batch_is_written_whole_or_not_at_all() -> None:
    one, prices = finished(tokens=Usage(100, 10)), PriceIds()
    Batch([one], prices).write()
    with pytest.raises(Exception, match="UNIQUE"):
        Batch([finished(model_sent="gpt-4o-mini", tokens=Usage(5)), one], prices).write()

    assert UsageRecord.objects.count() == 1
    assert sum(UsageDay.objects.values_list("requests", flat=True)) == 1
    assert Price.objects.count() == 1
    Batch([finished(model_sent="gpt-4o-mini", tokens=Usage(5))], prices).write()
    assert {row.price_id for row in UsageRecord.objects.all()} == set(Price.objects.values_list("id", flat=True))


@pytest.mark.django_db(transaction=True)
def test_price_and_its_source_stand_in_the_record() -> None:
    Batch([finished(tokens=Usage(1000, 10)) for _ in range(3)], PriceIds()).write()
    Batch([finished(tokens=Usage(1000, 10))], PriceIds()).write()

    price = Price.objects.get()
    assert price.source.startswith("genai-prices ")
    assert '"input": 2500000000' in price.rates


@pytest.mark.django_db(transaction=True)
def test_only_calls_with_a_story_have_attempts() -> None:
    first, second = attempt(channel("First")), attempt(channel("Second"))
    plain = finished(route=Route(Plan([first]), [(first, 0.1, 200, "")]))
    retried = finished(route=Route(Plan([first, second]), [(first, 0.1, 503, "overloaded"), (second, 0.25, 200, "")]))
    Batch([plain, retried], PriceIds()).write()

    rows = [
        (row.request_id, row.position, row.channel_name, row.status, row.error, row.ms)
        for row in Attempt.objects.all()
    ]
    assert rows == [
        (retried.call[0], 1, "First", 503, "overloaded", 100.0), (retried.call[0], 2, "Second", 200, "", 250.0),
    ]  # fmt: skip


@pytest.mark.django_db(transaction=True)
def test_local_call_tells_what_the_cloud_would_have_cost() -> None:
    Batch([finished(provider="ollama", model_sent="llama3.3:70b", tokens=Usage(10**6, 10**6))], PriceIds()).write()

    record, day = UsageRecord.objects.get(), UsageDay.objects.get()
    assert record.cost_nano == day.cost_nano == 0
    assert record.cloud_nano == day.cloud_nano > 10**8


def test_every_column_is_recomputed() -> None:
    assert list(ALL_EXPRESSIONS) == [*COLUMNS, *FIRST_BYTE_COLUMNS]
    assert len(FIRST_BYTE_BOUNDS) == len(FIRST_BYTE_COLUMNS) - 1


@pytest.mark.alone
@pytest.mark.django_db(transaction=True)
def test_recorder_keeps_up_with_five_thousand_calls_a_second() -> None:
    rng, prices = random.Random(1), PriceIds()
    batches = [
        [
            finished(
                app=f"app {rng.randrange(10)}", channel_id=rng.randrange(5), tokens=Usage(rng.randrange(5000), 300)
            )
            for _ in range(500)
        ]
        for _ in range(6)
    ]
    Batch(batches.pop(), prices).write()
    began_at = time.perf_counter()
    for batch in batches:
        Batch(batch, prices).write()

    assert 2500 / (time.perf_counter() - began_at) > 5000


# Through the front door


def test_command_compares_sums_and_records(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)
        novapi.record(novapi.chat(model).headers["x-novapi-request-id"])
    good = run(novapi.home, "check-usage")
    novapi.write("UPDATE gateway_usageday SET output_tokens = output_tokens + 1 WHERE model = ?", model)
    bad = run(novapi.home, "check-usage")
    novapi.write("UPDATE gateway_usageday SET output_tokens = output_tokens - 1 WHERE model = ?", model)

    assert (good.returncode, bad.returncode) == (0, 1), good.stdout
    assert f"{model}: output_tokens is" in bad.stdout


def test_owners_price_is_in_force_at_once(novapi: Novapi) -> None:
    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 0, "total_tokens": 1_000_000}
    with FakeUpstream(json_reply(completion(usage=usage))) as upstream:
        priced = {"name": "priced-by-owner", "price_input": 0.25, "price_output": 1}
        novapi.add_channel(upstream.url, models=[priced], model="priced-by-owner")
        record = novapi.record(novapi.chat("priced-by-owner").headers["x-novapi-request-id"])

    assert record["cost_nano"] == 250_000_000
    told = novapi.api("GET", f"/usage/records/{record['request_id']}").json()
    assert told["cost_usd"] == 0.25


def test_tools_are_noted(novapi: Novapi) -> None:
    tool = {"type": "function", "function": {"name": "f", "parameters": {}}}
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)
        noted = [
            novapi.record(novapi.chat(model, **members).headers["x-novapi-request-id"])["tools"]
            for members in ({}, {"tools": []}, {"tools": [tool]}, {"functions": [tool["function"]]})
        ]

    assert noted == [0, 0, 1, 1]


@pytest.mark.parametrize("stream", [False, True])
def test_tier_of_the_answer_is_the_tier_of_the_price(novapi: Novapi, stream: bool) -> None:
    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 0, "total_tokens": 1_000_000}
    told = {"usage": usage, "service_tier": "flex"}
    script = event_stream(chunk("a", finish="stop"), chunk(**told), DONE) if stream else json_reply(completion(**told))
    with FakeUpstream(script) as upstream:
        model = f"flexible-{stream}".lower()
        novapi.add_channel(upstream.url, provider="openai", models=[{"name": model, "upstream": "gpt-5"}])
        record = novapi.record(novapi.chat(model, stream=stream).headers["x-novapi-request-id"])

    assert record["cost_nano"] == cost("openai", ["gpt-5"], Usage(input=1_000_000, tier="flex"))
    assert record["cost_nano"] < (cost("openai", ["gpt-5"], Usage(input=1_000_000)) or 0)


SPENT_CHAT = {"prompt_tokens": 1_000_000, "completion_tokens": 0, "total_tokens": 1_000_000}
SPENT_RESPONSE = {"input_tokens": 1_000_000, "output_tokens": 0, "total_tokens": 1_000_000}
SPENT_GEMINI = {"promptTokenCount": 1_000_000, "candidatesTokenCount": 0, "serviceTier": "flex"}
SPENT_ANTHROPIC = {"input_tokens": 1_000_000, "output_tokens": 0, "service_tier": "batch"}
SAID = [{"type": "message", "role": "assistant", "content": [{"type": "output_text", "text": "hi"}]}]
RESPONSE = {"id": "r", "status": "completed", "output": SAID, "usage": SPENT_RESPONSE, "service_tier": "flex"}
CANDIDATES = [{"content": {"role": "model", "parts": [{"text": "hi"}]}, "finishReason": "STOP"}]
GEMINI = {"candidates": CANDIDATES, "usageMetadata": SPENT_GEMINI}
MESSAGE = {"id": "m", "type": "message", "role": "assistant", "model": "m"}
TEXT = {"type": "text", "text": "hi"}
CLAUDE = MESSAGE | {"content": [TEXT], "stop_reason": "end_turn", "usage": SPENT_ANTHROPIC}
ANTHROPIC_STREAM = (
    {"type": "message_start", "message": MESSAGE | {"content": [], "usage": SPENT_ANTHROPIC}},
    {"type": "content_block_start", "index": 0, "content_block": TEXT},
    {"type": "content_block_stop", "index": 0},
    {"type": "message_delta", "delta": {"stop_reason": "end_turn"}, "usage": {"output_tokens": 0}},
    {"type": "message_stop"},
)


@pytest.mark.parametrize("stream", [False, True])
@pytest.mark.parametrize(
    ("dialect", "provider", "model", "tier", "whole", "events"),
    [
        (
            "openai-responses", "openai", "gpt-5", "flex", RESPONSE,
            [{"type": "response.completed", "response": RESPONSE}],
        ),
        ("gemini", "google", "gemini-2.5-pro", "flex", GEMINI, [GEMINI]),
        ("anthropic", "anthropic", "claude-sonnet-4-5", "batch", CLAUDE, ANTHROPIC_STREAM),
    ],
)  # fmt: skip
def test_tier_survives_translation(
    novapi: Novapi, dialect: str, provider: str, model: str, tier: str, whole: Any, events: Any, stream: bool
) -> None:
    script = event_stream(*(sse(event) for event in events)) if stream else json_reply(whole)
    with FakeUpstream(script) as upstream:
        name = f"{tier}-{dialect}-{stream}".lower()
        priced = [{"name": name, "upstream": model}]
        novapi.add_channel(upstream.url, provider=provider, dialects=[dialect], models=priced)
        record = novapi.record(novapi.chat(name, stream=stream).headers["x-novapi-request-id"])

    usage = Usage(input=1_000_000, tier=tier)
    assert record["cost_nano"] == cost(provider, [model], usage)
    assert record["cost_nano"] < (cost(provider, [model], Usage(input=1_000_000)) or 0)


def test_tier_of_a_chat_completion_survives_translation(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion(usage=SPENT_CHAT, service_tier="flex"))) as upstream:
        novapi.add_channel(
            upstream.url, provider="openai", dialects=["openai-chat"], models=[{"name": "hub", "upstream": "gpt-5"}]
        )
        answer = novapi.call("messages", json={"model": "hub", "max_tokens": 9, "messages": MESSAGES})

    record = novapi.record(answer.headers["x-novapi-request-id"])
    assert record["cost_nano"] == cost("openai", ["gpt-5"], Usage(input=1_000_000, tier="flex"))


MESSAGES = [{"role": "user", "content": "hi"}]


def sse(event: dict[str, Any]) -> bytes:
    name = f"event: {event['type']}\n" if "type" in event else ""
    return f"{name}data: {json.dumps(event)}\n\n".encode()
