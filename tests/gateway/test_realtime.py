"""WS /v1/realtime: a real app, a real Novapi, and a provider whose every frame the test sends."""

import asyncio
import json
import logging
import socket
import ssl
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import unquote

import psutil
import pytest
from openai import AsyncOpenAI, OpenAI
from websockets.asyncio.server import ServerConnection, serve
from websockets.exceptions import ConnectionClosed, ConnectionClosedError, ConnectionClosedOK, InvalidStatus
from websockets.http11 import Request, Response
from websockets.sync.client import ClientConnection, connect

from channels_app.providers import Provider as ProviderRow
from channels_app.table import Candidate, ChannelRoute, Credential, Limits
from gateway import realtime
from gateway.chat import Usage
from gateway.errors import GatewayError, WrongKey
from gateway.offers import Attempt
from gateway.realtime import usage_in
from gateway.realtime_ends import Close, close_of_client, close_of_provider, sendable
from tests.fake_upstream import FakeUpstream, json_reply, whole
from tests.gateway.proxies import Proxy, proxy
from tests.gateway.test_transport import closed_port
from tests.running import Novapi, eventually

MIB = 1024 * 1024
QUIET = logging.getLogger("tests.realtime")
QUIET.addHandler(logging.NullHandler())
QUIET.propagate = False  # what the libraries tell of connections that tests break is no finding

UPGRADE = """GET /v1/realtime?model={model} HTTP/1.1\r
Host: localhost\r
Authorization: Bearer {key}\r
Connection: Upgrade\r
Upgrade: websocket\r
Sec-WebSocket-Version: 13\r
Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r
\r
"""

Script = Callable[[ServerConnection], Awaitable[None]]


class Realtime:
    """A provider's realtime endpoint on a real socket. `asked` has the handshakes, `ended` how each session did."""

    def __init__(
        self, script: Script, refuses_with: tuple[int, Any] | None = None, tls: ssl.SSLContext | None = None
    ) -> None:
        self.asked: list[Request] = []
        self.ended: list[tuple[int | None, str | None]] = []
        self.said: list[str | bytes] = []
        self._script = script
        self._tls = tls
        self._refuses_with = refuses_with
        self._is_ready = threading.Event()
        self._thread = threading.Thread(target=lambda: asyncio.run(self._serve()), daemon=True)

    def __enter__(self) -> "Realtime":
        self._thread.start()
        assert self._is_ready.wait(5)
        return self

    def __exit__(self, *_: object) -> None:
        self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join(5)
        assert not self._thread.is_alive()

    @property
    def url(self) -> str:
        return f"{'https' if self._tls else 'http'}://127.0.0.1:{self.port}/v1"

    @property
    def connections(self) -> int:
        """How many are open."""
        return len(self._server.connections)

    async def _serve(self) -> None:
        self._loop, self._stop = asyncio.get_running_loop(), asyncio.Event()
        options: dict[str, Any] = {"max_size": None, "logger": QUIET, "close_timeout": 0.2, "ssl": self._tls}
        async with serve(self._converse, "127.0.0.1", 0, process_request=self._look, **options) as self._server:
            self.port = next(iter(self._server.sockets)).getsockname()[1]
            self._is_ready.set()
            await self._stop.wait()

    def _look(self, connection: ServerConnection, request: Request) -> Response | None:
        self.asked.append(request)
        if self._refuses_with is None:
            return None
        status, body = self._refuses_with
        response = connection.respond(status, json.dumps(body))
        response.headers["X-Upstream"] = "yes"
        return response

    async def _converse(self, connection: ServerConnection) -> None:
        with suppress(ConnectionClosed):
            await self._script(connection)
        await connection.close()
        self.ended.append((connection.close_code, connection.close_reason))

    async def listen(self, connection: ServerConnection) -> None:
        """A script: remember what is said."""
        async for frame in connection:
            self.said.append(frame)


async def echo(connection: ServerConnection) -> None:
    async for frame in connection:
        await connection.send(frame)


def closes_with(code: int, reason: str = "") -> Script:
    async def script(connection: ServerConnection) -> None:
        await connection.recv()
        await connection.close(code, reason)

    return script


def says(*frames: str) -> Script:
    """Send them after the first frame that comes, then wait for the end."""

    async def script(connection: ServerConnection) -> None:
        await connection.recv()
        for frame in frames:
            await connection.send(frame)
        await connection.wait_closed()

    return script


@contextmanager
def session(novapi: Novapi, model: str = "", **options: Any) -> Iterator[ClientConnection]:
    with dial(novapi, f"?model={model}" if model else "", **options) as connection:
        yield connection


def dial(
    novapi: Novapi,
    query: str = "",
    path: str = "/v1/realtime",
    headers: dict[str, str] | None = None,
    **options: Any,
) -> connect:
    """A session to be, with the master key unless `headers` say otherwise."""
    headers = novapi.authorization if headers is None else headers
    address = f"ws://127.0.0.1:{novapi.port}{path}{query}"
    options = {"proxy": None, "max_size": None, "compression": None, "logger": QUIET} | options
    return connect(address, additional_headers=headers, **options)


