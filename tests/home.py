"""Loaded by pytest before anything of Django: the tests' data directory is never the user's, nor is their network
where that can be helped. With it `-n auto` knows whether workers can be beside each other."""

import atexit
import os
import shutil
import tempfile
from collections.abc import Iterator

import pytest

from tests import network, turns

os.environ["NOVAPI_HOME"] = tempfile.mkdtemp(prefix="novapi-tests-")
os.environ["PYTHON_KEYRING_BACKEND"] = "keyring.backends.fail.Keyring"  # nor is the user's keychain
for name in ("NOVAPI_HOST", "NOVAPI_PORT", "NOVAPI_LOG_LEVEL", "NOVAPI_DEBUG"):
    os.environ.pop(name, None)
os.environ["NOVAPI_DISCOVERY"] = "off"  # nor do servers that other tests run get questions they don't expect
atexit.register(shutil.rmtree, os.environ["NOVAPI_HOME"], ignore_errors=True)

HAS_OWN_NETWORK = network.leave_for_own()


@pytest.hookimpl(optionalhook=True)
def pytest_xdist_auto_num_workers() -> int:
    """One for each processor where each can have a network of its own; otherwise none, but this process."""
    return network.processors() if HAS_OWN_NETWORK else 0


@pytest.hookimpl(wrapper=True, tryfirst=True)
def pytest_runtest_protocol(item: pytest.Item) -> Iterator[None]:
    with turns.turn(alone=item.get_closest_marker("alone") is not None):
        return (yield)
