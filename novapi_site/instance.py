"""Who runs in this data directory: a file that the running server leaves for `novapi open`, and takes along."""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path

import httpx
import psutil

from channels_app import private_files
from novapi_site import paths
from novapi_site.paths import StartError

ANSWER_SECONDS = 5  # a machine that is busy loading a model may be slow


@dataclass(frozen=True)
class Instance:
    """A running Novapi: its process, its address, and the token that signs a browser in."""

    pid: int
    url: str
    token: str

    @property
    def link(self) -> str:
        return self.address("/")

    def address(self, path: str) -> str:
        """A page of the dashboard, signed in."""
        return f"{self.url}{path}{'&' if '?' in path else '?'}token={self.token}"


def path() -> Path:
    return paths.home() / "instance.json"


@contextmanager
def announced(instance: Instance) -> Iterator[Instance]:
    """The file is there meanwhile. If another server of this directory has put its own in place, that one stays."""
    private_files.write(path(), json.dumps(asdict(instance)))
    try:
        yield instance
    finally:
        if read() == instance:
            path().unlink(missing_ok=True)


def read() -> Instance | None:
    """What the last server that started here has left; None if it stopped cleanly, or the file is no such file."""
    try:
        written = json.loads(path().read_text(encoding="utf-8"))
        instance = Instance(int(written["pid"]), str(written["url"]), str(written["token"]))
    except (OSError, ValueError, TypeError, KeyError):
        return None
    return instance if 0 < instance.pid < 2**31 else None  # what a process number may be


def running() -> Instance:
    """The one that runs and answers. Raises StartError, with what to do, where there is none."""
    instance = read()
    if instance is None or not psutil.pid_exists(instance.pid):  # killed: nobody was left to remove the file
        raise StartError(f"Novapi is not running in {paths.home()}. Start it: novapi serve")
    if not answers(instance.url):
        raise StartError(f"Novapi does not answer at {instance.url}. Start it anew: novapi serve")
    return instance


def answers(url: str) -> bool:
    try:
        health = httpx.get(f"{url}/healthz", timeout=ANSWER_SECONDS, trust_env=False)
        return health.status_code == 200 and health.json()["status"] == "ok"
    except (httpx.HTTPError, ValueError, TypeError, KeyError):
        return False
