"""The log and its sums through the management API."""

import csv
import io
import json
import time
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import httpx
import pytest

from dashboard.summaries import quantile
from gateway.rollups import FIRST_BYTE_BOUNDS
from gateway.spending import local_day
from tests.fake_upstream import DONE, FakeUpstream, chunk, completion, event_stream, json_reply
from tests.running import Novapi, eventually

USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}  # $0.0035 of gpt-4o
REFUSED = json_reply({"error": {"message": "100% wrong_thing", "type": "invalid_request_error"}}, 400)


@pytest.fixture(scope="module")
def logged(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    """A day of three apps: six good calls of "chat", a stream and a refused call of "agent", three of a key's own."""
    with Novapi(tmp_path_factory.mktemp("logged") / "novapi") as novapi:
        with FakeUpstream(json_reply(completion(usage=USAGE))) as good, FakeUpstream(REFUSED) as bad:
            novapi.add_channel(
                good.url, name="Priced", provider="openai", models=[{"name": "fine", "upstream": "gpt-4o"}]
            )
            novapi.add_channel(bad.url, name="Refusing", models=["refused"])
            key = novapi.api("POST", "/keys", json={"name": "Own"}).json()
            ask(novapi, 6, "fine", "chat/1")
            ask(novapi, 1, "refused", "agent/1")
            ask(novapi, 3, "fine", "script/1", authorization=f"Bearer {key['key']}")
        with FakeUpstream(event_stream(chunk("a"), 0.05, chunk("b", finish="stop"), DONE)) as streaming:
            novapi.add_channel(streaming.url, name="Streaming", models=["streamed"])
            ask(novapi, 1, "streamed", "agent/1", stream=True)
        assert eventually(lambda: len(page(novapi)["records"]) == 11)
        yield novapi


def ask(novapi: Novapi, count: int, model: str, app: str, stream: bool = False, **headers: str) -> None:
    for _ in range(count):
        body = {"model": model, "messages": [{"role": "user", "content": "hi"}], "stream": stream}
        novapi.call(json=body, headers={"user-agent": app} | headers)


def page(novapi: Novapi, query: str = "") -> Any:
    answer = novapi.api("GET", f"/usage/records?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def summary(novapi: Novapi, query: str = "") -> Any:
    answer = novapi.api("GET", f"/usage/summary?{query}")
    assert answer.status_code == 200, answer.text
    return answer.json()


def test_newest_calls_come_first(logged: Novapi) -> None:
    found = page(logged)

    times = [record["started_at"] for record in found["records"]]
    assert times == sorted(times, reverse=True)
    assert found["next"] is None
    assert found["records"][0]["model_asked"] == "streamed"
    assert sum(record["cost_usd"] or 0 for record in found["records"]) == pytest.approx(9 * 0.0035)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 10, 11, 12])
def test_pages_are_the_whole_without_gaps_or_doubles(logged: Novapi, limit: int) -> None:
    seen, cursor, pages = [], "", 0
    while cursor is not None:
        found = page(logged, f"limit={limit}" + (f"&cursor={cursor}" if cursor else ""))
        seen += [record["request_id"] for record in found["records"]]
        cursor, pages = found["next"], pages + 1

    assert seen == [record["request_id"] for record in page(logged)["records"]]
    assert pages == -(-11 // limit)


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ("app=chat", 6), ("app=agent", 2), ("app=nobody", 0), ("model=fine", 9), ("model=gpt-4o", 0),
        ("sent=gpt-4o", 9), ("sent=fine", 0), ("sent=gpt-4o&app=chat", 6), ("channel=0", 0), ("key=0", 0),
        ("status=ok", 10), ("status=error", 1), ("status=4xx", 1), ("status=400", 1), ("status=5xx", 0),
        ("status=400,404", 1), ("status=ok,4xx", 11), ("status=left,5xx", 0),
        ("status=200", 10), ("status=left", 0), ("stream=true", 1), ("stream=false", 10), ("tools=true", 0),
        ("error=wrong_thing", 1), ("error=wrong%25thing", 0), ("error=100%25 wrong", 1), ("error=_", 1),
        ("error=%25%25", 0), ("min_cost=0.003", 9), ("min_cost=1", 0), ("slow_ms=0", 11), ("slow_ms=100000", 0),
        ("app=chat&model=fine&stream=false&status=ok", 6), ("since=2000-01-01T00:00:00", 11),
        ("until=2000-01-01T00:00:00Z", 0), ("until=9999-12-31T00:00:00Z", 11), ("replay_of=nv_1", 0),
    ],
)  # fmt: skip
def test_filter_finds_what_it_says(logged: Novapi, query: str, count: int) -> None:
    assert len(page(logged, query)["records"]) == count


