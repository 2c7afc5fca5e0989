"""Ask an open port who it is: GETs only, for a POST may load a model; small, short, and never elsewhere."""

import asyncio
from collections.abc import AsyncIterator, Iterable

import httpx

from channels_app.local.answers import NO_ANSWER, Answer, parse_answer

CONNECT_SECONDS = 0.25  # to a host where perhaps nobody listens: some systems take two seconds to refuse
PORT_SECONDS = 0.6  # for all questions to one port
NAMED_SECONDS = 2.0  # if its process is called like an engine, which may be busy: it is worth the wait
DETAIL_SECONDS = 0.3  # for what an engine says of its models, beyond that
TALKS_AT_ONCE = 8  # more would use up each other's time, for it is this process that is busy
MOST_BYTES = 256 * 1024  # of an answer


class Prober:
    """Connections to ports of this machine, kept for as long as a scan takes. `turn`: for whom has more to say than
    one answer.

    The transport is used bare: a client would follow redirects, take cookies along to the next port, and heed proxies.
    """

    def __init__(self) -> None:
        self.turn = asyncio.Semaphore(TALKS_AT_ONCE)

    async def __aenter__(self) -> "Prober":
        self._transport = await asyncio.to_thread(transport)  # the first one takes a while to load
        return self

    async def __aexit__(self, *_: object) -> None:
        await self._transport.aclose()

    async def ask_each(
        self,
        host: str,
        port: int,
        paths: Iterable[str],
        answers: dict[str, Answer],
        api_key: str,
        seconds: float,
        connect_seconds: float | None = None,
    ) -> None:
        """Ask for the paths one by one and put what comes into `answers`, until `seconds` are over. `connect_seconds`:
        that a connection may take of them; None: all."""
        try:
            async with asyncio.timeout(seconds):
                for path in paths:
                    answers[path] = NO_ANSWER
                    answers[path] = await self.ask(request_for(host, port, path, api_key, connect_seconds))
        except TimeoutError:
            return

    async def ask(self, request: httpx.Request) -> Answer:
        """One GET. What is no HTTP, or breaks off, is no answer."""
        try:
            response = await self._transport.handle_async_request(request)
        except (httpx.HTTPError, httpx.InvalidURL, OSError):
            return NO_ANSWER
        try:
            raw = await beginning(response.stream)  # type: ignore[arg-type]  # of an async transport
        except (httpx.HTTPError, httpx.StreamError, OSError):
            return NO_ANSWER
        finally:
            await response.aclose()
        packed = response.headers.get("content-encoding", "identity") != "identity"
        return parse_answer(response.status_code, response.headers, b"" if packed else raw)


def transport() -> httpx.AsyncHTTPTransport:
    limits = httpx.Limits(max_connections=None, max_keepalive_connections=None)
    return httpx.AsyncHTTPTransport(verify=False, trust_env=False, limits=limits)


def request_for(host: str, port: int, path: str, api_key: str, connect_seconds: float | None) -> httpx.Request:
    """Ollama refuses a Host that is not local, and any page's Origin; nobody can be trusted to pack little."""
    url = f"http://{f'[{host}]' if ':' in host else host}:{port}{path}"
    headers = {
        "host": f"127.0.0.1:{port}",
        "user-agent": "Novapi (looking for local engines)",
        "accept": "*/*",
        "accept-encoding": "identity",
    }
    if api_key:
        headers["authorization"] = f"Bearer {api_key}"
    return httpx.Request("GET", url, headers=headers, extensions={"timeout": {"connect": connect_seconds}})


async def beginning(stream: AsyncIterator[bytes]) -> bytes:
    """As much of an answer as is looked at: some never end."""
    raw = bytearray()
    async for chunk in stream:
        raw += chunk
        if len(raw) >= MOST_BYTES:
            break
    return bytes(raw[:MOST_BYTES])


async def listens(host: str, port: int) -> bool:
    """Whether anybody does. Says nothing, hangs up at once."""
    try:
        async with asyncio.timeout(CONNECT_SECONDS):
            _, writer = await asyncio.open_connection(host, port)
    except (OSError, TimeoutError):
        return False
    writer.close()
    return True
