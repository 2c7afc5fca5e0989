"""What can be said of Windows from elsewhere: the shapes that its API is handed, and that nobody else is troubled."""

import ctypes
import sys

import pytest

from channels_app.local import windows


def test_limits_have_the_size_that_windows_expects() -> None:
    """winnt.h, JOBOBJECT_EXTENDED_LIMIT_INFORMATION on 64 bits."""
    assert ctypes.sizeof(windows.BasicLimits) == 64
    assert ctypes.sizeof(windows.ExtendedLimits) == 144


@pytest.mark.skipif(sys.platform == "win32", reason="there it does something")
def test_other_systems_have_no_job() -> None:
    windows.enter_job()

    assert windows._job is None
