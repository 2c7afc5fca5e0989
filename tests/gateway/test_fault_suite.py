"""Three channels, the first of which misbehaves in every way there is: the app does not notice, the record tells all.

Each case is run plain and streamed: what the client got, which attempts were made, what was recorded, and that the
next call is served, too.
"""

import json
import ssl
from collections.abc import Callable, Iterable
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack
from typing import Any

import httpx
import pytest

from tests.fake_upstream import (
    DONE,
    RESET,
    USAGE_CHUNK,
    FakeUpstream,
    Received,
    Script,
    chunk,
    completion,
    event_stream,
    head,
    json_reply,
)
from tests.gateway.certificates import Authority
from tests.running import Novapi, free_port

Pieces = Iterable[bytes | float]


def good(call: Received) -> Pieces:
    """What a channel that is well answers, as asked."""
    if call.json.get("stream"):
        return [head(200, "text/event-stream"), chunk("hello"), chunk(finish="stop"), USAGE_CHUNK, DONE]
    return [head(), json.dumps(completion("hello")).encode()]


def refusing(status: int, message: str = "no", **headers: str) -> Script:
    return json_reply({"error": {"message": message, "type": "x", "code": "x"}}, status, **headers)


def only_streamed(*pieces: bytes | float) -> Script:
    """A fault that only a stream can have."""
    return lambda call: event_stream(*pieces)(call) if call.json.get("stream") else refusing(500)(call)


IN_A_STREAM = only_streamed(b'data: {"error":{"message":"inner trouble","code":503}}\n\n')

# Fault → what the first attempt is recorded with: the provider's status and words of the error.
BEFORE_THE_FIRST_BYTE: dict[str, tuple[Script, int, str]] = {
    "401": (refusing(401), 401, "refused the key"),
    "402": (refusing(402), 402, "no credit"),
    "403": (refusing(403), 403, "refused the key"),
    "404 of the model": (refusing(404, "The model `x` does not exist"), 404, "not found"),
    "408": (refusing(408), 408, "timed out"),
    "409": (refusing(409), 409, "rejected"),
    "429": (refusing(429), 429, "rate limited"),
    "429 with a time": (refusing(429, Retry_After="30"), 429, "retry in 30 s"),
    "500": (refusing(500), 500, "failed"),
    "503": (refusing(503), 503, "overloaded"),
    "529": (refusing(529), 529, "overloaded"),
    "hangs before its head": (lambda call: [20.0], 0, "timed out after 1 s"),
    "hangs after its head": (lambda call: [head(200, "application/json"), 20.0], 0, "timed out after 1 s"),
    "web page": (lambda call: [head(200, "text/html"), b"<html>"], 200, "web page"),
    "web page with 502": (lambda call: [head(502, "text/html"), b"<html>"], 502, "failed"),
    "no JSON": (lambda call: [head(), b"what?"], 200, "not a JSON object"),
    "half a JSON": (lambda call: [head(), b'{"choices": ['], 200, "not a JSON object"),
    "nothing": (lambda call: [head(200, "text/event-stream")], 200, ""),
    "closes at once": (lambda call: [], 0, "broke the connection"),
    "resets": (lambda call: [RESET], 0, "broke the connection"),
    "error under 200": (json_reply({"error": {"message": "inner trouble"}}), 0, "inner trouble"),
    "error in a stream under 200": (IN_A_STREAM, 503, ""),
    "corrupt chunks": (lambda call: [head(Transfer_Encoding="chunked"), b"zz\r\nnope\r\n"], 0, "broke the connection"),
}  # fmt: skip


