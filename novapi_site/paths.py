"""What must be known before Django can start: the data directory with its first files, and how much to log."""

import logging
import os
import secrets
from pathlib import Path

from platformdirs import user_config_path

from channels_app import private_files

SHORTEST_KEY = 50  # of Django's SECRET_KEY, by Django's own check; ours have 64 characters


class StartError(Exception):
    """Novapi cannot start; the message says what is wrong and what to do."""

    exit_code = 1


def home() -> Path:
    """The data directory: `NOVAPI_HOME`, else the user's config folder (`~/.config/novapi` on Linux). Raises
    StartError."""
    chosen = os.environ.get("NOVAPI_HOME")
    try:
        return Path(chosen).expanduser().absolute() if chosen else user_config_path("novapi")
    except RuntimeError as problem:  # a user that the system has no name of, or not the one that is named
        raise StartError(
            f"Novapi can't tell where its data directory is ({problem}).\n"
            "Point NOVAPI_HOME at a directory of your own."
        ) from problem


def log_level() -> str:
    """`NOVAPI_LOG_LEVEL`, in any case; WARNING without it. Raises StartError."""
    chosen = os.environ.get("NOVAPI_LOG_LEVEL", "") or "WARNING"
    if chosen.upper() not in logging.getLevelNamesMapping():
        raise StartError(f"NOVAPI_LOG_LEVEL is '{chosen}'; it is one of debug, info, warning, error, critical.")
    return chosen.upper()


def prepare_home() -> Path:
    """Make the data directory private (0700) and prove that it can be written. Raises StartError."""
    directory = home()
    refuse_no_text(directory)
    try:
        directory.mkdir(parents=True, exist_ok=True, mode=0o700)
        directory.chmod(0o700)
        for name in ("backups", "logs"):
            (directory / name).mkdir(exist_ok=True, mode=0o700)
        private_files.touch(directory / "novapi.db")
    except OSError as problem:
        reason = problem.strerror or problem
        raise StartError(
            f"Novapi can't write to its data directory {directory} ({reason}).\n"
            "Give yourself write access to it, or point NOVAPI_HOME at another directory."
        ) from problem
    return directory


def refuse_no_text(directory: Path) -> None:
    """Linux takes any bytes for a name; neither WebKit nor JSON does."""
    try:
        str(directory).encode()
    except UnicodeEncodeError as problem:
        shown = os.fsencode(directory).decode(errors="replace")
        raise StartError(
            f"The name of the data directory, {shown}, is not written in UTF-8.\n"
            "Point NOVAPI_HOME at another directory."
        ) from problem


def secret_key(directory: Path) -> str:
    """Django's SECRET_KEY, made at the first start, and anew where it is damaged: it only signs the dashboard's
    cookie."""
    path = directory / "secret.key"
    if not path.exists():
        private_files.write_once(path, secrets.token_urlsafe(48))
    kept = path.read_text(encoding="utf-8", errors="replace").strip()
    if len(kept) < SHORTEST_KEY:
        kept = secrets.token_urlsafe(48)
        private_files.write(path, kept)
    return kept
