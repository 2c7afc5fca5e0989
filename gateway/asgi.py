"""The lean handler: Django's URL resolver and ninja without the rest of Django's request cycle.

Django's own ASGIHandler starts an OS thread per request and costs five times the CPU of everything else together.
"""

import asyncio
import logging
import time
from functools import lru_cache
from typing import Any

from django.http import HttpRequest
from django.urls import Resolver404, get_resolver

from gateway.body import ClientGone
from gateway.call import Answer, new_call_id
from gateway.errors import GatewayError, InternalError, UnknownPath, WrongMethod
from gateway.paths import dialect_of
from gateway.pause import pause
from gateway.response import Relayed, error_answer, signed
from gateway.upstream import ChannelFailure
from gateway.visits import SENDING, STOPPED_BY_OWNER, Receive, Send, Visit, visits

logger = logging.getLogger(__name__)

URLCONF = "gateway.urls"


class GatewayRequest(HttpRequest):
    """As much of Django's request as ninja looks at, and what the endpoints need, unparsed.

    Django's own constructor is left out on purpose: it would parse headers, query and cookies that nobody reads.
    `head` holds the headers as they came (lower-case names); `visit` reads the body; `started` is when the call
    arrived (`time.perf_counter()`); `call_id` is what the owner finds it by; `dialect` is the caller's.
    """

    def __init__(self, scope: dict[str, Any], visit: Visit, started: float) -> None:
        self.method = scope["method"]
        self.path = self.path_info = scope["path"]
        self.scope = scope
        self.head: dict[bytes, bytes] = dict(scope["headers"])
        self.visit = visit
        self.started = started
        self.call_id = visit.call_id = new_call_id()
        self.dialect = dialect_of(self.path, self.head, scope["query_string"])

    async def receive(self) -> Any:
        """The next piece of the body; after the last one the visit listens for a hang-up."""
        message = await self.visit.receive()
        self.visit.is_listening = not message.get("more_body", False)
        return message


class LeanHandler:
    """The ASGI application for the gateway's paths."""

    def __init__(self) -> None:
        # Most calls go to a handful of paths; a match is the same every time.
        resolver = get_resolver(URLCONF)
        self._resolve = lru_cache(maxsize=256)(resolver.resolve)
        resolver.url_patterns  # noqa: B018  # loads the endpoints, which the first call would wait for

    async def __call__(self, scope: dict[str, Any], receive: Receive, send: Send) -> None:
        started = time.perf_counter()
        visit = visits.enter(receive, send)
        try:
            request = GatewayRequest(scope, visit, started)
            answer = await self.answer(request)
            await write(signed(answer, request.call_id, started), send, visit)
        except ClientGone:
            return
        except asyncio.CancelledError as end:
            if not visit.has_left and STOPPED_BY_OWNER not in end.args:
                raise  # the server is going down
        finally:
            visits.leave(visit)

    async def answer(self, request: GatewayRequest) -> Answer:
        """Whatever happens, an answer in the caller's dialect."""
        try:
            return await self.respond(request)
        except GatewayError as error:
            return error_answer(error, request.dialect)
        except ClientGone:
            raise
        except Exception:
            logger.exception("Unexpected error while answering %s", request.path)
            ours = InternalError("Novapi: something went wrong inside the gateway; its log says what.")
            return error_answer(ours, request.dialect)

    async def respond(self, request: GatewayRequest) -> Answer:
        if pause.until:
            pause.refuse(request.path_info)
        try:
            match = self._resolve(request.path_info)
        except Resolver404:
            raise UnknownPath(f"Novapi: there is no endpoint {request.path[:200]}. /v1/docs lists them.") from None
        response: Any = await match.func(request, *match.args, **match.kwargs)
        if isinstance(response, Relayed):
            return response.answer
        allowed = {"allow": response.get("Allow", "")}  # ninja's answer to a method it has no operation for
        raise WrongMethod(f"Novapi: {request.path[:200]} does not take {request.method}.", headers=allowed)


async def write(answer: Answer, send: Send, visit: Visit | None = None) -> None:
    """Send an answer; a stream, which only a visit can have, goes out chunk by chunk."""
    start = {"type": "http.response.start", "status": answer.status, "headers": answer.headers}
    if isinstance(answer.body, bytes):
        await send(start)
        await send({"type": "http.response.body", "body": answer.body})
        return
    assert visit is not None
    visit.keepalive = answer.keepalive
    try:
        await send(start)
        async for chunk in answer.body:
            visit.silent_looks = SENDING
            await send({"type": "http.response.body", "body": chunk, "more_body": True})
            visit.silent_looks = 0
    except ChannelFailure as failure:
        logger.warning("An answer broke off: %s", failure)
        return  # without a last chunk the server closes the connection, and the client sees that it is cut
    finally:
        visit.silent_looks = SENDING
        await answer.body.aclose()  # type: ignore[attr-defined]  # always an async generator
    await send({"type": "http.response.body", "body": b""})
