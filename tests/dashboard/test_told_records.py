"""The log, told live: rows of new records, the same that the API answers."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest

from tests.fake_upstream import DONE, USAGE_CHUNK, FakeUpstream, chunk, completion, event_stream, json_reply
from tests.running import Novapi

GPT_4O = [{"name": "told-and-priced", "upstream": "gpt-4o"}]


@contextmanager
def rows_told(novapi: Novapi) -> Iterator[Iterator[dict[str, Any]]]:
    """The rows of `records` events, one by one."""
    with (
        httpx.Client(base_url=novapi.http.base_url, timeout=10, trust_env=False) as client,
        client.stream("GET", "/api/events", headers=novapi.authorization) as response,
    ):
        lines = response.iter_lines()
        next(lines)  # the snapshot has come: from here on nothing is missed
        yield rows_in(lines)


def rows_in(lines: Iterator[str]) -> Iterator[dict[str, Any]]:
    for line in lines:
        if line == "event: records":
            yield from json.loads(next(lines).removeprefix("data: "))["records"]


def in_the_log(novapi: Novapi, request_id: str) -> dict[str, Any]:
    rows: list[dict[str, Any]] = novapi.api("GET", "/usage/records").json()["records"]
    return next(row for row in rows if row["request_id"] == request_id)


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
def test_row_is_told_as_the_log_has_it(novapi: Novapi, stream: bool) -> None:
    pieces = event_stream(chunk("a"), chunk(finish="stop"), USAGE_CHUNK, DONE)
    with FakeUpstream(pieces if stream else json_reply(completion())) as upstream, rows_told(novapi) as told:
        model = novapi.add_channel(upstream.url)
        answer = novapi.chat(model, stream=stream)
        row = next(told)

    assert row["request_id"] == answer.headers["x-novapi-request-id"]
    assert (row["stream"], row["input_tokens"], row["output_tokens"]) == (stream, 7, 3)
    assert row == in_the_log(novapi, row["request_id"])


def test_cost_is_told_with_it(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion(model="gpt-4o"))) as upstream, rows_told(novapi) as told:
        novapi.add_channel(upstream.url, provider="openai", models=GPT_4O)
        novapi.chat("told-and-priced")
        row = next(told)

    assert row["cost_usd"] == pytest.approx(7 * 2.5e-6 + 3 * 10e-6)
    assert row == in_the_log(novapi, row["request_id"])


def test_call_that_fails_is_told_of_too(novapi: Novapi) -> None:
    with rows_told(novapi) as told:
        novapi.chat("nobody-has-this-one")
        row = next(told)

    assert (row["status"], row["channel_name"], row["cost_usd"]) == (404, "", 0)
    assert row["error"].startswith("Novapi: ")
    assert row == in_the_log(novapi, row["request_id"])


def test_rows_of_a_burst_come_in_order(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream, rows_told(novapi) as told:
        model = novapi.add_channel(upstream.url)
        ids = [novapi.chat(model).headers["x-novapi-request-id"] for _ in range(20)]
        rows = [next(told) for _ in ids]

    assert [row["request_id"] for row in rows] == ids
