"""The dashboard as it was built out of `frontend/`: where it lies, and which build it is."""

from pathlib import Path

FOLDER = Path(__file__).parent / "static" / "dashboard"
PAGE = FOLDER / "index.html"
LICENCES = FOLDER / "licences.txt"  # of the packages that are in it, in full


def version() -> int:
    """Another number for another build; 0 where there is none."""
    try:
        return PAGE.stat().st_mtime_ns
    except FileNotFoundError:
        return 0


def page() -> bytes | None:
    """The one page that all paths of the dashboard get; None where nothing was built."""
    try:
        return PAGE.read_bytes()
    except FileNotFoundError:
        return None
