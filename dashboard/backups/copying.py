"""A copy of the database as it is at one moment, while others write to it; without what apps said, unless asked."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

from django.apps import apps
from django.conf import settings

from channels_app.models import Revision
from gateway.capture_store import SEARCH
from gateway.models import Capture, CapturedText, StoredResponse

ROOMS = ("channels_app", "gateway")
SHADOWS = f"{SEARCH}_"  # the tables behind the search's virtual one
SPOKEN = frozenset(model._meta.db_table for model in (Capture, CapturedText, StoredResponse))
MIGRATIONS = "django_migrations"


def owned_tables() -> list[str]:
    """Those that hold what the owner has, in the order in which they refer to each other."""
    models = [model for room in ROOMS for model in apps.get_app_config(room).get_models()]
    return [model._meta.db_table for model in models if model is not Revision]


def copy_now(target: Path, captures: bool) -> None:
    """Calls go on meanwhile: one reading transaction sees nothing of what comes later. `target` is not there yet."""
    live = Path(settings.NOVAPI_HOME) / "novapi.db"
    with closing(sqlite3.connect(f"{target.as_uri()}?mode=rwc", uri=True, isolation_level=None)) as database:
        database.execute("PRAGMA journal_mode = OFF")
        database.execute("PRAGMA synchronous = OFF")
        database.execute("PRAGMA secure_delete = ON")
        database.execute("ATTACH DATABASE ? AS live", [f"{live.as_uri()}?mode=ro"])
        database.execute("BEGIN")
        for statement in statements(database, captures):
            database.execute(statement)
        database.execute("COMMIT")
        database.execute("DETACH DATABASE live")


def statements(database: sqlite3.Connection, captures: bool) -> Iterator[str]:
    """Tables, then rows, then indexes: a row is sorted into those once. Triggers stay behind: Novapi makes its own."""
    yield from schema(database, "table")
    left_out = frozenset() if captures else SPOKEN
    for table in [MIGRATIONS, *owned_tables()]:
        if table not in left_out:
            yield f'INSERT INTO main."{table}" SELECT * FROM live."{table}"'
    for table in shadow_tables(database) if captures else ():
        yield f'DELETE FROM main."{table}"'
        yield f'INSERT INTO main."{table}" SELECT * FROM live."{table}"'
    yield from schema(database, "index")


def schema(database: sqlite3.Connection, kind: str) -> list[str]:
    rows = database.execute(
        "SELECT name, sql FROM live.sqlite_master WHERE type = ? AND sql IS NOT NULL AND name NOT LIKE 'sqlite\\_%' "
        "ESCAPE '\\' ORDER BY rowid",
        [kind],
    )
    return [sql for name, sql in rows if not name.startswith(SHADOWS)]


def shadow_tables(database: sqlite3.Connection) -> list[str]:
    names = database.execute("SELECT name FROM live.sqlite_master WHERE type = 'table'")
    return [name for (name,) in names if name.startswith(SHADOWS)]
