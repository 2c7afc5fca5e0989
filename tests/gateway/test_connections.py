"""Connections to providers: kept ones that were given up, and ones through a proxy."""

import asyncio
import json
import socket
import struct

import pytest

from channels_app.table import Limits
from gateway import upstream
from gateway.upstream import ChannelFailure
from tests.fake_upstream import FakeUpstream, Script, head, json_reply
from tests.gateway.proxies import Proxy, proxy
from tests.gateway.test_transport import closed_port, failure_of, local, running, send

REPLY = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 2\r\n\r\n{}"
NO_LINGERING = struct.pack("ii", 1, 0)


def connections_for(calls: int, *, answered_on_each: int, reset: bool = False) -> int:
    """How many connections as many calls in a row took, all answered. The provider drops the call after the last."""
    connections = 0

    async def converse(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        nonlocal connections
        connections += 1
        for _ in range(answered_on_each):
            await reader.readuntil(b"\r\n\r\n")
            await reader.readexactly(len(b'{"model":"gpt"}'))
            writer.write(REPLY)
        await reader.read(1)
        if reset:
            writer.get_extra_info("socket").setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, NO_LINGERING)
        writer.close()

    async def conversation() -> None:
        server = await asyncio.start_server(converse, "127.0.0.1", 0)
        route = local(f"http://127.0.0.1:{server.sockets[0].getsockname()[1]}/v1")
        try:
            for _ in range(calls):
                assert await upstream.read(await send(route), route) == b"{}"
        finally:
            await upstream.transports.close()
            await asyncio.sleep(0.02)  # the provider's side sees it
            server.close()

    running(conversation)
    return connections


def test_connection_is_kept_for_the_next_calls() -> None:
    assert connections_for(4, answered_on_each=4) == 1


@pytest.mark.parametrize(
    "reset",
    [
        False,
        pytest.param(True),
    ],
)
def test_kept_connection_that_the_provider_gave_up_is_replaced(reset: bool) -> None:
    assert connections_for(3, answered_on_each=1, reset=reset) == 3


def test_provider_that_hangs_up_on_a_new_connection_is_asked_once() -> None:
    with FakeUpstream(lambda call: []) as server:
        failure_of(local(server.url))

    assert len(server.received) == 1


def through(kind: str, scheme: str, script: Script, host: str = "127.0.0.1") -> tuple[bytes, Proxy, FakeUpstream]:
    """One call through a proxy to a provider at `host`."""

    async def conversation() -> tuple[bytes, Proxy]:
        async with proxy(kind) as between:
            route = local(f"http://{host}:{server.port}/v1", proxy=f"{scheme}://me:pass@127.0.0.1:{between.port}")
            answer = await upstream.read(await send(route), route)
            await upstream.transports.close()
            return answer, between

    with FakeUpstream(script) as server:
        return *running(conversation), server


def test_call_goes_through_an_http_proxy() -> None:
    answer, between, server = through("http", "http", json_reply({"ok": True}))

    assert json.loads(answer) == {"ok": True}
    assert between.asked == [f"http://127.0.0.1:{server.port}/v1/chat/completions"]
    assert b"proxy-authorization: basic bwu6cgfzcw==" in between.head.lower()
    assert "proxy-authorization" in server.received[0].headers  # the tiny proxy takes nothing out


@pytest.mark.parametrize("host", ["127.0.0.1", "provider.invalid"])
def test_call_goes_through_a_socks_proxy_that_resolves_the_name(host: str) -> None:
    answer, between, server = through("socks", "socks5", json_reply({"ok": True}), host)

    assert json.loads(answer) == {"ok": True}
    assert between.asked == [f"{host}:{server.port}"]
    assert server.received[0].headers["host"] == f"{host}:{server.port}"


@pytest.mark.parametrize(("kind", "scheme"), [("http", "http"), ("socks", "socks5")])
def test_stream_through_a_proxy_is_delivered_whole(kind: str, scheme: str) -> None:
    pieces = [b"data: 1\n\n", 0.05, b"data: 2\n\n"]

    answer, _, _ = through(kind, scheme, lambda call: [head(200, "text/event-stream"), *pieces])

    assert answer == b"data: 1\n\ndata: 2\n\n"


@pytest.mark.parametrize(
    "scheme",
    [
        "http",
        pytest.param("socks5"),
    ],
)
def test_proxy_that_is_not_there_is_named_as_the_fault(scheme: str) -> None:
    route = local("http://127.0.0.1:9/v1", proxy=f"{scheme}://127.0.0.1:{closed_port()}")

    assert failure_of(route).reason == "could not be reached through its proxy"


def failure_through(kind: str, scheme: str, base_url: str) -> tuple[ChannelFailure, Proxy]:
    async def conversation() -> tuple[ChannelFailure, Proxy]:
        async with proxy(kind) as between:
            limits = Limits(connect_s=0.2, first_byte_s=3, idle_s=3)
            route = local(base_url, limits, proxy=f"{scheme}://127.0.0.1:{between.port}")
            with pytest.raises(ChannelFailure) as failed:
                await send(route)
            return failed.value, between

    return running(conversation)


def test_proxy_that_refuses_to_connect_is_named_as_the_fault() -> None:
    failure, between = failure_through("http", "http", "https://provider.invalid/v1")

    assert failure.reason == "could not be reached through its proxy"
    assert between.asked == ["provider.invalid:443"]
    assert b"sk-first" not in between.head


def test_something_that_is_no_socks_proxy_is_named_as_the_fault() -> None:
    failure, _ = failure_through("http", "socks5", "http://provider.invalid/v1")

    assert not failure.status


@pytest.mark.parametrize(("scheme", "base_url"), [("socks5", "http://p.invalid/v1"), ("http", "https://p.invalid/v1")])
def test_proxy_that_stays_silent_is_given_up(scheme: str, base_url: str) -> None:
    failure, _ = failure_through("silent", scheme, base_url)

    assert (failure.reason, failure.timed_out) == ("could not be reached within 0.2 s", True)
