"""New records told live, as the log shows them: read back from the disk, so that they can't differ from it."""

from typing import Any

from gateway.events import hub
from gateway.models import UsageRecord
from gateway.records import Finished

MOST_ROWS = 200  # in one event; nobody reads more of a burst, and the log has them all


def tell(batch: list[Finished]) -> None:
    """For the recorder's thread, once the batch is on disk; costs nothing while nobody watches."""
    if not hub.watchers:
        return
    ids = [finished.call[0] for finished in batch[-MOST_ROWS:]]
    found = UsageRecord.objects.filter(request_id__in=ids).order_by("started_at", "id")
    hub.tell("records", {"records": [row(record) for record in found], "left_out": len(batch) - len(ids)})


def row(record: UsageRecord) -> dict[str, Any]:
    """As the API writes it: who watches has asked that, so that it is loaded by now."""
    from ninja.responses import NinjaJSONEncoder

    from dashboard.api.schemas.calls import RecordRow

    told = RecordRow.from_orm(record).model_dump()
    return told | {"started_at": NinjaJSONEncoder().default(told["started_at"])}
