"""Answers over a real socket: delivered as they come, ended when they fall silent, cancelled when nobody listens."""

import asyncio
import gzip
import json
import socket
import threading
import time
from collections.abc import Awaitable, Callable
from typing import TypeVar

import httpx
import pytest
from msgspec.structs import replace

from channels_app.table import ChannelRoute, Limits
from gateway import transport, upstream
from gateway.transport import AiohttpTransport
from gateway.upstream import ChannelFailure, build_request, transports
from tests.fake_upstream import FakeUpstream, event_stream, head, json_reply
from tests.gateway.values import attempt, call, channel

T = TypeVar("T")
QUICK = Limits(connect_s=0.3, first_byte_s=0.3, idle_s=0.15)
UNHURRIED = Limits(connect_s=5, first_byte_s=5, idle_s=5)


def running(conversation: Callable[[], Awaitable[T]]) -> T:
    """Run it in a loop of its own, and close the transports made there."""

    async def closing() -> T:
        try:
            return await conversation()
        finally:
            await transports.close()

    return asyncio.run(closing())


async def send(route: ChannelRoute, body: bytes = b'{"model":"gpt"}') -> httpx.Response:
    tried = attempt(route)
    return await upstream.send(build_request(call(body, user_agent="app/1"), tried, body), route, tried.credential)


def read_from(route: ChannelRoute, body: bytes = b'{"model":"gpt"}') -> bytes:
    async def conversation() -> bytes:
        return await upstream.read(await send(route, body), route)

    return running(conversation)


def failure_of(route: ChannelRoute) -> ChannelFailure:
    with pytest.raises(ChannelFailure) as failed:
        read_from(route)
    return failed.value


def local(url: str, limits: Limits = UNHURRIED, proxy: str = "") -> ChannelRoute:
    return channel(base_url=url, limits=limits, proxy=proxy)


def closed_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def test_request_goes_out_as_it_was_built() -> None:
    with FakeUpstream(json_reply({"ok": True})) as server:
        answer = read_from(local(server.url), '{"model":"é"}'.encode())

    (received,) = server.received
    assert json.loads(answer) == {"ok": True}
    assert (received.method, received.path, received.body) == (
        "POST",
        "/v1/chat/completions",
        '{"model":"é"}'.encode(),
    )
    assert received.headers == {
        "host": f"127.0.0.1:{server.port}",
        "user-agent": "app/1",
        "accept-encoding": "identity",
        "authorization": "Bearer sk-first",
        "content-length": "14",
    }


@pytest.mark.parametrize(
    "size",
    [
        1_000_000,
        pytest.param(
            5_000_000,
        ),
    ],
)
def test_large_request_arrives_whole(size: int) -> None:
    with FakeUpstream(json_reply({})) as server:
        read_from(local(server.url), b"y" * size)

    assert server.received[0].body == b"y" * size


def test_large_answer_arrives_whole() -> None:
    with FakeUpstream(lambda call: [head(), b"x" * 5_000_000]) as server:
        assert read_from(local(server.url)) == b"x" * 5_000_000


def test_address_is_sent_as_it_is_written() -> None:
    with FakeUpstream(json_reply({})) as server:
        read_from(local(server.url.replace("/v1", "/a%2Fb%20c/ü")))

    assert server.received[0].path == "/a%2Fb%20c/%C3%BC/chat/completions"


def test_chunks_are_delivered_as_they_come() -> None:
    def script(call: object) -> list[bytes | float]:
        return [head(200, "text/event-stream"), b"data: 1\n\n", 0.2, b"data: 2\n\n", 0.2, b"data: 3\n\n"]

    async def conversation() -> list[tuple[bytes, float]]:
        reply = await send(local(server.url))
        chunks = [(chunk, time.perf_counter()) async for chunk in upstream.stream(reply, local(server.url))]
        await reply.aclose()
        return chunks

    with FakeUpstream(script) as server:
        (one, at_one), (two, at_two), (three, at_three) = running(conversation)

    assert (one, two, three) == (b"data: 1\n\n", b"data: 2\n\n", b"data: 3\n\n")
    assert at_two - at_one > 0.1
    assert at_three - at_two > 0.1