def refused(novapi: Novapi, query: str = "", **options: Any) -> tuple[int, dict[str, Any], Any]:
    """Status, error and headers of a handshake that must fail."""
    with pytest.raises(InvalidStatus) as refusal, dial(novapi, query, **options):
        pass
    response = refusal.value.response
    assert response.headers["content-type"] == "application/json"
    return response.status_code, json.loads(response.body)["error"], response.headers


def told(app: ClientConnection, name: str) -> str:
    """One of Novapi's headers in the answer to the handshake."""
    assert app.response is not None
    return app.response.headers[f"x-novapi-{name}"]


def channel_of(app: ClientConnection) -> str:
    return unquote(told(app, "channel"))


def record_of(novapi: Novapi, app: ClientConnection) -> dict[str, Any]:
    return novapi.record(told(app, "request-id"))


def ended(upstream: Realtime) -> list[tuple[int | None, str | None]]:
    return eventually(lambda: list(upstream.ended), timeout_s=3)


def test_text_and_binary_frames_pass_both_ways(novapi: Novapi) -> None:
    frames: list[str | bytes] = ["", "héllo 😀", b"", bytes(range(256)), "x" * MIB, b"\xff" * MIB]
    with Realtime(echo) as upstream, session(novapi, novapi.add_channel(upstream.url)) as app:
        for frame in frames:
            app.send(frame)
        heard = [app.recv(timeout=10) for _ in frames]

    assert heard == frames


def test_fragmented_message_arrives_whole(novapi: Novapi) -> None:
    with Realtime(echo) as upstream, session(novapi, novapi.add_channel(upstream.url)) as app:
        app.send(["one ", "two ", "three"])
        heard = app.recv(timeout=5)

    assert heard == "one two three"


def test_frame_of_a_provider_goes_out_at_once(novapi: Novapi) -> None:
    async def script(connection: ServerConnection) -> None:
        await connection.send("first")
        await connection.wait_closed()

    with Realtime(script) as upstream, session(novapi, novapi.add_channel(upstream.url)) as app:
        assert app.recv(timeout=1) == "first"


def test_handshake_carries_the_channels_key_model_and_headers(novapi: Novapi) -> None:
    with Realtime(echo) as upstream:
        name = novapi.add_channel(
            upstream.url,
            model="voice",
            models=[{"name": "voice", "upstream": "gpt-realtime 1/ä"}],
            headers={"x-team": "blue"},
            overrides={"query": {"region": "north"}},
        )
        headers = novapi.authorization | {"openai-beta": "realtime=v1", "cookie": "secret=1"}
        with session(novapi, name, headers=headers, user_agent_header="Caller/1"):
            pass

    asked = upstream.asked[0]
    assert asked.path == "/v1/realtime?model=gpt-realtime%201%2F%C3%A4&region=north"
    assert asked.headers["authorization"] == "Bearer sk-upstream-secret-0001"
    assert asked.headers["openai-beta"] == "realtime=v1"
    assert asked.headers["x-team"] == "blue"
    assert asked.headers["user-agent"] == "Caller/1"
    assert "cookie" not in asked.headers
    assert "origin" not in asked.headers
    assert novapi.key not in str(asked)


def test_handshakes_answer_has_novapis_headers(novapi: Novapi) -> None:
    with Realtime(echo) as upstream:
        model = novapi.add_channel(upstream.url, name="Voices")
        with session(novapi, model) as app:
            pass

    assert told(app, "request-id").startswith("nv_")
    assert told(app, "channel") == "Voices"
    assert told(app, "attempts") == "1"
    assert 0 <= float(told(app, "overhead-ms")) < 5000


@pytest.mark.parametrize(
    "path",
    ["/v1/realtime", "/v1/realtime/", "/openai/v1/realtime", "/v1/v1/realtime", "/realtime", "/openai/realtime"],
)
def test_every_spelling_of_the_path_is_good(novapi: Novapi, path: str) -> None:
    with Realtime(echo) as upstream:
        model = novapi.add_channel(upstream.url)
        with session(novapi, model, path=path) as app:
            app.send("ok")
            assert app.recv(timeout=5) == "ok"


@pytest.mark.parametrize(("code", "reason"), [(1000, ""), (1000, "done"), (1001, "bye"), (3000, ""), (4321, "größer")])
def test_close_of_the_app_reaches_the_provider(novapi: Novapi, code: int, reason: str) -> None:
    with Realtime(echo) as upstream, session(novapi, novapi.add_channel(upstream.url)) as app:
        app.close(code, reason)
        assert ended(upstream) == [(code, reason)]

    assert record_of(novapi, app)["error"] == ""


@pytest.mark.parametrize(
    ("code", "reason", "error"),
    [
        (1000, "", ""),
        (1001, "maintenance", ""),
        (1008, "policy", "{} closed the session (1008 policy)"),
        (1011, "", "{} closed the session (1011)"),
        (4000, "session expired", "{} closed the session (4000 session expired)"),
    ],
)
def test_close_of_the_provider_reaches_the_app(novapi: Novapi, code: int, reason: str, error: str) -> None:
    with Realtime(closes_with(code, reason)) as upstream:
        model = novapi.add_channel(upstream.url)
        with session(novapi, model) as app:
            app.send("go")
            with pytest.raises(ConnectionClosed):
                app.recv(timeout=5)

    assert (app.close_code, app.close_reason) == (code, reason)
    record = record_of(novapi, app)
    assert (record["status"], record["error"]) == (101, error.format(channel_of(app)))


