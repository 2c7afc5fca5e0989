"""/api/backup, /api/restore, /api/backups: everything in one file, and back."""

import tempfile
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, BinaryIO, cast

from asgiref.sync import sync_to_async
from django.conf import settings
from django.http import HttpRequest, StreamingHttpResponse
from ninja import Header, Query, Router

from dashboard.api.schemas.transfers import BackupIn, CopyOut, RestoredOut
from dashboard.backups import copies, making, passphrase, restoring
from dashboard.handed_in import CHUNK_BYTES, receive, workspace
from gateway.issued import in_thread

BYTES = "application/octet-stream"
FILE_BODY = {"requestBody": {"required": True, "content": {BYTES: {"schema": {"type": "string", "format": "binary"}}}}}
router = Router(tags=["backups"])


@router.get("/backups", response=list[CopyOut])
def list_copies(request: HttpRequest) -> Any:
    """The copies of the database that Novapi put aside by itself, the newest first."""
    return list(copies.all_copies())


@router.post("/backup", openapi_extra={"responses": {200: {"description": "The backup", "content": {BYTES: {}}}}})
async def make_backup(request: HttpRequest, payload: BackupIn | None = None) -> StreamingHttpResponse:
    """Everything in one file: channels, keys' names, aliases, preferences, records and their sums. Keys themselves are
    in it only with a `passphrase`, which seals them."""
    asked = payload or BackupIn(passphrase=None)
    file = await in_thread(made)(asked)
    response = StreamingHttpResponse(pieces(file), content_type=BYTES)
    response["Content-Disposition"] = f'attachment; filename="{making.name_of_today()}"'
    response["Content-Length"] = str(file.seek(0, 2))
    response["Cache-Control"] = "no-store"
    return response


def made(asked: BackupIn) -> BinaryIO:
    """A backup without a name: it is gone once it is closed."""
    file = cast("BinaryIO", tempfile.TemporaryFile(dir=settings.NOVAPI_HOME))  # noqa: SIM115  # `pieces` closes it
    try:
        making.make(file, captures=asked.captures, secret=asked.passphrase or "")
    except BaseException:
        file.close()
        raise
    return file


async def pieces(file: BinaryIO) -> AsyncIterator[bytes]:
    try:
        file.seek(0)
        while piece := await sync_to_async(file.read, thread_sensitive=False)(CHUNK_BYTES):
            yield piece
    finally:
        file.close()


@router.post("/restore", response=RestoredOut, openapi_extra=FILE_BODY)
async def restore(
    request: HttpRequest,
    dry_run: Query[bool] = False,
    x_novapi_passphrase: Header[str] = "",
) -> Any:
    """A backup, as the body of the request, takes the place of everything; `dry_run` only says what would come of it.
    Its passphrase goes percent-encoded into the header `x-novapi-passphrase`. Without it, keys that this machine does
    not know are missing afterwards; the answer names them. In force when the answer arrives."""
    return await in_thread(restored)(request, passphrase.from_header(x_novapi_passphrase), dry_run)


def restored(request: HttpRequest, secret: str, dry_run: bool) -> dict[str, Any]:
    with workspace() as directory:
        path = directory / "handed-in"
        receive(cast("BinaryIO", request), path)
        return told(restoring.restore(path, secret, dry_run=dry_run), dry_run)


def told(found: restoring.Restored, dry_run: bool) -> dict[str, Any]:
    copy: Path | None = found.copy
    missing = [each._asdict() for each in found.mended.missing]
    return {
        **found._asdict(),
        "dry_run": dry_run,
        "missing": missing,
        "new_tokens": found.mended.new_tokens,
        "master_key": found.mended.master_key,
        "copy_name": copy.name if copy else None,
    }
