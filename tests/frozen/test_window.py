"""The real window, from source and frozen: what it shows, what its page may ask, and how it ends."""

import json
import os
import signal
import socket
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import httpx
import psutil
import pytest

from tests.fake_upstream import DONE, USAGE_CHUNK, FakeUpstream, chunk, event_stream
from tests.frozen.window import Desktop, Page
from tests.novapi_site.desktop.screen import Screen, need_desktop, wait_for
from tests.running import Novapi, eventually, free_port, run


class Headless(Novapi):
    """Started like the window, where there is none."""

    word = "desktop"


HEADING = "document.querySelector('main h1, h1')?.textContent"
SLOW = [chunk("one"), 1.5, chunk("two"), 1.5, chunk(finish="stop"), USAGE_CHUNK, DONE]


@pytest.fixture(scope="module")
def shown(executable: Path | None, screen: Screen, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desktop]:
    """One window for the tests that leave it as it is."""
    with Desktop(
        tmp_path_factory.mktemp("home") / "a name with spaces, é 中文", screen, executable=executable
    ) as desktop:
        yield desktop


@pytest.fixture(scope="module")
def page(shown: Desktop) -> Page:
    return shown.page()


@pytest.fixture
def own(executable: Path | None, screen: Screen, home: Path) -> Iterator[Desktop]:
    """A window that the test may end."""
    with Desktop(home, screen, executable=executable) as desktop:
        desktop.page()
        yield desktop


# What it shows


def test_window_shows_home_signed_in(shown: Desktop, page: Page) -> None:
    assert wait_for(lambda: page.value(HEADING)) == "Home"
    assert page.value("location.search") == ""  # the token is out of sight
    assert len(shown.windows()) == 1
    assert "not signed in" not in page.value("document.body.innerText")


def test_page_need_not_begin_a_process_anew(shown: Desktop, page: Page) -> None:
    """As WebKit does, in a tenth of a second, for one that cuts itself off from what has opened it."""
    page.value("fetch('/').then(({ headers }) => { window.policy = headers.get('cross-origin-opener-policy') })")

    assert wait_for(lambda: page.value("window.policy !== undefined"))
    assert page.value("window.policy") is None
    assert "Novapi-Window/" in page.value("navigator.userAgent")


def test_gateway_answers_beside_the_window(shown: Desktop, page: Page) -> None:
    assert shown.chat("novapi/echo").status_code == 200


def test_data_directory_may_have_any_name(shown: Desktop, page: Page) -> None:
    assert (shown.home / "novapi.db").is_file()
    assert (shown.home / "window").stat().st_mode & 0o077 == 0


def test_no_page_error_is_written(shown: Desktop, page: Page) -> None:
    assert "Traceback" not in shown.log.read_text()


# The bridge


def test_bridge_tells_the_state(shown: Desktop, page: Page) -> None:
    state = shown.ask(page, "state")

    assert state["platform"] == "linux"
    assert (state["port"], state["wanted_port"]) == (shown.port, shown.port)
    assert isinstance(state["autostart"], bool)
    assert state["tray"] is False  # this screen has none


def test_page_takes_the_bridge(shown: Desktop, page: Page) -> None:
    page.value("history.pushState({}, '', '/settings?tab=desktop'); dispatchEvent(new PopStateEvent('popstate'))")

    assert wait_for(lambda: "Start when you log in" in page.value("document.body.innerText"))


def test_text_is_copied(shown: Desktop, page: Page) -> None:
    assert shown.ask(page, "copy", "nv-秘密") == {}

    assert wait_for(lambda: shown.screen.pasted() == "nv-秘密")


def test_without_anybody_to_show_it_a_notification_is_not_shown(shown: Desktop, page: Page) -> None:
    assert shown.ask(page, "notify", "Title", "Text") == {"shown": False}


@pytest.mark.parametrize(
    ("name", "params", "words"),
    [
        ("open_link", ["file:///etc/passwd"], "only web addresses"),
        ("open_link", ["javascript:alert(1)"], "only web addresses"),
        ("move_to_port", [70000], "a number from 1 to 65535"),
        ("move_to_port", ["3000"], "a number from 1 to 65535"),
        ("copy", [], "can't be done"),
    ],
)
def test_what_can_not_be_done_is_said(shown: Desktop, page: Page, name: str, params: list[object], words: str) -> None:
    assert words in shown.ask(page, name, *params)["error"]