def test_close_without_a_code_is_a_normal_one(novapi: Novapi) -> None:
    with Realtime(echo) as upstream, session(novapi, novapi.add_channel(upstream.url)) as app:
        app.socket.sendall(b"\x88\x80\0\0\0\0")
        assert ended(upstream) == [(1000, "")]

    assert record_of(novapi, app)["error"] == ""


def test_provider_that_breaks_the_connection_ends_the_session_with_1011(novapi: Novapi) -> None:
    async def script(connection: ServerConnection) -> None:
        await connection.recv()
        connection.transport.abort()

    with Realtime(script) as upstream:
        model = novapi.add_channel(upstream.url)
        with session(novapi, model) as app:
            app.send("go")
            with pytest.raises(ConnectionClosedError):
                app.recv(timeout=5)

    assert (app.close_code, app.close_reason) == (1011, f"Novapi: {channel_of(app)} broke the connection.")
    assert record_of(novapi, app)["error"] == f"{channel_of(app)} broke the connection"


def test_provider_that_breaks_the_protocol_ends_the_session_with_1011(novapi: Novapi) -> None:
    async def script(connection: ServerConnection) -> None:
        await connection.recv()
        connection.transport.write(b"\x81\x02\xff\xfe")  # a text that is no UTF-8
        await connection.wait_closed()

    with Realtime(script) as upstream:
        model = novapi.add_channel(upstream.url)
        with session(novapi, model) as app:
            app.send("go")
            with pytest.raises(ConnectionClosedError):
                app.recv(timeout=5)
        assert ended(upstream) == [(1007, "")]

    assert app.close_code == 1011
    assert f"{channel_of(app)} broke the WebSocket: " in record_of(novapi, app)["error"]


@pytest.mark.alone
def test_app_that_vanishes_ends_the_providers_session_within_a_second(novapi: Novapi) -> None:
    with Realtime(echo) as upstream, session(novapi, novapi.add_channel(upstream.url)) as app:
        left_at = time.monotonic()
        app.socket.shutdown(2)
        assert ended(upstream) == [(1011, "Novapi: the client went away.")]
        assert time.monotonic() - left_at < 1

    assert record_of(novapi, app)["error"] == "The client went away."


@pytest.mark.alone
def test_app_that_leaves_a_provider_in_full_flow_is_no_trouble(novapi: Novapi) -> None:
    async def script(connection: ServerConnection) -> None:
        while True:
            await connection.send("x" * 10_000)

    with Realtime(script) as upstream:
        model = novapi.add_channel(upstream.url)
        with socket.create_connection(("127.0.0.1", novapi.port), timeout=5) as app:
            app.sendall(UPGRADE.format(model=model, key=novapi.key).encode())
            heard = app.recv(100_000)
            time.sleep(0.3)  # by now every buffer on the way is full
        left_at = time.monotonic()
        assert eventually(lambda: upstream.ended, timeout_s=3)
        assert time.monotonic() - left_at < 1.5

    assert heard.startswith(b"HTTP/1.1 101 ")
    assert eventually(lambda: records_of(novapi, model)) == [(101, "The client went away.", 1)]


def test_app_that_leaves_before_the_provider_answered_is_recorded_as_gone(novapi: Novapi) -> None:
    with FakeUpstream(lambda call: [5.0]) as upstream:
        model = novapi.add_channel(upstream.url)
        with pytest.raises(TimeoutError), session(novapi, model, open_timeout=0.5):
            pass
        assert eventually(upstream.hung_up.is_set, timeout_s=2)
        found = eventually(lambda: records_of(novapi, model))

    assert found == [(499, "The client went away.", 1)]


def records_of(novapi: Novapi, model: str) -> list[tuple[Any, ...]]:
    query = "SELECT status, error, attempts FROM gateway_usagerecord WHERE model_asked = ? ORDER BY id"
    return novapi.rows(query, model)


def test_slow_provider_slows_the_app_down_instead_of_filling_the_memory(novapi: Novapi) -> None:
    release = threading.Event()

    async def script(connection: ServerConnection) -> None:
        connection.transport.pause_reading()
        await asyncio.get_running_loop().run_in_executor(None, release.wait, 20)
        connection.transport.resume_reading()
        heard.extend([len(frame) async for frame in connection])

    def send_all() -> None:
        for _ in range(100):
            app.send(b"\0" * MIB)
            sent.append(1)

    heard: list[int] = []
    sent: list[int] = []
    process = psutil.Process(novapi.process.pid)
    with Realtime(script) as upstream, session(novapi, novapi.add_channel(upstream.url)) as app:
        before = process.memory_info().rss
        sender = threading.Thread(target=send_all)
        sender.start()
        time.sleep(2)
        got_through, grown = len(sent), process.memory_info().rss - before
        release.set()
        sender.join(30)
    assert ended(upstream)

    assert got_through < 50
    assert grown < 40 * MIB
    assert heard == [MIB] * 100


