"""Fixtures: the program itself, running; and in CI no test is skipped for want of a tool."""

import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from tests import network
from tests.running import Novapi


@pytest.fixture(scope="session")
def novapi(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Novapi]:
    """One running Novapi for all tests that share it; each adds channels with model names of its own."""
    with Novapi(tmp_path_factory.mktemp("home") / "novapi") as running:
        yield running


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """A data directory that does not exist yet."""
    return tmp_path / "home"


@pytest.fixture(scope="module")
def empty_network() -> Iterator[None]:
    """For files whose tests look for whatever listens: nothing else of the test run does."""
    with network.empty():
        yield


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"In CI nothing may be skipped: {report.longrepr}"


def pytest_terminal_summary(terminalreporter: Any) -> None:
    """What tests have to tell, whichever process they ran in: figures, and the matrix of official SDKs and channel
    dialects, as far as it was run: passed of all."""
    figures: list[str] = []
    cells: dict[tuple[str, str], list[int]] = {}
    for outcome, name, value in properties(terminalreporter.stats):
        if name == "figure":
            figures.append(f"  {value}")
        elif name == "matrix":
            count = cells.setdefault(tuple(value), [0, 0])
            count[0] += outcome == "passed"
            count[1] += 1
    for line in (*figures, *(matrix(cells) if cells else ())):
        terminalreporter.write_line(line)


def properties(stats: dict[str, list[Any]]) -> Iterator[tuple[str, str, Any]]:
    """Each property that a test was given, with the test's outcome."""
    for outcome in ("passed", "failed", "error"):
        for report in stats.get(outcome, ()):
            if report.when == "call" or outcome != "passed":
                yield from ((outcome, name, value) for name, value in getattr(report, "user_properties", ()))


def matrix(cells: dict[tuple[str, str], list[int]]) -> Iterator[str]:
    channels = list(dict.fromkeys(channel for _, channel in cells))
    yield f"{'SDK ╲ channel':18}" + "".join(f"{channel:>18}" for channel in channels)
    for client in dict.fromkeys(client for client, _ in cells):
        row = (cells.get((client, channel)) for channel in channels)
        yield f"{client:18}" + "".join(f"{'-' if cell is None else f'{cell[0]} of {cell[1]}':>18}" for cell in row)
