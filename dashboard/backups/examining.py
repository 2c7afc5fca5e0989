"""Whether a copy that was handed in is a whole database of Novapi and nothing else; its upgrade to this version."""

import logging
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.management import call_command
from django.db import OperationalError, connection, connections
from django.db.migrations.executor import MigrationExecutor

from channels_app.models import Channel, ClientKey
from dashboard.backups.copying import MIGRATIONS, SHADOWS, owned_tables
from dashboard.handed_in import NotUsable, ordinary_tables, stranger, virtual_tables
from gateway.capture_store import SEARCH

logger = logging.getLogger(__name__)

ALIAS = "restored"
SEARCH_SQL = f"CREATE VIRTUAL TABLE {SEARCH} USING fts5(words, content='', tokenize='unicode61 remove_diacritics 2')"
OURS = frozenset({"channels_app", "gateway", "dashboard"})


def look_at(copy: Path) -> None:
    with stranger(copy, writable=True) as database:
        drop_active(database)
        verdict = database.execute("PRAGMA integrity_check(1)").fetchone()[0]
        if verdict != "ok":
            raise NotUsable(f"The backup is damaged ({verdict}).")
        needed = {MIGRATIONS, Channel._meta.db_table, ClientKey._meta.db_table}
        if not needed.issubset(ordinary_tables(database)):
            raise NotUsable("This is a database, but not one of Novapi.")


def drop_active(database: sqlite3.Connection) -> None:
    """What would do something by itself when tables are read or written. Novapi's own triggers are made anew."""
    for name, sql in virtual_tables(database).items():
        if sql != SEARCH_SQL:
            raise NotUsable(f"The file has a table in it that Novapi never made: '{name[:60]}'.")
    rows = database.execute("SELECT type, name FROM sqlite_master WHERE type IN ('trigger', 'view')").fetchall()
    for kind, name in rows:
        quoted = name.replace('"', '""')
        database.execute(f'DROP {kind} "{quoted}"')


@contextmanager
def connected(copy: Path) -> Iterator[str]:
    """Django's name for the copy. Other threads walk the settings of connections, so these are replaced whole."""
    before = connections.settings
    connections.settings = {**before, ALIAS: {**before["default"], "NAME": copy}}
    try:
        yield ALIAS
    finally:
        connections[ALIAS].close()
        del connections[ALIAS]
        connections.settings = before


def upgrade(copy: Path) -> None:
    """To this version's tables; NotUsable where it is of a newer one, or its past can't be made out."""
    with connected(copy) as alias:
        try:
            executor = MigrationExecutor(connections[alias])
            refuse_newer(executor)
            if executor.migration_plan(executor.loader.graph.leaf_nodes()):
                call_command("migrate", database=alias, verbosity=0, interactive=False)
        except OperationalError:
            raise
        except Exception as problem:
            logger.warning("A backup could not be brought to this version: %s", problem)
            raise NotUsable(f"The backup can't be brought to this version of Novapi ({problem}).") from problem


def newer_than_this(executor: MigrationExecutor) -> str:
    """A migration that the database has had and this version does not know; empty if there is none."""
    applied, known = executor.loader.applied_migrations, set(executor.loader.disk_migrations)
    return max((f"{app}.{name}" for app, name in applied if app in OURS and (app, name) not in known), default="")


def refuse_newer(executor: MigrationExecutor) -> None:
    if newer := newer_than_this(executor):
        raise NotUsable(
            f"The backup was made by a newer Novapi (it has {newer[:80]}; this is {settings.NOVAPI_VERSION}). "
            "Update Novapi, then restore it."
        )


def refuse_incomplete(database: sqlite3.Connection) -> None:
    connection.ensure_connection()
    for table in [*owned_tables(), *shadow_tables()]:
        lacking = columns(connection.connection, "main", table) - columns(database, "main", table)
        if lacking:
            raise NotUsable(f"The backup is not whole: {table} has no {', '.join(sorted(lacking))}.")


def columns(database: Any, schema: str, table: str) -> set[str]:
    """The ordinary ones: not those that are reckoned."""
    found = database.execute("SELECT name FROM pragma_table_xinfo(?, ?) WHERE hidden = 0", [table, schema])
    return {name for (name,) in found}


def shadow_tables() -> list[str]:
    with connection.cursor() as cursor:
        cursor.execute("SELECT name FROM main.sqlite_master WHERE type = 'table'")
        return [name for (name,) in cursor.fetchall() if name.startswith(SHADOWS)]
