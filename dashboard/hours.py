"""What was used hour by hour: summed up out of the log itself, for the sums of days know of no hours.

An hour at a time, so that nothing is sorted but what few records an hour has; and only over as many as take less
than a tenth of a second.
"""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.core.exceptions import ValidationError
from django.db import connection

from dashboard.api.schemas.sums import SummaryFilter
from gateway.models import FIRST_BYTE_COLUMNS
from gateway.records import as_stored
from gateway.rollups import COLUMNS, EXPRESSIONS, FIRST_BYTE_BOUNDS, MODEL, RECORDS
from gateway.spending import midnight

HOUR = 3600
DEFAULT_DAYS = 2
MOST_DAYS = 7
MOST_RECORDS, MOST_GROUPED = 80_000, 50_000  # alone, and with another dimension

# Dimension → the columns it is grouped by, and their names beside them.
GROUPED = {"key": "coalesce(key_id, 0)", "app": "app", "channel": "coalesce(channel_id, 0)", "model": MODEL}
NAMES = {"key": "max(key_name)", "channel": "max(channel_name)"}
SUMS = ", ".join(f"sum({EXPRESSIONS[name]})" for name in COLUMNS)

Row = tuple[Any, ...]


def grouped(asked: SummaryFilter, since: date, until: date) -> list[Row]:
    """The columns of a summary's dimensions, the hour's as an ISO time with its offset, then the sums, as
    `summaries.grouped` has them. Raises ValidationError where it would take too long."""
    others = [name for name in dict.fromkeys(asked.by) if name != "hour"]
    refuse_other_times(others)
    refuse_too_many(since, until, MOST_GROUPED if others else MOST_RECORDS)
    place = min(1, asked.by.index("hour")) * width(others)
    rows = [
        (*row[:place], as_local(start), *row[place:])
        for start, end in hours(since, until)
        for row in of_hour(asked, others, start, end)
    ]
    return rows if asked.by[0] == "hour" else sorted(rows, key=by_cost(width(others) + 1))


def by_cost(first: int) -> Any:
    """For sorting: the dearest first."""
    cost, requests = first + COLUMNS.index("cost_nano"), first + COLUMNS.index("requests")
    return lambda row: (-row[cost], -row[requests])


def width(others: Sequence[str]) -> int:
    return len(others) + sum(name in NAMES for name in others)


def refuse_other_times(others: Sequence[str]) -> None:
    if any(name not in GROUPED for name in others):
        raise ValidationError({"by": f"An hour goes with one of {', '.join(GROUPED)}, not with another time."})


def refuse_too_many(since: date, until: date, most: int) -> None:
    if (until - since).days >= MOST_DAYS:
        raise ValidationError(
            {"since": f"By the hour, a summary is of {MOST_DAYS} days at most. Ask by day for more."}
        )
    found = read(
        f"SELECT count(*) FROM (SELECT 1 FROM {RECORDS} WHERE started_at >= ? AND started_at < ? LIMIT ?)",
        [*bounds(midnight(since), midnight(until + timedelta(days=1))), most + 1],
    )
    if found[0][0] > most:
        raise ValidationError(
            {"since": f"By the hour, such a summary is of {most:,} calls at most. Ask for fewer days, or by day."}
        )


def hours(since: date, until: date) -> Iterator[tuple[float, float]]:
    """The beginning and end of each, as Unix times; a day has 23, 24 or 25, or half an hour more or less."""
    for number in range((until - since).days + 1):
        day = since + timedelta(days=number)
        start, end = midnight(day), midnight(day + timedelta(days=1))
        while start < end:
            yield start, min(start + HOUR, end)
            start += HOUR


def of_hour(asked: SummaryFilter, others: Sequence[str], start: float, end: float) -> Iterator[Row]:
    where, values = condition(asked, start, end)
    groups = [GROUPED[name] for name in others]
    shown = [text for name in others for text in (GROUPED[name], NAMES.get(name)) if text]
    by = f" GROUP BY {', '.join(groups)}" if groups else ""
    sums = read(f"SELECT {''.join(f'{text}, ' for text in (*groups, *shown))}{SUMS} {where}{by}", values)
    firsts = first_bytes(groups, where, values) if sums and sums[0][-1] is not None else {}
    for row in sums:
        if row[-1] is not None:
            yield (*row[len(groups) :], *firsts.get(row[: len(groups)], NOBODY))


NOBODY = (0,) * len(FIRST_BYTE_COLUMNS)


def first_bytes(groups: Sequence[str], where: str, values: list[Any]) -> dict[Row, list[int]]:
    """Calls by the time to their first byte, of each group."""
    columns = "".join(f"{text}, " for text in groups)
    numbers = ", ".join(str(number + 1) for number in range(len(groups) + 1))
    counted: dict[Row, list[int]] = {}
    for *group, column, count in read(
        f"SELECT {columns}{COLUMN_OF_FIRST_BYTE}, count(*) {where} AND first_token_ms IS NOT NULL GROUP BY {numbers}",
        values,
    ):
        counted.setdefault(tuple(group), list(NOBODY))[column] = count
    return counted


def condition(asked: SummaryFilter, start: float, end: float) -> tuple[str, list[Any]]:
    given = {text: value for name, text in GROUPED.items() if (value := getattr(asked, name)) is not None}
    where = " AND ".join(["started_at >= ?", "started_at < ?", *(f"{text} = ?" for text in given)])
    return f"FROM {RECORDS} WHERE {where}", [*bounds(start, end), *given.values()]


def bounds(start: float, end: float) -> tuple[str, str]:
    return as_stored(start), as_stored(end)


def as_local(at: float) -> str:
    return datetime.fromtimestamp(at).astimezone().isoformat()


def halved(low: int, high: int) -> str:
    """SQL for the column that a time to the first byte counts to, in five comparisons instead of twenty."""
    if low == high:
        return str(low)
    middle = (low + high) // 2
    bound = FIRST_BYTE_BOUNDS[middle]
    return f"CASE WHEN first_token_ms < {bound} THEN {halved(low, middle)} ELSE {halved(middle + 1, high)} END"


COLUMN_OF_FIRST_BYTE = halved(0, len(FIRST_BYTE_BOUNDS))


def read(statement: str, values: list[Any]) -> list[Row]:
    """Straight from sqlite3: there are two statements an hour, and Django's cursor would take them apart each time."""
    connection.ensure_connection()
    with connection.wrap_database_errors:
        return list(connection.connection.execute(statement, values))
