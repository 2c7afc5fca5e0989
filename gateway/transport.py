"""httpx's transport interface over aiohttp's client.

httpx's own transport costs ten times the CPU of aiohttp's (DESIGN, measured facts). Requests and answers stay
httpx's, so that tests substitute `httpx.MockTransport`.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable
from contextvars import ContextVar
from functools import lru_cache
from io import BytesIO
from typing import Any

import aiohttp
import httpx
from multidict import CIMultiDict
from yarl import URL

from gateway import tls

KEEPALIVE_SECONDS = 30  # most vendors keep idle connections for a minute, local engines for five seconds
READ_BUFFER_BYTES = 256 * 1024
MAX_HEADER_BYTES = 64 * 1024
LOOK_SECONDS = 0.5  # how often a read that waits is looked after
END_SECONDS = 0.1  # that a reader may take to hear that its connection has ended in good order
LARGE_BODY_BYTES = 512 * 1024  # above this a body is written in pieces, so that other calls go on meanwhile

_SOCKS = ("python_socks", "aiohttp_socks")  # whose exceptions share no base with anything else
_made_connection: ContextVar[bool] = ContextVar("made_connection")  # for the request under way in this task

_url = lru_cache(maxsize=1024)(lambda text: URL(text, encoded=True))
_headers = lru_cache(maxsize=1024)(
    lambda raw: CIMultiDict((name.decode(), value.decode()) for name, value in raw)  # aiohttp encodes as UTF-8 again
)
_timeout = lru_cache(maxsize=256)(lambda connect: aiohttp.ClientTimeout(total=None, connect=connect))


class AiohttpTransport(httpx.AsyncBaseTransport):
    """One connection pool for one proxy setting ("" for none).

    Reads `request.extensions["timeout"]`: seconds to `connect`, to the `first_byte`, and between reads (`read`).
    Raises httpx's exceptions. Redirects are not followed: they would carry the key elsewhere.
    """

    def __init__(self, proxy: str = "") -> None:
        self._http_proxy = proxy if proxy.startswith("http") else None
        self._session = aiohttp.ClientSession(
            connector=connector(proxy),
            cookie_jar=aiohttp.DummyCookieJar(),
            skip_auto_headers=("accept", "accept-encoding", "user-agent", "content-type"),
            read_bufsize=READ_BUFFER_BYTES,
            max_line_size=MAX_HEADER_BYTES,
            max_field_size=MAX_HEADER_BYTES,
            trust_env=False,
        )

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        timeouts = request.extensions["timeout"]
        try:
            async with asyncio.timeout(timeouts["first_byte"]):
                answer = await self._send(request, timeouts)
        except TimeoutError as problem:
            raise as_httpx(problem, request, timeouts["first_byte"]) from problem
        except Exception as problem:  # aiohttp's, the proxy library's, the system's: this is where they become httpx's
            raise as_httpx(problem, request) from problem
        response = httpx.Response(answer.status, headers=answer.raw_headers, stream=Body(answer, timeouts, request))
        response.headers.encoding = "latin-1"  # or httpx tries encodings at every look-up
        return response

    async def _send(self, request: httpx.Request, timeouts: dict[str, float]) -> aiohttp.ClientResponse:
        """Send; again where a kept connection turns out to be one the server had given up: nobody read the request."""
        while True:
            _made_connection.set(False)
            try:
                return await self._send_once(request, timeouts)
            except (aiohttp.ServerDisconnectedError, aiohttp.ClientOSError):
                if _made_connection.get():
                    raise

    def _send_once(self, request: httpx.Request, timeouts: dict[str, float]) -> Awaitable[aiohttp.ClientResponse]:
        body = b"".join(request.stream)  # type: ignore[arg-type]  # bodies are whole, see `upstream`
        return self._session.request(
            request.method,
            _url(str(request.url)),
            headers=_headers(tuple(request.headers.raw)),
            data=BytesIO(body) if len(body) > LARGE_BODY_BYTES else body or None,
            allow_redirects=False,
            proxy=self._http_proxy,
            timeout=_timeout(timeouts["connect"]),
        )

    async def aclose(self) -> None:
        await self._session.close()


def connector(proxy: str) -> Any:
    """Unlimited connections: the number of calls in flight is limited elsewhere."""
    options: dict[str, Any] = {
        "limit": 0,
        "keepalive_timeout": KEEPALIVE_SECONDS,
        "ttl_dns_cache": 60,
        "ssl": tls.context(),
    }
    if proxy.startswith("socks"):
        from aiohttp_socks import ProxyConnector

        return noting(ProxyConnector).from_url(proxy, rdns=True, **options)
    return noting(aiohttp.TCPConnector)(**options)


def noting(base: Any) -> Any:
    """The connector class, noting in `_made_connection` when it could not take a kept one."""

    class Noting(base):  # type: ignore[misc]  # aiohttp has no public hook for this but tracing, which costs 10 µs
        async def _create_connection(self, *args: Any) -> Any:
            _made_connection.set(True)
            return await super()._create_connection(*args)

    return Noting


class Body(httpx.AsyncByteStream):
    """An answer's body, chunk by chunk as the network gives it, with a limit on silence."""

    def __init__(self, answer: aiohttp.ClientResponse, timeouts: dict[str, float], request: httpx.Request) -> None:
        self._answer = answer
        self._timeouts = timeouts
        self._request = request

    async def __aiter__(self) -> AsyncIterator[bytes]:
        content = self._answer.content
        silence = SilenceTimer(self._answer)
        allowed = self._timeouts["first_byte"]
        try:
            while not content.at_eof():
                chunk = content.read_nowait()
                if not chunk:
                    silence.allow(allowed)
                    chunk = await content.readany()
                    silence.waiting_since = None
                if chunk:
                    yield chunk
                    allowed = self._timeouts["read"]
        except (aiohttp.ClientError, TimeoutError, OSError, ValueError) as problem:
            raise as_httpx(problem, self._request, *problem.args[:1]) from problem
        finally:
            silence.cancel()

    async def aclose(self) -> None:
        """Closes the connection unless the answer was read to its end, so the provider stops working on it."""
        self._answer.close()