def test_slow_app_slows_the_provider_down_instead_of_filling_the_memory(novapi: Novapi) -> None:
    sent: list[int] = []

    async def script(connection: ServerConnection) -> None:
        for _ in range(100):
            await connection.send(b"\0" * MIB)
            sent.append(1)
        await connection.wait_closed()

    process = psutil.Process(novapi.process.pid)
    with Realtime(script) as upstream, session(novapi, novapi.add_channel(upstream.url), max_queue=1) as app:
        before = process.memory_info().rss
        time.sleep(2)
        got_through, grown = len(sent), process.memory_info().rss - before
        heard = [len(app.recv(timeout=10)) for _ in range(100)]

    assert got_through < 50
    assert grown < 40 * MIB
    assert heard == [MIB] * 100


def test_frames_up_to_16_mib_pass(novapi: Novapi) -> None:
    with Realtime(echo) as upstream, session(novapi, novapi.add_channel(upstream.url)) as app:
        app.send(b"\7" * 16 * MIB)
        heard = app.recv(timeout=20)

    assert heard == b"\7" * 16 * MIB


def test_larger_frame_of_the_app_is_refused_with_1009(novapi: Novapi) -> None:
    with Realtime(echo) as upstream, session(novapi, novapi.add_channel(upstream.url)) as app:
        app.socket.sendall(b"\x82\xff" + (16 * MIB + 1).to_bytes(8) + b"\0\0\0\0")  # what follows would be the payload
        with pytest.raises(ConnectionClosedError):
            app.recv(timeout=10)
        assert [code for code, _ in ended(upstream)] == [1009]

    assert app.close_code == 1009


def test_larger_frame_of_the_provider_ends_the_session_with_1011(novapi: Novapi) -> None:
    with Realtime(says("x" * (16 * MIB + 1))) as upstream:
        with session(novapi, novapi.add_channel(upstream.url)) as app:
            app.send("go")
            with pytest.raises(ConnectionClosedError):
                app.recv(timeout=20)
        assert [code for code, _ in ended(upstream)] == [1009]

    assert app.close_code == 1011


def response_done(**usage: Any) -> str:
    return json.dumps({"type": "response.done", "response": {"id": "resp_1", "output": [], "usage": usage}})


def test_session_is_one_record_with_the_sum_of_its_tokens(novapi: Novapi) -> None:
    events = (
        json.dumps({"type": "response.output_text.delta", "delta": '"response.done"'}),
        response_done(input_tokens=100, output_tokens=20, input_token_details={"cached_tokens": 64}),
        response_done(input_tokens=7, output_tokens=3, total_tokens=10),
        '{"type": "response.done", "response": {"usage": nul',
        json.dumps({"type": "response.done", "response": {"status": "cancelled", "usage": None}}),
    )
    with Realtime(says(*events)) as upstream:
        model = novapi.add_channel(upstream.url, name="Talkers' channel")
        with session(novapi, model, headers=novapi.authorization | {"x-title": "Talker"}) as app:
            app.send("go")
            heard = tuple(app.recv(timeout=5) for _ in events)
            time.sleep(0.3)

    assert heard == events
    record = record_of(novapi, app)
    assert records_of(novapi, model) == [(101, "", 1)]
    assert (record["input_tokens"], record["output_tokens"], record["cached_tokens"]) == (107, 23, 64)
    assert (record["endpoint"], record["dialect"], record["stream"]) == ("realtime", "openai-chat", True)
    assert (record["app"], record["channel_name"], record["model_sent"]) == ("Talker", "Talkers' channel", model)
    assert not record["estimated"]
    assert 300 <= record["duration_ms"] < 10_000


def test_sounds_of_a_session_have_their_own_price(novapi: Novapi) -> None:
    told = {
        "input_tokens": 1000,
        "output_tokens": 500,
        "input_token_details": {"text_tokens": 400, "audio_tokens": 600, "cached_tokens": 0},
        "output_token_details": {"text_tokens": 100, "audio_tokens": 400},
    }
    with Realtime(says(response_done(**told), response_done(**told))) as upstream:
        priced = [{"name": "talks", "upstream": "gpt-realtime"}]
        novapi.add_channel(upstream.url, provider="openai", models=priced)
        with session(novapi, "talks") as app:
            app.send("go")
            app.recv(timeout=5)
            app.recv(timeout=5)
            time.sleep(0.3)

    assert record_of(novapi, app)["cost_nano"] == 2 * (400 * 4 + 600 * 32 + 100 * 16 + 400 * 64) * 1000


