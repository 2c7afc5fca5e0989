"""/api/import: moving in from elsewhere."""

from typing import Any, BinaryIO, cast

from django.http import HttpRequest
from ninja import Query, Router

from dashboard.api.backups import FILE_BODY
from dashboard.api.schemas.transfers import ImportedOut
from dashboard.handed_in import receive, workspace
from dashboard.one_api.moving import move
from gateway.issued import in_thread

router = Router(tags=["backups"])


@router.post("/one-api", response=ImportedOut, openapi_extra=FILE_BODY)
async def import_one_api(request: HttpRequest, dry_run: Query[bool] = False) -> Any:
    """Channels and tokens of a `one-api.db`, of One-API, new-api or one-hub, which is the body of the request. Tokens
    stay the same, so that apps go on working. Nothing that is there is changed; `dry_run` only says what would come of
    it."""
    return await in_thread(imported)(request, dry_run)


def imported(request: HttpRequest, dry_run: bool) -> dict[str, Any]:
    with workspace() as directory:
        path = directory / "one-api.db"
        receive(cast("BinaryIO", request), path)
        report = move(path, dry_run=dry_run)
    rows = {name: [each._asdict() for each in getattr(report, name)] for name in ("channels", "tokens")}
    return {"dry_run": dry_run, "family": report.family, "notes": report.notes} | rows