def test_port_of_another_program_is_refused(shown: Desktop, page: Page) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        answer = shown.ask(page, "move_to_port", taken.getsockname()[1])

    assert "is used by another program" in answer["error"]


def test_saved_file_is_where_its_owner_wants_it(shown: Desktop, page: Page, tmp_path: Path) -> None:
    shown.begin(page, "save_text", "calls.csv", "a,b\n1,é\n")

    type_into_dialog(shown, tmp_path / "mine.csv")

    assert wait_for(lambda: page.value("window.asked"))["path"] == str(tmp_path / "mine.csv")
    assert (tmp_path / "mine.csv").read_text() == "a,b\n1,é\n"
    assert not list(tmp_path.glob("*.part"))


def test_export_is_fetched_into_the_file(shown: Desktop, page: Page, tmp_path: Path) -> None:
    shown.chat("novapi/echo")
    shown.begin(page, "save_from", "novapi.backup", "/api/backup", {})

    type_into_dialog(shown, tmp_path / "all.backup")

    answer = wait_for(lambda: page.value("window.asked"))
    assert answer.get("bytes") == (tmp_path / "all.backup").stat().st_size > 0, answer


def test_file_that_is_there_is_asked_about(shown: Desktop, page: Page, tmp_path: Path) -> None:
    (tmp_path / "old.csv").write_text("precious")
    shown.begin(page, "save_text", "old.csv", "new")
    type_into_dialog(shown, tmp_path / "old.csv")

    assert wait_for(lambda: shown.screen.windows("^Novapi$")[1:])
    shown.screen.xdotool("key", "Escape")

    assert wait_for(lambda: page.value("window.asked")) == {"cancelled": True}
    assert (tmp_path / "old.csv").read_text() == "precious"


def test_place_that_can_not_be_written_is_said(shown: Desktop, page: Page, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    shown.begin(page, "save_text", "x.csv", "x")

    type_into_dialog(shown, Path("/proc/x.csv"))

    assert "can't be written" in wait_for(lambda: page.value("window.asked"))["error"]


def test_dialog_may_be_left(shown: Desktop, page: Page) -> None:
    shown.begin(page, "pick_file", "model")
    assert wait_for(lambda: shown.screen.windows("Open file"))
    shown.screen.xdotool("key", "Escape")

    assert wait_for(lambda: page.value("window.asked")) == {"cancelled": True}


def type_into_dialog(shown: Desktop, path: Path) -> None:
    """GTK's dialog takes a whole path in the field of the name."""
    assert wait_for(lambda: shown.screen.windows("Save file"))
    shown.screen.xdotool("key", "--delay", "30", "ctrl+a")
    shown.screen.xdotool("type", "--delay", "5", str(path))
    shown.screen.xdotool("key", "Return")


# A second launch


def test_second_launch_brings_the_window_to_the_front(shown: Desktop, page: Page) -> None:
    shown.screen.xdotool("windowminimize", shown.windows()[0])
    assert wait_for(lambda: not shown.windows())

    again = shown.launch_again()

    assert again.returncode == 0, again.stderr
    assert f"already running at http://localhost:{shown.port}" in again.stdout
    assert wait_for(shown.windows)


def test_second_launch_with_a_link_opens_it_in_the_first(shown: Desktop, page: Page) -> None:
    link = "novapi:add?key=sk-1&name=" + 800 * "渠"  # hardly any may be longer

    again = shown.launch_again(link)

    assert again.returncode == 0, again.stderr
    assert wait_for(lambda: page.value("document.querySelector('textarea')?.value") == link)
    assert page.value("location.pathname + location.search") == "/channels?add=true"


def test_second_launch_without_a_window_says_where_the_first_is(shown: Desktop) -> None:
    again = run(shown.home, "serve", timeout=30, DISPLAY="")

    assert again.returncode == 2
    assert f"process {shown.pid}" in again.stderr


# Trouble


def test_killed_renderer_reloads(own: Desktop) -> None:
    (renderer,) = own.web_processes()

    os.kill(renderer, signal.SIGKILL)

    assert wait_for(lambda: own.web_processes() not in ([], [renderer]))
    assert wait_for(lambda: own.page_anew().value(HEADING)) == "Home"
    assert own.http.get("/healthz").status_code == 200


def test_busy_port_is_left_to_its_owner(executable: Path | None, screen: Screen, home: Path) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        desktop = Desktop(home, screen, executable=executable)
        desktop.wanted = port
        with desktop:
            status = desktop.api("GET", "/status").json()

    assert status["port"] == desktop.port != port
    assert status["moved_from"]["port"] == port
    assert f"process {os.getpid()}" in status["moved_from"]["holder"]


def test_another_port_breaks_no_call_and_takes_the_window_along(own: Desktop) -> None:
    page, port = own.page(), free_port()
    with FakeUpstream(event_stream(*SLOW)) as upstream:
        model = own.add_channel(upstream.url)
        with own.stream(model) as stream:
            lines = stream.iter_lines()
            next(lines)
            assert own.ask(page, "move_to_port", port) == {"url": f"http://localhost:{port}"}
            rest = list(lines)

    assert "data: [DONE]" in rest
    assert wait_for(lambda: own.page_anew().value("location.port") == str(port))
    assert "not signed in" not in own.page().value("document.body.innerText")
    assert httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).status_code == 200
    with pytest.raises(httpx.ConnectError):
        httpx.get(f"http://127.0.0.1:{own.port}/healthz", trust_env=False)
    assert json.loads((own.home / "window.json").read_text())["port"] == port
    assert json.loads((own.home / "instance.json").read_text())["url"] == f"http://localhost:{port}"


