"""The log of calls as its owner reads it: filtered, the newest first, page by page.

Pages go by key (time and id), never by offset: the millionth is as quick as the first, and new calls shift nothing.
A filter that few of a million records pass must not walk through all of them: the sums of days tell on which days an
app, a key or a channel was there at all, failures have an index of their own, and of slow and dear calls there are
either many, so that the newest are found at once, or few, so that an index finds them all.
"""

import base64
import binascii
from datetime import UTC, datetime, timedelta
from functools import reduce
from operator import or_
from typing import Any

from django.core.exceptions import ValidationError
from django.db.models import Max, Min, Q, QuerySet

from dashboard.api.schemas.calls import RecordFilter
from gateway import capture_store
from gateway.models import DEAR_NANO, SLOW_MS, Attempt, UsageDay, UsageRecord
from gateway.pricing import NANO
from gateway.records import LEFT
from gateway.spending import midnight

STATUSES = {
    "ok": Q(status__lt=400, error=""),
    "error": ~Q(status=LEFT),
    "left": Q(status=LEFT),
    "4xx": Q(status__range=(400, 499)),
    "5xx": Q(status__gte=500),
}
# The conditions of the partial indexes, word for word: SQLite does not see through bound values.
HAS_ERROR = "NOT (error = '')"  # as everything has that went wrong
ABOVE = {"duration_ms": SLOW_MS, "cost_nano": DEAR_NANO}
FEW = 2000  # records that are found by an index and put in order afterwards


def matching(asked: RecordFilter) -> QuerySet[UsageRecord]:
    """The records that a filter is for, the newest first. Raises ValidationError."""
    exact = {
        "app": asked.app, **by_id("key_id", asked.key), **by_id("channel_id", asked.channel),
        "model_asked": asked.model, "stream": asked.stream, "tools": asked.tools, "replay_of": asked.replay_of,
        "started_at__gte": asked.since, "started_at__lt": asked.until,
    }  # fmt: skip
    found = UsageRecord.objects.filter(**{name: value for name, value in exact.items() if value is not None})
    if asked.sent is not None:
        found = found.filter(Q(model_sent=asked.sent) | Q(model_sent="", model_asked=asked.sent))
    if asked.status:
        found = found.filter(any_of(asked.status))
    if asked.error:
        found = found.filter(error__icontains=asked.error)  # Django escapes LIKE's wildcards
    if asked.error or is_failure(asked.status):
        found = found.extra(where=[HAS_ERROR])
    if asked.text:
        found = found.filter(request_id__in=with_words(asked.text))
    if asked.retried is not None:
        found = retried(found) if asked.retried else found.filter(attempts__lte=1)
    if asked.slow_ms is not None:
        found = at_least(found, "duration_ms", asked.slow_ms)
    if asked.min_cost is not None:
        found = at_least(found, "cost_nano", round(asked.min_cost * NANO))
    return on_days(found, asked).order_by("-started_at", "-id")


def by_id(column: str, asked: int | None) -> dict[str, Any]:
    """As sums have it, 0 stands for none: no channel answered, no key was known."""
    return {f"{column}__isnull": True} if asked == 0 else {column: asked}


def with_words(text: str) -> list[str] | QuerySet[Any]:
    """The ids of the calls in which they were said; where there are few, told one by one."""
    said = capture_store.matching(text)
    ids = list(said.values_list("request_id", flat=True)[: FEW + 1])
    return ids if len(ids) <= FEW else said


def retried(found: QuerySet[UsageRecord]) -> QuerySet[UsageRecord]:
    """Those that took more than one attempt. Where there are few, told by their ids: they have a second one that was
    noted, or their app left in the middle of it."""
    second = Attempt.objects.filter(position=2).order_by("-pk")
    cut = UsageRecord.objects.filter(attempts__gt=1, status=LEFT).extra(where=[HAS_ERROR]).order_by("-started_at")
    ids = [name for some in (second, cut) for name in some.values_list("request_id", flat=True)[: FEW + 1]]
    return found.filter(request_id__in=ids) if len(ids) <= FEW else found.filter(attempts__gt=1)


def at_least(found: QuerySet[UsageRecord], column: str, least: float) -> QuerySet[UsageRecord]:
    """Where there are few such records, told by their ids."""
    wanted = {f"{column}__gte": least}
    if least < ABOVE[column]:
        return found.filter(**wanted)
    such = UsageRecord.objects.filter(**wanted).extra(where=[f"{column} >= {ABOVE[column]}"])
    ids = list(such.order_by(f"-{column}").values_list("pk", flat=True)[: FEW + 1])
    return found.filter(pk__in=ids) if len(ids) <= FEW else found.filter(**wanted)


def on_days(found: QuerySet[UsageRecord], asked: RecordFilter) -> QuerySet[UsageRecord]:
    """Only between the first and the last day on which there was any such call at all."""
    exact = {"app": asked.app, "key_id": asked.key, "channel_id": asked.channel, "model": asked.sent}
    given = {name: value for name, value in exact.items() if value is not None}
    if not given:
        return found
    days = UsageDay.objects.filter(**given).aggregate(first=Min("day"), last=Max("day"))
    if days["first"] is None:
        return found.none()
    first, last = midnight(days["first"]), midnight(days["last"] + timedelta(days=1))
    return found.filter(started_at__gte=moment(first), started_at__lt=moment(last))


def moment(at: float) -> datetime:
    return datetime.fromtimestamp(at, UTC)


def any_of(text: str) -> Q:
    """One status, or several with commas between."""
    return reduce(or_, map(status_of, text.split(",")))


def status_of(text: str) -> Q:
    if text in STATUSES:
        return STATUSES[text]
    if text.isascii() and text.isdigit() and len(text) == 3:
        return Q(status=int(text))
    raise ValidationError({"status": f"A status is a number like 502, or one of {', '.join(STATUSES)}."})


def is_failure(status: str | None) -> bool:
    return status is not None and not any(each.startswith(("ok", "1", "2", "3")) for each in status.split(","))


def page(asked: RecordFilter) -> tuple[list[UsageRecord], str | None]:
    """At most `asked.limit` records after the cursor, and the cursor for those that follow; None at the end."""
    found = matching(asked)
    if asked.cursor:
        started_at, pk = read_cursor(asked.cursor)
        found = found.filter(Q(started_at__lt=started_at) | Q(started_at=started_at, pk__lt=pk))
        found = found.filter(started_at__lte=started_at)  # what the index is searched by
    rows = list(found[: asked.limit + 1])
    shown = rows[: asked.limit]
    return shown, made_cursor(shown[-1]) if len(rows) > asked.limit else None


def made_cursor(record: UsageRecord) -> str:
    """Opaque: where a page ended."""
    return base64.urlsafe_b64encode(f"{record.started_at.isoformat()} {record.pk}".encode()).decode().rstrip("=")


def read_cursor(text: str) -> tuple[datetime, int]:
    try:
        time, _, pk = base64.urlsafe_b64decode(text + "=" * (-len(text) % 4)).decode().partition(" ")
        started_at = datetime.fromisoformat(time)
        if started_at.tzinfo is None or not 0 < int(pk) < 2**63:
            raise ValueError(pk)
        return started_at, int(pk)
    except (ValueError, binascii.Error, OverflowError):
        raise ValidationError(
            {"cursor": "This is no cursor of a page; leave it out to begin with the newest."}
        ) from None
