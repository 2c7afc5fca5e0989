"""Every official SDK against a channel of every dialect: what it asks for arrives, what is answered comes back."""

import json
from collections.abc import Iterator
from contextlib import closing

import pytest

from tests.e2e.clients import CLIENTS, Client
from tests.fake_upstream import FakeUpstream
from tests.four_dialects import ANSWERS, CALLS, HELLO, REFUSED, SEEN, STRUCTURED, SUMMED, USAGE, provider
from tests.running import Novapi

CALLED = [(name, arguments) for _, name, arguments in CALLS]


@pytest.fixture(scope="module", params=ANSWERS)
def channel(request: pytest.FixtureRequest, novapi: Novapi) -> Iterator[tuple[str, FakeUpstream]]:
    """A channel whose provider speaks one dialect, and the model it offers."""
    dialect = request.param
    with FakeUpstream(provider(dialect)) as upstream:
        yield novapi.add_channel(upstream.url, dialects=[dialect]), upstream


@pytest.fixture(params=CLIENTS)
def client(request: pytest.FixtureRequest, novapi: Novapi) -> Iterator[Client]:
    with closing(CLIENTS[request.param](novapi)) as sdk:
        yield sdk


@pytest.fixture(autouse=True)
def cell(request: pytest.FixtureRequest, channel: tuple[str, FakeUpstream]) -> None:
    """Where in the table that ends the run this test belongs."""
    parameters = request.node.callspec.params
    request.node.user_properties.append(("matrix", (parameters["client"], parameters["channel"])))


def test_text(client: Client, channel: tuple[str, FakeUpstream]) -> None:
    assert client.text(channel[0]) == (HELLO, *USAGE)


def test_stream_in_pieces(client: Client, channel: tuple[str, FakeUpstream]) -> None:
    said, *tokens = client.stream(channel[0])

    assert "".join(said) == HELLO
    assert len(said) > 2
    assert tokens == list(USAGE)


@pytest.mark.parametrize("stream", [False, True], ids=["plain", "streamed"])
def test_two_tools_at_once_and_a_second_turn(client: Client, channel: tuple[str, FakeUpstream], stream: bool) -> None:
    model, upstream = channel

    called, answer = client.tools(model, stream)

    assert called == CALLED
    assert answer == SUMMED
    told = upstream.received[-1].body.decode()
    assert "21 degrees" in told
    assert "23 degrees" in told


def test_image_arrives(client: Client, channel: tuple[str, FakeUpstream]) -> None:
    assert client.image(channel[0]) == SEEN


def test_structured_output(client: Client, channel: tuple[str, FakeUpstream]) -> None:
    assert client.structured(channel[0]) == json.loads(STRUCTURED)


def test_error_in_the_sdks_own_words(client: Client, channel: tuple[str, FakeUpstream]) -> None:
    assert client.error(channel[0]) == REFUSED
