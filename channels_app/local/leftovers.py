"""What a Novapi that was killed may have left running: noted while it runs, ended at the next start."""

import contextlib
import json
import logging
from collections.abc import Iterable
from pathlib import Path

import psutil

from channels_app import private_files

logger = logging.getLogger(__name__)

FILE = "running.json"
PATIENCE_SECONDS = 3.0  # guards end what they guard by themselves

Known = tuple[int, float]  # a process id, and when that process was started: ids are used again


def note(directory: Path, processes: Iterable[psutil.Process]) -> None:
    """These run now. A disk that is full keeps neither an engine from starting nor Novapi from ending."""
    known = []
    for process in processes:
        with contextlib.suppress(psutil.Error):
            known.append((process.pid, process.create_time()))
    try:
        private_files.write(directory / FILE, json.dumps(known))
    except OSError as problem:
        logger.warning("Which engines run could not be noted (%s): they are not ended if Novapi is killed.", problem)


def end(directory: Path) -> int:
    """End what is left of the last time. Gives how many processes did not end by themselves."""
    left = [process for known in noted(directory) if (process := still_running(known))]
    _, left = psutil.wait_procs(left, PATIENCE_SECONDS)
    everyone = {each for process in left for each in (process, *below(process))}
    for process in everyone:
        with contextlib.suppress(psutil.Error):
            process.kill()
    psutil.wait_procs(everyone, PATIENCE_SECONDS)
    if everyone:
        logger.warning("Ended %d processes of engines that the last Novapi left behind.", len(everyone))
    (directory / FILE).unlink(missing_ok=True)
    return len(everyone)


def noted(directory: Path) -> list[Known]:
    try:
        return [(int(pid), float(created_at)) for pid, created_at in json.loads((directory / FILE).read_bytes())]
    except (OSError, ValueError, TypeError):
        return []


def still_running(known: Known) -> psutil.Process | None:
    """None where the process has ended, even if another one has its id now."""
    pid, created_at = known
    with contextlib.suppress(psutil.Error):
        process = psutil.Process(pid)
        if abs(process.create_time() - created_at) < 0.5 and process.status() != psutil.STATUS_ZOMBIE:
            return process
    return None


def below(process: psutil.Process) -> list[psutil.Process]:
    with contextlib.suppress(psutil.Error):
        return process.children(recursive=True)
    return []
