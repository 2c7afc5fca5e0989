"""Whose work Novapi is made of, and under which licences: as the packages themselves tell it."""

import re
from collections.abc import Iterable, Iterator
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from typing import Any

OWN_NAME, OWN_LICENCE = "novapi", "MIT"
OWN_EXTRAS = frozenset({"desktop"})  # what the window adds, where it is installed
# A requirement as packages state it: its name, the extras that are asked of it, and a condition.
REQUIREMENT = re.compile(r"([\w.-]+)\s*(?:\[([^]]*)\])?[^;]*(?:;(.*))?")
EXTRA = re.compile(r"extra\s*==\s*['\"]([\w.-]+)['\"]")
LICENCE_FILE = re.compile(r"[^/]+\.dist-info/(.*(?:licen[cs]e|copying|notice)[^/]*)", re.IGNORECASE)
LONGEST_NAME = 60  # of a licence; what is longer is its text


def needed_by(requirements: Iterable[str], extras: frozenset[str]) -> list[Distribution]:
    """Every package that is installed for them, by name."""
    found: dict[str, Distribution] = {}
    waiting, seen = list(needed(requirements, extras)), set[tuple[str, frozenset[str]]]()
    while waiting:
        name, asked = each = waiting.pop()
        if each not in seen and (package := installed(name)):
            found[plain(name)] = package
            waiting += needed(package.requires or (), asked)
        seen.add(each)
    found.pop(OWN_NAME, None)
    return [package for _, package in sorted(found.items())]


def installed(name: str) -> Distribution | None:
    """None for what only another platform needs."""
    try:
        return distribution(name)
    except PackageNotFoundError:
        return None


def plain(name: str) -> str:
    """Names are the same whatever stands between their words."""
    return re.sub(r"[-_.]+", "-", name).lower()


def needed(requirements: Iterable[str], extras: frozenset[str]) -> Iterator[tuple[str, frozenset[str]]]:
    """The names of what a package wants, and the extras it wants of each; what belongs to its own extras only where
    they are asked for."""
    for text in requirements:
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


def licence_texts(package: Distribution) -> list[str]:
    """In full, as far as they came with it."""
    files = filter(None, (LICENCE_FILE.fullmatch(file.as_posix()) for file in package.files or ()))
    return [text for file in files if (text := package.read_text(file[1]))]
