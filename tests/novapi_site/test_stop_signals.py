"""SIGINT and SIGTERM, however many come and whenever: the process they are sent to never waits for itself."""

import signal
import subprocess
import sys
import time

WAITING = """
import queue, sys
from contextlib import suppress
from novapi_site import stop_signals

asked = stop_signals.heeded()
print("ready", flush=True)
came = 0
while came < {enough}:
    with suppress(queue.Empty):
        came += asked.get(timeout=0.0001) > 0
print("ended", flush=True)
"""


def test_thousands_of_signals_meet_every_moment_of_who_waits_for_one() -> None:
    with subprocess.Popen(
        [sys.executable, "-c", WAITING.format(enough=2000)], stdout=subprocess.PIPE, text=True
    ) as process:
        try:
            assert process.stdout
            assert process.stdout.readline() == "ready\n"
            deadline = time.monotonic() + 30
            while process.poll() is None and time.monotonic() < deadline:
                process.send_signal(signal.SIGINT)
                process.send_signal(signal.SIGTERM)
            assert process.stdout.readline() == "ended\n"
        finally:
            process.kill()
