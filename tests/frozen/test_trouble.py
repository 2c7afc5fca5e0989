"""What stands in the desktop program's way: it says so once, in a dialog and on the terminal, and loses nothing."""

import os
import shutil
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

import httpx
import psutil
import pytest

from tests import mounts, network
from tests.fake_upstream import FakeUpstream, completion, json_reply
from tests.frozen.window import Desktop
from tests.novapi_site.desktop.screen import Screen, wait_for
from tests.novapi_site.test_database import execute, forget_upgrades
from tests.running import Novapi, eventually, free_port, run

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="its troubles are made by Linux's means")

NOBODY = 65534
STRANGER = [  # another user of this machine, who may read the program wherever it lies
    "setpriv", f"--reuid={NOBODY}", f"--regid={NOBODY}", "--clear-groups",
    "--inh-caps=+dac_read_search", "--ambient-caps=+dac_read_search",
]  # fmt: skip

Make = Callable[[Path], dict[str, str] | None]  # the trouble, in a data directory; gives the environment it takes


class Headless(Novapi):
    """Started like the window, where there is none."""

    word = "desktop"


class Shown(Headless):
    """On a screen that it can't use after all."""

    def __init__(self, home: Path, screen: Screen, executable: Path | None = None, **env: str) -> None:
        own = {"NOVAPI_HOME": str(home), "BROWSER": "true %s"}
        super().__init__(home, executable=executable, **screen.env | own | env)


