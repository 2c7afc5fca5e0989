"""An app that runs away is stopped, and nobody else."""

import json
import sys
import threading
import time
import tracemalloc
from collections.abc import Callable, Iterator
from itertools import count
from typing import Any

import openai
import pytest
from msgspec.structs import replace

from gateway.call import Call, Outcome
from gateway.runaway import MOST_GROUPS, MOST_MARKS, OWN_FAULT, Guard
from gateway.visits import CLIENT_LEFT, STOPPED_BY_NOVAPI
from tests.fake_upstream import FakeUpstream, completion, event_stream, json_reply
from tests.gateway.values import call
from tests.running import Novapi, eventually

BAD = json_reply({"error": {"message": "messages: at least one is needed", "type": "invalid_request_error"}}, 400)


def asking(text: str, app: str = "agent", model: str = "gpt") -> Call:
    body = json.dumps({"model": model, "messages": [{"role": "user", "content": text}]}).encode()
    return replace(call(body), app=app, model=model)


def failed(status: int = 400, error: str = "no") -> Outcome:
    return Outcome(status=status, error=error)


def stopped_after(guard: Guard, calls: list[tuple[Call, Outcome]], most: float = 5, every: float = 0.1) -> int | None:
    """How many of the calls it took; None if none of them did."""
    for number, (made, outcome) in enumerate(calls, 1):
        guard.ended(made, outcome, most, 1000 + number * every)
        if guard.stopped:
            return number
    return None


def test_same_call_that_fails_again_and_again_stops_its_app() -> None:
    guard = Guard()

    assert stopped_after(guard, [(asking("hi"), failed())] * 10) == 6
    assert list(guard.stopped) == [(1, "agent")]
    assert "the last with 400: no" in guard.stopped[1, "agent"]


@pytest.mark.parametrize(
    "texts",
    [
        [f"it is 12:{number}:07, try {number}" for number in range(10)],
        [f"job 7f3a{number}bc-aa{number}0-4e" for number in range(10)],
        [f"call toolu_01{'PqRsTuVwXy'[number]}{'xYzKlMnOpQ'[number]}" for number in range(10)],
        [f"line\n2026-11-26T10:0{number}:00.5Z\n{number}" for number in range(10)],
        [f"第{number}次" for number in range(10)],
        [f"{number} at the start. " + "what to do " * 500 + "xyz" * number for number in range(5, 15)],
        ["hi" + " " * number for number in range(10)],
    ],
)
def test_numbers_ids_and_blanks_make_no_difference(texts: list[str]) -> None:
    assert stopped_after(Guard(), [(asking(text), failed(error=f"bad at {text}")) for text in texts]) == 6


@pytest.mark.parametrize(
    "calls",
    [
        [(asking("why " + "xyz"[n % 3] * n), failed()) for n in range(1, 40)],
        [(asking("hi", model=f"gpt-{'xyzuvw'[n % 6]}"), failed()) for n in range(30)],
        [(asking("hi", app=f"agent {'xyzuvw'[n % 6]}"), failed()) for n in range(30)],
        [(asking("hi"), failed(error="no " + "xyz" * n)) for n in range(30)],
        [(asking("hi"), failed(429))] * 100,
        [(asking("hi"), failed(499))] * 100,
        [(asking("hi"), failed() if n % 5 else Outcome(status=200)) for n in range(100)],
    ],
    ids="bodies models apps errors told-to-wait left successes-between".split(),
)
def test_what_is_not_alike_does_not_add_up(calls: list[tuple[Call, Outcome]]) -> None:
    assert stopped_after(Guard(), calls) is None


def test_conversation_that_grows_is_still_the_same() -> None:
    system = {"role": "system", "content": "You are an agent that never gives up. " * 80}
    messages, calls = [system], []
    for number in range(10):
        messages.append({"role": "user", "content": f"that went wrong: {'uvwxyzpqrs'[number] * (number + 3)}"})
        body = json.dumps({"model": "gpt", "messages": messages}).encode()
        calls.append((replace(asking(""), body=body), failed()))

    assert stopped_after(Guard(), calls) == 6


def test_other_scripts_are_no_numbers() -> None:
    texts = [chr(0x4E00 + number) * 9 for number in range(50)]

    assert stopped_after(Guard(), [(asking(text), failed()) for text in texts]) is None


@pytest.mark.parametrize(
    "outcome",
    [
        pytest.param(Outcome(status=503, error=STOPPED_BY_NOVAPI), id="novapi-stops"),
        pytest.param(Outcome(status=101, error=CLIENT_LEFT), id="session-left"),
        pytest.param(Outcome(status=101, error=STOPPED_BY_NOVAPI), id="session-when-novapi-stops"),
    ],
)
def test_what_others_have_ended_counts_neither_way(outcome: Outcome) -> None:
    guard = Guard()

    assert stopped_after(guard, [(asking("hi"), outcome)] * 400) is None
    assert stopped_after(guard, [(asking("hi"), failed()), (asking("hi"), outcome)] * 10) == 11


