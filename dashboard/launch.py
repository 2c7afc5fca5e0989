"""What this launch is known by, and how it came to its port. Without Django: a window's first address has it in."""

import secrets
from dataclasses import dataclass

WINDOW = "Novapi-Window"  # by which a request says that it comes from there, see `dashboard.policy`

_token = secrets.token_urlsafe(32)


def token() -> str:
    """This launch's token; whoever has it is the owner."""
    return _token


@dataclass(frozen=True)
class Moved:
    """The port that was wanted, and who had it: "python, process 12", or empty where the system doesn't tell."""

    port: int
    holder: str


_moved: Moved | None = None


def note_moved(port: int, holder: str) -> None:
    """By whoever had to take another port."""
    global _moved
    _moved = Moved(port, holder)


def note_settled() -> None:
    """The owner has chosen another port: nothing is where it should not be."""
    global _moved
    _moved = None


def moved_from() -> Moved | None:
    return _moved
