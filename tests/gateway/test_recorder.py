"""Usage records: soon on disk, never in a call's way, and kept while the database can't take them."""

import sqlite3
import sys
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from statistics import median

import psutil
import pytest

from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi, eventually, run

BUSY_SECONDS = 5  # how long a writer waits for the database before it gives up


@contextmanager
def locked(home: Path) -> Iterator[None]:
    """Another program is writing to the database, and takes its time."""
    with closing(sqlite3.connect(home / "novapi.db", isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield


def recorded(novapi: Novapi) -> list[str]:
    return [row[0] for row in novapi.rows("SELECT request_id FROM gateway_usagerecord ORDER BY id")]


def test_record_is_on_disk_within_a_quarter_of_a_second(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model, waits = novapi.add_channel(upstream.url), []
        for _ in range(9):
            request_id = novapi.chat(model).headers["x-novapi-request-id"]
            answered_at = time.monotonic()
            novapi.record(request_id)
            waits.append(time.monotonic() - answered_at)

    assert median(waits) <= 0.25


def test_database_that_is_locked_costs_neither_calls_nor_records(home: Path) -> None:
    with FakeUpstream(json_reply(completion())) as upstream, Novapi(home) as novapi:
        model = novapi.add_channel(upstream.url)

        with locked(home):
            began_at = time.monotonic()
            answers = [novapi.chat(model) for _ in range(20)]
            spent = time.monotonic() - began_at
            time.sleep(BUSY_SECONDS + 1)  # long enough that the recorder has given up at least once
            waiting = novapi.api("GET", "/status").json()["records_waiting"]

        asked = [answer.headers["x-novapi-request-id"] for answer in answers]
        assert {answer.status_code for answer in answers} == {200}
        assert spent < 2
        assert waiting == 20
        assert eventually(lambda: recorded(novapi) == asked, timeout_s=10)
        assert novapi.api("GET", "/status").json()["records_lost"] == 0
        assert novapi.log.read_text().count("could not be written") <= 2


def test_record_tells_everything_about_a_call(novapi: Novapi) -> None:
    usage = {
        "prompt_tokens": 70, "completion_tokens": 30, "total_tokens": 100,
        "prompt_tokens_details": {"cached_tokens": 60}, "completion_tokens_details": {"reasoning_tokens": 20},
    }  # fmt: skip
    with FakeUpstream(json_reply(completion(model="big-2026", usage=usage))) as upstream:
        novapi.add_channel(upstream.url, name="Recorded", models=[{"name": "told", "upstream": "big"}])
        headers = {"user-agent": "claude-cli/2.1.330 (external, cli)"}
        answer = novapi.call(json={"model": "told", "messages": []}, headers=headers)

    record = novapi.record(answer.headers["x-novapi-request-id"])
    assert {name: record[name] for name in record if not name.endswith(("_ms", "_at", "id"))} == {
        "key_name": "Master key", "app": "claude-cli", "dialect": "openai-chat", "endpoint": "chat/completions",
        "model_asked": "told", "model_sent": "big", "model_answered": "big-2026", "channel_name": "Recorded",
        "attempts": 1, "route": "", "status": 200, "error": "", "stream": 0, "input_tokens": 70, "output_tokens": 30,
        "cached_tokens": 60, "reasoning_tokens": 20, "estimated": 0, "cost_nano": None,
        "cloud_nano": None, "cache_written_tokens": 0, "tools": 0, "replay_of": "",
    }  # fmt: skip
    assert 0 < record["overhead_ms"] < record["duration_ms"]
    assert record["overhead_ms"] == float(answer.headers["x-novapi-overhead-ms"]) or record["overhead_ms"] < 50


@pytest.mark.skipif(sys.platform != "linux", reason="limits of another process are Linux's")
def test_full_disk_fails_no_call_and_loses_no_record(home: Path) -> None:
    """No file of the program may grow for a while, which is what a full disk is like."""
    with FakeUpstream(json_reply(completion())) as upstream, Novapi(home) as novapi:
        model = novapi.add_channel(upstream.url)
        novapi.record(novapi.chat(model).headers["x-novapi-request-id"])
        process = psutil.Process(novapi.process.pid)
        process.rlimit(psutil.RLIMIT_FSIZE, (0, -1))

        answers = [novapi.chat(model) for _ in range(30)]
        assert eventually(lambda: novapi.api("GET", "/status").json()["records_waiting"] == 30, timeout_s=5)
        process.rlimit(psutil.RLIMIT_FSIZE, (-1, -1))

        assert {answer.status_code for answer in answers} == {200}
        assert eventually(lambda: novapi.api("GET", "/status").json()["records_waiting"] == 0, timeout_s=10)
        assert all(novapi.record(answer.headers["x-novapi-request-id"]) for answer in answers)
        assert novapi.api("GET", "/status").json()["records_lost"] == 0
    assert run(home, "check-usage").returncode == 0
