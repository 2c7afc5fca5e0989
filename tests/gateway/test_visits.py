"""Calls that take long. A client that goes away: the provider is told within a second, what was used is recorded.

A stream that falls silent: its client is kept waiting, in words that it takes for nothing.
"""

import asyncio
import json
import socket
import threading
import time
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Any

import openai
import pytest

from gateway.visits import SENDING, Visits
from tests.fake_upstream import DONE, FakeUpstream, Script, chunk, completion, event_stream, head, json_reply
from tests.running import Novapi, eventually

TRICKLE = [piece for number in range(100) for piece in (chunk(f"{number} "), 0.1)]


def newest(novapi: Novapi, model: str) -> dict[str, object]:
    """The record of the last call for `model`."""

    def found() -> list[tuple[str]]:
        return novapi.rows("SELECT request_id FROM gateway_usagerecord WHERE model_asked = ?", model)

    return novapi.record(eventually(found)[-1][0])


def hang_up_while_waiting(novapi: Novapi, model: str, is_waiting: Callable[[], object], extra: str = "") -> None:
    """A call on a socket of its own, closed once `is_waiting`."""
    body = f'{{"model":"{model}","messages":[{{"role":"user","content":"hello there"}}]{extra}}}'
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {novapi.key}\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    with socket.create_connection(("127.0.0.1", novapi.port)) as connection:
        connection.sendall((head + body).encode())
        assert eventually(is_waiting)


def test_60_client_that_leaves_a_stream_ends_it_at_the_provider(novapi: Novapi) -> None:
    with FakeUpstream(event_stream(*TRICKLE)) as upstream:
        model = novapi.add_channel(upstream.url)

        with novapi.stream(model) as response:
            pieces = response.iter_raw()
            assert [next(pieces) for _ in range(3)] == [chunk("0 "), chunk("1 "), chunk("2 ")]

        assert upstream.hung_up.wait(1)

    record = novapi.record(response.headers["x-novapi-request-id"])
    assert (record["status"], record["error"], record["estimated"]) == (499, "The client went away.", 1)
    assert 3 <= record["output_tokens"] < 20
    assert record["input_tokens"] > 0


def test_client_that_leaves_a_silent_stream_ends_it_at_the_provider(novapi: Novapi) -> None:
    with FakeUpstream(event_stream(chunk("one"), 30)) as upstream:
        model = novapi.add_channel(upstream.url)

        with novapi.stream(model) as response:
            next(response.iter_raw())

        assert upstream.hung_up.wait(1)

    assert novapi.record(response.headers["x-novapi-request-id"])["status"] == 499


SILENT: dict[str, Script] = {
    "no head": lambda call: [30],
    "no body": lambda call: [head(), 30],
    "half a body": lambda call: [head(), b"{", 30],
    "no event": event_stream(30),
    "half an event": event_stream(b"data: {", 30),
}


@pytest.mark.parametrize("silence", SILENT)
def test_client_that_leaves_before_the_answer_ends_the_call(novapi: Novapi, silence: str) -> None:
    with FakeUpstream(SILENT[silence]) as upstream, FakeUpstream(json_reply(completion())) as second:
        model = novapi.add_channel(upstream.url, priority=10)
        novapi.add_channel(second.url, model=model)

        hang_up_while_waiting(novapi, model, lambda: upstream.received, ',"stream":true' if "event" in silence else "")

        assert upstream.hung_up.wait(1)
        record = newest(novapi, model)

    assert (record["status"], record["attempts"]) == (499, 1)
    assert second.received == []


def test_client_that_leaves_while_it_sends_is_forgotten(novapi: Novapi) -> None:
    with FakeUpstream(json_reply(completion())) as upstream:
        model = novapi.add_channel(upstream.url)
        head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {novapi.key}\r\n"
        head += "Content-Type: application/json\r\nContent-Length: 1000\r\n\r\n{"
        with socket.create_connection(("127.0.0.1", novapi.port)) as connection:
            connection.sendall(head.encode())
            time.sleep(0.1)

        response = novapi.chat(model)

    assert response.status_code == 200
    assert len(upstream.received) == 1