def test_key_and_channel_are_filters_by_id(logged: Novapi) -> None:
    key = next(key["id"] for key in logged.api("GET", "/keys").json() if key["name"] == "Own")
    channel = next(row["id"] for row in logged.api("GET", "/channels").json() if row["name"] == "Refusing")

    assert {record["app"] for record in page(logged, f"key={key}")["records"]} == {"script"}
    assert [record["status"] for record in page(logged, f"channel={channel}")["records"]] == [400]
    assert page(logged, "key=99999")["records"] == []


def test_call_that_no_channel_took_is_found_by_the_ids_of_none(novapi: Novapi) -> None:
    answer = novapi.chat("nobody-has-this")
    novapi.record(answer.headers["x-novapi-request-id"])

    found = page(novapi, "channel=0&sent=nobody-has-this")["records"]

    assert [record["model_asked"] for record in found] == ["nobody-has-this"]
    assert page(novapi, "key=0&sent=nobody-has-this")["records"] == []


@pytest.mark.parametrize(
    ("query", "field"),
    [
        ("limit=0", "limit"), ("limit=501", "limit"), ("cursor=nonsense", "cursor"), ("cursor=%F0%9F%98%80", "cursor"),
        ("cursor=MjAyNi0xMS0yNSAx", "cursor"), ("status=fine", "status"), ("status=20", "status"),
        ("status=200,", "status"), ("key=x", "key"),
        ("channel=-2", "channel"), ("since=yesterday", "since"), ("slow_ms=-1", "slow_ms"), ("slow_ms=nan", "slow_ms"),
        ("min_cost=inf", "min_cost"), ("stream=perhaps", "stream"), ("nonsense=1", "nonsense"),
        ("key=99999999999999999999", "key"),
    ],
)  # fmt: skip
def test_senseless_filter_is_refused_by_name(logged: Novapi, query: str, field: str) -> None:
    answer = logged.api("GET", f"/usage/records?{query}")

    assert answer.status_code == 422
    assert field in answer.json()["fields"]


def test_calls_that_took_more_than_one_attempt_are_found(novapi: Novapi) -> None:
    down = json_reply({"error": {"message": "down"}}, 503)
    with FakeUpstream(down) as failing, FakeUpstream(json_reply(completion())) as good:
        model = novapi.add_channel(failing.url, name="Fails first", priority=1)
        novapi.add_channel(good.url, name="Answers then", model=model)
        only = novapi.add_channel(failing.url, name="Fails alone")
        ids = [novapi.chat(name).headers["x-novapi-request-id"] for name in (model, only)]
        cut = left_in_its_second_attempt(novapi, failing)
        for request_id in (*ids, cut):
            novapi.record(request_id)

    found = [record["request_id"] for record in page(novapi, "retried=true")["records"]]
    others = [record["request_id"] for record in page(novapi, "retried=false")["records"]]
    assert {ids[0], cut} <= set(found)
    assert ids[1] in others
    assert not set(found) & set(others)


def left_in_its_second_attempt(novapi: Novapi, failing: FakeUpstream) -> str:
    """The id of a call whose app left while the second channel was silent."""
    with FakeUpstream(lambda call: [30.0]) as silent:
        model = novapi.add_channel(failing.url, priority=1)
        novapi.add_channel(silent.url, model=model)
        with pytest.raises(httpx.ReadTimeout):
            novapi.call(json={"model": model}, timeout=httpx.Timeout(30, read=0.5))
    query = "SELECT request_id FROM gateway_usagerecord WHERE model_asked = ?"
    return str(eventually(lambda: novapi.rows(query, model))[0][0])


def test_several_calls_are_let_go_of_at_once(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)
        ids = [novapi.chat(model).headers["x-novapi-request-id"] for _ in range(3)]
        novapi.record(ids[-1])

    answer = novapi.api("DELETE", f"/usage/records?id={ids[0]}&id={ids[1]}&id=nv_gone")

    assert answer.status_code == 204
    assert [record["request_id"] for record in page(novapi, f"model={model}")["records"]] == [ids[2]]


@pytest.mark.parametrize("query", ["", "?", "?id", "?ids=nv_1", "?app=chat", "?" + "&".join(["id=x"] * 501)])
def test_nothing_is_let_go_of_unless_it_is_named(logged: Novapi, query: str) -> None:
    answer = logged.api("DELETE", f"/usage/records{query}")

    assert answer.status_code in (204, 422)
    assert len(page(logged)["records"]) == 11


def test_record_tells_its_price_and_whose_it_is(logged: Novapi) -> None:
    record = page(logged, "model=fine&limit=1")["records"][0]

    told = logged.api("GET", f"/usage/records/{record['request_id']}").json()

    assert told["price"]["source"].startswith("genai-prices ")
    assert told["price"]["rates"]["input"] == 2_500_000_000
    assert told["route"]["attempts"][0]["channel"] == "Priced"


