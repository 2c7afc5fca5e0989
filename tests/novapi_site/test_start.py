"""The program started for real: what it makes, where it listens, what it refuses, how it ends."""

import os
import re
import resource
import socket
import stat
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from pathlib import Path

import httpx
import pytest

from novapi_site import __version__
from tests.fake_upstream import FakeUpstream, chunk, completion, event_stream, json_reply
from tests.running import Novapi, eventually, free_port, run

KEY = re.compile(r"nv-[A-Za-z0-9_-]{43}")


def mode(path: Path) -> int:
    return stat.S_IMODE(path.stat().st_mode)


def works(novapi: Novapi, key: str) -> bool:
    return novapi.http.get("/v1/models", headers={"x-api-key": key}).status_code == 200


def has_ipv6_loopback() -> bool:
    try:
        with socket.socket(socket.AF_INET6) as probe:
            probe.bind(("::1", 0))
    except OSError:
        return False
    return True


def test_first_start_makes_a_private_data_directory(home: Path) -> None:
    before = os.umask(0)
    try:
        result = run(home, "key")
    finally:
        os.umask(before)

    assert result.returncode == 0, result.stderr
    assert KEY.fullmatch(result.stdout.strip())
    assert mode(home) == mode(home / "backups") == mode(home / "logs") == 0o700
    files = {path.name: mode(path) for path in home.iterdir() if path.is_file()}
    assert {"novapi.db", "secret.key", "data.key"} <= set(files)
    assert set(files.values()) == {0o600}


def test_open_data_directory_is_closed_at_the_next_start(home: Path) -> None:
    home.mkdir(mode=0o755)
    (home / "novapi.db").touch(0o644)

    run(home, "key")

    assert (mode(home), mode(home / "novapi.db")) == (0o700, 0o600)


def test_key_is_the_same_until_it_is_rotated(home: Path) -> None:
    first = run(home, "key").stdout

    rotated = run(home, "key", "--rotate").stdout

    assert KEY.fullmatch(rotated.strip())
    assert first != rotated == run(home, "key").stdout


def test_first_commands_at_once_agree_on_the_key(home: Path) -> None:
    with ThreadPoolExecutor(3) as commands:
        results = list(commands.map(lambda _: run(home, "key"), range(3)))

    assert [result.returncode for result in results] == [0, 0, 0], results[-1].stderr
    assert len({result.stdout for result in results}) == 1


def test_key_rotated_by_command_takes_over_within_a_second(home: Path) -> None:
    with Novapi(home) as novapi:
        old = novapi.api("GET", "/keys/master").json()["key"]

        new = run(home, "key", "--rotate").stdout.strip()

        assert eventually(lambda: works(novapi, new), 1)
        assert not works(novapi, old)


def test_dashboard_shows_what_a_command_changed_within_a_second(home: Path) -> None:
    with Novapi(home) as novapi:
        browser = httpx.Client(base_url=f"http://localhost:{novapi.port}", trust_env=False)
        browser.get(novapi.launch_link)
        old = browser.get("/api/keys/master").json()["key"]

        new = run(home, "key", "--rotate").stdout.strip()
        shown = eventually(lambda: browser.get("/api/keys/master").json()["key"] != old, 1)
        now = browser.get("/api/keys/master").json()["key"]
        browser.close()

    assert shown
    assert now == new


def test_change_by_another_program_is_in_force_within_a_second(novapi: Novapi) -> None:
    model = novapi.add_channel("http://127.0.0.1:9/v1")

    novapi.write("UPDATE channels_app_channelmodel SET enabled = 0 WHERE name = ?", model)

    assert eventually(lambda: novapi.chat(model).status_code == 404, 1)


def test_health_needs_no_key(novapi: Novapi) -> None:
    response, head = novapi.http.get("/healthz"), novapi.http.head("/healthz")

    assert response.status_code == 200
    assert response.json() == {"status": "ok", "version": __version__}
    assert (head.status_code, head.content) == (200, b"")


@pytest.mark.parametrize("word", ["--version", "version"])
def test_version_is_novapis_own(home: Path, word: str) -> None:
    result = run(home, word)

    assert (result.returncode, result.stdout.strip()) == (0, __version__)


