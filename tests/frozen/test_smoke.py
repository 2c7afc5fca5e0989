"""What may go wrong in an executable alone, for want of a library, a file or a Python: calls, engines, commands."""

import json
import re
import shlex
import sys
from collections.abc import Iterator
from pathlib import Path

import openai
import psutil
import pytest
from websockets.sync.client import connect

from novapi_site import __version__
from tests.dashboard.test_one_api import one_api
from tests.fake_upstream import FakeUpstream, chunk, completion, event_stream, json_reply
from tests.gateway.test_packed_bodies import zstd
from tests.gateway.test_realtime import Realtime
from tests.running import ROOT, Novapi, eventually, run

HELLO = [{"role": "user", "content": "hi"}]
SHOWS_ENVIRONMENT = "import json, os; print('environment', json.dumps(dict(os.environ)))"


@pytest.fixture
def sdk(served: Novapi) -> Iterator[openai.OpenAI]:
    with openai.OpenAI(base_url=served.base_url, api_key=served.key, max_retries=0) as client:
        yield client


def test_sdk_gets_an_answer(served: Novapi, sdk: openai.OpenAI) -> None:
    with FakeUpstream(json_reply(completion("hello"))) as upstream:
        model = served.add_channel(upstream.url)

        answer = sdk.chat.completions.create(model=model, messages=HELLO)

    assert answer.choices[0].message.content == "hello"


def test_sdk_gets_a_stream(served: Novapi, sdk: openai.OpenAI) -> None:
    script = event_stream(chunk("hel"), chunk("lo"), chunk(finish="stop"), b"data: [DONE]\n\n")
    with FakeUpstream(script) as upstream:
        model = served.add_channel(upstream.url)

        chunks = list(sdk.chat.completions.create(model=model, messages=HELLO, stream=True))

    assert "".join(each.choices[0].delta.content or "" for each in chunks) == "hello"


def test_packed_body_is_unpacked(served: Novapi) -> None:
    body = json.dumps({"model": "novapi/echo", "messages": HELLO}).encode()

    answer = served.call(content=zstd(body), headers={"content-encoding": "zstd", "content-type": "application/json"})

    assert answer.status_code == 200, answer.text


def test_call_is_priced_by_the_lists_that_come_with_it(served: Novapi) -> None:
    usage = {"prompt_tokens": 1000, "completion_tokens": 1000, "total_tokens": 2000}
    with FakeUpstream(json_reply(completion(model="gpt-4o", usage=usage))) as upstream:
        served.add_channel(upstream.url, provider="openai", model="gpt-4o")
        answer = served.chat("gpt-4o")

    record = served.record(answer.headers["x-novapi-request-id"])
    assert record["cost_nano"] > 1_000_000


def test_realtime_session_is_passed_on(served: Novapi) -> None:
    async def script(session) -> None:
        await session.send("hello")
        await session.recv()

    with Realtime(script) as provider:
        model = served.add_channel(provider.url)
        address = f"ws://127.0.0.1:{served.port}/v1/realtime?model={model}"
        with connect(address, additional_headers=served.authorization, proxy=None) as app:
            assert app.recv(5) == "hello"


def test_dashboard_and_its_files_are_there(served: Novapi) -> None:
    refusal = served.http.get("/", headers={"accept": "text/html"})
    page = served.http.get("/", headers=served.authorization)
    script = re.findall(r'src="(/static/dashboard/assets/[^"]+\.js)"', page.text)[0]

    assert (refusal.status_code, "This browser is not signed in." in refusal.text) == (401, True)
    assert served.http.get(script).headers["content-type"].startswith("text/javascript")
    assert served.http.get("/static/admin/css/base.css").status_code == 200
    assert served.http.get("/admin/", headers=served.authorization).status_code == 200
    for docs in ("/api/docs", "/v1/docs"):
        assert served.http.get(docs, headers=served.authorization).status_code == 200
    assert served.http.get("/static/ninja/swagger-ui.css").status_code == 200


def test_server_runs_on_the_fast_loop_and_parser(served: Novapi) -> None:
    about = served.api("GET", "/about").json()

    assert (about["event_loop"], about["http_parser"]) == ("uvloop", "uvicorn.protocols.http.httptools_impl")


def test_every_licence_is_told(served: Novapi, executable: Path | None) -> None:
    about = served.api("GET", "/about").json()
    texts = served.api("GET", "/about/licences").text

    names = {row["name"].lower() for row in about["libraries"]}
    assert (about["executable"], bool(about["built_at"])) == (bool(executable), bool(executable))
    assert {"django", "pydantic_core", "uvloop", "zstandard"} <= names
    assert [row for row in about["libraries"] if not row["licence"]] == []
    assert "Django Software Foundation" in texts
    if executable:
        assert {"python", "openssl", "pyinstaller", "pywebview"} <= names
        assert "PYTHON SOFTWARE FOUNDATION LICENSE" in texts


def test_keychain_is_looked_for(home: Path, executable: Path | None) -> None:
    told = {"NOVAPI_LOG_LEVEL": "info", "PYTHON_KEYRING_BACKEND": "keyring.backends.SecretService.Keyring"}
    nowhere = {"DBUS_SESSION_BUS_ADDRESS": "unix:path=/nonexistent"}

    with Novapi(home, executable=executable, **told, **nowhere) as novapi:
        with FakeUpstream(json_reply(completion())) as upstream:
            novapi.add_channel(upstream.url)
        assert novapi.api("GET", "/status").json()["secrets"] == "file"

    assert "The OS keychain is not usable" in novapi.log.read_text()
    assert "No module" not in novapi.log.read_text()


