"""`novapi check-usage`: whether the sums of the days are those of their records."""

import sys
from typing import Any

from django.core.management.base import BaseCommand

from gateway.rollups import compared
from novapi_site import database

MOST_SHOWN = 50


class Command(BaseCommand):
    help = "Recompute the daily sums from the records, and compare."
    requires_system_checks: list[str] = []

    def handle(self, *args: Any, **options: Any) -> None:
        database.prepare()
        differences = list(compared())
        if not differences:
            self.stdout.write("The daily sums are those of the records.")
            return
        for difference in differences[:MOST_SHOWN]:
            self.stdout.write(str(difference))
        self.stdout.write(f"{len(differences)} sums differ from their records.")
        sys.exit(1)
