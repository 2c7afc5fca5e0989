"""What executables leave behind: removed when nobody lives in it, by processes as they are."""

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from channels_app import unpacked
from tests.running import ROOT

LIVES = """
import sys
from pathlib import Path
from channels_app import unpacked

unpacked.hold(Path(sys.argv[1]))
print("here", flush=True)
sys.stdin.read()
"""


@contextmanager
def living_in(folder: Path) -> Iterator[subprocess.Popen[str]]:
    folder.mkdir(exist_ok=True)
    words = [sys.executable, "-c", LIVES, str(folder)]
    with subprocess.Popen(words, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout
        process.stdout.readline()
        try:
            yield process
        finally:
            process.kill()


@pytest.fixture
def own(tmp_path: Path) -> Path:
    (tmp_path / "_MEIown").mkdir()
    return tmp_path / "_MEIown"


def test_directory_of_one_that_was_killed_is_removed(own: Path) -> None:
    with living_in(own.with_name("_MEIother")):
        pass

    unpacked.remove_left_over(own)

    assert [path.name for path in own.parent.iterdir()] == ["_MEIown"]


def test_directory_stays_while_one_of_two_lives(own: Path) -> None:
    other = own.with_name("_MEIother")
    with living_in(other):
        with living_in(other):
            pass

        unpacked.remove_left_over(own)

        assert (other / "in-use").exists()


def test_directory_without_a_mark_is_left_alone(own: Path) -> None:
    own.with_name("_MEIother").mkdir()
    own.with_name("pip-1").mkdir()
    (own.with_name("pip-1") / "in-use").touch()

    unpacked.remove_left_over(own)

    assert len(list(own.parent.iterdir())) == 3


def test_directory_of_one_that_was_killed_while_it_unpacked_is_removed(own: Path) -> None:
    killed, unpacking = own.with_name("_MEIkilled"), own.with_name("_MEIunpacking")
    for folder in (killed, unpacking):
        folder.mkdir()
        (folder / unpacked.FIRST).touch()
    os.utime(killed / unpacked.FIRST, (0, 0))

    unpacked.remove_left_over(own)

    assert sorted(path.name for path in own.parent.iterdir()) == ["_MEIown", "_MEIunpacking"]


def test_directory_that_could_not_be_marked_is_left_alone(own: Path) -> None:
    full = own.with_name("_MEIfull")
    (full / unpacked.MARK).mkdir(parents=True)  # nothing can be written there, not even by root
    (full / unpacked.FIRST).touch()
    os.utime(full / unpacked.FIRST, (0, 0))

    unpacked.hold(full)
    (full / unpacked.MARK).rmdir()
    unpacked.remove_left_over(own)

    assert full.exists()


def test_what_is_installed_has_no_mark(tmp_path: Path) -> None:
    unpacked.hold(tmp_path)

    assert list(tmp_path.iterdir()) == []
