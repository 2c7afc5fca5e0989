"""A Debian that has nothing but what the package asks for, and both programs in it: what only runs because the machine
that built it has more installed, does not run here.

    python -m tests.frozen.clean_root [SUITE]

needs root, mmdebstrap, what was built in dist/, and a desktop for tests (see `tests.novapi_site.desktop.screen`).
"""

import re
import subprocess
import sys
import tempfile
from pathlib import Path

from tests.frozen.window import Desktop
from tests.novapi_site.desktop.screen import Screen, wait_for
from tests.running import ROOT, Novapi

SOURCES = Path("/etc/apt/sources.list.d/debian.sources")  # this machine's own mirror
PROGRAMS = {"package": "/usr/bin/novapi", "one file": "/usr/local/bin/novapi"}
# Each program becomes the next, so that it can be stopped like any. The folder of what is temporary is shared: there
# are the data directory, the screen and the bus.
ENTER = """#!/bin/sh
exec unshare --mount sh -ec 'mount -t proc proc "$0/proc"; mount --rbind /dev "$0/dev"; mount --bind /tmp "$0/tmp"
  exec chroot "$0" "$@"' {root} {program} "$@"
"""
HEADING = "document.querySelector('main h1, h1')?.textContent"


def main(suite: str = "bookworm") -> None:
    with tempfile.TemporaryDirectory(prefix="novapi-root-") as made:
        root = Path(made) / "root"
        make(root, suite)
        for name, program in PROGRAMS.items():
            executable = Path(made) / name
            executable.write_text(ENTER.format(root=root, program=program))
            executable.chmod(0o755)
            serve(executable)
            show(executable)


def make(root: Path, suite: str) -> None:
    """With the package as apt installs it, without what it only recommends, and the one file beside it."""
    package = max((ROOT / "dist").glob("novapi_*.deb"))
    hooks = [
        f"copy-in {package} /root",
        f'chroot "$1" apt-get install -qq -y --no-install-recommends /root/{package.name}',
        f'cp {ROOT / "dist" / "novapi"} "$1/usr/local/bin/novapi"',
    ]
    words = ["mmdebstrap", "--variant=minbase", "--quiet", *(f"--customize-hook={hook}" for hook in hooks)]
    done = subprocess.run(
        [*words, suite, str(root), "-"], input=mirror(suite), text=True, capture_output=True, check=False
    )
    assert done.returncode == 0, done.stderr[-3000:]


def mirror(suite: str) -> str:
    """Where this machine has its packages from, for another suite as well."""
    return re.sub(r"\b(bookworm|trixie)\b", suite, SOURCES.read_text(encoding="utf-8"))


def serve(executable: Path) -> None:
    with Novapi(executable.with_name(f"{executable.name} serves"), executable=executable) as novapi:
        about = novapi.api("GET", "/about").json()
        assert (about["executable"], about["event_loop"]) == (True, "uvloop")
        assert novapi.stop() == 0
    print(f"{executable.name}: serves")


def show(executable: Path) -> None:
    folder = executable.with_name(f"{executable.name} screen")
    folder.mkdir(mode=0o700)
    with (
        Screen(folder) as screen,
        Desktop(folder / "home", screen, executable=executable) as desktop,
    ):
        page = desktop.page()
        assert wait_for(lambda: page.value(HEADING)) == "Home"
    print(f"{executable.name}: shows its window")


if __name__ == "__main__":
    main(*sys.argv[1:])
