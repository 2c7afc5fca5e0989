"""Static files from the apps' own folders: WhiteNoise's index, served straight from ASGI, nothing to collect."""

from functools import cache
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from whitenoise import WhiteNoise

from gateway.visits import Send


def nothing(environ: Any, start_response: Any) -> Any:
    """WhiteNoise wants an application to wrap; only its index is used."""
    raise NotImplementedError


@cache
def index() -> WhiteNoise:
    """Made when the first page is opened: a gateway without a window never needs it."""
    files = WhiteNoise(nothing, max_age=3600, charset="utf-8")
    for finder in get_finders():
        for name, storage in finder.list([]):
            files.add_file_to_dictionary(f"{settings.STATIC_URL}{name}".replace("\\", "/"), storage.path(name))
    return files


async def serve(scope: dict[str, Any], send: Send) -> None:
    """GET or HEAD one file; 404 for what is not in the index."""
    file = index().files.get(scope["path"])
    if file is None or scope["method"] not in ("GET", "HEAD"):
        await answer(send, 404, Headers([("Content-Type", "text/plain")]), b"Not found")
        return
    environ = {
        f"HTTP_{name.decode().upper().replace('-', '_')}": value.decode("latin-1") for name, value in scope["headers"]
    }
    found = file.get_response(scope["method"], environ)
    body = b""
    if found.file is not None:
        with found.file:
            body = found.file.read()
    await answer(send, int(found.status), Headers(list(found.headers)), body)


async def answer(send: Send, status: int, headers: Headers, body: bytes) -> None:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
