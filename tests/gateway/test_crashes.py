"""Killed at any moment, Novapi comes back with a sound database whose sums are right."""

import random
import signal
import sqlite3
import threading
import time
from contextlib import closing, suppress
from pathlib import Path

import httpx

from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi, run

KILLS = 20
LOST_SECONDS = 0.25  # what a kill may cost
USAGE = {"prompt_tokens": 1000, "completion_tokens": 100, "total_tokens": 1100}


def load(novapi: Novapi, model: str, answered: list[tuple[str, float]], stop: threading.Event) -> None:
    """Call after call; the ids of those that were answered, and when."""
    body = {"model": model, "messages": [{"role": "user", "content": "hi"}]}
    with suppress(httpx.TransportError), httpx.Client(trust_env=False, timeout=5) as client:
        while not stop.is_set():
            response = client.post(
                f"http://127.0.0.1:{novapi.port}/v1/chat/completions", json=body, headers=novapi.authorization
            )
            answered.append((response.headers["x-novapi-request-id"], time.monotonic()))


def kill_under_load(home: Path, model: str, rng: random.Random) -> tuple[int, int]:
    """How many calls were answered, and how many of them were answered more than LOST_SECONDS before the end and are
    not on record."""
    answered: list[tuple[str, float]] = []
    stop = threading.Event()
    with Novapi(home) as novapi:
        threads = [threading.Thread(target=load, args=(novapi, model, answered, stop)) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(rng.uniform(0.05, 0.6))
        killed_at = time.monotonic()
        novapi.process.send_signal(signal.SIGKILL)
        novapi.process.wait()
        stop.set()
        for thread in threads:
            thread.join()
    old = [name for name, at in answered if at < killed_at - LOST_SECONDS]
    return len(answered), len(old) - recorded(home, old)


def recorded(home: Path, ids: list[str]) -> int:
    with closing(sqlite3.connect(home / "novapi.db")) as database:
        known = {row[0] for row in database.execute("SELECT request_id FROM gateway_usagerecord")}
    return sum(one in known for one in ids)


def faults(home: Path) -> dict[str, object]:
    """What must never be: a damaged database, an id twice, sums that are not those of the records."""
    with closing(sqlite3.connect(home / "novapi.db")) as database:
        records = "count(*), coalesce(sum(cost_nano), 0), coalesce(sum(input_tokens), 0)"
        days = "coalesce(sum(requests), 0), coalesce(sum(cost_nano), 0), coalesce(sum(input_tokens), 0)"
        return {
            "integrity": database.execute("PRAGMA integrity_check").fetchone()[0],
            "doubles": database.execute(
                "SELECT count(*) - count(DISTINCT request_id) FROM gateway_usagerecord"
            ).fetchone()[0],
            "sums": database.execute(f"SELECT {days} FROM gateway_usageday").fetchone()
            == database.execute(f"SELECT {records} FROM gateway_usagerecord").fetchone(),
        }


def test_killed_at_any_moment_nothing_is_wrong(home: Path) -> None:
    rng = random.Random(20)
    with FakeUpstream(json_reply(completion(usage=USAGE))) as upstream:
        with Novapi(home) as novapi:
            model = novapi.add_channel(
                upstream.url, provider="openai", models=[{"name": "killed", "upstream": "gpt-4o"}], model="killed"
            )
        for number in range(KILLS):
            answered, lost = kill_under_load(home, model, rng)

            assert faults(home) == {"integrity": "ok", "doubles": 0, "sums": True}, number
            assert lost == 0, (number, answered)

    checked = run(home, "check-usage")
    assert checked.returncode == 0, checked.stdout
    with closing(sqlite3.connect(home / "novapi.db")) as database:
        assert database.execute("SELECT count(*) FROM gateway_usagerecord").fetchone()[0] > KILLS


def test_asked_to_stop_novapi_loses_no_record(home: Path) -> None:
    answered: list[tuple[str, float]] = []
    stop = threading.Event()
    with FakeUpstream(json_reply(completion(usage=USAGE))) as upstream, Novapi(home) as novapi:
        model = novapi.add_channel(upstream.url)
        threads = [threading.Thread(target=load, args=(novapi, model, answered, stop)) for _ in range(4)]
        for thread in threads:
            thread.start()
        time.sleep(0.5)
        novapi.process.send_signal(signal.SIGTERM)
        novapi.process.wait(timeout=15)
        stop.set()
        for thread in threads:
            thread.join()

    assert len(answered) > 20
    assert recorded(home, [name for name, _ in answered]) == len(answered)
    assert faults(home) == {"integrity": "ok", "doubles": 0, "sums": True}
