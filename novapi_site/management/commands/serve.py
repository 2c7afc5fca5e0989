"""`novapi serve`: the gateway without a window."""

import os
import signal
import threading
from argparse import ArgumentParser, ArgumentTypeError
from types import FrameType
from typing import Any

from django.core.management.base import BaseCommand

from novapi_site import instance, sockets

DEFAULT_PORT = "3000"


class Command(BaseCommand):
    help = "Start the gateway and print its address. Ctrl+C, or SIGTERM, stops it; nothing recorded is lost."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("NOVAPI_HOST", "127.0.0.1"), help="address to listen on")
        parser.add_argument(
            "--port", type=port_number, default=os.environ.get("NOVAPI_PORT", DEFAULT_PORT), help="port to listen on"
        )

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        listeners = sockets.listen(host, port)
        os.environ["NOVAPI_HOST"] = host
        from novapi_site import database

        database.prepare()
        self.run(host, listeners)

    def run(self, host: str, listeners: list[Any]) -> None:
        from dashboard.owner import launch_token
        from novapi_site.server import Server

        stopping = threading.Event()

        def stop(_signal: int, _frame: FrameType | None) -> None:
            stopping.set()

        for number in (signal.SIGINT, signal.SIGTERM):
            signal.signal(number, stop)
        server = Server(listeners)
        server.start()
        with instance.announced(instance.Instance(os.getpid(), sockets.url(host, server.port), launch_token())) as own:
            self.stdout.write(f"Novapi is running. Apps call  {own.url}/v1  with your key (novapi key).")
            self.stdout.write(f"Dashboard:                    {own.link}")
            self.stdout.flush()
            while server.is_running() and not stopping.wait(1):
                pass
        server.stop()


def port_number(text: str) -> int:
    """A TCP port; 0 lets the system choose."""
    if not text.isascii() or not text.isdigit() or not 0 <= int(text) <= 65535:
        raise ArgumentTypeError(f"'{text}' is no port; it is a number from 1 to 65535")
    return int(text)