def test_hundred_clients_that_leave_at_once_leave_nothing_behind(novapi: Novapi) -> None:
    with FakeUpstream(lambda call: [30]) as upstream:
        model = novapi.add_channel(upstream.url)
        threads = [
            threading.Thread(target=hang_up_while_waiting, args=(novapi, model, lambda: len(upstream.received) >= 100))
            for _ in range(100)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()

        def gone() -> bool:
            query = "SELECT count(*) FROM gateway_usagerecord WHERE model_asked = ? AND status = 499"
            return novapi.rows(query, model) == [(100,)]

        assert eventually(gone)
        assert novapi.http.get("/healthz").status_code == 200


def test_slow_reader_gets_everything(novapi: Novapi) -> None:
    pieces = [chunk("x" * 100_000) for _ in range(50)]
    with FakeUpstream(event_stream(*pieces, chunk(finish="stop"))) as upstream:
        model = novapi.add_channel(upstream.url, idle_s=0.3)

        received = b""
        with novapi.stream(model) as response:
            for number, piece in enumerate(response.iter_raw()):
                received += piece
                if number in (0, 5):
                    time.sleep(0.6)

    assert received.startswith(b"".join(pieces))
    assert b"stream_broken" not in received


def test_stream_that_falls_silent_is_kept_alive_in_the_clients_words(novapi: Novapi) -> None:
    """By hand in every dialect, by the official SDK, and not where it would spoil a sound: all wait side by side."""
    text = event_stream(chunk("one"), 16, chunk("two"), chunk(finish="stop"), DONE)
    sound: Script = lambda call: [head(200, "audio/mpeg"), b"first", 16, b"last"]  # noqa: E731
    with FakeUpstream(text) as writer, FakeUpstream(sound) as speaker, ThreadPoolExecutor(8) as side_by_side:
        model, voice = novapi.add_channel(writer.url), novapi.add_channel(speaker.url)
        asked = {"model": model, "messages": [{"role": "user", "content": "hi"}], "stream": True}
        contents = {"contents": [{"parts": [{"text": "hi"}]}]}
        sdk = openai.OpenAI(base_url=novapi.base_url, api_key=novapi.key, max_retries=0)

        def call(path: str, body: dict[str, Any]) -> Future[Any]:
            return side_by_side.submit(novapi.http.post, path, json=body, headers=novapi.authorization)

        chat = call("/v1/chat/completions", asked)
        by_sdk = side_by_side.submit(lambda: list(sdk.chat.completions.create(**asked)))
        claude = call("/v1/messages", asked | {"max_tokens": 9})
        responses = call("/v1/responses", {"model": model, "input": "hi", "stream": True})
        gemini = call(f"/v1beta/models/{model}:streamGenerateContent?alt=sse", contents)
        llama = call("/ollama/api/chat", asked)
        heard = call("/v1/audio/speech", {"model": voice, "input": "hi", "voice": "a"})

        assert chat.result().content == chunk("one") + b": ping\n\n" + chunk("two") + chunk(finish="stop") + DONE
        assert [part.choices[0].delta.content for part in by_sdk.result()] == ["one", "two", None]
        assert b'event: ping\ndata: {"type":"ping"}\n\n' in claude.result().content
        assert b"\n\n: ping\n\n" in responses.result().content
        assert all(event.startswith(b"data: {") for event in gemini.result().content.split(b"\n\n") if event)
        lines = [json.loads(line)["message"]["content"] for line in llama.result().content.splitlines()]
        assert [line for line in lines if line] == ["one", "two"]
        assert lines.index("two") - lines.index("one") == 2  # an empty one stands between them
        assert heard.result().content == b"firstlast"
        sdk.close()


class Connection:
    """The server's side of a visit: what was sent, and whether the client takes it."""

    def __init__(self) -> None:
        self.sent: list[bytes] = []
        self.takes = asyncio.Event()
        self.takes.set()

    async def send(self, message: dict[str, Any]) -> None:
        await self.takes.wait()
        self.sent.append(message["body"])

    async def receive(self) -> Any:
        await asyncio.sleep(60)


def test_keepalive_waits_for_silence_and_ends_with_the_stream() -> None:
    async def scenario() -> list[bytes]:
        visits, connection = Visits(silence_seconds=0.5), Connection()
        visit = visits.enter(connection.receive, connection.send)
        visit.keepalive, visit.silent_looks = b"ping", 0
        await asyncio.sleep(1.6)
        visit.silent_looks = SENDING  # as at the end of a stream
        await asyncio.sleep(1)
        visits.leave(visit)
        return connection.sent

    sent = asyncio.run(scenario())

    assert set(sent) == {b"ping"}
    assert 2 <= len(sent) <= 3


def test_client_that_does_not_take_a_chunk_gets_no_keepalive() -> None:
    async def scenario() -> list[bytes]:
        visits, connection = Visits(silence_seconds=0.25), Connection()
        visit = visits.enter(connection.receive, connection.send)
        visit.keepalive, visit.silent_looks = b"ping", SENDING
        await asyncio.sleep(1)
        visits.leave(visit)
        return connection.sent

    assert asyncio.run(scenario()) == []