@pytest.mark.parametrize(
    ("text", "usage"),
    [
        (response_done(input_tokens=3, output_tokens=4), Usage(input=3, output=4)),
        (response_done(input_tokens=3.0, output_tokens=None), Usage(input=3)),
        (response_done(input_tokens="3", output_tokens=[4]), Usage()),
        (response_done(input_tokens=-3, output_tokens=True), Usage()),
        (response_done(input_tokens=10**30), Usage()),
        (response_done(input_tokens=3, input_token_details=[1]), Usage(input=3)),
        ('{"type":"response.done"}', Usage()),
        ('{"type":"response.done","response":7}', Usage()),
        ('{"type":"response.done","response":{"usage":[1]}}', Usage()),
        ('["response.done"]', Usage()),
        ('"response.done"', Usage()),
        ('{"type":"x","response":{"usage":{"input_tokens":3}},"a":"response.done"}', Usage()),
        ("[" * 100_000 + '"response.done"', Usage()),
        ("", Usage()),
    ],
)
def test_usage_is_read_leniently(text: str, usage: Usage) -> None:
    assert usage_in(text) == usage


@pytest.mark.parametrize(
    "headers",
    [{"authorization": "Bearer {}"}, {"x-api-key": "{}"}, {"x-goog-api-key": "{}"}, {"api-key": "{}"}],
)
def test_key_is_good_in_every_header(novapi: Novapi, headers: dict[str, str]) -> None:
    with Realtime(echo) as upstream:
        model = novapi.add_channel(upstream.url)
        presented = {name: value.format(novapi.key) for name, value in headers.items()}
        with session(novapi, model, headers=presented) as app:
            app.send("ok")
            assert app.recv(timeout=5) == "ok"


def test_key_is_good_in_the_address_and_does_not_travel(novapi: Novapi) -> None:
    with Realtime(echo) as upstream:
        model = novapi.add_channel(upstream.url)
        with dial(novapi, f"?model={model}&key={novapi.key}", headers={}) as app:
            app.send("ok")
            assert app.recv(timeout=5) == "ok"

    assert novapi.key not in str(upstream.asked[0])
    assert novapi.key not in novapi.log.read_text()


def test_key_is_good_as_a_browsers_subprotocol(novapi: Novapi) -> None:
    protocols = ["realtime", f"openai-insecure-api-key.{novapi.key}", "openai-beta.realtime-v1"]
    with Realtime(echo) as upstream:
        model = novapi.add_channel(upstream.url)
        origin = f"http://127.0.0.1:{novapi.port}"
        with session(novapi, model, headers={}, subprotocols=protocols, origin=origin) as app:
            app.send("ok")
            assert app.recv(timeout=5) == "ok"

    assert app.subprotocol == "realtime"
    assert upstream.asked[0].headers["sec-websocket-protocol"] == "realtime,openai-beta.realtime-v1"


def test_without_a_subprotocol_none_is_answered(novapi: Novapi) -> None:
    with Realtime(echo) as upstream, session(novapi, novapi.add_channel(upstream.url)) as app:
        assert app.subprotocol is None


@pytest.mark.parametrize(
    ("presented", "code"),
    [
        ({}, "missing_api_key"),
        ({"authorization": "Bearer nv-wrong"}, "invalid_api_key"),
        ({"authorization": "Bearer sk-proj-0123456789abcdefghij"}, "invalid_api_key"),
    ],
)
def test_wrong_key_is_refused_before_the_handshake(novapi: Novapi, presented: dict[str, str], code: str) -> None:
    with Realtime(echo) as upstream:
        model = novapi.add_channel(upstream.url)
        status, error, headers = refused(novapi, f"?model={model}", headers=presented)

    assert (status, error["code"]) == (401, code)
    assert headers["x-novapi-request-id"].startswith("nv_")
    assert upstream.asked == []


def test_wrong_subprotocol_key_is_refused(novapi: Novapi) -> None:
    protocols = ["realtime", "openai-insecure-api-key.nv-wrong"]
    status, error, _ = refused(novapi, "?model=any", headers={}, subprotocols=protocols)

    assert (status, error["code"]) == (401, "invalid_api_key")


@pytest.mark.parametrize(
    ("query", "status", "code"),
    [
        ("?model=no-such-model", 404, "model_not_found"),
        ("", 400, "missing_model"),
        ("?model=", 400, "missing_model"),
        ("?model=%20", 400, "invalid_model"),
    ],
)
def test_model_that_nobody_offers_is_refused_and_recorded(novapi: Novapi, query: str, status: int, code: str) -> None:
    found, error, headers = refused(novapi, query)

    assert (found, error["code"]) == (status, code)
    record = novapi.record(headers["x-novapi-request-id"])
    assert (record["status"], record["endpoint"], record["attempts"]) == (status, "realtime", 0)


def test_channel_that_speaks_otherwise_is_not_asked(novapi: Novapi) -> None:
    with Realtime(echo) as upstream:
        model = novapi.add_channel(upstream.url, provider="anthropic")
        status, error, _ = refused(novapi, f"?model={model}")

    assert (status, error["code"]) == (404, "no_suitable_channel")
    assert upstream.asked == []


@pytest.mark.parametrize("origin", ["https://evil.example", "null", "http://127.0.0.1:1", "https://127.0.0.1:{}"])
def test_page_of_another_site_is_refused(novapi: Novapi, origin: str) -> None:
    status, error, _ = refused(novapi, "?model=any", origin=origin.format(novapi.port))

    assert (status, error["code"]) == (403, "origin_not_allowed")


