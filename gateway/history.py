"""What the records tell a Novapi that has just started: limits and budgets go on where they were."""

import logging
import time
from collections.abc import Iterator
from datetime import UTC, date
from typing import Any

from django.db import DatabaseError, connection

from gateway.limits import WINDOW_SECONDS, Limits
from gateway.models import UsageDay, UsageRecord
from gateway.records import as_stored
from gateway.spending import Owner, Spending, first_of_month, local_day

logger = logging.getLogger(__name__)

TABLE, DAYS = UsageRecord._meta.db_table, UsageDay._meta.db_table
OWNERS = {"key": "key_id", "channel": "channel_id"}


def restore_limits(limits: Limits) -> None:
    """The calls and tokens of the last minute. Before the first call, for the windows are kept in order."""
    now, monotonic = time.time(), time.monotonic()
    try:
        for owner, at, tokens in last_minute(now):
            limits.note(owner, tokens, monotonic - max(0.0, now - at))
    except DatabaseError as problem:
        logger.error("The last minute's calls could not be read (%s); limits begin anew.", problem)


def restore_spending(spending: Spending) -> None:
    """The sums of today and of this month."""
    try:
        spending.begin(spent_by_owner(local_day(time.time())))
    except DatabaseError as problem:
        logger.error("What was spent before could not be read (%s); budgets begin anew.", problem)


def last_minute(now: float) -> Iterator[tuple[Owner, float, int]]:
    """Owner, Unix time and tokens of every call of the last minute, the oldest first."""
    for kind, column in OWNERS.items():
        rows = read(
            f"SELECT {column}, started_at, coalesce(input_tokens, 0) + coalesce(output_tokens, 0) FROM {TABLE} "
            f"WHERE started_at > ? AND {column} IS NOT NULL AND attempts > 0 ORDER BY started_at",
            as_stored(now - WINDOW_SECONDS),
        )
        for owner, started_at, tokens in rows:
            yield f"{kind}:{owner}", started_at.replace(tzinfo=UTC).timestamp(), tokens


def spent_by_owner(today: date) -> Iterator[tuple[Owner, int, int]]:
    """Owner, nano-dollars of today, of this month: out of the sums of days, which outlive the records."""
    for kind, column in OWNERS.items():
        rows = read(
            f"SELECT {column}, sum(CASE WHEN day = ? THEN cost_nano ELSE 0 END), sum(cost_nano) FROM {DAYS} "
            f"WHERE day >= ? AND day <= ? AND {column} != 0 GROUP BY {column}",
            str(today),
            str(first_of_month(today)),
            str(today),
        )
        yield from ((f"{kind}:{owner}", day, month) for owner, day, month in rows)


def read(statement: str, *values: str) -> list[Any]:
    with connection.cursor() as cursor:
        cursor.execute(statement.replace("?", "%s"), values)
        return list(cursor.fetchall())