def test_stream_whose_connection_ends_while_it_is_looked_after_is_whole(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(transport, "LOOK_SECONDS", 0)  # again and again, so also between its end and the reader's
    with FakeUpstream(event_stream(b"one", 0.05, b"two", 0.05)) as upstream:
        assert read_from(local(upstream.url)) == b"onetwo"


def test_slow_stream_that_never_falls_silent_is_not_cut() -> None:
    def script(call: object) -> list[bytes | float]:
        return [head(200, "text/event-stream"), *[piece for _ in range(20) for piece in (b"data: 1\n\n", 0.05)]]

    with FakeUpstream(script) as server:
        assert read_from(local(server.url, replace(QUICK, idle_s=0.4))) == b"data: 1\n\n" * 20


def test_client_that_is_slow_to_read_is_no_silence_of_the_provider() -> None:
    async def conversation() -> bytes:
        route = local(server.url, QUICK)
        reply, taken = await send(route), b""
        async for chunk in upstream.stream(reply, route):
            taken += chunk
            await asyncio.sleep(0.4)
        return taken

    with FakeUpstream(lambda call: [head(), b"a", 0.05, b"b"]) as server:
        assert running(conversation) == b"ab"


@pytest.mark.alone
@pytest.mark.parametrize("before", [[], [head(200, "text/event-stream")]], ids=["no head", "head only"])
def test_silence_before_the_first_byte_times_out(before: list[bytes]) -> None:
    started = time.perf_counter()
    with FakeUpstream(lambda call: [*before, 5.0]) as server:
        failure = failure_of(local(server.url, QUICK))
        assert server.hung_up.wait(1)

    assert (failure.reason, failure.timed_out) == ("timed out after 0.3 s of silence", True)
    assert 0.25 < time.perf_counter() - started < 1.5


def cut_in_silence() -> ChannelFailure:
    with FakeUpstream(lambda call: [head(200, "text/event-stream"), b"data: 1\n\n", 5.0]) as server:
        failure = failure_of(local(server.url, Limits(connect_s=2, first_byte_s=4, idle_s=0.15)))
        assert server.hung_up.wait(1)
    return failure


@pytest.mark.alone
def test_silence_after_the_first_byte_times_out_sooner() -> None:
    started = time.perf_counter()

    failure = cut_in_silence()

    assert failure.timed_out
    assert time.perf_counter() - started < 1.5


def test_silence_after_the_first_byte_names_its_own_limit() -> None:
    assert cut_in_silence().reason == "timed out after 0.15 s of silence"


def test_refused_connection_names_the_address() -> None:
    port = closed_port()

    failure = failure_of(local(f"http://127.0.0.1:{port}/v1"))

    assert failure.reason == f"could not be reached at http://127.0.0.1:{port}"
    assert not failure.timed_out


def test_unknown_host_could_not_be_reached() -> None:
    assert failure_of(local("http://no-such-host.invalid/v1")).reason.startswith("could not be reached at")


CHUNKED = b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"


@pytest.mark.parametrize(
    "answer",
    [
        CHUNKED + b"5\r\nhello\r\n",
        CHUNKED + b"5\r\nhel",
        CHUNKED + b"zz\r\n",
        b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello",
        b"",
        b"HTTP/1.1 200",
        b"SSH-2.0-OpenSSH_9.6\r\n",
    ],
)
def test_answer_that_is_cut_off_or_no_http_is_a_broken_connection(answer: bytes) -> None:
    with FakeUpstream(lambda call: [answer]) as server:
        assert failure_of(local(server.url)).reason == "broke the connection"


def test_whole_chunked_body_is_put_together() -> None:
    with FakeUpstream(lambda call: [CHUNKED, b"5\r\nhel", 0.02, b"lo\r\n3\r\n, w\r\n", b"0\r\n\r\n"]) as server:
        assert read_from(local(server.url)) == b"hello, w"


def test_answer_packed_though_nobody_asked_is_unpacked() -> None:
    packed = gzip.compress(b'{"ok":true}')
    with FakeUpstream(lambda call: [head(Content_Encoding="gzip"), packed]) as server:
        assert read_from(local(server.url)) == b'{"ok":true}'


def test_redirects_are_not_followed() -> None:
    with FakeUpstream(lambda call: [head(302, Location="/elsewhere")]) as server:
        assert "redirect (302)" in failure_of(local(server.url)).reason

    assert len(server.received) == 1


def test_cookies_of_a_provider_are_forgotten() -> None:
    async def conversation() -> None:
        for _ in range(2):
            await upstream.read(await send(local(server.url)), local(server.url))

    with FakeUpstream(json_reply({}, Set_Cookie="session=1")) as server:
        running(conversation)

    assert all("cookie" not in received.headers for received in server.received)


@pytest.mark.parametrize("already", [0, 1])
def test_closing_an_answer_cancels_it_at_the_provider(already: int) -> None:
    async def conversation() -> float:
        reply = await send(local(server.url))
        chunks = upstream.stream(reply, local(server.url))
        for _ in range(already):
            await anext(chunks)
        await reply.aclose()
        started = time.perf_counter()
        assert await asyncio.to_thread(server.hung_up.wait, 2)
        return time.perf_counter() - started

    with FakeUpstream(lambda call: [head(200, "text/event-stream"), b"data: 1\n\n", 20.0]) as server:
        assert running(conversation) < 0.5


def test_cancelled_call_is_cancelled_at_the_provider() -> None:
    async def conversation() -> None:
        sending = asyncio.create_task(send(local(server.url)))
        await asyncio.to_thread(arrived.wait, 2)
        sending.cancel()
        with pytest.raises(asyncio.CancelledError):
            await sending
        assert await asyncio.to_thread(server.hung_up.wait, 1)

    def script(call: object) -> list[bytes | float]:
        arrived.set()
        return [20.0]

    arrived = threading.Event()
    with FakeUpstream(script) as server:
        running(conversation)


def test_header_bytes_beyond_ascii_arrive_as_they_were() -> None:
    async def conversation() -> None:
        transport = AiohttpTransport()
        timeout = {"connect": 2.0, "first_byte": 2.0, "read": 2.0}
        raw = [(b"host", b"127.0.0.1"), (b"x-title", "Café".encode())]
        request = httpx.Request("POST", server.url, headers=raw, content=b"{}", extensions={"timeout": timeout})
        await (await transport.handle_async_request(request)).aclose()
        await transport.aclose()

    with FakeUpstream(json_reply({})) as server:
        asyncio.run(conversation())

    assert server.received[0].headers["x-title"].encode("latin-1") == "Café".encode()
