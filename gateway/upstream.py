"""The only place that talks HTTP to providers. Foreign errors become ChannelFailure here, once."""

import asyncio
import math
import re
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from email.utils import parsedate_to_datetime
from functools import lru_cache
from time import time

import httpx
import msgspec

from channels_app import built_in
from channels_app.table import NO_LIMIT_S, ChannelRoute, Credential
from gateway.call import Call
from gateway.echo import EchoTransport
from gateway.offers import Attempt
from gateway.overrides import overridden
from gateway.tls import Distrusted

# 408/409/425/429 and 5xx may go well elsewhere; a refused key or an empty account is the channel's fault, not the
# client's. Every other 4xx is about the request and would be refused by the next channel too.
RETRYABLE = frozenset({401, 402, 403, 408, 409, 425, 429})
LONGEST_WAIT_SECONDS = 31 * 24 * 3600  # a monthly quota; more is a mistake
MAX_ERROR_BYTES = 256 * 1024
MAX_ANSWER_BYTES = 256 * 1024 * 1024
ASKED_FOR = "asked_for"  # the code of an error that the built-in model was asked for
NOBODY = Credential(id=None, api_key="")

# What every request of a dialect has, unless its client says otherwise.
DIALECT_HEADERS = {"anthropic": {"anthropic-version": "2023-06-01"}}  # the newer one refuses what old clients send

# OpenAI's `model_not_found`, Anthropic's "model: claude-x", Ollama's and Gemini's sentences.
MODEL_MISSING = re.compile(
    rb"model_not_found|not_found_error|\bmodels?\b[^{}]{0,120}not (?:found|exist|supported)", re.I
)

LOADING = re.compile(rb'"message"\s*:\s*"Loading model', re.I)

# How an empty account is told: OpenAI, Moonshot and Zhipu (429), SiliconFlow and xAI (403), all others by 402.
NO_CREDIT = re.compile(
    rb"insufficient_quota|exceeded_current_quota|insufficient[_ ]balance|balance is (?:insufficient|not enough)"
    rb"|doesn't have any credits|\"code\"\s*:\s*\"?1113\b",
    re.I,
)
# Anthropic's own words for it, under the status of a bad request.
CREDIT_TOO_LOW = re.compile(rb'"message"\s*:\s*"Your credit balance is too low')

_WORDS = {
    401: "refused the key",
    402: "no credit",
    403: "refused the key",
    408: "timed out",
    404: "not found",
    429: "rate limited",
    503: "overloaded",
    529: "overloaded",
}


@dataclass(slots=True)
class ChannelFailure(Exception):
    """A channel did not answer as it should.

    `reason` is a few words for the owner; `status` the provider's status or None when there was none; `retryable`
    whether another candidate may do better; `retry_after` seconds; `body` the provider's own error, if it is JSON;
    `timed_out` tells silence from a refusal;
    `engine_down`: Novapi could not start it; `raw` is what it answered, whatever that is; `code`: what went wrong, for
    programs, where nothing else here tells (see `faults.code_of`).
    """

    reason: str
    status: int | None = None
    retryable: bool = True
    retry_after: float | None = None
    body: bytes = b""
    timed_out: bool = False
    engine_down: bool = False
    code: str = ""
    raw: bytes = field(default=b"", repr=False)

    def __str__(self) -> str:
        return self.reason


class Transports:
    """The transports of the serving loop, one per proxy setting, made when first needed."""

    def __init__(self) -> None:
        self._by_proxy: dict[tuple[asyncio.AbstractEventLoop, str], httpx.AsyncBaseTransport] = {}
        self.substitute: httpx.AsyncBaseTransport | None = None  # tests put an httpx.MockTransport here

    def get(self, proxy: str) -> httpx.AsyncBaseTransport:
        if self.substitute:
            return self.substitute
        key = (asyncio.get_running_loop(), proxy)
        if key not in self._by_proxy:
            self._by_proxy[key] = EchoTransport() if proxy == built_in.WAY else network(proxy)
        return self._by_proxy[key]

    async def close(self) -> None:
        """Close those of the running loop."""
        loop = asyncio.get_running_loop()
        for key in [key for key in self._by_proxy if key[0] is loop]:
            await self._by_proxy.pop(key).aclose()


def network(proxy: str) -> httpx.AsyncBaseTransport:
    """Loaded when first needed, or by `novapi_site.later`: aiohttp would be an eighth of a start."""
    from gateway.transport import AiohttpTransport

    return AiohttpTransport(proxy)


transports = Transports()


