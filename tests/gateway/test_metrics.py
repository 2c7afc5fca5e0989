"""GET /metrics, read by Prometheus' own parser: everything is counted once, whatever names it has."""

import math
import threading
import time
from collections.abc import Iterator
from typing import Any

import pytest
from prometheus_client.parser import text_string_to_metric_families

from gateway.call import Outcome
from gateway.chat import Usage
from gateway.metrics import MOST_LABEL_SETS, Histogram, Metrics, label_set
from gateway.records import Finished
from tests.fake_upstream import (
    DONE,
    USAGE_CHUNK,
    FakeUpstream,
    chunk,
    completion,
    event_stream,
    head,
    json_reply,
)
from tests.running import Novapi, eventually

DURATION = "gen_ai_client_operation_duration_seconds"
FIRST = "gen_ai_client_operation_time_to_first_chunk_seconds"
USED = "gen_ai_client_token_usage"
HOSTILE = [
    'say "hi"',
    "back\\slash",
    "new\nline",
    'a",le="9',
    "%s %d %%",
    "{}",
    "日本 é",
    "\\n",
    'end\\"',
    "\u2028",
    "\x00",
    " ",
]


def samples(text: str) -> dict[tuple[str, frozenset[tuple[str, str]]], float]:
    """Every value by its name and labels, none of which may be there twice."""
    found: dict[tuple[str, frozenset[tuple[str, str]]], float] = {}
    for family in text_string_to_metric_families(text):
        for sample in family.samples:
            key = (sample.name, frozenset(sample.labels.items()))
            assert key not in found
            found[key] = sample.value
    return found


def value(text: str, name: str, **labels: str) -> float | None:
    """The sum over everything that has these labels; None if nothing has."""
    wanted = set(labels.items())
    matching = [value for (each, has), value in samples(text).items() if each == name and wanted <= has]
    return sum(matching) if matching else None


@pytest.fixture(scope="module")
def novapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    """One that no other test has called with more models than are told apart."""
    with Novapi(tmp_path_factory.mktemp("metrics") / "novapi") as running:
        yield running


def scrape(novapi: Novapi) -> str:
    answer = novapi.http.get("/metrics", headers=novapi.authorization)
    assert answer.status_code == 200
    assert answer.headers["content-type"] == "text/plain; version=0.0.4; charset=utf-8"
    return answer.text


def finished(model: str = "m", channel: str = "Work", endpoint: str = "chat/completions", **learnt: Any) -> Finished:
    outcome = Outcome(channel=channel, status=200, model_answered=model, counted=Usage(input=7, output=3))
    for name, member in learnt.items():
        setattr(outcome, name, member)
    return Finished(("nv_1", 1, "key", "app", "openai-chat", endpoint, model, False), outcome, 1500.0, 0.0, None)


def observed(*calls: Finished) -> str:
    metrics = Metrics()
    metrics.observe(list(calls))
    return metrics.text("").decode()


def test_calls_are_counted(novapi: Novapi) -> None:
    stream = event_stream(chunk("a"), chunk(finish="stop"), USAGE_CHUNK, DONE)
    with FakeUpstream(json_reply(completion(model="big-2026"))) as whole, FakeUpstream(stream) as streaming:
        model, streamed = novapi.add_channel(whole.url, name="Counted"), novapi.add_channel(streaming.url)
        for _ in range(3):
            novapi.chat(model)
        with novapi.stream(streamed) as response:
            response.read()

        labels = {"gen_ai_request_model": model, "gen_ai_operation_name": "chat"}
        assert eventually(lambda: value(scrape(novapi), f"{DURATION}_count", **labels) == 3)
        assert eventually(lambda: value(scrape(novapi), f"{FIRST}_count", gen_ai_request_model=streamed) == 1)
        text = scrape(novapi)

    exactly = labels | {
        "gen_ai_response_model": "big-2026",
        "gen_ai_provider_name": "custom",
        "novapi_channel": "Counted",
        "error_type": "",
    }
    assert value(text, f"{USED}_sum", gen_ai_token_type="input", **exactly) == 21
    assert value(text, f"{USED}_sum", gen_ai_token_type="output", **exactly) == 9
    assert value(text, f"{USED}_bucket", gen_ai_token_type="input", le="4", **exactly) == 0
    assert value(text, f"{USED}_bucket", gen_ai_token_type="input", le="16", **exactly) == 3
    assert 0 < (value(text, f"{DURATION}_sum", **exactly) or 0) < 3
    assert value(text, f"{FIRST}_count", **exactly) is None
    assert value(text, "novapi_records_lost") == 0


