"""Bring the database to this program's version at start: check it, put a copy aside, migrate."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules

from django.apps import AppConfig, apps
from django.conf import settings
from django.core.management import call_command
from django.db import connection
from django.db.migrations.executor import MigrationExecutor
from django.db.migrations.recorder import MigrationRecorder
from django.utils.module_loading import module_has_submodule

from channels_app import private_files
from channels_app.models import ClientKey, Preferences
from dashboard.backups import copies
from dashboard.backups.examining import newer_than_this
from dashboard.owner import ensure_owner
from novapi_site.paths import StartError

LOCK_SECONDS = 60  # a large database takes its time to be copied
CHECKED_BYTES = 64 * 1024 * 1024  # a larger file is opened without reading all of it first


def prepare() -> None:
    """Check, copy, migrate, and make the rows every start relies on. Raises StartError."""
    path = Path(settings.NOVAPI_HOME) / "novapi.db"
    check(path)
    with alone(path.with_name("start.lock")):
        if path.stat().st_size == 0:
            make(path)
        migrate()
        ClientKey.master()
        Preferences.load()
        ensure_owner()


def make(path: Path) -> None:
    """An empty database that can give back what is deleted, see `gateway.captures`. Only a new one can be told so."""
    with closing(sqlite3.connect(path)) as database:
        database.execute("PRAGMA auto_vacuum = INCREMENTAL")
        database.execute("VACUUM")


def migrate() -> None:
    """Apply what is missing; a database that has something to lose is copied first."""
    if is_current():
        return
    executor = MigrationExecutor(connection)
    refuse_newer(executor)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        if executor.loader.applied_migrations:
            copies.put_aside("upgrade")
        call_command("migrate", verbosity=0, interactive=False)


def is_current() -> bool:
    """Whether exactly this program's migrations were applied, by their names: to load them all would be a third of
    what is done here."""
    applied = MigrationRecorder(connection).applied_migrations().keys()
    return applied == {(app.label, name) for app in apps.get_app_configs() for name in migrations_of(app)}


def migrations_of(app: AppConfig) -> list[str]:
    """As `django.db.migrations.loader` looks for them."""
    if not module_has_submodule(app.module, "migrations"):
        return []
    package = import_module(f"{app.name}.migrations")
    return [name for _, name, is_package in iter_modules(package.__path__) if not is_package and name[0] not in "_~"]


@contextmanager
def alone(lock: Path) -> Iterator[None]:
    """One process at a time: two that start together must not migrate together.

    SQLite's own file lock does it on every system, and is gone with the process that held it.
    """
    private_files.touch(lock)
    with closing(sqlite3.connect(lock, timeout=LOCK_SECONDS, isolation_level=None)) as holder:
        holder.execute("BEGIN EXCLUSIVE")
        yield


def check(path: Path) -> None:
    """Refuse a file that is no intact SQLite database."""
    size = path.stat().st_size
    if size == 0:
        return
    try:
        with sqlite3.connect(path, timeout=5) as database:
            database.execute("SELECT count(*) FROM sqlite_master").fetchone()
            verdict = database.execute("PRAGMA quick_check(1)").fetchone()[0] if size <= CHECKED_BYTES else "ok"
        database.close()
    except sqlite3.OperationalError as problem:
        raise StartError(f"The database {path} can't be opened: {problem}.") from problem
    except sqlite3.DatabaseError as problem:
        raise corrupt(path, str(problem)) from problem
    if verdict != "ok":
        raise corrupt(path, str(verdict))


def corrupt(path: Path, problem: str) -> StartError:
    copies = sorted((path.parent / "backups").glob("*.db"), reverse=True)
    found = "\n".join(f"  {copy}" for copy in copies) or "  (there is none yet)"
    return StartError(
        f"The database {path} is damaged ({problem}).\n"
        "Nothing was changed. Put one of these copies in its place, or move it away to start empty (a backup can then "
        f"be restored):\n{found}"
    )


def refuse_newer(executor: MigrationExecutor) -> None:
    """A database that a later version has migrated must not be touched by this one."""
    if newer := newer_than_this(executor):
        raise StartError(
            f"The database was written by a newer Novapi (it has {newer}; this is {settings.NOVAPI_VERSION}).\n"
            "Install that version again, or put a copy from the backups directory in the database's place."
        )