class SilenceTimer:
    """Ends a read that has been waiting too long, or for nothing. One timer per answer, moved on lazily: chunks cost
    nothing.

    Time in which the client is slow to take a chunk does not count: `waiting_since` is None then. A connection that
    aiohttp gave up over a corrupt chunk does not end the read by itself, so the timer looks after that, too.
    """

    def __init__(self, answer: aiohttp.ClientResponse) -> None:
        self.waiting_since: float | None = None
        self._answer = answer
        self._seconds = 0.0
        self._handle: asyncio.TimerHandle | None = None

    def allow(self, seconds: float) -> None:
        """A read begins; it may take this long."""
        loop = asyncio.get_running_loop()
        self.waiting_since = loop.time()
        if seconds != self._seconds:
            self.cancel()
            self._seconds = seconds
            self._handle = loop.call_later(min(seconds, LOOK_SECONDS), self._look, loop)

    def cancel(self) -> None:
        if self._handle:
            self._handle.cancel()

    def _look(self, loop: asyncio.AbstractEventLoop, was_dead: bool = False) -> None:
        now = loop.time()
        due = (self.waiting_since or now) + self._seconds
        is_dead = self.waiting_since is not None and self._is_dead()
        if due <= now:
            self._answer.content.set_exception(TimeoutError(self._seconds))
        elif is_dead and was_dead:
            self._answer.content.set_exception(aiohttp.ClientPayloadError("the connection was given up"))
        else:
            after = END_SECONDS if is_dead else LOOK_SECONDS
            self._handle = loop.call_at(min(due, now + after), self._look, loop, is_dead)

    def _is_dead(self) -> bool:
        connection = self._answer.connection
        transport = connection.transport if connection else None
        return connection is not None and (transport is None or transport.is_closing())


def as_httpx(problem: Exception, request: httpx.Request, seconds: object = None) -> httpx.TransportError:
    """aiohttp's exceptions in httpx's words; `seconds` is how long was waited, for a time-out."""
    text = str(problem) or type(problem).__name__
    if words := tls.distrust(problem):
        return tls.Distrusted(words, request=request)
    if any(type(error).__module__.startswith(_SOCKS) for error in (problem, problem.__cause__)):
        return httpx.ProxyError(text, request=request)
    match problem:
        case aiohttp.ConnectionTimeoutError():
            return httpx.ConnectTimeout(text, request=request)
        case aiohttp.ClientHttpProxyError() | aiohttp.ClientProxyConnectionError():
            return httpx.ProxyError(text, request=request)
        case aiohttp.ClientConnectorError():
            return httpx.ConnectError(text, request=request)
        case TimeoutError():
            return httpx.ReadTimeout(f"{seconds:g} s" if isinstance(seconds, int | float) else text, request=request)
        case aiohttp.ClientError():
            return httpx.RemoteProtocolError(text, request=request)
    return httpx.ReadError(text, request=request)
