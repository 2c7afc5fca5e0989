"""Engines are found over real sockets: a real llama.cpp, faithful fakes of the others, and traps between them."""

import asyncio
import os
import socket
import subprocess
import sys
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from channels_app import discovery
from channels_app.discovery import LOOKS_AT_THE_SILENT, NOTHING, Found, Look, Scan, grown_up, ollama_port
from channels_app.local import listeners
from channels_app.local.listeners import Listener
from channels_app.local.probes import listens
from tests.e2e.conftest import engine
from tests.e2e.tiny_gguf import write_model
from tests.fake_engines import EXPECTED, FAKES, Engines, engines
from tests.running import ROOT

pytestmark = [pytest.mark.alone, pytest.mark.usefixtures("empty_network")]


def strangers() -> frozenset[int]:
    """Whoever listens here and was not started by these tests, such as the tests of somebody else."""
    ours = os.getpid()
    return frozenset(each.pid for each in listeners.listeners() if each.pid and ours not in each.lineage)


def scan(before: Scan = NOTHING) -> Scan:
    """What these tests start is looked at, as if it were not this process's own."""
    return asyncio.run(discovery.scan(before, strangers()))


def scan_until(port: int, engine: str, before: Scan = NOTHING) -> Scan:
    return scan_until_all({port: engine}, before)


def scan_until_all(expected: dict[int, str], before: Scan = NOTHING) -> Scan:
    """Looks as often as Novapi itself does: a busy machine may keep an engine from answering in time."""
    for _ in range(LOOKS_AT_THE_SILENT):
        before = scan(before)
        if all(engine_at(before, port) == engine for port, engine in expected.items()):
            break
    return before


@pytest.fixture(scope="module", autouse=True)
def patience() -> Iterator[None]:
    """For what engines say of their models: a machine that is busy with something else takes longer for it."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(discovery, "DETAIL_SECONDS", 3.0)
        yield


def found_at(result: Scan, port: int) -> Found | None:
    return next((found for found in result.found if found.port == port), None)


def engine_at(result: Scan, port: int) -> str:
    found = found_at(result, port)
    return found.engine if found else ""


def test_25_ports_take_less_than_a_second() -> None:
    silent = ["silent", "endless", "trickle", "closes", "banner", "redirect", "web server"]
    others = [name for name in FAKES if name not in silent][: 25 - len(silent)]
    with engines(*silent, *others) as running:
        expected = all_of(running)
        for _ in range(3):  # the best counts: the machine may be busy with something else
            began = time.perf_counter()
            result = scan()
            seconds = time.perf_counter() - began
            if seconds < 1.0 and seen(result, expected) == expected:
                break

    assert len(expected) == 25
    assert seen(result, expected) == expected
    assert seconds < 1.0
    assert result.seconds <= seconds


def seen(result: Scan, ports: Iterable[int]) -> dict[int, str]:
    return {port: engine_at(result, port) for port in ports}


def all_of(running: Engines) -> dict[int, str]:
    """What is at each port."""
    return {port: EXPECTED[name] for name, port in running.ports.items()}


@pytest.fixture(scope="module")
def fakes() -> Iterator[Engines]:
    with engines() as running:
        yield running


@pytest.fixture(scope="module")
def whole(fakes: Engines) -> Scan:
    return scan_until_all(all_of(fakes))


def test_real_llama_cpp_and_all_others_are_told_apart(fakes: Engines, tmp_path: Path) -> None:
    with engine(write_model(tmp_path / "tiny.gguf"), "tiny-real") as url:
        result = scan_until_all(all_of(fakes) | {urlsplit(url).port or 0: "llamacpp"})

    real = next(found for found in result.found if found.base_url == url)
    (model,) = real.models
    assert (real.engine, real.provider, real.state) == ("llamacpp", "llamacpp", "ready")
    assert real.version
    assert (model.name, model.context_max, model.context_loaded, model.is_loaded) == ("tiny-real", 2048, 1024, True)
    assert model.size
    assert seen(result, fakes.ports.values()) == all_of(fakes)


def test_found_engine_has_the_address_for_a_channel(fakes: Engines, whole: Scan) -> None:
    found = found_at(whole, fakes.ports["docker model runner"])

    assert found
    assert found.address == fakes.address("docker model runner")
    assert found.base_url == f"{found.address}/engines/v1"
    assert (found.name, found.provider) == ("Docker Model Runner", "docker-model-runner")
    assert found.pid == fakes.process.pid


def test_models_of_the_cloud_are_not_the_engines_own(fakes: Engines, whole: Scan) -> None:
    found = found_at(whole, fakes.ports["ollama"])

    assert found
    assert [model.name for model in found.models] == ["qwen3:8b", "gpt-oss:120b-cloud"]
    assert [model.name for model in found.own_models] == ["qwen3:8b"]


@contextmanager
def named(name: str, directory: Path) -> Iterator[str]:
    """A Python whose process is called otherwise."""
    executable = directory / name
    executable.symlink_to(Path(sys.executable).resolve())
    yield str(executable)


def test_jan_is_known_by_its_process(tmp_path: Path) -> None:
    with named("jan", tmp_path) as jan, engines("page that wants a login", executable=jan) as running:
        port = running.ports["page that wants a login"]
        found = found_at(scan_until(port, "jan"), port)

    assert found
    assert (found.engine, found.process, found.state) == ("jan", "jan", "locked")


ANSWERS_AFTER_A_SECOND = """
import json, time
from http.server import BaseHTTPRequestHandler, HTTPServer
class Handler(BaseHTTPRequestHandler):
    def do_GET(self):
        time.sleep(1)
        self.send_response(401)
        self.end_headers()
    def log_message(self, *_):
        pass
