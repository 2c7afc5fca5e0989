"""One number that grows with every change to the owner's tables, whoever makes it: dashboard, admin, script, SQL.

SQLite triggers count, so no writer can forget to. The gateway polls the number instead of re-reading the tables.
"""

from typing import Any

from django.db import connections

COUNTED_TABLES = (
    "channels_app_channel",
    "channels_app_channelkey",
    "channels_app_channelmodel",
    "channels_app_alias",
    "channels_app_clientkey",
    "channels_app_preferences",
)
READ = "SELECT value FROM channels_app_revision WHERE id = 1"


def install_triggers(using: str = "default", **_: Any) -> None:
    """Create the counter row and its triggers where they are missing."""
    with connections[using].cursor() as cursor:
        existing = set(connections[using].introspection.table_names(cursor))
        if not existing.issuperset((*COUNTED_TABLES, "channels_app_revision")):
            return
        cursor.execute("INSERT OR IGNORE INTO channels_app_revision (id, value) VALUES (1, 1)")
        for table in COUNTED_TABLES:
            for event in ("INSERT", "UPDATE", "DELETE"):
                cursor.execute(
                    f"CREATE TRIGGER IF NOT EXISTS {table}_{event.lower()} AFTER {event} ON {table} "
                    "BEGIN UPDATE channels_app_revision SET value = value + 1 WHERE id = 1; END"
                )


def read_revision(using: str = "default") -> int:
    """The current revision; 0 before the first migration."""
    with connections[using].cursor() as cursor:
        cursor.execute(READ)
        row = cursor.fetchone()
    return int(row[0]) if row else 0


def read_generation(using: str = "default") -> int:
    """How often everything was replaced by a backup: what is remembered by ids of rows is of its own generation."""
    with connections[using].cursor() as cursor:
        cursor.execute("PRAGMA user_version")
        return int(cursor.fetchone()[0])


def raise_generation(using: str = "default") -> None:
    """Inside the transaction that replaces everything."""
    with connections[using].cursor() as cursor:
        cursor.execute(f"PRAGMA user_version = {(read_generation(using) + 1) % 2**31}")
