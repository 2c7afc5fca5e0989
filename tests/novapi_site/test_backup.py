"""`novapi backup` and `novapi restore`: by the real commands, with and without a server beside them."""

import os
import pty
import shlex
import sqlite3
import stat
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.running import ROOT, Novapi, command, eventually, run

PASSPHRASE = "eight or more"


@pytest.fixture(scope="module")
def upstream() -> Iterator[FakeUpstream]:
    with FakeUpstream(json_reply(completion())) as provider:
        yield provider


@pytest.fixture
def secret(tmp_path: Path) -> Path:
    file = tmp_path / "passphrase.txt"
    file.write_text(f"{PASSPHRASE}\nthe second line is of no account\n")
    return file


def change(home: Path, statement: str) -> None:
    with closing(sqlite3.connect(home / "novapi.db")) as database, database:
        database.execute(statement)


def typing(words: list[str], home: Path, *lines: str) -> tuple[int, str]:
    """A command at a terminal at which somebody types these lines; its exit code and what it showed."""
    ours, its = pty.openpty()
    process = subprocess.Popen(
        command(*words), env=os.environ | {"NOVAPI_HOME": str(home)}, stdin=its, stdout=its, stderr=its, cwd=ROOT,
        start_new_session=True,
    )  # fmt: skip
    os.close(its)
    shown = b""
    for line in [*lines, None]:
        while line is None or not shown.endswith(b": "):
            try:
                shown += os.read(ours, 1024)
            except OSError:  # the other end is closed
                break
        if line is not None:
            os.write(ours, f"{line}\n".encode())
            shown += b"\n"
    os.close(ours)
    return process.wait(30), shown.decode()


def with_small_files(home: Path, *words: str, kib: int) -> subprocess.CompletedProcess[str]:
    """A command that can write no file beyond so much, as on a disk that is full."""
    line = f"ulimit -f {kib}; exec {shlex.join(command(*words))}"
    env = os.environ | {"NOVAPI_HOME": str(home)}
    return subprocess.run(["bash", "-c", line], env=env, capture_output=True, text=True, timeout=60, check=False)


def test_backup_and_restore_without_a_server(home: Path, tmp_path: Path) -> None:
    key = run(home, "key").stdout
    file = tmp_path / "mine.novapi-backup"

    made = run(home, "backup", str(file))
    change(home, "INSERT INTO channels_app_alias (name, targets, enabled, created_at) VALUES ('a', '[\"b\"]', 1, 0)")
    back = run(home, "restore", str(file))

    assert made.returncode == back.returncode == 0, made.stderr + back.stderr
    assert str(file) in made.stdout
    assert "not in it" in made.stdout
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert "Restored: 0 channels" in back.stdout
    assert str(home / "backups" / "replaced-") in back.stdout
    with closing(sqlite3.connect(home / "novapi.db")) as database:
        assert database.execute("SELECT count(*) FROM channels_app_alias").fetchone() == (0,)
    assert run(home, "key").stdout == key


