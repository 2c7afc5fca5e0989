"""Static files from the apps' own folders: WhiteNoise's index, served straight from ASGI, nothing to collect."""

from collections.abc import Iterable
from contextlib import suppress
from functools import lru_cache
from pathlib import Path
from typing import Any
from wsgiref.headers import Headers

from django.conf import settings
from django.contrib.staticfiles.finders import get_finders
from whitenoise import WhiteNoise
from whitenoise.responders import MissingFileError

from dashboard import build
from gateway.visits import Send

DASHBOARD = f"{settings.STATIC_URL}dashboard/"
# Also for the scripts of the dashboard: what a page of another site loads from here would tell it that Novapi runs.
PROTECTION = {"X-Content-Type-Options": "nosniff", "Cross-Origin-Resource-Policy": "same-origin"}


class Files(WhiteNoise):  # type: ignore[misc]  # it has no types
    """The files by their URL, with the headers that each is sent with."""

    FOREVER = 365 * 24 * 3600  # seconds; caches keep nothing for longer

    def __init__(self) -> None:
        super().__init__(nothing, max_age=3600, allow_all_origins=False, add_headers_function=protect)

    def immutable_file_test(self, path: str, url: str) -> bool:
        """A file of the dashboard that is named after its content."""
        return url.startswith(f"{DASHBOARD}assets/")


def protect(headers: Headers, path: str, url: str) -> None:
    for name, value in PROTECTION.items():
        headers[name] = value
    if url.startswith(DASHBOARD) and "immutable" not in headers.get("Cache-Control", ""):
        headers["Cache-Control"] = "no-cache"  # goes with the page, which is of the newest version


def nothing(environ: Any, start_response: Any) -> Any:
    """WhiteNoise wants an application to wrap; only its index is used."""
    raise NotImplementedError


@lru_cache(maxsize=1)
def dashboards(version: int) -> Files:
    """Made when the first page is opened: a gateway without a window never needs it. A new build makes a new one."""
    found = (path for path in build.FOLDER.rglob("*") if path.is_file() and not path.name.startswith("."))
    # The page itself has a view, which says who may read it.
    return indexed(
        (f"{DASHBOARD}{path.relative_to(build.FOLDER).as_posix()}", path) for path in found if path.suffix != ".html"
    )


@lru_cache(maxsize=1)
def others() -> Files:
    """Of Django's admin and of ninja's documentation."""
    found = ((name, storage) for finder in get_finders() for name, storage in finder.list([".*"]))
    urls = ((f"{settings.STATIC_URL}{name}".replace("\\", "/"), storage.path(name)) for name, storage in found)
    return indexed((url, path) for url, path in urls if not url.startswith(DASHBOARD))


def indexed(found: Iterable[tuple[str, str | Path]]) -> Files:
    files = Files()
    for url, path in found:
        with suppress(MissingFileError):  # a build that is under way begins by removing the last one
            files.add_file_to_dictionary(url, str(path))
    return files


async def serve(scope: dict[str, Any], send: Send) -> None:
    """GET or HEAD one file, packed if the browser unpacks it; 404 for what is not in the index."""
    index = dashboards(build.version()) if scope["path"].startswith(DASHBOARD) else others()
    file = index.files.get(scope["path"])
    if file is None or scope["method"] not in ("GET", "HEAD"):
        await not_found(send)
        return
    environ = {
        f"HTTP_{name.decode().upper().replace('-', '_')}": value.decode("latin-1") for name, value in scope["headers"]
    }
    try:
        found = file.get_response(scope["method"], environ)
    except FileNotFoundError:  # removed just now
        await not_found(send)
        return
    body = b""
    if found.file is not None:
        with found.file:
            body = found.file.read()
    await answer(send, int(found.status), Headers(list(found.headers)), body)


async def not_found(send: Send) -> None:
    await answer(send, 404, Headers([("Content-Type", "text/plain"), *PROTECTION.items()]), b"Not found")


async def answer(send: Send, status: int, headers: Headers, body: bytes) -> None:
    raw = [(name.lower().encode(), value.encode("latin-1")) for name, value in headers.items()]
    await send({"type": "http.response.start", "status": status, "headers": raw})
    await send({"type": "http.response.body", "body": body})
