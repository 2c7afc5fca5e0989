"""A backup: a copy of the database without secrets, packed; with the secrets beside it, sealed, if there is a
passphrase."""

import sqlite3
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import msgspec
from django.conf import settings

from dashboard.backups import archive, passphrase, secret_fields
from dashboard.backups.archive import Manifest
from dashboard.backups.copying import copy_now
from dashboard.handed_in import workspace

ENDING = ".novapi-backup"


def name_of_today() -> str:
    """What the file is called unless its owner says otherwise."""
    return f"novapi-{datetime.now().astimezone().date()}{ENDING}"


def make(target: BinaryIO, *, captures: bool, secret: str) -> Manifest:
    """Write a backup. `secret`: the passphrase; empty: no key goes in. Raises NotUsable for a weak one."""
    if secret:
        passphrase.refuse_weak(secret)
    with workspace() as directory:
        copy = directory / "copy.db"
        copy_now(copy, captures)
        return pack(target, copy, captures=captures, secret=secret)


def pack(target: BinaryIO, copy: Path, *, captures: bool, secret: str) -> Manifest:
    with closing(sqlite3.connect(copy, isolation_level=None)) as database:
        database.execute("PRAGMA secure_delete = ON")  # what was there can't be read out of the file
        database.execute("PRAGMA journal_mode = MEMORY")
        taken = secret_fields.take_out(database)
    manifest = manifest_of(copy, captures=captures, keys=bool(secret))
    sealed = passphrase.seal(msgspec.json.encode(taken), secret, manifest.sha256.encode()) if secret else None
    archive.write(target, manifest, copy, sealed)
    return manifest


def manifest_of(copy: Path, *, captures: bool, keys: bool) -> Manifest:
    return Manifest(
        format=archive.FORMAT,
        version=archive.VERSION,
        novapi=settings.NOVAPI_VERSION,
        created_at=datetime.now(UTC).replace(microsecond=0),
        captures=captures,
        keys=keys,
        size=copy.stat().st_size,
        sha256=archive.sha256_of(copy),
    )
