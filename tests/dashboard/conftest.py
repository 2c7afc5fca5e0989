"""A browser that the owner opened the dashboard with."""

from collections.abc import Iterator

import httpx
import pytest

from tests.running import Novapi


@pytest.fixture
def browser(novapi: Novapi) -> Iterator[httpx.Client]:
    """Signed in by the link that `serve` printed; knows no key."""
    address = f"http://localhost:{novapi.port}"
    with httpx.Client(base_url=address, timeout=30, trust_env=False) as client:
        assert client.get(novapi.launch_link).status_code == 302
        yield client
