"""A Debian that has nothing but what the package asks for, and both programs in it: what only runs because the machine
that built it has more installed, does not run here.

    python -m tests.frozen.clean_root [SUITE]        needs root, mmdebstrap, and what was built in dist/
"""

import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import httpx

from tests.running import ROOT, free_port

SOURCES = Path("/etc/apt/sources.list.d/debian.sources")  # this machine's own mirror
IN_ROOT = """
mount -t proc proc "$1/proc" && mount -t tmpfs tmpfs "$1/tmp" && mount --rbind /dev "$1/dev"
[ ! -d /tmp/.X11-unix ] || { mkdir "$1/tmp/.X11-unix" && mount --bind /tmp/.X11-unix "$1/tmp/.X11-unix"; }
shift_root=$1; shift
exec chroot "$shift_root" env -i PATH=/usr/bin:/bin HOME=/root DISPLAY="${DISPLAY:-}" "$@"
"""


def main(suite: str = "bookworm") -> None:
    package = max((ROOT / "dist").glob("novapi_*.deb"))
    with tempfile.TemporaryDirectory(prefix="novapi-root-") as made:
        root = Path(made) / "root"
        make(root, suite, package)
        for program in ("/usr/bin/novapi", "/usr/local/bin/novapi-onefile"):
            with served(root, program) as port:
                print(f"{suite}: {program} serves: {httpx.get(f'http://127.0.0.1:{port}/healthz').text}")


def make(root: Path, suite: str, package: Path) -> None:
    """With the package installed as apt does it, without what it only recommends, and the one file beside it."""
    hooks = [
        f"copy-in {package} /root",
        f'chroot "$1" apt-get install -qq -y --no-install-recommends /root/{package.name}',
        f'cp {ROOT / "dist" / "novapi"} "$1/usr/local/bin/novapi-onefile"',
    ]
    words = ["mmdebstrap", "--variant=minbase", "--quiet", *(f"--customize-hook={hook}" for hook in hooks)]
    subprocess.run([*words, suite, str(root), "-"], input=mirror(suite), text=True, check=True)


def mirror(suite: str) -> str:
    """Where this machine has its packages from, for another suite as well."""
    own = SOURCES.read_text(encoding="utf-8")
    return re.sub(r"\b(bookworm|trixie)\b", suite, own)


@contextmanager
def served(root: Path, program: str) -> Iterator[int]:
    """The port of a running `serve`, which has ended cleanly afterwards."""
    port = free_port()
    words = ["unshare", "--mount", "sh", "-ec", IN_ROOT, "sh", str(root)]  # each becomes the next, one process
    with subprocess.Popen([*words, program, "serve", "--port", str(port)]) as process:
        try:
            wait(process, port)
            yield port
        finally:
            process.terminate()
    assert process.returncode == 0


def wait(process: "subprocess.Popen[bytes]", port: int) -> None:
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        assert process.poll() is None, f"It ended with {process.returncode}."
        try:
            httpx.get(f"http://127.0.0.1:{port}/healthz", trust_env=False).raise_for_status()
            return
        except httpx.TransportError:
            time.sleep(0.05)
    raise AssertionError("No answer within a minute.")


if __name__ == "__main__":
    main(*sys.argv[1:])
