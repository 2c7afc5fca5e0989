"""How this launch went, as far as the owner must know: Novapi may not be where apps look for it."""

from dataclasses import dataclass


@dataclass(frozen=True)
class Moved:
    """The port that was wanted, and who has it."""

    port: int
    holder: str


_moved: Moved | None = None


def note_moved(port: int, holder: str) -> None:
    """Before the server starts, by whoever had to take another port."""
    global _moved
    _moved = Moved(port, holder)


def moved_from() -> Moved | None:
    return _moved