def test_folder_gets_a_file_of_today(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "backups of mine"
    folder.mkdir()

    result = run(home, "backup", str(folder))

    assert result.returncode == 0, result.stderr
    assert [path.name for path in folder.iterdir()] == [time.strftime("novapi-%Y-%m-%d.novapi-backup")]


def test_file_that_is_there_already_stays(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "precious"
    file.write_text("precious")

    result = run(home, "backup", str(file))

    assert result.returncode == 1
    assert result.stderr.startswith("novapi: There is a file")
    assert file.read_text() == "precious"


@pytest.mark.parametrize("words", [["backup", "/nowhere/at/all"], ["restore", "/nowhere/at/all"], ["restore", "/tmp"]])
def test_path_that_leads_nowhere_is_one_sentence(home: Path, words: list[str]) -> None:
    result = run(home, *words)

    assert result.returncode == 1
    assert result.stderr.startswith("novapi: /")
    assert "Traceback" not in result.stderr


def test_file_that_is_no_backup_is_one_sentence(home: Path, tmp_path: Path) -> None:
    file = tmp_path / "letter.txt"
    file.write_text("Dear Sir")

    result = run(home, "restore", str(file))

    assert (result.returncode, result.stderr) == (1, "novapi: This is no backup of Novapi.\n")


@pytest.mark.alone
def test_restore_beside_a_running_server_is_in_force_within_a_second(
    tmp_path: Path, upstream: FakeUpstream, secret: Path
) -> None:
    file = tmp_path / "with-keys"
    with Novapi(tmp_path / "first") as first:
        model = first.add_channel(upstream.url)
        made = run(first.home, "backup", str(file), "--passphrase-file", str(secret))
        assert made.returncode == 0, made.stderr
    with Novapi(tmp_path / "second") as second:
        gone = second.add_channel(upstream.url)
        assert second.chat(gone).status_code == 200

        back = run(second.home, "restore", str(file), "--passphrase-file", str(secret))
        restored_at = time.monotonic()

        assert back.returncode == 0, back.stderr
        second.key = first.key
        assert eventually(lambda: second.chat(model).status_code == 200, timeout_s=1)
        assert time.monotonic() - restored_at < 1
        assert second.chat(gone).status_code == 404
        assert "sealed" not in second.log.read_text()


def test_passphrase_is_asked_for_at_the_terminal(home: Path, tmp_path: Path) -> None:
    key, file = run(home, "key").stdout, tmp_path / "with-keys"

    code, shown = typing(["backup", str(file), "--keys"], home, PASSPHRASE, PASSPHRASE)
    assert code == 0, shown
    assert PASSPHRASE not in shown
    code, shown = typing(["restore", str(file)], tmp_path / "other", PASSPHRASE)
    assert code == 0, shown
    assert run(tmp_path / "other", "key").stdout == key

    code, shown = typing(["restore", str(file)], tmp_path / "other", "something else")
    assert code == 1
    assert "not the passphrase" in shown


@pytest.mark.parametrize(
    ("first", "second", "told"), [("eight or more", "eight or less", "different"), ("1", "1", "8")]
)
def test_passphrase_that_was_mistyped_or_is_weak_is_refused(
    home: Path, tmp_path: Path, first: str, second: str, told: str
) -> None:
    lines = [first, second] if len(first) > 1 else [first]

    code, shown = typing(["backup", str(tmp_path / "file"), "--keys"], home, *lines)

    assert code == 1
    assert told in shown
    assert not (tmp_path / "file").exists()


def test_without_a_terminal_nobody_is_asked(home: Path, tmp_path: Path, secret: Path) -> None:
    file = tmp_path / "with-keys"
    assert run(home, "backup", str(file), "--passphrase-file", str(secret)).returncode == 0

    made, back = run(home, "backup", str(tmp_path / "other"), "--keys"), run(home, "restore", str(file))

    for result in (made, back):
        assert result.returncode == 1
        assert "--passphrase-file" in result.stderr
    assert run(home, "restore", str(file), "--without-keys", "--dry-run").returncode == 0


@pytest.mark.parametrize("kib", [60, 200])
def test_disk_that_is_full_leaves_everything_as_it_was(home: Path, tmp_path: Path, kib: int) -> None:
    run(home, "key")
    run(home, "backup", str(tmp_path / "whole"))
    before = (home / "novapi.db").read_bytes()

    made = with_small_files(home, "backup", str(tmp_path / "file"), kib=kib)
    back = with_small_files(home, "restore", str(tmp_path / "whole"), kib=kib)

    for result in (made, back):
        assert result.returncode == 1
        assert "not enough room" in result.stderr, result.stderr
        assert "Traceback" not in result.stderr
    assert not list(tmp_path.glob("file*"))
    assert not list(home.glob("in-work-*"))
    assert (home / "novapi.db").read_bytes() == before
    assert run(home, "key").returncode == 0


def test_what_a_killed_process_left_is_cleared_away_a_day_later(home: Path, tmp_path: Path) -> None:
    run(home, "key")
    old, new = home / "in-work-old", home / "in-work-new"
    for folder in (old, new):
        folder.mkdir()
        (folder / "copy.db").write_text("half")
    os.utime(old, (time.time() - 100_000,) * 2)

    run(home, "backup", str(tmp_path / "file"))

    assert (old.exists(), new.exists()) == (False, True)
