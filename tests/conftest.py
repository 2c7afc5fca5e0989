"""Fixtures: the program itself, running; and in CI no test is skipped for want of a tool."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

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


@pytest.hookimpl(hookwrapper=True)
def pytest_runtest_makereport(item: pytest.Item, call: pytest.CallInfo[None]) -> Iterator[None]:
    outcome = yield
    report = outcome.get_result()  # type: ignore[attr-defined]
    if report.skipped and not hasattr(report, "wasxfail") and os.environ.get("CI"):
        report.outcome = "failed"
        report.longrepr = f"In CI nothing may be skipped: {report.longrepr}"
