"""What is running here, and of what it is made."""

import platform
import sqlite3
from collections.abc import Iterator
from functools import cache
from importlib.metadata import Distribution
from pathlib import Path

import psutil
from django.conf import settings
from django.http import HttpRequest

from dashboard import build, libraries

LOOPBACK = ("127.0.0.1", "::1")
serving = {"event_loop": "", "http_parser": ""}  # which modules do it; the server tells once it runs


def address(request: HttpRequest) -> tuple[str, int]:
    """What apps call, without "/v1", and its port: as the socket has it by which the question came, for that works;
    the Host header may be that of a proxy."""
    host, port = request.META["SERVER_NAME"], int(request.META["SERVER_PORT"])
    shown = "localhost" if host in LOOPBACK else f"[{host}]" if ":" in host else host
    return f"http://{shown}:{port}", port


@cache
def started_at() -> float:
    """A Unix time."""
    return psutil.Process().create_time()


@cache
def versions() -> dict[str, str]:
    return {"python": platform.python_version(), "sqlite": sqlite3.sqlite_version}


def database_mb() -> float:
    """On disk, with what was written and is not in its place yet."""
    database = Path(settings.NOVAPI_HOME) / "novapi.db"
    files = (database, database.with_name("novapi.db-wal"))
    return round(sum(file.stat().st_size for file in files if file.exists()) / 2**20, 2)


# Libraries


@cache
def packages() -> list[Distribution]:
    """What is installed for Novapi to run, or is in its executable."""
    own = libraries.installed(libraries.OWN_NAME)
    return libraries.needed_by(own.requires or (), libraries.OWN_EXTRAS) if own else []


@cache
def told_packages() -> list[dict[str, str]]:
    """Their names, and whose licence they have."""
    return [
        {"name": package.name, "version": package.version, "licence": libraries.licence(package)}
        for package in packages()
    ]


def licences() -> Iterator[str]:
    """The licences in full: of the packages, then of what the dashboard has in it."""
    for package in packages():
        yield f"{package.name} {package.version}\n{libraries.licence(package)}\n"
        yield from libraries.licence_texts(package)
    if build.LICENCES.is_file():
        yield build.LICENCES.read_text(encoding="utf-8")


def built_at() -> str | None:
    """When the executable was made, as ISO 8601 has it; None where Novapi runs from its source."""
    own = libraries.installed(libraries.OWN_NAME)
    return own.read_text("BUILT") if own else None