# The end


def test_sigterm_while_the_page_is_loaded_ends_it(executable: Path | None, screen: Screen, home: Path) -> None:
    for _ in range(4):
        with Desktop(home, screen, executable=executable) as desktop:
            assert eventually(lambda desktop=desktop: desktop.api("GET", "/status").json()["readers"], 30)

            assert desktop.stop() == 0


def test_closing_keeps_the_gateway(own: Desktop) -> None:
    own.close_window()

    assert wait_for(lambda: not own.windows())
    assert own.chat("novapi/echo").status_code == 200
    assert json.loads((own.home / "window.json").read_text())["told"] is True  # that it keeps running, once
    assert own.launch_again().returncode == 0
    assert wait_for(own.windows)


def test_closing_may_quit(own: Desktop) -> None:
    own.api("PATCH", "/preferences", json={"on_close": "quit"})

    own.close_window()

    assert own.ended() == 0
    assert not (own.home / "novapi.db-wal").exists()
    assert not (own.home / "instance.json").exists()


def test_quit_waits_for_answers_that_stream(own: Desktop) -> None:
    with FakeUpstream(event_stream(*SLOW)) as upstream:
        model = own.add_channel(upstream.url)
        page = own.page()
        with own.stream(model) as stream:
            lines = stream.iter_lines()
            next(lines)
            assert own.ask(page, "quit", "ask") == {"streaming": 1}
            assert own.ask(page, "quit", "wait") == {"streaming": 1}
            assert wait_for(lambda: not own.windows())
            rest = list(lines)

    assert "data: [DONE]" in rest
    assert own.ended() == 0


def test_quit_from_the_window_asks_while_answers_stream(own: Desktop) -> None:
    own.api("PATCH", "/preferences", json={"on_close": "quit"})
    with FakeUpstream(event_stream(chunk("one"), 30.0)) as upstream:
        model = own.add_channel(upstream.url)
        with own.stream(model) as stream:
            lines = stream.iter_lines()  # kept, for the last to go hangs up
            next(lines)
            window = own.windows()[0]
            own.close_window()
            assert wait_for(lambda: len(own.windows()) == 2)  # the question is there
            own.screen.xdotool("key", "Escape")

            assert wait_for(lambda: own.windows() == [window])
            assert own.process.poll() is None


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_signal_ends_it(own: Desktop, number: signal.Signals) -> None:
    own.chat("novapi/echo")

    os.kill(own.pid, number)

    assert own.ended() == 0
    assert not list(own.home.glob("novapi.db-*"))
    with sqlite3.connect(own.home / "novapi.db") as database:
        assert database.execute("SELECT count(*) FROM gateway_usagerecord").fetchone() == (1,)


def test_killed_one_leaves_nothing_in_the_way(own: Desktop, screen: Screen, executable: Path | None) -> None:
    key = own.key
    processes = [psutil.Process(own.process.pid), *psutil.Process(own.process.pid).children(recursive=True)]
    for process in processes:
        process.kill()
    own.process.wait(10)
    psutil.wait_procs(processes, 10)

    with Desktop(own.home, screen, executable=executable) as again:
        assert again.key == key
        assert wait_for(lambda: again.page().value(HEADING)) == "Home"