def test_foreign_host_is_refused(novapi: Novapi) -> None:
    headers = novapi.authorization
    address = f"ws://rebound.example:{novapi.port}/v1/realtime?model=any"
    options: dict[str, Any] = {"address": ("127.0.0.1", novapi.port), "proxy": None, "logger": QUIET}
    with pytest.raises(InvalidStatus) as refusal, connect(address, additional_headers=headers, **options):
        pass

    response = refusal.value.response
    assert response.status_code == 403
    assert json.loads(response.body)["error"]["code"] == "host_not_allowed"


@pytest.mark.parametrize("path", ["/", "/v1/chat/completions", "/api/status", "/v1/realtime/x", "/static/x", "/ws"])
def test_other_paths_have_no_websocket(novapi: Novapi, path: str) -> None:
    status, error, _ = refused(novapi, path=path)

    assert (status, error["code"]) == (404, "unknown_endpoint")


@pytest.mark.parametrize("path", ["/v1/responses", "/responses"])
def test_codex_is_told_to_go_on_with_post(novapi: Novapi, path: str) -> None:
    status, error, _ = refused(novapi, path=path)

    assert (status, error["code"]) == (426, "upgrade_not_supported")


def test_connection_is_refused_where_the_upgrade_is_not_asked_for(novapi: Novapi) -> None:
    response = novapi.http.get("/v1/realtime?model=any", headers=novapi.authorization)

    assert response.status_code == 404


@pytest.mark.parametrize("status", [401, 403, 429, 500, 503])
def test_channel_that_refuses_the_handshake_is_followed_by_the_next(novapi: Novapi, status: int) -> None:
    error = {"error": {"message": "no"}}
    with Realtime(echo, refuses_with=(status, error)) as first, Realtime(echo) as second:
        model = novapi.add_channel(first.url, priority=9)
        novapi.add_channel(second.url, model=model, name=f"Second after {status}")
        with session(novapi, model) as app:
            app.send("ok")
            assert app.recv(timeout=5) == "ok"

    record = record_of(novapi, app)
    assert (record["attempts"], record["channel_name"]) == (2, f"Second after {status}")
    assert len(first.asked) == len(second.asked) == 1


def test_channel_that_is_down_is_followed_by_the_next(novapi: Novapi) -> None:
    with Realtime(echo) as second:
        model = novapi.add_channel(f"http://127.0.0.1:{closed_port()}/v1", priority=9)
        novapi.add_channel(second.url, model=model)
        with session(novapi, model) as app:
            app.send("ok")
            assert app.recv(timeout=5) == "ok"

    assert record_of(novapi, app)["attempts"] == 2


def test_channel_that_answers_like_a_web_server_is_followed_by_the_next(novapi: Novapi) -> None:
    page = whole(b"<html>hi</html>", content_type="text/html")
    with FakeUpstream(lambda call: [page]) as first, Realtime(echo) as second:
        model = novapi.add_channel(first.url, priority=9)
        novapi.add_channel(second.url, model=model)
        with session(novapi, model) as app:
            assert told(app, "attempts") == "2"


def test_channel_that_refused_its_key_is_not_asked_again(novapi: Novapi) -> None:
    with Realtime(echo, (401, {"error": {"message": "no"}})) as bad, Realtime(echo) as sound:
        model = novapi.add_channel(bad.url, name="Refused", priority=9)
        novapi.add_channel(sound.url, model=model)
        for _ in range(3):
            with session(novapi, model) as app:
                pass
        route = novapi.api("GET", f"/usage/records/{record_of(novapi, app)['request_id']}").json()["route"]

    assert (len(bad.asked), len(sound.asked)) == (1, 3)
    assert {each["channel"]: each["reason"] for each in route["candidates"]}["Refused"] == "key refused"
    assert route["attempts"][0]["status"] == 101


def test_session_counts_against_limits_while_it_lasts(novapi: Novapi) -> None:
    with Realtime(echo) as upstream:
        model = novapi.add_channel(upstream.url, concurrent_calls=1)
        made = novapi.api("POST", "/keys", json={"name": "One session", "concurrent_calls": 1}).json()
        own = {"authorization": f"Bearer {made['key']}"}
        with session(novapi, model, headers=own):
            by_key = refused(novapi, f"?model={model}", headers=own)
            by_channel = refused(novapi, f"?model={model}")
        assert eventually(lambda: upstream.connections == 0)
        with session(novapi, model, headers=own) as app:
            app.send("still here")
            assert app.recv(timeout=5) == "still here"

    assert (by_key[0], by_channel[0]) == (429, 429)
    assert "The key 'One session' has reached a limit" in by_key[1]["message"]
    assert "Every channel has reached a limit" in by_channel[1]["message"]


def test_provider_that_is_down_is_named(novapi: Novapi) -> None:
    model = novapi.add_channel(f"http://127.0.0.1:{closed_port()}/v1", name="Deaf")
    status, error, headers = refused(novapi, f"?model={model}")

    assert (status, error["code"]) == (502, "upstream_failed")
    assert "Deaf (could not be reached at http://127.0.0.1:" in error["message"]
    record = novapi.record(headers["x-novapi-request-id"])
    assert (record["status"], record["attempts"], record["channel_name"]) == (502, 1, "Deaf")
    assert record["input_tokens"] is None