@pytest.mark.parametrize("words", [["--help"], ["-h"], ["help"]])
def test_help_begins_with_novapis_own_commands(home: Path, words: list[str]) -> None:
    result = run(home, *words)

    assert result.returncode == 0
    own = re.findall(r"^  novapi ([\w-]+)", result.stdout, re.MULTILINE)
    assert own == ["backup", "check-usage", "desktop", "discover", "import-one-api", "key", "open", "restore", "serve"]


def test_log_level_that_is_none_is_refused_in_a_sentence(home: Path) -> None:
    result = run(home, "key", NOVAPI_LOG_LEVEL="loud")

    assert result.returncode == 1
    assert result.stderr.startswith("novapi: NOVAPI_LOG_LEVEL is 'loud'")


@contextmanager
def few_files(count: int) -> Iterator[None]:
    """What is started in here may have this many files open, unless it asks for more."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (count, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def test_more_calls_than_the_shell_allows_files_are_answered(home: Path) -> None:
    with ExitStack() as stack:
        with few_files(256):  # macOS's own limit; Linux has 1024
            novapi = stack.enter_context(Novapi(home))

        for _ in range(400):
            connection = stack.enter_context(socket.create_connection(("127.0.0.1", novapi.port), timeout=5))
            connection.sendall(b"GET /healthz HTTP/1.1\r\nHost: localhost\r\n\r\n")
            assert connection.recv(12) == b"HTTP/1.1 200"


def test_start_says_where_apps_and_the_owner_go(novapi: Novapi) -> None:
    printed = novapi.log.read_text()

    assert f"http://localhost:{novapi.port}/v1" in printed
    assert f"http://localhost:{novapi.port}/?token=" in printed
    assert novapi.key not in printed


def test_both_loopback_addresses_are_listened_on(novapi: Novapi) -> None:
    if not has_ipv6_loopback():
        pytest.skip("this machine has no IPv6 loopback")

    answers = [
        httpx.get(f"http://{host}:{novapi.port}/healthz", trust_env=False)
        for host in ("127.0.0.1", "[::1]", "localhost")
    ]

    assert [answer.status_code for answer in answers] == [200, 200, 200]


def test_no_other_address_is_listened_on(novapi: Novapi) -> None:
    with socket.socket() as probe:
        assert probe.connect_ex(("127.0.0.2", novapi.port)) != 0


@pytest.mark.parametrize("address", ["127.0.0.1", "::1"])
def test_busy_port_is_named_with_the_program_that_holds_it(home: Path, address: str) -> None:
    if address == "::1" and not has_ipv6_loopback():
        pytest.skip("this machine has no IPv6 loopback")
    with socket.create_server((address, 0), family=socket.AF_INET6 if ":" in address else socket.AF_INET) as holder:
        port = holder.getsockname()[1]

        result = run(home, "serve", "--port", str(port), timeout=20)

    assert result.returncode not in (0, None)
    assert str(port) in result.stderr
    assert f"process {os.getpid()}" in result.stderr
    assert "Traceback" not in result.stderr
    assert not result.stdout


@pytest.mark.parametrize("port", ["http", "70000", "-1"])
def test_port_that_can_not_be_is_refused_in_a_sentence(home: Path, port: str) -> None:
    result = run(home, "serve", f"--port={port}", timeout=20)

    assert result.returncode not in (0, None)
    assert port in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("host", ["no-such-host.invalid", "192.0.2.1"])
def test_host_that_is_not_this_machine_is_refused_in_a_sentence(home: Path, host: str) -> None:
    result = run(home, "serve", "--port", str(free_port()), "--host", host, timeout=20)

    assert result.returncode not in (0, None)
    assert host in result.stderr
    assert "Traceback" not in result.stderr


@pytest.mark.parametrize("words", [["serve"], ["key"]])
@pytest.mark.parametrize("where", ["file", "below a file", "/proc/novapi"])
def test_data_directory_that_can_not_be_written_is_named(tmp_path: Path, where: str, words: list[str]) -> None:
    file = tmp_path / "a-file"
    file.touch()
    place = {"file": file, "below a file": file / "novapi"}.get(where, Path(where))

    result = run(place, *words, timeout=20, NOVAPI_PORT=str(free_port()))

    assert result.returncode not in (0, None)
    assert str(place) in result.stderr
    assert "NOVAPI_HOME" in result.stderr
    assert "Traceback" not in result.stderr


def test_host_and_port_come_from_the_environment(home: Path) -> None:
    port = free_port()
    environment = {"NOVAPI_PORT": str(port), "NOVAPI_HOST": "127.0.0.2"}
    with Novapi(home, "--host", "127.0.0.1", **environment) as novapi:  # what is typed wins
        typed = novapi.port

    with socket.create_server(("127.0.0.2", port)):
        result = run(home, "serve", timeout=20, **environment)

    assert typed != port
    assert result.returncode not in (0, None)
    assert str(port) in result.stderr


def test_two_data_directories_are_two_novapis(tmp_path: Path) -> None:
    with Novapi(tmp_path / "one") as one, Novapi(tmp_path / "two") as two:
        model = one.add_channel("http://127.0.0.1:9/v1")

        listed = [row["name"] for row in two.api("GET", "/models").json()]

        assert one.key != two.key
        assert (works(one, one.key), works(one, two.key), works(two, one.key)) == (True, False, False)
        assert model not in listed
        assert httpx.get(one.launch_link.replace(str(one.port), str(two.port)), trust_env=False).status_code == 401


def test_session_outlives_a_restart_but_the_launch_link_does_not(home: Path) -> None:
    with Novapi(home) as first:
        link = first.launch_link
        cookies = httpx.get(link, trust_env=False).cookies
    with Novapi(home) as second:
        second.http.cookies.update(dict(cookies))

        by_session = second.http.get("/api/status")
        by_link = httpx.get(link.replace(str(first.port), str(second.port)), trust_env=False)

    assert by_session.status_code == 200
    assert by_link.status_code == 401


def test_stop_writes_every_record_and_ends_well(home: Path) -> None:
    with FakeUpstream(json_reply(completion())) as upstream, Novapi(home) as novapi:
        model = novapi.add_channel(upstream.url)
        with ThreadPoolExecutor(8) as apps:
            answers = list(apps.map(lambda _: novapi.chat(model), range(200)))

        exit_code = novapi.stop()

    assert {answer.status_code for answer in answers} == {200}
    recorded = {row[0] for row in novapi.rows("SELECT request_id FROM gateway_usagerecord")}
    assert recorded == {answer.headers["x-novapi-request-id"] for answer in answers}
    assert exit_code == 0
    assert "Traceback" not in novapi.log.read_text()


def test_stop_lets_a_call_in_flight_end(home: Path) -> None:
    def slow(call: object) -> list[bytes | float]:
        return [0.7, *json_reply(completion("late"))(call)]  # type: ignore[arg-type, list-item]

    with FakeUpstream(slow) as upstream, Novapi(home) as novapi:
        model = novapi.add_channel(upstream.url)
        with ThreadPoolExecutor(1) as app:
            call = app.submit(novapi.chat, model)
            eventually(lambda: upstream.received)

            exit_code = novapi.stop()

        assert call.result().json() == completion("late")
        assert exit_code == 0
        assert novapi.rows("SELECT status FROM gateway_usagerecord") == [(200,)]


def test_stop_ends_an_endless_stream_honestly(home: Path) -> None:
    with (
        FakeUpstream(event_stream(chunk("one"), 60)) as upstream,
        Novapi(home) as novapi,
        ThreadPoolExecutor(1) as app,
    ):
        model = novapi.add_channel(upstream.url)
        call = app.submit(novapi.chat, model, stream=True)
        eventually(lambda: upstream.received)
        time.sleep(0.3)
        began_at = time.monotonic()

        exit_code = novapi.stop()

        assert time.monotonic() - began_at < 9
        assert exit_code == 0
        assert upstream.hung_up.wait(1)
        assert "it was stopped in the middle of this answer" in call.result().text
        assert novapi.rows("SELECT status, error FROM gateway_usagerecord") == [(503, "Novapi was stopped.")]


def test_killed_program_loses_half_a_second_at_most(home: Path) -> None:
    with FakeUpstream(json_reply(completion())) as upstream, Novapi(home) as novapi:
        model = novapi.add_channel(upstream.url)
        safe = [novapi.chat(model).headers["x-novapi-request-id"] for _ in range(50)]
        time.sleep(0.5)
        for _ in range(20):
            novapi.chat(model)
        novapi.process.kill()
        novapi.process.wait(10)

        with Novapi(home) as again:
            answer = again.chat(model)

            assert answer.status_code == 200
            assert again.key == novapi.key
            assert again.rows("PRAGMA integrity_check") == [("ok",)]
            assert set(safe) <= {row[0] for row in again.rows("SELECT request_id FROM gateway_usagerecord")}
