"""Workers beside each other: on networks of their own, and those who measure time by themselves."""

import socket
import sys
import threading
from pathlib import Path

import pytest

from tests import home, network
from tests.turns import turn


def reaches(port: int) -> bool:
    with socket.socket() as app:
        return app.connect_ex(("127.0.0.1", port)) == 0


def test_nobody_is_on_an_empty_network_and_the_way_back_is_open() -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        with network.empty():
            during = reaches(port)

        assert during is not home.HAS_OWN_NETWORK
        assert reaches(port)


@pytest.mark.alone
@pytest.mark.skipif(sys.platform == "win32", reason="no flock, so everybody runs beside everybody")
def test_who_measures_time_waits_for_the_others_who_then_wait_in_turn(tmp_path: Path) -> None:
    told: list[str] = []

    def run(name: str, alone: bool, inside: threading.Event, leave: threading.Event) -> None:
        with turn(alone=alone, meeting_place=tmp_path):
            told.append(f"{name} in")
            inside.set()
            leave.wait(10)
            told.append(f"{name} out")

    runs = []
    for name, alone in (("first", False), ("second", False), ("alone", True), ("last", False)):
        inside, leave = threading.Event(), threading.Event()
        thread = threading.Thread(target=run, args=(name, alone, inside, leave))
        thread.start()
        inside.wait(0.3 if runs[1:] else 10)  # the third waits, and whoever comes after it
        runs.append((thread, leave))
    for thread, leave in runs:
        leave.set()
        thread.join(10)

    assert told == [
        *("first in", "second in", "first out", "second out"),
        *("alone in", "alone out", "last in", "last out"),
    ]
