"""`novapi backup`: everything in one file, with or without a running server."""

import os
from argparse import ArgumentParser
from pathlib import Path
from typing import Any

from django.core.management.base import BaseCommand

from dashboard.backups import making
from dashboard.handed_in import NotUsable
from novapi_site import database, passphrases


class Command(BaseCommand):
    help = "Everything you have in one file (--keys: with your keys, sealed by a passphrase)."
    requires_system_checks: list[str] = []

    def add_arguments(self, parser: ArgumentParser) -> None:
        parser.add_argument("file", type=Path, help="where to; a folder: under the name of today")
        parser.add_argument("--captures", action="store_true", help="what apps said and were answered, too")
        parser.add_argument("--keys", action="store_true", help="your keys, too; asks for a passphrase")
        parser.add_argument("--passphrase-file", type=Path, help="--keys, with the first line of this file")

    def handle(
        self, *args: Any, file: Path, captures: bool, keys: bool, passphrase_file: Path | None, **options: Any
    ) -> None:
        secret = passphrases.new(passphrase_file) if keys or passphrase_file else ""
        database.prepare()
        target = file / making.name_of_today() if file.is_dir() else file
        write(target, captures, secret)
        left_out = "" if secret else " Your keys are not in it (--keys)."
        self.stdout.write(f"{target}: {target.stat().st_size / 1024**2:.1f} MiB.{left_out}")


def write(target: Path, captures: bool, secret: str) -> None:
    """Whole, or not there at all. Raises NotUsable."""
    draft = target.with_name(f"{target.name}.part")
    try:
        if target.exists():
            raise NotUsable(f"There is a file {target} already; it is left as it is.")
        with os.fdopen(os.open(draft, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600), "wb") as file:
            making.make(file, captures=captures, secret=secret)
        draft.rename(target)
    except OSError as problem:
        raise NotUsable(f"{target} can't be written ({problem.strerror or problem}).") from problem
    finally:
        draft.unlink(missing_ok=True)
