"""What was used, summed up: out of the sums of days, not out of the log, which may have millions of records."""

import time
from collections.abc import Sequence
from datetime import date, timedelta
from typing import Any

from django.db import connection

from dashboard import hours
from dashboard.api.schemas.sums import SummaryFilter
from gateway.models import FIRST_BYTE_COLUMNS
from gateway.pricing import NANO
from gateway.rollups import ADDED, COLUMNS, FIRST_BYTE_BOUNDS, TABLE
from gateway.spending import local_day

DEFAULT_DAYS = 30
MOST_ROWS = 5000

# Dimension → the columns it is grouped by, and what they are called in a row.
DIMENSIONS: dict[str, dict[str, str]] = {
    "hour": {"hour": "hour"},  # of the records themselves: `hours`
    "day": {"day": "day"},
    "week": {"day": "date(day, '-6 days', 'weekday 1')"},  # the Monday on or before it
    "month": {"day": "date(day, 'start of month')"},
    "key": {"key_id": "key_id", "key": "max(key_name)"},
    "app": {"app": "app"},
    "channel": {"channel_id": "channel_id", "channel": "max(channel_name)"},
    "model": {"model": "model"},
}
FIELDS = ("hour", "day", "key", "key_id", "app", "channel", "channel_id", "model")


def summary(asked: SummaryFilter) -> dict[str, Any]:
    """`{"since", "until", "total", "rows"}`; the rows by time, else the dearest first."""
    today = local_day(time.time())
    until = asked.until or today
    is_by_hour = "hour" in asked.by
    since = asked.since or until - timedelta(days=(hours.DEFAULT_DAYS if is_by_hour else DEFAULT_DAYS) - 1)
    rows = hours.grouped(asked, since, until) if is_by_hour else grouped(asked.by, *condition(asked, since, until))
    width = len(rows[0]) - len(ADDED) if rows else 0
    total = [sum(column) for column in zip(*(row[width:] for row in rows), strict=True)] or [0] * len(ADDED)
    return {
        "since": since,
        "until": until,
        "total": figures(dict(zip(ADDED, total, strict=True))),
        "rows": [row_of(row, asked.by) for row in rows[:MOST_ROWS]],
    }


SUMS = ", ".join(f"sum({name})" for name in ADDED)


def condition(asked: SummaryFilter, since: date, until: date) -> tuple[str, list[Any]]:
    exact = {"app": asked.app, "key_id": asked.key, "channel_id": asked.channel, "model": asked.model}
    given = {name: value for name, value in exact.items() if value is not None}
    where = " AND ".join(["day >= %s", "day <= %s", *(f"{name} = %s" for name in given)])
    return where, [since.isoformat(), until.isoformat(), *given.values()]


def grouped(by: Sequence[str], where: str, values: list[Any]) -> list[tuple[Any, ...]]:
    parts = {name: text for dimension in dict.fromkeys(by) for name, text in DIMENSIONS[dimension].items()}
    groups = ", ".join(text for text in parts.values() if not text.startswith("max("))
    order = "1" if by[0] in ("day", "week", "month") else f"{COST} DESC, sum(requests) DESC"
    selected = ", ".join(parts.values())
    return read(
        f"SELECT {selected}, {SUMS} FROM {TABLE} WHERE {where} GROUP BY {groups} ORDER BY {order}",
        values,
    )


COST = "sum(cost_nano)"


def row_of(row: tuple[Any, ...], by: Sequence[str]) -> dict[str, Any]:
    names = [name for dimension in dict.fromkeys(by) for name in DIMENSIONS[dimension]]
    sums = dict(zip(ADDED, row[len(names) :], strict=True))
    return dict.fromkeys(FIELDS) | dict(zip(names, row, strict=False)) | figures(sums)


def figures(sums: dict[str, Any]) -> dict[str, Any]:
    """The sums as the owner reads them."""
    told = {name: sums[name] for name in COLUMNS if not name.endswith("_nano")}
    money = {f"{name}_usd": sums[f"{name}_nano"] / NANO for name in ("cost", "cloud", "wasted")}
    first = [sums[name] for name in FIRST_BYTE_COLUMNS]
    speed = sums["output_timed"] / sums["output_ms"] * 1000 if sums["output_ms"] else None
    return (
        told
        | money
        | {"first_ms_p50": quantile(first, 0.5), "first_ms_p95": quantile(first, 0.95), "tokens_per_s": speed}
    )


def quantile(counts: Sequence[int], share: float) -> float | None:
    """Milliseconds below which this share of the calls lies: straight between the bounds of its column."""
    left = sum(counts) * share
    if not left:
        return None
    for column, count in enumerate(counts):
        if left <= count:
            low = FIRST_BYTE_BOUNDS[column - 1] if column else 0.0
            high = FIRST_BYTE_BOUNDS[column] if column < len(FIRST_BYTE_BOUNDS) else low * 1.5
            return round(low + (high - low) * left / count, 1)
        left -= count
    return None


def read(statement: str, values: list[Any]) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall())
