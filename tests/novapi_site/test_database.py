"""The database at start: copied aside before it is changed, refused when it is damaged or too new."""

import os
import shutil
import sqlite3
import stat
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from tests.running import ROOT, free_port, run


def database(home: Path) -> Path:
    return home / "novapi.db"


def copies(home: Path) -> list[Path]:
    return sorted((home / "backups").iterdir())


def execute(home: Path, statement: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(database(home))) as connection, connection:
        return connection.execute(statement).fetchall()


def forget_upgrades(home: Path) -> None:
    """Go back to before the gateway's first migration; the next start goes forward again."""
    for (table,) in execute(home, "SELECT name FROM sqlite_master WHERE type = 'table' AND name GLOB 'gateway_*'"):
        execute(home, f"DROP TABLE IF EXISTS {table}")  # the search's own tables go with it
    execute(home, "DELETE FROM django_migrations WHERE app = 'gateway'")


def upgrade(home: Path) -> None:
    forget_upgrades(home)
    result = run(home, "key")
    assert result.returncode == 0, result.stderr


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    home = tmp_path_factory.mktemp("template") / "home"
    assert run(home, "key").returncode == 0
    execute(home, "CREATE TABLE ballast (text)")
    execute(home, f"INSERT INTO ballast VALUES {', '.join(['(hex(randomblob(50)))'] * 2000)}")
    execute(home, "PRAGMA wal_checkpoint(TRUNCATE)")
    for copy in copies(home):
        copy.unlink()
    return home


@pytest.fixture
def used(template: Path, home: Path) -> Path:
    """A data directory that has been used: a key, and enough rows to fill pages. No copy was put aside yet."""
    shutil.copytree(template, home)
    return home


def test_copy_is_put_aside_before_an_upgrade(used: Path) -> None:
    key = run(used, "key").stdout

    upgrade(used)

    (copy,) = copies(used)
    assert stat.S_IMODE(copy.stat().st_mode) == 0o600
    with closing(sqlite3.connect(copy)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert connection.execute("SELECT count(*) FROM ballast").fetchone() == (2000,)
        tables = {name for (name,) in connection.execute("SELECT name FROM sqlite_master")}
    assert "gateway_usagerecord" not in tables  # as it was before the upgrade
    assert run(used, "key").stdout == key


def test_start_without_an_upgrade_makes_no_copy(used: Path) -> None:
    run(used, "key")

    assert copies(used) == []


LOADED = """
import django, sys
django.setup()
from novapi_site import database
database.prepare()
print([name for name in sys.modules if ".migrations.0" in name])
"""


def test_start_without_an_upgrade_loads_no_migration(used: Path) -> None:
    env = os.environ | {"NOVAPI_HOME": str(used), "DJANGO_SETTINGS_MODULE": "novapi_site.settings"}

    ran = subprocess.run(
        [sys.executable, "-c", LOADED], env=env, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False
    )

    assert ran.stdout == "[]\n", ran.stderr


def test_first_start_has_nothing_to_put_aside(home: Path) -> None:
    run(home, "key")

    assert copies(home) == []


def test_three_copies_are_kept_the_newest(used: Path) -> None:
    made: list[Path] = []
    for _ in range(4):
        upgrade(used)
        made += [copy for copy in copies(used) if copy not in made]

    assert len(made) == 4
    assert copies(used) == made[-3:]


def test_copy_put_in_the_database_s_place_works(used: Path) -> None:
    key = run(used, "key").stdout
    upgrade(used)
    (copy,) = copies(used)

    database(used).write_bytes(copy.read_bytes())

    assert run(used, "key").stdout == key


@pytest.mark.parametrize("words", [["key", "--rotate"], ["serve"]])
def test_database_of_a_newer_version_is_refused_and_left_alone(used: Path, words: list[str]) -> None:
    execute(used, "INSERT INTO django_migrations (app, name, applied) VALUES ('gateway', '9999_future', '2030-01-01')")
    execute(used, "PRAGMA wal_checkpoint(TRUNCATE)")
    before = database(used).read_bytes()

    result = run(used, *words, timeout=20, NOVAPI_PORT=str(free_port()))

    assert result.returncode not in (0, None)
    assert "newer" in result.stderr
    assert "9999_future" in result.stderr
    assert "Traceback" not in result.stderr
    assert database(used).read_bytes() == before
    assert copies(used) == []


def overwrite_the_middle(path: Path) -> None:
    with path.open("r+b") as file:
        file.seek(path.stat().st_size // 2)
        file.write(os.urandom(64 * 1024))


def overwrite_the_beginning(path: Path) -> None:
    with path.open("r+b") as file:
        file.write(os.urandom(4096))


def cut_off(path: Path) -> None:
    os.truncate(path, path.stat().st_size // 2)


def replace_by_text(path: Path) -> None:
    path.write_text("This is not a database at all. " * 200)


@pytest.mark.parametrize("damage", [overwrite_the_middle, overwrite_the_beginning, cut_off, replace_by_text])
def test_damaged_database_is_refused_and_the_copies_are_named(used: Path, damage: Callable[[Path], None]) -> None:
    shutil.copy(database(used), used / "backups" / "novapi-20300101-000000-000000000.db")
    damage(database(used))
    before = database(used).read_bytes()

    result = run(used, "serve", timeout=20, NOVAPI_PORT=str(free_port()))

    assert result.returncode not in (0, None)
    assert str(database(used)) in result.stderr
    assert "damaged" in result.stderr
    assert str(copies(used)[0]) in result.stderr
    assert "Traceback" not in result.stderr
    assert database(used).read_bytes() == before


def test_damaged_database_without_copies_says_that_there_is_none(used: Path) -> None:
    replace_by_text(database(used))

    result = run(used, "key")

    assert result.returncode not in (0, None)
    assert "damaged" in result.stderr
    assert "Traceback" not in result.stderr


def test_database_that_is_a_directory_is_refused_in_a_sentence(home: Path) -> None:
    database(home).mkdir(parents=True)

    result = run(home, "key")

    assert result.returncode not in (0, None)
    assert str(home) in result.stderr
    assert "Traceback" not in result.stderr


def test_database_that_another_program_has_locked_is_refused_in_a_sentence(used: Path) -> None:
    with closing(sqlite3.connect(database(used), isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")

        result = run(used, "key", "--rotate", timeout=30)

        other.execute("ROLLBACK")
    assert result.returncode not in (0, None)
    assert "locked" in result.stderr
    assert "Traceback" not in result.stderr
