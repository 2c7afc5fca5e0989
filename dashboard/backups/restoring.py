"""A backup takes the place of everything, in one transaction: until it is whole, nothing has changed.

A file that is handed in is looked at first: whether it is what it says, intact, made by no newer Novapi, and without
anything in it that Novapi never puts there. Then it is brought to this version, its secrets are put back, the present
database is put aside, and the rows replace those that are there; the tables themselves stay. The gateway serves on.
"""

import sqlite3
import threading
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import msgspec
from django.db import OperationalError

from dashboard.backups import archive, copies, mending
from dashboard.backups.examining import look_at, refuse_incomplete, upgrade
from dashboard.backups.mending import Mended
from dashboard.backups.replacing import replace_all
from dashboard.backups.secret_fields import Secrets
from dashboard.handed_in import NotUsable, database_trouble, is_sqlite, refuse_without_room, stranger, workspace

one_at_a_time = threading.Lock()


class Restored(NamedTuple):
    """What was in it and what became of it. `made_at`, `made_by`: of the backup, None of a plain copy; `has_keys`:
    whether its keys are in it, sealed or for this machine; `copy`: where the database is that was replaced, None if
    nothing was."""

    made_at: datetime | None
    made_by: str | None
    captures: bool
    has_keys: bool
    channels: int
    client_keys: int
    records: int
    mended: Mended
    copy: Path | None


def restore(path: Path, passphrase: str, *, dry_run: bool = False) -> Restored:
    """Raises NotUsable, and then nothing has changed. `dry_run`: do everything but replace."""
    if not one_at_a_time.acquire(blocking=False):
        raise NotUsable("Another backup is being restored; wait for it to end.", 409)
    try:
        with workspace() as directory:
            return restored(path, passphrase, directory, dry_run)
    except OperationalError as problem:
        raise database_trouble(problem) from problem
    finally:
        one_at_a_time.release()


def restored(path: Path, passphrase: str, directory: Path, dry_run: bool) -> Restored:
    opened = open_backup(path, directory)
    raw = opened.unsealed(passphrase)
    copy = opened.database
    look_at(copy)
    upgrade(copy)
    with stranger(copy, writable=True) as database:
        refuse_incomplete(database)
        mended = mend(database, raw)
        told = told_of(database, opened, mended)
    if dry_run:
        return told
    aside = copies.put_aside("restore")
    replace_all(copy)
    return told._replace(copy=aside)


def open_backup(path: Path, directory: Path) -> archive.Opened:
    """An archive, or a plain copy of the database, as Novapi puts them aside."""
    if archive.is_archive(path):
        return archive.read(path, directory)
    if not is_sqlite(path):
        raise NotUsable(archive.NO_BACKUP)
    refuse_without_room(path.stat().st_size, directory)
    copy = directory / "unpacked.db"
    with stranger(path) as source, closing(sqlite3.connect(copy)) as target:
        source.backup(target)
    return archive.Opened(None, copy, None)


def mend(database: sqlite3.Connection, raw: bytes | None) -> Mended:
    database.execute("PRAGMA secure_delete = ON")
    try:
        told = msgspec.json.decode(raw, type=Secrets) if raw else Secrets()
        return mending.mend(database, told, mending.here())
    except (ValueError, TypeError, AttributeError, msgspec.DecodeError) as problem:
        raise NotUsable(f"The backup's settings can't be read ({problem}).") from problem


def told_of(database: sqlite3.Connection, opened: archive.Opened, mended: Mended) -> Restored:
    def count(table: str) -> int:
        return int(database.execute(f"SELECT count(*) FROM {table}").fetchone()[0])

    manifest = opened.manifest
    return Restored(
        made_at=manifest.created_at if manifest else None,
        made_by=manifest.novapi if manifest else None,
        captures=manifest.captures if manifest else True,
        has_keys=manifest.keys if manifest else True,
        channels=count("channels_app_channel"),
        client_keys=count("channels_app_clientkey WHERE NOT is_master"),
        records=count("gateway_usagerecord"),
        mended=mended,
        copy=None,
    )
