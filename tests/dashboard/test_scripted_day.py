"""One day of ten apps and five channels, reckoned by hand, and the same to the cent wherever it is told.

The channels' prices are round, in dollars per million tokens, so that the money can be reckoned in one's head.
"""

import csv
import io
from collections.abc import Iterator
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.fake_upstream import DONE, FakeUpstream, Received, chunk, completion, head, json_reply
from tests.running import Novapi, eventually, run

# Channel → dollars per million tokens of input, of output, of cached input.
PRICES = {"Alpha": (1, 2, 0.1), "Beta": (2, 4, 0.2), "Gamma": (10, 20, 1), "Delta": (0, 0, 0), "Omega": (5, 5, 5)}

# App → what it asks for: model, how often, and the dollars of all of these calls together.
# Alpha, plain: 100,000 in and 50,000 out, $0.10 + $0.10 = $0.20 a call.
# Beta, from the cache: 500,000 in of which 400,000 cached, 10,000 out, $0.20 + $0.08 + $0.04 = $0.32 a call.
# Gamma, streamed: 20,000 in and 10,000 out, $0.20 + $0.20 = $0.40 a call.
# Delta is free. Omega refuses everything with 503, so that Alpha answers: $0.20 a call, and one retry each.
DAY: dict[str, list[tuple[str, int, float]]] = {
    "editor": [("alpha", 10, 2.00), ("beta", 5, 1.60)],
    "chat": [("gamma", 5, 2.00)],
    "agent": [("alpha", 3, 0.60), ("beta", 3, 0.96), ("gamma", 3, 1.20)],
    "script": [("delta", 20, 0.00)],
    "batch": [("alpha", 25, 5.00)],
    "notes": [("omega", 2, 0.40)],
    "mail": [("beta", 1, 0.32), ("delta", 1, 0.00)],
    "search": [("refused", 4, 0.00)],
    "voice": [("gamma", 1, 0.40), ("omega", 1, 0.20)],
    "cut": [("endless", 3, 0.00)],  # left after the first word: a few estimated tokens, far less than a cent
}
CALLS = sum(count for asked in DAY.values() for _, count, _ in asked)
BY_APP = {app: round(sum(dollars for _, _, dollars in asked), 2) for app, asked in DAY.items()}
BY_MODEL = {"alpha": 8.20, "beta": 2.88, "gamma": 3.60, "delta": 0.00, "refused": 0.00, "endless": 0.00}
TOTAL = 14.68


def usage(given: int, made: int, cached: int = 0) -> dict[str, Any]:
    return {
        "prompt_tokens": given, "completion_tokens": made, "total_tokens": given + made,
        "prompt_tokens_details": {"cached_tokens": cached},
    }  # fmt: skip


def gamma(call: Received) -> list[bytes | float]:
    told = chunk(usage=usage(20_000, 10_000)) if call.json.get("stream") else b""
    return [head(200, "text/event-stream"), chunk("one"), chunk(finish="stop"), told, DONE]


def endless(call: Received) -> list[bytes | float]:
    return [head(200, "text/event-stream"), chunk("one"), 20.0]


SCRIPTS = {
    "Alpha": json_reply(completion(usage=usage(100_000, 50_000))),
    "Beta": json_reply(completion(usage=usage(500_000, 10_000, 400_000))),
    "Gamma": gamma,
    "Delta": json_reply(completion(usage=usage(1000, 1000))),
    "Omega": json_reply({"error": {"message": "overloaded"}}, 503),
}
MODELS = {"Alpha": ["alpha", "omega"], "Beta": ["beta"], "Gamma": ["gamma"], "Delta": ["delta"], "Omega": ["omega"]}


