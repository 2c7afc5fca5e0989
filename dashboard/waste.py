"""What was lost: calls that their apps left, answers that broke off, and attempts that failed before another answered.

The first two are in the log, among what went wrong. Of an attempt that failed nobody tells what it cost, if anything:
its time is known, its money is not.
"""

import time
from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any

from django.db import connection

from dashboard.api.schemas.sums import WasteFilter
from gateway.models import Attempt
from gateway.pricing import NANO
from gateway.records import as_stored
from gateway.rollups import CUT, MODEL, RECORDS
from gateway.spending import local_day, midnight

DEFAULT_DAYS = 30
EXAMPLES = 3
ATTEMPTS = Attempt._meta.db_table
LONGEST_S = 86_400  # that a call takes: it is written when it ends, in whose order attempts have their ids

Row = dict[str, Any]


def waste(asked: WasteFilter) -> dict[str, Any]:
    """`{"since", "until", "total", "rows"}`; the rows by channel and reason, the dearest first, then the longest."""
    until = asked.until or local_day(time.time())
    since = asked.since or until - timedelta(days=DEFAULT_DAYS - 1)
    rows = [*lost_answers(asked, *bounds(since, until)), *failed_attempts(asked, *bounds(since, until))]
    rows.sort(key=lambda row: (-(row["cost_usd"] or 0), -row["ms"]))
    return {"since": since, "until": until, "total": total_of(rows), "rows": rows}


def bounds(since: date, until: date) -> tuple[float, float]:
    return midnight(since), midnight(until + timedelta(days=1))


def total_of(rows: list[Row]) -> Row:
    """Calls and attempts are counted apart: one call may have lost several attempts."""
    return {
        "calls": sum(row["count"] for row in rows if row["reason"] != "retried"),
        "attempts": sum(row["count"] for row in rows if row["reason"] == "retried"),
        "cost_usd": sum(row["cost_usd"] or 0 for row in rows),
        "unpriced": sum(row["unpriced"] for row in rows),
        "estimated": sum(row["estimated"] for row in rows),
        "ms": sum(row["ms"] for row in rows),
    }


ANSWERS = f"""
    SELECT coalesce(channel_id, 0), max(channel_name), {CUT}, count(*), sum(cost_nano), count(*) - count(cost_nano),
        sum(estimated), sum(duration_ms), group_concat(request_id)
    FROM {RECORDS}
    WHERE started_at >= ? AND started_at < ? AND NOT (error = '') AND (status < 400 OR {CUT})"""


def lost_answers(asked: WasteFilter, start: float, end: float) -> Iterator[Row]:
    """Left by their app, or broken off by their provider; among the failures, which have an index."""
    where, values = filters({"app": asked.app, "coalesce(key_id, 0)": asked.key, MODEL: asked.model}, asked.channel)
    found = read(f"{ANSWERS}{where} GROUP BY 1, 3", [as_stored(start), as_stored(end), *values])
    for channel_id, channel, is_cut, count, nano, unpriced, estimated, ms, calls in found:
        yield {
            "channel": channel, "channel_id": channel_id, "reason": "cut" if is_cut else "broken", "status": None,
            "count": count, "cost_usd": (nano or 0) / NANO, "unpriced": unpriced, "estimated": estimated, "ms": ms,
            "examples": newest(calls),
        }  # fmt: skip


# The attempts of a call are written at once, so that those before the one that answered have the ids before its.
RETRIES = f"""
    SELECT lost.channel_id, max(lost.channel_name), lost.status, count(*), sum(lost.ms), group_concat(lost.request_id)
    FROM {ATTEMPTS} answered
    CROSS JOIN {ATTEMPTS} lost ON lost.id >= answered.id - answered.position + 1 AND lost.id < answered.id
        AND lost.request_id = answered.request_id
    WHERE answered.id >= ? AND answered.position > 1 AND answered.error = ''
        AND answered.started_at >= ? AND answered.started_at < ?"""


def failed_attempts(asked: WasteFilter, start: float, end: float) -> Iterator[Row]:
    """By the status that the provider gave, 0 where there was none."""
    whose, values = filters({"app": asked.app, "coalesce(key_id, 0)": asked.key})
    of_call = f" AND EXISTS (SELECT 1 FROM {RECORDS} r WHERE r.request_id = lost.request_id{whose})" if whose else ""
    where, more = filters({"lost.model": asked.model}, asked.channel, "lost.channel_id")
    found = read(
        f"{RETRIES}{of_call}{where} GROUP BY 1, 3",
        [first_attempt(start - LONGEST_S), as_stored(start), as_stored(end), *values, *more],
    )
    for channel_id, channel, status, count, ms, calls in found:
        yield {
            "channel": channel, "channel_id": channel_id, "reason": "retried", "status": status, "count": count,
            "cost_usd": None, "unpriced": 0, "estimated": 0, "ms": ms, "examples": newest(calls),
        }  # fmt: skip


def filters(exact: dict[str, Any], channel: int | None = None, column: str = "coalesce(channel_id, 0)") -> Any:
    """As SQL that goes on with AND, and its values."""
    given = {text: value for text, value in (*exact.items(), (column, channel)) if value is not None}
    return "".join(f" AND {text} = ?" for text in given), list(given.values())


def newest(calls: str) -> list[str]:
    """Of ids in the order of time, the last few, each once."""
    return list(dict.fromkeys(reversed(calls.rsplit(",", EXAMPLES * 4)[-EXAMPLES * 4 :])))[:EXAMPLES]


def first_attempt(start: float) -> int:
    """The id from which on attempts are as new as `start`, or a little older; no index tells, so they are halved."""
    low, high = 0, read(f"SELECT coalesce(max(id), 0) + 1 FROM {ATTEMPTS}", [])[0][0]
    is_older = f"SELECT started_at < ? FROM {ATTEMPTS} WHERE id >= ? ORDER BY id LIMIT 1"
    while high - low > 1000:
        middle = (low + high) // 2
        found = read(is_older, [as_stored(start), middle])
        low, high = (middle, high) if found and found[0][0] else (low, middle)
    return int(low)


def read(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    """Straight from sqlite3, as in `hours`."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return list(connection.connection.execute(statement, values))
