"""What is running here, and of what it is made."""

import platform
import re
import sqlite3
from collections.abc import Iterator
from functools import cache
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

import psutil
from django.conf import settings
from django.http import HttpRequest

OWN_NAME, OWN_LICENCE = "novapi", "MIT"
LOOPBACK = ("127.0.0.1", "::1")
# A requirement as packages state it: its name, the extras that are asked of it, and a condition.
REQUIREMENT = re.compile(r"([\w.-]+)\s*(?:\[([^]]*)\])?[^;]*(?:;(.*))?")
EXTRA = re.compile(r"extra\s*==\s*['\"]([\w.-]+)['\"]")
LONGEST_NAME = 60  # of a licence; what is longer is its text


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
def libraries() -> list[dict[str, Any]]:
    """What is installed for Novapi to run, by name, and whose licence it has."""
    found: dict[str, Distribution] = {}
    waiting, seen = [(OWN_NAME, frozenset[str]())], set[tuple[str, frozenset[str]]]()
    while waiting:
        name, extras = each = waiting.pop()
        if each not in seen and (package := installed(name)):
            found[plain(name)] = package
            waiting += needed(package, extras)
        seen.add(each)
    found.pop(OWN_NAME, None)
    return [
        {"name": package.name, "version": package.version, "licence": licence(package)}
        for _, package in sorted(found.items())
    ]


def installed(name: str) -> Distribution | None:
    """None for what only another platform needs."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def plain(name: str) -> str:
    """Names are the same whatever stands between their words."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(package: Distribution, extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """The names of what a package wants, and the extras it wants of each; what belongs to its own extras only where
    they are asked for."""
    for text in package.requires or ():
        name, wanted, condition = REQUIREMENT.match(text).groups("")  # type: ignore[union-attr]  # it always fits
        asked = EXTRA.search(condition)
        if asked is None or asked[1] in extras:
            yield name, frozenset(filter(None, re.split(r"[\s,]+", wanted)))


def licence(package: Distribution) -> str:
    """Its name, in one of the three places where packages put it."""
    told: dict[str, Any] = package.metadata.json
    if stated := told.get("license_expression") or first_line(told.get("license") or ""):
        return str(stated)
    kinds = [text for text in told.get("classifier", ()) if text.startswith("License ::")]
    return ", ".join(text.rpartition(" :: ")[2] for text in kinds)


def first_line(text: str) -> str:
    """Empty where even that is no name."""
    line = text.strip().partition("\n")[0]
    return line if len(line) <= LONGEST_NAME else ""
