"""`novapi import-one-api`: channels and tokens out of a one-api.db, with or without a running server."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from dashboard.handed_in import NotUsable
from dashboard.one_api.moving import Moved, Report, move
from novapi_site import database


class Command(BaseCommand):
    help = "Move in from One-API, new-api or one-hub: its channels, and its tokens as they are."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="its database, one-api.db")
        parser.add_argument("--dry-run", action="store_true", help="only say what would come of it")

    def handle(self, *args: Any, file: Path, dry_run: bool, **options: Any) -> None:
        database.prepare()
        try:
            report = move(file, dry_run=dry_run)
        except OSError as problem:
            raise NotUsable(f"{file} can't be read ({problem.strerror or problem}).") from problem
        for line in lines(report):
            self.stdout.write(line)
        if dry_run:
            self.stdout.write("Nothing was changed; without --dry-run it will be done.")


def lines(report: Report) -> Iterator[str]:
    yield f"A database of {report.family}."
    for title, rows in (("Channels", report.channels), ("Tokens", report.tokens)):
        yield f"{title}: {len(rows)}"
        yield from (f"  {line_of(row)}" for row in rows)
    yield from report.notes


def line_of(row: Moved) -> str:
    renamed = f" as {row.new_name}" if row.new_name not in ("", row.name) else ""
    what = f" ({row.provider}, {row.keys} keys, {row.models} models)" if row.provider and row.new_name else ""
    off = ", switched off" if row.outcome == "added" and not row.enabled else ""
    return " ".join([f"{row.name}: {row.outcome}{renamed}{what}{off}.", *row.notes])