class Stranger(Headless):
    """Run by another user."""

    wanted = 0

    def argv(self, *words: str) -> list[str]:
        port = str(self.wanted)
        return [*STRANGER, *super().argv(*(port if word == str(self.port) else word for word in words))]


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that has been used."""
    home = tmp_path_factory.mktemp("template") / "home"
    done = run(home, "key")
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def used(template: Path, home: Path) -> Path:
    shutil.copytree(template, home)
    return home


@pytest.fixture
def own_mounts() -> Iterator[None]:
    with mounts.own():
        yield


def refused(desktop: Desktop, *words: str, before: tuple[str, ...] = ()) -> tuple[int, str]:
    """The exit code, and what the terminal has read, of a start that ends in a dialog."""
    argv = [*before, *desktop.argv("desktop", "--port", str(free_port()), *words)]
    with subprocess.Popen(argv, env=desktop.env, stderr=subprocess.PIPE, text=True, cwd="/") as process:
        shown = wait_for(lambda: process.poll() is not None or desktop.screen.windows("^Novapi: trouble$"), 30)
        if process.poll() is None and shown:
            desktop.screen.xdotool("key", "Return")
        elif process.poll() is None:
            process.kill()
        _, said = process.communicate(timeout=30)
    assert isinstance(shown, list), said  # a dialog, and not just an end
    assert "Traceback" not in said
    assert said.count("novapi: ") == 1
    return process.returncode, said


# It can't start


def file_in_its_place(home: Path) -> None:
    home.write_text("precious")


def directory_in_place_of_the_lock(home: Path) -> None:
    (home / "novapi.lock").mkdir(parents=True)


def directory_in_place_of_the_note(home: Path) -> None:
    (home / "instance.json").mkdir(parents=True)


def name_of_bytes(home: Path) -> dict[str, str]:
    return {"NOVAPI_HOME": f"{home}-{os.fsdecode(bytes([0xFF]))}"}


def home_of_nobody(home: Path) -> dict[str, str]:
    return {"NOVAPI_HOME": "~nobody-of-this-name/novapi"}


def loud(home: Path) -> dict[str, str]:
    return {"NOVAPI_LOG_LEVEL": "loud"}


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (file_in_its_place, "home (File exists)"),
        (directory_in_place_of_the_lock, "novapi.lock can't be used (Is a directory)"),
        (directory_in_place_of_the_note, "instance.json can't be used (Is a directory)"),
        (name_of_bytes, "is not written in UTF-8"),
        (home_of_nobody, "can't tell where its data directory is"),
        (loud, "NOVAPI_LOG_LEVEL is 'loud'"),
    ],
)
def test_start_that_can_not_be_is_one_message(
    executable: Path | None, screen: Screen, home: Path, make: Make, words: str
) -> None:
    env = make(home) or {}

    code, said = refused(Desktop(home, screen, executable=executable, **env))

    assert code == 1
    assert words in said
    assert not home.is_file() or home.read_text() == "precious"
    assert not list(home.parent.rglob("*.new"))


def test_port_that_is_none_is_said_in_a_dialog(executable: Path | None, screen: Screen, home: Path) -> None:
    code, said = refused(Desktop(home, screen, executable=executable), "--port", "70000")

    assert code == 2
    assert "'70000' is no port" in said
    assert not home.exists()


def test_port_of_the_administrator_is_said_in_a_dialog(executable: Path | None, screen: Screen, home: Path) -> None:
    home.mkdir()
    os.chown(home, NOBODY, NOBODY)

    code, said = refused(Desktop(home, screen, executable=executable), "--port", "80", before=tuple(STRANGER))

    assert code == 1
    assert "Can't listen on 127.0.0.1 port 80: Permission denied" in said
    assert "below 1024" in said


def test_database_of_a_newer_version_is_left_alone(executable: Path | None, screen: Screen, used: Path) -> None:
    write(used, "INSERT INTO django_migrations (app, name, applied) VALUES ('gateway', '9999_future', '2030-01-01')")
    before = (used / "novapi.db").read_bytes()

    code, said = refused(Desktop(used, screen, executable=executable))

    assert code == 1
    assert "written by a newer Novapi" in said
    assert (used / "novapi.db").read_bytes() == before


def write(home: Path, statement: str) -> None:
    with closing(sqlite3.connect(home / "novapi.db")) as database, database:
        database.execute(statement)
        database.commit()
        database.execute("PRAGMA wal_checkpoint(TRUNCATE)")


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


# It runs


def test_machine_without_ipv6_is_served(executable: Path | None, home: Path) -> None:
    with network.empty():
        subprocess.run(["sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"], check=True, timeout=10)
        with Headless(home, executable=executable, DISPLAY="") as novapi:
            assert novapi.chat("novapi/echo").status_code == 200
            assert novapi.stop() == 0

    assert "Traceback" not in novapi.log.read_text()


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


def test_second_user_gets_the_next_port(executable: Path | None, home: Path, tmp_path: Path) -> None:
    theirs = tmp_path / "theirs"
    theirs.mkdir()
    os.chown(theirs, NOBODY, NOBODY)
    with Headless(home, executable=executable, DISPLAY="") as first:
        second = Stranger(theirs / "novapi", executable=executable, DISPLAY="", HOME=str(theirs))
        second.wanted, second.port = first.port, first.port + 1
        with second:
            assert second.http.get("/v1/models", headers=second.authorization).status_code == 200
            assert first.http.get("/v1/models", headers=second.authorization).status_code == 401
            assert second.stop() == 0

    assert f"Port {first.port} is used by another program" in second.log.read_text()
    assert (theirs / "novapi" / "novapi.db").stat().st_uid == NOBODY


@pytest.mark.parametrize(
    "written", [b"\xff\x00garbage", b"[" * 100_000, b'{"width": 1e400, "x": -19999, "port": "x"}']
)
def test_garbage_in_the_window_s_file_is_as_none(
    executable: Path | None, screen: Screen, used: Path, written: bytes
) -> None:
    (used / "window.json").write_bytes(written)

    with Desktop(used, screen, executable=executable) as desktop:
        assert wait_for(desktop.windows)
        assert desktop.stop() == 0

    assert "Traceback" not in desktop.log.read_text()
    assert (used / "window.json").read_text().startswith('{"width"')


def test_window_goes_without_its_place_being_kept(executable: Path | None, screen: Screen, used: Path) -> None:
    (used / "window.json").mkdir()

    with Desktop(used, screen, executable=executable) as desktop:
        assert wait_for(desktop.windows)
        began_at = time.monotonic()
        assert desktop.stop() == 0
        assert time.monotonic() - began_at < 8  # though it is about to look for a tray

    assert "The window's place was not kept" in desktop.log.read_text()
    assert not list(used.glob("novapi.db-*"))
    assert not list(used.glob("*.new"))


# Its keys


@pytest.mark.parametrize("written", [b"", b"\xff\xfe"])
def test_damaged_key_of_the_cookies_is_made_anew(executable: Path | None, used: Path, written: bytes) -> None:
    (used / "secret.key").write_bytes(written)

    with Headless(used, executable=executable, DISPLAY="") as novapi:
        assert httpx.get(novapi.launch_link, follow_redirects=True, trust_env=False).status_code == 200

    assert len((used / "secret.key").read_text()) == 64


@pytest.mark.parametrize("written", [b"in-the-os-keychain:0123", b"\xff\xfe", b"", None])
def test_lost_data_key_is_said_and_novapi_goes_on(
    executable: Path | None, used: Path, template: Path, written: bytes | None
) -> None:
    (used / "data.key").unlink()
    (used / "data.key").mkdir() if written is None else (used / "data.key").write_bytes(written)
    nowhere = {"PYTHON_KEYRING_BACKEND": "keyring.backends.SecretService.Keyring"}

    with WithoutItsKey(
        used, executable=executable, DISPLAY="", DBUS_SESSION_BUS_ADDRESS="unix:path=/x", **nowhere
    ) as it:
        it.key = Novapi._master_key(Novapi(template))
        answer = it.api("GET", "/keys/master")
        status = it.api("GET", "/status").json()

    assert answer.status_code == 503
    assert "key to your secrets" in answer.json()["detail"]
    assert status["secrets"] == ("keychain" if written and b"keychain" in written else "file")
    assert "Traceback" not in it.log.read_text()


class WithoutItsKey(Headless):
    def _master_key(self) -> str:
        return ""


# What is missing


@pytest.mark.parametrize(
    ("pattern", "words"), [("WebKit2-*", "WebKitGTK is not installed"), ("Gtk-3*", "GTK 3 is not")]
)
@pytest.mark.usefixtures("own_mounts")
def test_without_a_library_the_gateway_goes_on(
    executable: Path | None, screen: Screen, home: Path, tmp_path: Path, pattern: str, words: str
) -> None:
    (tmp_path / "left").mkdir()
    typelibs = next(Path("/usr/lib").glob("*/girepository-1.0"))  # of this machine's kind
    mounts.without(typelibs, pattern, tmp_path / "left")

    with Shown(home, screen, executable=executable) as novapi:
        assert novapi.chat("novapi/echo").status_code == 200
        assert eventually(lambda: words in novapi.log.read_text())
        assert novapi.stop() == 0

    assert "Traceback" not in novapi.log.read_text()


@pytest.mark.parametrize(("module", "words"), [("gi", "PyGObject is not installed"), ("webview", "pywebview is not")])
def test_without_a_python_package_the_gateway_goes_on(
    screen: Screen, home: Path, tmp_path: Path, module: str, words: str
) -> None:
    (tmp_path / f"{module}.py").write_text("raise ImportError('it is missing')")

    with Shown(home, screen, PYTHONPATH=str(tmp_path)) as novapi:
        assert novapi.chat("novapi/echo").status_code == 200
        assert eventually(lambda: words in novapi.log.read_text())
        assert novapi.stop() == 0


def test_without_a_session_bus_there_is_a_window(executable: Path | None, screen: Screen, home: Path) -> None:
    desktop = Desktop(home, screen, executable=executable)
    for name in ("DBUS_SESSION_BUS_ADDRESS", "XDG_RUNTIME_DIR", "PYTHON_KEYRING_BACKEND", "HOME"):
        desktop.env.pop(name, None)

    with desktop:
        assert wait_for(desktop.windows)
        assert desktop.api("GET", "/status").json()["secrets"] == "file"
        assert desktop.stop() == 0

    assert "Traceback" not in desktop.log.read_text()


def test_terminal_that_takes_no_more_is_no_reason_to_stop(executable: Path | None, home: Path) -> None:
    novapi = Headless(home, executable=executable, DISPLAY="")
    novapi.log.symlink_to("/dev/full")

    with novapi:
        assert novapi.chat("novapi/echo").status_code == 200
        assert novapi.stop() == 0


# What a killed one leaves


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


def unpacked(folder: Path) -> set[Path]:
    """What executables have written there to run, and not removed."""
    return set(folder.glob("_MEI*"))
