"""The scripted provider leaves nothing behind, whenever it is told to end."""

import socket

from tests.fake_upstream import FakeUpstream, json_reply


def test_connection_that_comes_with_the_end_is_closed() -> None:
    upstream = FakeUpstream(json_reply({})).__enter__()

    def connect_and_stop() -> None:
        client.connect(("127.0.0.1", upstream.port))
        upstream._loop.call_soon(upstream._stopping.set)  # in the turn in which the connection is taken

    with socket.socket() as client:
        upstream._loop.call_soon_threadsafe(connect_and_stop)
        upstream._thread.join(10)

        client.settimeout(5)
        assert client.recv(1) == b""
