"""What an engine prints: its end in memory, more of it in a file. Never waited for, never without bounds."""

import logging
import os
import re
import threading
from collections import deque
from pathlib import Path

from channels_app import private_files

logger = logging.getLogger(__name__)

RING_BYTES = 256 * 1024
FILE_BYTES = 5 * 1024 * 1024  # of one file; the one before is kept as `.1`
CONTROLS = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|[\x00-\x08\x0b-\x1f\x7f]")  # colours, and what moves a cursor


class EngineLog:
    """Written by the thread that reads the engine's output, read by anybody. `path`: None keeps it in memory only."""

    def __init__(self, path: Path | None = None, ring_bytes: int = RING_BYTES, file_bytes: int = FILE_BYTES) -> None:
        self._path = path
        self._ring_bytes = ring_bytes
        self._file_bytes = file_bytes
        self._chunks: deque[bytes] = deque()
        self._kept = 0
        self._is_failing = False
        self._lock = threading.Lock()
        self.written = 0  # bytes since the beginning: who remembers it can tell what is new

    def write(self, chunk: bytes) -> None:
        with self._lock:
            chunk = chunk[-self._ring_bytes :]
            self._chunks.append(chunk)
            self._kept += len(chunk)
            self.written += len(chunk)
            while self._kept - len(self._chunks[0]) >= self._ring_bytes:
                self._kept -= len(self._chunks.popleft())
        self._to_file(chunk)

    def text(self, since: int = 0) -> str:
        """What is still there of all that came after the first `since` bytes."""
        with self._lock:
            kept, missing = b"".join(self._chunks), self.written - self._kept
        return readable(kept[max(0, since - missing) :][-self._ring_bytes :])

    def last_lines(self, count: int, since: int = 0) -> list[str]:
        lines = [line.rstrip() for line in self.text(since).splitlines()]
        return [line[:500] for line in lines if line][-count:]

    def _to_file(self, chunk: bytes) -> None:
        """A full disk costs what could be read later, not the engine."""
        if not self._path:
            return
        try:
            self._append(self._path, chunk)
            self._is_failing = False
        except OSError as problem:
            if not self._is_failing:
                logger.warning("What an engine prints can't be kept in %s (%s).", self._path, problem)
            self._is_failing = True

    def _append(self, path: Path, chunk: bytes) -> None:
        if not path.exists():
            path.parent.mkdir(exist_ok=True, parents=True, mode=0o700)
            private_files.touch(path)
        file = os.open(path, os.O_WRONLY | os.O_APPEND | getattr(os, "O_BINARY", 0))
        try:
            os.write(file, chunk)
            size = os.fstat(file).st_size
        finally:
            os.close(file)
        if size >= self._file_bytes:
            path.replace(path.with_name(f"{path.name}.1"))


def readable(output: bytes) -> str:
    """Without colours; a line that was drawn over again and again is there once, as it was last."""
    lines = output.decode(errors="replace").replace("\r\n", "\n").split("\n")
    return "\n".join(CONTROLS.sub("", line.rstrip("\r").rpartition("\r")[2]) for line in lines)
