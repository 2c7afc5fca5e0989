"""The log as a file: every record that a filter is for, line by line, in the memory of one page."""

import csv
import io
from collections.abc import AsyncIterator, Callable, Iterator
from typing import Any

from asgiref.sync import sync_to_async

from dashboard import records
from dashboard.api.schemas.calls import RecordFilter, RecordRow
from gateway.models import UsageRecord

PAGE = 500
COLUMNS = list(RecordRow.model_fields)
FORMULA = ("=", "+", "-", "@", "\t", "\r")  # what makes a spreadsheet reckon instead of show (OWASP, "CSV injection")

Lines = Callable[[list[UsageRecord]], str]


async def lines(asked: RecordFilter, write: Lines) -> AsyncIterator[bytes]:
    """Page by page. What is written meanwhile is newer than the first page, and not among them."""
    asked = asked.model_copy(update={"limit": PAGE, "cursor": None})
    yield write([]).encode()
    while True:
        rows, cursor = await sync_to_async(records.page)(asked)
        yield write(rows).encode()
        if cursor is None:
            return
        asked = asked.model_copy(update={"cursor": cursor})


def count(asked: RecordFilter) -> int:
    return records.matching(asked).count()


def as_jsonl(rows: list[UsageRecord]) -> str:
    return "".join(f"{RecordRow.from_orm(row).model_dump_json()}\n" for row in rows)


def as_csv() -> Lines:
    """A writer that begins with the names of the columns."""
    has_begun = False

    def write(rows: list[UsageRecord]) -> str:
        nonlocal has_begun
        text = io.StringIO()
        out = csv.writer(text)
        if not has_begun:
            out.writerow(COLUMNS)
            has_begun = True
        out.writerows(cells(row) for row in rows)
        return text.getvalue()

    return write


def cells(record: UsageRecord) -> Iterator[Any]:
    told = RecordRow.from_orm(record).model_dump(mode="json")
    return (harmless(told[name]) for name in COLUMNS)


def harmless(value: Any) -> Any:
    return f"'{value}" if isinstance(value, str) and value.startswith(FORMULA) else value
