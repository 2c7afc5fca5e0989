"""The two ends of a WebSocket session: the app's, which the ASGI server holds, and the provider's, which aiohttp does.

Both read, send and close alike. How a session ended is a `Close`.
"""

import asyncio
from collections.abc import Sequence
from typing import Any

import aiohttp
import httpx
import msgspec
from yarl import URL

from channels_app.table import ChannelRoute
from gateway.call import Answer, HeaderPairs
from gateway.transport import MAX_HEADER_BYTES, connector
from gateway.visits import CLIENT_LEFT, MAX_FRAME_BYTES, STOPPED_BY_NOVAPI, STOPPED_BY_OWNER, Receive, Send

SUBPROTOCOL = "realtime"
SWITCHED = 101
CLOSE_SECONDS = 0.5  # an end that has not answered a close by then is dropped
HEARTBEAT_SECONDS = 60  # a connection that a router forgot is noticed by its missing pong
MAX_REASON_BYTES = 123  # RFC 6455, section 5.5
ENDED_WELL = frozenset({1000, 1001})
SENDABLE = frozenset({1000, 1001, 1002, 1003, *range(1007, 1015)})  # RFC 6455, section 7.4, and IANA's registry

Frame = str | bytes


class Close(msgspec.Struct, frozen=True):
    """How a session ended: what the other end is told, and what the record says if it was no good end."""

    code: int
    reason: str = ""
    problem: str = ""


WRONG_INSIDE = Close(1011, "Novapi: something went wrong inside the gateway.", "Something went wrong inside Novapi.")
STOPPED = Close(1001, "Novapi was stopped.", STOPPED_BY_NOVAPI)
BROKEN = Close(1011, "Novapi: the connection broke.", "The connection broke.")
LEFT = Close(1011, "Novapi: the client went away.", CLIENT_LEFT)
UNWANTED = Close(1001, "Novapi: it was stopped by its owner.", STOPPED_BY_OWNER)


class EndGone(Exception):
    """A frame could not be sent: that end of the session is no more. Reading from it tells why."""


class Client:
    """The app's end, as the ASGI server gives it."""

    def __init__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        self.scope = scope
        self.head: dict[bytes, bytes] = dict(scope["headers"])
        self.subprotocols: Sequence[str] = scope["subprotocols"]
        self.is_open = False
        self._receive = receive
        self._send = send

    async def watch(self, task: "asyncio.Task[Any]") -> None:
        """Until the session stands, a client that leaves cancels it."""
        while (await self._receive())["type"] != "websocket.disconnect":
            pass
        task.cancel(CLIENT_LEFT)

    async def accept(self, headers: HeaderPairs) -> None:
        chosen = SUBPROTOCOL if SUBPROTOCOL in self.subprotocols else None
        self.is_open = True
        await self._say({"type": "websocket.accept", "subprotocol": chosen, "headers": headers})

    async def deny(self, answer: Answer) -> None:
        """An HTTP answer instead of a WebSocket; where the server can't give one, a close code made of its status."""
        if self.is_open:
            return
        if "websocket.http.response" not in (self.scope.get("extensions") or {}):
            await self._send({"type": "websocket.close", "code": 4000 + answer.status, "reason": ""})
            return
        start = {"type": "websocket.http.response.start", "status": answer.status, "headers": answer.headers}
        await self._send(start)
        await self._send({"type": "websocket.http.response.body", "body": answer.body})

    async def receive(self) -> Frame | Close:
        message = await self._receive()
        if message["type"] == "websocket.disconnect":
            self.is_open = False
            return close_of_client(message)
        text: str | None = message.get("text")
        return bytes(message["bytes"]) if text is None else text

    async def send(self, frame: Frame) -> None:
        kind = "text" if isinstance(frame, str) else "bytes"
        await self._say({"type": "websocket.send", kind: frame})

    async def close(self, close: Close) -> None:
        if self.is_open:
            self.is_open = False
            try:
                await self._say({"type": "websocket.close", "code": close.code, "reason": close.reason})
            except EndGone:
                return

    async def _say(self, message: dict[str, Any]) -> None:
        try:
            await self._send(message)
        except (OSError, RuntimeError) as problem:  # uvicorn's RuntimeError: it has closed after a missing pong
            raise EndGone from problem


