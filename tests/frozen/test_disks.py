"""Disks that are full, fill up, can only be read, or have what a killed Novapi left: it says so, and loses nothing."""

import os
import shutil
import sqlite3
import sys
from contextlib import closing
from pathlib import Path

import psutil
import pytest

from channels_app.unpacked import FIRST
from tests import mounts
from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.frozen.launches import Headless, refused
from tests.frozen.window import Desktop
from tests.novapi_site.desktop.screen import Screen, wait_for
from tests.novapi_site.test_database import execute, forget_upgrades
from tests.running import eventually, run

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="its troubles are made by Linux's means")


@pytest.mark.usefixtures("own_mounts")
def test_read_only_disk_is_said_in_a_dialog(executable: Path | None, screen: Screen, used: Path) -> None:
    mounts.read_only(used)

    code, said = refused(Desktop(used, screen, executable=executable))

    assert code == 1
    assert "can't write to its data directory" in said
    assert "Read-only file system" in said


@pytest.mark.parametrize("size", ["4k", "64k", "600k"])  # for the first file, for the database, for all its tables
@pytest.mark.usefixtures("own_mounts")
def test_full_disk_at_the_start_is_said_in_a_dialog(
    executable: Path | None, screen: Screen, home: Path, size: str
) -> None:
    mounts.small_disk(home, size)

    code, said = refused(Desktop(home, screen, executable=executable))

    assert code == 1
    assert f"There is no room left on the disk of {home}" in said
    mounts.mount("-o", "remount,size=50m", home)
    with Headless(home, executable=executable, DISPLAY="") as novapi:
        assert novapi.chat("novapi/echo").status_code == 200


@pytest.mark.parametrize("room_kb", [50, 950])  # for less than the copy, and for the copy alone
@pytest.mark.usefixtures("own_mounts")
def test_upgrade_that_finds_no_room_loses_nothing(
    executable: Path | None, older: Path, home: Path, room_kb: int
) -> None:
    used_kb = sum(file.stat().st_size for file in older.rglob("*")) // 1024
    mounts.small_disk(home, f"{used_kb + room_kb}k")
    shutil.copytree(older, home, dirs_exist_ok=True)

    refusal = run(home, "key", executable=executable)
    mounts.mount("-o", "remount,size=50m", home)
    upgraded = run(home, "key", executable=executable)

    assert refusal.returncode == 1
    assert "There is no room left on the disk" in refusal.stderr
    assert "Traceback" not in refusal.stderr
    assert upgraded.returncode == 0, upgraded.stderr
    assert execute(home, "PRAGMA integrity_check") == [("ok",)]
    assert execute(home, "SELECT count(*) FROM ballast") == [(5000,)]


@pytest.fixture
def older(used: Path, tmp_path: Path) -> Path:
    """A data directory that an upgrade awaits."""
    older = used.rename(tmp_path / "older")
    execute(older, "CREATE TABLE ballast (text)")
    execute(older, f"INSERT INTO ballast VALUES {', '.join(['(hex(randomblob(50)))'] * 5000)}")
    forget_upgrades(older)
    execute(older, "PRAGMA wal_checkpoint(TRUNCATE)")
    return older


@pytest.mark.usefixtures("own_mounts")
def test_disk_that_fills_up_meanwhile_loses_nothing(executable: Path | None, screen: Screen, home: Path) -> None:
    mounts.small_disk(home, "20m")
    with FakeUpstream(json_reply(completion())) as upstream, Desktop(home, screen, executable=executable) as desktop:
        model = desktop.add_channel(upstream.url)
        desktop.page()
        fill(home / "ballast")

        answers = [desktop.chat(model) for _ in range(200)]
        assert wait_for(lambda: desktop.api("GET", "/status").json()["records_waiting"] > 0)
        refusal = desktop.api("PATCH", "/preferences", json={"max_attempts": 2})
        (home / "ballast").unlink()

        assert {answer.status_code for answer in answers} == {200}
        assert refusal.status_code == 507
        assert "not enough room on the disk" in refusal.json()["detail"]
        assert wait_for(lambda: desktop.api("GET", "/status").json()["records_waiting"] == 0)
        assert desktop.rows("SELECT count(*) FROM gateway_usagerecord") == [(200,)]
        assert desktop.stop() == 0
    assert "Traceback" not in desktop.log.read_text()


