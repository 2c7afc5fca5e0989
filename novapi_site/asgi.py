"""The one ASGI application: Host check, then the gateway's lean handler, its WebSockets, static files, or Django."""

import asyncio
import os
import time
from typing import Any

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "novapi_site.settings")

from django.core.asgi import get_asgi_application

pages = get_asgi_application()

from channels_app import bundle  # noqa: E402
from gateway.asgi import LeanHandler, write  # noqa: E402
from gateway.call import new_call_id  # noqa: E402
from gateway.errors import GatewayError  # noqa: E402
from gateway.keys import presented_keys  # noqa: E402
from gateway.paths import canonical  # noqa: E402
from gateway.response import error_answer, signed  # noqa: E402
from gateway.visits import Receive, Send  # noqa: E402
from novapi_site import door, hosts, static  # noqa: E402

API, API_FILES = "/api/", ("/api/about", "/api/docs")
DJANGOS = ("/admin", "/static/", "/api/docs", "/v1/docs")  # pages that a library brings along, and their files

gateway = LeanHandler()


async def application(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    is_allowed = hosts.is_allowed(header(scope, b"host"), hosts.bound_host())
    if scope["type"] == "websocket":
        await websocket(scope, receive, send, is_allowed)
    elif not is_allowed:
        await write(signed(error_answer(wrong_host()), new_call_id(), time.perf_counter()), send)
    elif path := gateway_path(scope):
        scope["path"] = path
        await gateway(scope, receive, send)
    elif scope["path"] == door.PATH:
        await door.answer(scope, send)
    else:
        await page(scope, receive, send)


async def page(scope: dict[str, Any], receive: Receive, send: Send) -> None:
    """What people look at, and what their pages ask for."""
    try:
        for archive in filter(bundle.is_packed, archives_of(scope["path"])):
            await asyncio.to_thread(bundle.unpack, archive)
    except OSError as problem:
        await write(signed(error_answer(no_room(problem)), new_call_id(), time.perf_counter()), send)
        return
    if scope["path"].startswith("/static/"):
        await static.serve(scope, send)
    else:
        await pages(scope, receive, send)  # type: ignore[arg-type]  # Django types `send` more loosely


async def websocket(scope: dict[str, Any], receive: Receive, send: Send, is_allowed: bool) -> None:
    from gateway.realtime import deny, sessions  # by now it is loaded, see `novapi_site.later`

    await (sessions(scope, receive, send) if is_allowed else deny(wrong_host(), scope, receive, send))


def gateway_path(scope: dict[str, Any]) -> str | None:
    """The endpoint a request means. `/models` is the API's where a key is presented, else a page's."""
    path = canonical(scope["path"])
    if path is None and scope["path"].rstrip("/") in ("/models", "/openai/models"):
        return "/v1/models" if any(presented_keys(dict(scope["headers"]), scope["query_string"])) else None
    return path


def header(scope: dict[str, Any], name: bytes) -> bytes:
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return b""


def archives_of(path: str) -> tuple[str, ...]:
    """What is answered out of them."""
    if path.startswith(API) and not path.startswith(API_FILES):
        return ()
    is_djangos = path.startswith(DJANGOS) and not path.startswith(static.DASHBOARD)
    return (bundle.DASHBOARD, bundle.DJANGO) if is_djangos else (bundle.DASHBOARD,)


def no_room(problem: OSError) -> GatewayError:
    return GatewayError(
        f"Novapi could not unpack its pages into {bundle.folder()}: {problem.strerror}. "
        "Make room there, and load this page once more. Apps can call Novapi all the same.",
        status=507,
        kind="server_error",
        code="insufficient_storage",
    )


def wrong_host() -> GatewayError:
    return GatewayError(
        "Blocked: the Host header names no address of Novapi. Call it as http://localhost or http://127.0.0.1.",
        status=403,
        kind="permission_error",
        code="host_not_allowed",
    )
