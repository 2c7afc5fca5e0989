"""What stands in the desktop program's way: it says so once, in a dialog and on the terminal, and loses nothing."""

import os
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import httpx
import pytest

from tests import mounts, network
from tests.frozen.launches import NOBODY, STRANGER, Headless, Shown, Stranger, refused
from tests.frozen.window import Desktop
from tests.novapi_site.desktop.screen import Screen, wait_for
from tests.running import Novapi, eventually

pytestmark = pytest.mark.skipif(not sys.platform.startswith("linux"), reason="its troubles are made by Linux's means")


Make = Callable[[Path], dict[str, str] | None]  # the trouble, in a data directory; gives the environment it takes


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


# It runs


def test_machine_without_ipv6_is_served(executable: Path | None, home: Path) -> None:
    with network.empty():
        subprocess.run(["sysctl", "-qw", "net.ipv6.conf.all.disable_ipv6=1"], check=True, timeout=10)
        with Headless(home, executable=executable, DISPLAY="") as novapi:
            assert novapi.chat("novapi/echo").status_code == 200
            assert novapi.stop() == 0

    assert "Traceback" not in novapi.log.read_text()


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