@pytest.fixture
def three(novapi: Novapi) -> Iterable[Callable[..., tuple[str, list[FakeUpstream]]]]:
    """Makes three channels for one model; the script is the first one's, or its address, or how it speaks TLS; the
    others are well."""
    with ExitStack() as stack:

        def make(first: Script = good, address: str = "", tls: ssl.SSLContext | None = None) -> Any:
            upstreams = [stack.enter_context(FakeUpstream(script)) for script in (good, good)]
            upstreams.insert(0, stack.enter_context(FakeUpstream(first, tls)))
            model = novapi.add_channel(address or upstreams[0].url, priority=9, first_byte_s=1, idle_s=1)
            for priority, upstream in ((5, upstreams[1]), (1, upstreams[2])):
                novapi.add_channel(upstream.url, model=model, priority=priority)
            return model, upstreams

        yield make


def route_of(novapi: Novapi, response: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    request_id = response.headers["x-novapi-request-id"]
    novapi.record(request_id)
    record = novapi.api("GET", f"/usage/records/{request_id}").json()
    return record, record["route"]


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize("fault", BEFORE_THE_FIRST_BYTE)
def test_next_channel_answers_and_the_record_tells_why(novapi: Novapi, three: Any, fault: str, stream: bool) -> None:
    script, status, words = BEFORE_THE_FIRST_BYTE[fault]
    model, (bad, well, spare) = three(script)

    first, second = novapi.chat(model, stream=stream), novapi.chat(model, stream=stream)

    for response in (first, second):
        assert response.status_code == 200
        assert "hello" in response.text
        assert '"error"' not in response.text
    record, route = route_of(novapi, first)
    tried, answered = route["attempts"]
    assert (first.headers["x-novapi-attempts"], record["attempts"], record["status"]) == ("2", 2, 200)
    assert tried["status"] == (500 if script is IN_A_STREAM and not stream else status) or stream
    assert words in tried["error"]
    assert tried["error"]
    assert (answered["status"], answered["error"]) == (200, "")
    assert [each["reason"] for each in route["candidates"]] == [tried["error"], "answered", "not needed"]
    assert (len(well.calls), len(spare.calls)) == (2, 0)
    assert len(bad.calls) in (1, 2)


@pytest.mark.parametrize(
    ("fault", "seconds"), [("401", None), ("403", None), ("402", 900), ("429 with a time", 30), ("429", 5)]
)
def test_key_that_the_provider_turned_away_is_left_alone(
    novapi: Novapi, three: Any, fault: str, seconds: float | None
) -> None:
    model, (bad, *_) = three(BEFORE_THE_FIRST_BYTE[fault][0])

    responses = [novapi.chat(model) for _ in range(4)]

    assert [response.headers["x-novapi-attempts"] for response in responses] == ["2", "1", "1", "1"]
    assert len(bad.calls) == 1
    _, route = route_of(novapi, responses[-1])
    (reason,) = [each["reason"] for each in route["candidates"] if each["reason"] not in ("answered", "not needed")]
    assert reason.endswith("s to go") if seconds else reason == "key refused"


def offering(novapi: Novapi, model: str) -> dict[str, Any]:
    """The channel that the owner sees, of the highest priority of those that offer the model."""
    channels = [
        channel
        for channel in novapi.api("GET", "/channels").json()
        if model in [offered["name"] for offered in channel["models"]]
    ]
    return max(channels, key=lambda channel: channel["priority"])


@pytest.mark.parametrize(
    ("fault", "paused", "seconds"),
    [("401", "key refused", None), ("402", "no credit", 900), ("429 with a time", "rate limited", 30), ("500", "", 0)],
)
def test_owner_sees_how_a_key_fares(
    novapi: Novapi, three: Any, fault: str, paused: str, seconds: float | None
) -> None:
    model, _ = three(BEFORE_THE_FIRST_BYTE[fault][0])
    (before,) = offering(novapi, model)["api_keys"]

    novapi.chat(model)

    channel = offering(novapi, model)
    (key,) = channel["api_keys"]
    assert before["health"] == {"paused": "", "seconds": None, "failures": 0, "latency_ms": None}
    assert (key["health"]["paused"], key["health"]["failures"]) == (paused, 1)
    assert key["health"]["seconds"] == (pytest.approx(seconds, abs=5) if seconds else None)
    assert channel["health"] is None


def test_owner_sees_how_a_channel_without_keys_fares(novapi: Novapi) -> None:
    with FakeUpstream(good) as upstream:
        model = novapi.add_channel(upstream.url, provider="local", api_keys=[])

        novapi.chat(model)

    fares = offering(novapi, model)["health"]
    assert (fares["paused"], fares["seconds"], fares["failures"]) == ("", None, 0)
    assert fares["latency_ms"] > 0


def test_channel_that_fails_again_and_again_is_left_alone(novapi: Novapi, three: Any) -> None:
    model, (bad, well, _) = three(refusing(500))

    attempts = [novapi.chat(model).headers["x-novapi-attempts"] for _ in range(6)]

    assert attempts == ["2", "2", "2", "1", "1", "1"]
    assert (len(bad.calls), len(well.calls)) == (3, 6)


@pytest.mark.parametrize(
    ("of_channel", "of_preferences", "tries"), [(1, 3, 1), (None, 2, 2), (None, None, 6), (4, None, 4)]
)
def test_owner_decides_how_many_failures_pause_a_key(
    novapi: Novapi, of_channel: int | None, of_preferences: int | None, tries: int
) -> None:
    with FakeUpstream(refusing(500)) as bad, FakeUpstream(good) as well:
        novapi.api("PATCH", "/preferences", json={"failures_to_pause": of_preferences})
        model = novapi.add_channel(bad.url, priority=1, failures_to_pause=of_channel)
        novapi.add_channel(well.url, model=model)
        assert {novapi.chat(model).status_code for _ in range(6)} == {200}
        novapi.api("PATCH", "/preferences", json={"failures_to_pause": 3})

    assert len(bad.calls) == tries


def test_least_bad_is_tried_where_nothing_is_well(novapi: Novapi) -> None:
    with FakeUpstream(refusing(500)) as upstream:
        model = novapi.add_channel(upstream.url)
        for _ in range(4):
            assert novapi.chat(model).status_code == 502
        upstream.script = good

        assert novapi.chat(model).status_code == 200
        assert novapi.chat(model).headers["x-novapi-attempts"] == "1"


def test_refused_key_is_back_once_a_test_went_well(novapi: Novapi, three: Any) -> None:
    model, (bad, *_) = three(refusing(401))
    novapi.chat(model)
    channel = next(c for c in novapi.api("GET", "/channels").json() if model in [m["name"] for m in c["models"]])
    bad.script = lambda call: good(call) if call.body else json_reply({"data": [{"id": "m"}]})(call)

    assert novapi.api("POST", f"/channels/{channel['id']}/test").json()["ok"]

    assert novapi.chat(model).headers["x-novapi-channel"] == channel["name"].replace(" ", "%20") or len(bad.calls) >= 4


def test_other_key_of_the_channel_is_tried_after_a_refused_one(novapi: Novapi) -> None:
    def choosy(call: Received) -> Pieces:
        return good(call) if call.headers["authorization"].endswith("good-0002") else refusing(401)(call)

    with FakeUpstream(choosy) as upstream:
        model = novapi.add_channel(upstream.url, api_keys=["sk-bad-key-0001", "sk-good-key-good-0002"])

        statuses = [novapi.chat(model).status_code for _ in range(6)]

    assert statuses == [200] * 6
    assert sum(call.headers["authorization"].endswith("0001") for call in upstream.calls) == 1


@pytest.mark.parametrize(("fault", "requests"), [("401", 1), ("402", 1), ("429", 2), ("404 of the model", 2)])
def test_key_that_is_no_good_is_not_tried_for_the_aliass_next_model(novapi: Novapi, fault: str, requests: int) -> None:
    with FakeUpstream(BEFORE_THE_FIRST_BYTE[fault][0]) as bad, FakeUpstream(good) as well:
        names = [f"{name}-{fault.replace(' ', '-')}" for name in ("first", "second", "third")]
        novapi.add_channel(bad.url, models=names[:2])
        novapi.add_channel(well.url, models=names[2:])
        novapi.api("POST", "/aliases", json={"name": f"all-{names[0]}", "models": names})

        response = novapi.chat(f"all-{names[0]}")

    assert response.status_code == 200
    assert len(bad.calls) == requests
    _, route = route_of(novapi, response)
    assert [each["reason"] for each in route["candidates"]][2] == "answered"
    assert ("the same key" in route["candidates"][1]["reason"]) is (requests == 1)


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
def test_refusal_of_the_request_is_the_clients_own_and_locks_nobody_out(
    novapi: Novapi, three: Any, stream: bool
) -> None:
    model, (bad, well, _) = three(refusing(422, "temperature is wrong"))

    responses = [novapi.chat(model, stream=stream) for _ in range(5)]

    assert {response.status_code for response in responses} == {422}
    assert (len(bad.calls), len(well.calls)) == (5, 0)


AFTER_THE_FIRST_BYTE: dict[str, tuple[bytes | float, ...]] = {
    "stalls": (chunk("one"), 20.0),
    "closes": (chunk("one"),),
    "ends without a finish": (chunk("one"), DONE),
    "resets": (chunk("one"), 0.1, RESET),
    "error in the middle": (chunk("one"), b'data: {"error":{"message":"inner trouble","code":503}}\n\n'),
}


@pytest.mark.parametrize("fault", AFTER_THE_FIRST_BYTE)
def test_stream_that_breaks_later_ends_honestly_and_counts(novapi: Novapi, three: Any, fault: str) -> None:
    model, (bad, well, _) = three(only_streamed(*AFTER_THE_FIRST_BYTE[fault]))

    broken = [novapi.chat(model, stream=True) for _ in range(3)]
    after = novapi.chat(model, stream=True)

    for response in broken:
        assert response.text.count('"error"') == 1
        assert 'finish_reason":"stop' not in response.text.replace(" ", "")
        record, _ = route_of(novapi, response)
        assert record["error"]
    assert "hello" in after.text
    assert (len(bad.calls), len(well.calls)) == (3, 1)


def alone(novapi: Novapi, model: str, *, stream: bool = False) -> httpx.Response:
    """A call over a connection of its own: threads that share httpx's pool can close each other's sockets."""
    body = {"model": model, "messages": [{"role": "user", "content": "hi"}], "stream": stream}
    url = f"http://127.0.0.1:{novapi.port}/v1/chat/completions"
    with httpx.Client(timeout=30, trust_env=False, verify=False) as client:
        return client.post(url, headers=novapi.authorization, json=body)


def at_once(novapi: Novapi, model: str, streamed: Callable[[int], bool]) -> list[httpx.Response]:
    """Two hundred calls, fifty at a time."""
    with ThreadPoolExecutor(50) as apps:
        return list(apps.map(lambda number: alone(novapi, model, stream=streamed(number)), range(200)))


@pytest.mark.parametrize("fault", BEFORE_THE_FIRST_BYTE)
def test_two_hundred_calls_at_once_survive_a_bad_channel(novapi: Novapi, three: Any, fault: str) -> None:
    model, (bad, well, spare) = three(BEFORE_THE_FIRST_BYTE[fault][0])

    responses = at_once(novapi, model, lambda number: number % 2 == 0)

    assert {response.status_code for response in responses} == {200}
    assert all("hello" in response.text for response in responses)
    assert len(well.calls) + len(spare.calls) >= (100 if "in a stream" in fault else 200)
    assert len(bad.calls) <= 200
    novapi.record(responses[-1].headers["x-novapi-request-id"])


@pytest.mark.parametrize("fault", AFTER_THE_FIRST_BYTE)
def test_two_hundred_streams_at_once_survive_a_channel_that_breaks_off(novapi: Novapi, three: Any, fault: str) -> None:
    model, (bad, _, _) = three(only_streamed(*AFTER_THE_FIRST_BYTE[fault]))

    responses = at_once(novapi, model, lambda number: True)

    broken = [response for response in responses if "hello" not in response.text]
    assert {response.status_code for response in responses} == {200}
    assert all(response.text.count('"error"') == 1 for response in broken)
    assert all('"error"' not in response.text for response in responses if response not in broken)
    assert len(broken) == len(bad.calls) < 150  # those that were under way before it was found out
    assert all(novapi.record(response.headers["x-novapi-request-id"])["error"] for response in broken[:3])


def test_changes_while_calls_are_in_flight_break_none(novapi: Novapi) -> None:
    def slow(call: Received) -> Pieces:
        return [1.0, *good(call)]

    with FakeUpstream(slow) as upstream, ThreadPoolExecutor(50) as apps:
        model = novapi.add_channel(upstream.url)
        channel = next(c for c in novapi.api("GET", "/channels").json() if model in [m["name"] for m in c["models"]])
        calls = [apps.submit(alone, novapi, model) for _ in range(50)]
        for change in (
            {"weight": 7, "priority": 3}, {"api_keys": ["sk-another-key-0009"]}, {"idle_s": 5},
            {"concurrent_calls": 1}, {"requests_per_minute": 1}, {"enabled": False}, {"enabled": True},
        ):  # fmt: skip
            assert novapi.api("PATCH", f"/channels/{channel['id']}", json=change).status_code == 200

        assert {call.result().status_code for call in calls} == {200}


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    """One that this computer does not trust."""
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
@pytest.mark.parametrize(
    ("fault", "words"),
    [
        ("no such name", "could not be reached at https://no-such-host.invalid"),
        ("nobody there", "could not be reached at http://127.0.0.1"),
        ("no TLS there", "timed out after 1 s of silence"),
        ("unknown authority", "a certificate that can't be trusted"),
        ("expired", "a certificate that can't be trusted"),
        ("another host", "a certificate that can't be trusted"),
    ],
)
def test_address_that_can_not_be_reached_is_followed_by_the_next(
    novapi: Novapi, three: Any, authority: Authority, fault: str, words: str, stream: bool
) -> None:
    made = {
        "no such name": lambda: {"address": "https://no-such-host.invalid/v1"},
        "nobody there": lambda: {"address": f"http://127.0.0.1:{free_port()}/v1"},
        "no TLS there": lambda: {"address": plain_text.url.replace("http:", "https:")},
        "unknown authority": lambda: {"tls": authority.server()},
        "expired": lambda: {"tls": authority.server(expired=True)},
        "another host": lambda: {"tls": authority.server("127.0.0.2")},
    }
    with FakeUpstream(good) as plain_text:
        model, (_, well, spare) = three(**made[fault]())
        answers = [novapi.chat(model, stream=stream) for _ in range(5)]

    assert {answer.status_code for answer in answers} == {200}
    assert [answer.headers["x-novapi-attempts"] for answer in answers] == ["2", "2", "2", "1", "1"]
    _, route = route_of(novapi, answers[0])
    assert words in route["attempts"][0]["error"]
    assert (len(well.calls), len(spare.calls)) == (5, 0)


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
def test_fault_that_comes_once_locks_nobody_out(novapi: Novapi, three: Any, stream: bool) -> None:
    def once(call: Received) -> Pieces:
        return refusing(500)(call) if len(bad.calls) == 1 else good(call)

    model, (bad, well, _) = three(once)

    attempts = [novapi.chat(model, stream=stream).headers["x-novapi-attempts"] for _ in range(4)]

    assert attempts == ["2", "1", "1", "1"]
    assert (len(bad.calls), len(well.calls)) == (4, 1)


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
def test_slow_first_byte_is_waited_for(novapi: Novapi, three: Any, stream: bool) -> None:
    model, (slow, well, _) = three(lambda call: [0.7, *good(call)])

    response = novapi.chat(model, stream=stream)

    assert (response.status_code, response.headers["x-novapi-attempts"]) == (200, "1")
    assert (len(slow.calls), len(well.calls)) == (1, 0)


def test_time_for_all_attempts_is_limited(home: Any) -> None:
    with ExitStack() as stack:
        novapi = stack.enter_context(Novapi(home))
        novapi.api("PATCH", "/preferences", json={"total_s": 2.5, "max_attempts": 4})
        hanging = [stack.enter_context(FakeUpstream(lambda call: [30.0])) for _ in range(4)]
        model = novapi.add_channel(hanging[0].url, first_byte_s=1)
        for upstream in hanging[1:]:
            novapi.add_channel(upstream.url, model=model, first_byte_s=1)

        response = novapi.chat(model)

        assert response.status_code == 504
        assert response.elapsed.total_seconds() < 4.5
        assert sum(len(upstream.calls) for upstream in hanging) == 3


def test_conversation_stays_with_the_key_that_has_it_in_its_cache(novapi: Novapi) -> None:
    with FakeUpstream(good) as one, FakeUpstream(good) as two:
        model = novapi.add_channel(one.url, api_keys=["sk-one-first-0001", "sk-one-second-0002"])
        novapi.add_channel(two.url, model=model, api_keys=["sk-two-first-0003", "sk-two-second-0004"])

        for name in ("ada", "bob", "cem", "dua"):
            for _ in range(5):
                assert novapi.chat(model, prompt_cache_key=name).status_code == 200

        used: dict[str, set[str]] = {}
        for call in one.calls + two.calls:
            used.setdefault(call.json["prompt_cache_key"], set()).add(call.headers["authorization"])
        assert {name: len(keys) for name, keys in used.items()} == dict.fromkeys(("ada", "bob", "cem", "dua"), 1)


def test_conversations_are_spread_where_the_owner_wants_it(novapi: Novapi) -> None:
    with FakeUpstream(good) as upstream:
        model = novapi.add_channel(upstream.url, api_keys=["sk-one-first-0001", "sk-one-second-0002"])
        novapi.api("PATCH", "/preferences", json={"sticky": False})
        for _ in range(4):
            assert novapi.chat(model, prompt_cache_key="ada").status_code == 200
        novapi.api("PATCH", "/preferences", json={"sticky": True})

    assert len({call.headers["authorization"] for call in upstream.calls}) == 2


def test_limit_of_a_key_is_told_with_its_waiting_time(novapi: Novapi) -> None:
    with FakeUpstream(good) as upstream:
        model = novapi.add_channel(upstream.url)
        key = novapi.api("POST", "/keys", json={"name": f"Limited {model}", "requests_per_minute": 2}).json()
        mine = {"authorization": f"Bearer {key['key']}"}

        responses = [novapi.call(json={"model": model, "messages": []}, headers=mine) for _ in range(3)]

    assert [response.status_code for response in responses] == [200, 200, 429]
    assert 55 <= int(responses[2].headers["retry-after"]) <= 60
    assert "has reached a limit that you set" in responses[2].json()["error"]["message"]
    assert len(upstream.calls) == 2


def test_channel_at_its_limit_is_passed_over(novapi: Novapi) -> None:
    with FakeUpstream(good) as first, FakeUpstream(good) as second:
        model = novapi.add_channel(first.url, priority=5, requests_per_minute=2)
        novapi.add_channel(second.url, model=model)

        responses = [novapi.chat(model) for _ in range(4)]

    assert {response.status_code for response in responses} == {200}
    assert (len(first.calls), len(second.calls)) == (2, 2)
    _, route = route_of(novapi, responses[-1])
    assert "at its limit" in route["candidates"][0]["reason"]
