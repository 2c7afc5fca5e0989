"""One server per data directory, and the door at which the next launch knocks."""

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from novapi_site import door, lock
from novapi_site.instance import Instance
from novapi_site.lock import AlreadyRunning
from tests.novapi_site.test_open import left_by
from tests.running import Novapi, eventually, free_port, run


def running(novapi: Novapi) -> Instance:
    eventually((novapi.home / "instance.json").exists)
    return Instance(**left_by(novapi.home))  # type: ignore[arg-type]


def test_second_launch_says_where_the_first_one_is(novapi: Novapi) -> None:
    running(novapi)

    result = run(novapi.home, "serve", "--port", str(free_port()), timeout=20)

    assert result.returncode == 2
    assert f"already running at http://localhost:{novapi.port} (process {novapi.process.pid})" in result.stderr
    assert not result.stdout
    assert novapi.http.get("/healthz").status_code == 200


def test_killed_one_holds_nothing(home: Path) -> None:
    with Novapi(home) as killed:
        killed.process.kill()
        killed.process.wait(10)

        with Novapi(home) as next_one:
            assert next_one.http.get("/healthz").status_code == 200


def test_lock_is_free_again_after_use(tmp_path: Path) -> None:
    for _ in range(2):
        with lock.held(tmp_path), pytest.raises(AlreadyRunning, match="already running"), lock.held(tmp_path):
            pass


def test_without_a_window_nothing_is_shown(novapi: Novapi) -> None:
    assert door.knock(running(novapi)) is False


@pytest.mark.parametrize("token", ["x", "wrong", "\u00e9"])
def test_stranger_may_not_knock(novapi: Novapi, token: str) -> None:
    answer = novapi.http.post(door.PATH, headers={"authorization": f"Bearer {token}".encode()})

    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/json"


def test_reading_is_not_knocking(novapi: Novapi) -> None:
    token = running(novapi).token

    assert novapi.http.get(door.PATH, headers={"authorization": f"Bearer {token}"}).status_code == 401


@pytest.mark.parametrize(
    ("query", "path"),
    [
        (b"", ""),
        (b"path=", ""),
        (b"path=%2Flog%3Fq%3Dx", "/log?q=x"),
        (b"path=https%3A%2F%2Fevil.example", ""),
        (b"path=%2F%2Fevil.example", ""),
        (b"path=%2F%5Cevil.example", ""),
        (b"\xff", ""),
    ],
)
def test_only_a_page_of_ours_is_shown(query: bytes, path: str) -> None:
    assert door.asked_path(query) == path


def test_nobody_at_home() -> None:
    gone = Instance(1, f"http://127.0.0.1:{free_port()}", "token")

    assert door.knock(gone) is False


def test_many_launches_at_once_are_one_server(home: Path) -> None:
    with Novapi(home) as first:
        running(first)
        with ThreadPoolExecutor(3) as launches:
            codes = list(launches.map(lambda _: run(home, "serve", "--port", "0").returncode, range(3)))

        assert codes == [2, 2, 2]
