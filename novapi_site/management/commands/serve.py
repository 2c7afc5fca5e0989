"""`novapi serve`: the gateway without a window."""

import os
from argparse import ArgumentParser
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand

from novapi_site import lock, sockets
from novapi_site.options import DEFAULT_HOST, DEFAULT_PORT, port_number
from novapi_site.service import Service


class Command(BaseCommand):
    help = "Start the gateway and print its address. Ctrl+C, or SIGTERM, stops it; nothing recorded is lost."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--host", default=os.environ.get("NOVAPI_HOST", DEFAULT_HOST), help="address to listen on")
        parser.add_argument(
            "--port",
            type=port_number,
            default=os.environ.get("NOVAPI_PORT", str(DEFAULT_PORT)),
            help="port to listen on",
        )

    def handle(self, *args: Any, host: str, port: int, **options: Any) -> None:
        with lock.held(settings.NOVAPI_HOME):
            service = Service(host, sockets.listen(host, port))
            service.heed_signals()
            service.start()
            service.greet()
            service.wait_for_the_end()
            service.stop()