def test_stream_that_breaks_off_is_a_failure() -> None:
    broken = Outcome(status=200, error="closed the stream")

    assert stopped_after(Guard(), [(asking("hi"), broken)] * 200) == 5 * OWN_FAULT + 1


def test_outage_counts_less_than_a_bad_request() -> None:
    assert stopped_after(Guard(), [(asking("hi"), failed(502))] * 200) == 5 * OWN_FAULT + 1


def test_failures_far_apart_do_not_add_up() -> None:
    assert stopped_after(Guard(), [(asking("hi"), failed())] * 50, every=13) is None


def test_nothing_is_counted_while_the_guard_is_off() -> None:
    guard = Guard()

    assert stopped_after(guard, [(asking("hi"), failed())] * 500, most=float("inf")) is None
    assert not guard.failing


def test_good_calls_are_looked_at_for_a_minute_only() -> None:
    guard = Guard()
    guard.ended(asking("hi", model="misspelt"), failed(404), 5, 1000)

    guard.ended(asking("hi"), Outcome(status=200), 5, 1059)
    within = bool(guard.failing)
    guard.ended(asking("hi"), Outcome(status=200), 5, 1060)

    assert within
    assert not guard.failing


def test_memory_is_bounded() -> None:
    guard = Guard()
    tracemalloc.start()
    for number, text in zip(range(100_000), words(), strict=False):
        guard.ended(asking(text, model=f"m{number % (2 * MOST_GROUPS)}"), failed(), 5, 1000 + number / 10_000)
    taken, _ = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert not guard.stopped
    assert len(guard.failing) <= MOST_GROUPS
    assert max(map(len, guard.failing.values())) <= MOST_MARKS
    assert taken < 20_000_000


def words() -> Iterator[str]:
    """Texts that are not alike."""
    for number in count():
        yield "".join("ghijklmnop"[int(digit)] for digit in str(number))


def test_failures_and_money_of_one_app_do_not_disturb_each_other() -> None:
    """They are counted in different threads, and the owner resumes in a third."""
    guard, problems, until = Guard(), [], time.monotonic() + 1

    def again(step: Callable[[], None]) -> None:
        try:
            while time.monotonic() < until:
                step()
        except Exception as problem:
            problems.append(problem)

    steps = [
        lambda: guard.ended(asking("hi"), failed(), 10**9, 1000),
        lambda: guard.spent(1, "agent", 10, 5, 1000),
        lambda: guard.resume(1),
    ]
    switching = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    threads = [threading.Thread(target=again, args=[step]) for step in steps]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    sys.setswitchinterval(switching)

    assert problems == []


@pytest.mark.alone
def test_large_body_is_told_from_others_quickly() -> None:
    guard, large = Guard(), asking("x" * 20_000_000)
    began_at = time.perf_counter()
    guard.ended(large, failed(), 5, 1000)

    assert time.perf_counter() - began_at < 0.02


def test_money_that_goes_too_quickly_stops_its_app() -> None:
    guard = Guard()
    for second in range(100):
        guard.spent(1, "slow", 10, 700, 1000 + second)
    for second in range(20):
        guard.spent(1, "quick", 50, 700, 1000 + second)

    assert guard.stopped_apps(1) == {"quick": "it spent $0.00000075 within a minute"}


def test_app_that_was_resumed_begins_anew() -> None:
    guard = Guard()
    guard.spent(1, "quick", 2_000_000_000, 1_000_000_000, 1000)
    assert guard.stopped_apps(1) == {"quick": "it spent $2.00 within a minute"}

    guard.resume(2)
    assert guard.stopped
    guard.resume(1)
    guard.spent(1, "quick", 500_000_000, 1_000_000_000, 1001)
    assert not guard.stopped
    assert stopped_after(guard, [(asking("hi"), failed())] * 5) is None


# Through the front door


@pytest.fixture
def watched(novapi: Novapi) -> Any:
    novapi.api("PATCH", "/preferences", json={"runaway_failures": 5})
    yield novapi
    novapi.api("PATCH", "/preferences", json={"runaway_failures": 50})
    for key in novapi.api("GET", "/keys").json():
        novapi.api("POST", f"/keys/{key['id']}/resume")


def master(novapi: Novapi) -> Any:
    return novapi.api("GET", "/keys/master").json()