@lru_cache(maxsize=1024)
def outgoing_headers(
    channel: ChannelRoute, credential: Credential, dialect: str, clients: tuple[tuple[str, str], ...] = ()
) -> httpx.Headers:
    """The client's headers that may travel, and over them what the channel itself adds to every request.

    An app sends the same ones with nearly every call, so the result is kept.
    """
    headers = {
        **DIALECT_HEADERS.get(dialect, {}),
        **dict(clients),
        "accept-encoding": "identity",  # what is passed through must not be packed
        **channel.provider.auth_headers(credential.api_key, dialect),
        **channel.headers,
    }
    return httpx.Headers(headers, encoding="utf-8")


@lru_cache(maxsize=1024)
def neutral_headers(clients: tuple[tuple[str, str], ...]) -> tuple[tuple[str, str], ...]:
    """The client's headers without those that only its own dialect knows."""
    return tuple((name, value) for name, value in clients if not name.startswith(("anthropic-", "openai-")))


_parsed_url = lru_cache(maxsize=1024)(httpx.URL)


def build_request(
    call: Call, attempt: Attempt, body: bytes, endpoint: str = "", within: float = math.inf
) -> httpx.Request:
    """The call as it goes to this channel: to `endpoint` below its base, or to the one the client called; `within`
    seconds its answer must begin, if the channel allows no less."""
    channel, dialect = attempt.candidate.channel, attempt.dialect
    clients = call.headers if dialect == call.dialect else neutral_headers(call.headers)
    headers = outgoing_headers(channel, attempt.credential, dialect, clients)
    url = overridden(channel.url(endpoint or call.endpoint, attempt.candidate.upstream, dialect), channel.overrides)
    stream = httpx.ByteStream(body)  # given as a stream, httpx adds no headers; the transport knows the length
    extensions = {"timeout": timeouts(channel, within)}
    return httpx.Request(call.method, _parsed_url(url), headers=headers, stream=stream, extensions=extensions)


def own_request(
    channel: ChannelRoute, credential: Credential, url: str, body: bytes | None, limits: dict[str, float]
) -> httpx.Request:
    """A request of Novapi's own: a GET, or a POST of this JSON. `limits` in seconds, as the transport reads them."""
    clients = () if body is None else (("content-type", "application/json"),)
    headers = outgoing_headers(channel, credential, channel.provider.models_dialect, clients)
    stream, method = httpx.ByteStream(body or b""), "GET" if body is None else "POST"
    return httpx.Request(method, httpx.URL(url), headers=headers, stream=stream, extensions={"timeout": limits})


def timeouts(channel: ChannelRoute, within: float = math.inf) -> dict[str, float]:
    limits = channel.limits
    first_byte = limits.first_byte_s
    if first_byte != NO_LIMIT_S:
        first_byte = min(first_byte, within)
    return {"connect": limits.connect_s, "first_byte": first_byte, "read": limits.idle_s}


async def send(request: httpx.Request, channel: ChannelRoute, credential: Credential) -> httpx.Response:
    """Send, and return a success with its body unread. Raises ChannelFailure for anything else."""
    try:
        response = await transports.get(channel.proxy).handle_async_request(request)
    except httpx.TransportError as problem:
        raise as_failure(problem, channel) from problem
    if 200 <= response.status_code < 300:
        return response
    raise await refusal(response, channel, credential)


async def refusal(response: httpx.Response, channel: ChannelRoute, credential: Credential) -> ChannelFailure:
    """What a status other than 2xx means."""
    status = response.status_code
    try:
        body = await read(response, channel, MAX_ERROR_BYTES)
    except ChannelFailure:
        body = b""
    raw = body
    if 300 <= status < 400:
        return ChannelFailure(f"answered with a redirect ({status}); check its base URL", status, raw=raw)
    body = without_key(body, credential) if is_json_object(body) else b""
    is_broke = lacks_credit(status, body)
    words = _WORDS[402] if is_broke else _WORDS.get(status) or ("failed" if status >= 500 else "rejected the request")
    wait = retry_after(response.headers, body)
    reason = f"{status} {words}" + (f", retry in {wait:.0f} s" if wait else "") + detail(body)
    is_retryable = status >= 500 or status in RETRYABLE or is_broke or lacks_model(status, body)
    code = ASKED_FOR if channel is built_in.CHANNEL else ""
    return ChannelFailure(reason, status, is_retryable, wait, body, code=code, raw=raw)


def is_loading(failure: ChannelFailure) -> bool:
    """Whether it is an engine that has not finished loading its model (llama.cpp's words)."""
    return failure.status == 503 and LOADING.search(failure.body) is not None


