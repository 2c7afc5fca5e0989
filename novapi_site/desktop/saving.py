"""A file that the page wants saved: asked of our own server, or said by the page. It is whole, or not there."""

import re
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
from platformdirs import user_downloads_path

from channels_app import private_files
from novapi_site.desktop.own_api import OwnApi

ROOT = "/api"
Source = Callable[[], Iterator[bytes]]
PATIENCE = httpx.Timeout(30, read=300)  # seconds; a large database takes its time to be copied


class NotSaved(Exception):
    """Why, in words for the owner."""


def plain(name: str) -> str:
    """A file name that is one on every system."""
    return re.sub(r'[\x00-\x1f<>:"/\\|?*]+', "-", name).strip(" .") or "novapi"


def downloads() -> Path:
    folder = user_downloads_path()
    return folder if folder.is_dir() else Path.home()


def write(path: Path, pieces: Source) -> int:
    """Put them there; how many bytes it was. Raises NotSaved."""
    draft = path.with_name(f"{path.name}.part")
    try:
        private_files.touch(draft)  # a backup may have keys in it
        with draft.open("wb") as file:
            written = sum(file.write(piece) for piece in pieces())
        draft.replace(path)
    except OSError as problem:
        draft.unlink(missing_ok=True)
        raise NotSaved(f"{path} can't be written: {problem.strerror or problem}.") from problem
    except NotSaved:
        draft.unlink(missing_ok=True)
        raise
    return written


def said(text: str) -> Iterator[bytes]:
    yield text.encode()


def fetched(api: OwnApi, path: str, body: Any) -> Iterator[bytes]:
    """What `path` of the management API answers, by POST if there is a body. Raises NotSaved."""
    if not path.startswith(f"{ROOT}/"):
        raise NotSaved(f"{path} is no part of the management API.")
    method = "GET" if body is None else "POST"
    try:
        with api.stream(method, path.removeprefix(ROOT), json=body, timeout=PATIENCE) as answer:
            if answer.status_code != httpx.codes.OK:
                raise NotSaved(message_of(answer))
            yield from answer.iter_bytes()
    except httpx.HTTPError as problem:
        raise NotSaved(f"Novapi does not answer ({problem}). Try again.") from problem


def message_of(answer: httpx.Response) -> str:
    answer.read()
    try:
        detail = answer.json()["detail"]
        return str(detail if isinstance(detail, str) else detail[0]["msg"])
    except (ValueError, LookupError, TypeError):
        return f"Novapi answered {answer.status_code}."