# Engines


def test_engine_is_started_by_a_command_and_answers(served: Novapi, sdk: openai.OpenAI, model_file: Path) -> None:
    channel = add_engine(served, "tiny-local", engine_of(model_file, "tiny-local"))

    answer = sdk.chat.completions.create(model="tiny-local", messages=HELLO, max_tokens=4)
    served.api("POST", f"/channels/{channel}/stop")

    assert answer.choices[0].message.content


def test_engine_sees_the_system_s_environment(home: Path, executable: Path | None) -> None:
    with Novapi(home, executable=executable, LD_LIBRARY_PATH="/opt/of/the/owner") as novapi:
        seen = environment_of_an_engine(novapi)

    assert seen["LD_LIBRARY_PATH"] == "/opt/of/the/owner"
    assert [name for name in seen if name.startswith(("_PYI_", "_MEI", "NOVAPI_")) or name.endswith("_ORIG")] == []


def test_engine_sees_no_libraries_of_ours_where_the_system_names_none(home: Path, executable: Path | None) -> None:
    with Novapi(home, executable=executable) as novapi:
        seen = environment_of_an_engine(novapi)

    assert "LD_LIBRARY_PATH" not in seen


def add_engine(novapi: Novapi, model: str, words: list[str]) -> int:
    """A channel that starts this command for its model."""
    line = shlex.join(words).replace("'${PORT}'", "${PORT}")
    body = {"name": model, "provider": "local", "command": line, "cwd": str(ROOT), "models": [model]}
    made = novapi.api("POST", "/channels", json=body)
    assert made.status_code == 201, made.text
    return int(made.json()["id"])


def environment_of_an_engine(novapi: Novapi) -> dict[str, str]:
    """As it has printed it."""
    channel = add_engine(novapi, "shows", [sys.executable, "-c", SHOWS_ENVIRONMENT, "${PORT}"])
    novapi.api("POST", f"/channels/{channel}/start")
    line = re.compile(r"^environment (.*)$", re.MULTILINE)
    found = eventually(lambda: line.search(novapi.api("GET", f"/channels/{channel}/log").text), 20)
    assert found
    return json.loads(found[1])


def test_engine_ends_when_its_novapi_is_killed(home: Path, executable: Path | None, model_file: Path) -> None:
    with Novapi(home, executable=executable) as novapi:
        channel = add_engine(novapi, "tiny-killed", engine_of(model_file, "tiny-killed"))
        novapi.api("POST", f"/channels/{channel}/start")
        below = server(novapi).children(recursive=True)
        assert any("tests.e2e.engine" in process.cmdline() for process in below)

        server(novapi).kill()

        assert eventually(lambda: not any(process.is_running() for process in below))


def engine_of(model_file: Path, model: str) -> list[str]:
    return [sys.executable, "-m", "tests.e2e.engine", str(model_file), "${PORT}", model]


def server(novapi: Novapi) -> psutil.Process:
    """The process that listens; of an executable that unpacks itself it is a child."""
    started = psutil.Process(novapi.process.pid)
    return next(each for each in [started, *started.children()] if each.net_connections("tcp"))


# Commands


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["--version"], re.escape(__version__)),
        (["help"], "novapi import-one-api"),
        (["serve", "--help"], "--port"),
        (["key"], "nv-"),
        (["discover", "--json"], r"\["),
        (["check-usage"], ""),
        (["showmigrations", "gateway"], r"\[X\] 0001"),
        (["help", "--commands"], "sqlmigrate"),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, list) else "",
)
def test_command_works(home: Path, executable: Path | None, words: list[str], told: str) -> None:
    run(home, "key", executable=executable)

    done = run(home, *words, executable=executable)

    assert done.returncode == 0, done.stderr
    assert re.search(told, done.stdout), done.stdout


def test_wrong_command_is_one_message(home: Path, executable: Path | None) -> None:
    done = run(home, "nothing", executable=executable)

    assert done.returncode == 1
    assert "Traceback" not in done.stderr


def test_backup_is_restored_elsewhere(home: Path, tmp_path: Path, executable: Path | None) -> None:
    passphrase = tmp_path / "passphrase"
    passphrase.write_text("correct horse battery staple")
    sealed = ["--passphrase-file", str(passphrase)]
    key = run(home, "key", executable=executable).stdout
    done = run(home, "backup", str(tmp_path / "all.zip"), "--keys", *sealed, executable=executable)
    assert done.returncode == 0, done.stderr

    restored = run(tmp_path / "other", "restore", str(tmp_path / "all.zip"), *sealed, executable=executable)

    assert restored.returncode == 0, restored.stderr
    assert run(tmp_path / "other", "key", executable=executable).stdout == key


def test_one_api_is_moved_in(home: Path, tmp_path: Path, executable: Path | None) -> None:
    row = {"id": 1, "type": 1, "key": "sk-1", "name": "Theirs", "models": "gpt-4o", "status": 1}
    file = one_api(tmp_path / "one-api.db", [row])

    done = run(home, "import-one-api", str(file), executable=executable)

    assert done.returncode == 0, done.stderr
    assert "Theirs" in done.stdout


def test_open_prints_the_link(served: Novapi, executable: Path | None) -> None:
    done = run(served.home, "open", "--print", executable=executable)

    assert done.returncode == 0, done.stderr
    assert re.fullmatch(rf"http://\S+:{served.port}/\?token=\S+\s*", done.stdout)