@pytest.fixture(scope="module")
def day(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    with ExitStack() as stack:
        novapi = stack.enter_context(Novapi(tmp_path_factory.mktemp("day") / "novapi"))
        novapi.api("PATCH", "/preferences", json={"runaway_usd_per_minute": None, "failures_to_pause": None})
        for name, script in SCRIPTS.items():
            add(novapi, name, stack.enter_context(FakeUpstream(script)).url, MODELS[name])
        refusing = json_reply({"error": {"message": "no", "type": "invalid_request_error"}}, 400)
        add(novapi, "Refusing", stack.enter_context(FakeUpstream(refusing)).url, ["refused"], PRICES["Omega"])
        add(novapi, "Endless", stack.enter_context(FakeUpstream(endless)).url, ["endless"], PRICES["Alpha"])
        for app, asked in DAY.items():
            for model, count, _ in asked:
                for _ in range(count):
                    ask(novapi, app, model)
        assert eventually(lambda: total(novapi)["requests"] == CALLS)
        yield novapi


def add(novapi: Novapi, name: str, url: str, models: list[str], price: Any = None) -> None:
    given, made, cached = price or PRICES[name]
    priced = {"price_input": given, "price_output": made, "price_cached": cached}
    upstream = {"omega": "alpha"} if name == "Alpha" else {}
    novapi.add_channel(
        url,
        name=name,
        priority=9 if name == "Omega" else 0,
        models=[{"name": model, "upstream": upstream.get(model, model), **priced} for model in models],
    )


def ask(novapi: Novapi, app: str, model: str) -> None:
    headers = novapi.authorization | {"user-agent": f"{app}/1.0"}
    body = {"model": model, "messages": [{"role": "user", "content": "hi"}], "stream": model in ("gamma", "endless")}
    with httpx.stream("POST", f"{novapi.http.base_url}/v1/chat/completions", json=body, headers=headers) as response:
        if model == "endless":
            next(response.iter_bytes())  # and goes away
        else:
            response.read()


def total(novapi: Novapi) -> Any:
    return novapi.api("GET", "/usage/summary").json()["total"]


def cents(rows: list[Any], name: str) -> dict[str, float]:
    sums: dict[str, float] = {}
    for row in rows:
        sums[row[name]] = sums.get(row[name], 0.0) + float(row["cost_usd"] or 0)
    return {key: round(value, 2) for key, value in sums.items()}


def test_hand_reckoning_adds_up() -> None:
    assert round(sum(BY_APP.values()), 2) == round(sum(BY_MODEL.values()), 2) == TOTAL
    assert len(BY_APP) == 10


def test_records_are_right_to_the_cent(day: Novapi) -> None:
    records = day.api("GET", "/usage/records?limit=500").json()["records"]

    assert len(records) == CALLS
    assert cents(records, "app") == BY_APP
    assert {record["cached_tokens"] for record in records if record["model_sent"] == "beta"} == {400_000}


@pytest.mark.parametrize(("by", "expected"), [("app", BY_APP), ("model", BY_MODEL)])
def test_summary_is_right_to_the_cent(day: Novapi, by: str, expected: dict[str, float]) -> None:
    told = day.api("GET", f"/usage/summary?by={by}").json()

    assert cents(told["rows"], by) == expected
    assert round(told["total"]["cost_usd"], 2) == TOTAL


def test_everything_else_is_right(day: Novapi) -> None:
    told = total(day)

    assert {name: told[name] for name in ("requests", "errors", "cut", "streams", "retries", "unpriced")} == {
        "requests": CALLS, "errors": 4, "cut": 3, "streams": 12, "retries": 3, "unpriced": 0,
    }  # fmt: skip
    assert told["cached_tokens"] == 9 * 400_000
    assert told["wasted_usd"] < 0.01


def test_export_is_right_to_the_cent(day: Novapi) -> None:
    rows = list(csv.DictReader(io.StringIO(day.api("GET", "/usage/export").text)))

    assert len(rows) == CALLS
    assert cents(rows, "app") == BY_APP


def test_budgets_are_right_to_the_cent(day: Novapi) -> None:
    assert round(day.api("GET", "/keys/master").json()["spent_today"], 2) == TOTAL
    spent = {row["name"]: round(row["spent_today"], 2) for row in day.api("GET", "/channels").json()}
    assert spent == {
        "Alpha": 8.20, "Beta": 2.88, "Gamma": 3.60, "Delta": 0.0, "Omega": 0.0, "Refusing": 0.0, "Endless": 0.0
    }  # fmt: skip


def test_sums_are_those_of_the_records_and_outlive_them(day: Novapi) -> None:
    assert run(day.home, "check-usage").returncode == 0

    for record in day.api("GET", "/usage/records?limit=500").json()["records"]:
        assert day.api("DELETE", f"/usage/records/{record['request_id']}").status_code == 204

    assert day.api("GET", "/usage/records").json()["records"] == []
    assert round(total(day)["cost_usd"], 2) == TOTAL
    assert run(day.home, "check-usage").returncode == 0