def test_cost_is_counted_in_dollars(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion(usage={"prompt_tokens": 400_000, "completion_tokens": 0}))) as upstream:
        models = [{"name": "metered", "upstream": "gpt-4o"}]
        novapi.add_channel(upstream.url, provider="openai", models=models)
        novapi.chat("metered")

        def cost() -> float | None:
            return value(scrape(novapi), "novapi_cost_usd_total", gen_ai_request_model="metered")

        assert eventually(lambda: cost() == 1.0)


def test_failures_are_told_by_their_status(novapi: Novapi) -> None:
    broken = event_stream(chunk("a"))
    with FakeUpstream(json_reply({}, 400)) as refusing, FakeUpstream(broken) as breaking:
        refused, cut = novapi.add_channel(refusing.url), novapi.add_channel(breaking.url)
        novapi.chat(refused)
        with novapi.stream(cut) as response:
            response.read()

        def failed(model: str, kind: str) -> bool:
            labels = {"gen_ai_request_model": model, "error_type": kind}
            return value(scrape(novapi), f"{DURATION}_count", **labels) == 1

        assert eventually(lambda: failed(refused, "400") and failed(cut, "broken_stream"))


def test_moment_is_told(novapi: Novapi) -> None:
    with FakeUpstream(lambda call: [head(), 30.0]) as slow, FakeUpstream(json_reply({}, 401)) as refusing:
        refused = novapi.add_channel(refusing.url, name='Refuses "me"', api_keys=["sk-aaaa-1111", "sk-bbbb-1111"])
        model = novapi.add_channel(slow.url, name="Waits", api_keys=["sk-cccc-2222"])
        novapi.chat(refused)
        before = value(scrape(novapi), "novapi_calls_in_flight")
        thread = threading.Thread(target=novapi.chat, args=(model,))
        thread.start()
        assert eventually(lambda: slow.received)
        text = scrape(novapi)
        call = next(c for c in novapi.api("GET", "/calls").json() if c["model"] == model)
        novapi.api("POST", f"/calls/{call['id']}/stop")
        thread.join()

    assert value(text, "novapi_calls_in_flight") == (before or 0) + 1
    assert value(text, "novapi_key_paused", channel='Refuses "me"', key="…1111") == 1
    assert value(text, "novapi_key_paused", channel="Waits", key="…2222") == 0
    assert value(text, "novapi_records_waiting") is not None


@pytest.mark.parametrize("name", HOSTILE, ids=ascii)
def test_hostile_names_come_out_as_they_are(name: str) -> None:
    text = observed(finished(model=name, channel=name))

    assert value(text, f"{DURATION}_count", gen_ai_request_model=name, novapi_channel=name) == 1
    assert value(text, f"{USED}_sum", gen_ai_response_model=name, gen_ai_token_type="input") == 7


def test_half_a_surrogate_does_not_spoil_the_scrape() -> None:
    assert value(observed(finished(model="half \ud83d")), f"{DURATION}_count", gen_ai_request_model="half ?") == 1


def test_hostile_names_over_the_socket(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion(model='up"\\\n'))) as upstream:
        models = [{"name": name, "upstream": "x"} for name in ('q"', "b\\", "l\nl")]
        novapi.add_channel(upstream.url, name='"},x{\\', models=models)
        for model in models:
            novapi.chat(model["name"])

        def told() -> set[float | None]:
            text = scrape(novapi)
            labels = {"novapi_channel": '"},x{\\', "gen_ai_response_model": 'up"\\\n'}
            return {value(text, f"{DURATION}_count", gen_ai_request_model=each["name"], **labels) for each in models}

        assert eventually(lambda: told() == {1})


