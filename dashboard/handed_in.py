"""Files that the owner hands in or takes away: a private place to work on them; databases nobody has vouched for."""

import shutil
import sqlite3
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import BinaryIO

from django.conf import settings

PREFIX = "in-work-"
LEFT_OVER_SECONDS = 86_400  # of a process that was killed meanwhile
MOST_BYTES = 8 * 1024**3  # of a file, as it comes and unpacked
SPARE_BYTES = 256 * 1024**2  # of the disk, which the gateway itself needs
CHUNK_BYTES = 1024 * 1024
SQLITE_START = b"SQLite format 3\0"
DISK_FULL = "There is not enough room on the disk. Make some, and try again; nothing was changed."


class NotUsable(Exception):
    """What was asked for can't be done; the message says what is wrong with it and what to do. `status`: for HTTP."""

    def __init__(self, message: str, status: int = 422) -> None:
        super().__init__(message)
        self.status = status


@contextmanager
def workspace() -> Iterator[Path]:
    """A directory of the owner's own beside the database, gone afterwards. A full disk raises NotUsable."""
    home = Path(settings.NOVAPI_HOME)
    for old in home.glob(f"{PREFIX}*"):
        if is_left_over(old):
            shutil.rmtree(old, ignore_errors=True)
    directory = Path(tempfile.mkdtemp(prefix=PREFIX, dir=home))  # 0700
    try:
        yield directory
    except OSError as problem:
        raise NotUsable(f"{DISK_FULL} ({problem.strerror or problem})", 507) from problem
    except sqlite3.OperationalError as problem:
        raise database_trouble(problem) from problem
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def is_left_over(directory: Path) -> bool:
    """False as well for one that is gone by now: others may be at work beside us."""
    try:
        return time.time() - directory.stat().st_mtime > LEFT_OVER_SECONDS
    except FileNotFoundError:
        return False


def database_trouble(problem: Exception) -> NotUsable:
    """What to say when SQLite can't go on."""
    if "full" in str(problem) or "disk I/O" in str(problem):
        return NotUsable(f"{DISK_FULL} ({problem})", 507)
    return NotUsable(f"The database can't be used now ({problem}). Nothing was changed; try again.", 503)


def receive(source: BinaryIO, path: Path) -> None:
    """The whole of a request's body into a file. Raises NotUsable."""
    size = 0
    with path.open("xb") as file:
        while chunk := source.read(CHUNK_BYTES):
            size += len(chunk)
            refuse_size(size)
            file.write(chunk)
    if not size:
        raise NotUsable("There is no file in this request: its body is empty.")


def refuse_size(size: int) -> None:
    if size > MOST_BYTES:
        raise NotUsable(f"The file is larger than {MOST_BYTES // 1024**3} GiB.", 413)


def refuse_without_room(size: int, directory: Path) -> None:
    """Where writing so many bytes would fill the disk."""
    if size + SPARE_BYTES > shutil.disk_usage(directory).free:
        raise NotUsable(DISK_FULL, 507)


def is_sqlite(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(len(SQLITE_START)) == SQLITE_START


@contextmanager
def stranger(path: Path, writable: bool = False) -> Iterator[sqlite3.Connection]:
    """A database that may be damaged, or made to do harm. No function of ours is known in it. Raises NotUsable."""
    address = f"{path.absolute().as_uri()}?mode={'rw' if writable else 'ro'}"
    try:
        database = sqlite3.connect(address, uri=True, timeout=5, isolation_level=None)
    except sqlite3.OperationalError as problem:
        raise NotUsable(f"{path.name} can't be opened ({problem}).") from problem
    try:
        database.execute("PRAGMA cell_size_check = ON")
        yield database
    except sqlite3.OperationalError:
        raise  # no room, or locked
    except sqlite3.DatabaseError as problem:
        raise NotUsable(f"The file is damaged ({problem}).") from problem
    finally:
        database.close()


def ordinary_tables(database: sqlite3.Connection) -> dict[str, str]:
    """Name → SQL of those that are neither views nor virtual: reading one of these could mean anything."""
    rows = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL")
    return {name: sql for name, sql in rows if not sql.lstrip().upper().startswith("CREATE VIRTUAL")}


def virtual_tables(database: sqlite3.Connection) -> dict[str, str]:
    rows = database.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table' AND sql IS NOT NULL")
    return {name: sql for name, sql in rows if sql.lstrip().upper().startswith("CREATE VIRTUAL")}
