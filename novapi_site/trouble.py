"""What to say of errors whose cause is outside of Novapi: a full disk, a database that another program holds, a
keychain that is locked. Everything else is a mistake of ours, which shows its traceback."""

import errno
import sqlite3

from novapi_site import paths
from novapi_site.paths import StartError

NO_ROOM = (errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC))  # Windows knows no quota of this name
NO_ROOM_SAID = ("full", "disk I/O")  # by SQLite: the latter where its index of what was written last could not grow
DAMAGED_SAID = ("malformed", "not a database")


def explained(problem: BaseException) -> str:
    """In words for the owner; empty if it is a mistake of ours. Django's classes exist only once it is loaded."""
    if isinstance(problem, StartError):
        return str(problem)
    if isinstance(problem, OSError):
        return of_a_file(problem)
    from django.db.utils import DatabaseError

    if isinstance(problem, (DatabaseError, sqlite3.DatabaseError)):
        return of_the_database(problem)
    return already_explained(problem)


def of_a_file(problem: OSError) -> str:
    if problem.errno in NO_ROOM:
        return no_room(problem.strerror or "full")
    if problem.filename is None or isinstance(problem, FileNotFoundError):
        return ""
    named = problem.filename2 or problem.filename  # of a file that was to take another one's place: that one
    return f"{named} can't be used ({problem.strerror}). Move it away, or give yourself access to it."


def of_the_database(problem: Exception) -> str:
    said = str(problem)
    if any(words in said for words in NO_ROOM_SAID):
        return no_room(said)
    if any(words in said for words in DAMAGED_SAID):
        copies = paths.home() / "backups"
        return f"The database in {paths.home()} is damaged ({said}). Put a copy from {copies} in its place."
    if is_operational(problem):
        return f"The database can't be used now ({said}). Is another program holding it? Try again."
    return ""


def no_room(said: str) -> str:
    return f"There is no room left on the disk of {paths.home()} ({said}).\nMake some, and start Novapi again."


def is_operational(problem: Exception) -> bool:
    from django.db.utils import OperationalError

    return isinstance(problem, (OperationalError, sqlite3.OperationalError))


def already_explained(problem: BaseException) -> str:
    """By whoever raised it; that these can be imported takes a Django that is set up."""
    from django.apps import apps

    if not apps.ready:
        return ""
    from channels_app.secrets import SecretsError
    from dashboard.handed_in import NotUsable

    return str(problem) if isinstance(problem, (SecretsError, NotUsable)) else ""