def lacks_credit(status: int | None, body: bytes) -> bool:
    """Whether the account is empty: not the request's fault, whatever the status says."""
    if status == 400:
        return CREDIT_TOO_LOW.search(body) is not None
    return status == 402 or (status in (403, 429) and NO_CREDIT.search(body) is not None)


def lacks_model(status: int, body: bytes) -> bool:
    """Whether it is this channel only that does not know the model: the next one may."""
    return status == 404 and MODEL_MISSING.search(body) is not None


def failure_in_answer(message: str, status: int | None, body: bytes = b"") -> ChannelFailure:
    """An error that came under status 200; without a status of its own it is the channel's fault."""
    retryable = status is None or status >= 500 or status in RETRYABLE
    code = "trouble" if status is None else ""
    return ChannelFailure(f"answered with an error: {message[:200]}", status, retryable, body=body, code=code)


async def read(response: httpx.Response, channel: ChannelRoute, limit: int = MAX_ANSWER_BYTES) -> bytes:
    """The whole body of an answer; the connection is given back or closed whatever happens."""
    chunks, size = [], 0
    try:
        async for chunk in stream(response, channel):
            size += len(chunk)
            if size > limit:
                raise ChannelFailure(f"answered with more than {limit // 1024} KiB", response.status_code)
            chunks.append(chunk)
    finally:
        await response.aclose()
    return chunks[0] if len(chunks) == 1 else b"".join(chunks)


async def stream(response: httpx.Response, channel: ChannelRoute) -> AsyncIterator[bytes]:
    """The body chunk by chunk. Raises ChannelFailure when it breaks off."""
    try:
        async for chunk in response.stream:  # type: ignore[union-attr]  # always an AsyncByteStream here
            yield chunk
    except httpx.TransportError as problem:
        raise as_failure(problem, channel) from problem


def as_failure(problem: httpx.TransportError, channel: ChannelRoute) -> ChannelFailure:
    """A failed exchange in a few words."""
    limits = channel.limits
    match problem:
        case httpx.ConnectTimeout():
            return ChannelFailure(f"could not be reached within {limits.connect_s:g} s", timed_out=True)
        case httpx.ReadTimeout():
            return ChannelFailure(f"timed out after {problem} of silence", timed_out=True)
        case httpx.ProxyError():
            return ChannelFailure("could not be reached through its proxy", code="proxy")
        case Distrusted():
            return ChannelFailure(
                f"shows a certificate that can't be trusted ({problem}); check its base URL, or install the CA that "
                "issued the certificate in this computer's trust store and restart Novapi",
                code="tls",
            )
        case httpx.ConnectError():
            return ChannelFailure(f"could not be reached at {address(problem.request)}")
    return ChannelFailure("broke the connection")


def address(request: httpx.Request) -> str:
    return f"{request.url.scheme}://{request.url.netloc.decode()}"


def retry_after(headers: httpx.Headers, body: bytes) -> float | None:
    """Seconds from `retry-after-ms`, `retry-after` (seconds or a date), or Google's RetryInfo; None if senseless."""
    try:
        seconds = announced_wait(headers, body)
    except (ValueError, TypeError, OverflowError):
        return None
    return seconds if seconds is not None and 0 <= seconds <= LONGEST_WAIT_SECONDS else None


def announced_wait(headers: httpx.Headers, body: bytes) -> float | None:
    if "retry-after-ms" in headers:
        return float(headers["retry-after-ms"]) / 1000
    if value := headers.get("retry-after"):
        return float(value) if value[:1].isdigit() else max(0.0, parsedate_to_datetime(value).timestamp() - time())
    found = re.search(rb'"retryDelay"\s*:\s*"(\d{1,9}(?:\.\d{1,9})?)s"', body)
    return float(found[1]) if found else None


def detail(body: bytes) -> str:
    """The provider's own words, shortened."""
    message = error_message(body)
    return f": {message[:200]}" if message else ""


def error_message(body: bytes) -> str:
    try:
        error = msgspec.json.decode(body).get("error")
    except (msgspec.MsgspecError, AttributeError, RecursionError):
        return ""
    message = error.get("message") if isinstance(error, dict) else error
    return message if isinstance(message, str) else ""


def is_json_object(body: bytes) -> bool:
    try:
        return isinstance(msgspec.json.decode(body), dict)
    except (msgspec.MsgspecError, RecursionError):
        return False


def without_key(body: bytes, credential: Credential) -> bytes:
    """Some providers repeat the key they refuse; it must not reach the client or the log."""
    return body.replace(credential.api_key.encode(), b"[key]") if credential.api_key else body
