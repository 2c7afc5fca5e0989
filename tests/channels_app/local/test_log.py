"""What engines print is kept within bounds, and is readable."""

import stat
import sys
from pathlib import Path

import pytest

from channels_app.local.log import EngineLog


def test_end_is_kept_in_memory_and_more_of_it_in_files(tmp_path: Path) -> None:
    log = EngineLog(tmp_path / "engines" / "1.log", ring_bytes=1000, file_bytes=5000)
    for number in range(1000):
        log.write(b"line %04d\n" % number)

    assert len(log.text()) == 1000
    assert log.last_lines(2) == ["line 0998", "line 0999"]
    assert log.written == 10_000
    files = sorted((tmp_path / "engines").iterdir())
    assert [file.name for file in files] == ["1.log.1"] or [file.name for file in files] == ["1.log", "1.log.1"]
    assert sum(file.stat().st_size for file in files) <= 10_000
    if sys.platform != "win32":
        assert all(stat.S_IMODE(file.stat().st_mode) == 0o600 for file in files)


def test_one_chunk_larger_than_the_ring_is_cut() -> None:
    log = EngineLog(ring_bytes=100)
    log.write(b"a" * 1000 + b"end")

    assert log.text() == "a" * 97 + "end"


def test_what_came_since_is_told() -> None:
    log = EngineLog(ring_bytes=100)
    log.write(b"before\n")
    mark = log.written
    log.write(b"after\n")

    assert log.text(mark) == "after\n"
    assert log.last_lines(5, mark) == ["after"]
    log.write(b"x" * 200)
    assert log.text(mark) == "x" * 100


@pytest.mark.parametrize(
    ("printed", "shown"),
    [
        (b"\x1b[32mready\x1b[0m", "ready"),
        (b"10 %\r20 %\r100 %\ndone\r\n", "100 %\ndone\n"),
        (b"bell\x07 and \x00 nothing", "bell and  nothing"),
        ("Größe ✓".encode(), "Größe ✓"),
        (b"\xff\xfe", "��"),
    ],
)
def test_output_is_readable(printed: bytes, shown: str) -> None:
    log = EngineLog()
    log.write(printed)

    assert log.text() == shown


def test_file_that_can_not_be_written_costs_nothing_else(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    (tmp_path / "1.log").mkdir()
    log = EngineLog(tmp_path / "1.log")
    for _ in range(3):
        log.write(b"still here\n")

    assert log.last_lines(1) == ["still here"]
    assert caplog.text.count("can't be kept") == 1
