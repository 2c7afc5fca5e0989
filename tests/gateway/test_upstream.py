"""What goes to a provider, and what its refusals and failures mean."""

import asyncio
import json
from collections.abc import Callable, Iterator
from email.utils import formatdate
from math import isfinite
from time import time
from types import SimpleNamespace
from typing import Any

import httpx
import pytest

from channels_app.table import ChannelRoute
from gateway import upstream
from gateway.endpoints.calls import Target, read_call
from gateway.upstream import ChannelFailure, build_request, retry_after, transports
from tests.gateway.values import IDENTITY, attempt, call, channel, table

OUR_KEY = "nv-the-key-of-the-app"
Handler = Callable[[httpx.Request], httpx.Response]


@pytest.fixture
def answering() -> Iterator[Callable[[Handler], None]]:
    """Puts a handler in the place of every provider."""

    def substitute(handler: Handler) -> None:
        transports.substitute = httpx.MockTransport(handler)

    yield substitute
    transports.substitute = None


def ask(route: ChannelRoute) -> bytes:
    """One call to the channel, and its whole answer."""
    tried = attempt(route)

    async def conversation() -> bytes:
        reply = await upstream.send(build_request(call(), tried, b"{}"), route, tried.credential)
        return await upstream.read(reply, route)

    return asyncio.run(conversation())


def failure_of(route: ChannelRoute) -> ChannelFailure:
    with pytest.raises(ChannelFailure) as failed:
        ask(route)
    return failed.value


def refused(answering: Callable[[Handler], None], status: int, body: Any = None, **headers: str) -> ChannelFailure:
    raw = body if isinstance(body, bytes) else json.dumps(body).encode()
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    answering(lambda request: httpx.Response(status, content=raw, headers=named))
    return failure_of(channel("Work", keys=["sk-secret"]))


def test_answer_comes_back_whole(answering: Callable[[Handler], None]) -> None:
    answering(lambda request: httpx.Response(200, json={"url": str(request.url), "method": request.method}))

    answer = json.loads(ask(channel()))

    assert answer == {"url": "https://api.openai.com/v1/chat/completions", "method": "POST"}


def test_request_carries_the_channels_key_address_and_body() -> None:
    route = channel(provider="azure-v1", base_url="https://me.openai.azure.com/openai/v1/", headers={"x-team": "blue"})

    request = build_request(call(content_type="application/json", user_agent="app/1"), attempt(route), b'{"a":1}')

    assert request.method == "POST"
    assert str(request.url) == "https://me.openai.azure.com/openai/v1/chat/completions"
    assert request.read() == b'{"a":1}'
    assert dict(request.headers) == {
        "content-type": "application/json",
        "user-agent": "app/1",
        "accept-encoding": "identity",
        "api-key": "sk-first",
        "x-team": "blue",
    }


def test_headers_of_the_channel_win_over_the_clients() -> None:
    route = channel(headers={"user-agent": "mine", "authorization": "Bearer other"})

    request = build_request(call(user_agent="app/1"), attempt(route), b"")

    assert request.headers["user-agent"] == "mine"
    assert request.headers.get_list("authorization") == ["Bearer other"]


def test_channel_without_a_key_sends_none() -> None:
    request = build_request(call(), attempt(channel(keys=[""])), b"")

    assert "authorization" not in request.headers


def test_timeouts_of_the_channel_travel_with_the_request() -> None:
    request = build_request(call(), attempt(channel()), b"")

    assert request.extensions["timeout"] == {"connect": 2, "first_byte": 5, "read": 3}