def test_runaway_app_is_stopped_and_others_go_on(watched: Novapi) -> None:
    with FakeUpstream(BAD) as upstream:
        model = watched.add_channel(upstream.url)
        agent, chat = ({"user-agent": name} for name in ("runaway-agent/1.0", "chatbox/2.0"))
        body = {"model": model, "messages": []}
        statuses = [watched.call(json=body, headers=agent).status_code for _ in range(8)]
        refused = watched.call(json=body, headers=agent)
        other = watched.call(json=body, headers=chat)
        asked = len(upstream.received)
        shown, status = master(watched), watched.api("GET", "/status").json()
        resumed = watched.api("POST", f"/keys/{shown['id']}/resume").json()
        after = watched.call(json=body, headers=agent)

    assert statuses == [400] * 6 + [429] * 2
    assert asked == 7
    assert (other.status_code, after.status_code) == (400, 400)
    error = refused.json()["error"]
    assert (error["code"], refused.headers["x-should-retry"]) == ("runaway_stopped", "false")
    assert "the app 'runaway-agent' was stopped: like calls failed again and again" in error["message"]
    assert f"POST /api/keys/{shown['id']}/resume" in error["message"]
    assert [each["app"] for each in shown["stopped"]] == ["runaway-agent"]
    assert (status["stopped_apps"], resumed["stopped"]) == (1, [])
    assert watched.record(refused.headers["x-novapi-request-id"])["status"] == 429


def test_requests_that_can_not_be_read_count_too(watched: Novapi) -> None:
    headers = {"user-agent": "broken-json/1", "content-type": "application/json"}
    statuses = [watched.call(content=b'{"model": ', headers=headers).status_code for _ in range(6)]
    with FakeUpstream(json_reply(completion())) as upstream:
        body = {"model": watched.add_channel(upstream.url), "messages": []}
        refused = watched.call(json=body, headers={"user-agent": "broken-json/1"})

    assert statuses == [400] * 6
    assert refused.status_code == 429


def test_streams_that_break_off_stop_their_app(watched: Novapi) -> None:
    watched.api("PATCH", "/preferences", json={"runaway_failures": 2})
    broken = event_stream(b'data: {"choices":[{"index":0,"delta":{"content":"a"}}]}\n\n')
    with FakeUpstream(broken) as upstream:
        body = {"model": watched.add_channel(upstream.url), "messages": [], "stream": True}
        agent = {"user-agent": "broken-off/1"}
        statuses = [watched.call(json=body, headers=agent).status_code for _ in range(2 * OWN_FAULT + 2)]

    assert statuses[0] == 200
    assert statuses[-1] == 429


@pytest.mark.parametrize(
    ("path", "member"),
    [
        ("/v1/messages", "error"),
        ("/v1beta/models/{model}:generateContent", "error"),
        ("/ollama/api/chat", "error"),
        ("/v1/responses", "error"),
    ],
)
def test_refusal_is_in_the_callers_dialect(watched: Novapi, path: str, member: str) -> None:
    agent = watched.authorization | {"user-agent": f"agent{len(path)}/1"}
    with FakeUpstream(BAD) as upstream:
        model = watched.add_channel(upstream.url)
        for _ in range(6):
            watched.call(json={"model": model, "messages": []}, headers=agent)
        body = {
            "model": model, "max_tokens": 5, "input": "hi", "messages": [{"role": "user", "content": "hi"}],
            "contents": [{"role": "user", "parts": [{"text": "hi"}]}],
        }  # fmt: skip
        refused = watched.http.post(path.format(model=model), json=body, headers=agent)

    assert refused.status_code == 429
    told = refused.json()[member]
    assert "was stopped" in (told if isinstance(told, str) else told["message"])


@pytest.mark.alone
def test_sdk_does_not_try_again(watched: Novapi) -> None:
    with FakeUpstream(BAD) as upstream:
        asked = {"model": watched.add_channel(upstream.url), "messages": []}
        with openai.OpenAI(api_key=watched.key, base_url=watched.base_url, max_retries=3) as client:
            for _ in range(6):
                with pytest.raises(openai.BadRequestError):
                    client.chat.completions.create(**asked)
            began_at = time.monotonic()
            with pytest.raises(openai.RateLimitError, match="was stopped"):
                client.chat.completions.create(**asked)

    assert time.monotonic() - began_at < 0.4
    assert len(upstream.received) == 6


def test_money_stops_an_app(watched: Novapi) -> None:
    usage = {"prompt_tokens": 1_000_000, "completion_tokens": 100_000, "total_tokens": 1_100_000}
    agent = {"user-agent": "big-spender/1"}
    with FakeUpstream(json_reply(completion(usage=usage))) as upstream:
        name = "spent-quickly"
        watched.add_channel(upstream.url, provider="openai", models=[{"name": name, "upstream": "gpt-4o"}])
        watched.api("PATCH", "/preferences", json={"runaway_usd_per_minute": 10})
        for _ in range(3):
            assert watched.call(json={"model": name, "messages": []}, headers=agent).status_code == 200
        assert eventually(lambda: master(watched)["stopped"])
        refused = watched.call(json={"model": name, "messages": []}, headers=agent)
        watched.api("PATCH", "/preferences", json={"runaway_usd_per_minute": 20})

    assert refused.status_code == 429
    assert "it spent $10.50 within a minute" in refused.json()["error"]["message"]