def test_providers_own_refusal_of_the_request_is_passed_on_and_not_retried(novapi: Novapi) -> None:
    error = {"error": {"message": "The model does not exist", "code": "model_not_found", "type": "x"}}
    with Realtime(echo, refuses_with=(400, error)) as first, Realtime(echo) as second:
        model = novapi.add_channel(first.url, priority=9)
        novapi.add_channel(second.url, model=model)
        status, said, headers = refused(novapi, f"?model={model}")

    assert (status, said) == (400, error["error"])
    assert headers["x-novapi-attempts"] == "1"
    assert second.asked == []


def test_refusal_never_shows_the_channels_key(novapi: Novapi) -> None:
    error = {"error": {"message": "Incorrect API key provided: sk-upstream-secret-0001"}}
    with Realtime(echo, refuses_with=(401, error)) as upstream:
        status, said, _ = refused(novapi, f"?model={novapi.add_channel(upstream.url)}")

    assert (status, said["code"]) == (502, "upstream_auth")
    assert "sk-upstream-secret-0001" not in said["message"]


def test_redirect_is_not_followed_with_the_key(novapi: Novapi) -> None:
    with FakeUpstream(json_reply({})) as elsewhere:
        script = json_reply({}, 302, Location=f"{elsewhere.url}/realtime")
        with FakeUpstream(script) as upstream:
            _, error, _ = refused(novapi, f"?model={novapi.add_channel(upstream.url)}")

    assert "redirect (302)" in error["message"]
    assert elsewhere.received == []


def test_stopping_novapi_closes_sessions_with_1001(tmp_path: Path) -> None:
    with Realtime(echo) as upstream, FakeUpstream(lambda call: [30.0]) as silent, Novapi(tmp_path / "home") as novapi:
        model, waiting = novapi.add_channel(upstream.url), novapi.add_channel(silent.url)
        refusals: list[tuple[int, dict[str, Any], Any]] = []
        dialling = threading.Thread(target=lambda: refusals.append(refused(novapi, f"?model={waiting}")))
        dialling.start()
        with session(novapi, model) as app:
            app.send("ok")
            app.recv(timeout=5)
            assert eventually(lambda: silent.received)
            stopping_at = time.monotonic()
            assert novapi.stop() == 0
            took = time.monotonic() - stopping_at
            with pytest.raises(ConnectionClosedOK):
                app.recv(timeout=5)
        dialling.join(5)
        found = records_of(novapi, model) + records_of(novapi, waiting)
        log = novapi.log.read_text()

    assert (app.close_code, app.close_reason) == (1001, "Novapi was stopped.")
    assert ended(upstream) == [(1001, "Novapi was stopped.")]
    assert [status for status, _, _ in refusals] == [503]
    assert found == [(101, "Novapi was stopped.", 1), (503, "Novapi was stopped.", 1)]
    assert took < 4
    assert "Traceback" not in log


def test_no_key_is_logged_at_any_level(tmp_path: Path) -> None:
    with Realtime(echo) as upstream, Novapi(tmp_path / "home", NOVAPI_LOG_LEVEL="debug") as novapi:
        model = novapi.add_channel(upstream.url)
        with dial(novapi, f"?model={model}&key={novapi.key}", headers=novapi.authorization) as app:
            app.send("ok")
            app.recv(timeout=5)
        log = novapi.log.read_text()

    assert novapi.key not in log
    assert "sk-upstream-secret-0001" not in log


@pytest.mark.parametrize(("kind", "scheme"), [("http", "http"), ("socks", "socks5")])
def test_session_goes_through_the_channels_proxy(novapi: Novapi, kind: str, scheme: str) -> None:
    def talk(address: str, port: int) -> str | bytes:
        with session(novapi, novapi.add_channel(address, proxy=f"{scheme}://127.0.0.1:{port}")) as app:
            app.send("ok")
            return app.recv(timeout=5)

    async def conversation(address: str) -> tuple[str | bytes, Proxy]:
        async with proxy(kind) as between:
            return await asyncio.to_thread(talk, address, between.port), between

    with Realtime(echo) as upstream:
        heard, between = asyncio.run(conversation(upstream.url))

    assert heard == "ok"
    assert len(between.asked) == 1
    assert f"127.0.0.1:{upstream.port}" in between.asked[0]


def test_many_sessions_leave_no_socket_behind(novapi: Novapi) -> None:
    process = psutil.Process(novapi.process.pid)
    with Realtime(echo) as upstream:
        model = novapi.add_channel(upstream.url)
        with session(novapi, model):
            pass
        eventually(lambda: upstream.connections == 0)
        before = process.num_fds()
        for number in range(20):
            with session(novapi, model) as app:
                app.send("ok")
                assert app.recv(timeout=5) == "ok"
                if number % 2:
                    app.socket.shutdown(2)
        eventually(lambda: upstream.connections == 0)
        left = eventually(lambda: process.num_fds() <= before) and process.num_fds() - before

    assert left <= 0
    assert "Traceback" not in novapi.log.read_text()