def test_total_of_the_summary_is_that_of_the_log(logged: Novapi) -> None:
    told = summary(logged)

    total, (day,) = told["total"], told["rows"]
    assert day["day"] == told["until"] == str(local_day(time.time()))
    assert {name: day[name] for name in total} == total
    assert (total["requests"], total["errors"], total["streams"], total["unpriced"]) == (11, 1, 1, 1)
    assert total["cost_usd"] == pytest.approx(9 * 0.0035)
    assert (total["input_tokens"], total["output_tokens"]) == (
        sum(record["input_tokens"] or 0 for record in page(logged)["records"]),
        sum(record["output_tokens"] or 0 for record in page(logged)["records"]),
    )
    assert total["first_ms_p50"] > 0
    assert total["tokens_per_s"] > 0


@pytest.mark.parametrize(
    ("by", "expected"),
    [
        ("by=app", {("chat",): 6, ("script",): 3, ("agent",): 2}),
        ("by=model", {("gpt-4o",): 9, ("refused",): 1, ("streamed",): 1}),
        ("by=channel", {("Priced",): 9, ("Refusing",): 1, ("Streaming",): 1}),
        ("by=key", {("Master key",): 8, ("Own",): 3}),
        ("by=key&by=app", {("Master key", "chat"): 6, ("Master key", "agent"): 2, ("Own", "script"): 3}),
        ("by=app&app=chat", {("chat",): 6}),
        ("by=app&by=app&model=gpt-4o", {("chat",): 6, ("script",): 3}),
    ],
)
def test_summary_by(logged: Novapi, by: str, expected: dict[tuple[str, ...], int]) -> None:
    names = dict.fromkeys(part.partition("=")[2] for part in by.split("&") if part.startswith("by="))

    rows = summary(logged, by)["rows"]

    assert {tuple(row[name] for name in names): row["requests"] for row in rows} == expected
    assert [row["cost_usd"] for row in rows] == sorted((row["cost_usd"] for row in rows), reverse=True)


@pytest.mark.parametrize("by", ["day", "week", "month"])
def test_summary_by_time(logged: Novapi, by: str) -> None:
    today = local_day(time.time())
    first = {"day": today, "week": today - timedelta(days=today.weekday()), "month": today.replace(day=1)}

    (row,) = summary(logged, f"by={by}")["rows"]

    assert row["day"] == str(first[by])
    assert row["app"] is None


def test_summary_of_other_days_is_empty(logged: Novapi) -> None:
    told = summary(logged, "since=2000-01-01&until=2000-01-31&by=app")

    assert (told["rows"], told["total"]["requests"], told["total"]["first_ms_p50"]) == ([], 0, None)


@pytest.mark.parametrize("query", ["by=shoe", "by=day&by=app&by=key", "since=x", "key=-1", "nonsense=1"])
def test_senseless_summary_is_refused(logged: Novapi, query: str) -> None:
    assert logged.api("GET", f"/usage/summary?{query}").status_code == 422


def test_export_as_jsonl_is_the_log(logged: Novapi) -> None:
    answer = logged.api("GET", "/usage/export?format=jsonl")

    lines = [json.loads(line) for line in answer.text.splitlines()]
    assert answer.headers["content-type"].startswith("application/x-ndjson")
    assert answer.headers["x-novapi-records"] == "11"
    told = page(logged)["records"]
    assert [line.pop("started_at")[:23] for line in lines] == [row.pop("started_at")[:23] for row in told]
    assert lines == told


def test_export_as_csv_is_the_log(logged: Novapi) -> None:
    answer = logged.api("GET", "/usage/export?format=csv&app=chat")

    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert "attachment" in answer.headers["content-disposition"]
    assert [row["request_id"] for row in rows] == [row["request_id"] for row in page(logged, "app=chat")["records"]]
    assert {row["cost_usd"] for row in rows} == {"0.0035"}


def test_export_makes_no_formula_of_a_text(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url, name="=1+1 in export", models=["=cmd|calc"])
        assert model
        novapi.record(novapi.chat("=cmd|calc").headers["x-novapi-request-id"])

    text = novapi.api("GET", "/usage/export?format=csv&model==cmd|calc").text
    assert "'=cmd|calc" in text
    assert "'=1+1 in export" in text


def test_quantiles_are_near() -> None:
    counts = [0] * (len(FIRST_BYTE_BOUNDS) + 1)
    counts[3], counts[10] = 90, 10

    assert FIRST_BYTE_BOUNDS[2] < (quantile(counts, 0.5) or 0) < FIRST_BYTE_BOUNDS[3]
    assert FIRST_BYTE_BOUNDS[9] < (quantile(counts, 0.95) or 0) < FIRST_BYTE_BOUNDS[10]
    assert quantile([0] * len(counts), 0.5) is None