def fill(path: Path) -> None:
    with path.open("wb", buffering=0) as file:
        try:
            while file.write(b"x" * 4096):
                pass
        except OSError:
            return


@pytest.mark.usefixtures("own_mounts")
def test_pages_that_can_not_be_unpacked_are_said_and_come_once_there_is_room(
    built: Path, home: Path, tmp_path: Path
) -> None:
    place = tmp_path / "temporary"
    mounts.small_disk(place, "100m")
    with Headless(home, executable=built, DISPLAY="", TMPDIR=str(place)) as novapi:
        fill(place / "ballast")
        refusals = [novapi.http.get(path, headers=novapi.authorization) for path in ("/", "/admin/", "/api/docs")]
        others = [novapi.chat("novapi/echo"), novapi.api("GET", "/status")]
        (place / "ballast").unlink()
        pages = [novapi.http.get(path, headers=novapi.authorization) for path in ("/", "/admin/")]

    assert {refusal.status_code for refusal in refusals} == {507}
    assert {refusal.json()["error"]["code"] for refusal in refusals} == {"insufficient_storage"}
    assert f"could not unpack its pages into {place}" in refusals[0].json()["error"]["message"]
    assert [answer.status_code for answer in others] == [200, 200]
    assert [page.status_code for page in pages] == [200, 200]
    assert "base.css" in pages[1].text
    assert "Traceback" not in novapi.log.read_text()


@pytest.mark.usefixtures("own_mounts")
def test_end_on_a_full_disk_says_what_is_lost(executable: Path | None, home: Path) -> None:
    mounts.small_disk(home, "20m")
    with (
        FakeUpstream(json_reply(completion())) as upstream,
        Headless(home, executable=executable, DISPLAY="") as novapi,
    ):
        model = novapi.add_channel(upstream.url)
        safe = novapi.record(novapi.chat(model).headers["x-novapi-request-id"])
        fill(home / "ballast")
        for _ in range(200):
            novapi.chat(model)
        waiting = eventually(lambda: novapi.api("GET", "/status").json()["records_waiting"])

        assert novapi.stop() == 1

    assert f"{waiting} usage records are lost" in novapi.log.read_text()
    assert "Traceback" not in novapi.log.read_text()
    (home / "ballast").unlink()
    with closing(sqlite3.connect(home / "novapi.db")) as database:
        assert database.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        kept = database.execute("SELECT request_id FROM gateway_usagerecord").fetchall()
    assert (safe["request_id"],) in kept
    assert len(kept) + waiting == 201


def test_killed_one_is_cleaned_up_after(executable: Path | None, used: Path, tmp_path: Path) -> None:
    own = {"DISPLAY": "", "TMPDIR": str(tmp_path)}
    with Headless(used, executable=executable, **own) as novapi:
        program = psutil.Process(novapi.process.pid)
        processes = [program, *program.children(recursive=True)]
        for process in processes:
            process.kill()
        novapi.process.wait(10)
        psutil.wait_procs(processes, 10)
    left = unpacked(tmp_path)
    for folder in left:
        assert when_written(folder / FIRST) == min(map(when_written, folder.rglob("*.*")))  # it tells half of one, too
    (used / "instance.json.0123.new").touch()
    (used / "data.key.4567.new").touch()
    os.utime(used / "instance.json.0123.new", (0, 0))

    with Headless(used, executable=executable, **own) as again:
        assert again.pid != novapi.process.pid
        assert not (used / "instance.json.0123.new").exists()
        assert (used / "data.key.4567.new").exists()  # somebody may be writing it
        assert len(left) == bool(executable)
        assert not left & unpacked(tmp_path)
        again.stop()

    assert not (used / "instance.json").exists()
    assert not list(used.glob("novapi.db-*"))


def when_written(file: Path) -> int:
    return file.stat().st_mtime_ns


def unpacked(folder: Path) -> set[Path]:
    """What executables have written there to run, and not removed."""
    return set(folder.glob("_MEI*"))
