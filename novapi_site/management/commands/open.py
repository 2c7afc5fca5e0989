"""`novapi open`: the dashboard of the running Novapi, in the owner's browser, signed in."""

import webbrowser
from argparse import ArgumentParser
from typing import Any

from django.core.management.base import BaseCommand

from novapi_site import instance
from novapi_site.paths import StartError


class Command(BaseCommand):
    help = "Open the dashboard in the browser, signed in. --print only prints the link."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("--print", action="store_true", help="print the link, open nothing")

    def handle(self, *args: Any, **options: Any) -> None:
        link = instance.running().link
        if options["print"]:
            self.stdout.write(link)
        elif not webbrowser.open(link):
            raise StartError(f"No browser could be opened. Open this link in one:\n{link}")
