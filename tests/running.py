"""A Novapi of the tests' own: the real program in a process of its own, used through its front door."""

import itertools
import json
import os
import re
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
from cryptography.fernet import Fernet

ROOT = Path(__file__).parents[1]
_names = itertools.count(1)


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def command(*words: str, root: Path = ROOT, executable: Path | None = None) -> list[str]:
    if executable:
        return [str(executable), *words]
    return [sys.executable, "-W", "ignore", str(root / "manage.py"), *words]


def run(
    home: Path, *words: str, timeout: float = 60, executable: Path | None = None, **env: str
) -> subprocess.CompletedProcess[str]:
    """One command of the program in `home`, to its end."""
    settings = os.environ | {"NOVAPI_HOME": str(home)} | env
    argv = command(*words, executable=executable)
    return subprocess.run(argv, env=settings, capture_output=True, text=True, timeout=timeout, check=False, cwd=ROOT)


def moved_program(folder: Path, port: int, holder: str) -> Path:
    """A `root` for Novapi whose launch found `port` taken, as that of a window does."""
    lines = [
        "import sys",
        f"sys.path.insert(0, {str(ROOT)!r})",
        "from dashboard.launch import note_moved",
        "from novapi_site.__main__ import main",
        f"note_moved({port}, {holder!r})",
        "main()",
    ]
    (folder / "manage.py").write_text("\n".join(lines))
    return folder


class Novapi:
    """`novapi serve`, or another `word`, of the checkout at `root` or of an executable, with its own data directory.

    `http` has no credentials; `api` sends the master key to `/api/`; `call` posts to the gateway with it.
    """

    word = "serve"

    def __init__(self, home: Path, *words: str, root: Path = ROOT, executable: Path | None = None, **env: str) -> None:
        self.home = home
        self.port = free_port()
        self.log = home.with_suffix(".log")
        self._words = words
        self._root = root
        self._executable = executable
        self.env = os.environ | {"NOVAPI_HOME": str(home)} | env

    def __enter__(self) -> "Novapi":
        self._said_before = len(self.log.read_text()) if self.log.is_file() else 0
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                self.argv(self.word, "--port", str(self.port), *self._words),
                env=self.env,
                stdout=log,
                stderr=log,
                cwd=self._root,
            )
        self.http = httpx.Client(base_url=f"http://127.0.0.1:{self.port}", timeout=30, trust_env=False)
        self._wait()
        self.key = self._master_key()
        return self

    def __exit__(self, *_: object) -> None:
        self.http.close()
        self.stop()

    def argv(self, *words: str) -> list[str]:
        return command(*words, root=self._root, executable=self._executable)

    @property
    def pid(self) -> int:
        """Of the program itself, which an executable of one file has as its child."""
        told = self.home / "instance.json"
        assert eventually(told.exists, 10)
        return int(json.loads(told.read_text())["pid"])

    def _wait(self) -> None:
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            assert self.process.poll() is None, self.log.read_text()
            try:
                if self.http.get("/healthz").status_code == 200:
                    return
            except httpx.TransportError:
                time.sleep(0.02)
        raise AssertionError(f"No answer within 30 s: {self.log.read_text()}")

    def _master_key(self) -> str:
        """What `novapi key` prints, read from outside: another process takes as long as the start itself."""
        ((sealed,),) = self.rows("SELECT sealed FROM channels_app_clientkey WHERE is_master")
        return Fernet((self.home / "data.key").read_text().strip()).decrypt(sealed).decode()

    def stop(self) -> int:
        """SIGTERM, and the exit code."""
        if self.process.poll() is None:
            self.process.terminate()
        return self.process.wait(30)

    @property
    def base_url(self) -> str:
        return f"http://127.0.0.1:{self.port}/v1"

    @property
    def authorization(self) -> dict[str, str]:
        return {"authorization": f"Bearer {self.key}"}

    @property
    def launch_link(self) -> str:
        """The dashboard link that the newest start printed."""
        links = eventually(
            lambda: re.findall(r"http://\S+/\?token=\S+", self.log.read_text()[self._said_before :]), 10
        )
        return str(links[-1])

    def api(self, method: str, path: str, **options: Any) -> httpx.Response:
        """A call to the management API with the master key."""
        headers = self.authorization | options.pop("headers", {})
        return self.http.request(method, f"/api{path}", headers=headers, **options)

    def call(self, path: str = "chat/completions", **options: Any) -> httpx.Response:
        """A POST to the gateway with the master key: `json=`, `content=`, `files=` as httpx has them."""
        headers = self.authorization | options.pop("headers", {})
        return self.http.post(f"/v1/{path}", headers=headers, **options)

    def chat(self, model: str, **members: Any) -> httpx.Response:
        """A small chat call."""
        body = {"model": model, "messages": [{"role": "user", "content": "hi"}]} | members
        return self.call(json=body)

    @contextmanager
    def stream(self, model: str, path: str = "chat/completions", **members: Any) -> Iterator[httpx.Response]:
        """A streamed call, still being read: leaving the block hangs up."""
        body = {"model": model, "messages": [{"role": "user", "content": "hi"}], "stream": True} | members
        with self.http.stream("POST", f"/v1/{path}", headers=self.authorization, json=body) as response:
            yield response

    def add_channel(self, base_url: str, **members: Any) -> str:
        """A new channel of provider `custom` with one model of a name nobody else uses; gives that name."""
        number = next(_names)
        model = members.pop("model", f"model-{number}")
        body = {
            "name": f"Channel {number}",
            "provider": "custom",
            "base_url": base_url,
            "api_keys": ["sk-upstream-secret-0001"],
            "models": [{"name": model, "upstream": model}],
        } | members
        response = self.api("POST", "/channels", json=body)
        assert response.status_code == 201, response.text
        return str(model)

    def record(self, request_id: str, timeout_s: float = 5) -> dict[str, Any]:
        """The usage record of a call, once the recorder has written it."""
        deadline = time.monotonic() + timeout_s
        while time.monotonic() < deadline:
            with sqlite3.connect(f"file:{self.home / 'novapi.db'}?mode=ro", uri=True) as database:
                database.row_factory = sqlite3.Row
                row = database.execute(
                    "SELECT * FROM gateway_usagerecord WHERE request_id = ?", [request_id]
                ).fetchone()
            database.close()
            if row:
                return dict(row)
            time.sleep(0.02)
        raise AssertionError(f"No record of {request_id} within {timeout_s} s")

    def rows(self, query: str, *values: Any) -> list[tuple[Any, ...]]:
        """What a query finds in the database, read from outside the program."""
        with closing(sqlite3.connect(self.home / "novapi.db", timeout=5)) as database:
            return database.execute(query, values).fetchall()

    def write(self, statement: str, *values: Any) -> None:
        """A change to the database by another program."""
        with closing(sqlite3.connect(self.home / "novapi.db", timeout=5)) as database, database:
            database.execute(statement, values)


def eventually(found: Callable[[], Any], timeout_s: float = 5) -> Any:
    """What `found` gives once it is true of something; at the end of the time, whatever it gives then."""
    deadline = time.monotonic() + timeout_s
    while not (result := found()) and time.monotonic() < deadline:
        time.sleep(0.02)
    return result