def test_made_up_names_do_not_fill_the_memory() -> None:
    metrics = Metrics()
    for number in range(MOST_LABEL_SETS + 200):
        metrics.observe([finished(model=f"m{number}")])
    metrics.observe([finished(model="late", status=500)])
    metrics.observe([finished(model="m0")])
    text = metrics.text("").decode()

    assert value(text, f"{DURATION}_count") == MOST_LABEL_SETS + 202
    assert value(text, f"{DURATION}_count", gen_ai_request_model="m0") == 2
    assert value(text, f"{DURATION}_count", gen_ai_request_model="other", error_type="") == 200
    assert value(text, f"{DURATION}_count", gen_ai_request_model="other", error_type="other") == 1


def test_model_that_nobody_offers_makes_no_label() -> None:
    text = observed(*(finished(model=f"m{n}", channel="", status=404) for n in range(9)))

    assert value(text, f"{DURATION}_count", error_type="404", gen_ai_request_model="", novapi_channel="") == 9


@pytest.mark.parametrize(
    ("endpoint", "operation"),
    [
        ("chat/completions", "chat"),
        ("streamGenerateContent", "chat"),
        ("api/embed", "embeddings"),
        ("embeddings", "embeddings"),
        ("files/{id}/content", "files"),
        ("images/generations", "images"),
        ("realtime", "realtime"),
    ],
)
def test_operations_have_opentelemetrys_names(endpoint: str, operation: str) -> None:
    assert label_set(finished(endpoint=endpoint)).operation == operation


@pytest.mark.parametrize(("number", "position"), [(0, 0), (1, 0), (1.0001, 1), (2, 1), (9, 2), (-1, 0), (math.inf, 2)])
def test_value_is_in_the_bucket_of_the_smallest_bound_it_does_not_exceed(number: float, position: int) -> None:
    histogram = Histogram((1, 2))
    histogram.add(number)

    assert histogram.counts.index(1) == position


def consistent(text: str) -> bool:
    """Whether the parts of each histogram agree."""
    found = samples(text)
    counts = {has: value for (name, has), value in found.items() if name == f"{DURATION}_count"}
    tops = {
        has - {("le", "+Inf")}: value
        for (name, has), value in found.items()
        if name == f"{DURATION}_bucket" and ("le", "+Inf") in has
    }
    sums = {has: value for (name, has), value in found.items() if name == f"{DURATION}_sum"}
    return counts == tops and all(math.isclose(sums[has], 1.5 * count) for has, count in counts.items())


def test_scrapes_agree_with_themselves_and_are_quick_while_calls_are_counted() -> None:
    metrics, stopping = Metrics(), threading.Event()
    calls = [finished(model=f"m{number}", first_token_ms=20.0) for number in range(100)]

    def count() -> None:
        while not stopping.is_set():
            metrics.observe(calls)

    thread = threading.Thread(target=count)
    thread.start()
    spent, scrapes = [], []
    for _ in range(10):
        began_at = time.perf_counter()
        scrapes.append(metrics.text("").decode())
        spent.append(time.perf_counter() - began_at)
        time.sleep(0.01)
    stopping.set()
    thread.join()

    assert all(consistent(text) for text in scrapes)
    assert min(spent) < 0.05


def keys(novapi: Novapi) -> Iterator[dict[str, str]]:
    yield {}
    yield {"authorization": "Bearer nv-wrong"}
    yield {"authorization": "Bearer sk-else"}


def test_metrics_need_a_key(novapi: Novapi) -> None:
    assert [novapi.http.get("/metrics", headers=headers).status_code for headers in keys(novapi)] == [401] * 3
    assert novapi.http.get("/metrics/", headers=novapi.authorization).status_code == 200
    assert novapi.http.post("/metrics", headers=novapi.authorization, json={}).status_code == 405
