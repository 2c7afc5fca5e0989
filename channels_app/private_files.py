"""Files that only their owner may read, whole or not there at all."""

import os
import secrets
import time
from contextlib import suppress
from pathlib import Path

DRAFT = ".new"
LEFT_OVER_SECONDS = 3600  # a draft is written in a moment


def touch(path: Path) -> None:
    """Create `path` if it is missing, readable and writable by its owner only (0600)."""
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    path.chmod(0o600)


def write_once(path: Path, text: str) -> bool:
    """Put a whole new file in place unless one is there: of several processes the first wins. True if it was this."""
    draft = draft_of(path)
    try:
        fill(draft, text)
        return put(draft, path)
    finally:
        draft.unlink(missing_ok=True)


def put(draft: Path, path: Path) -> bool:
    try:
        os.link(draft, path)
    except FileExistsError:
        return False
    except OSError:  # a file system without hard links (FAT): all but the first must be told by looking
        if path.exists():
            return False
        draft.rename(path)
    return True


def write(path: Path, text: str) -> None:
    """Put a whole new file in the place of whatever is there."""
    draft = draft_of(path)
    try:
        fill(draft, text)
        draft.replace(path)
    except OSError:
        draft.unlink(missing_ok=True)
        raise


def remove_left_over(directory: Path) -> None:
    """Drafts of processes that were killed. Younger ones may be somebody's at this moment."""
    for draft in directory.glob("*" + DRAFT):
        with suppress(OSError):
            if time.time() - draft.stat().st_mtime > LEFT_OVER_SECONDS:
                draft.unlink()


def draft_of(path: Path) -> Path:
    return path.with_name(f"{path.name}.{secrets.token_hex(4)}{DRAFT}")


def fill(draft: Path, text: str) -> None:
    """On the disk when it returns: a key that a power cut has emptied would be lost with all it has sealed."""
    touch(draft)
    with draft.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
