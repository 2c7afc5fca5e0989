"""`novapi open`: the running Novapi in the owner's browser, signed in; and what it says where that can't be."""

import json
import os
import signal
import stat
from pathlib import Path

import httpx
import pytest

from novapi_site import sockets
from novapi_site.instance import Instance, announced
from tests.fake_upstream import FakeUpstream, json_reply
from tests.running import Novapi, eventually, free_port, run


def left_by(home: Path) -> dict[str, str | int]:
    return dict(json.loads((home / "instance.json").read_text()))


def leave(home: Path, **members: str | int) -> None:
    """A file as a server leaves it that was killed."""
    home.mkdir(mode=0o700, exist_ok=True)
    (home / "instance.json").write_text(
        json.dumps({"pid": os.getpid(), "url": "http://localhost:9", "token": "t"} | members)
    )


def test_running_server_tells_its_owner_where_it_is(home: Path) -> None:
    with Novapi(home) as novapi:
        told = eventually(lambda: (home / "instance.json").exists() and left_by(home))

        assert told == {
            "pid": novapi.process.pid,
            "url": f"http://localhost:{novapi.port}",
            "token": novapi.launch_link.partition("token=")[2],
        }
        assert stat.S_IMODE((home / "instance.json").stat().st_mode) == 0o600
        assert novapi.stop() == 0
        assert not (home / "instance.json").exists()


def test_printed_link_signs_in(novapi: Novapi) -> None:
    result = run(novapi.home, "open", "--print")

    assert result.returncode == 0, result.stderr
    assert result.stdout.strip() == novapi.launch_link
    assert "novapi_session=" in httpx.get(result.stdout.strip(), trust_env=False).headers["set-cookie"]


def browser_into(seen: Path) -> str:
    """A browser that only writes down what it is to open, as $BROWSER names it."""
    program = seen.with_name("browser")
    program.write_text(f'#!/bin/sh\necho "$1" > {seen}\n')
    program.chmod(0o755)
    return f"{program} %s"


def test_browser_of_the_owner_is_opened(novapi: Novapi, tmp_path: Path) -> None:
    seen = tmp_path / "seen"

    result = run(novapi.home, "open", BROWSER=browser_into(seen))

    assert result.returncode == 0, result.stderr
    assert result.stdout == ""
    assert eventually(lambda: seen.exists() and seen.read_text().strip()) == novapi.launch_link


@pytest.mark.parametrize(
    ("words", "page"), [(["desktop"], "/?"), (["novapi:add?x=1"], "/channels?add=true&paste=novapi%3Aadd%3Fx%3D1&")]
)
def test_where_no_window_is_the_browser_shows_what_was_to_be_opened(
    novapi: Novapi, tmp_path: Path, words: list[str], page: str
) -> None:
    seen = tmp_path / "seen"
    eventually((novapi.home / "instance.json").exists)

    result = run(novapi.home, *words, BROWSER=browser_into(seen), DISPLAY=":97")

    assert result.returncode == 2
    assert f"process {novapi.process.pid}" in result.stderr
    opened = eventually(lambda: seen.exists() and seen.read_text().strip())
    assert opened == novapi.launch_link.replace("/?", page)


def test_without_a_browser_the_link_is_told(novapi: Novapi) -> None:
    result = run(novapi.home, "open", BROWSER="", DISPLAY="", WAYLAND_DISPLAY="", PATH="/nowhere")

    assert result.returncode == 1
    assert "No browser could be opened" in result.stderr
    assert novapi.launch_link in result.stderr


@pytest.mark.parametrize(
    "left",
    [
        "",
        "{}",
        "[1]",
        "nonsense",
        '{"pid": "x", "url": "", "token": ""}',
        "\x00\xff",
        '{"pid": 1e30, "url": "", "token": ""}',
    ],
)
def test_nothing_runs(home: Path, left: str) -> None:
    home.mkdir()
    if left:
        (home / "instance.json").write_text(left)

    result = run(home, "open", "--print")

    assert result.returncode == 1
    assert result.stdout == ""
    assert result.stderr == f"novapi: Novapi is not running in {home}. Start it: novapi serve\n"


def test_killed_server_is_not_running(home: Path) -> None:
    with Novapi(home) as novapi:
        assert eventually((home / "instance.json").exists)
        novapi.process.send_signal(signal.SIGKILL)
        novapi.process.wait(10)

    result = run(home, "open", "--print")

    assert result.returncode == 1
    assert "is not running" in result.stderr


def test_number_of_the_process_may_be_another_program_s_by_now(home: Path) -> None:
    with FakeUpstream(json_reply({"status": "something else"})) as other:
        leave(home, url=other.url.removesuffix("/v1"))
        taken = run(home, "open", "--print")
    leave(home, url=f"http://localhost:{free_port()}")
    silent = run(home, "open", "--print")

    assert [taken.returncode, silent.returncode] == [1, 1]
    assert all("does not answer at http://" in result.stderr for result in (taken, silent))
    assert "Traceback" not in taken.stderr + silent.stderr


def test_server_that_follows_a_killed_one_is_the_one_opened(home: Path) -> None:
    leave(home, token="of-the-killed-one")

    with Novapi(home) as novapi:
        assert eventually(lambda: run(home, "open", "--print").stdout.strip() == novapi.launch_link)


def test_file_that_another_server_has_put_in_place_stays(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where a file system has no locks, nothing keeps two servers out of one directory."""
    home.mkdir()
    monkeypatch.setenv("NOVAPI_HOME", str(home))

    with announced(Instance(1, "http://localhost:1", "older")):
        leave(home, token="newer")

    assert left_by(home)["token"] == "newer"


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://localhost:3000"),
        ("localhost", "http://localhost:3000"),
        ("0.0.0.0", "http://localhost:3000"),
        ("::", "http://localhost:3000"),
        ("192.168.1.7", "http://192.168.1.7:3000"),
        ("fe80::1", "http://[fe80::1]:3000"),
    ],
)
def test_address_that_is_told_can_be_opened(host: str, url: str) -> None:
    assert sockets.url(host, 3000) == url