server = HTTPServer(("127.0.0.1", 0), Handler)
print(json.dumps({"slow": server.server_port}), flush=True)
server.serve_forever()
"""


def test_who_is_called_like_an_engine_has_more_time(tmp_path: Path) -> None:
    with named("jan", tmp_path) as jan:
        command = [jan, "-c", ANSWERS_AFTER_A_SECOND]
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as busy:
            port = Engines(busy).ports["slow"]
            result = scan()
            busy.kill()

    assert engine_at(result, port) == "jan"
    assert result.seconds < 5


STARTS_A_CHILD = """
import subprocess, sys
child = subprocess.Popen([sys.argv[1], "-m", "tests.fake_engines", "llama.cpp"], stdin=subprocess.PIPE)
sys.stdin.read()
child.kill()
"""


def test_child_of_an_engine_is_not_offered(tmp_path: Path) -> None:
    with named("ollama", tmp_path) as ollama:
        command = [ollama, "-c", STARTS_A_CHILD, sys.executable]
        with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT) as parent:
            port = Engines(parent).ports["llama.cpp"]
            result = scan()
            parent.communicate()

    assert port in result.looks
    assert engine_at(result, port) == ""


def look(port: int, pid: int | None, *parents: int, is_engine: bool = True) -> Look:
    found = Found("llamacpp", "llama.cpp", "llamacpp", port, "", "") if is_engine else None
    lineage = tuple((parent, "sh") for parent in parents)
    return Look(Listener(port, pid=pid, parents=lineage), found, is_novapi=not is_engine)


def test_descendants_of_engines_and_of_novapi_are_not_offered() -> None:
    looks = [look(1, 10), look(2, 11, 10), look(3, 12, 99, 10), look(4, 13, 99), look(5, 20, is_engine=False),
             look(6, 21, 20)]  # fmt: skip

    assert [found.port for found in grown_up({each.listener.port: each for each in looks})] == [1, 4]


def test_what_this_process_started_is_not_looked_at(fakes: Engines) -> None:
    result = asyncio.run(discovery.scan())

    assert not set(fakes.ports.values()) & set(result.looks)


def test_own_listener_is_not_looked_at() -> None:
    with socket.create_server(("127.0.0.1", 0)) as ours:
        ours.settimeout(0.1)
        asyncio.run(discovery.scan())

        with pytest.raises(TimeoutError):
            ours.accept()


def test_engine_that_listens_on_ipv6_only_is_found() -> None:
    body = b'{"object": "list", "data": [{"id": "six", "owned_by": "vllm"}]}'
    with socket.create_server(("::1", 0), family=socket.AF_INET6) as server:
        threading.Thread(target=answer_all, args=(server, body), daemon=True).start()
        found = found_at(scan_until(server.getsockname()[1], "vllm"), server.getsockname()[1])

    assert found
    assert found.base_url == f"http://[::1]:{found.port}/v1"
    assert [model.name for model in found.models] == ["six"]


def answer_all(server: socket.socket, body: bytes) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            if b"/v1/models" in connection.recv(65536):
                head = f"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Length: {len(body)}\r\n\r\n"
            else:
                head, body_ = "HTTP/1.1 404 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n", b""
                connection.sendall(head.encode() + body_)
                continue
            connection.sendall(head.encode() + body)


# Again


def test_engine_that_is_known_is_asked_only_for_its_models() -> None:
    with engines("ollama", "vllm", "lm studio", "lm studio of last year") as running:
        first = scan_until_all(all_of(running))
        running.tell("add", "ollama", "new:1b")
        running.tell("add", "lm studio", "new/model")
        second = scan_until_all(all_of(running), first)

    def names(result: Scan, name: str) -> list[str]:
        found = found_at(result, running.ports[name])
        return [model.name for model in found.models] if found else []

    assert names(second, "ollama") == ["qwen3:8b", "gpt-oss:120b-cloud", "new:1b"]
    assert names(second, "lm studio") == ["qwen/qwen3-8b", "new/model"]
    assert names(second, "lm studio of last year") == names(first, "lm studio of last year") == ["old"]
    assert names(second, "vllm") == ["Qwen/Qwen3-8B"]


@pytest.mark.parametrize("path", ["/api/tags", "/api/ps"])
def test_what_an_engine_told_of_its_models_stands_while_it_is_too_busy_to_tell(
    path: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    with engines("ollama") as running:
        port = running.ports["ollama"]
        first = scan_until(port, "ollama")
        monkeypatch.setattr(discovery, "PORT_SECONDS", 2.0)  # its names are there by then, however busy the machine
        running.tell("withhold", "ollama", path)
        running.tell("add", "ollama", "new:1b")
        found, later = found_at(first, port), found_at(scan(first), port)

    assert found
    assert later
    assert later.models[:-1] == found.models
    assert later.models[-1].name == "new:1b"


def test_ports_that_are_no_engine_are_not_asked_again() -> None:
    asked: list[bytes] = []
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=answer_none, args=(server, asked), daemon=True).start()
        first = scan()
        count = len(asked)
        scan(first)

    assert count > 0
    assert len(asked) == count


def answer_none(server: socket.socket, asked: list[bytes]) -> None:
    while True:
        try:
            connection, _ = server.accept()
        except OSError:
            return
        with connection:
            asked.append(connection.recv(65536))
            connection.sendall(b"HTTP/1.1 404 No\r\nConnection: close\r\nContent-Length: 0\r\n\r\n")


def test_silent_port_is_left_alone_after_three_looks() -> None:
    with engines("silent") as running:
        port, result = running.ports["silent"], NOTHING
        silences = []
        for _ in range(5):
            result = scan(result)
            silences.append(result.looks[port].silences)

    assert silences == [1, 2, 3, 3, 3]
    assert result.seconds < 0.5


def test_engine_that_has_gone_is_no_longer_found() -> None:
    with engines("vllm", "sglang") as running:
        port = running.ports["vllm"]
        first = scan_until(port, "vllm")
        running.tell("close", "vllm")
        second = scan(first)
        running.tell("open", "vllm")
        third = scan_until(port, "vllm", second)

    assert [engine_at(result, port) for result in (first, second, third)] == ["vllm", "", "vllm"]


def test_another_process_on_the_port_is_asked_who_it_is() -> None:
    with engines("vllm") as running:
        port = running.ports["vllm"]
        first = scan_until(port, "vllm")
    before = first.looks[port]
    swapped = Scan(looks={port: Look(Listener(port, pid=before.listener.pid, created=1.0), before.found)})

    assert engine_at(scan(swapped), port) == ""


@pytest.mark.parametrize(
    ("host", "port"),
    [
        ("", 11434),
        ("127.0.0.1:11500", 11500),
        (":11501", 11501),
        ("0.0.0.0:11502", 11502),
        ("http://localhost:11503", 11503),
        ("[::1]:11504", 11504),
        ("0.0.0.0", 11434),
        ("192.168.1.4:11505", 11434),
        ("nas:99999", 11434),
        ("127.0.0.1:x", 11434),
        ("[", 11434),
    ],
)
def test_ollamas_own_setting_is_respected(host: str, port: int) -> None:
    assert ollama_port(host) == port


def test_ollama_is_looked_for_where_its_setting_says(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(discovery, "listeners", list)  # a system that tells nothing
    with engines("ollama", "vllm") as running:
        monkeypatch.setenv("OLLAMA_HOST", running.address("ollama"))
        result = scan_until(running.ports["ollama"], "ollama")

    assert engine_at(result, running.ports["ollama"]) == "ollama"
    assert engine_at(result, running.ports["vllm"]) == ""


def test_whether_anybody_listens_is_asked_without_a_word() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        assert asyncio.run(listens("127.0.0.1", port))
    assert not asyncio.run(listens("127.0.0.1", port))
