"""`novapi restore`: a backup takes the place of everything, with or without a running server."""

from argparse import ArgumentParser
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from dashboard.backups import archive, restoring
from dashboard.backups.restoring import Restored
from dashboard.handed_in import NotUsable
from novapi_site import database, passphrases


class Command(BaseCommand):
    help = "Put a backup in the place of everything; what was there goes to backups/."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="a backup, or a copy of the database from backups/")
        parser.add_argument("--passphrase-file", type=Path, help="its passphrase, in the first line of this file")
        parser.add_argument("--without-keys", action="store_true", help="do not ask for the passphrase")
        parser.add_argument("--dry-run", action="store_true", help="only say what would come of it")

    def handle(
        self,
        *args: Any,
        file: Path,
        passphrase_file: Path | None,
        without_keys: bool,
        dry_run: bool,
        **options: Any,
    ) -> None:
        try:
            has_keys = archive.has_keys(file)
        except OSError as problem:
            raise NotUsable(f"{file} can't be read ({problem.strerror or problem}).") from problem
        secret = passphrases.known(passphrase_file) if has_keys and not without_keys else ""
        database.prepare()
        for line in lines(restoring.restore(file, secret, dry_run=dry_run)):
            self.stdout.write(line)


def lines(found: Restored) -> Iterator[str]:
    """What became of it, for its owner."""
    counted = f"{found.channels} channels, {found.client_keys} app keys, {found.records} records"
    yield f"Restored: {counted}." if found.copy else f"This would be restored: {counted}. Nothing was changed."
    if found.mended.master_key == "kept":
        yield "The master key stays as it is on this machine."
    for missing in found.mended.missing:
        yield f"To be entered again: {missing.channel}: {', '.join([*missing.keys, *missing.others])}"
    if found.mended.new_tokens:
        yield f"These apps have new keys: {', '.join(found.mended.new_tokens)}"
    if found.copy:
        yield f"What was there before: {found.copy}"
