"""A screen for each test file that wants one."""

from collections.abc import Iterator

import pytest

from tests.novapi_site.desktop.screen import Screen, need_desktop


@pytest.fixture(scope="module")
def screen(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Screen]:
    need_desktop()
    with Screen(tmp_path_factory.mktemp("screen")) as screen:
        yield screen
