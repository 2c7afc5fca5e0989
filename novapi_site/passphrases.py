"""Where a command has a passphrase from: a file, or whoever sits at the terminal. Never from its own arguments, which
every program on the machine can read."""

import sys
from getpass import getpass
from pathlib import Path

from dashboard.backups.passphrase import refuse_weak
from dashboard.handed_in import NotUsable


def new(file: Path | None) -> str:
    """For a backup that is made: typed twice. Raises NotUsable."""
    given = in_file(file) if file else typed("A passphrase for your keys: ")
    refuse_weak(given)
    if not file and typed("The same once more: ") != given:
        raise NotUsable("These were two different passphrases. Nothing was done.")
    return given


def known(file: Path | None) -> str:
    """Of a backup that is restored; empty if its owner just presses Enter. Raises NotUsable."""
    return in_file(file) if file else typed("The passphrase of the backup (Enter: without its keys): ")


def in_file(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8").split("\n", 1)[0].rstrip("\r")
    except (OSError, UnicodeDecodeError) as problem:
        raise NotUsable(f"{file} can't be read ({problem}).") from problem


def typed(prompt: str) -> str:
    if not sys.stdin.isatty():
        raise NotUsable("There is nobody to ask for the passphrase; give a file (--passphrase-file).")
    return getpass(prompt)
