"""One line per call in logs/calls.log, and no trouble where it can't be written."""

import json
import os
import stat
import sys
from pathlib import Path
from typing import Any

import pytest

from gateway.call import Outcome
from gateway.call_log import MOST_FILES, CallLog
from gateway.recorder import Finished
from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import Novapi, eventually


def finished(number: int = 0, **learnt: Any) -> Finished:
    call = (f"nv_{number}", 1, "key", "app", "openai-chat", "chat/completions", "m", False)
    return Finished(call, Outcome(status=200, **learnt), 1.0, 0.0, None)


def lines(path: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in path.read_text().splitlines()]


def line_of(novapi: Novapi, call_id: str) -> dict[str, Any]:
    path = novapi.home / "logs" / "calls.log"

    def found() -> list[dict[str, Any]]:
        return [line for line in lines(path) if line["id"] == call_id] if path.exists() else []

    return dict(eventually(found)[0])


def test_line_tells_what_the_record_does(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion(model="big-2026", text="secret answer"))) as upstream:
        novapi.add_channel(upstream.url, name="Logged", models=[{"name": "log-me", "upstream": "big"}])
        body = {"model": "log-me", "messages": [{"role": "user", "content": "secret question"}]}
        answer = novapi.call(json=body, headers={"user-agent": "cline/3"})

    line = line_of(novapi, answer.headers["x-novapi-request-id"])
    record = novapi.record(line["id"])
    assert line.pop("time").replace("T", " ").rstrip("Z").startswith(record["started_at"][:19])
    assert 0 < line.pop("ms") < 1000
    assert line == {
        "id": record["request_id"], "app": "cline", "key": "Master key", "dialect": "openai-chat",
        "endpoint": "chat/completions", "stream": False, "model_asked": "log-me", "model_sent": "big",
        "model_answered": "big-2026", "channel": "Logged", "attempts": 1, "status": 200, "error": "",
        "input_tokens": 7, "output_tokens": 3, "cached_tokens": 0, "reasoning_tokens": 0, "estimated": False,
        "cost_usd": None, "first_token_ms": None,
    }  # fmt: skip
    assert "secret" not in (novapi.home / "logs" / "calls.log").read_text()


def test_no_key_is_logged(novapi: Novapi) -> None:
    said = "Incorrect API key provided: sk-upstream-secret-0001. " + "x" * 1000
    with FakeUpstream(json_reply({"error": {"message": said}}, 401)) as upstream:
        answer = novapi.chat(novapi.add_channel(upstream.url))

    line = line_of(novapi, answer.headers["x-novapi-request-id"])
    text = (novapi.home / "logs" / "calls.log").read_text()
    assert line["status"] == answer.status_code
    assert 0 < len(line["error"]) <= 200
    assert "secret-0001" not in text
    assert novapi.key not in text


def test_calls_of_the_last_moment_are_logged(home: Path) -> None:
    with FakeUpstream(json_reply(completion())) as upstream, Novapi(home) as novapi:
        model = novapi.add_channel(upstream.url)
        asked = [novapi.chat(model).headers["x-novapi-request-id"] for _ in range(5)]
        assert novapi.stop() == 0

    path = home / "logs" / "calls.log"
    assert [line["id"] for line in lines(path)] == asked
    if sys.platform != "win32":
        assert stat.S_IMODE(path.stat().st_mode) == 0o600


@pytest.mark.parametrize("wish", ["off", " OFF "])
def test_log_can_be_switched_off(home: Path, wish: str) -> None:
    with FakeUpstream(json_reply(completion())) as upstream, Novapi(home, NOVAPI_CALL_LOG=wish) as novapi:
        novapi.record(novapi.chat(novapi.add_channel(upstream.url)).headers["x-novapi-request-id"])
        assert novapi.stop() == 0

    assert list((home / "logs").iterdir()) == []


def test_log_that_can_not_be_written_costs_nothing_but_its_lines(home: Path) -> None:
    (home / "logs" / "calls.log").mkdir(parents=True)  # in the way
    with FakeUpstream(json_reply(completion())) as upstream, Novapi(home) as novapi:
        model = novapi.add_channel(upstream.url)
        for _ in range(3):
            novapi.record(novapi.chat(model).headers["x-novapi-request-id"])
        assert novapi.api("GET", "/status").json()["records_lost"] == 0
        (home / "logs" / "calls.log").rmdir()
        last = novapi.chat(model).headers["x-novapi-request-id"]
        assert line_of(novapi, last)["status"] == 200
        log = novapi.log.read_text()

    assert log.count("can't be logged") == 1
    assert "Traceback" not in log


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is always full")
def test_full_disk_is_no_error(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "calls.log").symlink_to("/dev/full")
    log = CallLog(tmp_path / "calls.log")

    for _ in range(3):
        log.observe([finished()])

    assert caplog.text.count("can't be logged") == 1


def test_files_are_rotated(tmp_path: Path) -> None:
    log = CallLog(tmp_path / "calls.log", most_bytes=1000)

    for number in range(60):
        log.observe([finished(number)])

    files = [tmp_path / "calls.log", *(tmp_path / f"calls.log.{number}" for number in range(1, MOST_FILES))]
    kept = [line["id"] for path in reversed(files) if path.exists() for line in lines(path)]
    assert set(tmp_path.iterdir()) <= set(files)
    assert all(path.stat().st_size < 2000 for path in files if path.exists())
    assert kept == [f"nv_{number}" for number in range(60 - len(kept), 60)]
    assert len(kept) >= 4
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in tmp_path.iterdir()) or os.name == "nt"


def test_log_that_was_moved_away_begins_anew(tmp_path: Path) -> None:
    log = CallLog(tmp_path / "logs" / "calls.log")
    log.observe([finished(1)])
    (tmp_path / "logs" / "calls.log").rename(tmp_path / "moved")
    (tmp_path / "logs").rmdir()
    log.observe([finished(2)])

    assert [line["id"] for line in lines(tmp_path / "logs" / "calls.log")] == ["nv_2"]


@pytest.mark.parametrize("error", ["two\nlines", 'q"', "\u2028", "\x00", "日本"])
def test_every_call_is_one_line(tmp_path: Path, error: str) -> None:
    log = CallLog(tmp_path / "calls.log")
    log.observe([finished(error=error)])

    text = (tmp_path / "calls.log").read_bytes()
    assert text.count(b"\n") == 1
    assert json.loads(text)["error"] == error
