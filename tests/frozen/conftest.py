"""The program as people get it: from its source, and as the executable that was built before (`dist/novapi`, or
`NOVAPI_EXECUTABLE`). The same tests are for both."""

import os
import shutil
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import mounts
from tests.e2e.conftest import model_file  # noqa: F401  # a fixture
from tests.novapi_site.desktop.screen import Screen, need_desktop
from tests.running import ROOT, Novapi, run

EXECUTABLE = Path(os.environ.get("NOVAPI_EXECUTABLE") or ROOT / "dist" / "novapi")


@pytest.fixture(scope="session")
def built() -> Path:
    """The executable."""
    if not EXECUTABLE.is_file():
        pytest.skip(f"{EXECUTABLE} is not built: python -m PyInstaller --noconfirm novapi.spec")
    return EXECUTABLE


@pytest.fixture(scope="session", params=["source", "executable"])
def executable(request: pytest.FixtureRequest) -> Path | None:
    """None for the source."""
    return request.getfixturevalue("built") if request.param == "executable" else None


@pytest.fixture(scope="session")
def served(executable: Path | None, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    """One running Novapi of either kind."""
    with Novapi(tmp_path_factory.mktemp("home") / "novapi", executable=executable) as running:
        yield running


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    """Large enough for the window."""
    need_desktop()
    with Screen(tmp_path_factory.mktemp("screen"), "1400x1000x24") as screen:
        yield screen


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data directory that has been used."""
    home = tmp_path_factory.mktemp("template") / "home"
    done = run(home, "key")
    assert done.returncode == 0, done.stderr
    return home


@pytest.fixture
def used(template: Path, home: Path) -> Path:
    shutil.copytree(template, home)
    return home


@pytest.fixture
def own_mounts() -> Iterator[None]:
    with mounts.own():
        yield
