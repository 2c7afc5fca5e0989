"""The rows of a `one-api.db`, whatever version wrote it: columns that are not there are empty."""

import json
import sqlite3
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any, NamedTuple

from dashboard.handed_in import NotUsable, is_sqlite, ordinary_tables, stranger
from dashboard.one_api.kinds import Family

MOST_ROWS = 20_000
MOST_TEXT_BYTES = 16 * 1024**2  # of one value
NO_ONE_API = "This is no database of One-API or new-api."
OF_NEW_API = frozenset({"auto_ban", "setting", "tag", "channel_info", "openai_organization"})
OF_ONE_HUB = frozenset({"only_chat", "plugin", "proxy"})
WHOLE = range(-(2**63), 2**63)


class Row(NamedTuple):
    """One row, asked for by the names of its columns."""

    values: Mapping[str, Any]

    def text(self, name: str) -> str:
        value = self.values.get(name)
        if isinstance(value, bytes):
            value = value.decode("utf-8", "replace")
        return str(value).strip() if isinstance(value, str | int | float) else ""

    def number(self, name: str, default: int = 0) -> int:
        if self.values.get(name) is None:
            return default
        try:
            value = int(self.values[name])
        except (ValueError, TypeError, OverflowError):
            return default
        return value if value in WHOLE else default

    def json(self, name: str) -> dict[str, Any]:
        """An object; empty where it is none."""
        try:
            found = json.loads(self.text(name) or "{}")
        except (ValueError, RecursionError):
            return {}
        return found if isinstance(found, dict) else {}


class Source(NamedTuple):
    """`disabled_users`: whose tokens don't work there. `users`: how many there are."""

    family: Family
    channels: list[Row]
    tokens: list[Row]
    disabled_users: frozenset[int]
    users: int


def read(path: Path) -> Source:
    """Raises NotUsable."""
    if not is_sqlite(path):
        raise NotUsable(f"{NO_ONE_API} They keep one in SQLite only where they are told of no other (SQL_DSN).")
    try:
        with stranger(path) as database:
            return read_tables(database)
    except sqlite3.OperationalError as problem:
        raise NotUsable(f"{path.name} can't be read ({problem}).") from problem


def read_tables(database: sqlite3.Connection) -> Source:
    database.setlimit(sqlite3.SQLITE_LIMIT_LENGTH, MOST_TEXT_BYTES)
    tables = ordinary_tables(database)
    if not {"channels", "tokens"}.issubset(tables):
        raise NotUsable(NO_ONE_API)
    columns = set(columns_of(database, "channels"))
    if not {"id", "type", "key", "models"}.issubset(columns):
        raise NotUsable(NO_ONE_API)
    users = list(rows(database, "users")) if "users" in tables else []
    return Source(
        family="new-api" if columns & OF_NEW_API else "one-hub" if columns & OF_ONE_HUB else "One-API",
        channels=list(rows(database, "channels")),
        tokens=[row for row in rows(database, "tokens") if not row.text("deleted_at")],
        disabled_users=frozenset(row.number("id") for row in users if row.number("status", 1) != 1),
        users=len(users),
    )


def columns_of(database: sqlite3.Connection, table: str) -> list[str]:
    """The ordinary ones: not those that are reckoned."""
    found = database.execute("SELECT name FROM pragma_table_xinfo(?) WHERE hidden = 0", [table])
    return [name for (name,) in found]


def rows(database: sqlite3.Connection, table: str) -> Iterator[Row]:
    names = columns_of(database, table)
    quoted = ", ".join('"{}"'.format(name.replace('"', '""')) for name in names)
    found = database.execute(f"SELECT {quoted} FROM {table} ORDER BY id LIMIT {MOST_ROWS + 1}")
    for count, values in enumerate(found):
        if count >= MOST_ROWS:
            raise NotUsable(f"There are more than {MOST_ROWS} rows in {table}; that is no one person's.")
        yield Row(dict(zip(names, values, strict=True)))