def test_place_and_size_are_kept(own: Desktop, screen: Screen, executable: Path | None) -> None:
    window = own.windows()[0]
    screen.xdotool("windowsize", "--sync", window, "950", "600")
    eventually(lambda: screen.place(window)[2:] == (950, 600))
    own.stop()

    with Desktop(own.home, screen, executable=executable) as again:
        again.page()
        assert screen.place(again.windows()[0])[2:] == (950, 600)


# In a tray


@pytest.fixture(scope="module")
def with_tray(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    need_desktop()
    with Screen(tmp_path_factory.mktemp("tray"), "1400x1000x24") as screen:
        screen.start_tray()
        yield screen


def icon_of(desktop: Desktop) -> tuple[int, int]:
    """The middle of the icon, which comes once the page is there."""
    x, y, width, height = wait_for(lambda: next(filter(is_small, places_of(desktop.screen)), None))
    return x + width // 2, y + height // 2


def places_of(screen: Screen) -> list[tuple[int, int, int, int]]:
    found = screen.xdotool("search", "--onlyvisible", "--classname", "novapi")
    return [screen.place(each) for each in found.split()]


def is_small(place: tuple[int, int, int, int]) -> bool:
    return place[2] < 100


def test_tray_shows_the_window_again_and_quits(executable: Path | None, with_tray: Screen, home: Path) -> None:
    with Desktop(home, with_tray, executable=executable) as desktop:
        page = desktop.page()
        assert wait_for(lambda: desktop.ask(page, "state")["tray"])
        desktop.ask(page, "hide")
        assert wait_for(lambda: not desktop.windows())

        with_tray.click(*icon_of(desktop))
        assert wait_for(desktop.windows)

        with_tray.click(*icon_of(desktop), button=3)
        time.sleep(1)  # the menu is drawn
        with_tray.xdotool("key", "Up", "Return")  # its last line
        assert desktop.ended() == 0


def test_start_at_login_shows_nothing_until_asked(executable: Path | None, with_tray: Screen, home: Path) -> None:
    with Desktop(home, with_tray, "--hidden", executable=executable) as desktop:
        assert desktop.chat("novapi/echo").status_code == 200
        desktop.page()
        assert not desktop.windows()

        with_tray.click(*icon_of(desktop))

        assert wait_for(desktop.windows)


# Without a window


@pytest.mark.parametrize("env", [{"DISPLAY": ""}, {"DISPLAY": ":9999"}], ids=["none", "wrong"])
def test_without_a_display_the_gateway_goes_on(
    executable: Path | None, home: Path, env: dict[str, str], tmp_path: Path
) -> None:
    if env["DISPLAY"] and not executable:
        pytest.importorskip("gi", reason="needs PyGObject, without which no display is looked at")
    seen, browser = tmp_path / "seen", tmp_path / "browser"
    browser.write_text(f'#!/bin/sh\necho "$1" >> {seen}\n')
    browser.chmod(0o755)
    with Headless(home, executable=executable, BROWSER=f"{browser} %s", WAYLAND_DISPLAY="", **env) as novapi:
        assert novapi.chat("novapi/echo").status_code == 200
        assert eventually(lambda: "No window: " in novapi.log.read_text())
        assert "display" in novapi.log.read_text()
        if env["DISPLAY"]:  # a screen is meant, so a browser may be there
            assert eventually(lambda: seen.exists() and seen.read_text().strip() == novapi.launch_link)
        assert novapi.stop() == 0


def test_damaged_database_is_said_in_a_dialog(executable: Path | None, screen: Screen, home: Path) -> None:
    home.mkdir(mode=0o700)
    (home / "novapi.db").write_bytes(b"no database at all" * 1000)
    desktop = Desktop(home, screen, executable=executable)
    with subprocess.Popen(desktop.argv("desktop"), env=desktop.env, stderr=subprocess.PIPE, text=True) as process:
        assert wait_for(lambda: screen.windows("^Novapi: trouble$"))
        screen.xdotool("key", "Return")
        _, said = process.communicate(timeout=30)

    assert process.returncode == 1
    assert "is damaged" in said
    assert "Traceback" not in said
    assert (home / "novapi.db").read_bytes().startswith(b"no database")