class Declined(Exception):
    """A provider answered the handshake with something else than 101."""

    def __init__(self, response: aiohttp.ClientResponse) -> None:
        super().__init__(response.status)
        self.response = response


class Provider:
    """The channel's end: one WebSocket in an aiohttp session of its own, since the connection is not given back."""

    def __init__(self, channel: ChannelRoute) -> None:
        self._name = channel.name
        self._http_proxy = channel.proxy if channel.proxy.startswith("http") else None
        self._session = aiohttp.ClientSession(
            connector=connector(channel.proxy),
            cookie_jar=aiohttp.DummyCookieJar(),
            middlewares=(self._look,),
            skip_auto_headers=("accept", "accept-encoding", "user-agent", "content-type"),
            timeout=aiohttp.ClientTimeout(total=None, connect=channel.limits.connect_s),
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            trust_env=False,
        )
        self._transport: asyncio.Transport | None = None

    async def open(self, request: httpx.Request, protocols: Sequence[str]) -> None:
        """The handshake. Raises Declined, and whatever goes wrong in aiohttp or below."""
        self._socket = await self._session.ws_connect(
            URL(str(request.url), encoded=True),
            headers=[(name.decode(), value.decode()) for name, value in request.headers.raw],
            protocols=protocols,
            proxy=self._http_proxy,
            timeout=aiohttp.ClientWSTimeout(ws_close=CLOSE_SECONDS),
            max_msg_size=MAX_FRAME_BYTES + 1,  # aiohttp's limit is the first size that is too much
            heartbeat=HEARTBEAT_SECONDS,
            autoclose=False,  # it would answer with a code of its own
        )

    async def _look(self, request: aiohttp.ClientRequest, send: aiohttp.ClientHandlerType) -> aiohttp.ClientResponse:
        """Before aiohttp follows a redirect, with the key, or throws the body of a refusal away."""
        response = await send(request)
        if response.status != SWITCHED or response.connection is None:
            raise Declined(response)
        self._transport = response.connection.transport
        return response

    async def receive(self) -> Frame | Close:
        message = await self._socket.receive()
        match message.type:
            case aiohttp.WSMsgType.TEXT | aiohttp.WSMsgType.BINARY:
                return message.data  # type: ignore[no-any-return]
            case aiohttp.WSMsgType.CLOSE:
                return close_of_provider(self._name, int(message.data or 1000), str(message.extra or ""))
            case aiohttp.WSMsgType.ERROR:
                return broken(f"{self._name} broke the WebSocket: {message.data}")
        return broken(f"{self._name} broke the connection")

    async def send(self, frame: Frame) -> None:
        try:
            if isinstance(frame, str):
                await self._socket.send_str(frame)
            else:
                await self._socket.send_bytes(frame)
        except (aiohttp.ClientError, OSError) as problem:
            raise EndGone from problem

    async def close(self, close: Close) -> None:
        await self._socket.close(code=close.code, message=close.reason.encode())

    async def drop(self) -> None:
        """Close the connection, with whatever a provider that reads no more has left in it."""
        if self._transport:
            self._transport.abort()
        await self._session.close()


def close_of_client(message: dict[str, Any]) -> Close:
    """How the app ended the session. Where it was cut off, uvicorn gives no reason, not even an empty one."""
    code, reason = message.get("code", 1005), message.get("reason")
    if code == 1006 or (code == 1005 and reason is None):
        return LEFT
    return Close(sendable(code), reason or "")


def close_of_provider(name: str, code: int, reason: str) -> Close:
    said = f"{code} {reason}".strip()
    return Close(sendable(code), reason, "" if code in ENDED_WELL else f"{name} closed the session ({said})")


def broken(problem: str) -> Close:
    return Close(1011, f"Novapi: {problem}.".encode()[:MAX_REASON_BYTES].decode(errors="ignore"), problem)


def sendable(code: int) -> int:
    """The code if it may be sent (RFC 6455, section 7.4): 1005 stands for none, and others are no one's to say."""
    if code == 1005:
        return 1000
    return code if code in SENDABLE or 3000 <= code < 5000 else 1011
