"""The rows of a copy instead of those that are there, in one transaction; the tables themselves stay."""

from pathlib import Path

from cachalot.api import cachalot_disabled
from django.core.exceptions import ValidationError
from django.db import IntegrityError, connection, transaction

from channels_app import candidates
from channels_app.models import ClientKey, Preferences
from channels_app.revision import raise_generation
from dashboard.backups.copying import owned_tables
from dashboard.backups.examining import columns, shadow_tables
from dashboard.handed_in import NotUsable


def replace_all(copy: Path) -> None:
    """Raises NotUsable where the gateway could not live with them, and then nothing has changed."""
    connection.ensure_connection()
    connection.connection.execute("ATTACH DATABASE ? AS restored", [str(copy)])
    try:
        with transaction.atomic():
            for table in [*owned_tables(), *shadow_tables()]:
                replace_rows(table)
            raise_generation()
            prove()
    except (IntegrityError, ValidationError, ValueError, TypeError, AttributeError, KeyError) as problem:
        raise NotUsable(f"The backup's settings can't be used ({problem}). Nothing was changed.") from problem
    finally:
        connection.connection.execute("DETACH DATABASE restored")
    with connection.cursor() as cursor:  # or as much room again would stay taken until the next start
        cursor.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    candidates.refresh()


def replace_rows(table: str) -> None:
    database = connection.connection
    with connection.wrap_database_errors:
        names = ", ".join(f'"{name}"' for name in sorted(columns(database, "main", table)))
        database.execute(f'DELETE FROM main."{table}"')
        database.execute(f'INSERT INTO main."{table}" ({names}) SELECT {names} FROM restored."{table}"')


def prove() -> None:
    """Before it is final: the rows that every start relies on are there, and the gateway can read all of it."""
    with cachalot_disabled():  # it has not noticed what was done behind its back
        Preferences.load()
        ClientKey.master()
        candidates.load()
    connection.check_constraints()
