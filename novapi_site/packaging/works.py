"""Whose work is in the executable: metadata of every package in it, for About to tell of them as elsewhere.

What is in it and is no package of Python's, like Python itself or OpenSSL, gets metadata of the same form.
"""

import os
import platform
import ssl
import subprocess
import sys
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.metadata import Distribution, distribution, packages_distributions
from pathlib import Path

from dashboard.libraries import OWN_EXTRAS, OWN_LICENCE, OWN_NAME, licence, licence_texts, needed_by, plain
from novapi_site import __version__
from novapi_site.packaging.parts import requirements

DEBIANS = Path("/usr/share/common-licenses")
# Libraries of the system's, by how their files begin.
LIBRARIES = {
    "libcrypto": ("OpenSSL", "Apache-2.0"),
    "libssl": ("OpenSSL", "Apache-2.0"),
    "libgirepository": ("GObject-Introspection", "LGPL-2.0-or-later"),
}


@dataclass
class Work:
    """One folder `*.dist-info`, as importlib.metadata reads it."""

    name: str
    version: str
    licence: str
    texts: list[str] = field(default_factory=list)
    requires: list[str] = field(default_factory=list)
    files: dict[str, str] = field(default_factory=dict)

    def write(self, parent: Path) -> Path:
        folder = parent / f"{plain(self.name).replace('-', '_')}-{self.version}.dist-info"
        folder.mkdir(parents=True)
        head = [("Metadata-Version", "2.4"), ("Name", self.name), ("Version", self.version)]
        head += [("License-Expression", self.licence), *(("Requires-Dist", each) for each in self.requires)]
        files = self.files | {f"LICENSE.{number}": text for number, text in enumerate(self.texts, 1)}
        files["METADATA"] = "".join(f"{name}: {value}\n" for name, value in head)
        files["RECORD"] = "".join(f"{folder.name}/{name},,\n" for name in [*files, "RECORD"])
        for name, text in files.items():
            (folder / name).write_text(text, encoding="utf-8")
        return folder


def write(root: Path, modules: Iterable[str], libraries: Iterable[str], parent: Path) -> None:
    """Metadata of what these modules and the system's libraries belong to, and of Novapi, which needs all of it."""
    works = [python(), *map(package, packages(root, modules))]
    works += {work.name: work for work in map(library, libraries) if work}.values()
    own = Work(OWN_NAME, __version__, OWN_LICENCE, requires=[work.name for work in works])
    own.files["BUILT"] = built_at()
    for work in [own, *works]:
        work.write(parent)


def built_at() -> str:
    """Now, or when whoever wants the same bytes again says it was (https://reproducible-builds.org)."""
    seconds = os.environ.get("SOURCE_DATE_EPOCH")
    now = datetime.fromtimestamp(int(seconds), UTC) if seconds else datetime.now(UTC)
    return now.isoformat(timespec="seconds")


def packages(root: Path, modules: Iterable[str]) -> list[Distribution]:
    """Those of which something is in the executable; PyInstaller's loader starts it."""
    owners = packages_distributions()
    inside = {plain(name) for module in modules for name in owners.get(module.partition(".")[0], ())}
    wanted = needed_by(requirements(root), OWN_EXTRAS)
    return [each for each in wanted if plain(each.name) in inside] + [distribution("pyinstaller")]


def package(installed: Distribution) -> Work:
    """With what programs look up at run time: requirements, and where keyring finds its backends."""
    kept = {name: text for name in ("entry_points.txt",) if (text := installed.read_text(name))}
    stated = licence(installed)
    texts = licence_texts(installed) or debians_text(stated)
    return Work(installed.name, installed.version, stated, texts, installed.requires or [], kept)


def debians_text(stated: str) -> list[str]:
    """The text of a licence that a package only names; Python's bindings to GTK do."""
    named = "LGPL-2.1" if "LGPL-2" in stated or "LGPLv2" in stated else ""
    return [(DEBIANS / named).read_text()] if named and (DEBIANS / named).is_file() else []


def python() -> Work:
    found = [Path(sys.base_prefix, "lib", f"python{sys.version_info.major}.{sys.version_info.minor}", "LICENSE.txt")]
    found += [Path(sys.base_prefix, "LICENSE.txt"), Path(sys.base_prefix, "LICENSE")]
    texts = [path.read_text(encoding="utf-8") for path in found if path.is_file()]
    return Work("Python", platform.python_version(), "PSF-2.0", texts[:1])


def library(file: str) -> Work | None:
    """None for what belongs to a package or to Python itself."""
    for start, (name, stated) in LIBRARIES.items():
        if Path(file).name.startswith(start):
            version = ssl.OPENSSL_VERSION.split()[1] if name == "OpenSSL" else debians_version(file)
            return Work(name, version, stated, list(debians_texts(file)))
    return None


def debians_package(file: str) -> str:
    """Whose file it is; empty on other systems."""
    try:
        owner = subprocess.run(["dpkg", "-S", os.path.realpath(file)], capture_output=True, text=True, check=False)
    except FileNotFoundError:
        return ""
    return owner.stdout.partition(": ")[0]


def debians_version(file: str) -> str:
    query = ["dpkg-query", "-W", "-f", "${Version}", debians_package(file)]
    try:
        return subprocess.run(query, capture_output=True, text=True, check=False).stdout.partition("-")[0] or "0"
    except FileNotFoundError:
        return "0"


def debians_texts(file: str) -> Iterator[str]:
    """Who made it and under which terms, as its package tells."""
    told = Path("/usr/share/doc", debians_package(file).partition(":")[0], "copyright")
    if told.is_file():
        yield told.read_text(encoding="utf-8")
