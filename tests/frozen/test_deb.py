"""The Debian package: what it asks for is what the program needs, and menus and links find it."""

import configparser
import re
import subprocess
from pathlib import Path

import pytest

from novapi_site.packaging import deb

NEEDED = re.compile(r"\(NEEDED\).*\[(.+)\]")
LOADER = "ld-linux"  # the system's, which starts every program


@pytest.fixture
def laid_out(built: Path, tmp_path: Path) -> Path:
    """Where its files would lie."""
    deb.lay_out(tmp_path)
    return tmp_path


def test_package_asks_for_every_library_that_it_does_not_bring(laid_out: Path) -> None:
    files = [path for path in (laid_out / "usr/lib/novapi").rglob("*") if path.is_file()]
    own = {path.name for path in files}
    wanted = {name for path in files if is_binary(path) for name in libraries(path)} - own
    asked = set(re.findall(r"[a-z0-9][\w.+-]+", " ".join(deb.DEPENDS)))

    owners = {name: owners_of(name) for name in wanted if not name.startswith(LOADER)}

    assert "libsqlite3.so.0" in wanted
    assert {name: owner for name, owner in owners.items() if not owner & asked} == {}


def is_binary(path: Path) -> bool:
    with path.open("rb") as file:
        return file.read(4) == b"\x7fELF"


def libraries(path: Path) -> list[str]:
    told = subprocess.run(["readelf", "-d", path], capture_output=True, text=True, check=True)
    return NEEDED.findall(told.stdout)


def owners_of(library: str) -> set[str]:
    """The packages that bring it."""
    told = subprocess.run(["dpkg", "-S", f"*/{library}"], capture_output=True, text=True, check=False)
    return {line.partition(":")[0] for line in told.stdout.splitlines()}


def test_package_has_a_program_an_icon_and_an_entry_for_links(laid_out: Path) -> None:
    entry = configparser.RawConfigParser()
    entry.read(laid_out / "usr/share/applications/novapi.desktop", encoding="utf-8")
    told = entry["Desktop Entry"]
    done = subprocess.run([laid_out / "usr/bin/novapi", "--version"], capture_output=True, text=True, check=True)

    assert (told["exec"], told["mimetype"]) == ("novapi %u", "x-scheme-handler/novapi;")
    assert (laid_out / f"usr/share/icons/hicolor/scalable/apps/{told['icon']}.svg").is_file()
    assert done.stdout.strip()