@pytest.mark.filterwarnings("ignore:connect:DeprecationWarning:openai._websocket_connection")  # the SDK's own business
def test_openais_sdk_says_one_thing(novapi: Novapi) -> None:
    events = (
        json.dumps({"type": "session.created", "event_id": "e1", "session": {"type": "realtime"}}),
        response_done(input_tokens=5, output_tokens=6),
    )
    with Realtime(says(*events)) as upstream:
        model = novapi.add_channel(upstream.url)
        with (
            OpenAI(base_url=novapi.base_url, api_key=novapi.key) as client,
            client.realtime.connect(model=model) as it,
        ):
            it.response.create()
            heard = [it.recv().type for _ in events]

    assert heard == ["session.created", "response.done"]


def test_openais_async_sdk_says_one_thing(novapi: Novapi) -> None:
    async def talk(model: str) -> Sequence[str]:
        async with (
            AsyncOpenAI(base_url=novapi.base_url, api_key=novapi.key) as client,
            client.realtime.connect(model=model) as connection,
        ):
            await connection.response.create()
            return [(await connection.recv()).type]

    with Realtime(says(response_done(input_tokens=5, output_tokens=6))) as upstream:
        heard = asyncio.run(talk(novapi.add_channel(upstream.url)))

    assert heard == ["response.done"]


def attempt(base_url: str, *, azure: bool, api_version: str = "") -> Attempt:
    provider = ProviderRow("some", "Some", base_url, azure=azure)
    channel = ChannelRoute(
        id=1,
        name="Some",
        provider=provider,
        base_url=base_url,
        api_version=api_version,
        dialects=frozenset({"openai-chat"}),
        headers={},
        proxy="",
        priority=0,
        weight=1,
        limits=Limits(1, 1, 1),
        credentials=(),
    )
    return Attempt(Candidate(channel, "voice", "gpt-realtime/1"), Credential(1, "sk-1"))


@pytest.mark.parametrize(
    ("base_url", "azure", "api_version", "address"),
    [
        ("https://api.openai.com/v1", False, "", "https://api.openai.com/v1/realtime?model=gpt-realtime%2F1"),
        ("http://localhost:8000/v1", False, "", "http://localhost:8000/v1/realtime?model=gpt-realtime%2F1"),
        ("https://r.azure.com/openai/v1", True, "", "https://r.azure.com/openai/v1/realtime?model=gpt-realtime%2F1"),
        (
            "https://r.azure.com/openai/v1",
            True,
            "preview",
            "https://r.azure.com/openai/v1/realtime?api-version=preview&model=gpt-realtime%2F1",
        ),
        (
            "https://r.azure.com",
            True,
            "2025-04-01-preview",
            "https://r.azure.com/openai/realtime?api-version=2025-04-01-preview&deployment=gpt-realtime%2F1",
        ),
        (
            "https://r.azure.com/openai/deployments/mine",
            True,
            "2025-04-01-preview",
            "https://r.azure.com/openai/realtime?api-version=2025-04-01-preview&deployment=mine",
        ),
    ],
)
def test_address_of_a_channels_sessions(base_url: str, azure: bool, api_version: str, address: str) -> None:
    assert realtime.address(attempt(base_url, azure=azure, api_version=api_version)) == address


@pytest.mark.parametrize(
    ("code", "sent"),
    [
        *[(code, code) for code in (1000, 1001, 1003, 1007, 1011, 1014, 3000, 4999)],
        *[(code, 1011) for code in (0, 999, 1004, 1006, 1015, 2999, 5000, 65535)],
        (1005, 1000),
    ],
)
def test_only_codes_that_may_be_sent_are_sent(code: int, sent: int) -> None:
    assert sendable(code) == sent
    assert close_of_provider("Voices", code, "").code == sent
    assert close_of_client({"type": "websocket.disconnect", "code": code, "reason": ""}).code == sent


def test_server_without_http_denials_gets_a_close_code() -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "websocket.connect"}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    async def deny(error: GatewayError) -> None:
        await realtime.deny(error, {"type": "websocket", "headers": [], "subprotocols": []}, receive, send)

    asyncio.run(deny(WrongKey("no")))

    assert sent == [{"type": "websocket.close", "code": 4401, "reason": ""}]


class Failing:
    """An end of a session with a mistake in it."""

    def __init__(self, frames: Sequence[str] = ()) -> None:
        self.closed: list[Close] = []
        self._frames = iter(frames)

    async def receive(self) -> str | Close:
        if frame := next(self._frames, None):
            return frame
        await asyncio.sleep(60)
        raise AssertionError

    async def send(self, frame: str | bytes) -> None:
        raise ZeroDivisionError

    async def close(self, close: Close) -> None:
        self.closed.append(close)


def test_mistake_of_ours_closes_both_ends() -> None:
    app: Any = Failing()
    provider: Any = Failing(["go"])

    with pytest.raises(ZeroDivisionError):
        asyncio.run(realtime.converse(app, provider, lambda frame: None))

    assert [close.code for close in app.closed + provider.closed] == [1011, 1011]
