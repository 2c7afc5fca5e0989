"""`novapi key`: the key apps present."""

from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from channels_app.models import ClientKey
from novapi_site import database


class Command(BaseCommand):
    help = "Print the master key."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--rotate", action="store_true", help="replace it; the old one stops working at once")

    def handle(self, *args: Any, rotate: bool, **options: Any) -> None:
        database.prepare()
        master = ClientKey.master()
        self.stdout.write(master.rotate() if rotate else master.token)
