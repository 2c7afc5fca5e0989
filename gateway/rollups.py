"""What every call adds to its day: sums by key, app, channel and model that outlive the records.

They are written in the transaction of the records and never otherwise, so they can't drift from them; `compared` reads
both and tells where they differ.
"""

from bisect import bisect_right
from collections.abc import Iterable, Iterator
from typing import Any, NamedTuple

import msgspec
from django.db import connection

from gateway.models import FIRST_BYTE_COLUMNS, UsageDay, UsageRecord

# Milliseconds to the first byte above which a call counts to the next column: 10 ms, then half as much again.
FIRST_BYTE_BOUNDS = tuple(round(10 * 1.5**step, 1) for step in range(len(FIRST_BYTE_COLUMNS) - 1))
TABLE, RECORDS = UsageDay._meta.db_table, UsageRecord._meta.db_table


class Group(NamedTuple):
    """Whose sums: the day as "2026-11-25", ids 0 where there are none."""

    day: str
    key_id: int
    app: str
    channel_id: int
    model: str


class Sums(msgspec.Struct):
    """The columns that are added up, as in UsageDay."""

    requests: int = 0
    errors: int = 0
    cut: int = 0
    streams: int = 0
    retries: int = 0
    unpriced: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0
    cache_written_tokens: int = 0
    reasoning_tokens: int = 0
    cost_nano: int = 0
    cloud_nano: int = 0
    wasted_nano: int = 0
    duration_ms: float = 0.0
    output_ms: float = 0.0
    output_timed: int = 0


COLUMNS = Sums.__struct_fields__
ADDED = (*COLUMNS, *FIRST_BYTE_COLUMNS)
NAMES = (*Group._fields, "key_name", "channel_name")
_UPSERT = (
    f"INSERT INTO {TABLE} ({', '.join((*NAMES, *ADDED))}) VALUES ({', '.join('?' * len((*NAMES, *ADDED)))}) "
    f"ON CONFLICT ({', '.join(Group._fields)}) DO UPDATE SET "
    + ", ".join(f"{name} = {name} + excluded.{name}" for name in ADDED)
    + ", key_name = excluded.key_name, channel_name = excluded.channel_name"
)


class Days:
    """What a batch of records adds."""

    def __init__(self) -> None:
        self._sums: dict[Group, Sums] = {}
        self._firsts: dict[Group, list[int]] = {}
        self._names: dict[Group, tuple[str, str]] = {}

    def of(self, group: Group, key_name: str, channel_name: str) -> Sums:
        """The sums of a group, to be added to."""
        self._names[group] = (key_name, channel_name)
        sums = self._sums.get(group)
        if sums is None:
            sums = self._sums[group] = Sums()
            self._firsts[group] = [0] * len(FIRST_BYTE_COLUMNS)
        return sums

    def first_byte(self, group: Group, ms: float) -> None:
        self._firsts[group][bisect_right(FIRST_BYTE_BOUNDS, ms)] += 1

    def write(self, database: Any) -> None:
        """Inside the transaction of the records; `database` is sqlite3's connection."""
        database.executemany(_UPSERT, self.rows())

    def rows(self) -> Iterator[tuple[Any, ...]]:
        for group, sums in self._sums.items():
            added = (getattr(sums, name) for name in COLUMNS)
            yield (*group, *self._names[group], *added, *self._firsts[group])


# From the records themselves

BROKEN = "(status < 400 AND error != '')"
CUT = "status = 499"
FAILED = f"((status >= 400 AND status != 499) OR {BROKEN})"
TIMED = "(stream AND first_token_ms IS NOT NULL AND output_tokens IS NOT NULL AND status != 499)"
MODEL = "CASE WHEN model_sent != '' THEN model_sent ELSE model_asked END"

EXPRESSIONS = {
    "requests": "1",
    "errors": FAILED,
    "cut": CUT,
    "streams": "stream",
    "retries": "max(attempts - 1, 0)",
    "unpriced": "cost_nano IS NULL",
    "input_tokens": "coalesce(input_tokens, 0)",
    "output_tokens": "coalesce(output_tokens, 0)",
    "cached_tokens": "coalesce(cached_tokens, 0)",
    "cache_written_tokens": "coalesce(cache_written_tokens, 0)",
    "reasoning_tokens": "coalesce(reasoning_tokens, 0)",
    "cost_nano": "coalesce(cost_nano, 0)",
    "cloud_nano": "coalesce(cloud_nano, 0)",
    "wasted_nano": f"CASE WHEN {CUT} OR {BROKEN} THEN coalesce(cost_nano, 0) ELSE 0 END",
    "duration_ms": "duration_ms",
    "output_ms": f"CASE WHEN {TIMED} THEN max(duration_ms - first_token_ms, 0) ELSE 0 END",
    "output_timed": f"CASE WHEN {TIMED} THEN output_tokens ELSE 0 END",
}


def first_byte_expressions() -> dict[str, str]:
    edges = [None, *FIRST_BYTE_BOUNDS, None]
    found = {}
    for name, low, high in zip(FIRST_BYTE_COLUMNS, edges, edges[1:], strict=False):
        above = f"first_token_ms >= {low}" if low is not None else "first_token_ms IS NOT NULL"
        found[name] = f"({above}{f' AND first_token_ms < {high}' if high is not None else ''})"
    return found


ALL_EXPRESSIONS = EXPRESSIONS | first_byte_expressions()
# The columns of a Group, in its order.
GROUP_OF_RECORD = f"date(started_at, 'localtime'), coalesce(key_id, 0), app, coalesce(channel_id, 0), {MODEL}"
_RECOMPUTED = (
    f"SELECT {GROUP_OF_RECORD}, "
    + ", ".join(f"coalesce(sum({expression}), 0) AS {name}" for name, expression in ALL_EXPRESSIONS.items())
    + f" FROM {RECORDS} GROUP BY 1, 2, 3, 4, 5"
)


class Difference(msgspec.Struct, frozen=True):
    """A sum that is not what the records say."""

    group: Group
    column: str
    kept: float
    recomputed: float

    def __str__(self) -> str:
        where = ", ".join(str(value) for value in self.group)
        return f"{where}: {self.column} is {self.kept:g}, its records say {self.recomputed:g}"


def compared() -> Iterator[Difference]:
    """Where the kept sums differ from those of the records. Sums some of whose records are gone can't be compared."""
    whole = f"SELECT {', '.join((*Group._fields, *ADDED))} FROM {TABLE} WHERE gone = 0"
    partly = {Group(*row) for row in read(f"SELECT {', '.join(Group._fields)} FROM {TABLE} WHERE gone > 0")}
    kept = {Group(*row[:5]): row[5:] for row in read(whole)}
    recomputed = {Group(*row[:5]): row[5:] for row in read(_RECOMPUTED)}
    for group in sorted((kept.keys() | recomputed.keys()) - partly):
        yield from differing(group, kept.get(group, ZEROES), recomputed.get(group, ZEROES))


ZEROES = (0,) * len(ADDED)


def differing(group: Group, kept: Iterable[float], recomputed: Iterable[float]) -> Iterator[Difference]:
    """Milliseconds are added up in another order, so they may differ in their last digits."""
    for column, one, other in zip(ADDED, kept, recomputed, strict=True):
        if abs(one - other) > (1e-6 * max(1.0, abs(one)) if column.endswith("_ms") else 0):
            yield Difference(group, column, one, other)


def read(statement: str) -> list[tuple[Any, ...]]:
    with connection.cursor() as cursor:
        cursor.execute(statement)
        return [tuple(str(value) if index == 0 else value for index, value in enumerate(row)) for row in cursor]
