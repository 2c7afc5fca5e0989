"""Where a second launch knocks: `POST /__novapi__/show`, with the token of the running launch, brings its window to
the front. Outside of Django and of every session: who can read the file with the token is the owner."""

import asyncio
import hmac
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qs, quote

import httpx

from dashboard import launch
from gateway.visits import Send
from novapi_site.instance import ANSWER_SECONDS, Instance

PATH = "/__novapi__/show"

# What shows the window, at a path of the dashboard ("" where it is); None: this Novapi has no window.
on_knock: Callable[[str], None] | None = None


def knock(running: Instance, path: str = "") -> bool:
    """Whether the running Novapi has a window, which is in front now."""
    try:
        answer = httpx.post(
            f"{running.url}{PATH}?path={quote(path, safe='')}",
            headers={"authorization": f"Bearer {running.token}"},
            timeout=ANSWER_SECONDS,
            trust_env=False,
        )
        return answer.status_code == 200 and answer.json()["shown"] is True
    except (httpx.HTTPError, ValueError, KeyError, TypeError):
        return False


async def answer(scope: dict[str, Any], send: Send) -> None:
    """401 without the token; else whether there was a window to show."""
    if scope["method"] != "POST" or not has_token(dict(scope["headers"])):
        await write(send, 401, {"error": "Only the Novapi of this data directory may knock here."})
        return
    shows = on_knock
    if shows:  # in a thread, for a window that is being made lets its callers wait
        await asyncio.to_thread(shows, asked_path(scope["query_string"]))
    await write(send, 200, {"shown": shows is not None})


def has_token(headers: dict[bytes, bytes]) -> bool:
    return hmac.compare_digest(headers.get(b"authorization", b""), f"Bearer {launch.token()}".encode())


def asked_path(query: bytes) -> str:
    """A path of this dashboard, never an address elsewhere."""
    path = parse_qs(query.decode("latin-1")).get("path", [""])[0]
    return path if path.startswith("/") and not path.startswith(("//", "/\\")) else ""


async def write(send: Send, status: int, body: dict[str, Any]) -> None:
    headers = [(b"content-type", b"application/json"), (b"cache-control", b"no-store")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": json.dumps(body).encode()})
