"""What goes into the executable: modules that are named in strings, files, and on Linux which libraries."""

import fnmatch
import sys
import tomllib
from collections.abc import Iterable
from importlib.metadata import packages_distributions
from pathlib import Path, PurePath
from zipfile import ZIP_DEFLATED, ZipFile

from channels_app import bundle
from dashboard.libraries import OWN_EXTRAS, needed_by, plain

Entry = tuple[str, str, str]  # as PyInstaller has it: name in the bundle, file, kind

ROOMS = ("novapi_site", "dashboard", "gateway", "channels_app")
UNSHIPPED = frozenset({"docs", "frontend", "packaging", "__pycache__"})  # folders of the rooms
# Source is in the archive of modules. What is packed for the network saves nothing on this machine, and each file that
# is written at a start costs half a millisecond.
LEFT_OUT = frozenset({".py", ".pyc", ".gz", ".br"})
NAMED_IN_STRINGS = [
    "uvicorn.lifespan.off",
    "uvicorn.logging",
    "uvicorn.loops.asyncio",
    "uvicorn.protocols.http.h11_impl",
    "uvicorn.protocols.http.httptools_impl",
    "uvicorn.protocols.websockets.websockets_sansio_impl",
    *(["uvicorn.loops.uvloop", "uvloop"] if sys.platform != "win32" else []),
    *(["webview.platforms.gtk"] if sys.platform == "linux" else []),
    *(
        f"gi.overrides.{name}"
        for name in "GLib GObject Gdk GdkPixbuf Gio Gtk Pango".split()
        if sys.platform == "linux"
    ),
]
# What a library would use if it were there, or has for others.
UNUSED = [
    *"_curses _tkinter curses ensurepip idlelib lib2to3 pydoc_data readline test tkinter turtledemo".split(),
    *(f"PIL.{name}" for name in "_avif _imagingcms _imagingft _imagingmath _imagingmorph _imagingtk _webp".split()),
    *(["PIL", "pystray"] if sys.platform == "linux" else []),  # GTK has a tray of its own
    *(f"django.db.backends.{name}" for name in "mysql oracle postgresql".split()),
    *(f"websockets.{name}" for name in "asyncio legacy sync trio".split()),  # uvicorn takes its protocol alone
    *"_pydecimal multidict._multidict_py pydantic.mypy pydantic.v1".split(),
    *(f"webview.platforms.{name}" for name in "android cef mshtml qt".split()),
    # Found at run time, where the system keeps them: PyInstaller would bring the libraries along.
    *(
        f"gi.repository.{name}"
        for name in "AppIndicator3 AyatanaAppIndicator3 GLib GObject Gdk GdkPixbuf GdkX11 Gio Gtk Pango Secret Soup "
        "WebKit2 cairo".split()
    ),
    "zstandard._cffi",
    "zstandard.backend_cffi",
]
# GTK and WebKit are the system's, and in this very process they need the system's own versions of everything else.
# WebKit also starts programs whose paths are compiled into its library: a bundled one runs on one distribution only.
OWN_LIBRARIES = ("libpython", "libssl", "libcrypto", "libgirepository")
OF_GTK = ("share/*", "etc/*", "gi_typelibs/*", "gio_modules/*", "lib/gdk-pixbuf/*", "lib/gio/*")
GTK_HOOKS = ("pyi_rth_gi", "pyi_rth_gtk", "pyi_rth_gdkpixbuf", "pyi_rth_glib", "pyi_rth_gio")  # look for the bundled


def requirements(root: Path) -> list[str]:
    """What Novapi wants to be installed, its window included."""
    project = tomllib.loads((root / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    extras = project["optional-dependencies"]
    return [*project["dependencies"], *(text for extra in sorted(OWN_EXTRAS) for text in extras[extra])]


def with_archives(entries: list[Entry], folder: Path) -> list[Entry]:
    """For an executable of one file: what only pages need is unpacked with the first of them, see `bundle`."""
    pages = [entry for entry in entries if is_for_pages(entry[0])]
    own = [entry for entry in pages if PurePath(entry[0]).parts[0] == "dashboard"]
    # Django looks once, at its first page, which folders of templates there are.
    templates = {path for name, *_ in pages for path in PurePath(name).parents if path.name == "templates"}
    archives = [
        (bundle.DASHBOARD, packed(own, folder / bundle.DASHBOARD, sorted(templates)), "DATA"),
        (bundle.DJANGO, packed((entry for entry in pages if entry not in own), folder / bundle.DJANGO), "DATA"),
    ]
    return [entry for entry in entries if entry not in pages] + archives


def stored(entries: list[Entry]) -> list[Entry]:
    """The kinds say which libraries are packed: all extensions are, but for one that is large and packs badly."""
    return [(name, file, "BINARY" if name.startswith("pydantic_core") else kind) for name, file, kind in entries]


def is_for_pages(name: str) -> bool:
    """Styles, scripts, pictures, templates."""
    return bool({"static", "templates"} & set(PurePath(name).parent.parts))


def packed(entries: Iterable[Entry], archive: Path, folders: Iterable[PurePath] = ()) -> str:
    """In one file, by their names in the bundle; its path."""
    with ZipFile(archive, "w", ZIP_DEFLATED, compresslevel=9) as written:
        for folder in folders:
            written.mkdir(folder.as_posix())
        for name, file, _ in entries:
            written.write(file, PurePath(name).as_posix())
    return str(archive)


def is_run(module: str) -> bool:
    """False for what only builds."""
    return not module.startswith(("novapi_site.packaging", "dashboard.frontend"))


def strangers(root: Path) -> list[str]:
    """The modules of every package that is installed here for something else, tests for instance."""
    wanted = {plain(package.name) for package in needed_by(requirements(root), OWN_EXTRAS)} | {"novapi"}
    owners = packages_distributions()
    return sorted(module for module, names in owners.items() if not wanted & {plain(name) for name in names})


def files(root: Path) -> list[tuple[str, str]]:
    """(file, folder in the bundle): the dashboard as it was built, templates, icons. Raises FileNotFoundError."""
    if not (root / "dashboard" / "static" / "dashboard" / "index.html").is_file():
        raise FileNotFoundError("There is no dashboard: `pip install .`, or `npm run build` in dashboard/frontend.")
    found = (path.relative_to(root) for room in ROOMS for path in (root / room).rglob("*") if path.is_file())
    wanted = (path for path in found if path.suffix not in LEFT_OUT and not UNSHIPPED & set(path.parts))
    return [(str(root / path), path.parent.as_posix()) for path in wanted]


# Linux


def own_binaries(entries: Iterable[Entry]) -> list[Entry]:
    """Without the system's libraries. Those of a Python package lie in its folder."""
    return [
        entry
        for entry in without(entries, OF_GTK)
        if "/" in entry[0] or not entry[0].startswith("lib") or entry[0].startswith(OWN_LIBRARIES)
    ]


def without(entries: Iterable[Entry], patterns: Iterable[str]) -> list[Entry]:
    return [entry for entry in entries if not any(fnmatch.fnmatch(entry[0], pattern) for pattern in patterns)]