def test_what_is_the_clients_own_does_not_travel() -> None:
    secrets = ["authorization", "x-api-key", "x-goog-api-key", "api-key", "cookie", "x-novapi-request-id", "forwarded"]
    secrets += ["host", "content-length", "connection", "origin", "x-forwarded-for", "proxy-authorization"]
    head = {name.encode(): f"Bearer {OUR_KEY}".encode() for name in secrets}
    head |= {b"content-type": b"application/json", b"user-agent": b"app/1", b"openai-beta": b"x"}

    async def receive() -> dict[str, Any]:
        return {"type": "http.request", "body": b'{"model":"gpt"}', "more_body": False}

    request = SimpleNamespace(head=head, receive=receive, auth=IDENTITY, call_id="nv_1", started=0.0, scope={})
    read = asyncio.run(read_call(request, Target("openai-chat", "chat/completions", "chat"), table()))
    sent = build_request(read, attempt(channel()), read.body)

    assert OUR_KEY not in str(sent.headers.raw)
    assert set(sent.headers) == {"accept-encoding", "authorization", "content-type", "openai-beta", "user-agent"}


@pytest.mark.parametrize(
    ("headers", "route"),
    [
        ({"x_title": "Caf\xe9"}, channel()),
        ({}, channel(headers={"x-team": "Köln"})),
        ({}, channel(keys=["sk-…"])),
    ],
)
def test_headers_beyond_ascii_do_not_break_the_call(headers: dict[str, str], route: ChannelRoute) -> None:
    request = build_request(call(**headers), attempt(route), b"")

    assert len(request.headers) >= 2


@pytest.mark.parametrize(
    ("status", "retryable", "reason"),
    [
        (400, False, "400 rejected the request"),
        (401, True, "401 refused the key"),
        (402, True, "402 no credit"),
        (403, True, "403 refused the key"),
        (404, False, "404 not found"),
        (408, True, "408 timed out"),
        (409, True, "409 rejected the request"),
        (413, False, "413 rejected the request"),
        (422, False, "422 rejected the request"),
        (425, True, "425 rejected the request"),
        (429, True, "429 rate limited"),
        (500, True, "500 failed"),
        (503, True, "503 overloaded"),
        (529, True, "529 overloaded"),
    ],
)
def test_status_tells_what_is_wrong_and_who_may_do_better(
    answering: Callable[[Handler], None], status: int, retryable: bool, reason: str
) -> None:
    body = {"error": {"message": "the provider's words"}}

    failure = refused(answering, status, body)

    assert (failure.status, failure.retryable, failure.timed_out) == (status, retryable, False)
    assert failure.reason == f"{reason}: the provider's words"
    assert json.loads(failure.body) == body


@pytest.mark.parametrize("status", [301, 302, 307, 308])
def test_redirect_is_a_wrong_base_url(answering: Callable[[Handler], None], status: int) -> None:
    failure = refused(answering, status, b"<html>", location="https://evil.example/v1")

    assert "redirect" in failure.reason
    assert (failure.status, failure.retryable, failure.body) == (status, True, b"")


@pytest.mark.parametrize("body", [b"<html>busy</html>", b"", b'["list"]', b'"text"', b"[" * 100_000])
def test_refusal_that_is_no_json_object_is_not_passed_on(answering: Callable[[Handler], None], body: bytes) -> None:
    failure = refused(answering, 503, body)

    assert (failure.body, failure.reason) == (b"", "503 overloaded")


@pytest.mark.parametrize(
    "body", [{"error": "words"}, {"error": {"message": "words"}}, {"error": {"message": "words" * 100}}]
)
def test_providers_words_are_shown_shortened(answering: Callable[[Handler], None], body: dict[str, Any]) -> None:
    failure = refused(answering, 400, body)

    assert failure.reason.startswith("400 rejected the request: words")
    assert len(failure.reason) < 250


@pytest.mark.parametrize("body", [{"detail": "x"}, {"error": None}, {"error": {"message": 7}}, {"error": []}])
def test_refusal_without_words_is_told_by_its_status(answering: Callable[[Handler], None], body: Any) -> None:
    assert refused(answering, 400, body).reason == "400 rejected the request"


def test_key_that_a_provider_repeats_goes_nowhere(answering: Callable[[Handler], None]) -> None:
    failure = refused(answering, 401, {"error": {"message": "Incorrect API key: sk-secret."}})

    assert "sk-secret" not in repr(failure)
    assert "Incorrect API key: [key]." in failure.reason


def test_refusal_without_end_is_cut(answering: Callable[[Handler], None]) -> None:
    failure = refused(answering, 500, {"error": "x" * upstream.MAX_ERROR_BYTES})

    assert (failure.status, failure.body) == (500, b"")


def test_wait_that_a_provider_asks_for_is_kept(answering: Callable[[Handler], None]) -> None:
    failure = refused(answering, 429, {"error": "slow down"}, retry_after="34")

    assert failure.retry_after == 34
    assert failure.reason == "429 rate limited, retry in 34 s: slow down"


@pytest.mark.parametrize(
    ("problem", "reason", "timed_out"),
    [
        (httpx.ConnectTimeout("x"), "could not be reached within 2 s", True),
        (httpx.ReadTimeout("5 s"), "timed out after 5 s of silence", True),
        (httpx.ProxyError("x"), "could not be reached through its proxy", False),
        (httpx.ConnectError("x"), "could not be reached at https://api.openai.com", False),
        (httpx.ReadError("x"), "broke the connection", False),
        (httpx.RemoteProtocolError("x"), "broke the connection", False),
    ],
)
def test_failed_exchange_is_told_in_a_few_words(
    answering: Callable[[Handler], None], problem: httpx.TransportError, reason: str, timed_out: bool
) -> None:
    def fail(request: httpx.Request) -> httpx.Response:
        problem.request = request
        raise problem

    answering(fail)

    failure = failure_of(channel())

    assert (failure.reason, str(failure), failure.timed_out) == (reason, reason, timed_out)
    assert (failure.status, failure.retryable) == (None, True)


@pytest.mark.parametrize(("status", "retryable"), [(None, True), (400, False), (429, True), (500, True), (404, False)])
def test_error_under_status_200_is_judged_by_the_status_it_tells(status: int | None, retryable: bool) -> None:
    failure = upstream.failure_in_answer("words " * 100, status, b"{}")

    assert (failure.status, failure.retryable, failure.body) == (status, retryable, b"{}")
    assert failure.reason.startswith("answered with an error: words")
    assert len(failure.reason) < 250


@pytest.mark.parametrize(
    ("headers", "body", "seconds"),
    [
        ({}, b"", None),
        ({"retry-after": "7"}, b"", 7),
        ({"retry-after": "1.5"}, b"", 1.5),
        ({"retry-after": "0"}, b"", 0),
        ({"retry-after-ms": "250", "retry-after": "7"}, b"", 0.25),
        ({"retry-after": "Wed, 21 Oct 2015 07:28:00 GMT"}, b"", 0),
        ({"retry-after": "soon"}, b"", None),
        ({"retry-after": "-5"}, b"", None),
        ({"retry-after": "5 minutes"}, b"", None),
        ({"retry-after-ms": "x"}, b"", None),
        ({"retry-after": ""}, b'{"retryDelay": "34s"}', 34),
        ({}, b'{"error":{"details":[{"@type":"RetryInfo","retryDelay":"34.07s"}]}}', 34.07),
        ({}, b'{"retryDelay":"soon"}', None),
    ],
)
def test_wait_is_read_in_every_form(headers: dict[str, str], body: bytes, seconds: float | None) -> None:
    assert retry_after(httpx.Headers(headers), body) == seconds


def test_wait_until_a_date_is_counted_from_now() -> None:
    headers = httpx.Headers({"retry-after": formatdate(time() + 90, usegmt=True)})

    assert retry_after(headers, b"") == pytest.approx(90, abs=2)


@pytest.mark.parametrize(
    "headers",
    [{"retry-after": "1e400"}, {"retry-after-ms": "nan"}, {"retry-after-ms": "-5000"}, {"retry-after-ms": "inf"}],
)
def test_wait_is_never_negative_nor_endless(headers: dict[str, str]) -> None:
    seconds = retry_after(httpx.Headers(headers), b"")

    assert seconds is None or (isfinite(seconds) and seconds >= 0)
